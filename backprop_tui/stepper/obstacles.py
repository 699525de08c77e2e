"""What keeps a gradient from the parameters where they get none although the answer is wrong."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from backprop_tui.core.backprop import SMALL_GRADIENT, backward_order, local_name
from backprop_tui.core.graph import Graph, Node, Role
from backprop_tui.core.ops import ACTIVATIONS
from backprop_tui.core.slopes import slope_at
from backprop_tui.stepper.history import Pass

_LEVEL_SLOPE = 0.01


class Obstacle(StrEnum):
    """The kinds, the most telling first."""

    GATE = "gate"
    SATURATION = "saturation"
    DIP = "dip"
    CANCELLATION = "cancellation"
    SYMMETRY = "symmetry"
    PLATEAU = "plateau"
    INPUT = "input"


class Obstruction(NamedTuple):
    """An obstacle, and the node at which it stands."""

    kind: Obstacle
    node: str


def obstruction(one: Pass) -> Obstruction | None:
    """The most telling obstacle in a pass; None where no gradient that is above 1e-9 falls to less on its way.

    GATE: an activation with a slope of exactly 0, by its rule (ReLU).  SATURATION: a slope that is small, and
    smaller farther out.  DIP: one that is small here alone, at the bottom of a dip (GELU, SiLU).  CANCELLATION:
    several paths bring something, their sum is next to nothing.  SYMMETRY: a weight or an activation of exactly 0
    in the way.  INPUT: inputs (next to) 0 in front of every parameter that learns.  PLATEAU: small factors, none of
    them by itself.
    """
    ranks = list(Obstacle)
    return min(_obstructions(one), key=lambda found: ranks.index(found.kind), default=None)


def upstream(one: Pass) -> Mapping[str, float]:
    """∂L/∂node for every node that learning reaches, those included that the plan only passes through."""
    graph = one.timeline.graph
    gradients = {graph.root.name: 1.0}
    for node in backward_order(graph):
        if node is not graph.root:
            gradients[node.name] = sum(link for _, link in _links(one, gradients, node.name))
    return gradients


def _links(one: Pass, gradients: Mapping[str, float], name: str) -> Iterator[tuple[Node, float]]:
    """What each of its consumers brings to the gradient of a node."""
    graph = one.timeline.graph
    for user in graph.consumers[name]:
        yield user, gradients[user.name] * one.known[local_name(graph, user.name, name)]


def _obstructions(one: Pass) -> Iterator[Obstruction]:
    graph, gradients = one.timeline.graph, upstream(one)
    trained = _trained(graph)
    for node in backward_order(graph):
        if node.name not in trained:
            continue
        links = tuple(_links(one, gradients, node.name))
        if abs(gradients[node.name]) <= SMALL_GRADIENT and any(abs(link) > SMALL_GRADIENT for _, link in links):
            yield Obstruction(Obstacle.CANCELLATION, node.name)
        for user, link in links:
            if user is not graph.root and abs(link) <= SMALL_GRADIENT < abs(gradients[user.name]):
                yield _between(one, user, node)


def _trained(graph: Graph) -> frozenset[str]:
    """The parameters that updates move, and all that depends on one."""
    names: set[str] = set()
    for node in graph.nodes:
        if (node.role is Role.PARAMETER and not node.fixed) or not names.isdisjoint(node.args):
            names.add(node.name)
    return frozenset(names)


def _between(one: Pass, user: Node, node: Node) -> Obstruction:
    """Why next to nothing of what arrives at `user` gets on to its argument `node`."""
    graph, known = one.timeline.graph, one.known
    if user.operation in ACTIVATIONS:
        slope = known[local_name(graph, user.name, node.name)]
        return Obstruction(_at_activation(user.operation, known[node.name], slope), user.name)
    if user.layer:  # of softmax: one probability is all but 1
        return Obstruction(Obstacle.SATURATION, user.name)
    if user.operation != "affine":
        return Obstruction(*_in_program(one, user, node))
    factor = graph.by_name[_other_factor(user, node.name)]
    if node.role is Role.PARAMETER and factor.role is Role.INPUT:
        return Obstruction(Obstacle.INPUT, factor.name)
    if node.role is Role.PARAMETER and factor.operation in ACTIVATIONS:
        z = factor.args[0]
        kind = _at_activation(factor.operation, known[z], slope_at(factor.operation, known[z]))
        if kind in (Obstacle.GATE, Obstacle.SATURATION):
            return Obstruction(kind, factor.name)
    return Obstruction(Obstacle.SYMMETRY if known[factor.name] == 0 else Obstacle.PLATEAU, factor.name)


def _in_program(one: Pass, user: Node, node: Node) -> tuple[Obstacle, str]:
    """Why next to nothing gets from an operation of a program to its argument `node`: a factor of 0, or a small one."""
    others = [name for name in user.args if name != node.name]
    if user.operation == "multiply" and len(others) == 1 and one.known[others[0]] == 0:
        return Obstacle.SYMMETRY, others[0]
    return Obstacle.PLATEAU, user.name


def _at_activation(operation: str, z: float, slope: float) -> Obstacle:
    if slope == 0 and ACTIVATIONS[operation].blocked == "gate":
        return Obstacle.GATE
    if abs(slope) >= _LEVEL_SLOPE:
        return Obstacle.PLATEAU
    return Obstacle.DIP if abs(slope_at(operation, 2 * z)) > abs(slope) else Obstacle.SATURATION


def _other_factor(user: Node, name: str) -> str:
    """What an affine node multiplies its argument `name` by: a weight's input, an input's weight; the bias itself."""
    half = len(user.args) // 2
    index = user.args.index(name)
    return name if index == len(user.args) - 1 else user.args[index + half if index < half else index - half]
