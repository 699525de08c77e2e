"""What a screen shows, cell by cell."""

from collections.abc import Sequence
from typing import Any

from textual._compositor import LayoutUpdate
from textual.screen import Screen
from textual.strip import Strip


def cells_of(screen: Screen[Any]) -> Sequence[Strip]:
    """The rows of `screen`, whatever is over it; where it is transparent, what is below it."""
    below = screen.app._background_screens if screen is screen.app.screen else []
    # There is no public way to read a screen.
    update = screen._compositor.render_update(full=True, screen_stack=below, simplify=True)
    return [Strip.join(row) for row in update.strips] if isinstance(update, LayoutUpdate) else ()
