"""Mistakes with the slope of an activation: left out, taken elsewhere, another's, or twice."""

from collections.abc import Callable, Iterable, Iterator
from math import nan, prod

from backprop_tui.core.backprop import Phase, Rule
from backprop_tui.core.expression import Name
from backprop_tui.core.ops import ACTIVATIONS
from backprop_tui.core.slopes import slope_at
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.predicting.asked import Asked, computed
from backprop_tui.present.predicting.mistake import Wrong

OneSlope = Callable[[Asked, Rule], Iterable[tuple[float, str]]]


def at_slopes(asked: Asked, other: OneSlope) -> Iterator[Wrong]:
    """What comes out with other slopes: the stage's own; where it is about no neuron, each on the way; then all."""
    each = () if asked.z or asked.joint else tuple((one,) for one in reversed(asked.slopes))
    for rules in dict.fromkeys((asked.own_slopes, *each, asked.slopes)):
        for wrongs in zip(*(tuple(other(asked, one)) for one in rules), strict=False):
            changes = {one.quantity: value for one, (value, _) in zip(rules, wrongs, strict=True)}
            if changes:
                slope = rules[-1]
                yield (
                    asked.changed(changes),
                    {
                        "slope": symbol(slope.quantity),
                        "z": slope.argument,
                        "a": slope.node,
                        "activation": asked.graph.by_name[slope.node].operation,
                        "other": wrongs[-1][1],
                    },
                )


def forgotten(asked: Asked) -> Iterator[Wrong]:
    """The slope is taken for 1."""
    if asked.phase is Phase.CHAIN:
        yield from at_slopes(asked, lambda asked, one: [(1.0, "")])


def twice(asked: Asked) -> Iterator[Wrong]:
    """The slope is applied twice."""
    if asked.phase is Phase.CHAIN:
        yield from at_slopes(asked, lambda asked, one: [(prod((asked.of(one.quantity),) * 2), "")])


def at_output(asked: Asked) -> Iterator[Wrong]:
    """σ′(a) for σ′(z)."""
    return at_slopes(asked, lambda asked, one: [(_slope(asked, one, asked.of(one.node)), number(asked.of(one.node)))])


def with_raw_z(asked: Asked) -> Iterator[Wrong]:
    """z(1 − z) for a(1 − a)."""

    def other(asked: Asked, one: Rule) -> list[tuple[float, str]]:
        z = asked.of(one.argument)
        return [(asked.computed(one.expression, **{one.node: z}), number(z))]

    return at_slopes(asked, other)


def of_another(asked: Asked) -> Iterator[Wrong]:
    """The rule of another activation, at this z and this a, or as that one would have it."""

    def other(asked: Asked, one: Rule) -> Iterator[tuple[float, str]]:
        own, z, a = asked.graph.by_name[one.node].operation, asked.of(one.argument), asked.of(one.node)
        for row in ACTIVATIONS.values():
            for slope in (computed(row.slope(Name("z"), Name("a")), {"z": z, "a": a}), slope_at(row.name, z)):
                # What is the answer itself, or in a product no factor at all, has a name of its own.
                is_another = row.name != own and slope != a and (asked.phase is Phase.LOCAL or slope not in (0.0, 1.0))
                yield slope if is_another else nan, row.name

    return at_slopes(asked, other)


def output_itself(asked: Asked) -> Iterator[Wrong]:
    """The activation for its own slope."""
    return at_slopes(asked, lambda asked, one: [(asked.of(one.node), number(asked.of(one.node)))])


def hidden_forgotten(asked: Asked) -> Iterator[Wrong]:
    """The slope of the hidden neuron itself is left out."""
    if asked.is_hidden and asked.phase is Phase.CHAIN:
        for one in asked.own_slopes:
            words = {"slope": symbol(one.quantity), "activation": asked.graph.by_name[one.node].operation}
            yield asked.changed({one.quantity: 1.0}), words


def zero_doubted(asked: Asked) -> Iterator[Wrong]:
    """0, where a slope is 0: right, however odd it looks."""
    if asked.phase in (Phase.LOCAL, Phase.CHAIN) and asked.value == 0:
        for one in asked.slopes:
            if asked.of(one.quantity) == 0:
                yield 0.0, {"a": one.node, "z": one.argument}
                return


def _slope(asked: Asked, one: Rule, z: float) -> float:
    return slope_at(asked.graph.by_name[one.node].operation, z)
