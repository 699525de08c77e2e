"""What a run has computed so far: parameters and loss of every epoch in compact arrays, one pass in full.

A run is a sequence of segments, each a scenario that holds from a pass on; everything else follows from them.
A history remembers what it had to compute on the way, so it may be shared by all states of the same segments.
"""

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache

from backprop_tui.core.backprop import run
from backprop_tui.core.expression import before
from backprop_tui.core.frozen import Frozen
from backprop_tui.core.ops import LOSSES
from backprop_tui.core.optimizers import UPDATE_NUMBER
from backprop_tui.core.scenario import Scenario
from backprop_tui.stepper.epochs import KeptStates
from backprop_tui.stepper.segment import Numbers, Segment, train_quickly
from backprop_tui.stepper.shared_array import SharedArray
from backprop_tui.stepper.stages import Timeline

MOST_EPOCHS = 1_000_000

SMALL_LOSS = 1e-12
"""A loss is as good as 0 at this share of the first epoch's loss since the latest edit, and of 1."""

_MOST_AT_ONCE = 65_536  # epochs, so that what is recorded of them on the way is small beside what is kept
_MOST_PASSES = 1_000  # looked back at for a cycle


class Pass(Frozen, eq=False):
    """One sample's forward, backward and update: what was given and the value of every stage.

    Compared by identity, so that what is measured of a pass can be remembered.
    """

    epoch: int
    sample: int
    scenario: Scenario
    timeline: Timeline
    given: Mapping[str, float]
    values: tuple[float, ...]

    @cached_property
    def known(self) -> Mapping[str, float]:
        """Every number that a rule of this pass may refer to: what was given, and all that is computed but steps."""
        stages = zip(self.timeline.rules, self.values, strict=True)
        return {**self.given, **{rule.quantity: value for rule, value in stages if not rule.is_step}}

    @cached_property
    def after(self) -> tuple[float, ...]:
        """The parameters that the next pass starts with."""
        find, names = self.timeline.find, [node.name for node in self.timeline.graph.parameters]
        stages = [find(name, update=True) for name in names]
        return tuple(self.values[k - 1] if k else self.given[name] for k, name in zip(stages, names, strict=True))

    def carried(self, names: tuple[str, ...]) -> dict[str, float]:
        """What the next pass finds of `names`, of what the optimiser remembers and the sums of gradients."""
        known, find = self.known, self.timeline.find
        # The number of an update is given to it, and has no stage of its own.
        new = {UPDATE_NUMBER} if self.timeline.learning.updates else set()
        return {name: known[name if find(name) or name in new else before(name)] for name in names}

    @cached_property
    def first_not_finite(self) -> int:
        """The first stage whose value is ±∞ or NaN; 0 where all are finite."""
        stages = enumerate(self.values, start=1)
        return next((number for number, value in stages if not math.isfinite(value)), 0)


class History:
    """The epochs of the run that `segments` describe, computed when they are first asked for.

    `losses[e − 1]` is epoch e's mean loss over its samples, for all epochs computed so far; `settled` holds those
    of them, ascending, that are level or whose loss is as good as 0 (see `core.compiled.Outcome`).  `end` is the
    (epoch, sample) of the first pass with a value that is not finite, once it is known; nothing follows it.
    """

    def __init__(self, segments: tuple[Segment, ...]) -> None:
        self.segments = segments
        self.samples = len(segments[0].scenario.samples)
        self.losses = SharedArray()
        self.settled = array("q")
        self.end: tuple[int, int] | None = None
        self._kept = [KeptStates(1, segments[0].width)]  # one after the other, where an edit changed the width
        self._kept[0].numbers.extend(segments[0].first_state[: segments[0].width])
        self._latest = (1, segments[0].first_state)  # an epoch whose state need not be kept, and that state
        self._asked: tuple[tuple[int, int, Numbers], ...] = ()  # the latest answers of `state`
        self.view = lru_cache(maxsize=4)(self._view)
        self.period = lru_cache(maxsize=64)(self._period)

    @property
    def last_epoch(self) -> int:
        """The last epoch that there may be: that with which a scenario begins that does not learn."""
        last = self.segments[-1]
        return MOST_EPOCHS if last.scenario.learns else last.start // self.samples + 1

    def branch(self, segments: tuple[Segment, ...]) -> "History":
        """A history of `segments` that shares the epochs before the first segment the two do not have in common."""
        other = History(segments)
        parting = min((segment.start for segment in {*self.segments} ^ {*segments}), default=0)
        kept = min(parting // self.samples, len(self.losses))
        if kept:
            other.losses = self.losses.prefix(kept)
            other.settled = self.settled[: bisect_left(self.settled, kept + 1)]
            other._kept = [states.until(kept + 1) for states in self._kept if states.first <= kept + 1]
        return other

    def reach(self, epoch: int) -> bool:
        """Compute on until the start of `epoch` is known; False where the run ends before it."""
        while len(self.losses) + 1 < epoch and self.end is None:
            self._extend(epoch - 1 - len(self.losses))
        return len(self.losses) + 1 >= epoch

    def settle(self, epoch: int, final: int) -> int:
        """Compute on from `epoch`, whole epochs, to the first that is settled, or in which the run ends.

        That epoch; `final` where there is none up to there.
        """
        while True:
            following = bisect_left(self.settled, epoch)
            if following < len(self.settled):
                return min(self.settled[following], final)
            if self.end is not None or len(self.losses) >= final:
                return min(self.end[0], final) if self.end else final
            self._extend(final - len(self.losses))

    def is_end(self, epoch: int, sample: int) -> bool:
        """Whether the run ends with this pass because a value in it is not finite."""
        if self.reach(epoch) and self.end is None and len(self.losses) < epoch:
            self._extend(1)
        return self.end == (epoch, sample)

    def is_settled(self, epoch: int) -> bool:
        """Whether `epoch`, whole and finite, is level or has a loss as good as 0."""
        self.settle(epoch, epoch)
        found = bisect_left(self.settled, epoch)
        return found < len(self.settled) and self.settled[found] == epoch

    def settled_since(self, epoch: int) -> int:
        """The first of those settled epochs that lead up to `epoch`, itself one, without a gap and without an edit."""
        last = bisect_left(self.settled, epoch)
        # Of epochs one after the other, number less index is the same.
        first = bisect_left(range(last), epoch - last, key=lambda index: self.settled[index] - index)
        return max(self.settled[first], min(self.first_epoch(epoch), epoch))

    def first_epoch(self, epoch: int) -> int:
        """The first whole epoch since the latest edit before the end of `epoch`; later than that where none is."""
        return -(-self.segment_at(epoch, self.samples).start // self.samples) + 1

    def small_loss(self, epoch: int) -> float:
        """The mean loss that is as good as 0 in `epoch`, by the first epoch's since the latest edit.

        No loss is, where an update does more than step against the gradient, and no root that is not one.
        """
        segment = self.segment_at(epoch, self.samples)
        if not segment.scenario.descends_plainly or segment.graph.root.operation not in LOSSES:
            return -math.inf
        first = self.first_epoch(epoch)
        return SMALL_LOSS * min(1.0, self.losses[first - 1]) if first < epoch and self.reach(first + 1) else 0.0

    def _period(self, epoch: int) -> int:
        """How many epochs before the start of `epoch` the parameters were where they are again, having moved; or 0."""
        behind = epoch - self.first_epoch(epoch)
        if behind < 1 or not self.reach(epoch + 1):
            return 0
        from backprop_tui.stepper.repetition import MOST_PERIOD, period  # noqa: PLC0415 - where a run has gone on

        most = min(behind, MOST_PERIOD, max(1, _MOST_PASSES // self.samples))
        return period(self.losses[:epoch], most, self._start, self._moves)

    def stands_still(self, epoch: int) -> bool:
        """Whether no update of `epoch`, whole and finite, moves any parameter."""
        return self.reach(epoch + 1) and not any(self._moves(epoch))

    def _moves(self, epoch: int) -> Iterator[float]:
        """How far each pass of `epoch` moves the parameter that it moves farthest."""
        for sample in range(1, self.samples + 1):
            before, after = self.parameters(epoch, sample), self._after(epoch, sample)
            yield max((abs(new - old) for old, new in zip(before, after, strict=True)), default=0.0)

    def _after(self, epoch: int, sample: int) -> tuple[float, ...]:
        """The parameters that a pass ends with."""
        segment, ends = self.segment_at(epoch, sample), array("d")
        visited = segment.visited(epoch, range(sample, sample + 1))
        train_quickly(segment.passes, self.state(epoch, sample), visited, segment.numbers, 1, (array("d"), ends))
        return tuple(ends[: len(segment.graph.parameters)])

    def parameters(self, epoch: int, sample: int) -> Numbers:
        """The parameters at the start of a pass.  Raises IndexError where the run ends before it."""
        return self.state(epoch, sample)[: len(self.segment_at(epoch, sample).graph.parameters)]

    def state(self, epoch: int, sample: int) -> Numbers:
        """The trained state at the start of a pass: a number for each of its segment's `names`.

        Raises IndexError where the run ends before it.
        """
        if not self.reach(epoch):
            raise IndexError(f"the run ends before epoch {epoch}")
        # On from the nearest pass asked for: samples are mostly walked in order, and there may be 10,000.
        known = (asked for asked in self._asked if asked[0] == epoch and asked[1] <= sample)
        _, first, state = max(known, default=(epoch, 1, self._start(epoch)))
        while first < sample:
            segment = self.segment_at(epoch, first)
            until = min(sample, self._samples_of(segment, epoch).stop)
            ends = array("d")
            visited = segment.visited(epoch, range(first, until))
            outcome = train_quickly(segment.passes, state, visited, segment.numbers, 1, (array("d"), ends))
            if outcome.broken:
                raise IndexError(f"the run ends before sample {sample} of epoch {epoch}")
            first, state = until, self._held(epoch, until, tuple(ends))
        self._asked = (*self._asked[-3:], (epoch, sample, state))
        return state

    def segment_at(self, epoch: int, sample: int) -> Segment:
        """The segment that holds for a pass."""
        number = (epoch - 1) * self.samples + sample - 1
        return next(segment for segment in reversed(self.segments) if segment.start <= number)

    def _view(self, epoch: int, sample: int) -> Pass:
        segment = self.segment_at(epoch, sample)
        given = segment.given_to(epoch, sample, self.state(epoch, sample))
        stages = segment.timeline(epoch, sample)
        return Pass(epoch, sample, segment.scenario, stages, given, run(stages.rules, given))

    def _extend(self, epochs: int) -> None:
        """Compute up to `epochs` (at least 1) epochs more, until one is settled or the run ends or is edited."""
        epoch = len(self.losses) + 1
        segment = self.segment_at(epoch, 1)
        whole = self._epochs_of(segment) - epoch + 1
        if whole < 1:
            self._extend_by_passes(epoch)
            return
        kept = self._kept_by(segment)
        # How small a loss is small is known only after the segment's first whole epoch.
        count = 1 if epoch == self.first_epoch(epoch) else min(epochs, whole, _MOST_AT_ONCE)
        if kept.interval > 1:  # up to the next epoch whose start is kept
            count = min(count, kept.interval - (epoch - kept.first) % kept.interval)
        start, small, losses, ends = self._start(epoch), self.small_loss(epoch), array("d"), array("d")
        outcome = train_quickly(segment.trainer, start, segment.epoch, segment.numbers, count, (losses, ends), small)
        self.losses.extend(losses)
        if kept.interval == 1:
            kept.numbers.extend(ends)
        elif outcome.epochs:
            self._keep(segment, tuple(ends[-segment.width :]))
        if outcome.settled:
            self.settled.append(len(self.losses))
        if outcome.broken:
            last = len(self.losses) + 1
            self.end = (last, self._first_broken(segment, last))

    def _first_broken(self, segment: Segment, epoch: int) -> int:
        """The first sample of `epoch` with a value that is not finite, there being one."""
        state = self._start(epoch)
        for sample in range(1, self.samples):
            ends = array("d")
            visited = segment.visited(epoch, range(sample, sample + 1))
            if train_quickly(segment.passes, state, visited, segment.numbers, 1, (array("d"), ends)).broken:
                return sample
            state = tuple(ends)
        return self.samples

    def _extend_by_passes(self, epoch: int) -> None:
        """Compute `epoch`, in the middle of which an edit lies, pass by pass."""
        total, level, state = 0.0, True, self._start(epoch)
        segment = self.segment_at(epoch, 1)
        for sample in range(1, self.samples + 1):
            segment, losses, ends = self.segment_at(epoch, sample), array("d"), array("d")
            visited, held = segment.visited(epoch, range(sample, sample + 1)), self._held(epoch, sample, state)
            outcome = train_quickly(segment.passes, held, visited, segment.numbers, 1, (losses, ends))
            if outcome.broken:
                self.end = (epoch, sample)
                return
            total, state = total + losses[0], tuple(ends)
            level = level and outcome.settled
        self.losses.extend((total / self.samples,))
        self._keep(segment, state)
        if level or self.losses[-1] <= self.small_loss(epoch):
            self.settled.append(epoch)

    def _kept_by(self, segment: Segment) -> KeptStates:
        """Where the state after the next epoch belongs, which ends in `segment`."""
        if self._kept[-1].width != segment.width:
            self._kept.append(KeptStates(len(self.losses) + 2, segment.width))
        return self._kept[-1]

    def _keep(self, segment: Segment, after: Numbers) -> None:
        """Remember the state after the last epoch computed, which ended in `segment`."""
        epoch = len(self.losses) + 1
        if self._kept[-1].width != segment.width:
            self._kept.append(KeptStates(epoch, segment.width))
        self._latest = (epoch, after)
        if self._kept[-1].keeps(epoch):
            self._kept[-1].numbers.extend(after[: segment.width])

    def _start(self, epoch: int) -> Numbers:
        """The trained state at the start of `epoch`, which has been reached."""
        kept = next(states for states in reversed(self._kept) if states.first <= epoch)
        first = kept.before(epoch)
        if first == epoch:
            return self._held(epoch, 1, kept.state(epoch))
        if self._latest[0] != epoch:
            first = self._latest[0] if first < self._latest[0] < epoch else first
            self._latest = (epoch, self._trained_on(first, epoch))
        return self._held(epoch, 1, self._latest[1])

    def _trained_on(self, first: int, epoch: int) -> Numbers:
        """The state at the start of `epoch`, computed once more from that of epoch `first`, which is kept."""
        state = self._start(first)
        while first < epoch:
            segment = self.segment_at(first, 1)
            whole = min(self._epochs_of(segment), epoch - 1) - first + 1
            if whole < 1:  # an edit lies in the middle of it
                last, view = self.segment_at(first, self.samples), self.view(first, self.samples)
                state, first = (*view.after, *view.carried(last.carried_names).values()), first + 1
                continue
            ends, held = array("d"), self._held(first, 1, state)
            first += train_quickly(
                segment.trainer, held, segment.epoch, segment.numbers, whole, (array("d"), ends)
            ).epochs
            state = tuple(ends[-segment.width :])
        return state

    def _held(self, epoch: int, sample: int, trained: Numbers) -> Numbers:
        """The state of a pass that would start with that `trained`: an edit's own, where one is made there."""
        segment = self.segment_at(epoch, sample)
        is_edit = segment.start == (epoch - 1) * self.samples + sample - 1
        if is_edit:
            return segment.first_state
        return segment.completed(trained[: segment.width] if sample == 1 else trained)

    def _following(self, segment: Segment) -> float:
        """The number of the pass with which the next segment starts; ∞ for the last."""
        return min((other.start for other in self.segments if other.start > segment.start), default=math.inf)

    def _epochs_of(self, segment: Segment) -> int:
        """The last epoch that `segment` holds to the end of."""
        following = self._following(segment)
        return MOST_EPOCHS if math.isinf(following) else int(following) // self.samples

    def _samples_of(self, segment: Segment, epoch: int) -> range:
        """The samples (from 1) of `epoch` before the next segment."""
        following = self._following(segment) - (epoch - 1) * self.samples
        return range(1, int(min(following, self.samples)) + 1)
