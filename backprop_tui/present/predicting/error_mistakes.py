"""Mistakes at the loss: its derivative with another sign or factor, or something else in its place."""

import math
from collections.abc import Iterator

from backprop_tui.core.backprop import Phase
from backprop_tui.core.expression import Apply, Expression, Number
from backprop_tui.core.softmax import CROSS_ENTROPY
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.predicting.asked import Asked
from backprop_tui.present.predicting.mistake import Wrong
from backprop_tui.present.predicting.rewriting import rewritten

_SQUARES = {"mse": "mse takes the square whole", "half_squared": "half_squared takes half of the square"}
_DERIVED_TWOS = {
    "mse": "the square of mse brings a factor 2",
    "half_squared": "the 2 that the square brings is cancelled by the half",
}


def sign(asked: Asked) -> Iterator[Wrong]:
    """Target less answer."""
    if asked.errors:
        changes = {one.quantity: -asked.of(one.quantity) for one, _, _ in asked.errors}
        yield asked.changed(changes), {"because": _why_this_sign(asked)}


def _why_this_sign(asked: Asked) -> str:
    """Why the derivative of the loss has the sign that it has."""
    one, a, y = asked.errors[0]
    if len(asked.errors) > 1:
        return "the error is the answer less the target, not the other way round"
    if asked.graph.root.operation == CROSS_ENTROPY:
        return f"a larger {a} makes the loss smaller, or leaves it"
    below = asked.of(a) < asked.of(y)
    answer, target = number(asked.of(a)), number(asked.of(y))
    side = f"{'just ' if answer == target else ''}{'below' if below else 'above'}"
    where = f"the answer {answer} is {side} the target {target}"
    if one is asked.rule:
        return f"{where}, so the loss {'falls' if below else 'rises'} when {a} rises"
    return f"{asked.text(one.quantity)}, because {where}"


def factor_two(asked: Asked) -> Iterator[Wrong]:
    """A 2 too many, or one forgotten."""
    loss = asked.graph.root.operation
    for factor, words in ((0.5, "half"), (2.0, "twice")):
        if asked.errors:
            changes = {one.quantity: factor * asked.of(one.quantity) for one, _, _ in asked.errors}
            why = _DERIVED_TWOS.get(loss, f"{loss} has no factor 2 there")
            yield asked.changed(changes), {"times": words, "what": "the derivative of the loss", "why": why}
        elif asked.phase is Phase.LOSS and loss in _SQUARES:
            yield factor * asked.value, {"times": words, "what": "the loss", "why": _SQUARES[loss]}


def loss_itself(asked: Asked) -> Iterator[Wrong]:
    """The loss, or the error squared, in place of its derivative."""
    slopes = [error for error in asked.errors if asked.of(error[0].quantity) != 0]
    if not slopes:
        return
    root = asked.graph.root.name
    squared = {one.quantity: _squared(asked.of(a) - asked.of(y)) for one, a, y in slopes}
    words = {"derivative": symbol(slopes[0][0].quantity)}
    yield (
        asked.changed(dict.fromkeys(squared, asked.of(root))),
        words | {"taken": f"the loss itself, {number(asked.of(root))}"},
    )
    yield asked.changed(squared), words | {"taken": "the error squared"}
    yield asked.changed({name: value / 2 for name, value in squared.items()}), words | {"taken": "half its square"}


def _squared(error: float) -> float:
    return error * error


def sum_for_answer(asked: Asked) -> Iterator[Wrong]:
    """The pre-activation where the answer belongs."""
    if asked.phase is Phase.LOSS:
        sums = {a: asked.of(_sum_of(asked, a)) for a, _ in asked.outputs if _sum_of(asked, a)}
        yield asked.computed(asked.rule.expression, **sums), _pair(asked, asked.outputs[0][0]) if sums else {}
    elif asked.errors:
        changes = {
            one.quantity: asked.computed(one.expression, **{a: asked.of(_sum_of(asked, a))})
            for one, a, _ in asked.errors
            if _sum_of(asked, a)
        }
        if changes:
            yield asked.changed(changes), _pair(asked, asked.errors[0][1])
        if asked.class_sums:
            fused = {asked.gradient(z): asked.of(z) - asked.of(asked.class_of(z)[1]) for z in asked.class_sums}
            yield asked.changed(fused), _pair(asked, asked.class_of(asked.class_sums[-1])[0])


def _sum_of(asked: Asked, answer: str) -> str:
    """The z that belongs to an answer of the network; empty where the graph has none."""
    node = asked.graph.by_name[answer]
    if node.layer:
        return node.args[node.layer.index(answer)]
    return node.args[0] if len(node.args) == 1 else ""


def _pair(asked: Asked, answer: str) -> dict[str, str]:
    z = _sum_of(asked, answer)
    return {"z": f"{z} = {number(asked.of(z))}", "a": answer} if z else {"z": "z", "a": answer}


def log10(asked: Asked) -> Iterator[Wrong]:
    """The logarithm to the base 10 for the natural one."""
    if asked.phase in (Phase.FORWARD, Phase.LOSS):
        other = rewritten(asked.rule.expression, _to_base_10)
        if other != asked.rule.expression:
            yield asked.computed(other), {}


def _to_base_10(part: Expression) -> Expression | None:
    if isinstance(part, Apply) and part.function in ("ln", "log1p"):
        return Apply("/", (part, Number(math.log(10))))
    return None
