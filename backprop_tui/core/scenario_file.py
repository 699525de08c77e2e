"""Scenario files: TOML text in, a validated `Scenario` out, and a message that names the place for anything else."""

import os
import re
import stat
import sys
import tomllib
from collections.abc import Callable, Sequence
from typing import NamedTuple

import backprop_tui
from backprop_tui.core import toml_values as values
from backprop_tui.core.layer_keys import Undrawn, inputs, read_layers, width, with_numbers
from backprop_tui.core.ops import LOSSES
from backprop_tui.core.scenario import Expectation, Layer, Sample, Scenario, ScenarioError
from backprop_tui.core.toml_keys import EXPECT, SAMPLE, TOP, check_keys
from backprop_tui.core.toml_values import Table
from backprop_tui.core.training_keys import batch_size, optimizer, target, zero_grad

MOST_BYTES = 1_000_000
STANDARD_INPUT = "standard input"
DEFAULT = "article-7"

_BYTE_ORDER_MARK = "\ufeff"

# What a shell calls the pipe of <(…): a descriptor that this process was started with.
_DESCRIPTOR = re.compile(r"/(?:dev|proc/self)/fd/(\d{1,6})")

# The time of tomllib grows with the square of a dotted key's depth: a.a.a.… of 1 MB would keep it busy for an hour.
_PART = r"""(?:[\w-]{1,99}+|"(?:\\.|[^"\\\n]){0,99}+"|'[^'\n]{0,99}+')[ \t]{0,99}+"""
_DEEP_KEY = re.compile(rf"(?<![\w-])(?:{_PART}\.[ \t]{{0,99}}+){{100}}")

# Strings and os rather than pathlib and importlib.resources: those two take a fifth of the time of a whole trace.
_FOLDER = f"{backprop_tui.__path__[0]}/scenarios"


class Beside(NamedTuple):
    """The folder whose files a scenario may name: its own; None, and the reason, where it may name none."""

    folder: str | None
    reason: str = ""


NOWHERE = Beside(None, "a file of samples stands beside the scenario's own file, and this scenario has none")


def builtin_names() -> tuple[str, ...]:
    """The names of the scenarios that come with the package, the article's first, then alphabetically."""
    with os.scandir(_FOLDER) as entries:
        names = [entry.name.removesuffix(".toml") for entry in entries if entry.name.endswith(".toml")]
    return tuple(sorted(names, key=lambda name: (name != DEFAULT, name)))


def load(name: str = DEFAULT, *, kiosk: bool = False) -> Scenario:
    """The built-in scenario called `name`, else the one in the TOML file at that path.

    In a `kiosk` it may not name a file of samples.  Raises ScenarioError, its message beginning with the
    file, for a file that cannot be read or is no scenario.
    """
    if name in builtin_names():
        return parse(_read(f"{_FOLDER}/{name}.toml"), name)
    file_name = "pipe" if _DESCRIPTOR.fullmatch(name) else name.rpartition("/")[2]
    try:
        return parse(_read(name), file_name.rpartition(".")[0] or file_name, _beside(name, kiosk=kiosk))
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


def _beside(path: str, *, kiosk: bool) -> Beside:
    if kiosk:
        return Beside(None, "in a kiosk no file is read but the scenario's own; expected [[sample]] tables")
    is_stream = _DESCRIPTOR.fullmatch(path) or path == "/dev/stdin"
    return NOWHERE if is_stream else Beside(os.path.dirname(path) or ".")  # noqa: PTH120 - as above


def parse(text: str, name: str, beside: Beside = NOWHERE) -> Scenario:
    """The scenario in `text`, to be called `name`; a file of samples that it names is looked for in `beside`.

    Raises ScenarioError naming the key and what was expected.
    """
    table = _parsed(text)
    check_keys("", table, TOP)
    if "expression" in table:
        return _expression(table, name)
    layers = read_layers(table)
    loss = values.name_of("loss", table.get("loss", "mse"), LOSSES)
    samples, keys = _samples(table, layers, loss, beside)
    try:
        return Scenario(
            name=name,
            layers=with_numbers(layers, table, samples),
            samples=samples,
            loss=loss,
            learning_rate=values.number("learning_rate", table.get("learning_rate", 0.1)),
            batch_size=batch_size(table, len(samples)),
            zero_grad=zero_grad(table),
            optimizer=optimizer(table),
            title=values.text("title", table.get("title", "")),
            source=values.text("source", table.get("source", "")),
            expectations=tuple(_expectation(f"expect {i}", entry) for i, entry in values.tables(table, "expect")),
        )
    except ScenarioError as error:
        raise _in_its_file(error, keys) from error


def _parsed(text: str) -> Table:
    """The TOML in `text` as it stands."""
    if _DEEP_KEY.search(text):
        raise ScenarioError("", "nested too deeply for a scenario")
    text = text.removeprefix(_BYTE_ORDER_MARK)
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ScenarioError("", "nested too deeply for a scenario") from error
    except tomllib.TOMLDecodeError as error:
        from backprop_tui.core.toml_errors import explain  # noqa: PLC0415 - needed for a wrong text only

        raise ScenarioError("", explain(text, error)) from error
    except ValueError as error:
        limit = f"{sys.get_int_max_str_digits():,} digits"
        raise ScenarioError("", f"expected finite numbers; one has more than {limit}") from error


def _samples(
    table: Table, layers: Sequence[Layer | Undrawn], loss: str, beside: Beside
) -> tuple[tuple[Sample, ...], tuple[str, ...]]:
    """The samples, and, where they stand in a file of their own, the key of each."""
    outputs = width(layers[-1]) if layers else 0
    classes = outputs if loss == "cross_entropy" else 0
    if "samples" not in table:
        return tuple(_sample(f"sample {i}", entry, classes) for i, entry in values.tables(table, "sample")), ()
    if "sample" in table:
        raise ScenarioError("samples", "expected [[sample]] tables or samples = a CSV file, not both")
    expected = 'the name of a CSV file beside this one, such as "points.csv" (a sample in this file is a [[sample]])'
    name = values.text("samples", table["samples"], expected)
    if beside.folder is None:
        raise ScenarioError("samples", beside.reason)
    from backprop_tui.core.sample_file import Network, read_samples  # noqa: PLC0415 - needed for such a file only

    return read_samples(name, beside.folder, Network(inputs(layers, ()), outputs, classes))


def _in_its_file(error: ScenarioError, keys: Sequence[str]) -> ScenarioError:
    """`error`, which names the line instead of the number of a sample that has one of the `keys`."""
    sample, _, what = error.key.partition(", ")
    kind, _, number = sample.partition(" ")
    if not keys or kind != "sample":
        return error
    return ScenarioError(f"{keys[int(number) - 1]}, {what}", error.problem)


def _expression(table: Table, name: str) -> Scenario:
    """The scenario of a program."""
    from backprop_tui.core.models.expression_keys import (  # noqa: PLC0415 - networks need none of it
        check_alone,
        expression_scenario,
    )

    check_alone(table)
    expression = table["expression"]
    if not isinstance(expression, dict):
        raise ScenarioError("expression", "expected a table [expression], with one bracket on each side")
    return expression_scenario(
        name,
        expression,
        learning_rate=values.number("learning_rate", table["learning_rate"]) if "learning_rate" in table else None,
        optimizer=optimizer(table),
        title=values.text("title", table.get("title", "")),
        source=values.text("source", table.get("source", "")),
        expectations=tuple(_expectation(f"expect {i}", entry) for i, entry in values.tables(table, "expect")),
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


def _sample(key: str, table: Table, classes: int) -> Sample:
    """A sample; `classes` is how many there are to choose from where its target may be one of them, else 0."""
    check_keys(key, table, SAMPLE, required=("x",) if "class" in table else ("x", "y"))
    x = values.numbers(f"{key}, x", table["x"])
    if "class" not in table:
        return Sample(x, values.numbers(f"{key}, y", table["y"]))
    if "y" in table:
        raise ScenarioError(key, "expected y or class, not both")
    return Sample(x, target(f"{key}, class", table["class"], classes))


def _expectation(key: str, table: Table) -> Expectation:
    check_keys(key, table, EXPECT, required=("quantity", "printed"))
    printed = table["printed"]
    if not isinstance(printed, str):
        printed = repr(values.number(f"{key}, printed", printed))
    return Expectation(
        epoch=values.count(f"{key}, epoch", table.get("epoch", 1)),
        sample=values.count(f"{key}, sample", table.get("sample", 1)),
        quantity=values.text(f"{key}, quantity", table["quantity"]),
        printed=printed,
        tolerance=values.share(f"{key}, tolerance", table.get("tolerance", 0.0)),
    )
