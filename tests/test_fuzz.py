"""A bounded, seeded run of `tests.fuzz`: never dies, never spins, is where it should be, leaves the terminal whole."""

import os
import time

import pytest

from tests.fuzz import Fuzz, processor_seconds
from tests.terminal import Terminal
from tests.test_terminal import restored

pytestmark = pytest.mark.system

EVENTS = 5_000 if "CI" in os.environ else 500
"""A CI machine has the time for many; ``python -m tests.fuzz 100000`` does more."""

IDLE = 1.0


def test_abuse_neither_ends_nor_confuses_it() -> None:
    with Terminal("--mouse") as terminal:
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
