"""Colours and weights for the meanings in `present.canvas.Style`, under any of Textual's themes.

Weight, reversal and glyph carry the meaning, colour only adds to it: forward cyan, backward yellow, blocked violet,
never red against green.  Contrasts of our own themes are at least 4.5 : 1 on the background, 3 : 1 for what is dim on
purpose.  A theme may name the colours itself, as variables: ``backprop-forward``, ``backprop-backward`` and so on.
"""

from collections.abc import Mapping

from rich.style import Style as RichStyle
from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

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


def theme_names() -> tuple[str, ...]:
    """The names of all themes, ours first, then Textual's in alphabetical order."""
    return (DARK.name, LIGHT.name, *sorted(BUILTIN_THEMES))


_LEAST_CONTRAST = 3.0
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
    Style.RAIL: RichStyle(),
    Style.PATH: _BOLD,
    Style.USED: RichStyle(bold=True, underline=True),
    Style.BLOCKED: _BOLD,
    Style.NEXT: _BOLD,
    Style.EVENT: _BOLD,
    Style.KEY: _BOLD,
    Style.ERROR: _BOLD,
}

_COLOURED: Mapping[Style, str] = {
    Style.FORWARD: "secondary",
    Style.BACKWARD: "warning",
    Style.RAIL: "secondary",
    Style.PATH: "warning",
    Style.BLOCKED: "accent",
    Style.NEXT: "primary",
    Style.EVENT: "accent",
    Style.KEY: "primary",
    Style.ERROR: "error",
}
"""Which of a theme's colours a meaning takes; what the theme does not name, it takes from `DARK` or `LIGHT`."""


def palette(theme: Theme, background: Color) -> Mapping[Style, RichStyle]:
    """The style for each meaning under `theme` on `background`; in the terminal's own colours weights alone.

    A colour that the theme leaves out, that is too faint on the background or that another meaning has already is
    replaced by one of ours: a theme that names only its primary colour keeps forward, backward and blocked apart.
    """
    if theme.ansi:
        return _PLAIN
    ours = DARK if background.brightness < 0.5 else LIGHT
    faint = RichStyle(color="#868d99" if ours is DARK else "#6d7178")
    styles = {**_PLAIN, Style.DIM: faint, Style.PENDING: faint}
    taken: dict[str, str] = {}
    for meaning, role in _COLOURED.items():
        if role not in taken:
            wanted = theme.variables.get(f"backprop-{meaning}") or getattr(theme, role)
            usable = _is_readable(wanted, background) and wanted not in taken.values()
            taken[role] = wanted if usable else getattr(ours, role)
        styles[meaning] = _PLAIN[meaning] + RichStyle(color=Color.parse(taken[role]).rich_color)
    return styles


def _is_readable(colour: str | None, background: Color) -> bool:
    """Whether `colour` is one, and stands out from `background`."""
    if colour is None:
        return False
    try:
        parsed = Color.parse(colour)
    except ColorParseError:
        return False
    light, dark = sorted((_luminance(parsed), _luminance(background)), reverse=True)
    return parsed.ansi is None and (light + 0.05) / (dark + 0.05) >= _LEAST_CONTRAST


def _luminance(colour: Color) -> float:
    """The relative luminance, from 0 to 1 (WCAG 2.2, section "relative luminance")."""
    parts = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))
