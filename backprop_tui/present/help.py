"""The help: every key, every mark, and how the screen is read."""

import textwrap
from collections.abc import Container

from backprop_tui.present.canvas import Row, Span, Style, width_of
from backprop_tui.present.commands import COMMANDS
from backprop_tui.present.visibility import PENDING

_MARKS = (
    ("●", "just computed"),
    ("○", "computed by the next press"),
    (PENDING, "not computed yet"),
    ("0", "computed, and zero"),
    ("0╳", "zero: something blocks it"),
    ("─▶", "forward: values"),
    ("─▷", "to a z by other weights"),
    ("◀══", "backward: gradients"),
    ("◀╌╌", "backward, but blocked"),
)
_READING = (
    "Each press of → computes one number. Going back is as free as going on.",
    "The bold line says: quantity = rule = numbers put in = value.",
    "Tab goes from panel to panel; ↑ ↓ choose in it, or scroll it; z shows it alone.",
    "A click leads to a stage, the wheel chooses, a drag selects text, ctrl+c copies it.",
    "ctrl+p: all commands by name, and all themes.",
)
_TWO_COLUMNS = 76  # the width from which two columns fit
_MEANINGS, _SECOND = (11, 8), 41  # the cells that a sign takes in each column, and where the second begins

_ALL = frozenset(command.name for command in COMMANDS)

Entry = tuple[str, str, Style]


def help_rows(width: int, possible: Container[str] = _ALL) -> tuple[Row, ...]:
    """All of it, in rows of at most `width` cells (at least 58); of the commands those that are `possible`."""
    keys = [(" ".join(command.shown), command.help, Style.KEY) for command in COMMANDS if command.name in possible]
    marks = [(mark, meaning, Style.PENDING if mark == PENDING else Style.STRONG) for mark, meaning in _MARKS]
    rows: list[Row] = []
    for entries in (keys, marks):
        half = (len(entries) + 1) // 2
        pairs = [entries[index::half] for index in range(half)] if width >= _TWO_COLUMNS else [[one] for one in entries]
        rows += [_row(pair) for pair in pairs]
        rows.append(())
    measure = max(20, min(width - 1, 76))
    return (*rows, *(((line, Style.PLAIN),) for text in _READING for line in textwrap.wrap(text, measure)))


def _row(entries: list[Entry]) -> Row:
    spans: list[Span] = []
    for (sign, meaning, style), at, room in zip(entries, (0, _SECOND), _MEANINGS, strict=False):
        spans.append((" " * (at - width_of(tuple(spans))), Style.PLAIN))
        spans += [(sign, style), (" " * (at + room - width_of(tuple(spans)) - len(sign)), Style.PLAIN)]
        spans.append((meaning, Style.PLAIN))
    return tuple(spans)
