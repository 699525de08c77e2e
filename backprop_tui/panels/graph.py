"""The computation graph."""

from collections.abc import Sequence

from textual.geometry import Size

from backprop_tui.panels.panel import Panel
from backprop_tui.present.canvas import Row
from backprop_tui.present.graph.drawing import graph_heights, graph_stage_at
from backprop_tui.present.graph.panel import graph_panel, stages_in_view
from backprop_tui.stepper.state import State


class ComputationGraph(Panel):
    """Nodes, edges and what runs along them; a click on a number leads to its stage."""

    LEAST = (60, 7)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as the picture can use, and its rule; what there is room for, the style sheet says."""
        del container, viewport
        return graph_heights(self.state, width)[-1] + 1 if self.state else 1

    def watch_state(self, before: State | None, after: State | None) -> None:
        """Show another state; the picture of another graph may need more room, or less."""
        super().watch_state(before, after)
        if before is None or after is None or before.timeline.graph is not after.timeline.graph:
            self.refresh(layout=True)

    def draw(self, state: State, width: int, height: int) -> Sequence[Row]:
        """Rule and picture."""
        return graph_panel(state, width, height, chosen=self.chosen, focused=self.has_focus)

    def stage_at(self, x: int, y: int) -> int:
        """The stage of the number or name there."""
        width, height = self.drawn_size
        return graph_stage_at(self.state, width, height - 1, x, y - 1) if self.state and y else 0

    def choices(self) -> Sequence[int]:
        """What is in view, in reading order."""
        return stages_in_view(self.state, *self.drawn_size) if self.state else ()
