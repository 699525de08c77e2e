"""Keys faster than a person reads: one held down, and a thousand in one write."""

import re
from collections.abc import Iterator, Mapping

import pyte

from tests.benchmarks.comparisons import RIGHT, STAGES
from tests.benchmarks.programs import APPLICATION
from tests.benchmarks.session import FRAME_END, Session
from tests.benchmarks.table import Line, at_most

_TIMES = 3
_HELD, _PER_SECOND = 90, 30
_AT_ONCE = 1_000
_PATIENCE = 1.0  # seconds without a byte that are no end yet: many keys may be on the way to one frame
_PLACE = re.compile(r"epoch (\d+) · stage (\d+) of")


class _Place:
    """How many stages the screen of a session shows as done, all epochs together."""

    def __init__(self, session: Session) -> None:
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._screen)
        self._session = session
        self.look()

    def look(self) -> int:
        """Take in what arrived last; the number."""
        self._stream.feed(self._session.output)
        found = _PLACE.search(self._screen.display[0])
        return (int(found[1]) - 1) * STAGES + int(found[2]) if found else -1


def held(env: Mapping[str, str], _rounds: int) -> Iterator[Line]:
    """A key held down: how far behind the screen is at the release, and how many frames follow until it is current."""
    behind, frames, seconds = zip(*(_release(env) for _ in range(_TIMES)), strict=True)
    what = f"key held, {_PER_SECOND} a second"
    yield at_most(f"{what}: behind at release", max(behind), 0, _TIMES)
    yield at_most(f"{what}: frames after", max(frames), 1, _TIMES)
    yield Line(f"{what}: until current", f"{max(seconds) * 1e3:.1f} ms", _TIMES)


def _release(env: Mapping[str, str]) -> tuple[int, int, float]:
    """How many keys before the last are not on screen when that is pressed, the frames after it, and their seconds."""
    with Session(APPLICATION, env) as session:
        place = _Place(session)
        for pressed in range(1, _HELD):
            session.hold(RIGHT, 1 / _PER_SECOND)
            behind = pressed - place.look()
        seconds = session.press(RIGHT)
        missing = _HELD - place.look()
    if missing:
        raise AssertionError(f"{missing} of {_HELD} keys were lost")
    return behind, session.output.count(FRAME_END), seconds


def at_once(env: Mapping[str, str], _rounds: int) -> Iterator[Line]:
    """So many keys in one write: how many of them are applied, and how long that takes."""
    applied, seconds = zip(*(_burst(env) for _ in range(_TIMES)), strict=True)
    fewest = min(applied)
    yield Line(f"{_AT_ONCE:,} keys in one write, applied", f"{fewest:,}", _TIMES, f"{_AT_ONCE:,}", fewest == _AT_ONCE)
    yield Line(f"{_AT_ONCE:,} keys in one write, current in", f"{max(seconds):.2f} s", _TIMES)


def _burst(env: Mapping[str, str]) -> tuple[int, float]:
    with Session(APPLICATION, env) as session:
        place = _Place(session)
        seconds = session.press("l" * _AT_ONCE, _PATIENCE)
        return place.look(), seconds
