"""The loss over the epochs."""

from collections.abc import Sequence

from textual.geometry import Size

from backprop_tui.panels.panel import Panel
from backprop_tui.present.canvas import Row, width_of
from backprop_tui.present.loss.panel import loss_panel
from backprop_tui.stepper.state import State


class LossSparkline(Panel):
    """Bars, an axis and a table of epochs, as far as there is room; in one row the loss on screen in words."""

    LEAST = (15, 1)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as those words."""
        del container, viewport
        return width_of(loss_panel(self.state, 0, 1)[0]) if self.state else 1

    def watch_state(self, before: State | None, after: State | None) -> None:
        """Show another loss, and in one row take as much room as its words do."""
        super().watch_state(before, after)
        if self.size.height == 1:
            self.refresh(layout=True)

    def draw(self, state: State, width: int, height: int) -> Sequence[Row]:
        """Rule and bars."""
        return loss_panel(state, width, height, focused=self.has_focus)
