"""What a run is of: the models that there are, and which of them a scenario describes."""

from typing import TYPE_CHECKING, TypeGuard

from backprop_tui.core.models.dense import Dense
from backprop_tui.core.models.model import Model
from backprop_tui.core.scenario import Scenario

if TYPE_CHECKING:
    from backprop_tui.core.models.program import ProgramScenario


def model_of(scenario: Scenario) -> Model:
    """The model that `scenario` describes."""
    return scenario if is_program(scenario) else Dense(scenario)


def is_program(scenario: Scenario) -> "TypeGuard[ProgramScenario]":
    """Whether `scenario` is of a program of expressions, told without loading what reads one."""
    return hasattr(scenario, "program")
