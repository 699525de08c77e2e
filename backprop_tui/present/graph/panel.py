"""The panel of the computation graph: a rule with its title and the legend of the marks, below it the picture."""

from backprop_tui.present.canvas import Row, Style
from backprop_tui.present.chrome import rule_row
from backprop_tui.present.formulas import symbol
from backprop_tui.present.graph.drawing import graph_rows, graph_stages, graph_title
from backprop_tui.present.visibility import Mark
from backprop_tui.stepper.state import State

LEGEND = f"{Mark.NOW} just computed  {Mark.NEXT} next  {Mark.LATER} not yet  ╳ blocked"
SHORT_LEGEND = f"{Mark.NOW} done  {Mark.NEXT} next  {Mark.LATER} not yet  ╳ blocked"
SHORTEST_LEGEND = f"{Mark.NOW} done  {Mark.NEXT} next"


def graph_panel(state: State, width: int, height: int, *, chosen: int = 0, focused: bool = False) -> tuple[Row, ...]:
    """The panel in `height` rows (at least 2) of `width` cells; the title names the stage `chosen`, where not 0."""
    title = graph_title(state, width, height - 1)
    if chosen:
        title = f"{title}: > {symbol(state.timeline.rules[chosen - 1].quantity)}"
    return graph_rule(width, title, focused=focused), *graph_rows(state, width, height - 1)


def graph_rule(width: int, title: str = "Computation graph", *, focused: bool = False) -> Row:
    """The rule above the graph, with the legend of the marks as far as there is room for it."""
    for legend, end in ((LEGEND, "──"), (SHORT_LEGEND, "──"), (SHORT_LEGEND, ""), (SHORTEST_LEGEND, "")):
        if len(f"── {title}  {legend} {end}") <= width:
            right = ((f" {legend} ", Style.PENDING), (end, Style.DIM))
            return rule_row(width, title, right=right, focused=focused)
    return rule_row(width, title, focused=focused)


def stages_in_view(state: State, width: int, height: int) -> tuple[int, ...]:
    """The stages that the panel shows, in reading order, each once."""
    return tuple(dict.fromkeys(place.stage for place in graph_stages(state, width, height - 1)))
