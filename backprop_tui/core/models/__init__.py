"""What a run is of: the models that there are, and which of them a scenario describes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeGuard

from backprop_tui.core.models.dense import Dense
from backprop_tui.core.models.model import Model
from backprop_tui.core.scenario import Scenario, with_parameters

if TYPE_CHECKING:
    from backprop_tui.core.models.program import ProgramScenario


def model_of(scenario: Scenario) -> Model:
    """The model that `scenario` describes."""
    return scenario if is_program(scenario) else Dense(scenario)


def at_parameters(scenario: Scenario, values: Sequence[float]) -> Scenario:
    """`scenario` starting from `values`, in the order of its graph's parameters."""
    if not is_program(scenario):
        return with_parameters(scenario, values)
    from backprop_tui.core.models.program import with_values  # noqa: PLC0415 - networks need none of it

    names = (node.name for node in scenario.graph.parameters)
    return with_values(scenario, dict(zip(names, values, strict=True)))


def is_program(scenario: Scenario) -> "TypeGuard[ProgramScenario]":
    """Whether `scenario` is of a program of expressions, told without loading what reads one."""
    return hasattr(scenario, "program")
