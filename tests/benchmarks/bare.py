"""A bare Textual application: one Static.  What any first frame costs."""

from textual.app import App, ComposeResult
from textual.widgets import Static

READY = "a bare application"


class Bare(App[None]):
    def compose(self) -> ComposeResult:
        yield Static(READY)


if __name__ == "__main__":
    Bare().run()
