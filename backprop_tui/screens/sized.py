"""What all screens share: breakpoints for the style sheet, and a plain message where a terminal is too small."""

from typing import Any, TypeVar

from textual import events
from textual.app import App
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from backprop_tui.panels.title import TitleRow
from backprop_tui.present.chrome import LEAST_HEIGHT, LEAST_WIDTH, too_small_lines
from backprop_tui.present.commands import command
from backprop_tui.stepper.state import State

Result = TypeVar("Result")


def ruled(title: str, *, id: str | None = None) -> Static:  # noqa: A002 - as every widget has it
    """A rule with a title."""
    rule = Static(classes="rule", id=id)
    rule.border_title = f" {title} "
    return rule


def title_of(state: State, app: App[Any]) -> TitleRow:
    """The title row, for a screen over the panels."""
    title = TitleRow()
    title.state = state
    title.ascii_only = getattr(app, "ascii_only", False)
    return title


class SizedScreen(Screen[Result]):
    """A screen that says so where it has too little room, and comes back when there is some.

    Its first child is the message; the style sheet shows that or all others.
    """

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - textual declares them so
        (0, "-too-narrow"),
        (LEAST_WIDTH, "-narrow"),
        (80, "-normal"),
        (100, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - likewise
        (0, "-too-low"),
        (LEAST_HEIGHT, "-low"),
        (23, "-middle"),
        (30, "-tall"),
        (45, "-very-tall"),
    ]
    AUTO_FOCUS = ""

    _left: Widget | None = None
    """What had the focus before there was too little room, and is to have it again."""

    def message(self) -> Static:
        """The message, to be yielded before anything else.

        And the classes for the size at hand, so that all is styled once: textual sets them after the first layout.
        """
        for breakpoints, cells in zip(
            (self.HORIZONTAL_BREAKPOINTS, self.VERTICAL_BREAKPOINTS), self.app.size, strict=True
        ):
            names = [name for least, name in breakpoints or () if cells >= least]
            self.add_class(*names[-1:], update=False)
        return Static(id="too-small", markup=False)

    @property
    def too_small(self) -> bool:
        """Whether the terminal is too small to show anything else than that."""
        width, height = self.app.size
        return width < LEAST_WIDTH or height < LEAST_HEIGHT

    def on_resize(self, event: events.Resize) -> None:
        """Say how large the terminal is, and how large it would have to be."""
        self.query_one("#too-small", Static).update("\n".join(too_small_lines(*event.size)))
        if self.too_small:  # what is typed unseen is no input
            self._left = self.focused or self._left
            self.set_focus(None)
        elif self._left is not None:
            left, self._left = self._left, None
            self.set_focus(self.focused or left)

    async def on_key(self, event: events.Key) -> None:
        """Where nothing else could be seen, only the key to quit does something."""
        if self.too_small:
            event.prevent_default()
            event.stop()
            if event.key in command("quit").keys:
                await self.app.action_quit()
