"""The gradient check."""

from rich.text import Text
from textual import events
from textual.widget import Widget
from textual.widgets import DataTable, Static

from backprop_tui.core.gradient_check import Judgement
from backprop_tui.present.gradient_check import HEADS, check_rows, columns_in, verdict_text
from backprop_tui.screens.page import PageScreen
from backprop_tui.stepper.state import State


class VerifyScreen(PageScreen):
    """The gradients of the pass on screen beside central differences; in a narrow terminal rarer columns give way."""

    def __init__(self, state: State) -> None:
        super().__init__(state, "Gradient check")

    def contents(self) -> tuple[Widget, ...]:
        """The verdict in words, and a row for each parameter."""
        table = DataTable[Text](show_cursor=False)
        table.can_focus = False  # the page scrolls, words and table together
        return Static(verdict_text(self.state), markup=False), table

    def on_resize(self, event: events.Resize) -> None:
        """Show the columns that there is room for."""
        rows = check_rows(self.state)
        table, columns = self.query_one(DataTable), columns_in(rows, event.size.width - 4)
        if len(columns) == len(table.columns):
            return
        table.clear(columns=True)
        table.add_columns(*(HEADS[column] for column in columns))
        for row in rows:
            style = "bold reverse" if row.judgement is Judgement.DIFFERS else ""
            table.add_row(*(Text(row.cells[column], style) for column in columns))
