"""Wrong input: one line says what is wrong, where, and what would be right."""

from collections.abc import Collection
from pathlib import Path

import pytest

from backprop_tui.cli import main
from backprop_tui.core import names_elsewhere
from backprop_tui.core.initialization import INITIALIZATIONS
from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.optimizers import OPTIMIZERS
from backprop_tui.core.scenario_file import builtin_names
from backprop_tui.core.softmax import LAYER_OPERATIONS
from backprop_tui.options import elsewhere
from backprop_tui.options.arguments import _OPTIONS
from tests.test_cli import TWO_SAMPLES

PROBABLE = """
loss = "bce"
[[layer]]
activation = "sigmoid"
weights = [[1.0]]
biases = [0.0]
[[sample]]
x = [1.0]
y = [1.0]
"""

NETWORK = """
[[layer]]
activation = "tanh"
weights = [[0.1], [0.2]]
biases = [0.0, 0.0]
[[sample]]
x = [1.0]
y = [0.5, 0.5]
"""


@pytest.mark.parametrize(
    ("words", "fragments"),
    [
        ("trace --b inf", ["--b inf", "finite"]),
        ("trace --x nan", ["--x nan", "finite"]),
        ("trace --lr 1e999", ["--lr 1e999", "finite"]),
        ("trace --b one", ["--b one", "number"]),
        ("trace --b 1,5", ["--b 1,5", "1.5?"]),
        ("trace --b", ["--b", "missing"]),
        ("trace --x --w 1", ["--x", "missing"]),
        ("trace --loss --b 1", ["--loss", "missing"]),
        ("trace --b= 1", ["--b", "missing"]),
        ("trace --b 1 --b 1", ["--b", "twice"]),
        ("trace --b 1 --b=1", ["--b", "twice"]),
        ("trace --b 1 2", ["2", "--x"]),
        ("trace 5", ["5", "number"]),
        ("trace --activ relu", ["--activ", "unknown", "--activation?"]),
        ("trace -b 1", ["-b", "unknown", "--b?"]),
        ("trace --epoch 2", ["--epoch", "application"]),
        ("trace --ascii --format jsonl", ["--ascii", "jsonl", "--format text or markdown"]),
        ("trace --format csv --ascii", ["--ascii", "csv"]),
        ("--epochs 2", ["--epochs", "the application", "`trace`"]),
        ("--format csv", ["--format", "`trace`"]),
        ("relu trace", ["trace: the command comes first", "`backprop-tui trace [SCENARIO]"]),
        ("trace relu tanh", ["tanh", "second scenario", "relu"]),
        ("scenarios relu", ["relu"]),
        ("scenarios --b 1", ["--b"]),
        ("check --b 1", ["--b", "`backprop-tui check"]),
        ("check article-7 --epochs 2", ["--epochs", "no options"]),
        ("check article-7 mazer", ["mazer", "mazur?", "scenarios"]),
        ("check 5", ["5", "no such file"]),
        ("check article-7 WRONG", ["WRONG: expect 1, quantity: ", "'dL_dv'", "dL_dw"]),
        ("relu check", ["check: the command comes first"]),
        ("trace sigmiod", ["sigmiod", "sigmoid?", "scenarios"]),
        ("trace missing.toml", ["missing.toml", "no such file"]),
        ("trace --activation reul", ["--activation reul", "relu?", "identity"]),
        ("trace --loss mes", ["--loss mes", "mse?", "huber"]),
        ("trace --format xml", ["--format xml", "jsonl"]),
        ("trace --epochs 0", ["--epochs 0", "from 1"]),
        ("trace --epochs 1.5", ["--epochs 1.5", "whole number"]),
        ("trace --epochs 1000001", ["--epochs 1000001", "1,000,000"]),
        ("trace --x 1 2", ["--x", "2 inputs", "1 weight", "--w"]),
        ("trace --w 1 2 --x 1", ["1 input", "2 weights"]),
        ("trace --loss bce", ["--loss", "sigmoid", "identity"]),
        ("trace sigmoid --loss bce --y 2", ["--y", "0 to 1", "2"]),
        ("trace NETWORK --b 1", ["--b", "one sample", "more than one neuron"]),
        ("trace TWO --y 1", ["--y", "one sample", "2 samples"]),
        ("--epoch 0", ["--epoch 0", "from 1"]),
        ("--sample 2", ["--sample 2", "from 1 to 1"]),
        ("--stage 12", ["--stage 12", "from 0 to 11"]),
        ("diverge --epoch 900", ["--epoch 900", "the run ends in epoch 163"]),
        ("--stage", ["--stage", "missing"]),
        ("--play=0", ["--play 0", "above 0"]),
        ("--play 0", ["--play 0", "above 0"]),
        ("--play 2 3", ["3: a number too many"]),
        ("--ascii=yes", ["--ascii=yes", "no value"]),
        ("--mouse --no-mouse", ["--mouse", "--no-mouse"]),
        ("--loop", ["--loop", "--play"]),
        ("--idle-reset 0", ["--idle-reset 0", "above 0"]),
        ("--kiosk --debug", ["--debug", "--kiosk"]),
        ("", ["terminal", "trace"]),
        # Options and words as others have them.
        ("trace -b 1 --help=1", ["-b", "--b?"]),
        ("trace --help=1", ["--help", "no value"]),
        ("trace --learning-rate 1", ["--learning-rate", "--lr?"]),
        ("trace --Activation relu", ["--Activation", "--activation?"]),
        ("trace -n 5", ["-n", "--epochs?"]),
        ("trace --json", ["--json", "--format?"]),
        ("trace --optimizer adm", ["--optimizer adm", "adam?", "expected one of sgd, momentum"]),
        ("trace --optimizer NAG", ["called nesterov here"]),
        ("trace --optimizer lion", ["not supported", "nearest is adamw"]),
        ("trace --adam", ["--adam", "--optimizer?"]),
        ("trace --optimizer", ["--optimizer", "missing"]),
        ("trace --batch 2", ["--batch", "--batch-size?"]),
        ("trace --batch-size 1.5", ["--batch-size 1.5", "whole number", "4 or all"]),
        ("trace line --batch-size 5", ["--batch-size", "from 1 to 4", "not 5"]),
        ("trace --weight-decay 0.1", ["--weight-decay", "scenario file"]),
        ("trace --activation softmax", ["--activation: softmax needs two or more neurons; for one there is sigmoid"]),
        ("trace --activation LogSoftmax", ["not supported", "nearest is softmax"]),
        ("trace --loss cross_entropy", ["--loss: cross_entropy needs softmax", "sigmoid with bce"]),
        ("trace --loss nn.CrossEntropyLoss()", ["called cross_entropy here"]),
        ("trace softmax --loss bce", ["--loss: bce needs a sigmoid", "with softmax goes cross_entropy"]),
        ("trace --quiet", ["--quiet: unknown option; there is nothing but results"]),
        ("trace --no-color", ["--no-color", "NO_COLOR"]),
        ("trace --size 80x24", ["--size", "`trace`", "it belongs to `screen`"]),
        ("trace --stage 3", ["--stage", "the application and `screen`"]),
        ("trace --format json", ["--format json", "jsonl?"]),
        ("trace --format svg", ["--format svg", "`backprop-tui screen`"]),
        ("screen --format jsonl", ["--format jsonl", "`backprop-tui trace`"]),
        ("screen --format png", ["--format png", "svg?"]),
        ("screen --play", ["--play", "`screen`", "the application"]),
        ("--debug trace x", ["trace: the command comes first"]),
        ("--debug trace --epochs 2", ["trace: the command comes first"]),
        ("--ascii trace", ["trace: the command comes first"]),
        ("help", ["help", "`backprop-tui --help`?"]),
        ("tarce", ["tarce", "`backprop-tui trace`?"]),
        ("screenshot", ["screenshot", "`backprop-tui screen`?"]),
        ("list", ["list", "`backprop-tui scenarios`?"]),
        ("run", ["run", "`backprop-tui`?"]),
        ("-", ["-: ", "keys", "trace, screen, check"]),
        ("trace -- --ascii", ["--ascii: no such file"]),
        ("trace -- --help", ["--help: no such file"]),
        ("trace -- 5", ["5: no such file"]),
        ("trace relu -- tanh", ["tanh", "second scenario", "relu"]),
        ("trace --b -- 1", ["--b", "missing"]),
        # Numbers.
        ("trace --x 1,2 --w 1 1", ["--x 1,2", "blanks between, --x 1 2"]),
        ("trace --x [1;2]", ["--x [1;2]", "--x 1 2"]),
        ("trace --lr 1/4", ["--lr 1/4", "0.25?"]),
        ("trace --lr 10%", ["--lr 10%", "0.1?"]),
        ("trace --lr 10^-2", ["--lr 10^-2", "0.01?"]),
        ("trace --lr 0.1f", ["--lr 0.1f", "0.1?"]),
        ("trace --epochs 1e3", ["--epochs 1e3", "whole number", "1000?"]),
        ("trace --x 1 --w 2 nan", ["--w nan", "finite"]),
        ("screen --size 80", ["--size 80", "80x24"]),
        ("screen --size 80,24", ["--size 80,24", "80x24?"]),
        ("screen --size 0x24", ["--size 0x24", "1x1 to 500x200"]),
        ("screen --size 501x24", ["--size 501x24", "500x200"]),
        ("screen --size 80x-24", ["--size 80x-24", "80x24"]),
        # Names.
        ("trace --activation linear", ["--activation linear", "called identity here"]),
        ("trace --activation swish", ["--activation swish", "called silu here"]),
        ("trace --activation nn.LeakyReLU()", ["called leaky_relu here"]),
        ("trace --activation hardtanh", ["--activation hardtanh", "not supported", "nearest is tanh"]),
        ("trace --loss MSELoss", ["--loss MSELoss", "called mse here"]),
        ("trace --loss mse_loss", ["--loss mse_loss", "called mse here"]),
        ("trace --loss L2", ["called mse here"]),
        ("trace --loss l1", ["called mae here"]),
        ("trace --loss SmoothL1Loss", ["called huber here"]),
        ("trace --loss binary_crossentropy", ["called bce here"]),
        ("trace --loss hinge", ["not supported", "nearest is bce"]),
        ("trace xor", ["xor: no such file", "xor-2-2-1 or xor-2-3-1 or xor-batch?"]),
        ("trace Mazur", ["mazur?"]),
        ("trace mazur.toml", ["mazur?"]),
        ("trace dead-relu", ["relu-dead?"]),
        ("trace relu --loss bce", ["--loss: bce needs a sigmoid"]),
        ("trace PROBABLE --activation relu", ["--activation: bce needs a sigmoid"]),
        ("--stage dL_dx", ["--stage dL_dx", "no quantity", "dL_dw?"]),
        ("--stage x", ["--stage x", "given, not computed"]),
        ("--stage 1.5", ["--stage 1.5", "whole number"]),
        ("--stage -1", ["--stage -1", "from 0 to 11"]),
        ("--theme Nord", ["--theme Nord", "did you mean nord?", "backprop-light"]),
        ("--theme light", ["did you mean backprop-light?"]),
        ("screen --theme nrod", ["--theme nrod", "nord?"]),
        ("trace --theme nord", ["--theme", "`trace`"]),
    ],
)
def test_wrong_input_is_told_in_one_line(
    words: str, fragments: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "NETWORK").write_text(NETWORK, encoding="utf-8")
    (tmp_path / "TWO").write_text(TWO_SAMPLES, encoding="utf-8")
    (tmp_path / "WRONG").write_text(f'{TWO_SAMPLES}[[expect]]\nquantity = "dL_dv"\nprinted = "1"\n', encoding="utf-8")
    (tmp_path / "PROBABLE").write_text(PROBABLE, encoding="utf-8")
    arguments = [
        str(tmp_path / word) if word in ("NETWORK", "TWO", "WRONG", "PROBABLE") else word for word in words.split()
    ]
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("backprop-tui: ")
    assert err.endswith("\n")
    assert err.count("\n") == 1
    for fragment in fragments:
        assert fragment in err


@pytest.mark.parametrize("name", ["", "a\nb", "a\x1b[31mb", "a\udcffb", "a\0b", "/"])
def test_no_file_name_breaks_the_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", name]) == 2
    err = capsys.readouterr().err
    assert err.removesuffix("\n").isprintable()


@pytest.mark.parametrize(
    ("kind", "ours"),
    [
        (names_elsewhere.ACTIVATION, (*ACTIVATIONS, *LAYER_OPERATIONS)),
        (names_elsewhere.LOSS, LOSSES),
        (names_elsewhere.OPTIMIZER, OPTIMIZERS),
        (names_elsewhere.INIT, INITIALIZATIONS),
        (names_elsewhere.SCENARIO, builtin_names()),
    ],
)
def test_every_name_used_elsewhere_leads_to_one_that_exists(kind: str, ours: Collection[str]) -> None:
    same, near = names_elsewhere._SAME[kind], names_elsewhere._NEAREST.get(kind, {})
    assert {*same.values(), *near.values()} <= {*ours}
    own = {names_elsewhere.normalised(name) for name in ours}
    words = [*same, *near, *own]
    assert sorted(words) == sorted({names_elsewhere.normalised(word) for word in words})  # none twice, each is found


def test_every_option_used_elsewhere_leads_to_one_that_exists() -> None:
    assert {*elsewhere._ELSEWHERE.values()} <= {*_OPTIONS, "--help", "--version"}
    words = [*elsewhere._ELSEWHERE, *elsewhere._WITHOUT, *(name.strip("-") for name in _OPTIONS)]
    assert len(words) == len({*words})
