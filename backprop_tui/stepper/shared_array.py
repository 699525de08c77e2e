"""Numbers of which several runs have the first ones in common: they are kept once."""

from array import array
from collections.abc import Iterable, Sequence
from typing import overload

_PART = 4096  # numbers: what a run has of its own, should it part from another


class SharedArray(Sequence[float]):
    """Floats in an array that only grows at its end, and shares what is full of it with its `prefix`es."""

    def __init__(self, values: Iterable[float] = ()) -> None:
        self._parts: list[array[float]] = []  # each `_PART` long, never changed
        self._tail = array("d")
        self.extend(values)

    def extend(self, values: Iterable[float]) -> None:
        """Add `values` at the end."""
        self._tail.extend(values)
        full = len(self._tail) // _PART * _PART
        if full:
            self._parts += [self._tail[start : start + _PART] for start in range(0, full, _PART)]
            self._tail = self._tail[full:]

    def prefix(self, count: int) -> "SharedArray":
        """The first `count` numbers, or all where there are fewer, to go on in another way."""
        count = min(count, len(self))
        other = SharedArray()
        other._parts = self._parts[: count // _PART]
        other._tail = self[len(other) : count]
        return other

    def __len__(self) -> int:
        return len(self._parts) * _PART + len(self._tail)

    @overload
    def __getitem__(self, index: int) -> float: ...
    @overload
    def __getitem__(self, index: slice) -> "array[float]": ...
    def __getitem__(self, index: int | slice) -> "float | array[float]":
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            found = array("d")
            for number in range(start // _PART, min(-(-stop // _PART), len(self._parts)) if stop > start else 0):
                found += self._parts[number][max(0, start - number * _PART) : stop - number * _PART]
            own = len(self._parts) * _PART
            found += self._tail[max(0, start - own) : max(0, stop - own)]
            return found[::step]
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(f"{index} of {len(self)} numbers")
        number, beyond = divmod(place, _PART)
        return self._parts[number][beyond] if number < len(self._parts) else self._tail[beyond]
