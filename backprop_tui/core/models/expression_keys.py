"""The keys of a scenario file that make a program of expressions: the table ``[expression]`` and what goes with it."""

from backprop_tui.core import toml_values
from backprop_tui.core.models.program import ProgramScenario, program_of
from backprop_tui.core.optimizers import SGD, Settings
from backprop_tui.core.scenario import Expectation, ScenarioError
from backprop_tui.core.toml_values import Table

_EXCLUDED = ("layer", "sample", "samples", "loss", "batch_size", "zero_grad", "seed")
_KEYS = ("program", "values", "inputs")


def check_alone(table: Table) -> None:
    """Raise ScenarioError where a key of networks stands beside ``[expression]``."""
    for key in _EXCLUDED:
        if key in table:
            raise ScenarioError(key, "belongs to networks; expected either this or [expression]")


def expression_scenario(
    name: str,
    table: Table,
    *,
    learning_rate: float | None = None,
    optimizer: Settings = SGD,
    title: str = "",
    source: str = "",
    expectations: tuple[Expectation, ...] = (),
) -> ProgramScenario:
    """The scenario that the table ``[expression]`` and the rest of its file make; without a rate it does not learn.

    Raises ScenarioError.
    """
    try:
        program, values, inputs = _text(table, "program"), _values(table), _inputs(table)
        if learning_rate is None and optimizer != SGD:
            raise ScenarioError("", "an optimiser needs a learning rate; expected learning_rate = 0.1, say, above it")
        return ProgramScenario(
            name,
            program=program_of(program, [name for name, _ in values]),
            values=values,
            inputs=inputs,
            learning_rate=learning_rate or 0.0,
            learns=learning_rate is not None,
            optimizer=optimizer,
            title=title,
            source=source,
            expectations=expectations,
        )
    except ScenarioError as error:
        outside = error.key in ("learning_rate", "") or error.key.startswith("optimizer")
        raise ScenarioError(error.key if outside else f"expression, {error.key}", error.problem) from error


def _text(table: Table, key: str) -> str:
    for name in table:
        if name not in _KEYS:
            raise ScenarioError(name[:40], f"unknown key; expected one of {', '.join(_KEYS)}")
    if key not in table:
        raise ScenarioError(key, "is missing; expected a text such as q = x + y")
    return toml_values.text(key, table[key], "a text such as q = x + y")


def _values(table: Table) -> tuple[tuple[str, float], ...]:
    values = table.get("values", {})
    if not isinstance(values, dict):
        raise ScenarioError("values", "expected a table such as { x = -2.0, y = 5.0 }")
    return tuple((name, toml_values.number(f"values, {name[:40]}", value)) for name, value in values.items())


def _inputs(table: Table) -> tuple[str, ...]:
    inputs = table.get("inputs", [])
    if not isinstance(inputs, list) or not all(isinstance(name, str) for name in inputs):
        raise ScenarioError("inputs", 'expected a list of names such as ["z"]')
    return tuple(inputs)
