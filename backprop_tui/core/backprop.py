"""Backpropagation as a plan of rules, written down from the graph before any number is known.

One pass is: compute every node (forward), a loss last (loss); differentiate every node with respect to each of
its arguments (local); multiply along the paths from the loss and add where paths meet (chain); step every
parameter against its gradient (update).  Rumelhart, Hinton and Williams (1986), "Learning representations by
back-propagating errors", Nature 323; the order and the names are those of the article.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from backprop_tui.core import optimizers
from backprop_tui.core.expression import Before, Expression, Name, Number, Shared, evaluate, product, total
from backprop_tui.core.graph import Graph, GraphError, Node, Role
from backprop_tui.core.ops import LOSSES, OPERATIONS
from backprop_tui.core.optimizers import UPDATE_NUMBER, WEIGHT_DECAY, Learning, Stepped, quantity
from backprop_tui.core.shared import shared_parts
from backprop_tui.core.softmax import LAYER_OPERATIONS

LEARNING_RATE = optimizers.LEARNING_RATE
"""The name under which an update finds the learning rate."""

SMALL_GRADIENT = 1e-9
"""Where no gradient that an update of an epoch uses is above this, the epoch is level."""

_SYMBOLS = {math.pi: "π", math.e: "e"}

BATCH_SIZE = "n"
"""The name under which accumulation finds the number of samples in the batch."""


class Phase(StrEnum):
    """The parts of a pass, in order; only batches have gradients to accumulate."""

    FORWARD = "forward"
    LOSS = "loss"
    LOCAL = "local"
    CHAIN = "chain"
    ACCUMULATE = "accumulate"
    UPDATE = "update"


class Rule(NamedTuple):
    """How one quantity of a pass is computed: ``quantity = expression`` over the quantities before it.

    `node` is the node computed, differentiated or updated; a local derivative is that of `node` with respect to
    its argument `argument`, which is empty in the other phases.  `shared` are the partial results in it that several
    rules may have in common.
    """

    phase: Phase
    quantity: str
    expression: Expression
    node: str
    argument: str = ""
    shared: tuple[Shared, ...] = ()

    @property
    def is_step(self) -> bool:
        """Whether this gives a parameter its new value; in a pass its name goes on to mean the old one."""
        return self.phase is Phase.UPDATE and self.quantity == self.node


PLAIN = Learning()
"""Gradient descent after every sample."""


def plan(graph: Graph, learning: Learning = PLAIN) -> tuple[Rule, ...]:
    """The rules of one whole pass over `graph`, in the order in which they are to be computed.

    Raises GraphError where two quantities would have the same name, the learning rate ``lr`` and the other numbers
    that an update is given among them, and where the target of a loss depends on a parameter.
    """
    derivatives = (*local_rules(graph), *chain_rules(graph))
    steps = (*accumulate_rules(graph, learning), *update_rules(graph, learning))
    added = [rule.quantity for rule in (*derivatives, *steps) if not rule.is_step]
    names = [*numbers_given(learning), *graph.by_name, *added]
    if len(set(names)) < len(names):
        raise GraphError(f"two quantities are called {next(name for name in names if names.count(name) > 1)}")
    rules = (*forward_rules(graph), *derivatives, *steps)
    return tuple(rule._replace(shared=shared_parts(rule.expression)) for rule in rules)


def numbers_given(learning: Learning) -> tuple[str, ...]:
    """The names of the numbers that accumulation and update are given: ``lr`` and what else `learning` needs."""
    needed = [*learning.row.options] if learning.updates else []
    if not (learning.adds_decay or learning.row.decays):
        needed = [name for name in needed if name != WEIGHT_DECAY]
    count = [UPDATE_NUMBER] if learning.updates and learning.row.counts else []
    rate = [LEARNING_RATE] if learning.updates or learning.accumulates else []
    return (*rate, *needed, *count, *([BATCH_SIZE] if learning.accumulates else []))


def run(rules: Sequence[Rule], given: Mapping[str, float]) -> tuple[float, ...]:
    """The value of each rule, in order.

    `given` holds the inputs, targets, parameters, the `numbers_given` and, by `before`, what is remembered of earlier
    passes.  Updates are simultaneous: a new parameter stands in the result, never in a later rule.  Raises KeyError
    where a given number is missing.
    """
    values = dict(given)
    results = []
    for rule in rules:
        for part in rule.shared:
            if part.name not in values:
                values[part.name] = evaluate(part.meaning, values)
        result = evaluate(rule.expression, values)
        results.append(result)
        if not rule.is_step:
            values[rule.quantity] = result
    return tuple(results)


def forward_rules(graph: Graph) -> Iterator[Rule]:
    """Every computed node from its arguments, a loss in a phase of its own."""
    for node in graph.computed:
        phase = Phase.LOSS if node.operation in LOSSES else Phase.FORWARD
        yield Rule(phase, node.name, _value(node), node.name)


def _value(node: Node) -> Expression:
    if node.layer:
        return LAYER_OPERATIONS[node.operation].value(_names(node.args), node.layer.index(node.name))
    return OPERATIONS[node.operation].value(_operands(node))


def _partials(node: Node) -> tuple[Expression, ...]:
    """The derivative of `node` with respect to each of its operands; targets of a loss have none."""
    if node.layer:
        return LAYER_OPERATIONS[node.operation].partials(_names(node.layer), node.layer.index(node.name))
    return OPERATIONS[node.operation].partials(_operands(node), Name(node.name)) if node.args else ()


def local_rules(graph: Graph) -> Iterator[Rule]:
    """For every node, walking back, its derivative with respect to each argument that learning reaches."""
    for node in backward_order(graph):
        partials = _partials(node)
        targets = node.operands[len(partials) :]
        if any(name in graph.learning for name in targets):
            raise GraphError(f"{node.name}: a target of {node.operation} must not depend on a parameter")
        for argument in dict.fromkeys(node.args):
            if argument in graph.learning:
                # An argument used twice by one node moves it through both places: b = a + a has ∂b/∂a = 1 + 1.
                terms = tuple(p for name, p in zip(node.operands, partials, strict=False) if name == argument)
                yield Rule(Phase.LOCAL, local_name(graph, node.name, argument), total(terms), node.name, argument)


def chain_rules(graph: Graph) -> Iterator[Rule]:
    """The gradient of every node that keeps one, walking back: a product per path, the paths added up."""
    for node in backward_order(graph):
        if node is graph.root or not node.own_gradient or _is_local(graph, node):
            continue
        yield Rule(Phase.CHAIN, gradient_name(graph, node.name), total(contributions(graph, node.name)), node.name)


def accumulate_rules(graph: Graph, learning: Learning) -> Iterator[Rule]:
    """The sample's share in the gradient of the batch's mean loss, added to those of the samples before it."""
    if learning.accumulates:
        for node in graph.free:
            name = accumulated_name(node.name)
            share = Name(gradient_name(graph, node.name)) / Name(BATCH_SIZE)
            yield Rule(Phase.ACCUMULATE, name, share if learning.anew else Before(name) + share, node.name)


def update_rules(graph: Graph, learning: Learning = PLAIN) -> Iterator[Rule]:
    """What the optimiser does to every parameter that is not held fixed, in the graph's order."""
    if learning.updates:
        for node in graph.free:
            gradient: Expression = Name(summed_gradient(graph, node.name, learning))
            if learning.adds_decay:
                decayed = gradient + Name(WEIGHT_DECAY) * Name(node.name)
                yield Rule(Phase.UPDATE, used_gradient(graph, node.name, learning), decayed, node.name)
                gradient = Name(used_gradient(graph, node.name, learning))
            for prefix, rule in learning.row.rules(Stepped(node.name, Name(node.name), gradient)):
                yield Rule(Phase.UPDATE, quantity(prefix, node.name) if prefix else node.name, rule, node.name)


def accumulated_name(parameter: str) -> str:
    """``grad_w``: the sum of a batch's gradients, as PyTorch keeps it in ``w.grad``."""
    return quantity("grad", parameter)


def summed_gradient(graph: Graph, parameter: str, learning: Learning) -> str:
    """The gradient of a batch: ``grad_w`` where it is a sum, else ``dL_dw``."""
    return accumulated_name(parameter) if learning.accumulates else gradient_name(graph, parameter)


def used_gradient(graph: Graph, parameter: str, learning: Learning) -> str:
    """What the optimiser takes for the gradient: ``g_w`` after weight decay, else the gradient of the batch."""
    return quantity("g", parameter) if learning.adds_decay else summed_gradient(graph, parameter, learning)


def remembered(graph: Graph, learning: Learning) -> tuple[str, ...]:
    """What is kept from update to update besides the parameters: per parameter its slots, then the update's number."""
    slots = (quantity(slot, node.name) for node in graph.free for slot in learning.row.slots)
    return (*slots, *([UPDATE_NUMBER] if learning.row.counts else []))


def sums(graph: Graph, learning: Learning) -> tuple[str, ...]:
    """The sums of gradients that are kept from pass to pass."""
    return tuple(accumulated_name(node.name) for node in graph.free) if learning.accumulates else ()


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


def _names(names: tuple[str, ...]) -> tuple[Name, ...]:
    return tuple(Name(name) for name in names)


def _operands(node: Node) -> tuple[Expression, ...]:
    return tuple(Name(one) if isinstance(one, str) else Number(one, _SYMBOLS.get(one, "")) for one in node.operands)
