"""What a run has computed so far: parameters and loss of every epoch in compact arrays, one pass in full.

A run is a sequence of segments, each a scenario that holds from a pass on; everything else follows from them.
A history remembers what it had to compute on the way, so it may be shared by all states of the same segments.
"""

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from backprop_tui.core.backprop import LEARNING_RATE, Phase, run
from backprop_tui.core.compiled import CompiledTraining, Outcome, compile_training
from backprop_tui.core.graph import Graph
from backprop_tui.core.models.dense import build, given_by, initial_parameters
from backprop_tui.core.scenario import Scenario
from backprop_tui.stepper.repetition import MOST_PERIOD, period
from backprop_tui.stepper.shared_array import SharedArray
from backprop_tui.stepper.stages import Timeline, timeline

MOST_EPOCHS = 1_000_000

SMALL_LOSS = 1e-12
"""A loss is as good as 0 at this share of the first epoch's loss since the latest edit, and of 1."""

_FEW = 32  # parameters
_MOST_PASSES = 1_000  # looked back at for a cycle


@dataclass(frozen=True)
class Segment:
    """From pass number `start` (counted from 0 through all epochs) on, `scenario` holds, parameters included."""

    start: int
    scenario: Scenario

    @cached_property
    def graph(self) -> Graph:
        """The scenario's graph."""
        return build(self.scenario)

    @cached_property
    def trainer(self) -> CompiledTraining:
        """The compiled training of its graph, kept here: to look it up by graph may take longer than an epoch."""
        return compile_training(self.graph, one_sample=len(self.scenario.samples) == 1)

    @cached_property
    def passes(self) -> CompiledTraining:
        """Likewise for some of its samples."""
        return compile_training(self.graph, one_sample=False)

    @cached_property
    def given(self) -> tuple[tuple[float, ...], ...]:
        """Each sample's inputs and targets."""
        return tuple((*sample.x, *sample.y) for sample in self.scenario.samples)


@dataclass(frozen=True, eq=False)
class Pass:
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
        """Every number that a rule of this pass may refer to: what was given, and all that is computed but updates."""
        stages = zip(self.timeline.rules, self.values, strict=True)
        return {**self.given, **{rule.quantity: value for rule, value in stages if rule.phase is not Phase.UPDATE}}

    @cached_property
    def after(self) -> tuple[float, ...]:
        """The parameters that the next pass starts with."""
        find, names = self.timeline.find, [node.name for node in self.timeline.graph.parameters]
        stages = [find(name, update=True) for name in names]
        return tuple(self.values[k - 1] if k else self.given[name] for k, name in zip(stages, names, strict=True))

    @cached_property
    def first_not_finite(self) -> int:
        """The first stage whose value is ±∞ or NaN; 0 where all are finite."""
        stages = enumerate(self.values, start=1)
        return next((number for number, value in stages if not math.isfinite(value)), 0)


def interval(width: int) -> int:
    """Of how many epochs one keeps its `width` parameters: all of few, so that a million epochs stay affordable."""
    return 1 if width <= _FEW else width // _FEW * 2


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
        first = initial_parameters(segments[0].scenario)
        self._width, self._interval = len(first), interval(len(first))
        self._starts = SharedArray(first)  # the parameters that every `_interval`-th epoch starts with
        self._latest = (1, first)  # an epoch between two of those, and its parameters
        self._asked: tuple[tuple[int, int, tuple[float, ...]], ...] = ()  # the latest answers of `parameters`
        self.view = lru_cache(maxsize=4)(self._view)
        self.period = lru_cache(maxsize=64)(self._period)

    def branch(self, segments: tuple[Segment, ...]) -> "History":
        """A history of `segments` that shares the epochs before the first segment the two do not have in common."""
        other = History(segments)
        parting = min((segment.start for segment in {*self.segments} ^ {*segments}), default=0)
        kept = min(parting // self.samples, len(self.losses))
        other.losses = self.losses.prefix(kept)
        other.settled = self.settled[: bisect_left(self.settled, kept + 1)]
        other._starts = self._starts.prefix((kept // self._interval + 1) * self._width)
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
        """The mean loss that is as good as 0 in `epoch`, by the first epoch's since the latest edit."""
        first = self.first_epoch(epoch)
        return SMALL_LOSS * min(1.0, self.losses[first - 1]) if first < epoch and self.reach(first + 1) else 0.0

    def _period(self, epoch: int) -> int:
        """How many epochs before the start of `epoch` the parameters were where they are again, having moved; or 0."""
        most = min(epoch - self.first_epoch(epoch), MOST_PERIOD, max(1, _MOST_PASSES // self.samples))
        if most < 1 or not self.reach(epoch + 1):
            return 0
        return period(self.losses[:epoch], most, self._start, self._moves)

    def stands_still(self, epoch: int) -> bool:
        """Whether no update of `epoch`, whole and finite, moves any parameter."""
        return self.reach(epoch + 1) and not any(self._moves(epoch))

    def _moves(self, epoch: int) -> Iterator[float]:
        """How far each pass of `epoch` moves the parameter that it moves farthest."""
        for sample in range(1, self.samples + 1):
            before, after = self.parameters(epoch, sample), self._after(epoch, sample)
            yield max(abs(new - old) for old, new in zip(before, after, strict=True))

    def _after(self, epoch: int, sample: int) -> tuple[float, ...]:
        """The parameters that a pass ends with."""
        segment, ends = self.segment_at(epoch, sample), array("d")
        given, rate = segment.given[sample - 1 : sample], segment.scenario.learning_rate
        _train(segment.passes, self.parameters(epoch, sample), given, rate, 1, (array("d"), ends))
        return tuple(ends)

    def parameters(self, epoch: int, sample: int) -> tuple[float, ...]:
        """The parameters at the start of a pass.  Raises IndexError where the run ends before it."""
        if not self.reach(epoch):
            raise IndexError(f"the run ends before epoch {epoch}")
        # On from the nearest pass asked for: samples are mostly walked in order, and there may be 10,000.
        known = (asked for asked in self._asked if asked[0] == epoch and asked[1] <= sample)
        _, first, parameters = max(known, default=(epoch, 1, self._start(epoch)))
        while first < sample:
            segment = self.segment_at(epoch, first)
            until = min(sample, self._samples_of(segment, epoch).stop)
            ends = array("d")
            given = segment.given[first - 1 : until - 1]
            outcome = _train(segment.passes, parameters, given, segment.scenario.learning_rate, 1, (array("d"), ends))
            if outcome.broken:
                raise IndexError(f"the run ends before sample {sample} of epoch {epoch}")
            first, parameters = until, self._held(epoch, until, tuple(ends))
        self._asked = (*self._asked[-3:], (epoch, sample, parameters))
        return parameters

    def segment_at(self, epoch: int, sample: int) -> Segment:
        """The segment that holds for a pass."""
        number = (epoch - 1) * self.samples + sample - 1
        return next(segment for segment in reversed(self.segments) if segment.start <= number)

    def _view(self, epoch: int, sample: int) -> Pass:
        segment = self.segment_at(epoch, sample)
        scenario, plan = segment.scenario, timeline(segment.graph)
        names = (node.name for node in segment.graph.parameters)
        given = dict(zip(names, self.parameters(epoch, sample), strict=True))
        given |= given_by(scenario, scenario.samples[sample - 1])
        given[LEARNING_RATE] = scenario.learning_rate
        return Pass(epoch, sample, scenario, plan, given, run(plan.rules, given))

    def _extend(self, epochs: int) -> None:
        """Compute up to `epochs` (at least 1) epochs more, until one is settled or the run ends or is edited."""
        epoch = len(self.losses) + 1
        segment = self.segment_at(epoch, 1)
        whole = self._epochs_of(segment) - epoch + 1
        if whole < 1:
            self._extend_by_passes(epoch)
            return
        given, rate = segment.given, segment.scenario.learning_rate
        # How small a loss is small is known only after the segment's first whole epoch.
        count = 1 if epoch == self.first_epoch(epoch) else min(epochs, whole)
        if self._interval > 1:  # up to the next epoch whose start is kept
            count = min(count, self._interval - (epoch - 1) % self._interval)
        small, losses, ends = self.small_loss(epoch), array("d"), array("d")
        outcome = _train(segment.trainer, self._start(epoch), given, rate, count, (losses, ends), small)
        self.losses.extend(losses)
        if self._interval == 1:
            self._starts.extend(ends)
        elif outcome.epochs:
            self._keep(tuple(ends[-self._width :]))
        if outcome.settled:
            self.settled.append(len(self.losses))
        if outcome.broken:
            self.end = (len(self.losses) + 1, outcome.broken)

    def _extend_by_passes(self, epoch: int) -> None:
        """Compute `epoch`, in the middle of which an edit lies, pass by pass."""
        total, level, parameters = 0.0, True, self._start(epoch)
        for sample in range(1, self.samples + 1):
            segment, losses, ends = self.segment_at(epoch, sample), array("d"), array("d")
            held, rate = self._held(epoch, sample, parameters), segment.scenario.learning_rate
            outcome = _train(segment.passes, held, segment.given[sample - 1 : sample], rate, 1, (losses, ends))
            if outcome.broken:
                self.end = (epoch, sample)
                return
            total, parameters = total + losses[0], tuple(ends)
            level = level and outcome.settled
        self.losses.extend((total / self.samples,))
        self._keep(parameters)
        if level or self.losses[-1] <= self.small_loss(epoch):
            self.settled.append(epoch)

    def _keep(self, after: tuple[float, ...]) -> None:
        """Remember the parameters after the last epoch computed."""
        self._latest = (len(self.losses) + 1, after)
        if len(self.losses) % self._interval == 0:
            self._starts.extend(after)

    def _start(self, epoch: int) -> tuple[float, ...]:
        """The parameters at the start of `epoch`, which has been reached."""
        kept, beyond = divmod(epoch - 1, self._interval)
        if beyond and self._latest[0] != epoch:
            first = epoch - beyond
            first = self._latest[0] if first < self._latest[0] < epoch else first
            self._latest = (epoch, self._trained_on(first, epoch))
        offset = kept * self._width
        trained = self._latest[1] if beyond else tuple(self._starts[offset : offset + self._width])
        return self._held(epoch, 1, trained)

    def _trained_on(self, first: int, epoch: int) -> tuple[float, ...]:
        """The parameters at the start of `epoch`, computed once more from those of epoch `first`, which are kept."""
        parameters = self._start(first)
        while first < epoch:
            segment = self.segment_at(first, 1)
            whole = min(self._epochs_of(segment), epoch - 1) - first + 1
            if whole < 1:  # an edit lies in the middle of it
                parameters, first = self.view(first, self.samples).after, first + 1
                continue
            ends, held = array("d"), self._held(first, 1, parameters)
            rate = segment.scenario.learning_rate
            first += _train(segment.trainer, held, segment.given, rate, whole, (array("d"), ends)).epochs
            parameters = tuple(ends[-self._width :])
        return parameters

    def _held(self, epoch: int, sample: int, trained: tuple[float, ...]) -> tuple[float, ...]:
        """The parameters of a pass that would start with those `trained`: an edit's own, where one is made there."""
        segment = self.segment_at(epoch, sample)
        edited = segment.start == (epoch - 1) * self.samples + sample - 1
        return initial_parameters(segment.scenario) if edited else trained

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


def _train(
    trainer: CompiledTraining,
    parameters: tuple[float, ...],
    given: tuple[tuple[float, ...], ...],
    rate: float,
    epochs: int,
    kept: tuple["array[float]", "array[float]"],
    small: float = -1.0,
) -> Outcome:
    """Train, until an epoch is level or its loss at most `small`; losses and ends are `kept`.

    Where the quick function meets a number that only the safe one can take, go on with that.
    """
    losses, ends = kept
    known = len(losses)
    try:
        return trainer.quick(parameters, given, rate, epochs, losses, ends, small)
    except (OverflowError, ValueError):
        done = len(losses) - known
        last = tuple(ends[-len(parameters) :]) if done else parameters
        outcome = trainer.safe(last, given, rate, epochs - done, losses, ends, small)
        return outcome._replace(epochs=done + outcome.epochs)
