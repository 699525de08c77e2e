"""A state: which run, and where in it."""

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from backprop_tui.core.scenario import Scenario
from backprop_tui.stepper.history import History, Pass
from backprop_tui.stepper.segment import Segment
from backprop_tui.stepper.stages import Timeline

if TYPE_CHECKING:
    from backprop_tui.stepper.stops import Stop


class Position(NamedTuple):
    """Epoch and sample count from 1; stage k means that k stages of the pass are done, 0 that none is."""

    epoch: int = 1
    sample: int = 1
    stage: int = 0


START = Position()
"""Before the first stage of a run."""


@dataclass(frozen=True)
class State:
    """Everything the screen shows follows from the segments of the run and a position in it.

    `undo` holds the segments as they were before each edit, the latest last.  `by_stop` says that the latest command
    went to the end of a stop, whose stages are then all looked at together.  The history is what has been computed of
    the segments; it takes no part in comparisons.
    """

    segments: tuple[Segment, ...]
    position: Position = START
    undo: tuple[tuple[Segment, ...], ...] = ()
    by_stop: bool = False
    history: History = field(compare=False, repr=False, kw_only=True)

    def __hash__(self) -> int:
        """Of the position alone: a scenario may have thousands of numbers, and states of one run share theirs."""
        return hash(self.position)

    @property
    def view(self) -> Pass:
        """The pass on screen, all its values."""
        return self.history.view(self.position.epoch, self.position.sample)

    @property
    def scenario(self) -> Scenario:
        """The scenario that holds for the pass on screen."""
        return self.view.scenario

    @property
    def timeline(self) -> Timeline:
        """The stages of the pass on screen."""
        return self.view.timeline

    @property
    def goes_on(self) -> bool:
        """Whether another pass follows the one on screen."""
        return not self.ended and self.position[:2] != (self.history.last_epoch, self.history.samples)

    @property
    def stages(self) -> range:
        """The stages to be told of, the one at hand last: it alone, or all of the stop that the latest command ended.

        Empty at stage 0.
        """
        return self.stop.stages if self.stop else range(max(1, self.position.stage), self.position.stage + 1)

    @property
    def stop(self) -> "Stop | None":
        """The stop at whose end the latest command arrived; None where it was another command."""
        if not self.by_stop:
            return None
        timeline = self.timeline
        return timeline.stops[bisect_left(timeline.stop_ends, self.position.stage)]

    @property
    def ended(self) -> bool:
        """Whether the pass on screen is the last one, a value in it not being finite."""
        return bool(self.view.first_not_finite) and self.history.is_end(self.position.epoch, self.position.sample)


def start(scenario: Scenario) -> State:
    """The state before the first stage of `scenario`."""
    segments = (Segment(0, scenario),)
    return State(segments, history=History(segments))
