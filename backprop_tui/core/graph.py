"""The computation graph: named scalar nodes in an order in which each depends only on earlier ones."""

import keyword
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from backprop_tui.core.frozen import Frozen
from backprop_tui.core.ops import OPERATIONS
from backprop_tui.core.softmax import LAYER_OPERATIONS

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class Role(StrEnum):
    """What a node is for."""

    INPUT = "input"
    PARAMETER = "parameter"
    TARGET = "target"
    COMPUTED = "computed"


class Node(NamedTuple):
    """A named number: given from outside, or computed by `operation` from the nodes named in `args`.

    `symbol` is what derivatives call it ("L" for the loss; its name where empty).  `fixed` marks a parameter
    that no update touches.  `own_gradient` says that the backward pass stops here to write down ∂L/∂node;
    a node without one is passed through (the article's z: the path L → w is one product).  `layer` holds, for an
    operation of a whole layer (softmax), the names of all nodes that have it in common, its own among them.
    `constants` are the numbers among its operands, each behind its place there (from 0), ascending: in x − 3 the 3 is
    (1, 3.0).
    """

    name: str
    operation: str = ""
    args: tuple[str, ...] = ()
    role: Role = Role.COMPUTED
    symbol: str = ""
    fixed: bool = False
    own_gradient: bool = True
    layer: tuple[str, ...] = ()
    constants: tuple[tuple[int, float], ...] = ()

    @property
    def operands(self) -> tuple[str | float, ...]:
        """What its operation works on, in order: the names in `args`, and its constants in their places."""
        operands: list[str | float] = [*self.args]
        for place, number in self.constants:
            operands.insert(place, number)
        return tuple(operands)


class GraphError(ValueError):
    """The nodes do not form a graph; the message says which node and why."""


class Graph(Frozen):
    """Nodes in order of computation, the last of them the root (the loss), which all others lead to.

    Raises GraphError for a name that is taken, no identifier or not yet defined (which rules out cycles), an
    unknown operation, a wrong number of arguments, or a node that nothing after it uses.
    """

    nodes: tuple[Node, ...]

    def __post_init__(self) -> None:
        seen: set[str] = set()
        if not self.nodes:
            raise GraphError("a graph needs at least one node")
        for node in self.nodes:
            if not _NAME.fullmatch(node.name) or keyword.iskeyword(node.name):
                raise GraphError(f"{node.name!r} is not a name: a letter, then letters, digits or _, no Python keyword")
            if node.name in seen:
                raise GraphError(f"the name {node.name} is used twice")
            _check_operation(node)
            for argument in node.args:
                if argument not in seen:
                    raise GraphError(f"{node.name} needs {argument}, which is not defined before it")
            seen.add(node.name)
        if self.root.role is not Role.COMPUTED:
            raise GraphError(f"the last node, {self.root.name}, must be computed")
        for name, users in self.consumers.items():
            if not users and name != self.root.name:
                raise GraphError(f"{name} leads nowhere: no node uses it")

    @property
    def root(self) -> Node:
        """The node whose derivatives are sought: the last."""
        return self.nodes[-1]

    @cached_property
    def by_name(self) -> Mapping[str, Node]:
        """Every node by its name."""
        return MappingProxyType({node.name: node for node in self.nodes})

    @cached_property
    def parameters(self) -> tuple[Node, ...]:
        """The nodes that training may change, fixed ones included, in order."""
        return tuple(node for node in self.nodes if node.role is Role.PARAMETER)

    @cached_property
    def free(self) -> tuple[Node, ...]:
        """The parameters that training does change, in order."""
        return tuple(node for node in self.parameters if not node.fixed)

    @cached_property
    def computed(self) -> tuple[Node, ...]:
        """The nodes with an operation, in order of computation."""
        return tuple(node for node in self.nodes if node.role is Role.COMPUTED)

    @cached_property
    def consumers(self) -> Mapping[str, tuple[Node, ...]]:
        """For each node, the nodes that use it, each once, in order of computation."""
        users: dict[str, list[Node]] = {node.name: [] for node in self.nodes}
        for node in self.nodes:
            for argument in dict.fromkeys(node.args):
                users[argument].append(node)
        return MappingProxyType({name: tuple(nodes) for name, nodes in users.items()})

    @cached_property
    def learning(self) -> frozenset[str]:
        """The names of the parameters and of all that depends on one: where gradients go."""
        names: set[str] = set()
        for node in self.nodes:
            if node.role is Role.PARAMETER or any(argument in names for argument in node.args):
                names.add(node.name)
        return frozenset(names)


def _check_operation(node: Node) -> None:
    if node.role is not Role.COMPUTED:
        if node.operation or node.operands:
            raise GraphError(f"{node.name} is given, so it has no operation and no arguments")
        return
    if node.operation in LAYER_OPERATIONS:
        if node.layer.count(node.name) != 1 or len(node.layer) != len(node.args):
            raise GraphError(f"{node.name}: {node.operation} needs a layer that names it, one node per argument")
        return
    operation = OPERATIONS.get(node.operation)
    if operation is None:
        raise GraphError(f"{node.name}: unknown operation {node.operation!r}")
    if len(node.operands) not in operation.arity:
        raise GraphError(f"{node.name}: {len(node.operands)} is no number of arguments for {node.operation}")
