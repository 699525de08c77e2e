"""Stops: the runs of stages of one neuron into which a pass falls; the z's of a layer are one, its a's too.

A neuron is a weighted sum, with the activation that takes it and the parameters that no other node uses; a layer is
the neurons that add up the same numbers.  Any other node is on its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from backprop_tui.core.backprop import Phase, Rule
from backprop_tui.core.graph import Graph, Node, Role
from backprop_tui.core.ops import ACTIVATIONS

_SUM = "affine"


class Stop(NamedTuple):
    """Consecutive `stages` of one phase: about one neuron, or about one layer at once.

    `layer` and `neuron` count from 1; `neuron` is 0 for a layer at once, and both are for what belongs to none, such
    as the loss.  `completes` says that no later stop of the phase is about the layer, its z's and a's apart.
    """

    stages: range
    layer: int = 0
    neuron: int = 0
    completes: bool = False

    @property
    def end(self) -> int:
        """The last of the stages."""
        return self.stages[-1]


class _Subject(NamedTuple):
    """What the stages of one stop have in common: a phase, a place, and there the kind of node or the node itself."""

    phase: Phase
    layer: int
    neuron: int
    what: str


def stops(graph: Graph, rules: Sequence[Rule]) -> tuple[Stop, ...]:
    """The stops of a pass over `graph` by `rules`; together they are all its stages, in order."""
    places = _places(graph)
    subjects = [_subject(graph.by_name[rule.node], rule.phase, places) for rule in rules]
    runs = [[*run] for _, run in groupby(enumerate(subjects, start=1), lambda numbered: numbered[1])]
    last = {subject[:2]: number for number, subject in enumerate(subjects, start=1)}
    found = []
    for run in runs:
        (first, subject), (end, _) = run[0], run[-1]
        completes = subject.layer > 0 and (subject.neuron == 0 or last[subject[:2]] == end)
        found.append(Stop(range(first, end + 1), subject.layer, subject.neuron, completes))
    return tuple(found)


def _subject(node: Node, phase: Phase, places: Mapping[str, tuple[int, int]]) -> _Subject:
    if node.name not in places:
        return _Subject(phase, 0, 0, node.name)
    layer, neuron = places[node.name]
    if phase is Phase.FORWARD:
        return _Subject(phase, layer, 0, _SUM if node.operation == _SUM else "")
    return _Subject(phase, layer, neuron, "")


def _places(graph: Graph) -> dict[str, tuple[int, int]]:
    """The layer and the neuron of each node that belongs to one."""
    layers: dict[tuple[str, ...], int] = {}
    sizes: dict[int, int] = {}
    places: dict[str, tuple[int, int]] = {}
    for node in graph.computed:
        if node.operation == _SUM:
            added = tuple(name for name in node.args if graph.by_name[name].role is not Role.PARAMETER)
            layer = layers.setdefault(added, len(layers) + 1)
            sizes[layer] = sizes.get(layer, 0) + 1
            places |= dict.fromkeys(_with_own(graph, node), (layer, sizes[layer]))
    return places


def _with_own(graph: Graph, node: Node) -> Iterator[str]:
    """A weighted sum, the parameters that it alone uses, and the activation that takes it."""
    yield node.name
    yield from (
        name for name in node.args if graph.by_name[name].role is Role.PARAMETER and len(graph.consumers[name]) == 1
    )
    for user in graph.consumers[node.name]:
        is_own = user.layer[user.args.index(node.name)] == user.name if user.layer else user.operation in ACTIVATIONS
        if is_own:
            yield user.name
