"""The same screen the simple way: Statics of the size of the debugger's panels.

A key updates those whose counterparts a stage changes: title and phase bar, graph, table, explanation.  The loss
and the footer keep what they show.  Nothing is computed: each text is the one before with a number in its place.
"""

from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

READY = "six panels"
_LINE = "what stands in this row does not matter, but that it is as long as ours: {}"
_ROWS = {"title": 2, "graph": 8, "table": 9, "explanation": 4}


def _text(name: str, pressed: int) -> str:
    return "\n".join(_LINE.format(pressed) for _ in range(_ROWS[name]))


class Statics(App[None]):
    CSS = """
    #title { height: 2; } #graph { height: 8; } #middle { height: 9; }
    #table { width: 1fr; } #loss { width: 15; } #explanation { height: 4; } #footer { height: 1; }
    """
    pressed = 0

    def compose(self) -> ComposeResult:
        yield Static(_text("title", 0), id="title")
        yield Static(_text("graph", 0), id="graph")
        with Horizontal(id="middle"):
            yield Static(_text("table", 0), id="table")
            yield Static("loss", id="loss")
        yield Static(_text("explanation", 0), id="explanation")
        yield Static(READY, id="footer")

    def on_key(self) -> None:
        self.pressed += 1
        for name in _ROWS:
            self.query_one(f"#{name}", Static).update(_text(name, self.pressed))


if __name__ == "__main__":
    Statics().run()
