"""What is said of a local derivative: how much one number moves when one that it is made from moves."""

from collections.abc import Iterator

from backprop_tui.core.backprop import Phase
from backprop_tui.core.graph import Role
from backprop_tui.core.ops import ACTIVATIONS
from backprop_tui.present.explanation.activation import slope
from backprop_tui.present.explanation.loss import loss_slope
from backprop_tui.present.explanation.step_context import StepContext
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import follows


def local(moment: StepContext) -> Iterator[str]:
    """How the moment's node moves with the argument of its rule."""
    node, argument = moment.node, moment.rule.argument
    inputs = node.args[len(node.args) // 2 : -1]
    if node is moment.graph.root:
        yield from loss_slope(moment)
    elif node.operation in ACTIVATIONS:
        yield from slope(moment)
    elif node.operation != "affine":
        yield f"How much does {node.name} move when {argument} moves?"
        yield f"Here {node.name} {follows(moment.value)}: {number(moment.value)}."
    elif argument == node.args[-1]:
        yield from _of_bias(moment)
    elif argument in inputs:
        yield from _of_input(moment, node.args[inputs.index(argument)])
    else:
        yield from _of_weight(moment, inputs[node.args.index(argument)])
    if moment.is_last and moment.stages(Phase.CHAIN):
        yield f"Every link from the loss back to {moment.learning} is known; next they are joined."


def _of_weight(moment: StepContext, x: str) -> Iterator[str]:
    z, w = moment.node.name, moment.rule.argument
    if moment.is_first(Role.PARAMETER):
        rule = f"In {w}·{x} + … the" if len(moment.node.args) > 3 else f"In {w}·{x} + {moment.node.args[-1]} the"
        yield f"How much does {z} move when {w} moves?"
        opening = f"{rule} weight"
    else:
        opening = f"How much does {z} move when {w} moves? {w}"
    how = follows(moment.value)
    if moment.value == 0:
        what = "this input is" if moment.graph.by_name[x].role is Role.INPUT else "what it weighs is"
        yield f"{opening} is multiplied by {x} = 0, so {z} {how}: {what} 0, so its weight does nothing here."
    else:
        yield f"{opening} is multiplied by {x} = {number(moment.value)}, so {z} {how}."
    yield "The local derivative of a weight is its input."


def _of_input(moment: StepContext, w: str) -> Iterator[str]:
    z, x = moment.node.name, moment.rule.argument
    yield f"How much does {z} move when {x} moves?"
    yield f"{x} is multiplied by {w} = {number(moment.value)}, so {z} {follows(moment.value)}."
    yield "The local derivative of an input is its weight: on this link the walk goes on to the layer before."


def _of_bias(moment: StepContext) -> Iterator[str]:
    z, b = moment.node.name, moment.rule.argument
    yield f"How much does {z} move when {b} moves?"
    yield f"The bias is only added, so {z} {follows(moment.value)}: {number(moment.value)}."
