"""Scenario files: TOML text in, a validated `Scenario` out, and a message that names the place for anything else."""

import math
import os
import re
import stat
import sys
import tomllib
from collections.abc import Callable, Collection, Mapping

from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.scenario import Expectation, Layer, Sample, Scenario, ScenarioError
from backprop_tui.core.softmax import LAYER_OPERATIONS
from backprop_tui.core.training_keys import TRAINING, batch_size, optimizer, target, zero_grad

MOST_BYTES = 1_000_000
STANDARD_INPUT = "standard input"
DEFAULT = "article-7"

_TOP = ("title", "source", "learning_rate", "loss", *TRAINING, "layer", "sample", "expect")
_LAYER = ("activation", "weights", "biases", "trainable", "train_biases")
_SAMPLE = ("x", "y", "class")
_EXPECT = ("epoch", "sample", "quantity", "printed", "tolerance")

_BYTE_ORDER_MARK = "\ufeff"

# What a shell calls the pipe of <(…): a descriptor that this process was started with.
_DESCRIPTOR = re.compile(r"/(?:dev|proc/self)/fd/(\d{1,6})")

# The time of tomllib grows with the square of a dotted key's depth: a.a.a.… of 1 MB would keep it busy for an hour.
_PART = r"""(?:[\w-]{1,99}+|"(?:\\.|[^"\\\n]){0,99}+"|'[^'\n]{0,99}+')[ \t]{0,99}+"""
_DEEP_KEY = re.compile(rf"(?<![\w-])(?:{_PART}\.[ \t]{{0,99}}+){{100}}")

Table = Mapping[str, object]

# Strings and os rather than pathlib and importlib.resources: those two take a fifth of the time of a whole trace.
_FOLDER = f"{__file__.rpartition('/core/')[0]}/scenarios"


def builtin_names() -> tuple[str, ...]:
    """The names of the scenarios that come with the package, the article's first, then alphabetically."""
    with os.scandir(_FOLDER) as entries:
        names = [entry.name.removesuffix(".toml") for entry in entries if entry.name.endswith(".toml")]
    return tuple(sorted(names, key=lambda name: (name != DEFAULT, name)))


def load(name: str = DEFAULT) -> Scenario:
    """The built-in scenario called `name`, else the one in the TOML file at that path.

    Raises ScenarioError, its message beginning with the file, for a file that cannot be read or is no scenario.
    """
    if name in builtin_names():
        return parse(_read(f"{_FOLDER}/{name}.toml"), name)
    file_name = "pipe" if _DESCRIPTOR.fullmatch(name) else name.rpartition("/")[2]
    try:
        return parse(_read(name), file_name.rpartition(".")[0] or file_name)
    except ScenarioError as error:
        raise ScenarioError(name, str(error)) from error


def load_standard_input() -> Scenario:
    """The scenario that stands on standard input, a pipe or whatever it is.  Raises ScenarioError as `load` does."""
    if sys.stdin is None:
        raise ScenarioError(STANDARD_INPUT, "is closed; expected a TOML file")
    try:
        return parse(_decoded(lambda: _up_to_limit(0)), STANDARD_INPUT)
    except ScenarioError as error:
        raise ScenarioError(STANDARD_INPUT, str(error)) from error


def parse(text: str, name: str) -> Scenario:
    """The scenario in `text`, to be called `name`.  Raises ScenarioError naming the key and what was expected."""
    if _DEEP_KEY.search(text):
        raise ScenarioError("", "nested too deeply for a scenario")
    text = text.removeprefix(_BYTE_ORDER_MARK)
    try:
        table = tomllib.loads(text)
    except RecursionError as error:
        raise ScenarioError("", "nested too deeply for a scenario") from error
    except tomllib.TOMLDecodeError as error:
        from backprop_tui.core.toml_errors import explain  # noqa: PLC0415 - needed for a wrong text only

        raise ScenarioError("", explain(text, error)) from error
    except ValueError as error:
        limit = f"{sys.get_int_max_str_digits():,} digits"
        raise ScenarioError("", f"expected finite numbers; one has more than {limit}") from error
    _check_keys("", table, _TOP)
    layers = tuple(_layer(f"layer {i}", entry) for i, entry in _tables(table, "layer"))
    loss = _name("loss", table.get("loss", "mse"), LOSSES)
    classes = len(layers[-1].weights) if layers and loss == "cross_entropy" else 0
    samples = tuple(_sample(f"sample {i}", entry, classes) for i, entry in _tables(table, "sample"))
    return Scenario(
        name=name,
        layers=layers,
        samples=samples,
        loss=loss,
        learning_rate=_number("learning_rate", table.get("learning_rate", 0.1)),
        batch_size=batch_size(table, len(samples)),
        zero_grad=zero_grad(table),
        optimizer=optimizer(table),
        title=_text("title", table.get("title", "")),
        source=_text("source", table.get("source", "")),
        expectations=tuple(_expectation(f"expect {i}", entry) for i, entry in _tables(table, "expect")),
    )


def _read(path: str) -> str:
    """The text of the file at `path`: a regular file, or a pipe of this process, of at most 1 MB in UTF-8."""
    try:
        return _decoded(lambda: _bytes(path))
    except FileNotFoundError as error:
        problem = f"no such file and no built-in scenario of that name{_similar(path)}"
        raise ScenarioError("", f"{problem} (`backprop-tui scenarios` lists them)") from error


def _decoded(read: Callable[[], bytes]) -> str:
    """The text of the bytes that `read` gives.  Raises ScenarioError, or FileNotFoundError where there is no file."""
    try:
        data = read()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ScenarioError("", f"cannot be read: {error.strerror}") from error
    if len(data) > MOST_BYTES:
        raise ScenarioError("", "too large; a scenario has at most 1 MB")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ScenarioError("", f"not UTF-8 text (byte {error.start + 1}); expected a TOML file") from error


def _bytes(path: str) -> bytes:
    """The beginning of the file at `path`, a byte more than a scenario may have."""
    if "\0" in path:
        raise ScenarioError("", "no file has a NUL byte in its name")
    if (match := _DESCRIPTOR.fullmatch(path)) and stat.S_ISFIFO(os.stat(path).st_mode):  # noqa: PTH116 - as above
        return _up_to_limit(int(match[1]))
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # O_NONBLOCK: a named pipe would wait for its writer
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            kind = "a directory" if stat.S_ISDIR(mode) else "not a regular file"
            stream = ", or - for standard input" if path == "/dev/stdin" else ""
            raise ScenarioError("", f"is {kind}; expected a TOML file{stream}")
        return _up_to_limit(descriptor)
    finally:
        os.close(descriptor)


def _up_to_limit(descriptor: int) -> bytes:
    """What can be read from `descriptor`, a byte more than a scenario may have at most.

    A pipe hands over what is in it at the time, so one read is not enough.
    """
    data = b""
    while len(data) <= MOST_BYTES and (more := os.read(descriptor, MOST_BYTES + 1 - len(data))):
        data += more
    return data


def _similar(name: str) -> str:
    """What `name` may be a misspelling of, as a question."""
    from backprop_tui.core.names_elsewhere import scenarios_like  # noqa: PLC0415 - needed for a misspelt name only

    if os.access(f"{name}.toml", os.R_OK):
        return f"; did you mean {name}.toml?"
    likely = scenarios_like(name, builtin_names())
    return f"; {likely}" if likely else ""


def _layer(key: str, table: Table) -> Layer:
    _check_keys(key, table, _LAYER, required=("activation", "weights", "biases"))
    rows = _list(f"{key}, weights", table["weights"], "a list of rows, one per neuron, such as [[1.5]]")
    return Layer(
        activation=_name(f"{key}, activation", table["activation"], (*ACTIVATIONS, *LAYER_OPERATIONS)),
        weights=tuple(_numbers(f"{key}, weights, row {i}", row) for i, row in enumerate(rows, start=1)),
        biases=_numbers(f"{key}, biases", table["biases"]),
        trainable=_flag(f"{key}, trainable", table.get("trainable", True)),
        train_biases=_flag(f"{key}, train_biases", table.get("train_biases", True)),
    )


def _sample(key: str, table: Table, classes: int) -> Sample:
    """A sample; `classes` is how many there are to choose from where its target may be one of them, else 0."""
    _check_keys(key, table, _SAMPLE, required=("x",) if "class" in table else ("x", "y"))
    x = _numbers(f"{key}, x", table["x"])
    if "class" not in table:
        return Sample(x, _numbers(f"{key}, y", table["y"]))
    if "y" in table:
        raise ScenarioError(key, "expected y or class, not both")
    return Sample(x, target(f"{key}, class", table["class"], classes))


def _expectation(key: str, table: Table) -> Expectation:
    _check_keys(key, table, _EXPECT, required=("quantity", "printed"))
    printed = table["printed"]
    if not isinstance(printed, str):
        printed = repr(_number(f"{key}, printed", printed))
    return Expectation(
        epoch=_count(f"{key}, epoch", table.get("epoch", 1)),
        sample=_count(f"{key}, sample", table.get("sample", 1)),
        quantity=_text(f"{key}, quantity", table["quantity"]),
        printed=printed,
        tolerance=_share(f"{key}, tolerance", table.get("tolerance", 0.0)),
    )


def _tables(table: Table, key: str) -> list[tuple[int, Table]]:
    entries = table.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ScenarioError(key, f"expected [[{key}]] tables, with two brackets on each side")
    return list(enumerate(entries, start=1))


def _check_keys(where: str, table: Table, known: tuple[str, ...], required: tuple[str, ...] = ()) -> None:
    for key in table:
        if key not in known:
            name = key if key.isidentifier() and len(key) <= 40 else _shown(key)
            raise ScenarioError(f"{where}, {name}" if where else name, _unknown_key(key, known))
    for key in required:
        if key not in table:
            raise ScenarioError(where, f"{key} is missing")


def _unknown_key(key: str, known: tuple[str, ...]) -> str:
    """What is wrong with `key`, which is none of those `known` here: it belongs elsewhere, or is called otherwise."""
    from backprop_tui.core.names_elsewhere import key_here  # noqa: PLC0415 - needed for an unknown key only

    tables = {"[[layer]]": _LAYER, "[[sample]]": _SAMPLE, "[[expect]]": _EXPECT}
    likely = key_here(key, known)
    if not likely:
        if key_here(key, _TOP) == key:
            return "belongs to the top of the file, before the first [[layer]] or other table"
        table = next((table for table, keys in tables.items() if key in keys), "")
        if table:
            return f"belongs below {table}"
    expected = f"expected one of {', '.join(known)}"
    return f"unknown key; {f'did you mean {likely}? ' if likely else ''}{expected}"


def _list(key: str, value: object, expected: str) -> list[object]:
    if not isinstance(value, list):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        right = f"; write [{_shown(value)}]" if number and "rows" not in expected else ""
        raise ScenarioError(key, f"expected {expected}, not {_shown(value)}{right}")
    return value


def _numbers(key: str, value: object) -> tuple[float, ...]:
    return tuple(_number(key, entry) for entry in _list(key, value, "a list of numbers"))


def _number(key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ScenarioError(key, f"expected a number, not {_shown(value)}{_without_quotes(value)}")
    try:
        return float(value)
    except OverflowError as error:
        raise ScenarioError(key, "expected a finite number; this one is too large") from error


def _without_quotes(value: object) -> str:
    """The number that a text holds, as what to write instead; empty where it holds none."""
    from backprop_tui.core.number_spelling import likely_number  # noqa: PLC0415 - needed for a wrong number only

    likely = likely_number(value) if isinstance(value, str) else ""
    return f"; write {likely}" if likely else ""


def _share(key: str, value: object) -> float:
    share = _number(key, value)
    if not 0 <= share < math.inf:
        raise ScenarioError(key, f"expected a share from 0 on, such as 0.001, not {_shown(value)}")
    return share


def _count(key: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ScenarioError(key, f"expected a whole number from 1, not {_shown(value)}")
    return value


def _text(key: str, value: object, expected: str = "text") -> str:
    if not isinstance(value, str):
        raise ScenarioError(key, f"expected {expected}, not {_shown(value)}")
    return value


def _name(key: str, value: object, known: Collection[str]) -> str:
    """The name `value`, which may be one of those `known` in another case."""
    name = _text(key, value, f"one of {', '.join(known)}")
    return name.lower() if name.lower() in known else name


def _flag(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ScenarioError(key, f"expected true or false, not {_shown(value)}")
    return value


def _shown(value: object) -> str:
    """`value` as TOML spells it, cut to what a one-line message can hold."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) > 10**40:
        return "a number of more than 40 digits"  # Python refuses to spell out one of more than 4,300
    text = "a table" if isinstance(value, dict) else "a list" if isinstance(value, list) else repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
