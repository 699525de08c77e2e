"""The command line: what it takes, what it refuses, and how it ends."""

import json
import os
import re
import sys
import types
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from backprop_tui import __version__
from backprop_tui.cli import main
from backprop_tui.core.scenario_file import builtin_names, load
from backprop_tui.launch import Launch
from backprop_tui.terminal import environment

CONTRACT = """
trace screen check scenarios new article-7
--x --w --b --y --activation --loss --lr --optimizer --batch-size --ascii
--init --seed
--epochs --format text jsonl csv markdown python pytorch ansi svg --size
--epoch --sample --stage --theme
--play --loop --mouse --no-mouse --kiosk --no-quit --idle-reset --debug
--help -h --version -V
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
        assert main(["trace", "--format", "jsonl", *words]) == 0
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
        (["--b", "−1", "--w=−.5", "--x", "−2", "--y", "1e-05"], "−0.5 · (−2) + (−1)"),
        (["--b", "3", "--", "relu-dead"], "−1.5 · 2 + 3"),
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


@pytest.mark.parametrize("name", ["ReLU", "RELU", "relu"])
def test_names_are_read_in_any_case(name: str, printed: Callable[..., list[dict[str, object]]], tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TWO_SAMPLES.replace("identity", name), encoding="utf-8")
    formulas = [entry["formula"] for entry in printed("--activation", name, "--loss", "Half_Squared")]
    assert formulas[1:3] == ["max(z, 0)", "(a − y)² / 2"]
    assert printed(str(path))[1]["formula"] == "max(z, 0)"


def test_a_scenario_may_come_through_a_pipe(
    printed: Callable[..., list[dict[str, object]]], capsys: pytest.CaptureFixture[str]
) -> None:
    # More than a pipe holds at once (64 KiB), so that one read does not get it all.
    padded = f"{TWO_SAMPLES}#{'x' * 100_000}\n".encode()

    def piped(data: bytes) -> int:
        read, write = os.pipe()

        def fill() -> None:
            with suppress(BrokenPipeError), os.fdopen(write, "wb") as end:
                end.write(data)

        Thread(target=fill, daemon=True).start()
        return read

    descriptor = piped(padded)
    assert len(printed(f"/dev/fd/{descriptor}")) == 22
    os.close(descriptor)
    descriptor = piped(b"#" * 1_000_001)
    assert main(["trace", f"/dev/fd/{descriptor}"]) == 2
    os.close(descriptor)
    assert f"/dev/fd/{descriptor}: too large" in capsys.readouterr().err


def test_a_trace_can_be_in_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ("--format text", "--format markdown", "--check", "mazur --format text", "diverge --epochs 163"):
        assert main(["trace", "--ascii", *words.split()]) == 0
        assert capsys.readouterr().out.isascii()
    assert main(["trace", "--ascii"]) == 0
    text = capsys.readouterr().out
    assert "article-7 - one neuron - identity - mse - lr 0.1\n" in text
    assert re.search(r"dL/dw = dL/da \* da/dz \* dz/dw = -1 \* 1 \* 2 = -2\n", text)


def test_a_path_is_a_scenario(printed: Callable[..., list[dict[str, object]]], tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TWO_SAMPLES, encoding="utf-8")
    assert [entry["sample"] for entry in printed(str(path), "--lr", "0.5")] == [1] * 11 + [2] * 11


@pytest.mark.parametrize("words", ["--help", "trace --help", "check --help", "screen -h", "--b -h --x"])
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
        ("3", 0, "0 exact, 1 rounded, 0 rounded on the way, 0 last digit differs, 0 differs"),
        ("2", 0, "0 exact, 0 rounded, 0 rounded on the way, 1 last digit differs, 0 differs"),
        ("5", 1, "0 exact, 0 rounded, 0 rounded on the way, 0 last digit differs, 1 differs"),
    ):
        path.write_text(TWO_SAMPLES + expects.format(printed), encoding="utf-8")
        assert main(["check", "overshoot", str(path)]) == status
        out, err = capsys.readouterr()
        assert out.splitlines()[-1] == f"1 figure: {counts}"
        assert err == ""
    for tolerance, status in (("1", 0), ("0.5", 1)):  # 5 is off by 92 %
        path.write_text(TWO_SAMPLES + expects.format(5) + f"tolerance = {tolerance}\n", encoding="utf-8")
        assert main(["check", str(path)]) == status
        assert "0.92" in capsys.readouterr().out


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

    for words, play in (("--play relu", 1.0), ("--play 0.5 relu", 0.5), ("relu --play --ascii", 1.0)):
        assert main(words.split()) == 0
        assert (launched[-1].play, launched[-1].scenario.name) == (play, "relu")
    del launched[3:]

    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 5000 10.0.0.2 22")
    assert main([]) == 0
    assert main(["--mouse"]) == 0
    assert [launch.mouse for launch in launched[3:]] == [False, True]


def test_a_stage_may_be_named_as_data_or_the_screen_names_it(launched: list[Launch]) -> None:
    for name, stage in (("dL_dw", 8), ("∂L/∂w", 8), ("dL/dw", 8), ("loss", 3), ("L", 3), ("w", 10), ("3", 3)):
        assert main(["--stage", name]) == 0
        assert launched[-1].stage == stage
    assert main(["xor-2-2-1", "--epoch", "5", "--sample", "2", "--stage", "w2_1_2"]) == 0
    assert launched[-1][1:4] == (5, 2, 44)  # 45 stages; the last three are w2_1_1, w2_1_2 and b2_1


def test_a_theme_and_that_no_key_ends_it_are_handed_over(launched: list[Launch]) -> None:
    assert main([]) == 0
    assert (launched[0].theme, launched[0].no_quit) == (None, False)
    for theme in ("nord", "backprop-light"):
        assert main(["--theme", theme, "--no-quit"]) == 0
        assert (launched[-1].theme, launched[-1].no_quit) == (theme, True)


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


def test_what_is_not_finite_before_any_update_has_not_diverged(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", "--w", "1e160", "--format", "csv"]) == 0
    where = "loss is not finite in epoch 1, sample 1 (overflow)"
    assert capsys.readouterr().err == f"backprop-tui: not finite: {where}; the trace ends with that pass\n"
