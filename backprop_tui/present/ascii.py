"""The same rows for terminals that are not UTF-8: every character spelled in ASCII, columns kept where they are."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby, zip_longest
from types import MappingProxyType

from backprop_tui.present.canvas import Row, Span, Style, padded

_LONGER = {
    "→": "->",
    "←": "<-",
    "↑": "Up",
    "↓": "Down",
    **{power: f"^{digit}" for digit, power in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    "ᵀ": "^T",
    "⊙": ".*",  # as Octave spells it
    "≤": "<=",
    "≥": ">=",
    "±": "+-",
    "…": "...",
    "∞": "inf",
    "√": "sqrt",
    "½": "1/2",
    "π": "pi",
    "α": "alpha",
    "β": "beta",
    "ε": "eps",
    "λ": "lambda",
    "μ": "mu",
    "δ": "delta",
    "Σ": "sum",
}

ASCII: Mapping[str, str] = MappingProxyType(
    {
        **_LONGER,
        **dict.fromkeys("─━−–—", "-"),
        **dict.fromkeys("│║", "|"),
        **dict.fromkeys("┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬╪╫", "+"),
        **dict(zip("═╌", "=.", strict=True)),  # a blocked gradient's line is neither a double one nor a forward one
        **dict(zip("▁▂▃▄▅▆▇█", "_:-=+*%#", strict=True)),  # without the dot, which is "not yet"
        **dict(zip("░▒▓", ":=%", strict=True)),  # of the blocks, a dot before them and the full one after them
        **dict(zip("▶▷◀▲▼", ">)<^v", strict=True)),
        **dict(zip("●○✓✗╳⋮", "@~+xX:", strict=True)),
        **dict(zip("∂×σ′’‘“”", "dxs'''\"\"", strict=True)),
    }
)
"""How each character of the screen is spelled; ``·`` has more than one meaning and depends on its style."""

_FOREIGN = {"▔": "-", "▁": "_", "▇": "#", "…": ".", "🔎": "", **dict.fromkeys("▏▎▍▌▋▊▉▐", "|")}
"""What textual's footer, command palette and scroll bars draw, in no more cells than there."""

_ELASTIC = " ─═╌"  # a run of one of these can be shorter without a loss

Spelling = tuple[str, str, Style]
"""A character, its spelling and its style."""


def spelled(rows: Iterable[Row], width: int, *, ascii: bool) -> tuple[Row, ...]:  # noqa: A002 - as the option is called
    """`rows` as a terminal shows them: exactly `width` cells wide, and in ASCII where it reads nothing else."""
    return tuple(padded(ascii_row(row, width) if ascii else row, width) for row in rows)


def ascii_row(row: Row, width: int) -> Row:
    """`row` in ASCII, at most `width` cells wide.

    Where a spelling is longer than its character, the next run of blanks or of a line gives way, so that what
    stands farther right keeps its column.
    """
    cells = [
        (character, spelling, style)
        for text, style in row
        for character, spelling in zip(text, _spelled(text, style), strict=True)
    ]
    grown = sum(len(spelling) for _, spelling, _ in cells)
    if grown > width:  # the arrows of the phase bar have blanks beside them that cannot give way
        cells = [(one, ">" if one == "→" and style is Style.DIM else spelling, style) for one, spelling, style in cells]
    return _joined(_absorbed(cells, least=2 if grown <= width else 1), width)


@lru_cache(maxsize=4096)
def in_ascii(text: str) -> str:
    """A text that is not ours to lay out, in ASCII and in as many cells.

    A dot that stands alone is a value not computed yet, one between blanks parts, and any other multiplies.
    """
    text = text.replace("·", ".") if text.strip() == "·" else text.replace(" · ", " - ").replace("·", "*")
    return "".join(_in_cells(character) for character in text)


def ascii_lines(lines: Iterable[str]) -> Iterator[str]:
    """The lines of a text report in ASCII, in as many columns as that takes."""
    dot = "-"  # in the introduction it parts, in rules it multiplies
    for line in lines:
        if line.lstrip("#\n ").startswith("Epoch "):
            dot = "*"
        dotted = line.replace("·", dot)
        yield "".join(letter if letter.isascii() else ASCII.get(letter) or _base(letter) for letter in dotted)


def _in_cells(character: str) -> str:
    if character.isascii():
        return character
    from rich.cells import cell_len  # noqa: PLC0415 - a trace in ASCII does without

    spelling = _FOREIGN[character] if character in _FOREIGN else ASCII.get(character) or _base(character)
    return spelling.ljust(2)[: cell_len(character)]


def _spelled(text: str, style: Style) -> Iterator[str]:
    """The spelling of each character of a span."""
    if style is Style.TITLE:
        dot = "-"
    elif style is Style.PENDING or (style is Style.DIM and text.strip() == "·"):
        dot = "."
    else:
        dot = "*"
    for character, following in zip_longest(text, text[1:], fillvalue=" "):
        if character.isascii():
            yield character
        elif character == "×" and following != " ":  # a factor, as in ×1, which is not the input x1
            yield "*"
        else:
            yield dot if character == "·" else ASCII.get(character) or _base(character)


def _base(character: str) -> str:
    """A letter without its accents; ``?`` for what ASCII has nothing for."""
    return unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode() or "?"


def _absorbed(cells: list[Spelling], least: int) -> Iterator[Span]:
    """The spellings, with runs shortened by what the spellings before them are too long.

    One cell of a run is kept, before a key `least`: blanks part the keys of a footer, where nothing has a column.
    """
    owed = 0
    runs = [list(run) for _, run in groupby(cells, key=lambda cell: cell[0])]
    for run, following in zip_longest(runs, runs[1:]):
        taken = 0
        if run[0][0] in _ELASTIC:
            kept = least if following and following[0][2] is Style.KEY else 1
            taken = min(owed, max(0, len(run) - kept))
        owed += sum(len(spelling) - 1 for _, spelling, _ in run) - taken
        yield from ((spelling, style) for _, spelling, style in run[taken:])


def _joined(spans: Iterator[Span], width: int) -> Row:
    """Neighbours of one style joined, and what is beyond `width` cut off."""
    found: list[Span] = []
    room = width
    for text, style in spans:
        if found and found[-1][1] is style:
            found[-1] = (found[-1][0] + text[:room], style)
        elif text[:room]:
            found.append((text[:room], style))
        room -= min(room, len(text))
    return tuple(found)
