"""The keys of a scenario file that say how it is trained, and what is said of wrong ones."""

from dataclasses import replace

import pytest

from backprop_tui.core.optimizers import settings
from backprop_tui.core.scenario import Layer, Sample, Scenario, ScenarioError, with_training
from backprop_tui.core.scenario_file import parse
from tests.models import TWO_SAMPLES, neuron

TWO = """
[[layer]]
activation = "softmax"
weights = [[1.0], [2.0]]
biases = [0.0, 0.0]

[[sample]]
x = [1.0]
class = 2

[[sample]]
x = [2.0]
y = [0.25, 0.75]
"""
CROSS = 'loss = "cross_entropy"\n'


def test_what_is_left_out_is_plain_gradient_descent_after_every_sample() -> None:
    scenario = parse(CROSS + TWO, "plain")
    assert (scenario.batch_size, scenario.zero_grad, scenario.optimizer) == (1, True, settings("sgd"))
    assert not scenario.accumulates
    assert [sample.y for sample in scenario.samples] == [(0.0, 1.0), (0.25, 0.75)]


def test_all_keys() -> None:
    head = 'batch_size = "all"\nzero_grad = false\n'
    table = '[optimizer]\nname = "Adam"\nbeta1 = 0.5\nepsilon = 1\nweight_decay = 0.1\n'
    scenario = parse(CROSS + head + table + TWO, "all")
    assert (scenario.batch_size, scenario.zero_grad) == (2, False)
    assert scenario.optimizer == settings("adam", beta1=0.5, epsilon=1.0, weight_decay=0.1)
    assert parse(f'{CROSS}batch_size = 2\noptimizer = "NESTEROV"\n{TWO}', "name").optimizer == settings("nesterov")


WRONG = {
    "batch_size = 3": 'batch_size: expected a whole number from 1 to 2, the number of samples, or "all", not 3',
    "batch_size = 0": "batch_size: expected a whole number from 1 to 2",
    "batch_size = true": 'batch_size: expected a whole number from 1 to 2, or "all", not true',
    "batch_size = 1.5": "batch_size: expected a whole number",
    'batch_size = "two"': "batch_size: expected a whole number",
    "zero_grad = 0": "zero_grad: expected true or false, not 0",
    "optimizer = 3": "optimizer: expected a name or a table with one, not 3",
    'optimizer = "adm"': "optimizer: 'adm' is unknown; did you mean adam",
    'optimizer = "NAG"': "optimizer: 'NAG' is unknown; it is called nesterov here",
    'optimizer = { name = "lion" }': "optimizer, name: 'lion' is not supported; the nearest is adamw",
    "optimizer = { beta1 = 0.9 }": "optimizer: name is missing; it is one of sgd, momentum",
    "optimizer = { name = 3 }": "optimizer: expected a name, not 3; it is one of sgd",
    'optimizer = { name = "sgd", momentum = 0.9 }': "optimizer, momentum: unknown option of sgd; it has weight_decay",
    'optimizer = { name = "adam", beta1 = 1 }': "optimizer, beta1: expected a number from 0 to below 1, not 1",
    'optimizer = { name = "adam", beta2 = -0.1 }': "optimizer, beta2: expected a number from 0 to below 1, not -0.1",
    'optimizer = { name = "adam", epsilon = 0 }': "optimizer, epsilon: expected a number above 0, not 0",
    'optimizer = { name = "rmsprop", alpha = "big" }': "optimizer, alpha: expected a number, not 'big'",
    'optimizer = { name = "rmsprop", alpha = nan }': "optimizer, alpha: expected a finite number, not nan",
    'optimizer = { name = "sgd", weight_decay = -1 }': "optimizer, weight_decay: expected a number from 0, not -1",
    'optimizer = { name = "sgd", weight_decay = true }': "optimizer, weight_decay: expected a number, not true",
    'optimizer = { name = "nesterov", momentum = 0 }': "optimizer, momentum: nesterov needs momentum above 0",
}


@pytest.mark.parametrize(("line", "message"), WRONG.items(), ids=WRONG)
def test_a_wrong_key_is_named_with_what_was_expected(line: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse(f"{CROSS}{line}\n{TWO}", "wrong")
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", ["0", "3", "true", "1.0", '"two"', "[2]"])
def test_a_class_is_one_of_those_that_there_are(value: str) -> None:
    with pytest.raises(ScenarioError, match="sample 1, class: expected a whole number from 1 to 2, not "):
        parse(CROSS + TWO.replace("class = 2", f"class = {value}"), "class")


def test_a_class_stands_in_place_of_y_and_needs_cross_entropy() -> None:
    with pytest.raises(ScenarioError, match="sample 1: expected y or class, not both"):
        parse(CROSS + TWO.replace("class = 2", "class = 2\ny = [0.0, 1.0]"), "both")
    with pytest.raises(ScenarioError, match='sample 1, class: a class needs loss = "cross_entropy"'):
        parse(TWO, "mse")


def classes(
    *targets: float, loss: str = "cross_entropy", activation: str = "softmax", more: tuple[Layer, ...] = ()
) -> Scenario:
    layer = Layer(activation, tuple((1.0,) for _ in targets), tuple(0.0 for _ in targets))
    return Scenario("classes", (layer, *more), (Sample((1.0,), targets),), loss)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: classes(0.5, 0.4), "sample 1, y: cross_entropy needs targets with the sum 1, .*not 0.9$"),
        (lambda: classes(0.5, 0.5 + 2e-9), "sample 1, y: cross_entropy needs targets with the sum 1"),
        (lambda: classes(-0.5, 1.5), "sample 1, y: cross_entropy needs a target from 0 to 1, not -0.5"),
        (lambda: classes(0.0, 1.0, activation="relu"), "loss: cross_entropy needs softmax in the last layer, not relu"),
        (lambda: classes(0.0, 1.0, activation="sigmoid"), "not sigmoid; with sigmoid goes bce"),
        (lambda: classes(1.0, activation="tanh"), "for one neuron there is sigmoid with bce"),
        (lambda: classes(0.0, 1.0, loss="bce"), "bce needs a sigmoid in the last layer, not softmax; .* cross_entropy"),
        (lambda: classes(1.0), "layer 1, activation: softmax needs two or more neurons; for one there is sigmoid"),
        (
            lambda: classes(0.0, 1.0, more=(Layer("softmax", ((1.0, 1.0), (0.0, 0.0)), (0.0, 0.0)),)),
            "layer 1, activation: softmax belongs in the last layer; a hidden one may have relu",
        ),
    ],
)
def test_what_makes_no_sense_names_the_nearest_that_does(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(ScenarioError, match=message):
        make()


@pytest.mark.parametrize("loss", ["mse", "half_squared", "mae", "huber"])
def test_softmax_goes_with_losses_that_compare(loss: str) -> None:
    assert classes(0.2, 1.7, loss=loss).output.activation == "softmax"


def test_sums_of_1_may_be_rounded() -> None:
    assert classes(0.1, 0.2, 0.7).samples[0].y == (0.1, 0.2, 0.7)
    assert classes(0.5, 0.5 + 9e-10)


def test_options_of_the_command_line() -> None:
    decayed = replace(TWO_SAMPLES, optimizer=settings("adam", beta1=0.1, weight_decay=0.5))
    assert with_training(decayed, optimizer="adam").optimizer == settings("adam")  # the file's options are dropped
    assert with_training(decayed, batch_size="all").batch_size == 2
    assert with_training(decayed, batch_size=2).optimizer == decayed.optimizer
    assert with_training(decayed) == decayed
    with pytest.raises(ScenarioError, match="optimizer: 'sdg' is unknown; did you mean sgd"):
        with_training(decayed, optimizer="sdg")
    with pytest.raises(ScenarioError, match="batch_size: expected a whole number from 1 to 1"):
        with_training(neuron(), batch_size=2)
