"""The command line: what it takes, what it refuses, and how it ends."""

import json
import re
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from backprop_tui import __version__
from backprop_tui.cli import main
from backprop_tui.core.scenario_file import builtin_names, load
from backprop_tui.launch import Launch
from backprop_tui.terminal import environment

CONTRACT = """
trace check scenarios article-7
--x --w --b --y --activation --loss --lr
--epochs --format text jsonl csv markdown python pytorch
--epoch --sample --stage --play --ascii --mouse --no-mouse --kiosk
--help --version
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

TWO_SAMPLES = """
[[layer]]
activation = "identity"
weights = [[1.0]]
biases = [0.0]
[[sample]]
x = [1.0]
y = [2.0]
[[sample]]
x = [2.0]
y = [4.0]
"""


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Callable[..., list[dict[str, object]]]:
    """The objects that ``trace --format jsonl`` prints for some words."""

    def run(*words: str) -> list[dict[str, object]]:
        assert main(["trace", *words, "--format", "jsonl"]) == 0
        out, err = capsys.readouterr()
        assert err == ""
        return [json.loads(line) for line in out.splitlines()]

    return run


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[Launch]:
    """A terminal, and an application that only notes how it was opened."""
    opened: list[Launch] = []
    application = types.ModuleType("backprop_tui.run")

    def run(launch: Launch, **_: object) -> int:
        opened.append(launch)
        return 0

    application.run = run  # type: ignore[attr-defined]  # a module's names are not declared
    monkeypatch.setitem(sys.modules, "backprop_tui.run", application)
    monkeypatch.setattr(environment, "refusal", str)
    monkeypatch.setattr(environment, "prepare", lambda: None)
    monkeypatch.setattr(environment, "speaks_utf8", lambda: True)
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    return opened


@pytest.mark.parametrize(
    ("words", "substituted"),
    [
        ([], "1.5 · 2 + 0.5"),
        (["--b", "-1e-05"], "1.5 · 2 + (−1e-05)"),
        (["--w", "-.5", "--x", "-2."], "−0.5 · (−2) + 0.5"),
        (["--x", "1", "2", "--w", "3", "-4"], "3 · 1 + (−4) · 2 + 0.5"),
        (["--x", "1", "2", "three-inputs", "--w", "3", "4"], "3 · 1 + 4 · 2 + 1"),
        (["relu-dead", "--b", "3"], "−1.5 · 2 + 3"),
        (["--b", "3", "relu-dead"], "−1.5 · 2 + 3"),
        (["--b=-3"], "1.5 · 2 + (−3)"),
        (["--x=1", "2", "--w=3", "4"], "3 · 1 + 4 · 2 + 0.5"),
        (["--w", "1_0", "--x", "+3", "--b", " .25 "], "10 · 3 + 0.25"),
    ],
)
def test_a_number_is_what_float_reads_and_never_an_option(
    printed: Callable[..., list[dict[str, object]]], words: list[str], substituted: str
) -> None:
    assert printed(*words)[0]["substituted"] == substituted


def test_names_and_rates_replace_those_of_the_scenario_all_at_once(
    printed: Callable[..., list[dict[str, object]]],
) -> None:
    # Each alone would be refused: bce needs the sigmoid and a target in [0, 1].
    told = printed("--loss", "bce", "--activation", "sigmoid", "--y", "1", "--lr", "-0.5", "--epochs", "2")
    assert len(told) == 22
    assert told[1]["formula"] == "1 / (1 + e^(−z))"
    assert told[3]["formula"] == "(a − y) / max(a(1 − a), 1e-12)"
    assert str(told[9]["substituted"]).startswith("1.5 − (−0.5) · ")


def test_a_path_is_a_scenario(printed: Callable[..., list[dict[str, object]]], tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TWO_SAMPLES, encoding="utf-8")
    assert [entry["sample"] for entry in printed(str(path), "--lr", "0.5")] == [1] * 11 + [2] * 11


@pytest.mark.parametrize(
    ("words", "fragments"),
    [
        ("trace --b inf", ["--b inf", "finite"]),
        ("trace --x nan", ["--x nan", "finite"]),
        ("trace --lr 1e999", ["--lr 1e999", "finite"]),
        ("trace --b one", ["--b one", "number"]),
        ("trace --b 1,5", ["--b 1,5", "1.5?"]),
        ("trace --b −1", ["-1?"]),
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
        ("trace --ascii", ["--ascii", "application"]),
        ("--epochs 2", ["--epochs", "`trace`"]),
        ("--format csv", ["--format", "`trace`"]),
        ("relu trace", ["trace", "second scenario", "relu"]),
        ("trace relu tanh", ["tanh", "second scenario", "relu"]),
        ("scenarios relu", ["relu"]),
        ("scenarios --b 1", ["--b"]),
        ("check --b 1", ["--b", "`backprop-tui check"]),
        ("check article-7 --epochs 2", ["--epochs", "no options"]),
        ("check article-7 mazer", ["mazer", "mazur?", "scenarios"]),
        ("check 5", ["5", "no such file"]),
        ("check article-7 WRONG", ["WRONG: expect 1, quantity: ", "'dL_dv'", "dL_dw"]),
        ("relu check", ["check", "second scenario", "relu"]),
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
        ("--epoch 0", ["epoch 0", "from 1"]),
        ("--sample 2", ["sample 2", "from 1 to 1"]),
        ("--stage 12", ["stage 12", "from 0 to 11"]),
        ("diverge --epoch 900", ["diverges in epoch 163"]),
        ("--stage", ["--stage", "missing"]),
        ("--play=0", ["--play 0", "above 0"]),
        ("--play 2", ["2", "--play=SECONDS"]),
        ("--ascii=yes", ["--ascii=yes", "no value"]),
        ("--mouse --no-mouse", ["--mouse", "--no-mouse"]),
        ("--loop", ["--loop", "--play"]),
        ("--idle-reset 0", ["--idle-reset 0", "above 0"]),
        ("--kiosk --debug", ["--debug", "--kiosk"]),
        ("", ["terminal", "trace"]),
    ],
)
def test_wrong_input_is_told_in_one_line(
    words: str, fragments: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "NETWORK").write_text(NETWORK, encoding="utf-8")
    (tmp_path / "TWO").write_text(TWO_SAMPLES, encoding="utf-8")
    (tmp_path / "WRONG").write_text(f'{TWO_SAMPLES}[[expect]]\nquantity = "dL_dv"\nprinted = "1"\n', encoding="utf-8")
    arguments = [str(tmp_path / word) if word in ("NETWORK", "TWO", "WRONG") else word for word in words.split()]
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


@pytest.mark.parametrize("words", ["--help", "trace --help", "check --help", "scenarios --help", "--b --help --x"])
def test_help_names_every_command_and_option(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words.split()) == 0
    out = capsys.readouterr().out
    for word in CONTRACT.split():
        assert re.search(rf"(?<![\w-]){word}(?![\w-])", out), word
    assert max(map(len, out.splitlines())) <= 80


def test_version_and_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"backprop-tui {__version__}\n"
    assert main(["scenarios"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split("  ")[0] == "article-7"
    assert len({line.index(line.split("  ", 1)[1].lstrip()) for line in lines}) == 1
    for line in lines:
        assert main(["trace", line.split()[0], "--format", "csv"]) == 0


def test_a_network_is_traced(printed: Callable[..., list[dict[str, object]]]) -> None:
    told = printed("mazur", "--loss", "mse")
    assert [entry["quantity"] for entry in told[:3]] == ["z1_1", "z1_2", "a1_1"]
    assert told[-1]["quantity"] == "w2_2_2"  # the biases are held


def test_checking_fails_where_a_figure_differs_and_only_there(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "mine.toml"
    expects = '[[expect]]\nsample = 2\nquantity = "a"\nprinted = "{}"\n'
    for printed, status, counts in (  # it is 2.6: after the first sample w is 1.2 and b 0.2
        ("3", 0, "0 exact, 1 rounded, 0 last digit differs, 0 differs"),
        ("2", 0, "0 exact, 0 rounded, 1 last digit differs, 0 differs"),
        ("5", 1, "0 exact, 0 rounded, 0 last digit differs, 1 differs"),
    ):
        path.write_text(TWO_SAMPLES + expects.format(printed), encoding="utf-8")
        assert main(["check", "overshoot", str(path)]) == status
        out, err = capsys.readouterr()
        assert out.splitlines()[-1] == f"1 figure: {counts}"
        assert err == ""


def test_all_that_name_figures_are_checked_unless_some_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    main(["check"])
    every = capsys.readouterr().out
    headings = [name for name in builtin_names() if re.search(rf"^{name}: ", every, re.MULTILINE)]
    assert headings == [name for name in builtin_names() if load(name).expectations]
    assert main(["check", "relu"]) == 0
    assert re.findall(r"^(\S+): ", capsys.readouterr().out, re.MULTILINE)[0] == "relu"


def test_the_application_opens_with_what_was_asked_for(launched: list[Launch], monkeypatch: pytest.MonkeyPatch) -> None:
    words = "tanh --epoch 2 --sample 1 --stage 14 --play --ascii --no-mouse --y 0.5"
    assert main([]) == 0
    assert main(words.split()) == 0
    assert main(["--play=0.25"]) == 0
    plain, asked, paced = launched
    assert (plain.scenario.name, plain.epoch, plain.sample, plain.stage) == ("article-7", 1, 1, 0)
    assert (plain.play, plain.ascii, plain.mouse) == (None, False, True)
    assert (asked.scenario.name, asked.epoch, asked.sample, asked.stage) == ("tanh", 2, 1, 14)
    assert asked.scenario.samples[0].y == (0.5,)
    assert (asked.play, asked.ascii, asked.mouse) == (1.0, True, False)
    assert paced.play == 0.25

    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 5000 10.0.0.2 22")
    assert main([]) == 0
    assert main(["--mouse"]) == 0
    assert [launch.mouse for launch in launched[3:]] == [False, True]


def test_the_exit_status_is_the_application_s(launched: list[Launch], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["backprop_tui.run"], "run", lambda *_, **__: 130, raising=False)
    assert main([]) == 130
    assert launched == []


def test_divergence_is_a_result(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", "diverge", "--format", "csv", "--epochs", "1000"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[-1].startswith("163,1,11,update,b,")
    assert err.startswith("backprop-tui: diverged: loss ")
    assert err.count("\n") == 1
    assert main(["trace", "diverge", "--format", "csv", "--epochs", "162"]) == 0
    assert capsys.readouterr().err == ""
