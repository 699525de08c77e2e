"""Layers with neurons in place of weights: the numbers that `random.Random` gives by the rules of the contract."""

import math
import statistics
from itertools import pairwise
from random import Random

import pytest

from backprop_tui.core.initialization import INITIALIZATIONS
from backprop_tui.core.scenario import Layer, ScenarioError
from backprop_tui.core.scenario_file import parse


def layer(neurons: object, *more: str, activation: str = "tanh") -> str:
    return "\n".join(("[[layer]]", f'activation = "{activation}"', f"neurons = {neurons}", *more, ""))


OWN = '[[layer]]\nactivation = "relu"\nweights = [[1.5, 2.5], [3.5, 4.5], [5.5, 6.5]]\nbiases = [0.5, 1.5, 2.5]\n'
SAMPLE = "[[sample]]\nx = [0.5, -0.5]\ny = [1.0]\n"


def drawn(text: str) -> tuple[Layer, ...]:
    return parse(text, "drawn").layers


def by_the_contract(init: str, seed: int, *widths: int) -> list[tuple[list[list[float]], list[float]]]:
    """Layer by layer, per neuron weights, then bias; uniform(-k, k) or gauss(0, s); biases of 0 draw nothing."""
    generator, layers = Random(seed), []  # noqa: S311 - no secret
    for inputs, neurons in pairwise(widths):
        weights, biases = [], []
        for _ in range(neurons):
            if init == "uniform":
                k = 1 / math.sqrt(inputs)
                weights.append([generator.uniform(-k, k) for _ in range(inputs)])
                biases.append(generator.uniform(-k, k))
            elif init == "xavier":
                k = math.sqrt(6 / (inputs + neurons))
                weights.append([generator.uniform(-k, k) for _ in range(inputs)])
                biases.append(0.0)
            elif init == "he":
                weights.append([generator.gauss(0, math.sqrt(2 / inputs)) for _ in range(inputs)])
                biases.append(0.0)
            else:
                weights.append([0.0] * inputs)
                biases.append(0.0)
        layers.append((weights, biases))
    return layers


@pytest.mark.parametrize("init", INITIALIZATIONS)
@pytest.mark.parametrize("seed", [0, 1, -7, 2**70])
def test_the_numbers_are_those_of_the_contract(init: str, seed: int) -> None:
    one = f'init = "{init.upper()}"'
    layers = drawn(f"seed = {seed}\n{layer(3, one)}{layer(4, one)}{layer(1, one)}{SAMPLE}")
    expected = by_the_contract(init, seed, 2, 3, 4, 1)
    assert [([[*row] for row in one.weights], [*one.biases]) for one in layers] == expected


def test_without_more_words_it_is_uniform_by_seed_0() -> None:
    layers = drawn(layer(3) + layer(1) + SAMPLE)
    assert [([[*row] for row in one.weights], [*one.biases]) for one in layers] == by_the_contract(
        "uniform", 0, 2, 3, 1
    )


def test_the_first_number_is_the_one_that_python_has_always_given() -> None:
    ((row,), _) = by_the_contract("uniform", 1, 1, 1)[0]
    one = drawn(f"seed = 1\n{layer(1)}[[sample]]\nx = [2]\ny = [1.0]\n")[0]
    assert one.weights == ((*row,),)
    assert row == [-1 + 2 * 0.13436424411240122]  # what random.seed(1); random.random() is known for


def test_zeros_and_biases_draw_nothing_and_layers_share_one_generator() -> None:
    text = "seed = 5\n" + layer(2, 'init = "zeros"') + layer(2, 'init = "xavier"') + layer(1) + SAMPLE
    first, second, third = drawn(text)
    generator, k = Random(5), math.sqrt(6 / 4)  # noqa: S311 - no secret
    assert (first.weights, first.biases) == (((0.0, 0.0), (0.0, 0.0)), (0.0, 0.0))
    assert second.weights == tuple(tuple(generator.uniform(-k, k) for _ in range(2)) for _ in range(2))
    assert second.biases == (0.0, 0.0)
    k = 1 / math.sqrt(2)
    assert third.weights == (tuple(generator.uniform(-k, k) for _ in range(2)),)
    assert third.biases == (generator.uniform(-k, k),)


def test_layers_of_both_kinds_mix_and_only_some_draw() -> None:
    given, rest = drawn(f"{OWN}{layer(1, 'trainable = false')}{SAMPLE}")
    assert given == Layer("relu", ((1.5, 2.5), (3.5, 4.5), (5.5, 6.5)), (0.5, 1.5, 2.5))
    ((weights, biases),) = by_the_contract("uniform", 0, 3, 1)
    assert rest == Layer("tanh", (tuple(weights[0]),), tuple(biases), trainable=False)
    three = "[[sample]]\nx = [1, 2, 3]\ny = [1, 2, 3]\n"
    first, last = drawn(f"{layer(2, 'train_biases = false')}{OWN}{three}")
    ((weights, biases),) = by_the_contract("uniform", 0, 3, 2)
    assert (first.weights, first.biases, first.train_biases) == (tuple(map(tuple, weights)), tuple(biases), False)
    assert last.weights[0] == (1.5, 2.5)


def test_a_class_may_be_the_target_of_a_drawn_layer() -> None:
    text = f'loss = "cross_entropy"\n{layer(3, activation="softmax")}[[sample]]\nx = [1, 2]\nclass = 3\n'
    assert parse(text, "classes").samples[0].y == (0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("init", "deviation"),
    [
        # PyTorch's documentation: nn.Linear U(±1/√fan_in); xavier_uniform_ U(±√(6/(fan_in + fan_out)));
        # kaiming_normal_ N(0, 2/fan_in).  A uniform distribution over ±k has the deviation k/√3.
        ("uniform", 1 / math.sqrt(20) / math.sqrt(3)),
        ("xavier", math.sqrt(6 / (20 + 40)) / math.sqrt(3)),
        ("he", math.sqrt(2 / 20)),
        ("zeros", 0.0),
    ],
)
def test_weights_spread_as_in_pytorch(init: str, deviation: float) -> None:
    (one,) = drawn(layer(40, f'init = "{init}"') + f"[[sample]]\nx = {[1] * 20}\ny = {[1] * 40}\n")
    weights = [weight for row in one.weights for weight in row]
    assert statistics.pstdev(weights, 0) == pytest.approx(deviation, rel=0.1)
    assert any(one.biases) == (init == "uniform")


NUMBERED = layer(1) + SAMPLE
WRONG = {
    "both": (NUMBERED.replace("neurons", "weights = [[1, 2]]\nneurons"), "layer 1", "weights, not both"),
    "biases too": (NUMBERED.replace("neurons", "biases = [1]\nneurons"), "layer 1", "biases, not both"),
    "neither": (f'[[layer]]\nactivation = "tanh"\n{SAMPLE}', "layer 1", "or neurons, to have them drawn"),
    "init alone": (f'{OWN}init = "he"\n{SAMPLE}', "layer 1, init", "expected with it neurons"),
    "no neuron": (layer(0) + SAMPLE, "layer 1, neurons", "whole number from 1, not 0"),
    "fewer": (layer(-1) + SAMPLE, "layer 1, neurons", "whole number from 1, not -1"),
    "half": (layer(1.5) + SAMPLE, "layer 1, neurons", "whole number from 1, not 1.5"),
    "a float": (layer("2.0") + SAMPLE, "layer 1, neurons", "whole number from 1, not 2.0"),
    "a flag": (layer("true") + SAMPLE, "layer 1, neurons", "whole number from 1, not true"),
    "a text": (layer("'2'") + SAMPLE, "layer 1, neurons", "whole number from 1, not '2'"),
    "too many": (layer(334) + SAMPLE, "layer 1, neurons", "at most 1,000 parameters, here are 1,002"),
    "too many together": (
        OWN + layer(220) + layer(1) + SAMPLE,
        "layer 3, neurons",
        "at most 1,000 parameters, here are 1,110",
    ),
    "far too many": (layer("9" * 4000) + SAMPLE, "layer 1, neurons", "at most 1,000 parameters"),
    "of many inputs": (f"{layer(1)}[[sample]]\nx = {[1] * 1000}\ny = [1]", "layer 1, neurons", "here are 1,001"),
    "unknown init": (layer(1, 'init = "xaver"') + SAMPLE, "layer 1, init", "did you mean xavier?"),
    "kaiming": (layer(1, 'init = "kaiming_normal_"') + SAMPLE, "layer 1, init", "it is called he here"),
    "glorot": (layer(1, 'init = "GlorotUniform"') + SAMPLE, "layer 1, init", "it is called xavier here"),
    "normal": (layer(1, 'init = "nn.init.normal_"') + SAMPLE, "layer 1, init", "the nearest is he"),
    "init no text": (layer(1, "init = 0") + SAMPLE, "layer 1, init", "expected one of uniform, xavier, he, zeros"),
    "seed for nothing": (f"seed = 1\n{OWN}[[sample]]\nx = [1, 2]\ny = [1, 2, 3]\n", "seed", "nothing is drawn"),
    "seed a float": (f"seed = 1.0\n{NUMBERED}", "seed", "expected a whole number, not 1.0"),
    "seed a flag": (f"seed = true\n{NUMBERED}", "seed", "expected a whole number, not true"),
    "seed in a layer": (layer(1, "seed = 1") + SAMPLE, "layer 1, seed", "belongs to the top of the file"),
    "neurons at the top": (f"neurons = 1\n{NUMBERED}", "neurons", "did you mean layer?"),
    "init at the top": (f'init = "he"\n{NUMBERED}', "init", "belongs below [[layer]]"),
    "units": (layer(1).replace("neurons", "units") + SAMPLE, "layer 1, units", "did you mean neurons?"),
    "no row": (f'[[layer]]\nactivation = "tanh"\nweights = []\nbiases = []\n{NUMBERED}', "layer 1, weights", "one row"),
    "no sample": (layer(1), "sample", "expected at least one [[sample]]"),
    "no input": (f"{layer(1)}[[sample]]\nx = []\ny = [1]\n", "sample 1, x", "expected at least one number"),
    "other inputs": (f"{NUMBERED}[[sample]]\nx = [1]\ny = [1]\n", "sample 2, x", "expected 2 numbers"),
    "chain": (layer(3) + OWN + SAMPLE, "layer 2, weights, row 1", "expected 3 numbers"),
}


@pytest.mark.parametrize(("text", "key", "expected"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_one_line_with_its_key(text: str, key: str, expected: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse(text, "wrong")
    message = str(caught.value)
    assert message.startswith(f"{key}: ")
    assert expected in message
    assert len(message) < 200


def test_limits_are_inclusive() -> None:
    assert len(drawn(f"{layer(1)}[[sample]]\nx = {[1] * 999}\ny = [1]")[0].weights[0]) == 999
