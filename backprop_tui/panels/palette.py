"""Colours and weights for the meanings in `present.picture.Style`.

Weight, reversal and glyph carry the meaning, colour only adds to it: forward cyan, backward yellow, blocked magenta,
never red against green.  Contrasts are at least 4.5 : 1 on the theme's background, 3 : 1 for what is dim on purpose.
"""

from collections.abc import Mapping

from rich.style import Style as RichStyle
from textual.theme import Theme

from backprop_tui.present.canvas import Style

DARK = Theme(
    "backprop-dark",
    primary="#7fb4e6",
    secondary="#56c8d8",
    warning="#e5c158",
    error="#ff9e8a",
    accent="#d49be8",
    foreground="#e4e4e4",
    background="#14161a",
    surface="#14161a",
    panel="#20242b",
    dark=True,
)
LIGHT = Theme(
    "backprop-light",
    primary="#0b5cad",
    secondary="#00667a",
    warning="#7d5a00",
    error="#a8321a",
    accent="#8a2aa8",
    foreground="#1b1d21",
    background="#fbfaf6",
    surface="#fbfaf6",
    panel="#ecebe4",
    dark=False,
)


def palette(theme: Theme) -> Mapping[Style, RichStyle]:
    """The style for each meaning under `theme`; a theme of the terminal's own colours gets weights alone."""
    if theme.ansi:
        return _PLAIN
    faint = "#868d99" if theme.dark else "#6d7178"
    return {
        **_PLAIN,
        Style.DIM: RichStyle(color=faint),
        Style.PENDING: RichStyle(color=faint),
        Style.FORWARD: RichStyle(color=theme.secondary),
        Style.BACKWARD: RichStyle(color=theme.warning, bold=True),
        Style.BLOCKED: RichStyle(color=theme.accent, bold=True),
        Style.NEXT: RichStyle(color=theme.primary, bold=True),
        Style.EVENT: RichStyle(color=theme.accent, bold=True),
        Style.KEY: RichStyle(color=theme.primary, bold=True),
        Style.ERROR: RichStyle(color=theme.error, bold=True),
    }


_BOLD = RichStyle(bold=True)

_PLAIN: Mapping[Style, RichStyle] = {
    Style.PLAIN: RichStyle(),
    Style.DIM: RichStyle(dim=True),
    Style.PENDING: RichStyle(dim=True),
    Style.STRONG: _BOLD,
    Style.TITLE: RichStyle(),
    Style.NOW: RichStyle(bold=True, reverse=True),
    Style.FORWARD: RichStyle(),
    Style.BACKWARD: _BOLD,
    Style.USED: RichStyle(bold=True, underline=True),
    Style.BLOCKED: _BOLD,
    Style.NEXT: _BOLD,
    Style.EVENT: _BOLD,
    Style.KEY: _BOLD,
    Style.ERROR: _BOLD,
}
