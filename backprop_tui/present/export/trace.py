"""A run as text, stage by stage: the trace.

The data formats, ``jsonl`` and ``csv``, are contracts: for each stage one object, or row, with the keys of `COLUMNS`.
``text`` and ``markdown`` are for people.  These come line by line as the run goes on, so a long one begins at once.
``python`` and ``pytorch`` are programs that print the numbers when they are run.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from types import MappingProxyType

from backprop_tui.core.models import is_program
from backprop_tui.core.optimizers import Learning
from backprop_tui.present.formulas import data_name, formula, substituted
from backprop_tui.stepper.machine import Move, apply
from backprop_tui.stepper.state import State

# The formats import what they alone need: a trace is to start quickly, whichever it is.
# ruff: noqa: PLC0415

COLUMNS = ("epoch", "sample", "stage", "phase", "quantity", "formula", "substituted", "value")

StageRecord = tuple[int, int, int, str, str, str, str, float | str]
"""A stage, in the order of `COLUMNS`."""


def trace(state: State, epochs: int, form: str = "text") -> Iterator[str]:
    """The lines, with their ends, that tell the run from `state` on up to the end of epoch `epochs`.

    `form` is one of `FORMATS`.  Where a value stops being finite, that pass is the last.  A program always runs
    from the start of the scenario on.
    """
    return FORMATS[form](state, epochs)


def walk(state: State, epochs: int) -> Iterator[State]:
    """The states that ``next`` leads to from `state`, up to the end of epoch `epochs` or of the run."""
    while (after := apply(state, Move.NEXT)).position != state.position and after.position.epoch <= epochs:
        yield after
        state = after


def records(states: Iterator[State]) -> Iterator[StageRecord]:
    """What each stage of `states` computes; numbers in full, infinities and NaN as words."""
    formulas: dict[tuple[Learning, int], str] = {}  # a run has thousands of passes, each with the same few
    for state in states:
        here, view = state.position, state.view
        rule = view.timeline.rules[here.stage - 1]
        place = (view.timeline.learning, here.stage)
        if place not in formulas:
            formulas[place] = formula(rule.expression, data_name)
        yield (
            here.epoch,
            here.sample,
            here.stage,
            rule.phase.value,
            rule.quantity,
            formulas[place],
            substituted(rule.expression, view.known),
            _plain(view.values[here.stage - 1]),
        )


def _plain(value: float) -> float | str:
    """`value` for a machine to read: no −0, and ``inf``, ``-inf`` and ``nan`` as JSON has no numbers for them."""
    return value + 0.0 if math.isfinite(value) else str(value)


def _jsonl(state: State, epochs: int) -> Iterator[str]:
    import json

    for record in records(walk(state, epochs)):
        yield json.dumps(dict(zip(COLUMNS, record, strict=True)), ensure_ascii=False) + "\n"


def _csv(state: State, epochs: int) -> Iterator[str]:
    import csv

    writer = csv.writer(_Echo(), lineterminator="\n")
    yield from map(writer.writerow, chain((COLUMNS,), records(walk(state, epochs))))


class _Echo:
    """A file that hands back what is written into it."""

    def write(self, text: str) -> str:
        return text


def _text(state: State, epochs: int) -> Iterator[str]:
    from backprop_tui.present.export.text_report import text

    return text(walk(state, epochs))


def _markdown(state: State, epochs: int) -> Iterator[str]:
    from backprop_tui.present.export.text_report import markdown

    return markdown(walk(state, epochs))


def _python(state: State, epochs: int) -> Iterator[str]:
    from backprop_tui.present.export.python_program import program

    return program(state.scenario, epochs)


def _pytorch(state: State, epochs: int) -> Iterator[str]:
    if is_program(state.scenario):
        from backprop_tui.present.export.pytorch_expression import program as expression_program

        return expression_program(state.scenario, epochs)
    from backprop_tui.present.export.pytorch_program import program

    return program(state.scenario, epochs)


FORMATS: Mapping[str, Callable[[State, int], Iterator[str]]] = MappingProxyType(
    {
        "text": _text,
        "jsonl": _jsonl,
        "csv": _csv,
        "markdown": _markdown,
        "python": _python,
        "pytorch": _pytorch,
    }
)
"""Every format, by its name: what tells the run from a state on up to the end of an epoch."""
