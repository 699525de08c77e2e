"""What a run has computed so far: parameters and loss of every epoch in compact arrays, one pass in full.

A run is a sequence of segments, each a scenario that holds from a pass on; everything else follows from them.
A history remembers what it had to compute on the way, so it may be shared by all states of the same segments.
"""

import math
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from backprop_tui.core.backprop import LEARNING_RATE, Phase, run
from backprop_tui.core.compiled import PassFunction, compile_pass
from backprop_tui.core.graph import Graph
from backprop_tui.core.models import build, given_by, initial_parameters
from backprop_tui.core.scenario import Sample, Scenario
from backprop_tui.stepper.stages import Timeline, timeline

MOST_EPOCHS = 1_000_000


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
    def step(self) -> PassFunction:
        """One pass over the graph; kept here, because looking it up by its graph may take longer than the pass."""
        return compile_pass(self.graph)


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
    def first_not_finite(self) -> int:
        """The first stage whose value is ±∞ or NaN; 0 where all are finite."""
        stages = enumerate(self.values, start=1)
        return next((number for number, value in stages if not math.isfinite(value)), 0)


class History:
    """The epochs of the run that `segments` describe, computed when they are first asked for.

    `losses[e − 1]` is epoch e's mean loss over its samples and `peaks[e − 1]` its largest |gradient|, for all
    epochs computed so far.  `end` is the (epoch, sample) of the first pass with a value that is not finite,
    once it is known; nothing follows it.
    """

    def __init__(self, segments: tuple[Segment, ...]) -> None:
        self.segments = segments
        self.samples = len(segments[0].scenario.samples)
        self.losses = array("d")
        self.peaks = array("d")
        self.end: tuple[int, int] | None = None
        self._width = len(initial_parameters(segments[0].scenario))
        self._starts = array("d", initial_parameters(segments[0].scenario))
        self._asked: tuple[tuple[int, int, tuple[float, ...]], ...] = ()  # the latest answers of `parameters`
        self.view = lru_cache(maxsize=4)(self._view)

    def branch(self, segments: tuple[Segment, ...]) -> "History":
        """A history of `segments` that keeps the epochs before the first segment the two do not share."""
        other = History(segments)
        parting = min((segment.start for segment in {*self.segments} ^ {*segments}), default=0)
        kept = min(parting // self.samples, len(self.losses))
        other.losses = self.losses[:kept]
        other.peaks = self.peaks[:kept]
        other._starts = self._starts[: (kept + 1) * self._width]
        return other

    def reach(self, epoch: int) -> bool:
        """Compute on until the start of `epoch` is known; False where the run ends before it."""
        while len(self.losses) + 1 < epoch and self.end is None:
            self._compute_epoch(len(self.losses) + 1)
        return len(self.losses) + 1 >= epoch

    def is_end(self, epoch: int, sample: int) -> bool:
        """Whether the run ends with this pass because a value in it is not finite."""
        if self.reach(epoch) and self.end is None and len(self.losses) < epoch:
            self._compute_epoch(epoch)
        return self.end == (epoch, sample)

    def parameters(self, epoch: int, sample: int) -> tuple[float, ...]:
        """The parameters at the start of a pass.  Raises IndexError where the run ends before it."""
        if not self.reach(epoch):
            raise IndexError(f"the run ends before epoch {epoch}")
        # On from the nearest pass asked for: samples are mostly walked in order, and there may be 10,000.
        known = (asked for asked in self._asked if asked[0] == epoch and asked[1] <= sample)
        _, first, parameters = max(known, default=(epoch, 1, self._start(epoch)))
        for number, before, _ in self._passes(epoch, first, parameters):
            if number == sample:
                self._asked = (*self._asked[-3:], (epoch, sample, before))
                return before
        raise IndexError(f"the run ends before sample {sample} of epoch {epoch}")

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

    def _compute_epoch(self, epoch: int) -> None:
        """Append epoch's mean loss, largest gradient and the parameters after it; or the end, if it is reached."""
        total = peak = 0.0
        after: tuple[float, ...] = ()
        for sample, _, outcome in self._passes(epoch, 1, self._start(epoch)):
            loss, gradient, finite, after = outcome
            if not finite:
                self.end = (epoch, sample)
                return
            total += loss
            peak = max(peak, gradient)
        self.losses.append(total / self.samples)
        self.peaks.append(peak)
        self._starts.extend(after)

    def _start(self, epoch: int) -> tuple[float, ...]:
        """The parameters at the start of `epoch`, which has been reached."""
        offset = (epoch - 1) * self._width
        return tuple(self._starts[offset : offset + self._width])

    def _passes(
        self, epoch: int, first: int, parameters: tuple[float, ...]
    ) -> Iterator[tuple[int, tuple[float, ...], tuple[float, float, bool, tuple[float, ...]]]]:
        """Each pass of `epoch` from sample `first` on: its sample, the parameters before it and what it gives."""
        for sample in range(first, self.samples + 1):
            segment = self.segment_at(epoch, sample)
            if segment.start == (epoch - 1) * self.samples + sample - 1:
                parameters = initial_parameters(segment.scenario)
            scenario = segment.scenario
            outcome = segment.step(parameters, _given(scenario.samples[sample - 1]), scenario.learning_rate)
            yield sample, parameters, outcome
            if not outcome[2]:
                return
            parameters = outcome[3]


def _given(sample: Sample) -> tuple[float, ...]:
    return (*sample.x, *sample.y)
