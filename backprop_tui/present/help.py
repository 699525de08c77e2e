"""The help: every key, every mark, how the screen is read, and every word and sign on it."""

import textwrap
from collections.abc import Container

from backprop_tui.present.canvas import Row, Span, Style, width_of
from backprop_tui.present.commands import COMMANDS
from backprop_tui.present.glossary import glossary
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

_WORDS = 18  # cells for a term of the glossary

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
    reading = (((line, Style.PLAIN),) for text in _READING for line in textwrap.wrap(text, measure))
    return (*rows, *reading, (), (("Words and signs", Style.STRONG),), *glossary_rows(width))


def glossary_rows(width: int) -> tuple[Row, ...]:
    """Every term and sign with its meaning, in one row where that is at least 80 cells wide, else in up to two."""
    room = max(20, width - _WORDS - 1)
    rows: list[Row] = []
    for term, meaning in glossary():
        sign = term
        for line in textwrap.wrap(meaning, room):
            rows.append(((f"{sign:{_WORDS}}", Style.STRONG), (line, Style.PLAIN)))
            sign = ""
    return tuple(rows)


def _row(entries: list[Entry]) -> Row:
    spans: list[Span] = []
    for (sign, meaning, style), at, room in zip(entries, (0, _SECOND), _MEANINGS, strict=False):
        spans.append((" " * (at - width_of(tuple(spans))), Style.PLAIN))
        spans += [(sign, style), (" " * (at + room - width_of(tuple(spans)) - len(sign)), Style.PLAIN)]
        spans.append((meaning, Style.PLAIN))
    return tuple(spans)
