"""`backprop-tui new SHAPE`: a scenario file that opens, that can be changed as its comments say, and that learns."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from backprop_tui.cli import main
from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.optimizers import OPTIMIZERS
from backprop_tui.core.scenario import Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.stepper.state import start
from backprop_tui.stepper.training import train

XOR = [((0.0, 0.0), (0.0,)), ((0.0, 1.0), (1.0,)), ((1.0, 0.0), (1.0,)), ((1.0, 1.0), (0.0,))]

Written = Callable[[str], str]


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Written:
    """What `backprop-tui new` with those words writes to standard output."""

    def words_to_text(words: str) -> str:
        assert main(["new", *words.split()]) == 0
        out, err = capsys.readouterr()
        assert err == ""
        return out

    return words_to_text


def opened(text: str, folder: Path) -> Scenario:
    """The scenario that `text` is, redirected into a file."""
    (folder / "mine.toml").write_text(text)
    return load(str(folder / "mine.toml"))


def widths(scenario: Scenario) -> tuple[int, ...]:
    return (len(scenario.samples[0].x), *(len(layer.weights) for layer in scenario.layers))


SHAPES = ["1-1", "2-1", "2-3", "1-3-1", "2-2-1", "2-3-1", "3-5-4-2", "2-8-3", "20-4-1", "1-2-3-4", "30-32", "1-500"]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_file_has_the_shape_and_a_last_layer_that_fits_the_loss(
    shape: str, loss: str, written: Written, tmp_path: Path
) -> None:
    if loss == "cross_entropy" and shape.endswith("-1"):
        return
    text = written(f"{shape} --loss {loss}")
    scenario = opened(text, tmp_path)
    assert widths(scenario) == tuple(map(int, shape.split("-")))
    assert scenario.loss == loss
    assert scenario.output.activation == {"bce": "sigmoid", "cross_entropy": "softmax"}.get(loss, "identity")
    assert {layer.activation for layer in scenario.layers[:-1]} <= {"tanh"}
    assert len(set(scenario.samples)) == len(scenario.samples) >= 4
    assert "-0.0," not in text


def test_every_option_ends_up_in_the_file(written: Written, tmp_path: Path) -> None:
    words = "2-3-2 --activation RELU --loss MAE --lr −1e-05 --optimizer Adam --batch-size 3 --init HE --seed -7"
    scenario = opened(written(words), tmp_path)
    assert [layer.activation for layer in scenario.layers] == ["relu", "identity"]
    assert (scenario.loss, scenario.learning_rate, scenario.optimizer.name) == ("mae", -1e-05, "adam")
    assert scenario.batch_size == 3
    again = opened(written(words).replace("seed = -7", "seed = 7"), tmp_path)
    assert again == scenario  # the one number that Random takes for the other
    assert opened(written(words.replace("-7", "8")), tmp_path) != scenario
    assert all(layer.biases == (0.0,) * len(layer.biases) for layer in scenario.layers)  # he draws none
    everything = opened(written("2-3-1 --batch-size all"), tmp_path)
    assert everything.batch_size == 4


def test_the_activation_is_for_the_hidden_layers_or_for_the_only_one(written: Written, tmp_path: Path) -> None:
    for words, activations in {
        "2-3-3-1 --activation gelu": ["gelu", "gelu", "identity"],
        "2-1 --activation gelu": ["gelu"],
        "2-3 --activation softmax": ["softmax"],
        "2-1 --activation sigmoid --loss bce": ["sigmoid"],
        "2-2-1 --activation relu --loss bce": ["relu", "sigmoid"],
        "2-4-3 --activation relu --loss cross_entropy": ["relu", "softmax"],
    }.items():
        assert [layer.activation for layer in opened(written(words), tmp_path).layers] == activations


@pytest.mark.parametrize("shape", ["2-2-1", "2-3-1", "2-4-4-1"])
def test_two_inputs_and_one_output_get_xor(shape: str, written: Written, tmp_path: Path) -> None:
    assert [*opened(written(shape), tmp_path).samples] == XOR


@pytest.mark.parametrize("shape", ["2-3-1", "3-5-4-2"])
@pytest.mark.parametrize("loss", ["mse", "cross_entropy", "bce"])
def test_samples_may_come_from_a_file_as_the_comment_says(
    shape: str, loss: str, written: Written, tmp_path: Path
) -> None:
    if (shape, loss) == ("2-3-1", "cross_entropy"):
        return
    text = written(f"{shape} --loss {loss}")
    (header,) = re.findall(r"whose first line is\s+(?:# )?(\S+)\.\s", text)
    assert text.count('\n# samples = "points.csv"\n') == 1
    text = text.replace("# samples", "samples")
    text = re.sub(r"\[\[sample\]\]\nx = .*\n.* = .*\n", "", text)
    (tmp_path / "points.csv").write_text(f"{header}\n{','.join('1' for _ in header.split(','))}\n")
    assert len(opened(text, tmp_path).samples) == 1


def test_what_can_be_changed_is_named(written: Written) -> None:
    text = " ".join(written("2-3-1").replace("\n#", " ").split())
    for known in (ACTIVATIONS, LOSSES, OPTIMIZERS, ("uniform", "xavier", "he", "zeros")):
        assert " ".join(known) in text


@pytest.mark.parametrize("shape", [*SHAPES, "9-9-9-9"])
def test_it_reads_well_in_any_terminal(shape: str, written: Written) -> None:
    text = written(f"{shape} --optimizer momentum --lr 0.001")
    assert text.isascii()
    lines = text.splitlines()
    assert max(len(line) for line in lines if line.startswith("#") or "#" in line) <= 80
    assert 8 <= sum("#" in line for line in lines) <= 24


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "leaky_relu"])
@pytest.mark.parametrize("loss", ["mse", "bce"])
@pytest.mark.parametrize("shape", ["2-2-1", "2-3-1"])
def test_xor_is_learned(shape: str, loss: str, activation: str, written: Written, tmp_path: Path) -> None:
    scenario = opened(written(f"{shape} --activation {activation} --loss {loss}"), tmp_path)
    state, _ = train(start(scenario), 2000)
    assert state.history.losses[-1] < 0.05


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(
    "words", ["1-1", "2-1 --loss bce", "1-2 --loss bce", "3-5-4-2", "2-8-3 --loss cross_entropy", "20-4-1"]
)
def test_other_samples_are_learned(words: str, optimizer: str, written: Written, tmp_path: Path) -> None:
    scenario = opened(written(f"{words} --optimizer {optimizer}"), tmp_path)
    state, _ = train(start(scenario), 2000)
    assert state.history.losses[-1] < 0.1 * state.history.losses[0]


@pytest.mark.parametrize("shape", ["1-2", "1-5", "1-3-2", "2-2", "2-3-2", "3-5", "4-4", "5-2-7"])
def test_targets_are_1_on_one_side_of_the_middle_as_the_comment_says(
    shape: str, written: Written, tmp_path: Path
) -> None:
    """A line through the middle parts them: some sum of the inputs, without a constant, is above 0 where y is 1."""
    text = written(f"{shape} --loss bce")
    assert "Each number of y is 1 on one side of the middle and 0 on the other." in text.replace("\n# ", " ")
    samples = opened(text, tmp_path).samples
    for output in range(len(samples[0].y)):
        assert {sample.y[output] for sample in samples} == {0.0, 1.0}
        towards = [
            sum(sample.x[i] * (2 * sample.y[output] - 1) for sample in samples) for i in range(len(samples[0].x))
        ]
        for sample in samples:
            assert (sum(map(float.__mul__, sample.x, towards)) > 1e-9) == bool(sample.y[output])


def test_classes_of_one_input_have_places_since_there_are_but_two_directions(written: Written) -> None:
    assert "Each class lies at a place of its own." in written("1-3 --loss cross_entropy").replace("\n# ", " ")
    assert "Each class lies in a direction of its own." in written("2-3 --loss cross_entropy").replace("\n# ", " ")


def test_a_plain_neuron_meets_its_line(written: Written, tmp_path: Path) -> None:
    state, _ = train(start(opened(written("1-1"), tmp_path)), 2000)
    assert state.history.parameters(state.position.epoch, 1) == pytest.approx((2.0, 1.0), abs=1e-5)  # y = 2x + 1


@pytest.mark.parametrize(
    ("words", "fragments"),
    [
        ("", ["new: the shape is missing", "`backprop-tui new 2-3-1`"]),
        ("2", ["2: one number is no shape", "2-2-1"]),
        ("0-3", ["0-3: ", "at least 1"]),
        ("2-0-1", ["2-0-1: ", "at least 1"]),
        ("2-x-1", ["2-x-1: no shape", "such as 2-3-1"]),
        ("2.5-1", ["2.5-1: no shape"]),
        ("2x3x1", ["2x3x1: no shape; did you mean 2-3-1?"]),
        ("2,3,1", ["did you mean 2-3-1?"]),
        ("2–3–1", ["did you mean 2-3-1?"]),
        ("[2,3,1]", ["did you mean 2-3-1?"]),
        ("-2-3", ["-2-3: unknown option"]),
        ("2--1", ["2--1: no shape"]),
        ("٢-١", ["no shape"]),
        ("mazur", ["mazur: no shape"]),
        ("30-40-1", ["30-40-1: at most 1,000 parameters, here are 1,281"]),
        ("1-501", ["1-501: at most 1,000 parameters, here are 1,002"]),
        ("99999999999-1", ["99999999999-1: at most 1,000 parameters"]),
        (f"{'9' * 5000}-1", ["at most 1,000 parameters"]),
        ("2-3-1 2-1", ["2-1: a second shape after 2-3-1"]),
        ("2 3 1", ["3: a second shape after 2", "such as 2-3-1"]),
        ("2-3-1 --loss cross_entropy", ["--loss cross_entropy: 2-3-1 has one output", "bce"]),
        ("2-1 --loss bce --activation tanh", ["--activation tanh: bce needs a sigmoid", "not tanh"]),
        ("2-3-2 --activation softmax", ["--activation softmax: softmax belongs in the last layer"]),
        ("2-1 --activation softmax", ["--activation softmax: softmax needs two or more neurons"]),
        ("2-1 --activation reul", ["--activation reul", "relu?"]),
        ("2-1 --loss MSELoss", ["called mse here"]),
        ("2-1 --optimizer lion", ["nearest is adamw"]),
        ("2-1 --init xaver", ["--init xaver", "did you mean xavier?"]),
        ("2-1 --init kaiming", ["--init kaiming", "called he here"]),
        ("2-1 --seed 1.5", ["--seed 1.5: not a whole number"]),
        ("2-1 --seed", ["--seed", "missing"]),
        ("2-1 --random-seed 1", ["--seed?"]),
        ("2-1 --batch-size 9", ["--batch-size", "from 1 to 8", "not 9"]),
        ("2-1 --batch-size 0", ["--batch-size", "not 0"]),
        ("2-1 --lr inf", ["--lr inf", "finite"]),
        ("2-1 --x 1", ["--x: not an option of `new`"]),
        ("2-1 --epochs 2", ["--epochs: not an option of `new`", "`trace`"]),
    ],
)
def test_what_is_wrong_is_one_line(words: str, fragments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", *words.split()]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("backprop-tui: ")
    assert len(err) < 200
    for fragment in fragments:
        assert fragment in err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["relu", "new"], "new: the command comes first; expected `backprop-tui new SHAPE [OPTIONS]`"),
        (["trace", "--seed", "1"], "--seed: not an option of `trace`; it belongs to `new`"),
        (["--init", "he"], "--init: not an option of the application; it belongs to `new`"),
        (["create"], "did you mean `backprop-tui new 2-3-1`?"),
        (["new", ""], "an empty word; expected a shape such as 2-3-1"),
    ],
)
def test_new_is_a_command_in_first_place_only(
    words: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert expected in capsys.readouterr().err


def test_all_that_is_allowed_is_made(written: Written, tmp_path: Path) -> None:
    assert widths(opened(written("999-1"), tmp_path)) == (999, 1)
