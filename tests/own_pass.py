"""A pass computed anew from the textbook's definitions, in plain Python, sharing nothing with the program.

Values and derivatives together, by dual numbers: every number carries how fast it moves with one chosen number.
"""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from backprop_tui.core.scenario import Scenario


def _exp(v: float) -> float:
    return math.exp(v) if v < 709 else math.inf


def sigmoid(z: float) -> float:
    return 1 / (1 + _exp(-z)) if z >= 0 else _exp(z) / (1 + _exp(z))


def _normal_below(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2


def _normal_density(z: float) -> float:
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi) if abs(z) < 40 else 0.0


def _square(v: float) -> float:
    return v * v


VALUES: Mapping[str, Callable[[float], float]] = {
    "identity": lambda z: z,
    "relu": lambda z: max(z, 0.0),
    "leaky_relu": lambda z: z if z > 0 else 0.01 * z,
    "sigmoid": sigmoid,
    "tanh": math.tanh,
    "softplus": lambda z: max(z, 0.0) + math.log1p(_exp(-abs(z))),
    "elu": lambda z: z if z > 0 else math.expm1(z),
    "gelu": lambda z: z * _normal_below(z),
    "silu": lambda z: z * sigmoid(z),
}

SLOPES: Mapping[str, Callable[[float], float]] = {
    "identity": lambda _: 1.0,
    "relu": lambda z: 1.0 if z > 0 else 0.0,
    "leaky_relu": lambda z: 1.0 if z > 0 else 0.01,
    "sigmoid": lambda z: sigmoid(z) * sigmoid(-z),
    "tanh": lambda z: 1 / _square(math.cosh(z)) if abs(z) < 300 else 0.0,
    "softplus": sigmoid,
    "elu": lambda z: 1.0 if z > 0 else _exp(z),
    "gelu": lambda z: _normal_below(z) + z * _normal_density(z),
    "silu": lambda z: sigmoid(z) + z * sigmoid(z) * sigmoid(-z),
}

CORNERED = ("relu", "leaky_relu")
MEANS = ("mse", "mae", "huber", "bce")


def _limited_ln(v: float) -> float:
    return max(math.log(v), -100.0) if v > 0 else -100.0


def loss_of(name: str, a: float, y: float) -> float:
    """One output's summand."""
    d = a - y
    if name == "bce":
        return -(y * _limited_ln(a) + (1 - y) * _limited_ln(1 - a))
    huber = d * d / 2 if abs(d) <= 1 else abs(d) - 0.5
    if name == "cross_entropy":
        return -y * math.log(a) if y else 0.0
    return {"mse": d * d, "half_squared": d * d / 2, "mae": abs(d), "huber": huber}[name]


def loss_slope(name: str, a: float, y: float) -> float:
    """How fast that summand moves with a; bce's divisor is at least 1e-12."""
    d = a - y
    if name == "bce":
        return d / max(a * (1 - a), 1e-12)
    if name == "cross_entropy":
        return -y / a if y else 0.0
    sign = float((d > 0) - (d < 0))
    return {"mse": 2 * d, "half_squared": d, "mae": sign, "huber": d if abs(d) <= 1 else sign}[name]


HELD = 2.2250738585072014e-308
"""No probability of softmax is less."""


def softmax(sums: list[str], values: Mapping[str, float], slopes: Mapping[str, float]) -> list[tuple[float, float]]:
    """Each probability, and how fast it moves."""
    largest = max(values[z] for z in sums)
    powers = [math.exp(values[z] - largest) for z in sums]
    shares = [power / sum(powers) for power in powers]
    rest = [sum(powers[:k] + powers[k + 1 :]) / sum(powers) for k in range(len(powers))]
    moved = [
        share * (rest[k] * slopes[sums[k]] - sum(shares[j] * slopes[z] for j, z in enumerate(sums) if j != k))
        for k, share in enumerate(shares)
    ]
    return [(max(share, HELD), slope) for share, slope in zip(shares, moved, strict=True)]


class Numbers(NamedTuple):
    """Every node's number, and how fast each moves with the number chosen."""

    values: dict[str, float]
    slopes: dict[str, float]


class OwnPass:
    """A forward pass of `scenario` from what is `given` by name."""

    def __init__(self, scenario: Scenario, given: Mapping[str, float]) -> None:
        self.scenario, self.given = scenario, dict(given)
        self.plain = scenario.is_neuron
        width, outputs = len(scenario.layers[0].weights[0]), len(scenario.layers[-1].weights)
        self.inputs = ["x"] if self.plain and width == 1 else [f"x{i}" for i in range(1, width + 1)]
        self.targets = ["y"] if outputs == 1 else [f"y{i}" for i in range(1, outputs + 1)]
        self.answers = [self.name("a", len(scenario.layers), k) for k in range(1, outputs + 1)]
        self._known: dict[tuple[str, float], Numbers] = {}

    def name(self, letter: str, layer: int, neuron: int) -> str:
        return letter if self.plain else f"{letter}{layer}_{neuron}"

    def weight(self, layer: int, neuron: int, place: int) -> str:
        """The weight for input number `place`, counted from 1."""
        if self.plain:
            return "w" if len(self.inputs) == 1 else f"w{place}"
        return f"w{layer}_{neuron}_{place}"

    def numbers(self, name: str = "", step: float = 0.0) -> Numbers:
        """All numbers, `name` being raised by `step`; the slopes are those with respect to `name`."""
        if (name, step) not in self._known:
            self._known[name, step] = self._computed(name, step)
        return self._known[name, step]

    def _computed(self, name: str, step: float) -> Numbers:
        values = {one: value + (step if one == name else 0.0) for one, value in self.given.items()}
        slopes = {one: float(one == name) for one in values}

        def put(one: str, value: float, slope: float) -> None:
            values[one], slopes[one] = (value + step, 1.0) if one == name else (value, slope)

        before = self.inputs
        for layer, row in enumerate(self.scenario.layers, start=1):
            answers = []
            shares = row.activation == "softmax"
            for neuron in range(1, len(row.weights) + 1):
                z, a, b = (self.name(letter, layer, neuron) for letter in "zab")
                total = slope = 0.0
                for place, x in enumerate(before, start=1):
                    w = self.weight(layer, neuron, place)
                    total += values[w] * values[x]
                    slope += slopes[w] * values[x] + values[w] * slopes[x]
                put(z, total + values[b], slope + slopes[b])
                answers.append(a)
                if shares:
                    continue
                put(a, VALUES[row.activation](values[z]), SLOPES[row.activation](values[z]) * slopes[z])
            if shares:
                sums = [self.name("z", layer, neuron) for neuron in range(1, len(answers) + 1)]
                for a, (value, slope) in zip(answers, softmax(sums, values, slopes), strict=True):
                    put(a, value, slope)
            before = answers
        pairs = list(zip(self.answers, self.targets, strict=True))
        share = 1 / len(pairs) if self.scenario.loss in MEANS else 1.0
        kind = self.scenario.loss
        put(
            "loss",
            share * sum(loss_of(kind, values[a], values[y]) for a, y in pairs),
            share * sum(loss_slope(kind, values[a], values[y]) * slopes[a] for a, y in pairs),
        )
        return Numbers(values, slopes)

    def __getitem__(self, name: str) -> float:
        return self.numbers().values["loss" if name == "L" else name]

    def gradient(self, name: str) -> float:
        """How fast the loss moves with `name`."""
        return self.numbers(name).slopes["loss"]

    def parameters(self) -> list[str]:
        """In the order of the trace."""
        names, width = [], len(self.inputs)
        for layer, row in enumerate(self.scenario.layers, start=1):
            for neuron in range(1, len(row.weights) + 1):
                names += [self.weight(layer, neuron, place) for place in range(1, width + 1)]
                names.append(self.name("b", layer, neuron))
            width = len(row.weights)
        return names

    def held(self) -> set[str]:
        """The parameters that no update touches."""
        found: set[str] = set()
        width = len(self.inputs)
        for layer, row in enumerate(self.scenario.layers, start=1):
            for neuron in range(1, len(row.weights) + 1):
                if not row.trainable:
                    found |= {self.weight(layer, neuron, place) for place in range(1, width + 1)}
                if not (row.trainable and row.train_biases):
                    found.add(self.name("b", layer, neuron))
            width = len(row.weights)
        return found

    def place(self, name: str) -> tuple[int, int]:
        """The layer and the neuron that z, a, w or b of that name belongs to."""
        if self.plain:
            return 1, 1
        layer, neuron = name[1:].split("_")[:2]
        return int(layer), int(neuron)

    def size(self) -> float:
        """The largest number in the forward pass, products included; what is far smaller may be rounding."""
        biggest = max(1.0, *map(abs, self.numbers().values.values()))
        return biggest * max(1.0, *(abs(self[name]) for name in self.parameters()))
