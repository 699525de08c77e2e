"""What is said of the gradients: the walk back from the loss, and how paths meet."""

from collections.abc import Iterator

from backprop_tui.core.backprop import Phase
from backprop_tui.core.expression import FUNCTIONS
from backprop_tui.core.graph import Role
from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.slopes import is_saturated
from backprop_tui.present.events import Kind, paths
from backprop_tui.present.explanation.activation import words_of
from backprop_tui.present.explanation.loss import is_held
from backprop_tui.present.explanation.step_context import StepContext
from backprop_tui.present.explanation.zero import zero, zero_gradient
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import both, counted, listed, moves

_CHANGES = {1.0: "leaves {} as it is", 2.0: "doubles {}", 0.5: "halves {}"}


def chain(moment: StepContext) -> Iterator[str]:
    """What the gradient of the moment says, and by which way it came."""
    if Kind.ZERO_GRADIENT in moment.kinds:
        yield from zero_gradient(moment)
        return
    if moment.node.role is not Role.PARAMETER or len(paths(moment.rule)) > 1:
        yield from _hidden(moment)
    elif moment.value == 0:
        yield from zero(moment)
    elif moment.is_first(Role.PARAMETER):
        yield from _first(moment)
    else:
        yield from _further(moment)
    if moment.is_last:
        count = len(moment.graph.parameters)
        yield "This process, not one formula, is backpropagation; in PyTorch, loss.backward()."
        yet = "still nothing has changed" if moment.stages(Phase.UPDATE) else f"held fixed, {moment.learning} stay"
        yield f"{both(count, 'gradient')} {'is' if count == 1 else 'are'} there; {yet}."


def _first(moment: StepContext) -> Iterator[str]:
    name = moment.node.name
    yield f"Chain rule: walk from the loss back to {name} and multiply the links on the way."
    yield from _meaning(moment)
    yield f"It only describes what would happen; {name} is still {moment.text(name)}."


def _further(moment: StepContext) -> Iterator[str]:
    """A walk that shares its beginning with the one before it."""
    name = moment.node.name
    *shared, link = paths(moment.rule)[0]
    consumer = moment.graph.consumers[name][0]
    if name == consumer.args[-1]:
        again = f"; the first {counted(len(shared))} factors are used again" if len(shared) > 1 else ""
        walk = "The same walk" if len(shared) > 1 else f"The walk as far as {consumer.name}"
        yield f"{walk}, but its last link leads to {name}{again}."
        if not moment.is_last:
            yield from _meaning(moment)
        return
    walk = "The same walk, its last link" if len(shared) > 1 else f"The walk as far as {consumer.name}, its last link"
    arriving = f"what arrives at {consumer.name}"
    yield f"{walk} leading to {name}."
    yield f"That link is {moment.link(link)}: it {_change(moment.of(link), arriving)}."
    yield from _meaning(moment)


def _change(factor: float, arriving: str) -> str:
    """What a link does to the product so far."""
    size = abs(factor)
    if size not in _CHANGES:
        return f"multiplies {arriving} by {number(factor)}"
    if factor == -1:
        return f"turns the sign of {arriving}"
    return f"{_CHANGES[size].format(arriving)}{' and turns its sign' if factor < 0 else ''}"


def _meaning(moment: StepContext) -> Iterator[str]:
    """What the gradient means; at a corner on the way that is only what a convention says."""
    name, value = moment.node.name, number(moment.value)
    caveat = _caveat(moment)
    if caveat:
        yield f"{value} is the gradient, {caveat}."
        return
    yield f"{value} is the gradient: raise {name} a little and the loss {moves(moment.value)}."
    for one in moment.activations:
        if len(moment.activations) == 1 and is_saturated(one.operation, moment.of(one.args[0])):
            through = number(abs(moment.slope(one)))
            yield f"The saturated {words_of(one.operation).name.removeprefix('the ')} let only {through} through."


def _caveat(moment: StepContext) -> str:
    """Why a small move would not do quite what the gradient says; empty where it would."""
    ahead = moment.ahead
    for one in moment.activations:
        if one.name in ahead and moment.of(one.args[0]) in ACTIVATIONS[one.operation].kinks:
            return f"with the slope that convention takes at the corner of {words_of(one.operation).name}"
    root = moment.graph.root
    if any(moment.of(a) == moment.of(y) for a, y in moment.outputs) and LOSSES[root.operation].kinks:
        return "with the slope that convention takes at the corner of the loss"
    held = any(is_held(moment, a) for a, _ in moment.outputs)
    return "with the divisor of the loss held at 1e-12" if held else ""


def _hidden(moment: StepContext) -> Iterator[str]:
    """The gradient of a node between the parameters and the loss."""
    name, ways = moment.node.name, paths(moment.rule)
    users = [user.name for user in moment.graph.consumers[name]]
    if len(ways) > 1:
        feeds = f"{'both ' if len(users) == 2 else ''}{listed(users)}"
        yield f"{name} feeds {feeds}, so it reaches the loss along {counted(len(ways))} paths."
        yield f"Each path contributes: {listed(_contributions(moment, users))}."
        yield f"What {name} does to the loss is their sum, {number(moment.value)}."
        return
    *arriving, link = ways[0]
    so_far = " · ".join(symbol(factor) for factor in arriving)
    walk = "The chain rule is a walk back from the loss" if moment.is_first(moment.node.role) else "The walk goes on"
    yield f"{walk} to {name}: {so_far} is multiplied by one more link, {symbol(link)} = {moment.text(link)}."
    if moment.value == 0:
        yield f"The product is 0: nothing of the loss gets through to {name}."
    elif caveat := _caveat(moment):
        yield f"{number(moment.value)} is the gradient of {name}, {caveat}."
    else:
        yield f"Raise {name} a little and the loss {moves(moment.value)}: {number(moment.value)}."
    yield "Every walk that goes on from here uses it again: its upstream gradient."


def _contributions(moment: StepContext, users: list[str]) -> list[str]:
    ways = paths(moment.rule)
    amounts = [number(FUNCTIONS["·"](*(moment.of(factor) for factor in way))) for way in ways]
    if len(ways) != len(users):
        return amounts
    return [f"{amount} through {user}" for amount, user in zip(amounts, users, strict=True)]
