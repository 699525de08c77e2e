"""What goes over the line to the terminal: bytes for each key, beside the cells that a key changes, and idling."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median

import pyte

from tests.benchmarks.comparisons import LEFT, RIGHT, STAGES
from tests.benchmarks.programs import APPLICATION
from tests.benchmarks.session import Session

SIZES = ((80, 24), (120, 40))


@dataclass(frozen=True)
class Traffic:
    """For each key of the article's epoch, forwards and back, what it sends and how many cells of the screen change."""

    columns: int
    rows: int
    keys: int
    bytes_per_key: float
    cells_per_key: float


def traffic(env: Mapping[str, str]) -> Iterator[Traffic]:
    """For each of `SIZES`."""
    for columns, rows in SIZES:
        sent, changed = zip(*_keys(env, columns, rows), strict=True)
        yield Traffic(columns, rows, len(sent), median(sent), median(changed))


def idling(env: Mapping[str, str], seconds: float) -> tuple[int, float]:
    """The bytes and the share of a processor that the application takes while no key is pressed."""
    with Session(APPLICATION, env) as session:
        for _ in range(STAGES):
            session.press(RIGHT)
        return session.idle(seconds)


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
