"""Backpropagation as a plan of rules, written down from the graph before any number is known.

One pass is: compute every node (forward), the root last (loss); differentiate every node with respect to each of
its arguments (local); multiply along the paths from the loss and add where paths meet (chain); step every
parameter against its gradient (update).  Rumelhart, Hinton and Williams (1986), "Learning representations by
back-propagating errors", Nature 323; the order and the names are those of the article.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from backprop_tui.core.expression import Expression, Name, evaluate, product, total
from backprop_tui.core.graph import Graph, GraphError, Node, Role
from backprop_tui.core.ops import OPERATIONS

LEARNING_RATE = "lr"
"""The name under which an update finds the learning rate."""


class Phase(StrEnum):
    """The five parts of a pass, in order."""

    FORWARD = "forward"
    LOSS = "loss"
    LOCAL = "local"
    CHAIN = "chain"
    UPDATE = "update"


class Rule(NamedTuple):
    """How one quantity of a pass is computed: ``quantity = expression`` over the quantities before it.

    `node` is the node computed, differentiated or updated; a local derivative is that of `node` with respect to
    its argument `argument`, which is empty in the other phases.
    """

    phase: Phase
    quantity: str
    expression: Expression
    node: str
    argument: str = ""


def plan(graph: Graph) -> tuple[Rule, ...]:
    """The rules of one whole pass over `graph`, in the order in which they are to be computed.

    Raises GraphError where two quantities would have the same name, the learning rate ``lr`` being one of them,
    and where the target of a loss depends on a parameter.
    """
    derivatives = (*local_rules(graph), *chain_rules(graph))
    names = [LEARNING_RATE, *graph.by_name, *(rule.quantity for rule in derivatives)]
    if len(set(names)) < len(names):
        raise GraphError(f"two quantities are called {next(name for name in names if names.count(name) > 1)}")
    return (*forward_rules(graph), *derivatives, *update_rules(graph))


def run(rules: Sequence[Rule], given: Mapping[str, float]) -> tuple[float, ...]:
    """The value of each rule, in order.

    `given` holds the inputs, targets, parameters and the learning rate ``lr``.  Updates are simultaneous: a new
    parameter stands in the result, never in a later rule.  Raises KeyError where a given number is missing.
    """
    values = dict(given)
    results = []
    for rule in rules:
        result = evaluate(rule.expression, values)
        results.append(result)
        if rule.phase is not Phase.UPDATE:
            values[rule.quantity] = result
    return tuple(results)


def forward_rules(graph: Graph) -> Iterator[Rule]:
    """Every computed node from its arguments, the root in a phase of its own."""
    for node in graph.computed:
        phase = Phase.LOSS if node is graph.root else Phase.FORWARD
        yield Rule(phase, node.name, OPERATIONS[node.operation].value(_names(node.args)), node.name)


def local_rules(graph: Graph) -> Iterator[Rule]:
    """For every node, walking back, its derivative with respect to each argument that learning reaches."""
    for node in backward_order(graph):
        partials = OPERATIONS[node.operation].partials(_names(node.args), Name(node.name)) if node.args else ()
        targets = node.args[len(partials) :]
        if any(name in graph.learning for name in targets):
            raise GraphError(f"{node.name}: a target of {node.operation} must not depend on a parameter")
        for argument in dict.fromkeys(node.args):
            if argument in graph.learning:
                # An argument used twice by one node moves it through both places: b = a + a has ∂b/∂a = 1 + 1.
                terms = tuple(p for name, p in zip(node.args, partials, strict=False) if name == argument)
                yield Rule(Phase.LOCAL, local_name(graph, node.name, argument), total(terms), node.name, argument)


def chain_rules(graph: Graph) -> Iterator[Rule]:
    """The gradient of every node that keeps one, walking back: a product per path, the paths added up."""
    for node in backward_order(graph):
        if node is graph.root or not node.own_gradient or _is_local(graph, node):
            continue
        yield Rule(Phase.CHAIN, gradient_name(graph, node.name), total(contributions(graph, node.name)), node.name)


def update_rules(graph: Graph) -> Iterator[Rule]:
    """``w − lr · ∂L/∂w`` for every parameter that is not held fixed, in the graph's order."""
    for node in graph.parameters:
        if not node.fixed:
            step = Name(LEARNING_RATE) * Name(gradient_name(graph, node.name))
            yield Rule(Phase.UPDATE, node.name, Name(node.name) - step, node.name)


def contributions(graph: Graph, name: str) -> tuple[Expression, ...]:
    """What the loss gradient of `name` is summed from: one product for each path to the nearest known gradient."""
    return tuple(product(path) for path in _paths(graph, name))


def _paths(graph: Graph, name: str) -> Iterator[tuple[Expression, ...]]:
    for consumer in graph.consumers[name]:
        link = Name(local_name(graph, consumer.name, name))
        if consumer is graph.root:
            yield (link,)
        elif consumer.own_gradient:
            yield (Name(gradient_name(graph, consumer.name)), link)
        else:
            for path in _paths(graph, consumer.name):
                yield (*path, link)


def backward_order(graph: Graph) -> tuple[Node, ...]:
    """All nodes that learning reaches, from the root back, each after all its consumers.

    A node follows its last consumer directly (z comes right after its a, w and b right after their z), so that
    a layered network is walked layer by layer, neuron by neuron.
    """
    waiting = {name: len(users) for name, users in graph.consumers.items()}
    order: list[Node] = []
    stack = [graph.root]
    while stack:
        node = stack.pop()
        order.append(node)
        for argument in dict.fromkeys(node.args):
            waiting[argument] -= 1
        ready = [graph.by_name[name] for name in dict.fromkeys(node.args) if waiting[name] == 0]
        ready.sort(key=lambda argument: argument.role is not Role.PARAMETER)  # stable: w and b before what lies deeper
        stack.extend(argument for argument in reversed(ready) if argument.name in graph.learning)
    return tuple(order)


def local_name(graph: Graph, node: str, argument: str) -> str:
    """``dL_da``, ``da_dz``, …: the local derivative of `node` with respect to its `argument`."""
    name = f"d{symbol(graph, node)}_d{argument}"
    direct = node == graph.root.name and len(graph.consumers[argument]) > 1
    return f"{name}_direct" if direct else name  # one summand of the gradient that has the plain name


def gradient_name(graph: Graph, node: str) -> str:
    """``dL_dw``, …: the derivative of the root with respect to `node`."""
    return f"d{symbol(graph, graph.root.name)}_d{node}"


def symbol(graph: Graph, node: str) -> str:
    """What a derivative calls `node`."""
    return graph.by_name[node].symbol or node


def _is_local(graph: Graph, node: Node) -> bool:
    """Whether the root is this node's only consumer, so that its local derivative is the gradient already."""
    return graph.consumers[node.name] == (graph.root,)


def _names(names: tuple[str, ...]) -> tuple[Expression, ...]:
    return tuple(Name(name) for name in names)
