"""How many cells the numbers of a network take, layer by layer: measured once per pass, the widest kept."""

from collections.abc import Iterable, Mapping, Sequence
from enum import Flag, auto
from functools import lru_cache
from typing import NamedTuple

from backprop_tui.core.backprop import Phase, gradient_name, local_name
from backprop_tui.core.models.dense import LOSS
from backprop_tui.present.contributions import contributions_to
from backprop_tui.present.graph.network_nodes import LayerNodes, network_of
from backprop_tui.present.graph.training_steps import steps_of
from backprop_tui.present.numbers import number
from backprop_tui.present.visibility import may_be_blocked
from backprop_tui.stepper.history import Pass

ARROW = "←"
"""Before a parameter's new value."""


class Needs(Flag):
    """What there is room for besides nodes, weights and biases with their names and values."""

    VALUES = 0
    SLOPES = auto()
    GRADIENTS = auto()
    BROUGHT = auto()  # what is added up to a gradient
    FACTORS = auto()  # and the weights that it is made with
    STEPS = auto()
    NAMES = auto()  # of weights beside their new values
    PASS = SLOPES | GRADIENTS | BROUGHT | STEPS


NEEDS: Mapping[Phase, tuple[Needs, ...]] = {
    Phase.FORWARD: (Needs.VALUES,),
    Phase.LOSS: (Needs.VALUES,),
    Phase.LOCAL: (Needs.SLOPES,),
    Phase.CHAIN: (
        Needs.GRADIENTS | Needs.BROUGHT | Needs.FACTORS,
        Needs.GRADIENTS | Needs.BROUGHT,
    ),
    **dict.fromkeys(
        (Phase.ACCUMULATE, Phase.UPDATE),
        (Needs.GRADIENTS | Needs.STEPS | Needs.NAMES, Needs.GRADIENTS | Needs.STEPS),
    ),
}
"""What the stages of a phase are about, the most first."""


class LayerWidths(NamedTuple):
    """The cells of a layer's widest: node before it, weight (with what stands above and below it), and so on."""

    source: int
    weight: int  # its name, its value and its derivatives
    new_weight: int  # above it, once it is updated: ``w ←●`` and the new value, or what comes before that: ``w m●``
    brought: int  # a contribution to the gradient of a node before it, and the weight that makes it
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


def widths_of(passes: Sequence[Pass], digits: int, needs: Needs = Needs.PASS) -> Widths:
    """The widest of each over all `passes`, in so many digits; what is not among `needs` is not measured."""
    each = [_widths(one, digits, needs) for one in passes]
    layers = (LayerWidths(*map(max, zip(*layer, strict=True))) for layer in zip(*(w.layers for w in each), strict=True))
    return Widths(tuple(layers), max(widths.loss for widths in each))


@lru_cache(maxsize=64)
def _widths(one: Pass, digits: int, needs: Needs) -> Widths:
    network = network_of(one)
    targets = (len(f"{name} {number(one.given[name], digits)}") for name in network.targets)
    layers = tuple(_layer_widths(one, layer, digits, needs) for layer in network.layers)
    return Widths(layers, max(len(number(one.known[LOSS], digits)) + 1, *targets))


def _layer_widths(one: Pass, layer: LayerNodes, digits: int, needs: Needs) -> LayerWidths:
    graph, find = one.timeline.graph, one.timeline.find

    def widest(quantities: Iterable[str]) -> int:
        stages = [find(quantity) for quantity in quantities]
        return max((_width(one, stage, digits) for stage in stages if stage), default=1)

    def given(names: Iterable[str]) -> int:
        return max(len(number(one.known[name], digits)) for name in names)

    def gradients(names: Iterable[str], when: Needs = Needs.GRADIENTS) -> int:
        return widest(gradient_name(graph, name) for name in names) if needs & when else 1

    def steps(parameters: Iterable[str]) -> int:
        found = (step for name in parameters for step in steps_of(one, ARROW).get(name, ()))
        return max((len(step.name) + 1 + _width(one, step.stage, digits) for step in found), default=0) * stepped

    stepped = Needs.STEPS in needs

    weights = [weight for row in layer.weights for weight in row]
    local = [local_name(graph, z, w) for z, row in zip(layer.sums, layer.weights, strict=True) for w in row]
    slopes = [local_name(graph, a, z) for a in layer.answers for z in layer.sums if z in graph.by_name[a].args]
    passed = [local_name(graph, layer.sums[0], source) for source in layer.sources]
    passed = [local_name(graph, z, s) for z in layer.sums for s in layer.sources] if find(passed[0]) else []
    sloped = Needs.SLOPES in needs
    new_bias, new_weight = steps(layer.biases), steps(weights)
    name = len(max(weights, key=len)) if Needs.NAMES in needs else 1
    between = 1 + widest(slopes) if sloped else 0
    return LayerWidths(
        max(len(layer.sources[-1]), given(layer.sources), gradients(layer.sources)),
        max(len(max(weights, key=len)), given(weights), gradients(weights), 1 + widest(local) if sloped else 0),
        name + 1 + new_weight if new_weight else 0,
        _brought(one, layer, digits, needs) if passed else 0,
        1 + widest(passed) if passed and sloped else 0,
        max(len(layer.sums[-1]), given(layer.sums), gradients(layer.sums)),
        max(between, _parts(one, layer, digits) if needs & (Needs.SLOPES | Needs.BROUGHT) else 0),
        max(
            len(layer.answers[-1]), given(layer.answers), gradients(layer.answers, Needs.GRADIENTS | Needs.SLOPES)
        ),  # those of the last layer are local derivatives, too
        given(layer.biases),
        max(gradients(layer.biases), len("×1"), new_bias - len(" ←")),
    )


def _brought(one: Pass, layer: LayerNodes, digits: int, needs: Needs) -> int:
    """The cells of ``−0.4605``, or of ``−0.4605 ═ ×0.7``."""
    if Needs.BROUGHT not in needs:
        return 0
    brought = [number(c.value, digits) for source in layer.sources for c in contributions_to(one, source)]
    if Needs.FACTORS not in needs:
        return max(map(len, brought))
    weights = [number(one.given[weight], digits) for row in layer.weights for weight in row]
    return max(map(len, brought)) + len(" ═ ×") + max(map(len, weights)) + 1


def _parts(one: Pass, layer: LayerNodes, digits: int) -> int:
    """The cells of what an answer brings to the gradient of a z, where each is made from all."""
    joint = [c.value for z in layer.sums for c in contributions_to(one, z)] if layer.joined else []
    return max((len(number(value, digits)) for value in joint), default=0)


def _width(one: Pass, stage: int, digits: int) -> int:
    return len(number(one.values[stage - 1], digits)) + may_be_blocked(one, stage)
