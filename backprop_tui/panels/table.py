"""The derivative table."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.reactive import reactive

from backprop_tui.panels.panel import Panel
from backprop_tui.present.canvas import Row
from backprop_tui.present.table.lines import stage_at, table_stages
from backprop_tui.present.table.panel import table_panel
from backprop_tui.stepper.state import State

if TYPE_CHECKING:
    from backprop_tui.present.predicting.asking import Asking


class DerivativeTable(Panel):
    """A row for each derivative, gradient and update, with its rule, its numbers and its value."""

    LEAST = (60, 4)

    asking: reactive["Asking | None"] = reactive["Asking | None"](None, repaint=False)
    """How the next number is asked for; None for not at all."""

    def draw(self, state: State, width: int, height: int) -> Sequence[Row]:
        """Rule and rows, around the one chosen."""
        predicting = self.asking is not None and self.asking.is_on
        return table_panel(state, width, height, chosen=self.chosen, predicting=predicting, focused=self.has_focus)

    def watch_asking(self) -> None:
        """Keep back what would be the answer."""
        self.redraw()

    def stage_at(self, x: int, y: int) -> int:
        """The stage of the row there."""
        del x
        return stage_at(self.state, self.drawn_size[1] - 1, y - 1, self.chosen) if self.state and y else 0

    def choices(self) -> Sequence[int]:
        """All rows, in view or not."""
        return table_stages(self.state) if self.state else ()
