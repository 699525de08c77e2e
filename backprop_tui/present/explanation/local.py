"""What is said of a local derivative: how much one number moves when one that it is made from moves."""

from collections.abc import Iterator

from backprop_tui.core.backprop import Phase, gradient_name
from backprop_tui.core.graph import Role
from backprop_tui.core.ops import ACTIVATIONS
from backprop_tui.present.explanation.activation import slope
from backprop_tui.present.explanation.loss import loss_slope
from backprop_tui.present.explanation.step_context import StepContext, may_change
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import follows, listed

_FEW = 2  # so many gradients are named


def local(moment: StepContext) -> Iterator[str]:
    """How the moment's node moves with the argument of its rule."""
    node, argument = moment.node, moment.rule.argument
    inputs = node.args[len(node.args) // 2 : -1]
    if node is moment.graph.root:
        yield from loss_slope(moment)
        if moment.is_first() and moment.value != 0:
            yield f"A derivative says how much one number moves with another; by ∂, nothing but {argument} moves."
    elif node.operation in ACTIVATIONS:
        yield from slope(moment)
    elif node.layer:
        from backprop_tui.present.explanation.softmax import share_slope  # noqa: PLC0415 - rarely needed

        yield from share_slope(moment)
    elif node.operation != "affine":
        yield f"If {argument} moves a little, {node.name} {follows(moment.value)}: {number(moment.value)}."
    elif argument == node.args[-1]:
        yield f"If {argument} moves, {node.name} {follows(moment.value)}: the bias is only added, factor 1."
    elif argument in inputs:
        yield from _of_input(moment, node.args[inputs.index(argument)])
    else:
        yield from _of_weight(moment, inputs[node.args.index(argument)])
    if moment.is_last and moment.stages(Phase.CHAIN):
        yield from _wanted(moment)


def _wanted(moment: StepContext) -> Iterator[str]:
    """Which gradients are sought, and why: before they come."""
    free = [node.name for node in moment.graph.parameters if not node.fixed]
    gradients = [symbol(gradient_name(moment.graph, name)) for name in free]
    if not free:
        yield "Nothing may change here, all parameters being held; their gradients are computed all the same."
    else:
        wanted = listed(gradients) if len(free) <= _FEW else f"their {len(free)} gradients"
        are = "is" if len(free) == 1 else "are"
        yield f"Only {may_change(moment.graph, moment.view.scenario)} may change, so {wanted} {are} wanted."
    yield "Every link on the way to them is known; next they are joined."


def _of_weight(moment: StepContext, x: str) -> Iterator[str]:
    z, w = moment.node.name, moment.rule.argument
    if moment.value == 0:
        what = "this input is" if moment.graph.by_name[x].role is Role.INPUT else "what it weighs is"
        yield f"If {w} moves, {z} does not move at all: {w} is multiplied by {x} = 0."
        yield f"{what.capitalize()} 0, so its weight does nothing for this sample."
    else:
        yield f"If {w} moves, {z} {follows(moment.value)}: {w} is multiplied by {x} = {number(moment.value)}."
    if not moment.is_neuron:
        yield f"{w} is the weight of neuron {moment.place(w)}."
    yield "The local derivative of a weight is its input."


def _of_input(moment: StepContext, w: str) -> Iterator[str]:
    z, x = moment.node.name, moment.rule.argument
    yield f"If {x} moves, {z} {follows(moment.value)}: {x} is multiplied by {w} = {number(moment.value)}."
    yield "The local derivative of an input is its weight."
    yield f"On this link the walk goes on to {x}, in the layer before."
