"""One screen of the application, without a terminal: the same cells as in a terminal of that size."""

import asyncio
import io
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType

from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.pilot import Pilot
from textual.strip import Strip

from backprop_tui.app import BackpropApp
from backprop_tui.launch import Launch

_TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
_MOST_LOOKS = 20  # until two in a row find the same cells

Cells = Sequence[Strip]
"""A screen, row by row."""


def screenshot(
    launch: Launch, *, size: tuple[int, int] = (80, 24), form: str = "text", keys: Sequence[str] = ()
) -> str:
    """The screen, `size` columns and rows large, that the application shows once `keys` have been pressed.

    `form` is one of `FORMS`: the rows without trailing blanks, the rows with SGR codes in 24-bit colour (in weights
    alone where NO_COLOR is set), or an SVG, the same to the byte every time.  To be called without a running loop.
    """
    cells = asyncio.run(_cells(launch, size, keys))
    return FORMS[form](cells, size)


async def _cells(launch: Launch, size: tuple[int, int], keys: Sequence[str]) -> Cells:
    with _colours():
        app = BackpropApp(launch)
    async with app.run_test(size=size, tooltips=True, notifications=True) as pilot:
        await _settled(app, pilot)
        for key in keys:
            await pilot.press(key)
        return await _settled(app, pilot)


@contextmanager
def _colours() -> Iterator[None]:
    """A terminal of 24-bit colour, as far as the environment tells: in that of another the cells would be others."""
    before = {name: os.environ.get(name) for name in _TERMINAL}
    os.environ.update(_TERMINAL)
    yield
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


async def _settled(app: BackpropApp, pilot: Pilot[int]) -> Cells:
    """The cells once nothing changes them any more."""
    before: Cells = ()
    for _ in range(_MOST_LOOKS):
        await pilot.pause()
        cells = _shown(app)
        if cells == before:
            break
        before = cells
    return before


def _shown(app: BackpropApp) -> Cells:
    """What the screen on top shows; where it is transparent, those below it."""
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens, simplify=True)
    return [Strip.join(row) for row in update.strips] if isinstance(update, LayoutUpdate) else ()


def _text(cells: Cells, _size: tuple[int, int]) -> str:
    return "".join(f"{row.text.rstrip()}\n" for row in cells)


def _ansi(cells: Cells, _size: tuple[int, int]) -> str:
    def coded(text: str, style: Style | None) -> str:
        return (style or Style.null()).render(text, color_system=ColorSystem.TRUECOLOR)

    return "".join(f"{''.join(coded(text, style) for text, style, _ in row)}\n" for row in cells)


def _svg(cells: Cells, size: tuple[int, int]) -> str:
    columns, rows = size
    console = Console(
        width=columns,
        height=rows,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        record=True,
        legacy_windows=False,
        safe_box=False,
        _environ={},
    )
    lines = [segment for row in cells for segment in (*row, Segment.line())]
    console.print(Segments(lines[:-1]))
    svg = console.export_svg(title="backprop-tui", unique_id="terminal")
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)  # for viewers that drop a text's leading blanks
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)  # a picture loads nothing from elsewhere
    return "".join(f"{line.rstrip()}\n" for line in svg.splitlines())


FORMS: Mapping[str, Callable[[Cells, tuple[int, int]], str]] = MappingProxyType(
    {"text": _text, "ansi": _ansi, "svg": _svg}
)
"""Every form of a screen, by its name."""
