"""What is said where an optimiser gives a parameter its new number: how far it goes, and what decides that."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from backprop_tui.core.backprop import LEARNING_RATE, Phase, summed_gradient, used_gradient
from backprop_tui.core.expression import before
from backprop_tui.core.optimizers import WEIGHT_DECAY, quantity
from backprop_tui.present.explanation.batches import old_sum
from backprop_tui.present.explanation.step_context import StepContext
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import from_to

NEXT_TO_NOTHING = 1e-9
"""A gradient smaller than this share of a velocity hardly changes it."""

_SAME = 5e-4  # lengths nearer than this share are one to four digits
_LONG = 2.0  # of a first step in learning rates


class Way(NamedTuple):
    """What a step is the learning rate times: in words, as a number, and whether it is divided by a root."""

    words: str
    factor: float
    is_divided: bool = False


def step(moment: StepContext) -> Iterator[str]:
    """Where the moment's parameter goes, or why it stays, and by what."""
    name, value, was = moment.node.name, moment.value, moment.of(moment.node.name)
    way = _way(moment)
    if value == was:
        yield f"{name} stays {number(value)}: {_why_not(moment, way)}."
    else:
        yield f"{name} goes {'up' if value > was else 'down'}, {from_to(was, value)}."
        yield from _decay(moment)
        yield from _divided(moment, way) if way.is_divided else _plain(moment, way)
        yield from _against(moment, way)
    yield from _still_there(moment)
    yield from _at_the_end(moment)


def _way(moment: StepContext) -> Way:
    """What the learning rate is multiplied by."""
    name, learning = moment.node.name, moment.view.timeline.learning
    own = {prefix: quantity(prefix, name) for prefix in ("v", "step", "mhat", "vhat")}
    gradient = used_gradient(moment.graph, name, learning)
    if learning.optimizer in ("momentum", "nesterov"):
        which = own["v" if learning.optimizer == "momentum" else "step"]
        return Way(f"{'the velocity ' if learning.optimizer == 'momentum' else ''}{which}", moment.of(which))
    if learning.optimizer == "sgd":
        return Way(symbol(gradient), moment.of(gradient))
    over, root = (own["mhat"], own["vhat"]) if learning.row.counts else (gradient, own["v"])
    divisor = math.sqrt(moment.of(root)) + moment.of("epsilon")
    return Way(f"{symbol(over)} / (√{root} + ε)", moment.of(over) / divisor if divisor else math.nan, True)


def _plain(moment: StepContext, way: Way) -> Iterator[str]:
    rate = moment.of(LEARNING_RATE)
    factors = f"{number(rate)} · {f'({number(way.factor)})' if way.factor < 0 else number(way.factor)}"
    yield f"The step is the learning rate times {way.words}: {factors} = {number(rate * way.factor)} is taken off."


def _divided(moment: StepContext, way: Way) -> Iterator[str]:
    rate, learning = moment.of(LEARNING_RATE), moment.view.timeline.learning
    length, size = number(abs(rate * way.factor)), abs(way.factor)
    gradient = number(moment.of(used_gradient(moment.graph, moment.node.name, learning)))
    if _is_first_update(moment) and learning.optimizer != "rmsprop":
        if abs(size - 1) < _SAME:
            size_of = f"however large its gradient, if far above ε = {moment.text('epsilon')}"
            yield f"The step is {length}, as long as the learning rate: so is any first one, {size_of}."
            yield f"The gradient, {gradient}, is divided by its own size: only its sign is left."
        else:
            yield f"The step is {length}, {number(size)} times the learning rate: {way.words}."
            small = f"The gradient, {gradient}, is not large beside ε = {moment.text('epsilon')}"
            yield f"{small}; one that is would step by the whole rate."
        return
    yield f"The step is {length}, {number(size)} times the learning rate: {way.words}."
    if learning.optimizer == "rmsprop" and _is_first_update(moment) and size > _LONG:
        yield "At the start the mean of squares is far too small, and nothing corrects it: the first step is long."
    elif learning.row.counts and moment.of("epsilon") <= _SAME * math.sqrt(_squares(moment)):
        yield "Where gradients agree from update to update, it is near the rate; where signs change, far less."
    elif learning.optimizer == "adagrad":
        yield f"The larger the gradients of {moment.node.name} have been, the shorter its steps."
    elif learning.optimizer == "rmsprop":
        yield f"A gradient counts by how it compares with those of {moment.node.name} lately, not by its size."
    yield f"ε = {moment.text('epsilon')} keeps from dividing by 0."


def _squares(moment: StepContext) -> float:
    """What a corrected step is divided by, squared."""
    return moment.of(quantity("vhat", moment.node.name))


def _is_first_update(moment: StepContext) -> bool:
    """Whether the optimiser has nothing from before, neither of this parameter nor by its count."""
    row = moment.view.timeline.learning.row
    slots = (moment.of(before(quantity(slot, moment.node.name))) for slot in row.slots)
    return not any(slots) and (not row.counts or moment.of("t") == 1)


def _against(moment: StepContext, way: Way) -> Iterator[str]:
    """Where the step does not go the way of the gradient that was used."""
    learning, name = moment.view.timeline.learning, moment.node.name
    gradient = moment.of(used_gradient(moment.graph, name, learning))
    if not learning.row.slots or way.factor == 0 or moment.of(LEARNING_RATE) <= 0:
        return
    mover = "the velocity" if "momentum" in learning.row.options else "the mean of earlier gradients"
    if abs(gradient) <= NEXT_TO_NOTHING * abs(way.factor):
        small = "0" if gradient == 0 else "next to 0"
        yield f"Its gradient is {small} here, and still {name} moves: {mover} carries it on."
    elif (gradient > 0) != (way.factor > 0):
        yield f"Its gradient, {number(gradient)}, asks for the other way; {mover} carries it on."


def _decay(moment: StepContext) -> Iterator[str]:
    """The pull of a weight decay that is no part of the gradient."""
    if not moment.view.timeline.learning.row.decays:
        return
    name, rate = moment.node.name, moment.of(LEARNING_RATE)
    pull = rate * moment.of(WEIGHT_DECAY) * moment.of(name)
    if pull != 0:
        towards = ", towards 0" if rate > 0 else ""
        yield f"Weight decay takes lr · λ · {name} = {number(pull)} off it directly{towards}, not through the gradient."


def _why_not(moment: StepContext, way: Way) -> str:
    if moment.of(LEARNING_RATE) == 0:
        return "the learning rate is 0"
    if way.factor != 0:
        return "the step is too small for the digits of a machine number"
    slots = moment.view.timeline.learning.row.slots
    what = {("v",): "its gradient", ("m", "v"): "the mean of its gradients"}.get(slots, "its gradient")
    return f"{'its velocity' if 'velocity' in way.words else what} is 0"


def _still_there(moment: StepContext) -> Iterator[str]:
    """Which part of the sum that was used is from updates before."""
    learning = moment.view.timeline.learning
    if not learning.accumulates or not moment.sums_outlast_updates:
        return
    name, old = summed_gradient(moment.graph, moment.node.name, learning), old_sum(moment)
    if old:
        new = number(moment.of(name) - old)
        yield f"zero_grad is false: of {name} = {moment.text(name)}, {number(old)} is old and only {new} new."


def _at_the_end(moment: StepContext) -> Iterator[str]:
    learning = moment.view.timeline.learning
    if moment.is_last:
        yield "In PyTorch all of this is one call, optimizer.step()."
        if learning.accumulates and not moment.sums_outlast_updates:
            yield "optimizer.zero_grad() then empties the sums for the next batch."
        return
    first = next(stage for stage in moment.stages(Phase.UPDATE) if moment.view.timeline.rules[stage - 1].is_step)
    if moment.state.position.stage == first and moment.value != moment.of(moment.node.name):
        yield f"{'z, a and L still belong' if moment.is_neuron else 'All that was computed belongs'} to the old number."
