"""The explanation of the stage on screen."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.reactive import reactive

from backprop_tui.panels.panel import Panel
from backprop_tui.present.canvas import Row
from backprop_tui.present.explanation.panel import explanation_lines, explanation_panel
from backprop_tui.stepper.state import State

if TYPE_CHECKING:
    from backprop_tui.present.predicting.asking import Asking


class Explanation(Panel):
    """The headline, what it means, and before that a notice; arrow keys scroll what does not fit.

    While the next number is asked for, the question stands there instead.
    """

    LEAST = (60, 2)

    notice: reactive[str] = reactive("", repaint=False)
    """What happened just now, in words; empty for nothing."""

    asking: reactive["Asking | None"] = reactive["Asking | None"](None, repaint=False)
    """How the next number is asked for; None for not at all."""

    first: reactive[int] = reactive(0, repaint=False)
    """The line (from 0) that the text begins with."""

    def draw(self, state: State, width: int, height: int) -> Sequence[Row]:
        """Headline and text, or the question."""
        if self.asking is not None and self.asking.question is not None:
            from backprop_tui.present.predicting.panel import question_panel  # noqa: PLC0415 - imported by who asks

            return question_panel(
                self.asking, width, height, notice=self.notice, first=self.first, focused=self.has_focus
            )
        return explanation_panel(
            state,
            width,
            height,
            notice=self.notice,
            first=self.first,
            focused=self.has_focus,
            ascii=self.ascii_only,
        )

    def watch_state(self, before: State | None, after: State | None) -> None:
        """Begin at the top."""
        self.set_reactive(Explanation.first, 0)
        super().watch_state(before, after)

    def watch_notice(self) -> None:
        """Say it."""
        self.redraw()

    def watch_asking(self) -> None:
        """Ask, from the top."""
        self.set_reactive(Explanation.first, 0)
        self.redraw()

    def watch_first(self) -> None:
        """Show other lines."""
        self.redraw()

    def action_choose(self, step: int) -> None:
        """Scroll by a line."""
        if self.state is None:
            return
        width, height = self.drawn_size
        lines = explanation_lines(self.state, width, self.notice, ascii=self.ascii_only)
        if self.asking is not None and self.asking.question is not None:
            from backprop_tui.present.predicting.panel import question_lines  # noqa: PLC0415 - likewise

            lines = question_lines(self.asking, width, self.notice)
        most = len(lines) - (height - 1)
        self.first = min(max(0, self.first + step), max(0, most))
