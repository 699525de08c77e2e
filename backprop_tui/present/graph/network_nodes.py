"""What a network's graph is made of, layer by layer, and which part of it a stage is about."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from backprop_tui.core.backprop import Phase
from backprop_tui.core.graph import Graph, Role
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.state import State


class LayerNodes(NamedTuple):
    """The names of one dense layer: `weights[j][i]` leads from `sources[i]` to `sums[j]`.

    Every one of `answers` is made from its own of `sums`, or from all of them where the layer is `joined` (softmax).
    """

    sources: tuple[str, ...]
    weights: tuple[tuple[str, ...], ...]
    biases: tuple[str, ...]
    sums: tuple[str, ...]
    answers: tuple[str, ...]
    joined: bool


class Network(NamedTuple):
    """The layers from the inputs on, and the targets; `place` says of each name but inputs and targets where it is.

    A place is (layer, neuron, source), each from 1; the source is 1 for what belongs to no single one.
    """

    layers: tuple[LayerNodes, ...]
    targets: tuple[str, ...]
    place: Mapping[str, tuple[int, int, int]]


class Focus(NamedTuple):
    """What a stage is about: an `item` (a layer from 1, or the loss, which comes after the last), in it a neuron.

    `source` is the node before that it is about; with `fan` the stage adds up what reaches that source from the
    neurons of the layer `item`.  Where the layer is joined, a stage may be about the `answer` of one neuron and the z
    of another; with `joint` it adds up what reaches that z from all answers.
    `bias` says that the stage is about the neuron's bias.
    """

    item: int
    neuron: int = 1
    source: int = 1
    fan: bool = False
    answer: int = 0
    joint: bool = False
    bias: bool = False


@lru_cache(maxsize=8)
def network_of(one: Pass) -> Network:
    """The layers of the network that the pass `one` goes through."""
    graph = one.timeline.graph
    targets = tuple(name for name in graph.root.args if graph.by_name[name].role is Role.TARGET)
    answers = tuple(name for name in graph.root.args if name not in targets)
    layers: list[LayerNodes] = []
    while graph.by_name[answers[0]].args:
        layers.append(_layer(graph, answers))
        answers = layers[-1].sources
    layers.reverse()
    place: dict[str, tuple[int, int, int]] = {}
    for number, layer in enumerate(layers, start=1):
        for neuron, weights in enumerate(layer.weights, start=1):
            own = (layer.biases[neuron - 1], layer.sums[neuron - 1], layer.answers[neuron - 1])
            place |= dict.fromkeys(own, (number, neuron, 1))
            place |= {weight: (number, neuron, source) for source, weight in enumerate(weights, start=1)}
    return Network(tuple(layers), targets, place)


def focus_of(state: State) -> Focus:
    """What the stage on screen is about; before the first it is the first neuron."""
    stage = state.position.stage
    if not stage:
        return Focus(1)
    network, rule = network_of(state.view), state.timeline.rules[stage - 1]
    loss = len(network.layers) + 1
    if rule.phase is Phase.LOCAL:
        layer, neuron, source = network.place.get(rule.argument, (0, 1, 1))
        if rule.node not in network.place:
            return Focus(loss, 1, neuron)
        at, own, _ = network.place[rule.node]
        if network.layers[at - 1].joined and rule.node in network.layers[at - 1].answers:
            return Focus(at, neuron, answer=own)
        bias = rule.argument in network.layers[at - 1].biases
        return Focus(at, own, source if layer == at else neuron, bias=bias)
    layer, neuron, source = network.place.get(rule.node, (loss, 1, 1))
    if rule.phase is Phase.CHAIN and layer < loss and rule.node in network.layers[layer - 1].answers:
        return Focus(layer + 1, 1, neuron, fan=True)
    joint = rule.phase is Phase.CHAIN and layer < loss and _adds_answers(network.layers[layer - 1], rule.node)
    bias = layer < loss and rule.node in network.layers[layer - 1].biases
    return Focus(layer, neuron, source, joint=joint, bias=bias)


def adds_up(state: State, layer: int) -> bool:
    """Whether what the neurons of `layer` bring to a node before them is added up on screen."""
    focus = focus_of(state)
    return focus.fan and focus.item == layer


def _adds_answers(layer: LayerNodes, name: str) -> bool:
    """Whether the gradient of the node `name` is the sum of what all answers of `layer` bring."""
    return layer.joined and name in layer.sums


def _layer(graph: Graph, answers: tuple[str, ...]) -> LayerNodes:
    joined = bool(graph.by_name[answers[0]].layer)
    sums = graph.by_name[answers[0]].args if joined else tuple(graph.by_name[answer].args[0] for answer in answers)
    parameters = [
        tuple(name for name in graph.by_name[z].args if graph.by_name[name].role is Role.PARAMETER) for z in sums
    ]
    sources = tuple(name for name in graph.by_name[sums[0]].args if name not in parameters[0])
    weights = tuple(names[:-1] for names in parameters)
    return LayerNodes(sources, weights, tuple(names[-1] for names in parameters), sums, answers, joined)
