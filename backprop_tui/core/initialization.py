"""Initial weights and biases that are drawn: the usual rules, from Python's own generator.

A layer is drawn neuron by neuron: its weights in the order of its inputs, then its bias.  `random.Random(seed)` gives
the same numbers on every machine, in every version of Python.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from random import Random

DEFAULT_INIT = "uniform"


class Initialization(NamedTuple):
    """How one weight of a layer with so many inputs and neurons is drawn.

    Biases are drawn as weights are where `draws_biases` says so, else they are 0 and draw nothing.
    """

    weight: "Callable[[Random, int, int], float]"
    draws_biases: bool


def _uniform(generator: "Random", inputs: int, _neurons: int) -> float:
    bound = 1 / math.sqrt(inputs)
    return generator.uniform(-bound, bound)


def _xavier(generator: "Random", inputs: int, neurons: int) -> float:
    bound = math.sqrt(6 / (inputs + neurons))
    return generator.uniform(-bound, bound)


def _he(generator: "Random", inputs: int, _neurons: int) -> float:
    return generator.gauss(0.0, math.sqrt(2 / inputs))


def _zeros(_generator: "Random", _inputs: int, _neurons: int) -> float:
    return 0.0


INITIALIZATIONS: Mapping[str, Initialization] = MappingProxyType(
    {
        "uniform": Initialization(_uniform, draws_biases=True),
        "xavier": Initialization(_xavier, draws_biases=False),
        "he": Initialization(_he, draws_biases=False),
        "zeros": Initialization(_zeros, draws_biases=False),
    }
)
"""PyTorch's `nn.Linear` default; Glorot and Bengio, 2010; He et al., 2015; and what never breaks the symmetry."""


def drawn(
    init: str, generator: "Random", inputs: int, neurons: int
) -> tuple[tuple[tuple[float, ...], ...], tuple[float, ...]]:
    """The weights, a row for each neuron, and the biases of a layer, in the order in which they are drawn."""
    rule = INITIALIZATIONS[init]
    weights, biases = [], []
    for _ in range(neurons):
        weights.append(tuple(rule.weight(generator, inputs, neurons) for _ in range(inputs)))
        biases.append(rule.weight(generator, inputs, neurons) if rule.draws_biases else 0.0)
    return tuple(weights), tuple(biases)
