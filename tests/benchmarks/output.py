"""What goes over the line to the terminal: bytes for each key, beside the cells that a key changes, and idling."""

from collections.abc import Iterator, Mapping
from statistics import median

import pyte

from tests.benchmarks.comparisons import LEFT, RIGHT, STAGES
from tests.benchmarks.programs import APPLICATION
from tests.benchmarks.session import Session
from tests.benchmarks.table import Line, at_most

MOST_BYTES = {(80, 24): 1_200, (120, 40): 1_500}
"""The sizes of terminal, and the median of bytes per key that is good there."""

IDLE_SECONDS = 10.0
_MOST_IDLE = 0.003  # of a processor


def bytes_per_key(env: Mapping[str, str], _rounds: int) -> Iterator[Line]:
    """For each key of the article's epoch, forwards and back: what it sends, and how many cells it changes."""
    for (columns, rows), most in MOST_BYTES.items():
        sent, changed = zip(*_keys(env, columns, rows), strict=True)
        yield at_most(f"bytes per key, {columns}×{rows}", median(sent), most, len(sent))
        yield Line(f"cells changed per key, {columns}×{rows}", f"{median(changed):.0f}", len(changed))


def idle(env: Mapping[str, str], _rounds: int) -> Iterator[Line]:
    """The bytes and the share of a processor that the application takes while no key is pressed."""
    with Session(APPLICATION, env) as session:
        for _ in range(STAGES):
            session.press(RIGHT)
        sent, share = session.idle(IDLE_SECONDS)
    yield at_most(f"idle for {IDLE_SECONDS:.0f} s, bytes", sent, 0, 1)
    yield at_most(f"idle for {IDLE_SECONDS:.0f} s, processor", share, _MOST_IDLE, 1, "{:.1%}")


def _keys(env: Mapping[str, str], columns: int, rows: int) -> Iterator[tuple[int, int]]:
    """The bytes and the changed cells of each key."""
    screen = pyte.Screen(columns, rows)
    stream = pyte.ByteStream(screen)
    with Session(APPLICATION, env, columns, rows) as session:
        stream.feed(session.output)
        for key in (RIGHT,) * STAGES + (LEFT,) * STAGES:
            before = _cells(screen)
            session.press(key)
            stream.feed(session.output)
            yield len(session.output), sum(old != new for old, new in zip(before, _cells(screen), strict=True))


def _cells(screen: pyte.Screen) -> list[pyte.screens.Char]:
    return [screen.buffer[y][x] for y in range(screen.lines) for x in range(screen.columns)]
