"""Abuse: a bounded, seeded run of `tests.fuzz`, and scenario files that mean harm.

The application never dies, never spins, is where it should be, and leaves the terminal whole.
"""

import os
import resource
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.core.scenario import ScenarioError
from backprop_tui.core.scenario_file import parse
from tests.fuzz import Fuzz
from tests.terminal import PATIENCE, Terminal, processor_seconds
from tests.test_terminal import restored

pytestmark = pytest.mark.system

EVENTS = 2_000 if "CI" in os.environ else 500
"""A CI machine has the time for many; ``python -m tests.fuzz 100000`` does more."""

IDLE = 1.0


def test_abuse_neither_ends_nor_confuses_it(tmp_path: Path) -> None:
    with Terminal("--mouse", folder=tmp_path) as terminal:
        terminal.wait_for("q quit")
        Fuzz(terminal, seed=1).run(EVENTS)
        before, since = processor_seconds(terminal.pid), time.monotonic()
        terminal.read_for(IDLE)
        used = processor_seconds(terminal.pid) - before
        assert used < (time.monotonic() - since) / 2  # a program that spins uses all of it
        terminal.send("q")
        assert terminal.wait() == 0
        assert restored(terminal)


def test_a_thousand_keys_in_one_write_are_all_applied() -> None:
    with Terminal() as terminal:
        terminal.wait_for("q quit")
        terminal.send("l" * 1000)
        terminal.wait_for("epoch 91 · stage 10 of 11")  # 90 epochs of 11 stages, and 10 more


# Scenario files


GOOD = '[[layer]]\nactivation = "relu"\nweights = [[1.5]]\nbiases = [0.5]\n[[sample]]\nx = [2.0]\ny = [4.0]\n'
WIDE = (
    f'[[layer]]\nactivation = "relu"\nweights = [{[0] * 5_000}]\nbiases = [0]\n[[sample]]\nx = {[1] * 5_000}\ny = [1]\n'
)
TEXTS = {
    "too large": (f"#{'x' * 100_000_000}", "at most 1 MB"),
    "deep arrays": (f"x = {'[' * 400_000}", "nested too deeply"),
    "deep keys": (f"{'a.' * 400_000}a = 1", "nested too deeply"),
    "duplicate keys": (f"title = 'a'\ntitle = 'b'\n{GOOD}", "'title' is given twice, first in line 1"),
    "huge integer": (GOOD.replace("2.0", "9" * 900_000), "more than 4,300 digits"),
    "huge hexadecimal integer": (GOOD.replace("2.0", f"0x{'f' * 900_000}"), "expected a finite number"),
    "NaN": (GOOD.replace("1.5", "nan"), "expected a finite number"),
    "thousands of inputs": (WIDE, "at most 1,000 parameters"),
}


def refused(path: Path | str) -> str:
    """What the application says to the scenario at `path`, in the one second that it has, and one line."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "backprop_tui", str(path)]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert used < 1.0  # of its own time, whatever else the machine does
    assert (done.returncode, done.stdout) == (2, "")
    said = done.stderr
    assert said.startswith(f"backprop-tui: {path}: ")
    assert said.count("\n") == 1
    assert len(said) < 500
    return said


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS)
def test_a_hostile_scenario_is_refused_in_one_line_within_a_second(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "hostile.toml"
    path.write_text(text)
    assert expected in refused(path)


def test_what_is_no_readable_file_is_refused_as_quickly(tmp_path: Path) -> None:
    pipe, locked = tmp_path / "pipe", tmp_path / "locked"
    os.mkfifo(pipe)
    locked.write_text(GOOD)
    locked.chmod(0)
    assert "is a directory" in refused(tmp_path)
    assert "is not a regular file" in refused(pipe)
    assert "is not a regular file" in refused("/dev/zero")
    assert "cannot be read" in refused("/proc/self/mem")  # a regular file, but reading fails, even for root
    if os.geteuid():
        assert "cannot be read" in refused(locked)


def test_a_file_that_changes_while_it_is_open_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "changing.toml"
    path.write_text(GOOD)
    with Terminal(str(path)) as terminal:
        terminal.wait_for("q quit")
        path.write_text("no scenario any more")
        terminal.send("l")
        terminal.wait_for("1.5 · 2 + 0.5 = 3.5")
        path.unlink()
        terminal.send("nr")
        terminal.wait_for("epoch 1 · stage 0 of 11")
        terminal.send("q")
        assert terminal.wait() == 0


PIECES = st.sampled_from(
    [
        *"\n=[]{}'\"\\#\0\r.,é𝟙\ud800",
        "[[layer]]\n",
        "[[sample]]\n",
        "[layer]\n",
        "x = 1\n",
        "weights = [[1, 2]]\n",
        *("nan", "-inf", "1e999", "true", "0x1F", "1979-05-27", "__", "'''"),
    ]
)


@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 9), PIECES), max_size=6))
def test_any_damage_to_a_file_is_either_a_scenario_or_refused(damages: list[tuple[int, int, str]]) -> None:
    text = GOOD
    for at, length, piece in damages:
        text = text[:at] + piece + text[at + length :]
    with suppress(ScenarioError):
        assert parse(text, "damaged").layers
