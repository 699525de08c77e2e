"""Mistakes of the chain rule itself: factors left out or added, paths forgotten or joined wrongly, hidden layers."""

from collections.abc import Iterator
from math import prod

from backprop_tui.core.backprop import Phase, local_name
from backprop_tui.core.graph import Node
from backprop_tui.core.ops import ACTIVATIONS
from backprop_tui.present.formulas import symbol
from backprop_tui.present.predicting.asked import Asked, Path
from backprop_tui.present.predicting.edge_mistakes import weight_of
from backprop_tui.present.predicting.mistake import Wrong
from backprop_tui.present.sentences import listed


def upstream_forgotten(asked: Asked) -> Iterator[Wrong]:
    """Local derivatives alone, without what arrives from the loss."""
    if len(asked.paths) == 1:
        path = _expanded(asked, asked.paths[0])
        for kept in range(len(path) - 1, 0, -1):
            left_out, local = path[:-kept], path[-kept:]
            yield asked.product(local), _alone(left_out, local)
    elif asked.paths and not asked.is_softmax_sum(asked.rule.node):
        yield sum(asked.of(path[-1]) for path in asked.paths), _ends(asked)
    for path in asked.paths if len(asked.paths) > 1 else ():
        yield asked.of(path[-1]), _alone(path[:-1], path[-1:])


def _ends(asked: Asked) -> dict[str, str]:
    upstream = listed([_times(path[:-1]) for path in asked.paths])
    return {"upstream": upstream, "local": " + ".join(symbol(path[-1]) for path in asked.paths), "each": "each has"}


def _alone(upstream: Path, local: Path) -> dict[str, str]:
    return {"upstream": _times(upstream), "local": _times(local), "each": "it has"}


def added(asked: Asked) -> Iterator[Wrong]:
    """The last link added to what arrives, or, of three factors, the first two added."""
    if not asked.paths or asked.is_softmax_sum(asked.rule.node):
        return
    if all(len(path) > 1 for path in asked.paths) and (asked.activation or not asked.is_bias):
        sums = [asked.product(path[:-1]) + asked.of(path[-1]) for path in asked.paths]
        *before, last = asked.paths[0]
        yield sum(sums), {"upstream": _times(before), "local": symbol(last)}
    if len(asked.paths) == 1 and len(path := _expanded(asked, asked.paths[0])) > 2:
        first, second, *rest = path
        total = (asked.of(first) + asked.of(second)) * asked.product(rest)
        yield total, {"upstream": symbol(first), "local": symbol(second)}


def one_path_only(asked: Asked) -> Iterator[Wrong]:
    """One summand of several."""
    paths = asked.paths_to(asked.joint) if asked.joint else ()
    for path in paths:
        yield _with_joint(asked, asked.product(path)), _joint_words(asked) | {"path": _times(path)}


def averaged(asked: Asked) -> Iterator[Wrong]:
    """The mean of the contributions."""
    if parts := _contributions(asked):
        yield _with_joint(asked, sum(parts) / len(parts)), _joint_words(asked)


def multiplied(asked: Asked) -> Iterator[Wrong]:
    """The product of the contributions."""
    if parts := _contributions(asked):
        yield _with_joint(asked, prod(parts)), _joint_words(asked)


def sent_too_early(asked: Asked) -> Iterator[Wrong]:
    """What has arrived at a node so far is sent on with each contribution, and so some of it more than once."""
    if asked.joint and asked.joint != asked.rule.node:
        parts = _contributions(asked)
        for order in (parts, parts[::-1]):
            so_far = [sum(order[: count + 1]) for count in range(len(order))]
            yield _with_joint(asked, sum(so_far)), _joint_words(asked)


def overwritten(asked: Asked) -> Iterator[Wrong]:
    """The latest contribution, or share of a batch, alone: the others are written over."""
    if asked.phase is Phase.ACCUMULATE:
        yield asked.of(asked.gradient(asked.rule.node)) / asked.of("n"), {"node": symbol(asked.rule.quantity)}
    parts = _contributions(asked)
    for value in (parts[-1], parts[0]) if parts else ():
        yield _with_joint(asked, value), _joint_words(asked)


def not_transposed(asked: Asked) -> Iterator[Wrong]:
    """A row of the next layer's weights for a column."""
    users = _next_layer(asked)
    if not users:
        return
    first = users[0]
    inputs = first.args[len(first.args) // 2 : -1]
    own = inputs.index(asked.hidden)
    if own >= len(users) or len(inputs) < len(users):
        return
    row = users[own].args
    changes = {
        local_name(asked.graph, user.name, asked.hidden): asked.of(row[place]) for place, user in enumerate(users)
    }
    words = {"row": listed(row[: len(users)]), "column": listed([weight_of(user, asked.hidden) for user in users])}
    yield asked.changed(changes), words


def updated_weights(asked: Asked) -> Iterator[Wrong]:
    """The next layer's weights as they are after this pass's update."""
    users, find = _next_layer(asked), asked.view.timeline.find
    changes = {}
    for user in users:
        weight = weight_of(user, asked.hidden)
        stage = find(weight, update=True)
        gradient = asked.gradient(weight)
        if stage:
            after = asked.view.values[stage - 1]
        elif gradient in asked.view.known and "lr" in asked.view.known:
            after = asked.of(weight) - asked.of("lr") * asked.of(gradient)
        else:
            continue
        changes[local_name(asked.graph, user.name, asked.hidden)] = after
    if changes:
        yield asked.changed(changes), {"weights": listed([weight_of(user, asked.hidden) for user in users])}


def weights_left_out(asked: Asked) -> Iterator[Wrong]:
    """The next layer's gradients added up, without the weights between."""
    if users := _next_layer(asked):
        changes = {local_name(asked.graph, user.name, asked.hidden): 1.0 for user in users}
        yield asked.changed(changes), {"weights": listed([weight_of(user, asked.hidden) for user in users])}


def next_slope_forgotten(asked: Asked) -> Iterator[Wrong]:
    """The slope of the layer after left out, on the way to a hidden one."""
    changes, slopes = {}, []
    for user in _next_layer(asked):
        for activation in asked.graph.consumers[user.name]:
            if activation.operation in ACTIVATIONS or (activation.layer[:1] and _own_sum(activation) == user.name):
                changes[asked.gradient(user.name)] = asked.of(asked.gradient(activation.name))
                slopes.append(symbol(local_name(asked.graph, activation.name, user.name)))
    if changes:
        yield asked.changed(changes), {"slopes": f"{listed(slopes)}, the {'slopes' if len(slopes) > 1 else 'slope'}"}


def _own_sum(node: Node) -> str:
    return node.args[node.layer.index(node.name)]


def _next_layer(asked: Asked) -> tuple[Node, ...]:
    return asked.graph.consumers[asked.hidden] if asked.hidden else ()


def _contributions(asked: Asked) -> list[float]:
    return [asked.product(path) for path in asked.paths_to(asked.joint)] if asked.joint else []


def _with_joint(asked: Asked, value: float) -> float:
    return asked.changed({asked.gradient(asked.joint): value})


def _joint_words(asked: Asked) -> dict[str, str]:
    return {"node": asked.joint}


def _expanded(asked: Asked, path: Path) -> Path:
    """A path with what arrives written out as its own two factors, where it is ∂L/∂z."""
    stage = asked.view.timeline.find(path[0])
    rule = asked.view.timeline.rules[stage - 1]
    if not stage or rule.phase is not Phase.CHAIN:
        return path
    ways = asked.paths_to(rule.node)
    return (*ways[0], *path[1:]) if len(ways) == 1 and len(ways[0]) > 1 else path


def _times(path: tuple[str, ...] | list[str]) -> str:
    return " · ".join(symbol(name) for name in path)
