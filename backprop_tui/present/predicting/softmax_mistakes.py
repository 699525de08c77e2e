"""Mistakes at the gradient of softmax with cross-entropy, ∂L/∂z = p − y."""

from collections.abc import Callable, Iterator

from backprop_tui.core.backprop import Phase, local_name
from backprop_tui.core.softmax import SOFTMAX
from backprop_tui.present.numbers import number
from backprop_tui.present.predicting.asked import Asked
from backprop_tui.present.predicting.mistake import Wrong


def _for_class(asked: Asked, other: Callable[[float, float], float], *, targets: bool = False) -> Iterator[Wrong]:
    """What comes out where each ∂L/∂z of softmax, or of those with a target, is `other` of its p and y."""
    if sums := [z for z in asked.class_sums if not targets or asked.of(asked.class_of(z)[1]) != 0]:
        changes = {}
        for z in sums:
            answer, target = asked.class_of(z)
            changes[asked.gradient(z)] = other(asked.of(answer), asked.of(target))
        answer, target = asked.class_of(sums[-1])
        words = {"p": f"{answer} = {number(asked.of(answer))}", "a": answer, "y": target}
        yield asked.changed(changes), words


def one_hot_forgotten(asked: Asked) -> Iterator[Wrong]:
    """Only p, for p − y."""
    return _for_class(asked, lambda p, y: p)


def sign(asked: Asked) -> Iterator[Wrong]:
    """The other way round, y − p for p − y."""
    return _for_class(asked, lambda p, y: y - p)


def extra_slope(asked: Asked) -> Iterator[Wrong]:
    """(p − y)·p(1 − p) for p − y."""
    return _for_class(asked, lambda p, y: (p - y) * p * (1 - p))


def by_probability(asked: Asked) -> Iterator[Wrong]:
    """−y/p, which is the derivative in p."""
    return _for_class(asked, lambda p, y: -y / p, targets=True)


def diagonal(asked: Asked) -> Iterator[Wrong]:
    """Of the Jacobian only the diagonal."""
    node = asked.node
    if asked.phase is Phase.LOCAL and node.operation == SOFTMAX:
        if asked.rule.argument != node.args[node.layer.index(node.name)]:
            yield 0.0, {"z": asked.rule.argument, "a": node.name}
        return
    if asked.phase is not Phase.CHAIN:
        return
    changes, words = {}, {"z": "", "a": ""}
    for one in asked.own_and_earlier:
        if one.phase is Phase.CHAIN and asked.is_softmax_sum(one.node):
            user = asked.graph.consumers[one.node][0]
            answer = user.layer[user.args.index(one.node)]
            slope = asked.of(local_name(asked.graph, answer, one.node))
            changes[one.quantity] = asked.of(asked.gradient(answer)) * slope
            words = {"z": one.node, "a": answer}
    if changes:
        yield asked.changed(changes), words
