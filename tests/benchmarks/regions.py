"""The least that Textual needs for a key: one widget, six of its rows painted anew by `Region`; nothing computed."""

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

READY = "six rows"
_HEIGHT = 24
_CHANGING = tuple(range(2, _HEIGHT, 4))
_LINE = "what stands in this row does not matter, but that it is as long as ours: {}"


class Rows(Widget):
    """`_HEIGHT` rows of one line each; those in `_CHANGING` end with how many keys were pressed."""

    pressed = 0

    def render_line(self, y: int) -> Strip:
        text = READY if y == 0 else _LINE.format(self.pressed if y in _CHANGING else 0)
        return Strip([Segment(text, self.rich_style)]).adjust_cell_length(self.size.width, self.rich_style)

    def press(self) -> None:
        self.pressed += 1
        self.refresh(*(Region(0, y, self.size.width, 1) for y in _CHANGING))


class Regions(App[None]):
    def compose(self) -> ComposeResult:
        yield Rows()

    def on_key(self) -> None:
        self.query_one(Rows).press()


if __name__ == "__main__":
    Regions().run()
