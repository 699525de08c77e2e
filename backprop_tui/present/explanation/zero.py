"""What is said of a gradient of 0: the answer is right, an input is 0, or something keeps it back."""

from collections.abc import Iterator

from backprop_tui.core.compiled import SMALL_GRADIENT
from backprop_tui.core.graph import Node, Role
from backprop_tui.core.ops import ACTIVATIONS
from backprop_tui.present.events import paths
from backprop_tui.present.explanation.activation import words_of
from backprop_tui.present.explanation.step_context import StepContext
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.stepper.training import is_blocked

_BARRED = {"gate": "a closed gate bars the way back", "flat": "where an activation is flat, nothing gets back past it"}


def zero(moment: StepContext) -> Iterator[str]:
    """Why the gradient of one parameter is 0: the first 0 on the way from the loss is the reason."""
    name, ways = moment.node.name, paths(moment.rule)
    culprit = next((factor for factor in ways[0] if moment.of(factor) == 0), "")
    if moment.blocked:
        yield from _blocked(moment, ways[0][-1])
    elif len(ways) > 1:
        yield f"{name} reaches the loss along several paths; together their contributions come to 0."
    elif not culprit:
        yield "No factor is 0, but their product is too small for the machine: it counts as 0."
    elif moment.is_right:
        yield f"The walk back to {name} starts with {symbol(culprit)} = 0, and 0 times anything is 0."
        yield f"The answer is right, so nothing asks {name} to change: its gradient is 0."
    elif culprit == ways[0][-1]:
        yield f"The last link of the walk is {moment.link(culprit)}, and 0 times anything is 0."
        yield f"Moving {name} does not move the loss: where the input is 0, its weight does nothing."
    else:
        yield f"On the way back to {name} stands {symbol(culprit)} = 0, and 0 times anything is 0."
        yield f"So nothing asks {name} to change."


def zero_gradient(moment: StepContext) -> Iterator[str]:
    """No parameter has a gradient worth the name."""
    learning, wrong = moment.learning, _how_wrong(moment)
    if moment.is_right:
        yield (
            f"Zero gradient: no small move of {learning.replace(' and ', ' or ')} lowers the loss; "
            "the answer is the target."
        )
        yield "Updates change nothing any more: converged." if moment.one_sample else "This sample asks for no change."
    elif moment.blocked:
        yield f"Zero gradient, although {wrong}: {_BARRED[moment.blocked]}."
        yield f"The update will change nothing: {_stuck(moment)}."
    elif is_blocked(moment.view):
        yield f"Zero gradient, or as good as, although {wrong}: hardly anything gets through."
        yield f"The update will change next to nothing: {_stuck(moment)}."
    else:
        yield f"Zero gradient, or as good as: none is above {number(SMALL_GRADIENT)}."
        rest = f": {wrong}" if len(moment.outputs) == 1 else ""
        yield f"Only a tiny rest is left{rest}."
        if moment.one_sample:
            yield "Updates change next to nothing any more: converged."


def _blocked(moment: StepContext, link: str) -> Iterator[str]:
    """A gradient that a closed gate or a level activation keeps back."""
    ahead = moment.ahead
    stopped = next((one for one in moment.activations if one.name in ahead and _is_stop(moment, one)), None)
    if stopped is None:
        yield f"The gradient is 0: {_BARRED[moment.blocked]}."
        return
    (z,), name = stopped.args, words_of(stopped.operation).name
    if moment.of(z) in ACTIVATIONS[stopped.operation].kinks:
        yield f"{_dead(moment, name)}: {z} is exactly {moment.text(z)}, at the corner, where the slope counts as 0."
    elif moment.blocked == "gate":
        where = f" is below 0, where {name} is flat" if moment.one_sample else ", below 0"
        yield f"{_dead(moment, name)}: {z} = {moment.text(z)}{where}."
    else:
        yield f"Flat: at {z} = {moment.text(z)} {name} is level for the machine."
    if moment.of(link) != 0 and moment.of(z) not in ACTIVATIONS[stopped.operation].kinks:
        yield f"Moving {moment.node.name} still moves {z}, but no longer {stopped.name}."
    wrong = _how_wrong(moment)
    yield f"The gradient is 0 although {wrong}: from this sample {_who_learns_nothing(moment)}."


def _is_stop(moment: StepContext, activation: Node) -> bool:
    return moment.slope(activation) == 0 and ACTIVATIONS[activation.operation].blocked == moment.blocked


def _dead(moment: StepContext, name: str) -> str:
    return f"Dead {name}" if moment.one_sample else "Gate closed for this sample"


def _who_learns_nothing(moment: StepContext) -> str:
    """What the closed gate keeps from learning; in a network others may learn all the same."""
    if len(moment.activations) == 1:
        return f"{moment.learning} learn nothing"
    if moment.node.role is Role.PARAMETER:
        return f"{moment.node.name} learns nothing"
    return f"nothing is learnt through {moment.node.name}"


def _stuck(moment: StepContext) -> str:
    if moment.one_sample:
        return f"stuck. Only other numbers can free {moment.learning} (e)"
    return "this sample teaches nothing"


def _how_wrong(moment: StepContext) -> str:
    if len(moment.outputs) != 1:
        return "the loss is not at its lowest"
    ((answer, target),) = moment.outputs
    return f"the answer is wrong by {number(abs(moment.of(answer) - moment.of(target)))}"
