"""The phase bar."""

from collections.abc import Sequence

from backprop_tui.panels.panel import Panel
from backprop_tui.present.canvas import Row
from backprop_tui.present.phases.bar import phase_row, phase_stage_at
from backprop_tui.stepper.state import State


class PhaseBar(Panel, can_focus=False):
    """The phases of a pass in one row; a click on one leads to its end."""

    ALLOW_MAXIMIZE = False
    DEFAULT_CSS = "PhaseBar { height: 1; }"

    LEAST = (60, 1)

    def draw(self, state: State, width: int, height: int) -> Sequence[Row]:
        """The row, whatever the height."""
        del height
        return (phase_row(state, width),)

    def stage_at(self, x: int, y: int) -> int:
        """The last stage of the phase in column x."""
        return phase_stage_at(self.state, self.drawn_size[0], x) if self.state and y == 0 else 0
