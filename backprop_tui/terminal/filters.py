"""What becomes of a row on its way to a terminal that shows less: ASCII alone, or sixteen colours."""

from collections.abc import Callable
from colorsys import rgb_to_hls
from functools import lru_cache

from rich.color import Color as RichColor
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

BLACK, WHITE, DARK_GREY, BRIGHT_WHITE = 0, 7, 8, 15
_HUES = ((20, 1), (75, 3), (155, 2), (200, 6), (265, 4), (340, 5), (360, 1))
"""Up to which degree of the circle of hues a colour is the terminal's red, yellow, green, cyan, blue or magenta."""


class Spelling(LineFilter):
    """Spells each text as `spell` does, which keeps its width."""

    def __init__(self, spell: Callable[[str], str]) -> None:
        super().__init__()
        self._spell = spell

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments, spelled."""
        del background
        return [
            segment if segment.text.isascii() else Segment(self._spell(segment.text), segment.style, segment.control)
            for segment in segments
        ]


class SixteenColours(LineFilter):
    """Chooses of sixteen colours the one with the same hue: the nearest in distance is white for most pale ones."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments in the terminal's own colours."""
        del background
        return [Segment(text, style and of_sixteen(style), control) for text, style, control in segments]


@lru_cache(maxsize=1024)
def of_sixteen(style: Style) -> Style:
    """`style` in the terminal's own sixteen colours, its text never in the colour of its ground."""
    ground = _nearest(style.bgcolor)
    text = _nearest(style.color)
    if text is not None and text == ground:
        text = BRIGHT_WHITE if text < WHITE or text == DARK_GREY else BLACK
    chosen = [None if number is None else RichColor.from_ansi(number) for number in (text, ground)]
    return style + Style(color=chosen[0], bgcolor=chosen[1])


def _nearest(colour: RichColor | None) -> int | None:
    """The number of the colour of the same hue, bright where it is light; None where it is the terminal's already."""
    if colour is None or colour.type is not ColorType.TRUECOLOR:
        return None
    hue, lightness, saturation = rgb_to_hls(*(part / 255 for part in colour.get_truecolor()))
    chroma = saturation * (1 - abs(2 * lightness - 1))
    if chroma < 0.15 or not 0.12 < lightness < 0.95:
        limits = ((0.2, BLACK), (0.6, DARK_GREY), (0.85, WHITE), (2.0, BRIGHT_WHITE))
        return next(number for limit, number in limits if lightness < limit)
    number = next(number for degree, number in _HUES if hue * 360 <= degree)
    return number + DARK_GREY if lightness > 0.5 else number
