"""One screen of the application, without a terminal: the same cells as in a terminal of that size."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from textual.pilot import Pilot

from backprop_tui.app import BackpropApp
from backprop_tui.launch import Launch
from backprop_tui.present.export.picture import FORMS, Cells
from backprop_tui.screens.cells import cells_of

_TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
_MOST_LOOKS = 20  # until two in a row find the same cells


def screenshot(
    launch: Launch, *, size: tuple[int, int] = (80, 24), form: str = "text", keys: Sequence[str] = ()
) -> str:
    """The screen, `size` columns and rows large, that the application shows once `keys` have been pressed.

    `form` is one of `FORMS`: the rows without trailing blanks, the rows with SGR codes in 24-bit colour (in weights
    alone where NO_COLOR is set), or an SVG, the same to the byte every time.  To be called without a running loop.
    """
    cells = asyncio.run(_cells(launch, size, keys))
    return FORMS[form](cells)


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
        cells = cells_of(app.screen)
        if cells == before:
            break
        before = cells
    return before
