"""The panel of the loss: a rule with its title, below it bars and figures, left of them a line."""

from backprop_tui.present.canvas import Row, Span, Style
from backprop_tui.present.chrome import rule_row
from backprop_tui.present.loss.bars import loss_brief, loss_rows
from backprop_tui.present.loss.epochs import loss_name
from backprop_tui.present.visibility import PENDING
from backprop_tui.stepper.state import State

_BAR: Span = ("│ ", Style.DIM)


def loss_panel(state: State, width: int, height: int, *, focused: bool = False) -> tuple[Row, ...]:
    """The panel in `height` rows of `width` cells; where that is one row, the loss on screen in a few words."""
    if height == 1:
        brief = loss_brief(state)
        style = Style.PENDING if brief.endswith(PENDING) else Style.STRONG
        return (((f" {brief} ", style), ("──", Style.DIM)),)
    name = loss_name(state)
    title = rule_row(width - 1, "Loss" if name == "loss" else f"Value of {name}", focused=focused)
    corner: Span = ("┬", Style.DIM)
    dash, *rest = title  # the corner takes the place of the rule's first dash
    rule = (corner, (dash[0][1:], dash[1]), *rest, ("─", Style.DIM))
    return rule, *((_BAR, *row) for row in loss_rows(state, width - 2, height - 1))
