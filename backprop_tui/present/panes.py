"""The panels as rows: each a rule with its title, and below it what it is about; around them the title and the keys."""

from typing import TYPE_CHECKING

from backprop_tui.present import chrome as frame
from backprop_tui.present.canvas import Row, Span, Style
from backprop_tui.present.explanation.stage import explain, headline, missing_rule
from backprop_tui.present.graph.drawing import graph_rows, graph_title
from backprop_tui.present.loss.bars import loss_brief, loss_rows
from backprop_tui.present.sentences import LINES, WIDTH, fitted
from backprop_tui.present.table import lines as table_lines
from backprop_tui.present.table import rows as table
from backprop_tui.present.visibility import PENDING
from backprop_tui.stepper.state import State

if TYPE_CHECKING:
    from backprop_tui.present.form import Field

TITLE_HEIGHT, TEXT_HEIGHT, FOOTER_HEIGHT = 2, 1 + LINES, 1
"""The rows of the title with the phase bar, of the explanation with its headline, and of the footer."""


def title_pane(state: State, width: int) -> tuple[Row, ...]:
    """Title and phase bar."""
    return frame.title_row(state, width), frame.phase_row(state, width)


def graph_pane(state: State, width: int, height: int) -> tuple[Row, ...]:
    """The computation graph in `height` rows, its rule included."""
    title = graph_title(state, width, height - 1)
    return frame.graph_rule(width, title), *graph_rows(state, width, height - 1)


def table_pane(state: State, width: int, height: int, chosen: int, *, with_loss: bool) -> tuple[Row, ...]:
    """The derivative table around the stage `chosen`, where not 0; the loss in its rule where it has no panel."""
    brief = loss_brief(state)
    style = Style.PENDING if brief.endswith(PENDING) else Style.STRONG
    right: Row = ((f" {brief} ", style), ("──", Style.DIM)) if with_loss else ()
    words = ("with numbers", "value")[: 1 if with_loss else 2]
    inserts = tuple(zip(table.heading_columns(width), words, strict=False))
    rule = frame.rule_row(width, table_lines.table_title(state, height - 1, chosen), inserts, right)
    return rule, *table.table_rows(state, width, height - 1, chosen)


def loss_pane(state: State, width: int, height: int) -> tuple[Row, ...]:
    """The loss over the epochs, left of it the line that parts it from the table."""
    rule: Row = (("┬─ ", Style.DIM), ("Loss", Style.STRONG), (" " + "─" * (width - 8), Style.DIM))
    bar: Span = ("│ ", Style.DIM)
    return rule, *((bar, *row) for row in loss_rows(state, width - 2, height - 1))


def explanation_pane(state: State, width: int, notice: str = "") -> tuple[Row, ...]:
    """The headline, under it its rule where that had no room, and what it means; a `notice` comes first."""
    room = width - 18 - len(frame.next_text(state))
    said = fitted((notice,), min(width - 4, WIDTH)) if notice else ()
    line = headline(state, room)
    rule = missing_rule(state, line)
    ruled = 0 < len(rule) <= WIDTH <= width - 4 and not said  # in a small terminal the sentences come first
    left = LINES - len(said) - ruled
    meant = explain(state, min(width - 4, WIDTH), left) if left else ()
    lines: list[Row] = [((f"  {text}", Style.EVENT),) for text in said]
    lines += [((f"  {rule}", Style.STRONG),)] if ruled else []
    lines += [((f"  {text}", Style.PLAIN),) for text in meant]
    return frame.headline_row(state, line, width), *lines, *[()] * (LINES - len(lines))


def field_pane(field: "Field", width: int, here: str, *, edits: bool) -> tuple[Row, ...]:
    """What `field` of a form means and what applying will do, at the position `here`."""
    said: tuple[str, ...] = ("Everything up to there is computed at once.",)
    if edits:
        stays = f"You keep your place: {here}."
        said = ("Applying computes this pass anew; earlier epochs stay.", stays, "u takes the edit back.")
    lines: list[Row] = [((f"  {text}", Style.PLAIN),) for text in fitted(said, min(width - 4, WIDTH))]
    title = f"{field.label}: {field.meaning}"
    title = title if len(title) + 4 <= width else title.partition(";")[0]
    return frame.rule_row(width, title), *lines, *[()] * (LINES - len(lines))


def footer_row(width: int) -> Row:
    """The commands that have a place in the footer, as many as fit."""
    spans: list[Span] = [(" ", Style.PLAIN)]
    for command in frame.footer_commands(width):
        spans += [(command.shown[0], Style.KEY), (f" {command.footer}  ", Style.PLAIN)]
    return tuple(spans)


def keys_row(keys: tuple[tuple[str, str], ...]) -> Row:
    """Other keys, each with what it does: those of a form or of a page."""
    return tuple(span for key, text in keys for span in ((f" {key}", Style.KEY), (f" {text} ", Style.PLAIN)))
