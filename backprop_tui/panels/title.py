"""The title row: which model, and where in its run."""

from collections.abc import Sequence

from backprop_tui.panels.panel import Panel
from backprop_tui.present.canvas import Row
from backprop_tui.present.chrome import title_row
from backprop_tui.stepper.state import State


class TitleRow(Panel, can_focus=False):
    """The scenario and the position in one row."""

    ALLOW_MAXIMIZE = False
    DEFAULT_CSS = "TitleRow { height: 1; }"

    LEAST = (60, 1)

    def draw(self, state: State, width: int, height: int) -> Sequence[Row]:
        """The row, whatever the height."""
        del height
        return (title_row(state, width),)
