"""Samples from a CSV file beside the scenario file: a header that names the columns, then a row for each sample.

Imported where a scenario file names such a file.
"""

import csv
import io
import math
import os
import stat
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backprop_tui.core.names_elsewhere import key_here
from backprop_tui.core.number_spelling import likely_number
from backprop_tui.core.scenario import MOST_SAMPLES, Sample, ScenarioError
from backprop_tui.core.toml_values import shown
from backprop_tui.core.training_keys import target

MOST_BYTES = 1_000_000

_EXAMPLE = "a header such as x1,x2,y"
_CLASS = "class"


class Network(NamedTuple):
    """What a row has to fit: how many inputs (0: as many as it likes), outputs, and classes (0: none)."""

    inputs: int
    outputs: int
    classes: int


class SampleFile(NamedTuple):
    """The samples of a file, and of each the key that names the file and the line."""

    samples: tuple[Sample, ...]
    keys: tuple[str, ...]


class _Columns(NamedTuple):
    """The names of the columns, and where those of the inputs and of the targets are."""

    names: tuple[str, ...]
    inputs: tuple[int, ...]
    targets: tuple[int, ...]

    def place(self, column: int) -> str:
        return f"column {column + 1} ({self.names[column]})"


def read_samples(name: str, folder: str, network: Network) -> SampleFile:
    """The samples in the file `name` in `folder`, or in a folder below it.

    Raises ScenarioError, its key naming the file, the line and the column, for a file that leads out of `folder`, that
    cannot be read, is larger than 1 MB or no UTF-8, and for anything in it that makes no sample of the `network`.
    """
    key = f"samples, {name if name.isprintable() and len(name) <= 80 else shown(name)}"
    text = _decoded(key, _bytes(key, _inside(key, name, folder)))
    rows = _rows(key, text)
    header = next(rows, None)
    if header is None:
        raise ScenarioError(key, f"is empty; expected {_EXAMPLE}, then a line for each sample")
    columns = _columns(f"{key}, line {header[0]}", header[1], network)
    samples, keys = list[Sample](), list[str]()
    for line, row in rows:
        keys.append(f"{key}, line {line}")
        if len(samples) == MOST_SAMPLES:
            raise ScenarioError(keys[-1], f"at most {MOST_SAMPLES:,} samples; this is one more")
        samples.append(_sample(keys[-1], row, columns, network))
    if not samples:
        raise ScenarioError(key, "has a header and nothing below it; expected a line for each sample")
    return SampleFile(tuple(samples), tuple(keys))


def _inside(key: str, name: str, folder: str) -> str:
    """The path of the file `name`, without links, in `folder`.  Raises ScenarioError where it leads out of it."""
    if not name.strip():
        raise ScenarioError("samples", 'expected the name of a CSV file beside this one, such as "points.csv"')
    if "\0" in name:
        raise ScenarioError(key, "no file has a NUL byte in its name")
    top = os.path.realpath(folder)
    path = os.path.realpath(f"{top}/{name}")
    if name.startswith("/") or ".." in name.split("/") or os.path.commonpath((top, path)) != top:
        raise ScenarioError(key, "leads out of the scenario's folder; expected a file beside the scenario")
    return path


def _bytes(key: str, path: str) -> bytes:
    """What stands in the file at `path`, which has no links, a byte more than is allowed at most."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)  # a pipe would wait for its writer
        try:
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                kind = "a directory" if stat.S_ISDIR(mode) else "not a regular file"
                raise ScenarioError(key, f"is {kind}; expected a CSV file")
            data = b""
            while len(data) <= MOST_BYTES and (more := os.read(descriptor, MOST_BYTES + 1 - len(data))):
                data += more
            return data
        finally:
            os.close(descriptor)
    except FileNotFoundError as error:
        raise ScenarioError(key, "no such file beside the scenario") from error
    except OSError as error:
        raise ScenarioError(key, f"cannot be read: {error.strerror}") from error


def _decoded(key: str, data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise ScenarioError(key, "too large; a file of samples has at most 1 MB")
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line, begin = data.count(b"\n", 0, error.start) + 1, data.rfind(b"\n", 0, error.start) + 1
        key = f"{key}, line {line}, column {data.count(b',', begin, error.start) + 1}"
        raise ScenarioError(key, f"not UTF-8 text (byte {error.start + 1}); save it as UTF-8") from error


def _rows(key: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, without the blanks around its fields, and the line in which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            problem = "a quote is not closed" if "end of data" in str(error) else f"no CSV: {error}"
            raise ScenarioError(f"{key}, line {line}", problem) from error
        if row is None:
            return
        fields = [field.strip() for field in row]
        if fields not in ([], [""]):
            yield line, fields


def _columns(key: str, fields: Sequence[str], network: Network) -> _Columns:
    """The columns that the header in `fields` names.  Raises ScenarioError where they do not fit the network."""
    names = tuple(field.lower() for field in fields)
    _check_names(key, fields, names, network)
    inputs = _numbered(key, names, "x", network.inputs, "input")
    if _CLASS not in names:
        return _Columns(names, inputs, _numbered(key, names, "y", network.outputs, "neuron of the last layer"))
    place = f"{key}, column {names.index(_CLASS) + 1} ({_CLASS})"
    if any(name.startswith("y") for name in names):
        raise ScenarioError(place, "expected y or class, not both")
    if not network.classes:
        raise ScenarioError(place, 'a class needs loss = "cross_entropy"; for other losses there is y')
    return _Columns(names, inputs, (names.index(_CLASS),))


def _check_names(key: str, fields: Sequence[str], names: Sequence[str], network: Network) -> None:
    if all(_is_number(field) for field in fields):
        raise ScenarioError(key, f"{_EXAMPLE} is missing above the numbers")
    for separator, spelled in ((";", "semicolons"), ("\t", "tabs")):
        if len(fields) == 1 and separator in fields[0]:
            raise ScenarioError(key, f"separated by {spelled}; expected commas between the columns")
    for column, name in enumerate(names):
        place = f"{key}, column {column + 1}"
        if name != _CLASS and not _is_numbered(name):
            raise ScenarioError(place, _unknown(fields[column], network))
        if name in names[:column]:
            raise ScenarioError(place, f"{name} is named twice, first in column {names.index(name) + 1}")


def _unknown(field: str, network: Network) -> str:
    """What is wrong with a name of a column that is none."""
    likely = key_here(field, ("x", "y", _CLASS)) if field else ""
    if likely == "y" and network.classes:
        likely = _CLASS
    hint = f"did you mean {likely}? " if likely else ""
    what = f"{shown(field)} is no name of a column" if field else "the name of a column is missing"
    return f"{what}; {hint}expected x or x1, x2, …, y or y1, y2, …, or class"


def _is_numbered(name: str) -> bool:
    """Whether `name` is x or y, alone or with a number from 1."""
    number = name[1:]
    return name[:1] in ("x", "y") and (not number or (number.isascii() and number.isdecimal() and number[0] != "0"))


def _numbered(key: str, names: Sequence[str], letter: str, wanted: int, each: str) -> tuple[int, ...]:
    """Where the columns called `letter` are, in the order of their numbers; `wanted` of them, one per `each`."""
    found = [name for name in names if name.startswith(letter)]
    if found == [letter] or not found:
        expected = [letter]
    else:
        expected = [f"{letter}{number}" for number in range(1, len(found) + 1)]
    for name in expected:
        if name not in names:
            raise ScenarioError(
                key, f"the column {name} is missing; here {'is' if len(names) == 1 else 'are'} {_some(names)}"
            )
    if wanted and len(expected) != wanted:
        right = letter if wanted == 1 else f"{letter}1 to {letter}{wanted}"
        raise ScenarioError(key, f"expected {right}, one per {each}, not {_some(found)}")
    return tuple(names.index(name) for name in expected)


def _some(names: Sequence[str]) -> str:
    """Their names, of many the first and the last, cut where one is long."""
    short = [name if len(name) <= 8 else f"{name[:8]}…" for name in names]
    return ", ".join(short if len(short) <= 8 else [*short[:6], "…", short[-1]])


def _sample(key: str, row: Sequence[str], columns: _Columns, network: Network) -> Sample:
    if len(row) < len(columns.names):
        place = columns.place(len(row))
        raise ScenarioError(f"{key}, {place}", f"missing; expected {len(columns.names)} fields, not {len(row)}")
    if len(row) > len(columns.names):
        raise ScenarioError(
            f"{key}, column {len(columns.names) + 1}", f"one too many; the header names {len(columns.names)}"
        )
    x = tuple(_number(f"{key}, {columns.place(column)}", row[column]) for column in columns.inputs)
    places = [f"{key}, {columns.place(column)}" for column in columns.targets]
    if columns.names[columns.targets[0]] == _CLASS:
        return Sample(x, _target(places[0], row[columns.targets[0]], network.classes))
    return Sample(x, tuple(map(_number, places, (row[column] for column in columns.targets))))


def _number(key: str, field: str) -> float:
    if not field:
        raise ScenarioError(key, "a number is missing")
    try:
        value = float(field.replace("−", "-"))
    except ValueError as error:
        likely = likely_number(field)
        raise ScenarioError(key, f"expected a number, not {shown(field)}{likely and f'; write {likely}'}") from error
    if not math.isfinite(value):
        raise ScenarioError(key, f"expected a finite number, not {shown(field)}")
    return value


def _is_number(field: str) -> bool:
    try:
        _number("", field)
    except ScenarioError:
        return False
    return True


def _target(key: str, field: str, classes: int) -> tuple[float, ...]:
    """The probabilities of the classes, of which the whole number in `field` is the right one."""
    value = _number(key, field)
    return target(key, int(value) if value.is_integer() else value, classes)
