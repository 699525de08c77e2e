"""Scenario files: what is accepted, and for everything else one line naming the file, the key and what was expected."""

import math
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from backprop_tui.core.models.dense import initial_parameters
from backprop_tui.core.scenario import (
    Expectation,
    Layer,
    Sample,
    Scenario,
    ScenarioError,
    neuron_with,
    with_parameters,
    with_sample,
)
from backprop_tui.core.scenario_file import builtin_names, load, parse
from tests.models import network, neuron, scenarios

LAYER = '[[layer]]\nactivation = "identity"\nweights = [[1.5]]\nbiases = [0.5]\n'
SAMPLE = "[[sample]]\nx = [2.0]\ny = [4.0]\n"
GOOD = LAYER + SAMPLE


def test_the_defaults_are_the_contracts() -> None:
    assert parse(GOOD, "plain") == Scenario(
        "plain", (Layer("identity", ((1.5,),), (0.5,), True, True),), (Sample((2.0,), (4.0,)),), "mse", 0.1, "", "", ()
    )


def test_every_key_is_read(tmp_path: Path) -> None:
    path = tmp_path / "all.keys.toml"
    path.write_text(
        'title = "T"\nsource = "S"\nlearning_rate = 2\nloss = "mae"\n'
        '[[layer]]\nactivation = "relu"\nweights = [[1, -2], [3.5, 4e-3]]\nbiases = [0, 1]\ntrainable = false\n'
        '[[layer]]\nactivation = "tanh"\nweights = [[1, 2]]\nbiases = [3]\ntrain_biases = false\n'
        "[[sample]]\nx = [1, 2]\ny = [3]\n[[sample]]\nx = [4, 5]\ny = [6]\n"
        '[[expect]]\nquantity = "z1_1"\nprinted = "0.10"\n'
        '[[expect]]\nepoch = 3\nsample = 2\nquantity = "a"\nprinted = 2\n'
    )
    assert load(str(path)) == Scenario(
        "all.keys",
        (
            Layer("relu", ((1.0, -2.0), (3.5, 0.004)), (0.0, 1.0), trainable=False),
            Layer("tanh", ((1.0, 2.0),), (3.0,), train_biases=False),
        ),
        (Sample((1.0, 2.0), (3.0,)), Sample((4.0, 5.0), (6.0,))),
        "mae",
        2.0,
        "T",
        "S",
        (Expectation(1, 1, "z1_1", "0.10"), Expectation(3, 2, "a", "2.0")),
    )


BCE = GOOD.replace("identity", "sigmoid").replace("4.0", "1.0")
WRONG = {
    "unknown key": (
        f"lr = 1\n{GOOD}",
        "lr",
        "unknown key; did you mean learning_rate? expected one of title, source, learning_rate",
    ),
    "unknown layer key": (
        GOOD.replace("biases", "bias"),
        "layer 1, bias",
        "expected one of activation, weights, biases",
    ),
    "unknown sample key": (f"{GOOD}z = 1\n", "sample 1, z", "expected one of x, y"),
    "unknown key with a newline": (f'"a\\nb" = 1\n{GOOD}', r"'a\nb'", "unknown key"),
    "missing key": (GOOD.replace("biases = [0.5]", ""), "layer 1", "biases is missing"),
    "missing target": (GOOD.replace("y = [4.0]", ""), "sample 1", "y is missing"),
    "tolerance": (
        f'{GOOD}[[expect]]\nquantity = "z"\nprinted = "1"\ntolerance = -0.1\n',
        "expect 1, tolerance",
        "expected a share from 0 on, such as 0.001, not -0.1",
    ),
    "no layer": (SAMPLE, "layer", "expected at least one [[layer]]"),
    "no sample": (LAYER, "sample", "expected at least one [[sample]]"),
    "layer no table": (f"layer = 3\n{SAMPLE}", "layer", "expected [[layer]] tables"),
    "no rows": (GOOD.replace("[[1.5]]", "[]"), "layer 1, weights", "expected at least one row"),
    "empty row": (GOOD.replace("[[1.5]]", "[[]]"), "layer 1, weights, row 1", "expected at least one number"),
    "flat weights": (
        GOOD.replace("[[1.5]]", "[1.5]"),
        "layer 1, weights, row 1",
        "expected a list of numbers, not 1.5",
    ),
    "ragged": (GOOD.replace("[[1.5]]", "[[1], [2, 3]]"), "layer 1, weights, row 2", "expected 1 number"),
    "too many biases": (GOOD.replace("[0.5]", "[1, 2]"), "layer 1, biases", "expected 1 number, one per neuron, not 2"),
    "layers do not chain": (
        f'{LAYER}[[layer]]\nactivation = "relu"\nweights = [[1, 2]]\nbiases = [3]\n{SAMPLE}',
        "layer 2, weights, row 1",
        "expected 1 number, one per neuron of the layer before, not 2",
    ),
    "too many inputs": (GOOD.replace("[2.0]", "[2, 3]"), "sample 1, x", "expected 1 number, one per weight, not 2"),
    "empty sample": (GOOD.replace("[2.0]", "[]"), "sample 1, x", "expected 1 number"),
    "too many targets": (GOOD.replace("[4.0]", "[4, 5]"), "sample 1, y", "expected 1 number, one per neuron"),
    "boolean": (GOOD.replace("2.0", "true"), "sample 1, x", "expected a number, not true"),
    "text": (GOOD.replace("2.0", '"2"'), "sample 1, x", "expected a number, not '2'"),
    "date": (GOOD.replace("2.0", "1979-05-27"), "sample 1, x", "expected a number"),
    "nan": (GOOD.replace("2.0", "nan"), "sample 1, x", "expected a finite number, not nan"),
    "infinite weight": (GOOD.replace("1.5", "-inf"), "layer 1, weights, row 1", "expected a finite number, not -inf"),
    "infinite bias": (GOOD.replace("0.5", "1e999"), "layer 1, biases", "expected a finite number, not inf"),
    "infinite rate": (f"learning_rate = inf\n{GOOD}", "learning_rate", "expected a finite number, not inf"),
    "10**400": (GOOD.replace("2.0", "1" + "0" * 400), "sample 1, x", "expected a finite number"),
    "5000 digits": (GOOD.replace("2.0", "1" * 5000), "", "expected finite numbers; one has more than 4,300 digits"),
    "5000 digits for a text": (f"loss = 0x{'f' * 5000}\n{GOOD}", "loss", "expected one of mse"),
    "unknown activation": (
        GOOD.replace("identity", "swish"),
        "layer 1, activation",
        "'swish' is unknown; it is called silu here",
    ),
    "activation no text": (GOOD.replace('"identity"', "3"), "layer 1, activation", "expected one of identity, relu"),
    "unknown loss": (
        f'loss = "hinge"\n{GOOD}',
        "loss",
        "'hinge' is not supported; the nearest is bce; expected one of mse, half_squared",
    ),
    "title no text": (f"title = 1\n{GOOD}", "title", "expected text, not 1"),
    "flag no boolean": (GOOD.replace("0.5]", "0.5]\ntrainable = 1"), "layer 1, trainable", "expected true or false"),
    "epoch 0": (
        f'{GOOD}[[expect]]\nepoch = 0\nquantity = "z"\nprinted = "1"\n',
        "expect 1, epoch",
        "number from 1, not 0",
    ),
    "printed missing": (f'{GOOD}[[expect]]\nquantity = "z"\n', "expect 1", "printed is missing"),
    "duplicate key": (
        f"learning_rate = 1\nlearning_rate = 2\n{GOOD}",
        "line 2: ",
        "'learning_rate' is given twice, first in line 1",
    ),
    "no TOML": ("<html>", "line 1, column 1: ", "'<html>': expected TOML, such as learning_rate = 0.1"),
    "nested arrays": (f"x = {'[' * 100_000}", "", "nested too deeply"),
    "nested tables": (f"x = {'{a=' * 100_000}", "", "nested too deeply"),
    "nested keys": (f"{'a.' * 100_000}a = 1", "", "nested too deeply"),
    "nested quoted keys": ("'a,b' . " * 100_000 + "a = 1", "", "nested too deeply"),
    "nested inline keys": ("title = {" + r'"\"".' * 100_000 + "a = 1}", "", "nested too deeply"),
    "nested header": (f"[{'a.' * 100_000}a]", "", "nested too deeply"),
    "long name": (f'loss = "{"x" * 10_000}"\n{GOOD}', "loss", "is unknown; expected one of"),
    "long key": (f"{'x' * 10_000} = 1\n{GOOD}", "'xxx", "unknown key"),
    "bce without sigmoid": (f'loss = "bce"\n{GOOD}', "loss", "bce needs a sigmoid in the last layer, not identity"),
    "bce target": (
        f'loss = "bce"\n{BCE}[[sample]]\nx = [1]\ny = [1.5]\n',
        "sample 2, y",
        "bce needs a target from 0 to 1, not 1.5",
    ),
    "1,001 parameters": (
        f'[[layer]]\nactivation = "relu"\nweights = [{[0] * 1000}]\nbiases = [0]\n{SAMPLE}',
        "layer 1, weights",
        "at most 1,000 parameters, here are 1,001",
    ),
    "10,001 samples": (LAYER + SAMPLE * 10_001, "sample", "at most 10,000 samples, not 10,001"),
}


@pytest.mark.parametrize(("text", "key", "expected"), WRONG.values(), ids=WRONG)
def test_a_wrong_file_is_named_with_the_key_and_what_was_expected(
    tmp_path: Path, text: str, key: str, expected: str
) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        load(str(path))
    message = str(caught.value)
    assert message.startswith(f"{path}: {key}")
    assert expected in message
    assert "\n" not in message
    assert len(message) < len(str(path)) + 300


def test_limits_are_inclusive() -> None:
    row, inputs = [0] * 999, [1] * 999
    wide = f'[[layer]]\nactivation = "relu"\nweights = [{row}]\nbiases = [0]\n[[sample]]\nx = {inputs}\ny = [1]\n'
    assert len(initial_parameters(parse(wide, "wide"))) == 1000
    assert len(parse(LAYER + SAMPLE * 10_000, "long").samples) == 10_000
    bce = f'loss = "bce"\n{BCE}[[sample]]\nx = [1]\ny = [0]\n'
    assert [sample.y for sample in parse(bce, "bce").samples] == [(1.0,), (0.0,)]
    dotted = f"# {'.' * 200} {'a.b ' * 200}\ntitle = '{'Really... ' * 100}'\n{GOOD}"
    assert parse(dotted, "dots").title.count(".") == 300  # text with many dots is no deep key


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xff\xfe", "not UTF-8 text (byte 1); expected a TOML file"),
        (GOOD.encode() + b"# \xe9\n", f"not UTF-8 text (byte {len(GOOD) + 3})"),
        (b"# " + b"x" * 1_000_000, "too large; a scenario has at most 1 MB"),
        (b"", "expected at least one [[layer]]"),
    ],
)
def test_a_file_of_other_content_is_refused(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        load(str(path))
    assert str(caught.value).startswith(f"{path}: ")
    assert expected in str(caught.value)


def test_a_file_of_exactly_1_mb_is_read(tmp_path: Path) -> None:
    path = tmp_path / "full.toml"
    path.write_text(f"{GOOD}#{'x' * (1_000_000 - len(GOOD) - 1)}")
    assert path.stat().st_size == 1_000_000
    assert load(str(path)).name == "full"


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    pipe, locked = tmp_path / "pipe", tmp_path / "locked"
    os.mkfifo(pipe)
    locked.write_text(GOOD)
    locked.chmod(0)
    cases = {
        str(tmp_path): "is a directory; expected a TOML file",
        str(pipe): "is not a regular file; expected a TOML file",
        "/dev/zero": "is not a regular file",
        str(tmp_path / "missing.toml"): "no such file and no built-in scenario of that name",
        f"{locked}/below": "cannot be read: Not a directory",
        "x" * 5000: "cannot be read: File name too long",
        "nul\0": "NUL",
    }
    if os.geteuid():  # root reads everything
        cases[str(locked)] = "cannot be read: Permission denied"
    for name, expected in cases.items():
        with pytest.raises(ScenarioError) as caught:
            load(name)
        assert str(caught.value).startswith(f"{name}: ")
        assert expected in str(caught.value)


def test_every_built_in_scenario_loads_the_articles_first() -> None:
    assert builtin_names()[0] == "article-7"
    assert list(builtin_names()[1:]) == sorted(builtin_names()[1:])
    told = {"title": load().title, "source": load().source, "expectations": load().expectations}
    assert load() == load("article-7") == replace(neuron(), name="article-7", **told)
    for name in builtin_names():
        assert load(name).name == name
        assert load(name).title


@given(scenarios())
def test_parameters_put_in_are_the_parameters_got_out(scenario: Scenario) -> None:
    values = tuple(float(i) for i in range(len(initial_parameters(scenario))))
    changed = with_parameters(scenario, values)
    assert initial_parameters(changed) == values
    assert with_parameters(changed, initial_parameters(scenario)) == scenario


def test_one_sample_is_replaced() -> None:
    new = Sample((9.0,), (8.0,))
    many = replace(neuron(), samples=tuple(Sample((float(i),), (0.0,)) for i in range(3)))
    assert [sample.x[0] for sample in with_sample(many, 2, new).samples] == [0.0, 9.0, 2.0]


def test_a_neuron_takes_numbers_from_the_command_line() -> None:
    assert neuron_with(network((2, 2))) == network((2, 2))
    assert neuron_with(neuron(), x=(1.0, 2.0), w=(3.0, 4.0), b=5.0, y=6.0, activation="tanh") == neuron(
        x=(1.0, 2.0), w=(3.0, 4.0), b=5.0, y=6.0, activation="tanh"
    )
    two_samples = replace(neuron(), samples=neuron().samples * 2)
    for scenario in (network((2, 2)), two_samples):
        with pytest.raises(ScenarioError, match="need a neuron with one sample"):
            neuron_with(scenario, b=0.0)
    with pytest.raises(ScenarioError, match="sample 1, x: expected 1 number, one per weight, not 2"):
        neuron_with(neuron(), x=(1.0, 2.0))
    with pytest.raises(ScenarioError, match="sample 1, y: expected a finite number"):
        neuron_with(neuron(), y=math.inf)


def test_ten_thousand_neurons_are_refused_at_the_layer_that_has_them() -> None:
    rows = ", ".join(["[1.0]"] * 10_000)
    biases = ", ".join(["0.0"] * 10_000)
    text = f"""
[[layer]]
activation = "relu"
weights = [{rows}]
biases = [{biases}]
[[sample]]
x = [1.0]
y = [1.0]
"""
    with pytest.raises(ScenarioError, match="layer 1, weights: at most 1,000 parameters, here are 20,000"):
        parse(text, "wide")
