"""The layers of a scenario file: with weights and biases of their own, or with neurons whose numbers are drawn."""

from collections.abc import Sequence
from typing import NamedTuple

from backprop_tui.core import toml_values as values
from backprop_tui.core.initialization import DEFAULT_INIT, INITIALIZATIONS, drawn
from backprop_tui.core.ops import ACTIVATIONS
from backprop_tui.core.scenario import MOST_PARAMETERS, Layer, Sample, ScenarioError
from backprop_tui.core.softmax import LAYER_OPERATIONS
from backprop_tui.core.toml_keys import LAYER, check_keys
from backprop_tui.core.toml_values import Table


class Undrawn(NamedTuple):
    """A layer of so many neurons, whose weights and biases are still to be drawn."""

    activation: str
    neurons: int
    init: str
    trainable: bool
    train_biases: bool


def read_layers(table: Table) -> tuple[Layer | Undrawn, ...]:
    """The [[layer]] tables of a file.  Raises ScenarioError naming the layer, the key and what was expected."""
    return tuple(_layer(f"layer {i}", entry) for i, entry in values.tables(table, "layer"))


def width(layer: Layer | Undrawn) -> int:
    """How many neurons it has."""
    return layer.neurons if isinstance(layer, Undrawn) else len(layer.weights)


def inputs(layers: Sequence[Layer | Undrawn], samples: Sequence[Sample]) -> int:
    """How many inputs the network has: as its first weights say, else its first sample; 0 where nothing does."""
    first = layers[0] if layers else None
    if isinstance(first, Layer):
        return len(first.weights[0])
    return len(samples[0].x) if samples else 0


def with_numbers(layers: Sequence[Layer | Undrawn], table: Table, samples: Sequence[Sample]) -> tuple[Layer, ...]:
    """`layers` with all their numbers, drawn by the seed of the file `table` for as many inputs as the samples have.

    Raises ScenarioError for a seed that is no whole number or that nothing needs, for too many parameters, and where
    no sample says how many inputs there are.
    """
    seed = values.whole("seed", table.get("seed", 0))
    undrawn = [layer for layer in layers if isinstance(layer, Undrawn)]
    if not undrawn:
        if "seed" in table:
            raise ScenarioError("seed", "nothing is drawn; expected a [[layer]] with neurons in place of weights")
        return tuple(layer for layer in layers if isinstance(layer, Layer))
    from random import Random  # noqa: PLC0415 - a third of a millisecond, for the files that draw

    before = inputs(layers, samples)
    if not before:
        where, what = ("sample 1, x", "number") if samples else ("sample", "[[sample]]")
        raise ScenarioError(where, f"expected at least one {what}")
    generator, complete, count = Random(seed), list[Layer](), 0  # noqa: S311 - no secret
    for number, layer in enumerate(layers, start=1):
        if isinstance(layer, Layer):
            complete.append(layer)
            count += sum(len(row) + 1 for row in layer.weights)
        else:
            count += layer.neurons * (before + 1)
            if count > MOST_PARAMETERS:
                problem = f"at most {MOST_PARAMETERS:,} parameters, here are {count:,}"
                raise ScenarioError(f"layer {number}, neurons", problem)
            weights, biases = drawn(layer.init, generator, before, layer.neurons)
            complete.append(Layer(layer.activation, weights, biases, layer.trainable, layer.train_biases))
        before = width(layer)
    return tuple(complete)


def _layer(key: str, table: Table) -> Layer | Undrawn:
    given = [name for name in ("weights", "biases") if name in table]
    if "neurons" in table and given:
        raise ScenarioError(key, f"expected neurons, to have the numbers drawn, or {given[0]}, not both")
    if "neurons" not in table and "init" in table:
        raise ScenarioError(f"{key}, init", "expected with it neurons, in place of weights and biases")
    check_keys(key, table, LAYER, required=("activation",))
    activation = values.name_of(f"{key}, activation", table["activation"], (*ACTIVATIONS, *LAYER_OPERATIONS))
    trainable = values.flag(f"{key}, trainable", table.get("trainable", True))
    train_biases = values.flag(f"{key}, train_biases", table.get("train_biases", True))
    if "neurons" in table:
        return Undrawn(activation, _neurons(key, table), _init(key, table), trainable, train_biases)
    if not given:
        raise ScenarioError(key, "weights and biases are missing, or neurons, to have them drawn")
    check_keys(key, table, LAYER, required=("weights", "biases"))
    rows = values.entries(f"{key}, weights", table["weights"], "a list of rows, one per neuron, such as [[1.5]]")
    if not rows:
        raise ScenarioError(f"{key}, weights", "expected at least one row, one per neuron")
    weights = tuple(values.numbers(f"{key}, weights, row {i}", row) for i, row in enumerate(rows, start=1))
    return Layer(activation, weights, values.numbers(f"{key}, biases", table["biases"]), trainable, train_biases)


def _neurons(key: str, table: Table) -> int:
    neurons = values.count(f"{key}, neurons", table["neurons"])
    if neurons > MOST_PARAMETERS:
        raise ScenarioError(
            f"{key}, neurons", f"at most {MOST_PARAMETERS:,} parameters, and each neuron has two or more"
        )
    return neurons


def _init(key: str, table: Table) -> str:
    init = values.name_of(f"{key}, init", table.get("init", DEFAULT_INIT), INITIALIZATIONS)
    if init not in INITIALIZATIONS:
        from backprop_tui.core.names_elsewhere import INIT, unknown  # noqa: PLC0415 - needed for an unknown name only

        raise ScenarioError(f"{key}, init", f"{init[:40]!r} is {unknown(INIT, init, INITIALIZATIONS)}")
    return init
