"""The panel of the explanation: the headline as its rule, below it what the stage means."""

import re

from backprop_tui.core.backprop import Phase
from backprop_tui.present.ascii import ascii_row
from backprop_tui.present.canvas import Row, Style
from backprop_tui.present.chrome import rule_row
from backprop_tui.present.explanation.stage import explain, headline, missing_rule
from backprop_tui.present.formulas import symbol
from backprop_tui.present.sentences import WIDTH, fitted
from backprop_tui.present.table.rows import short_rule
from backprop_tui.present.visibility import Mark, rule_text
from backprop_tui.stepper.state import State

MARGIN = 2  # cells left and right of the text
_SENTENCES = re.compile(r"(?<=[.!?;]) ")
_ALL = 1000  # lines: no explanation has more
_SHORT = 3  # lines: in a lower panel the sentences come before the rule


def explanation_panel(
    state: State,
    width: int,
    height: int,
    *,
    notice: str = "",
    first: int = 0,
    focused: bool = False,
    ascii: bool = False,  # noqa: A002 - as the option is called
) -> tuple[Row, ...]:
    """The panel in `height` rows of `width` cells; a `notice` comes before what the stage means.

    Whole sentences are shown, as many as fit; from the line `first` (from 0) on, where that is not 0, whatever fits.
    With `ascii` they have room for longer spellings.
    """
    line = headline(state, width - 18 - len(next_text(state)))
    rows = [headline_row(state, line, width, focused=focused)]
    room = height - 1
    body = _whole(state, width, room, notice, ascii=ascii)
    if first:
        lines = explanation_lines(state, width, notice, ascii=ascii)
        if lines[0][-1][-1] is Style.STRONG and lines[0] not in body:  # the rule: it has given way to the sentences
            lines = (*lines[1:], lines[0])
        start = min(first, max(0, len(lines) - room))
        body = lines[start : start + room]
    rows += body
    return (*rows, *[()] * (room - len(body)))


def explanation_lines(
    state: State,
    width: int,
    notice: str = "",
    *,
    ascii: bool = False,  # noqa: A002 - as the option is called
) -> tuple[Row, ...]:
    """All that there is to say, in lines for a panel of `width` cells."""
    return _whole(state, width, _ALL, notice, ascii=ascii)


def _whole(state: State, width: int, lines: int, notice: str, *, ascii: bool) -> tuple[Row, ...]:  # noqa: A002
    """Notice, rule and sentences; with `ascii` in shorter lines where a line would be too long as it is spelled."""
    measure = min(width - 2 * MARGIN, WIDTH)
    rows = _measured(state, width, measure, lines, notice)
    while ascii and measure > width // 2 and (over := max((_too_long(row, width) for row in rows), default=0)):
        measure -= over
        rows = _measured(state, width, measure, lines, notice)
    return rows


def _too_long(row: Row, width: int) -> int:
    """How many cells a line of the sentences lacks as it is spelled in ASCII; none of the rule, which has no other."""
    if row[-1][-1] is Style.STRONG:
        return 0
    return max(0, sum(len(text) for text, _ in ascii_row(row, 10 * width)) - width)


def _measured(state: State, width: int, measure: int, lines: int, notice: str) -> tuple[Row, ...]:
    """Notice, the rule where the headline had no room for it, and as many whole sentences as `lines` lines hold.

    The lines are at most `measure` long.  No rule where it would leave too little room for the first sentence, or,
    with the table saying it too, for any.
    """
    margin = " " * MARGIN
    said = fitted(_SENTENCES.split(notice), measure, lines) if notice else ()
    rule = missing_rule(state, headline(state, width - 18 - len(next_text(state))))
    ruled = (
        0 < len(rule) <= min(width - 2 * MARGIN, WIDTH) and not said and (lines > _SHORT or width - 2 * MARGIN >= WIDTH)
    )
    left = lines - len(said)
    meant = explain(state, measure, left) if left > 0 else ()
    if ruled:
        beside = explain(state, measure, left - 1)
        ruled = beside == meant or (not _is_in_table(state) and bool(beside) and not beside[-1].endswith("…"))
        meant = beside if ruled else meant
    return (
        *(((f"{margin}{text}", Style.EVENT),) for text in said),
        *([((f"{margin}{rule}", Style.STRONG),)] if ruled else []),
        *(((f"{margin}{text}", Style.PLAIN),) for text in meant),
    )


def _is_in_table(state: State) -> bool:
    """Whether the derivative table says the rule of the stage in full."""
    stage = state.position.stage
    is_forward = state.timeline.rules[stage - 1].phase in (Phase.FORWARD, Phase.LOSS)
    return not is_forward and short_rule(state.view, stage) == rule_text(state.view, stage)


def next_text(state: State) -> str:
    """What the next press computes, by name, and where that is another pass; empty at the end of a run."""
    here = state.position
    if here.stage < state.timeline.last:
        return symbol(state.timeline.rules[here.stage].quantity)
    if not state.goes_on:
        return ""
    following = f"sample {here.sample + 1}" if here.sample < state.history.samples else f"epoch {here.epoch + 1}"
    return f"{symbol(state.timeline.rules[0].quantity)} of {following}"


def headline_row(state: State, line: str, width: int, *, focused: bool = False) -> Row:
    """The rule that says what was just computed, and what comes next.  Nothing in it is computed ahead of its time."""
    if not line:
        first = state.timeline.rules[0]
        whole = f"{Mark.NEXT} next: {symbol(first.quantity)} = {rule_text(state.view, 1)}"
        short = f"{Mark.NEXT} next: {symbol(first.quantity)}"
        return rule_row(width, whole if len(whole) + 6 <= width else short, focused=focused)
    after = next_text(state)
    right: Row = ((f" next {Mark.NEXT} {after} ", Style.STRONG), ("──", Style.DIM)) if after else ()
    return rule_row(width, f"{Mark.NOW} {line}", right=right, focused=focused)
