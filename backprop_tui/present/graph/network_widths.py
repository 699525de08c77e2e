"""How many cells the numbers of a network take, layer by layer: measured once per pass, the widest kept."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from backprop_tui.core.backprop import gradient_name, local_name
from backprop_tui.core.models.dense import LOSS
from backprop_tui.present.contributions import contributions_to
from backprop_tui.present.graph.network_nodes import LayerNodes, network_of
from backprop_tui.present.graph.training_steps import steps_of
from backprop_tui.present.numbers import number
from backprop_tui.present.visibility import may_be_blocked
from backprop_tui.stepper.history import Pass

ARROW = "←"
"""Before a parameter's new value."""


class LayerWidths(NamedTuple):
    """The cells of a layer's widest: node before it, weight (with what stands above and below it), and so on."""

    source: int
    weight: int  # its name, its value and its derivatives
    new_weight: int  # above it, once it is updated: ``w ←●`` and the new value, or what comes before that: ``w m●``
    brought: int  # a contribution to the gradient of a node before it
    passed: int  # a local derivative with respect to a node before it
    sum: int
    slope: int  # a local derivative of an answer; where each has all z's, a contribution to the gradient of one, too
    answer: int
    bias: int
    beside_bias: int  # its derivatives, or its new value; what stands before that longer than an arrow included


class Widths(NamedTuple):
    """Of every layer, and of the loss with the targets below it."""

    layers: tuple[LayerWidths, ...]
    loss: int


def widths_of(passes: Sequence[Pass], digits: int) -> Widths:
    """The widest of each over all `passes`, in so many digits."""
    each = [_widths(one, digits) for one in passes]
    layers = (LayerWidths(*map(max, zip(*layer, strict=True))) for layer in zip(*(w.layers for w in each), strict=True))
    return Widths(tuple(layers), max(widths.loss for widths in each))


@lru_cache(maxsize=16)
def _widths(one: Pass, digits: int) -> Widths:
    network = network_of(one)
    targets = (len(f"{name} {number(one.given[name], digits)}") for name in network.targets)
    layers = tuple(_layer_widths(one, layer, digits) for layer in network.layers)
    return Widths(layers, max(len(number(one.known[LOSS], digits)) + 1, *targets))


def _layer_widths(one: Pass, layer: LayerNodes, digits: int) -> LayerWidths:
    graph, find = one.timeline.graph, one.timeline.find

    def widest(quantities: Iterable[str]) -> int:
        stages = [find(quantity) for quantity in quantities]
        return max((_width(one, stage, digits) for stage in stages if stage), default=1)

    def given(names: Iterable[str]) -> int:
        return max(len(number(one.known[name], digits)) for name in names)

    def gradients(names: Iterable[str]) -> int:
        return widest(gradient_name(graph, name) for name in names)

    def steps(parameters: Iterable[str]) -> int:
        found = (step for name in parameters for step in steps_of(one, ARROW).get(name, ()))
        return max((len(step.name) + 1 + _width(one, step.stage, digits) for step in found), default=0)

    weights = [weight for row in layer.weights for weight in row]
    local = [local_name(graph, z, w) for z, row in zip(layer.sums, layer.weights, strict=True) for w in row]
    slopes = [local_name(graph, a, z) for a in layer.answers for z in layer.sums if z in graph.by_name[a].args]
    joint = [c.value for z in layer.sums for c in contributions_to(one, z)] if layer.joined else []
    passed = [local_name(graph, layer.sums[0], source) for source in layer.sources]
    passed = [local_name(graph, z, s) for z in layer.sums for s in layer.sources] if find(passed[0]) else []
    brought = [c.value for source in layer.sources if passed for c in contributions_to(one, source)]
    names = len(max(weights, key=len))
    new_bias = steps(layer.biases)
    return LayerWidths(
        max(len(layer.sources[-1]), given(layer.sources), gradients(layer.sources)),
        max(names, given(weights), gradients(weights), 1 + widest(local)),
        len("w ") + steps(weights) if steps(weights) else 0,
        max((len(number(value, digits)) for value in brought), default=0),
        1 + widest(passed) if passed else 0,
        max(len(layer.sums[-1]), given(layer.sums), gradients(layer.sums)),
        max((1 + widest(slopes), *(len(number(value, digits)) for value in joint))),
        max(len(layer.answers[-1]), given(layer.answers), gradients(layer.answers)),
        given(layer.biases),
        max(gradients(layer.biases), len("×1"), new_bias - len(" ←")),
    )


def _width(one: Pass, stage: int, digits: int) -> int:
    return len(number(one.values[stage - 1], digits)) + may_be_blocked(one, stage)
