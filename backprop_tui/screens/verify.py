"""The gradient check."""

from textual.widget import Widget
from textual.widgets import DataTable, Static

from backprop_tui.present.gradient_check import HEADS, check_cells, verdict_text
from backprop_tui.screens.page import PageScreen
from backprop_tui.stepper.state import State


class VerifyScreen(PageScreen):
    """The gradients of the pass on screen beside central differences."""

    AUTO_FOCUS = "DataTable"

    def __init__(self, state: State) -> None:
        super().__init__(state, "Gradient check")

    def contents(self) -> tuple[Widget, ...]:
        """The verdict in words, and a row for each parameter."""
        table: DataTable[str] = DataTable(cursor_type="row", zebra_stripes=False)
        table.add_columns(*HEADS)
        for cells in check_cells(self.state):
            table.add_row(*cells)
        return Static(verdict_text(self.state), markup=False), table
