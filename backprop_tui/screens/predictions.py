"""Looking back on what was predicted."""

from functools import partial

from textual.widget import Widget

from backprop_tui.panels.text import RowsText
from backprop_tui.present.predicting.tally import Record, tally_rows
from backprop_tui.screens.page import PageScreen
from backprop_tui.stepper.state import State


class PredictionsScreen(PageScreen):
    """Rule by rule, what was right at first try, and what slipped."""

    def __init__(self, state: State, records: tuple[Record, ...]) -> None:
        super().__init__(state, "Predictions")
        self._records = records

    def contents(self) -> tuple[Widget, ...]:
        """One text."""
        return (RowsText(partial(tally_rows, self._records)),)
