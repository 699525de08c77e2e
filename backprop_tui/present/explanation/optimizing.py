"""What is said of an update by an optimiser: what each of its quantities is for, and where the parameter goes."""

import math
from collections.abc import Callable, Iterator, Mapping

from backprop_tui.core.backprop import summed_gradient, used_gradient
from backprop_tui.core.expression import before
from backprop_tui.core.optimizers import UPDATE_NUMBER, WEIGHT_DECAY, quantity
from backprop_tui.present.explanation.step_context import StepContext
from backprop_tui.present.explanation.stepping import NEXT_TO_NOTHING, step
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number


def optimized_update(moment: StepContext) -> Iterator[str]:
    """A stage of an update by an optimiser, or of a batch."""
    if moment.rule.is_step:
        yield from step(moment)
        return
    prefix = moment.rule.quantity.removesuffix(f"_{moment.node.name}")
    words = _WORDS.get((moment.view.timeline.learning.optimizer, prefix)) or _WORDS.get(("", prefix))
    yield from words(moment) if words else _any(moment)


def _any(moment: StepContext) -> Iterator[str]:
    """A quantity of a row that has no sentence of its own."""
    learning = moment.view.timeline.learning
    yield f"{number(moment.value)}: {moment.rule.quantity} is computed on the way to the new {moment.node.name}."
    yield f"The optimiser {learning.optimizer} {learning.row.about}."


def _gradient(moment: StepContext) -> float:
    """What the optimiser takes for the gradient."""
    return moment.of(used_gradient(moment.graph, moment.node.name, moment.view.timeline.learning))


def _old(moment: StepContext) -> float:
    """What the moment's quantity was after the update before."""
    return moment.of(before(moment.rule.quantity))


def _own(moment: StepContext, prefix: str) -> float:
    return moment.of(quantity(prefix, moment.node.name))


def _decayed(moment: StepContext) -> Iterator[str]:
    name, pull = moment.node.name, moment.of(WEIGHT_DECAY) * moment.of(moment.node.name)
    summed = symbol(summed_gradient(moment.graph, name, moment.view.timeline.learning))
    if pull == 0:
        yield f"{number(moment.value)}: weight decay would add λ · {name} to {summed}, but that is 0."
        return
    yield f"{number(moment.value)}: weight decay adds λ · {name} = {number(pull)} to {summed}."
    yield f"A step against that leads {name} towards 0: large parameters are to be worth what they cost."


def _velocity(moment: StepContext) -> Iterator[str]:
    name, value, mu = moment.rule.quantity, moment.value, moment.of("momentum")
    gradient, kept = _gradient(moment), mu * _old(moment)
    if mu == 0:
        yield f"{number(value)}: μ = 0 keeps nothing of the old velocity {name}; it is the gradient alone."
    elif _old(moment) == 0:
        yield f"{number(value)}: {name}, the velocity, was 0; now it is the gradient itself."
        yield "The next updates will keep a part of it, so that gradients of the same sign add up to longer steps."
    elif gradient == 0:
        yield f"{number(value)}: the gradient is 0, but {name}, the velocity, keeps μ = {number(mu)} of what it was."
        yield from _moves_on(moment)
    else:
        yield f"{number(value)}: {name}, the velocity, keeps {number(mu)} of what it was, so {number(kept)}."
        if abs(gradient) <= NEXT_TO_NOTHING * abs(kept):
            yield f"The gradient is added, {number(gradient)}, next to nothing beside it."
            yield from _moves_on(moment)
        elif (kept > 0) == (gradient > 0):
            yield f"The gradient is added, {number(gradient)}: it pushes the way that {moment.node.name} moves already."
        else:
            yield f"The gradient is added, {number(gradient)}: it pushes the other way and brakes."
    yield "Where signs change from step to step, they cancel: momentum evens out a zigzag."


def _moves_on(moment: StepContext) -> Iterator[str]:
    after = dict(zip((node.name for node in moment.graph.parameters), moment.view.after, strict=True))
    if after[moment.node.name] != moment.of(moment.node.name):
        yield f"So {moment.node.name} moves on where its gradient says nothing, as a ball that has gathered speed."


def _ahead(moment: StepContext) -> Iterator[str]:
    name, velocity = moment.node.name, _own(moment, "v")
    ahead = moment.of("momentum") * velocity
    yield f"{number(moment.value)}: the gradient, {number(_gradient(moment))}, plus what the velocity leads on to next."
    yield f"That is μ · {quantity('v', name)} = {number(ahead)}: nesterov looks one update ahead."


def _squares(moment: StepContext) -> Iterator[str]:
    name, g2 = moment.rule.quantity, _gradient(moment) ** 2
    yield f"{number(moment.value)}: {name} was {number(_old(moment))}; the squared gradient is added, {number(g2)}."
    yield "Nothing is ever taken off it, and its root will divide: equal gradients make shorter and shorter steps."


def _forgetful(moment: StepContext) -> Iterator[str]:
    yield from _mean_of(moment, moment.of("alpha"), "squared gradients")
    yield f"So it says how large the gradients of {moment.node.name} have been lately; old ones are forgotten."


def _first_moment(moment: StepContext) -> Iterator[str]:
    yield from _mean_of(moment, moment.of("beta1"), "gradients")
    yield f"It says which way they lately pull {moment.node.name}; where signs change, they cancel."
    if _gradient(moment) == 0 and moment.value != 0:
        yield from _moves_on(moment)


def _second_moment(moment: StepContext) -> Iterator[str]:
    yield from _mean_of(moment, moment.of("beta2"), "squared gradients")
    yield f"It says how large they lately are, whichever way: its root will divide the step of {moment.node.name}."


def _mean_of(moment: StepContext, share: float, what: str) -> Iterator[str]:
    name, gradient = moment.rule.quantity, _gradient(moment)
    new = f"{number(gradient)}²" if "squared" in what and gradient >= 0 else f"({number(gradient)})²"
    new = new if "squared" in what else number(gradient)
    old = f"{number(share)} of the old, {number(_old(moment))}"
    yield f"{number(moment.value)}: {name}, a running mean of the {what}, is {old}, and {number(1 - share)} of {new}."


def _mean_corrected(moment: StepContext) -> Iterator[str]:
    yield from _corrected(moment, "m", "β1", moment.of("beta1"), _gradient(moment), "the gradient itself")


def _square_corrected(moment: StepContext) -> Iterator[str]:
    g2 = _gradient(moment) ** 2
    yield from _corrected(moment, "v", "β2", moment.of("beta2"), g2, "the squared gradient itself")
    yield f"Its root, {number(math.sqrt(moment.value))}, is the size that gradients lately have."


def _corrected(moment: StepContext, slot: str, sign: str, beta: float, whole: float, what: str) -> Iterator[str]:
    name, t = quantity(slot, moment.node.name), moment.of(UPDATE_NUMBER)
    share = 1 - beta**t
    if number(share) == "1":
        yield f"{number(moment.value)}: at update t = {number(t)} nothing is left to correct, 1 − {sign}^t being 1."
        return
    updates = "1 update" if t == 1 else f"t = {number(t)} updates"
    small = f"a mean begun at 0, as {name}, is after {updates} too small"
    yield f"{number(moment.value)}: {small}, by the factor {number(share)}."
    if moment.value and math.isclose(moment.value, whole, rel_tol=1e-9):
        yield f"Divided by that, 1 − {sign}^t, it is {what}."
    else:
        yield f"It is divided by that, 1 − {sign}^t: so the 0 at the start no longer counts."
    if t == 1:
        yield "t counts the updates; the correction fades as it grows."


_WORDS: Mapping[tuple[str, str], Callable[[StepContext], Iterator[str]]] = {
    ("", "g"): _decayed,
    ("momentum", "v"): _velocity,
    ("nesterov", "v"): _velocity,
    ("nesterov", "step"): _ahead,
    ("adagrad", "v"): _squares,
    ("rmsprop", "v"): _forgetful,
    ("adam", "m"): _first_moment,
    ("adam", "v"): _second_moment,
    ("adam", "mhat"): _mean_corrected,
    ("adam", "vhat"): _square_corrected,
    ("adamw", "m"): _first_moment,
    ("adamw", "v"): _second_moment,
    ("adamw", "mhat"): _mean_corrected,
    ("adamw", "vhat"): _square_corrected,
}
"""By optimiser, and by what a quantity begins with."""
