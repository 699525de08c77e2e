"""Mistakes on the way to the loss: sums, activations and the loss itself."""

import math
from collections.abc import Iterator
from math import prod

from backprop_tui.core.backprop import Phase, local_name
from backprop_tui.core.expression import Name
from backprop_tui.core.floats import exponential
from backprop_tui.core.ops import ACTIVATIONS
from backprop_tui.present.numbers import number
from backprop_tui.present.predicting.asked import Asked, computed
from backprop_tui.present.predicting.mistake import Wrong


def _terms(asked: Asked) -> tuple[list[float], list[float], float] | None:
    """Weights, inputs and bias of the z asked for."""
    if asked.phase is not Phase.FORWARD or asked.node.operation != "affine":
        return None
    values = [asked.of(name) for name in asked.node.args]
    count = len(values) // 2
    return values[:count], values[count:-1], values[-1]


def bias_forgotten(asked: Asked) -> Iterator[Wrong]:
    """The weighted inputs alone, or less the bias."""
    if terms := _terms(asked):
        bias = asked.node.args[-1]
        yield asked.value - terms[2], {"b": bias, "how": "left out"}
        yield asked.value - 2 * terms[2], {"b": bias, "how": "subtracted"}


def crossed(asked: Asked) -> Iterator[Wrong]:
    """Each input with another one's weight."""
    if (terms := _terms(asked)) and len(terms[0]) > 1:
        weights, inputs, b = terms
        yield _dot(weights, inputs[::-1]) + b, {}


def one_product_only(asked: Asked) -> Iterator[Wrong]:
    """Only one weighted input."""
    if (terms := _terms(asked)) and len(terms[0]) > 1:
        weights, inputs, b = terms
        for w, x, name in zip(weights, inputs, asked.node.args, strict=False):
            yield w * x + b, {"w": name}


def sum_and_product(asked: Asked) -> Iterator[Wrong]:
    """Sums for products or products for sums."""
    if terms := _terms(asked):
        weights, inputs, b = terms
        products = [w * x for w, x in zip(weights, inputs, strict=True)]
        yield sum(weights) + sum(inputs) + b, {"how": "weights and inputs are multiplied, not added"}
        for value in (prod(products) + b, prod((*products, b))):
            yield value, {"how": "weighted inputs and bias are added, not multiplied"}
        yield _dot(weights, [x + b for x in inputs]), {"how": "the bias is added once, after the products"}


def activation_forgotten(asked: Asked) -> Iterator[Wrong]:
    """The z as it is."""
    if z := _argument(asked):
        yield asked.of(z), {"z": f"{z} = {number(asked.of(z))}", "activation": asked.node.operation}


def other_activation(asked: Asked) -> Iterator[Wrong]:
    """Another activation, or this one of −z."""
    if z := _argument(asked):
        value, own = asked.of(z), ACTIVATIONS[asked.node.operation]
        words = {"activation": own.name, "z": z}
        for row in ACTIVATIONS.values():
            if row.name not in (own.name, "identity"):  # z itself is a slip of its own
                other = computed(row.rule(Name("z")), {"z": value})
                yield other if other != value else math.nan, words | {"what": f"{row.name} of {z}"}
        yield computed(own.rule(Name("z")), {"z": -value}), words | {"what": f"{own.name} of −{z}"}
        power = exponential(-value)
        yield power, words | {"what": f"e^(−{z})"}
        yield 1 / (1 - power) if power != 1 else math.inf, words | {"what": f"1 / (1 − e^(−{z}))"}


def _argument(asked: Asked) -> str:
    return asked.node.args[0] if asked.phase is Phase.FORWARD and asked.node.operation in ACTIVATIONS else ""


def unnormalised(asked: Asked) -> Iterator[Wrong]:
    """Softmax without its sum."""
    if asked.phase is Phase.FORWARD and asked.node.layer:
        z = asked.node.args[asked.node.layer.index(asked.node.name)]
        sums = [exponential(asked.of(name)) for name in asked.node.args]
        yield exponential(asked.of(z)), {"z": z}
        yield (
            asked.of(z) / total if (total := math.fsum(asked.of(name) for name in asked.node.args)) else math.nan,
            {"z": z},
        )
        rest = math.fsum(sums) - exponential(asked.of(z))
        yield exponential(asked.of(z)) / rest if rest else math.nan, {"z": z}


def not_squared(asked: Asked) -> Iterator[Wrong]:
    """The error itself, or its size."""
    if asked.phase is Phase.LOSS and len(asked.outputs) == 1:
        a, y = (asked.of(name) for name in asked.outputs[0])
        for value in (a - y, y - a):
            yield value, {"what": "the error itself"}


def other_loss(asked: Asked) -> Iterator[Wrong]:
    """Cross-entropy, or the derivative of it, for another loss."""
    if len(asked.outputs) == 1 and asked.graph.root.operation != "bce":  # that is a cross-entropy itself
        a = asked.of(asked.outputs[0][0])
        if asked.phase is Phase.LOSS and a > 0:
            yield -math.log(a), {"what": "the cross-entropy −ln a"}
        elif asked.errors and asked.errors[-1][0] is asked.rule and a:
            yield -1 / a, {"what": "the derivative −1/a of the cross-entropy"}


def target_forgotten(asked: Asked) -> Iterator[Wrong]:
    """The answer, or the target, for the error."""
    if asked.errors and asked.errors[-1][0] is asked.rule:
        for end, what in ((0, "the answer"), (1, "the target")):
            changes = {one.quantity: asked.of((a, y)[end]) for one, a, y in asked.errors}
            yield asked.changed(changes), {"what": what, "loss": asked.graph.root.operation}


def half_slope(asked: Asked) -> Iterator[Wrong]:
    """1 − a, a(1 + a) or z for the slope."""
    if asked.phase is Phase.LOCAL and asked.own_slopes and asked.own_slopes[-1] is asked.rule:
        a, z = asked.of(asked.rule.node), asked.of(asked.rule.argument)
        own, argument = asked.rule.node, asked.rule.argument
        for value, what in ((1 - a, f"1 − {own}"), (a * (1 + a), f"{own}(1 + {own})"), (z, argument)):
            yield value, {"what": what}


def local_alone(asked: Asked) -> Iterator[Wrong]:
    """0 for the gradient of a bias."""
    if asked.is_bias and asked.phase is Phase.CHAIN and asked.activation:
        yield 0.0, {"b": asked.parameter}


def power_rule(asked: Asked) -> Iterator[Wrong]:
    """exp′ taken for 1, or by the power rule for x·e^(x − 1)."""
    for one in asked.own_and_earlier:
        if one.phase is Phase.LOCAL and asked.graph.by_name[one.node].operation == "exp":
            x, words = asked.of(one.argument), {"x": one.argument, "node": one.node}
            for value in (1.0, x * exponential(x - 1)):
                yield asked.changed({local_name(asked.graph, one.node, one.argument): value}), words


def _dot(weights: list[float], inputs: list[float]) -> float:
    return math.fsum(w * x for w, x in zip(weights, inputs, strict=True))
