"""Which themes there are: Textual's own and ours."""

from textual.theme import BUILTIN_THEMES

from backprop_tui.panels.palette import DARK, LIGHT


def theme_names() -> tuple[str, ...]:
    """The names of all themes, ours first, then Textual's in alphabetical order."""
    return (DARK.name, LIGHT.name, *sorted(BUILTIN_THEMES))
