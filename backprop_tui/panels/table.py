"""The derivative table."""

from collections.abc import Sequence

from backprop_tui.panels.panel import Panel
from backprop_tui.present.canvas import Row
from backprop_tui.present.table.lines import stage_at, table_stages
from backprop_tui.present.table.panel import table_panel
from backprop_tui.stepper.state import State


class DerivativeTable(Panel):
    """A row for each derivative, gradient and update, with its rule, its numbers and its value."""

    LEAST = (60, 4)

    def draw(self, state: State, width: int, height: int) -> Sequence[Row]:
        """Rule and rows, around the one chosen."""
        return table_panel(state, width, height, chosen=self.chosen, focused=self.has_focus)

    def stage_at(self, x: int, y: int) -> int:
        """The stage of the row there."""
        del x
        return stage_at(self.state, self.drawn_size[1] - 1, y - 1, self.chosen) if self.state and y else 0

    def choices(self) -> Sequence[int]:
        """All rows, in view or not."""
        return table_stages(self.state) if self.state else ()
