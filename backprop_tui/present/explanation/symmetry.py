"""What is said at a pass's last gradient of neurons that get the same gradients, and of layers that get none at all."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from backprop_tui.core.backprop import accumulated_name, gradient_name
from backprop_tui.core.expression import before
from backprop_tui.core.optimizers import quantity
from backprop_tui.present.explanation.step_context import StepContext
from backprop_tui.present.sentences import counted, listed
from backprop_tui.stepper.history import Pass

_MOST_LISTED = 4


class _Neuron(NamedTuple):
    """A hidden neuron: its weights and bias, those of the next layer that it feeds, and the gradients of all these.

    `carried` is what else decides on their steps: what the optimiser remembers of them, and their sums of gradients.
    """

    parameters: tuple[float, ...]
    behind: tuple[float, ...]
    gradients: tuple[float, ...]
    gradients_behind: tuple[float, ...]
    carried: tuple[float, ...]


def cut_off(moment: StepContext) -> Iterator[str]:
    """Which layers get no gradient because all that leads out of them is 0."""
    layers = [
        str(number)
        for number, layer in _hidden(moment.view)
        if not any(any(neuron.behind) or any(neuron.gradients) for neuron in layer)
    ]
    if layers:
        of = f"layer{'s' if len(layers) > 1 else ''} {listed(layers, len(layers))}"
        it = "them" if len(layers) > 1 else "it"
        yield f"All gradients of {of} are 0: every weight that leads out of {it} is 0, and lets nothing back."


def symmetry(moment: StepContext) -> Iterator[str]:
    """Which neurons of a layer are the same as each other, the largest group of them, and what follows."""
    groups = [(number, group) for number, layer in _hidden(moment.view) for group in _alike(layer)]
    if not groups:
        return
    number, group = max(groups, key=lambda found: len(found[1]))
    which = _named(group, len(moment.view.scenario.layers[number - 1].weights))
    yield f"Symmetry: {which} of layer {number} have the same numbers, so they get the same gradients."
    yield "Equal steps keep them alike, and they do the work of one: start them apart (key e)."


def _hidden(one: Pass) -> Iterator[tuple[int, list[_Neuron]]]:
    """Every layer but the last, with its number."""
    graph = one.timeline.graph
    names = iter([node.name for node in graph.parameters])
    layers = [[[next(names) for _ in (*row, 0)] for row in layer.weights] for layer in one.scenario.layers]
    for number, (layer, after) in enumerate(pairwise(layers), start=1):
        neurons = []
        for place, own in enumerate(layer):
            behind = [row[place] for row in after]
            neurons.append(
                _Neuron(
                    tuple(one.known[name] for name in own),
                    tuple(one.known[name] for name in behind),
                    tuple(one.known[gradient_name(graph, name)] for name in own),
                    tuple(one.known[gradient_name(graph, name)] for name in behind),
                    tuple(value for name in (*own, *behind) for value in _carried(one, name)),
                )
            )
        yield number, neurons


def _carried(one: Pass, parameter: str) -> Iterator[float]:
    """What a pass finds of a parameter besides its number; 0 of one that is held fixed."""
    learning = one.timeline.learning
    yield from (one.given.get(before(quantity(slot, parameter)), 0.0) for slot in learning.row.slots)
    if learning.accumulates and not learning.anew:
        yield one.given.get(before(accumulated_name(parameter)), 0.0)


def _alike(layer: Sequence[_Neuron]) -> Iterator[list[int]]:
    """The numbers of those neurons, two or more, that nothing tells apart."""
    groups: dict[_Neuron, list[int]] = {}
    for number, neuron in enumerate(layer, start=1):
        groups.setdefault(neuron, []).append(number)
    return (group for group in groups.values() if len(group) > 1)


def _named(group: Sequence[int], neurons: int) -> str:
    if len(group) == neurons > 2:
        return f"all {counted(neurons)} neurons"
    if len(group) > _MOST_LISTED:
        return f"{len(group)} neurons"
    return f"neurons {listed([str(number) for number in group])}"
