"""Write to the terminal only what it does not show yet.

Textual draws all rows anew when a widget comes or goes, at the start three times over; of a region it writes all cells,
and those left of it, too (`ChopsUpdate.render_segments`; its TODO says so); and it dresses every text in its whole
style, which in full colour is forty bytes.  Over a slow line that is most of what is sent.  Seen with textual 8.2.8.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from itertools import takewhile
from typing import Any

from rich.cells import cell_len
from rich.color import Color, ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from backprop_tui.terminal.optional import Cure, optional

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

_SYSTEMS = {
    None: None,
    "standard": ColorSystem.STANDARD,
    "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
    "windows": ColorSystem.WINDOWS,
}

Piece = tuple[int, int, Sequence[tuple[str, Style | None]]]
"""A column and a row (from 0), and the texts that are to be written from there on."""


class TerminalContents:
    """What the terminal shows, as far as it is known."""

    def __init__(self) -> None:
        self._rows: dict[int, Strip] = {}  # one that is missing may show anything
        self._region = Region()  # of the last whole frame

    def forget(self) -> None:
        """The terminal may have lost what it shows: the next frame is written whole."""
        self._rows.clear()

    @property
    def is_lost(self) -> bool:
        """Whether nothing has been written since it was forgotten."""
        return not self._rows

    def difference(self, update: object) -> object:
        """`update`, but that it writes only what changed; whatever is no update of the whole screen, as it is."""
        if isinstance(update, LayoutUpdate):
            return _alike_but(update, WholeFrame, self)
        if isinstance(update, ChopsUpdate):
            return _alike_but(update, Regions, self)
        return update

    def whole_frame(self, update: LayoutUpdate) -> list[Piece]:
        """What the terminal does not show yet of all rows."""
        if update.region != self._region:  # what is beyond another size's edge has ended up in the last row
            self.forget()
        self._region = update.region
        pieces: list[Piece] = []
        for y, strips in enumerate(update.strips, update.region.y):
            row = visible(Strip.join(strips))
            pieces += changes(self._rows.get(y), row, 0, y)
            self._rows[y] = row
        return pieces

    def regions(self, update: ChopsUpdate) -> list[Piece]:
        """What the terminal does not show yet of the spans in `update`."""
        pieces: list[Piece] = []
        for y, start, stop in update.spans:
            before, row = self._rows.get(y), visible(Strip.join(update.chops[y].values()))
            span = row.crop(start, stop)
            pieces += changes(before and before.crop(start, stop), span, start, y)
            if before is not None:  # what is left and right of the span stays
                self._rows[y] = row if span is row else Strip.join((before.crop(0, start), span, before.crop(stop)))
        return pieces


class WholeFrame(LayoutUpdate):
    """An update of all rows that writes what changed; where that fails, everything."""

    contents: TerminalContents

    def render_segments(self, *arguments: Any) -> str:  # noqa: ANN401 - a console, and whatever else there may be
        """What is to be written."""
        find = partial(self.contents.whole_frame, self)
        return _changed_or_all(self.contents, find, super().render_segments, *arguments)


class Regions(ChopsUpdate):
    """An update of parts of rows that writes what changed; where that fails, all of those parts."""

    contents: TerminalContents

    def render_segments(self, *arguments: Any) -> str:  # noqa: ANN401 - as above
        """What is to be written."""
        find = partial(self.contents.regions, self)
        return _changed_or_all(self.contents, find, super().render_segments, *arguments)


def _alike_but(update: object, kind: type[WholeFrame | Regions], contents: TerminalContents) -> object:
    """`update` as one of `kind`, which inherits from its class."""
    other = kind.__new__(kind)
    vars(other).update(vars(update), contents=contents)
    return other


def _changed_or_all(
    contents: TerminalContents,
    find: Callable[[], list[Piece]],
    everything: Callable[..., str],
    *arguments: Any,  # noqa: ANN401 - as above
) -> str:
    def changed(console: Console) -> str:
        return written(find(), _SYSTEMS[console.color_system])

    def whole() -> str:
        contents.forget()
        return everything(*arguments)

    return optional(Cure.CELL_DIFF, lambda: changed(*arguments), whole)


def visible(row: Strip) -> Strip:
    """`row` without what its styles say besides looks: where a text stands, for selecting it, and what it links to."""
    return Strip([Segment(text, style and _looks(style)) for text, style, _ in row], row.cell_length)


@lru_cache(maxsize=1024)
def _looks(style: Style) -> Style:
    return style.clear_meta_and_links()


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


def written(pieces: Iterable[Piece], system: ColorSystem | None) -> str:
    """What writes the pieces, for a terminal with the colours of `system`."""
    plain = worn = Style.null()
    parts: list[str] = []
    for x, y, texts in pieces:
        parts.append(f"\x1b[{y + 1};{x + 1}H")
        for text, style in texts:
            if style is not worn:
                parts.append(change_of_style(worn, style or plain, system))
                worn = style or plain
            parts.append(text)
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
