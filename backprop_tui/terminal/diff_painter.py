"""Write to the terminal only what it does not show yet: another cure for the stack below, large enough for a module.

Textual draws all rows anew when a widget comes or goes, at the start three times over; of a region it writes all cells,
and those left of it, too (`ChopsUpdate.render_segments`; its TODO says so); and it dresses every text in its whole
style, which in full colour is forty bytes.  Over a slow line that is most of what is sent.  Seen with textual 8.2.8.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import takewhile

from rich.cells import cell_len
from rich.color import Color, ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

_GAP = 6  # cells
_SWITCHES = {
    "bold": ("1", "22"),
    "dim": ("2", "22"),
    "italic": ("3", "23"),
    "underline": ("4", "24"),
    "underline2": ("21", "24"),
    "blink": ("5", "25"),
    "blink2": ("6", "25"),
    "reverse": ("7", "27"),
    "conceal": ("8", "28"),
    "strike": ("9", "29"),
    "frame": ("51", "54"),
    "encircle": ("52", "54"),
    "overline": ("53", "55"),
}
"""What a style may switch on: the codes (ECMA-48, SGR) that do so, and those that end it."""

Piece = tuple[int, int, Sequence[tuple[str, Style | None]]]
"""A column and a row (from 0), and the texts that are to be written from there on."""


class TerminalContents:
    """What the terminal shows, as far as it is known."""

    def __init__(self, spell: Callable[[str], str] = str) -> None:
        self._spell = spell  # as what each text is written, in as many cells
        self._rows: dict[int, Strip] = {}  # one that is missing may show anything
        self._region = Region()  # of the last whole frame

    def forget(self) -> None:
        """The terminal may have lost what it shows: the next frame is written whole."""
        self._rows.clear()

    @property
    def is_lost(self) -> bool:
        """Whether nothing has been written since it was forgotten."""
        return not self._rows

    def whole_frame(self, update: LayoutUpdate, console: Console) -> str:
        """What makes the terminal show all of `update`."""
        if update.region != self._region:  # what is beyond another size's edge has ended up in the last row
            self.forget()
        self._region = update.region
        pieces: list[Piece] = []
        for y, strips in enumerate(update.strips, update.region.y):
            row = Strip.join(strips)
            pieces += changes(self._rows.get(y), row, 0, y)
            self._rows[y] = row
        return written(pieces, console._color_system, self._spell)

    def regions(self, update: ChopsUpdate, console: Console) -> str:
        """What makes the terminal show the parts in `update`."""
        pieces: list[Piece] = []
        for y, start, stop in update.spans:
            before, row = self._rows.get(y), Strip.join(update.chops[y].values())
            span = row.crop(start, stop)
            pieces += changes(before and before.crop(start, stop), span, start, y)
            if before is not None:  # what is left and right of the span stays
                self._rows[y] = row if span is row else Strip.join((before.crop(0, start), span, before.crop(stop)))
        return written(pieces, console._color_system, self._spell)


def paint_only_what_changed(shown: TerminalContents) -> None:
    """Have textual write of a frame only the cells in which it differs from what is `shown`."""

    def whole_frame(update: LayoutUpdate, console: Console) -> str:
        return shown.whole_frame(update, console)

    def regions(update: ChopsUpdate, console: Console) -> str:
        return shown.regions(update, console)

    LayoutUpdate.render_segments = whole_frame  # type: ignore[method-assign, assignment]
    ChopsUpdate.render_segments = regions  # type: ignore[method-assign, assignment]


def changes(before: Strip | None, after: Strip, x: int, y: int) -> list[Piece]:
    """The runs of cells in which `after` differs from `before`, both from column x of row y on.

    Runs less than `_GAP` cells apart are one: to jump costs as much as to write what is between.
    """
    if before is None or before.cell_length != after.cell_length or not (_is_narrow(before) and _is_narrow(after)):
        return [(x, y, [(text, style) for text, style, _ in after])]
    olds, news = list(before), list(after)
    ahead = _alike(olds, news)
    behind = _alike(olds[:ahead:-1], news[:ahead:-1])  # but for the first that differs, from the end
    old, new = _cells(olds[ahead : len(olds) - behind]), _cells(news[ahead : len(news) - behind])
    first = sum(len(text) for text, _, _ in news[:ahead])
    runs: list[tuple[int, int]] = []
    for column, (cell, other) in enumerate(zip(old, new, strict=True)):
        if cell != other:
            if runs and column - runs[-1][1] < _GAP:
                runs[-1] = (runs[-1][0], column + 1)
            else:
                runs.append((column, column + 1))
    return [(x + first + left, y, new[left:right]) for left, right in runs]


def _is_narrow(row: Strip) -> bool:
    """Whether every character of a row takes one cell."""
    return all(_is_narrow_text(text) for text, _, _ in row)


@lru_cache(maxsize=4096)
def _is_narrow_text(text: str) -> bool:
    return all(cell_len(character) == 1 for character in text)


def _alike(some: Iterable[Segment], others: Iterable[Segment]) -> int:
    """How many segments are the same from the start on."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(some, others, strict=False)))


def _cells(segments: Iterable[Segment]) -> list[tuple[str, Style | None]]:
    """The characters, each with its style."""
    return [(character, style) for text, style, _ in segments for character in text]


def written(pieces: Iterable[Piece], system: ColorSystem | None, spell: Callable[[str], str] = str) -> str:
    """What writes the pieces, for a terminal with the colours of `system`, each text as `spell` has it."""
    plain = worn = Style.null()
    parts: list[str] = []
    for x, y, texts in pieces:
        parts.append(f"\x1b[{y + 1};{x + 1}H")
        for text, style in texts:
            if style is not worn:
                parts.append(change_of_style(worn, style or plain, system))
                worn = style or plain
            parts.append(spell(text))
    return "".join((*parts, change_of_style(worn, plain, system)))


@lru_cache(maxsize=4096)
def change_of_style(before: Style, after: Style, system: ColorSystem | None) -> str:
    """The escape sequence from one style to another; addresses behind a text, of which we show none, are left out."""
    had, wanted = ({name for name in _SWITCHES if getattr(style, name)} for style in (before, after))
    off = {_SWITCHES[name][1] for name in had - wanted}
    # To end bold ends dim, too: what is to stay is switched on anew.
    codes = sorted(off)
    codes += [on for name, (on, end) in _SWITCHES.items() if name in wanted and (name not in had or end in off)]
    for foreground in (True, False) if system is not None else ():
        colours = (style.color if foreground else style.bgcolor for style in (before, after))
        old, new = ((each or Color.default()).downgrade(system).get_ansi_codes(foreground) for each in colours)
        codes += new if new != old else ()
    return f"\x1b[{';'.join(codes)}m" if codes else ""
