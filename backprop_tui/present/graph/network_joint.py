"""Between the z's and the a's of a layer in which every answer is made from all z's: softmax."""

from backprop_tui.core.backprop import Phase, local_name
from backprop_tui.present.canvas import Style
from backprop_tui.present.formulas import symbol
from backprop_tui.present.graph.network_gap import draw_brought, draw_meeting, leave
from backprop_tui.present.graph.network_layout import MEETING, TURN, LayerView
from backprop_tui.present.graph.sheet import FACTOR, Sheet
from backprop_tui.present.graph.wires import LIGHT, Wires
from backprop_tui.present.visibility import Mark


def draw_joint_bus(sheet: Sheet, view: LayerView) -> None:
    """All z's lead to one bus, from which every a takes what all bring."""
    wires = Wires(LIGHT, Style.FORWARD)
    rows = leave(sheet, view.sums, wires, view.joint)
    entering = [y + 1 for y in view.answers.window.rows]
    if view.answers.window.mark is not None:
        entering.append(view.answers.window.mark)
    for y in entering:
        wires.across(view.joint, view.answers.x - 2, y)
    wires.down(view.joint, min(rows + entering), max(rows + entering))
    wires.draw(sheet.canvas)
    for y in entering:
        sheet.canvas.put(view.answers.x - 2, y, "▶", Style.FORWARD)


def draw_joint_links(sheet: Sheet, view: LayerView) -> None:
    """The way back: a row of the Jacobian among local derivatives; later what the answers' gradients bring to each z.

    A z's gradient is the sum of what comes from every answer.  At its own stage each part rides on its line, and where
    there is room the local derivative that makes it; afterwards the lines alone say where it came from.
    """
    focus = sheet.layout.focus
    if focus.joint and focus.item == view.number:
        draw_parts(sheet, view, view.nodes.sums[focus.neuron - 1])
        return
    known = [name for name in view.sums.names if sheet.cell(sheet.gradient(name)).known]
    if known:
        draw_meeting(sheet, view.sums, known, view.answers, view.joint - TURN, view.answers.x)
    elif view.holds_parts and (answer := _answer_at_hand(sheet, view)):
        draw_jacobian(sheet, view, answer)


def draw_parts(sheet: Sheet, view: LayerView, z: str) -> None:
    """What each answer brings to the gradient of `z`: ``◀══╦═ −0.668 ══ ×0.2218 ═`` from ∂L/∂a on."""
    x = view.sums_end + MEETING
    draw_meeting(sheet, view.sums, (z,), view.answers, view.sums_end + 2, view.answers.x)
    draw_brought(sheet, z, view.answers, x)
    slopes = {a: f"{FACTOR}{sheet.cell(local_name(sheet.graph, a, z)).number}" for a in view.answers.names}
    at = view.joint - 1 - max(map(len, slopes.values()))
    for answer, y in zip(view.answers.names, view.answers.window.rows, strict=True):
        if at >= x + view.widths.slope + 3:
            sheet.ride(at, y + 2, slopes[answer], Style.USED)


def draw_jacobian(sheet: Sheet, view: LayerView, answer: str) -> None:
    """Below the wire of each z, as far as that is known, how it moves `answer`; above the wire what that is called."""
    for z, y in zip(view.sums.names, view.sums.window.rows, strict=True):
        slope = local_name(sheet.graph, answer, z)
        if sheet.cell(slope).mark is Mark.LATER:
            continue
        name, x = symbol(slope), view.sums_end + MEETING
        at = min(x, view.joint - 1 - len(name))
        if at > view.sums.x + len(z):
            sheet.canvas.put(at, y, name)
        sheet.factor(x, y + 2, slope)


def _answer_at_hand(sheet: Sheet, view: LayerView) -> str:
    """The answer that the local derivative just computed, or else the next one, is that of; empty where none is."""
    rules, here = sheet.state.timeline.rules, sheet.state.position.stage
    for rule in rules[max(0, here - 1) : here + 1]:
        if rule.phase is Phase.LOCAL and rule.node in view.nodes.answers:
            return rule.node
    return ""
