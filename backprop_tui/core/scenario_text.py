"""Scenarios as TOML: the text that `scenario_file.parse` reads back to the same scenario, to the last bit.

The standard library reads TOML and does not write it; what a scenario needs of it is small.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from backprop_tui.core.models import is_program
from backprop_tui.core.optimizers import Settings
from backprop_tui.core.scenario import Layer, Sample, Scenario

if TYPE_CHECKING:
    from backprop_tui.core.models.program import ProgramScenario

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
_FIRST_PRINTABLE, _DELETE = 0x20, 0x7F


def to_toml(scenario: Scenario) -> str:
    """`scenario` as the text of a scenario file; its name is that of the file, and what its source prints is left out.

    Targets are written as numbers, also those that were given as a class.
    """
    return "".join(f"{line}\n" for line in _lines(scenario))


def _lines(scenario: Scenario) -> Iterator[str]:
    for key, text in (("title", scenario.title), ("source", scenario.source)):
        if text:
            yield f"{key} = {_string(text)}"
    if is_program(scenario):
        yield from _program(scenario)
        return
    yield f"learning_rate = {_number(scenario.learning_rate)}"
    yield f"loss = {_string(scenario.loss)}"
    if scenario.batch_size != 1:
        yield f"batch_size = {scenario.batch_size}"
    if not scenario.zero_grad:
        yield "zero_grad = false"
    yield from _optimizer(scenario.optimizer)
    for layer in scenario.layers:
        yield from _layer(layer)
    for sample in scenario.samples:
        yield from _sample(sample)


def _program(scenario: "ProgramScenario") -> Iterator[str]:
    """What is a program's own: whether it learns, and how; its text, a line to a line; its values."""
    if scenario.learns:
        yield f"learning_rate = {_number(scenario.learning_rate)}"
        yield from _optimizer(scenario.optimizer)
    yield from ("", "[expression]")
    text = scenario.program.text
    odd = ('"""', "\\", "\r")
    if "\n" in text and text.replace("\n", "").isprintable() and not any(sign in text for sign in odd):
        yield from ('program = """', *text.strip("\n").split("\n"), '"""')
    else:
        yield f"program = {_string(text)}"
    yield f"values = {{ {', '.join(f'{name} = {_number(value)}' for name, value in scenario.values)} }}"
    if scenario.inputs:
        yield f"inputs = [{', '.join(map(_string, scenario.inputs))}]"


def _optimizer(chosen: Settings) -> Iterator[str]:
    """The last line at the top, or a table with the options that differ from the optimiser's own."""
    usual = chosen.row.options
    others = [(option, value) for option, value in chosen.options if _number(value) != _number(usual[option])]
    if others:
        yield from ("", "[optimizer]", f"name = {_string(chosen.name)}")
        yield from (f"{option} = {_number(value)}" for option, value in others)
    elif chosen.name != "sgd":
        yield f"optimizer = {_string(chosen.name)}"


def _layer(layer: Layer) -> Iterator[str]:
    yield from ("", "[[layer]]", f"activation = {_string(layer.activation)}")
    if len(layer.weights) == 1:
        yield f"weights = [{_list(layer.weights[0])}]"
    else:
        yield "weights = ["
        yield from (f"    {_list(row)}," for row in layer.weights)
        yield "]"
    yield f"biases = {_list(layer.biases)}"
    if not layer.trainable:
        yield "trainable = false"
    if not layer.train_biases:
        yield "train_biases = false"


def _sample(sample: Sample) -> Iterator[str]:
    yield from ("", "[[sample]]", f"x = {_list(sample.x)}", f"y = {_list(sample.y)}")


def _list(values: Sequence[float]) -> str:
    return f"[{', '.join(map(_number, values))}]"


def _number(value: float) -> str:
    """The shortest spelling that reads back as the same float, which is TOML as well."""
    return repr(float(value))


def _string(text: str) -> str:
    """A basic string; TOML allows no control characters in it, and a carriage return is read as part of a line end."""
    return f'"{"".join(map(_character, text))}"'


def _character(one: str) -> str:
    if one in _ESCAPES:
        return _ESCAPES[one]
    return f"\\u{ord(one):04X}" if ord(one) < _FIRST_PRINTABLE or ord(one) == _DELETE else one
