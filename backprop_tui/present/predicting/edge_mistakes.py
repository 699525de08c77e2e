"""Mistakes on the last link, from a neuron's z to one of its parameters or inputs."""

from collections.abc import Iterator

from backprop_tui.core.backprop import Phase, local_name
from backprop_tui.core.graph import Node
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.predicting.asked import Asked
from backprop_tui.present.predicting.mistake import Wrong


def other_end(asked: Asked) -> Iterator[Wrong]:
    """Of a product the factor itself for the one beside it: the weight for its input, an activation for its weight."""
    if asked.is_weight:
        w, x = asked.parameter, asked.inputs[0]
        words = {"wrong": _text(asked, w), "right": _text(asked, x), "own": w}
        yield asked.changed({asked.link: asked.of(w)}), words
        return
    for link, own, other in _products(asked):
        words = {"wrong": _text(asked, own), "right": _text(asked, other), "own": own}
        yield asked.changed({link: asked.of(own)}), words
    ends = _weights_on(asked)
    if ends:
        changes = {link: asked.of(end) for link, end, _ in ends}
        _, end, weight = ends[0]
        yield asked.changed(changes), {"wrong": _text(asked, end), "right": f"the weight {weight}", "own": end}


def _products(asked: Asked) -> Iterator[tuple[str, str, str]]:
    """The links from products of two to the factor that the stage is about, that factor, and the one beside it."""
    users: tuple[Node, ...] = ()
    own = asked.rule.node
    if asked.phase is Phase.LOCAL:
        own, users = asked.rule.argument, (asked.node,)
    elif asked.phase is Phase.CHAIN:
        users = asked.graph.consumers[own]
    for user in users:
        if user.operation == "multiply" and len(set(user.args)) == 2:
            (other,) = (one for one in user.args if one != own)
            yield local_name(asked.graph, user.name, own), own, other


def _weights_on(asked: Asked) -> list[tuple[str, str, str]]:
    """The links from the next layer's z to an activation that the stage is about, that activation, and the weight."""
    if asked.phase is Phase.LOCAL:
        users: tuple[Node, ...] = (asked.node,) if asked.node.operation == "affine" and not asked.parameter else ()
        activation = asked.rule.argument
    else:
        activation = asked.rule.node if asked.hidden == asked.rule.node else ""
        users = asked.graph.consumers[activation] if activation else ()
    return [(local_name(asked.graph, z.name, activation), activation, weight_of(z, activation)) for z in users]


def weight_of(affine: Node, x: str) -> str:
    """The weight by which a neuron's z takes its input `x`."""
    count = len(affine.args) // 2
    return affine.args[affine.args.index(x, count) - count]


def other_input(asked: Asked) -> Iterator[Wrong]:
    """Another input's edge; for a bias any input's."""
    own, others = (asked.inputs[0], asked.inputs[1:]) if asked.is_weight else ("", asked.inputs)
    for x in others:
        right = _text(asked, own) if own else "1, for the bias has no input"
        yield asked.changed({asked.link: asked.of(x)}), {"wrong": _text(asked, x), "right": right}


def hidden_other_input(asked: Asked) -> Iterator[Wrong]:
    """The same in a hidden layer, where the first index is easily taken for the second."""
    if asked.is_weight and asked.is_hidden:
        yield from other_input(asked)


def input_forgotten(asked: Asked) -> Iterator[Wrong]:
    """No input at all."""
    if asked.is_weight:
        yield asked.changed({asked.link: 1.0}), {"right": _text(asked, asked.inputs[0]), "w": asked.parameter}


def times_bias(asked: Asked) -> Iterator[Wrong]:
    """The bias for 1."""
    if asked.is_bias:
        yield asked.changed({asked.link: asked.of(asked.parameter)}), {"b": _text(asked, asked.parameter)}


def rate_folded_in(asked: Asked) -> Iterator[Wrong]:
    """The learning rate already in the gradient."""
    if asked.phase is Phase.CHAIN and asked.parameter and "lr" in asked.view.known:
        yield asked.of("lr") * asked.value, {"lr": number(asked.of("lr"))}


def answer_for_input(asked: Asked) -> Iterator[Wrong]:
    """The neuron's own activation where its input belongs."""
    if asked.is_weight and asked.activation:
        a, x = asked.activation, asked.inputs[0]
        yield asked.changed({asked.link: asked.of(a)}), {"wrong": _text(asked, a), "right": _text(asked, x)}


def other_weight(asked: Asked) -> Iterator[Wrong]:
    """Another weight of the next neuron than the one on this link."""
    ends = _weights_on(asked)
    if len(ends) == 1:
        link, _, weight = ends[0]
        affine = asked.graph.consumers[weight][0]
        for other in affine.args[: len(affine.args) // 2]:
            if other != weight:
                words = {"wrong": _text(asked, other), "right": _text(asked, weight)}
                yield asked.changed({link: asked.of(other)}), words


def _text(asked: Asked, name: str) -> str:
    return f"{symbol(name)} = {number(asked.of(name))}"
