"""``--optimizer`` and ``--batch-size`` on the command line."""

import json
from pathlib import Path

import pytest

from backprop_tui.cli import main
from backprop_tui.core.optimizers import OPTIMIZERS, settings
from backprop_tui.core.scenario_file import load
from backprop_tui.options.arguments import read
from backprop_tui.options.numbers import UsageError
from backprop_tui.options.scenario import changed
from tests.test_training_keys import CROSS, TWO


def told(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, object]]:
    assert main(["trace", *words, "--format", "jsonl"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("name", [*OPTIMIZERS, "ADAM", "RmsProp"])
def test_an_optimiser_is_named_in_any_case(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    updates = {stage["quantity"] for stage in told(capsys, "--optimizer", name) if stage["phase"] == "update"}
    slots = OPTIMIZERS[name.lower()].slots
    assert {"w", "b", *(f"{slot}_{p}" for slot in slots for p in "wb")} <= updates


def test_it_drops_the_options_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "decayed.toml"
    path.write_text(f'{CROSS}optimizer = {{ name = "sgd", weight_decay = 0.5 }}\n{TWO}')
    assert "g_w1_1_1" in {stage["quantity"] for stage in told(capsys, str(path))}
    assert "g_w1_1_1" not in {stage["quantity"] for stage in told(capsys, str(path), "--optimizer=sgd")}


@pytest.mark.parametrize(
    ("size", "passes"), [("1", [1, 2, 3, 4]), ("2", [2, 4]), ("3", [3, 4]), ("all", [4]), ("ALL", [4])]
)
def test_an_update_follows_each_batch(size: str, passes: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    stages = told(capsys, "xor-2-2-1", "--batch-size", size)
    assert sorted({stage["sample"] for stage in stages if stage["phase"] == "update"}) == passes
    assert ("accumulate" in {stage["phase"] for stage in stages}) == (size != "1")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--optimizer adm", "--optimizer adm: unknown; did you mean adam?"),
        ("--optimizer", "--optimizer: its value is missing; expected for example --optimizer adam"),
        ("--batch-size 2", "--batch-size: expected a whole number from 1 to 1"),
        ("--batch-size 0", "--batch-size: expected a whole number from 1 to 1"),
        ("--batch-size 1.5", "--batch-size 1.5: not a whole number; expected one such as 4"),
        ("--batch-size many", "--batch-size many: not a whole number"),
        ("--momentum 0.9", "--optimizer"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(words: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", *words.split()]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_the_application_and_a_screen_take_them_too() -> None:
    for command in ((), ("screen",)):
        request = read([*command, "line", "--optimizer", "adamw", "--batch-size", "all"])
        scenario = changed(load("line"), request)
        assert scenario.optimizer == settings("adamw")
        assert scenario.batch_size == len(scenario.samples) > 1
    with pytest.raises(UsageError):
        read(["check", "--optimizer", "adam"])
