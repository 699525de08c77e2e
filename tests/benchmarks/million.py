"""A million epochs of one neuron with Adam: the memory at its peak, and how long any of them takes to be there."""

import subprocess
import sys
from collections.abc import Iterator, Mapping

from tests.benchmarks.table import Line, at_most

_CODE = """
import resource, time
from dataclasses import replace
from backprop_tui.core.optimizers import settings
from backprop_tui.core.scenario_file import load
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, start

state = apply(start(replace(load(), learning_rate=1e-7, optimizer=settings("adam"))), GoTo(Position(1_000_000, 1, 5)))
slowest = 0.0
for epoch in range(999_983, 0, -99_991):
    before = time.perf_counter()
    apply(state, GoTo(Position(epoch, 1, 15))).view.values
    slowest = max(slowest, time.perf_counter() - before)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, slowest * 1000)
"""


def million(env: Mapping[str, str], _rounds: int) -> Iterator[Line]:
    """In a process of its own."""
    done = subprocess.run([sys.executable, "-c", _CODE], env=env, capture_output=True, text=True, check=True)
    memory, slowest = map(float, done.stdout.split())
    yield at_most("MB for a million epochs with Adam", memory, 160, 1)
    yield at_most("ms to any of them, the slowest of ten", slowest, 16, 10, "{:,.1f}")
