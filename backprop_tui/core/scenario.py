"""A scenario: the layers, samples, loss and learning rate of one run, as validated, immutable values."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.optimizers import OPTIMIZERS, SGD, WEIGHT_DECAY, Learning, Settings, settings
from backprop_tui.core.softmax import LAYER_OPERATIONS

MOST_PARAMETERS = 1_000
MOST_SAMPLES = 10_000

SUM_TOLERANCE = 1e-9
"""So far the sum of probabilities may be from 1."""


class ScenarioError(ValueError):
    """A scenario is not what it should be; the message names the key and what was expected."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}" if key else problem)
        self.key = key
        self.problem = problem


@dataclass(frozen=True)
class Layer:
    """A dense layer: `weights` has one row per neuron, one column per input; one bias per neuron."""

    activation: str
    weights: tuple[tuple[float, ...], ...]
    biases: tuple[float, ...]
    trainable: bool = True
    train_biases: bool = True

    @property
    def biases_fixed(self) -> bool:
        """Whether training leaves the biases alone."""
        return not (self.trainable and self.train_biases)


class Sample(NamedTuple):
    """One input x and the target y that the last layer should answer."""

    x: tuple[float, ...]
    y: tuple[float, ...]


class Expectation(NamedTuple):
    """A figure that the scenario's source prints for `quantity`, kept as it is printed.

    `tolerance` is how far, as a share of the computed value, rounding on the way may have moved it.
    """

    epoch: int
    sample: int
    quantity: str
    printed: str
    tolerance: float = 0.0


@dataclass(frozen=True)
class Scenario:
    """Everything that a run starts from.

    Raises ScenarioError where shapes do not chain, a number is not finite, a name is unknown, a limit (1,000
    parameters, 10,000 samples) is passed, softmax stands anywhere but in a last layer of two or more, a loss lacks
    the activation or the targets that it needs (bce: sigmoid, from 0 to 1; cross_entropy: softmax, likewise with the
    sum 1), the batch is not from 1 to the number of samples, or an optimiser's option is out of its range.
    """

    name: str
    layers: tuple[Layer, ...]
    samples: tuple[Sample, ...]
    loss: str = "mse"
    learning_rate: float = 0.1
    title: str = ""
    source: str = ""
    expectations: tuple[Expectation, ...] = ()
    batch_size: int = 1
    zero_grad: bool = True
    optimizer: Settings = SGD

    def __post_init__(self) -> None:
        if not self.layers:
            raise ScenarioError("layer", "expected at least one [[layer]]")
        if not self.samples:
            raise ScenarioError("sample", "expected at least one [[sample]]")
        if len(self.samples) > MOST_SAMPLES:
            raise ScenarioError("sample", f"at most {MOST_SAMPLES:,} samples, not {len(self.samples):,}")
        _check_finite("learning_rate", (self.learning_rate,))
        _check_known("loss", self.loss, LOSSES)
        _check_layers(self.layers)
        for number, sample in enumerate(self.samples, start=1):
            _check_sample(f"sample {number}", sample, self.layers)
        _check_loss(self)
        if not 1 <= self.batch_size <= len(self.samples):
            expected = f'expected a whole number from 1 to {len(self.samples)}, the number of samples, or "all"'
            raise ScenarioError("batch_size", f"{expected}, not {self.batch_size}")
        check_optimizer(self.optimizer)

    @property
    def is_neuron(self) -> bool:
        """Whether this is one layer with one row, however many inputs and samples."""
        return len(self.layers) == 1 and len(self.layers[0].weights) == 1

    @property
    def learns(self) -> bool:
        """Whether epochs follow each other, each ending with an update; else there is one pass."""
        return True

    @property
    def output(self) -> Layer:
        """The last layer."""
        return self.layers[-1]

    @property
    def accumulates(self) -> bool:
        """Whether gradients are added up before they are used: in batches, and where they are never set to 0."""
        return self.batch_size > 1 or not self.zero_grad

    @property
    def descends_plainly(self) -> bool:
        """Whether an update does nothing but step against the gradient of its own batch."""
        return self.optimizer.name == "sgd" and not self.optimizer.adds_decay and self.zero_grad

    def learning(self, *, anew: bool = True, updates: bool = True) -> Learning:
        """What one of its passes does with its gradients."""
        chosen = self.optimizer
        return Learning(chosen.name, chosen.adds_decay, self.accumulates, anew, updates)


def with_parameters(scenario: Scenario, values: Sequence[float]) -> Scenario:
    """`scenario` starting from `values` (per neuron w…, then b, layers ascending)."""
    remaining = iter(values)
    layers = []
    for layer in scenario.layers:
        weights, biases = [], []
        for row in layer.weights:
            weights.append(tuple(next(remaining) for _ in row))
            biases.append(next(remaining))
        layers.append(replace(layer, weights=tuple(weights), biases=tuple(biases)))
    return replace(scenario, layers=tuple(layers))


def with_sample(scenario: Scenario, number: int, sample: Sample) -> Scenario:
    """`scenario` with sample `number` (from 1) replaced."""
    before, after = scenario.samples[: number - 1], scenario.samples[number:]
    return replace(scenario, samples=(*before, sample, *after))


def with_training(
    scenario: Scenario, *, optimizer: str | None = None, batch_size: int | Literal["all"] | None = None
) -> Scenario:
    """`scenario` with another optimiser, its options at their defaults, and another size of batches.

    Raises ScenarioError for an unknown optimiser, and for a size that is not from 1 to the number of samples.
    """
    if optimizer is not None:
        _check_known("optimizer", optimizer, OPTIMIZERS)
        scenario = replace(scenario, optimizer=settings(optimizer))
    if batch_size is not None:
        size = len(scenario.samples) if batch_size == "all" else batch_size
        scenario = replace(scenario, batch_size=size)
    return scenario


def neuron_with(
    scenario: Scenario,
    *,
    x: Sequence[float] | None = None,
    w: Sequence[float] | None = None,
    b: float | None = None,
    y: float | None = None,
    activation: str | None = None,
) -> Scenario:
    """A one-neuron, one-sample scenario with the given numbers replaced.

    New inputs may change how many there are, if weights come with them.  Raises ScenarioError for any other
    scenario and for what `Scenario` refuses.
    """
    if (x, w, b, y, activation) == (None,) * 5:
        return scenario
    if not scenario.is_neuron or len(scenario.samples) != 1:
        raise ScenarioError("", "--x, --w, --b, --y and --activation need a neuron with one sample")
    layer, sample = scenario.layers[0], scenario.samples[0]
    layer = replace(
        layer,
        weights=layer.weights if w is None else (tuple(w),),
        biases=layer.biases if b is None else (b,),
        activation=layer.activation if activation is None else activation,
    )
    sample = Sample(sample.x if x is None else tuple(x), sample.y if y is None else (y,))
    return replace(scenario, layers=(layer,), samples=(sample,))


def _check_layers(layers: Sequence[Layer]) -> None:
    width = len(layers[0].weights[0]) if layers[0].weights else 0
    count = 0
    for number, layer in enumerate(layers, start=1):
        key = f"layer {number}"
        _check_activation(f"{key}, activation", layer, is_last=number == len(layers))
        if not layer.weights:
            raise ScenarioError(f"{key}, weights", "expected at least one row, one per neuron")
        for row_number, row in enumerate(layer.weights, start=1):
            _check_row(f"{key}, weights, row {row_number}", row, width, first=number == 1)
        if len(layer.biases) != len(layer.weights):
            expected = f"expected {_several(len(layer.weights), 'number')}, one per neuron"
            raise ScenarioError(f"{key}, biases", f"{expected}, not {len(layer.biases)}")
        _check_finite(f"{key}, biases", layer.biases)
        count += len(layer.weights) * (width + 1)
        if count > MOST_PARAMETERS:
            raise ScenarioError(f"{key}, weights", f"at most {MOST_PARAMETERS:,} parameters, here are {count:,}")
        width = len(layer.weights)


def _check_activation(key: str, layer: Layer, *, is_last: bool) -> None:
    _check_known(key, layer.activation, (*ACTIVATIONS, *LAYER_OPERATIONS))
    if layer.activation in LAYER_OPERATIONS:
        if not is_last:
            raise ScenarioError(key, f"{layer.activation} belongs in the last layer; a hidden one may have relu")
        if len(layer.weights) == 1:
            raise ScenarioError(key, f"{layer.activation} needs two or more neurons; for one there is sigmoid")


def _check_row(key: str, row: tuple[float, ...], width: int, *, first: bool) -> None:
    if not row:
        raise ScenarioError(key, "expected at least one number")
    if len(row) != width:
        reason = "as many as the first row" if first else "one per neuron of the layer before"
        raise ScenarioError(key, f"expected {_several(width, 'number')}, {reason}, not {len(row)}")
    _check_finite(key, row)


def _check_sample(key: str, sample: Sample, layers: Sequence[Layer]) -> None:
    inputs, outputs = len(layers[0].weights[0]), len(layers[-1].weights)
    if len(sample.x) != inputs:
        raise ScenarioError(f"{key}, x", f"expected {_several(inputs, 'number')}, one per weight, not {len(sample.x)}")
    if len(sample.y) != outputs:
        raise ScenarioError(
            f"{key}, y",
            f"expected {_several(outputs, 'number')}, one per neuron of the last layer, not {len(sample.y)}",
        )
    _check_finite(f"{key}, x", sample.x)
    _check_finite(f"{key}, y", sample.y)


def _check_loss(scenario: Scenario) -> None:
    loss, last = scenario.loss, scenario.output
    needed = {"bce": "sigmoid", "cross_entropy": "softmax"}.get(loss)
    if needed is None:
        return
    if last.activation != needed:
        nearest = {"softmax": "; with softmax goes cross_entropy", "sigmoid": "; with sigmoid goes bce"}
        if loss == "cross_entropy" and len(last.weights) == 1:
            nearest = dict.fromkeys(ACTIVATIONS, "; for one neuron there is sigmoid with bce")
        what = f"{loss} needs {'a ' if loss == 'bce' else ''}{needed} in the last layer, not {last.activation}"
        raise ScenarioError("loss", what + nearest.get(last.activation, ""))
    for number, sample in enumerate(scenario.samples, start=1):
        for target in sample.y:
            if not 0 <= target <= 1:
                raise ScenarioError(f"sample {number}, y", f"{loss} needs a target from 0 to 1, not {target:g}")
        if loss == "cross_entropy" and abs(math.fsum(sample.y) - 1) > SUM_TOLERANCE:
            expected = "cross_entropy needs targets with the sum 1, the probability of each class"
            raise ScenarioError(f"sample {number}, y", f"{expected}, not {math.fsum(sample.y):.10g}")


def option_problem(optimizer: str, option: str, value: float) -> str:
    """What an option of `optimizer` should be instead of the finite `value`; empty where that will do."""
    if option == WEIGHT_DECAY:
        return "" if value >= 0 else "expected a number from 0"
    if option == "epsilon":
        return "" if value > 0 else "expected a number above 0"
    if not 0 <= value < 1:
        return "expected a number from 0 to below 1"
    return "nesterov needs momentum above 0; without any there is sgd" if optimizer == "nesterov" and not value else ""


def check_optimizer(chosen: Settings) -> None:
    """Raise ScenarioError where there is no such optimiser, or an option is out of its range."""
    _check_known("optimizer", chosen.name, OPTIMIZERS)
    for option, value in chosen.options:
        key = f"optimizer, {option}"
        _check_finite(key, (value,))
        if problem := option_problem(chosen.name, option, value):
            raise ScenarioError(key, f"{problem}, not {value:g}" if problem.startswith("expected") else problem)


def _check_finite(key: str, values: Sequence[float]) -> None:
    for value in values:
        if not math.isfinite(value):
            raise ScenarioError(key, f"expected a finite number, not {value}")


def _check_known(key: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        from backprop_tui.core.names_elsewhere import unknown  # noqa: PLC0415 - needed for an unknown name only

        raise ScenarioError(key, f"{name[:40]!r} is {unknown(key.rpartition(' ')[2], name, known)}")


def _several(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
