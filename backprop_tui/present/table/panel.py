"""The panel of the derivatives: a rule with its title and the heads of its columns, below it the rows."""

from backprop_tui.present.canvas import Row
from backprop_tui.present.chrome import rule_row
from backprop_tui.present.table.lines import table_title
from backprop_tui.present.table.rows import heading_columns, table_rows
from backprop_tui.stepper.state import State


def table_panel(
    state: State, width: int, height: int, *, chosen: int = 0, predicting: bool = False, focused: bool = False
) -> tuple[Row, ...]:
    """The panel in `height` rows (at least 2) of `width` cells, around the stage `chosen`, where that is not 0.

    Where numbers are asked for, `predicting`, none is told by its rule.
    """
    inserts = tuple(zip(heading_columns(width), ("with numbers", "value"), strict=True))
    rule = rule_row(width, table_title(state, height - 1, chosen), inserts, focused=focused)
    return rule, *table_rows(state, width, height - 1, chosen, predicting=predicting)
