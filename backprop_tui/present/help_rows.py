"""The help: every key, every mark, and how the screen is read; in pages where it does not fit at once."""

import textwrap

from backprop_tui.present.canvas import Canvas, Row, Style
from backprop_tui.present.chrome import rule_row
from backprop_tui.present.commands import COMMANDS
from backprop_tui.present.visibility import PENDING

_MARKS = (
    ("●", "just computed"),
    ("○", "computed by the next press"),
    (PENDING, "not computed yet"),
    ("0", "computed, and zero"),
    ("0╳", "zero: something blocks it"),
    ("─▶", "forward: values"),
    ("◀══", "backward: gradients"),
    ("◀╌╌", "backward, but blocked"),
)
_READING = (
    "Each press of → computes one number. Going back is as free as going on.",
    "The bold line says: quantity = rule = numbers put in = value.",
    "ctrl+p: all commands by name, and the dark and the light theme.",
)
_TWO_COLUMNS = 78  # the width from which two columns fit
_SECOND = 44

Entry = tuple[str, str, Style]


def help_pages(width: int, height: int) -> tuple[tuple[Row, ...], ...]:
    """The pages of the help, each `height` rows of `width` cells, nothing in them cut."""
    keys = [(" ".join(command.shown), command.help, Style.KEY) for command in COMMANDS]
    marks = [(mark, meaning, Style.PENDING if mark == PENDING else Style.STRONG) for mark, meaning in _MARKS]
    lines: list[tuple[Entry, ...]] = []
    for entries in (keys, marks):
        lines += [()] if lines else []
        lines += _side_by_side(entries) if width >= _TWO_COLUMNS else [(entry,) for entry in entries]
    reading = (line for sentence in _READING for line in textwrap.wrap(sentence, width - 4))
    lines += [(), *((("", line, Style.PLAIN),) for line in reading)]
    room = height - 1
    count = -(-len(lines) // room)
    pages = [lines[start : start + room] for start in range(0, len(lines), room)]
    return tuple(_page(page, number, count, width, height) for number, page in enumerate(pages, start=1))


def _side_by_side(entries: list[Entry]) -> list[tuple[Entry, ...]]:
    half = (len(entries) + 1) // 2
    return [tuple(entries[index::half]) for index in range(half)]


def _page(lines: list[tuple[Entry, ...]], number: int, count: int, width: int, height: int) -> tuple[Row, ...]:
    canvas = Canvas(width, height - 1)
    for y, line in enumerate(lines):
        for (sign, meaning, style), x, gap in zip(line, (2, _SECOND), (11, 5), strict=False):
            canvas.put(x, y, sign, style)
            canvas.put(x + (gap if sign else 0), y, meaning)
    title = "Help" if count == 1 else f"Help {number} of {count}"
    return (rule_row(width, title), *canvas.rows())
