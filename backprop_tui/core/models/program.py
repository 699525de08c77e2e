"""A program of expressions as a model: its values are the parameters, but for those that are inputs."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from backprop_tui.core.backprop import plan
from backprop_tui.core.graph import Graph, GraphError, Node, Role
from backprop_tui.core.optimizers import Learning
from backprop_tui.core.program import Program, name_problem, parse
from backprop_tui.core.program_text import ProgramError, short
from backprop_tui.core.scenario import Layer, Sample, Scenario, ScenarioError, check_optimizer


@dataclass(frozen=True)
class ProgramScenario(Scenario):
    """A run of `program` from `values`, each with its name: every one learns, but for `inputs`.

    Without a learning rate nothing is updated: it does not learn (`learns`), and there is one pass.  It has no layers
    and no loss; its one sample holds the inputs.  Raises ScenarioError where a name is none, a number is not finite, an
    input is no value, an optimiser's option is out of its range, or two quantities would have the same name.
    """

    layers: tuple[Layer, ...] = ()
    samples: tuple[Sample, ...] = ()
    loss: str = ""
    learning_rate: float = 0.0
    program: Program = field(kw_only=True)
    values: tuple[tuple[str, float], ...] = field(kw_only=True)
    inputs: tuple[str, ...] = field(default=(), kw_only=True)
    learns: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        for name, value in self.values:
            key = f"values, {short(name)}"
            if problem := name_problem(name):
                raise ScenarioError(key, problem)
            if not math.isfinite(value):
                raise ScenarioError(key, f"expected a finite number, not {value}")
        names = [name for name, _ in self.values]
        for name in self.inputs:
            if name not in names:
                raise ScenarioError("inputs", f"{short(name)} is no value; expected names out of {', '.join(names)}")
        if not math.isfinite(self.learning_rate):
            raise ScenarioError("learning_rate", f"expected a finite number, not {self.learning_rate}")
        check_optimizer(self.optimizer)
        given = Sample(tuple(value for name, value in self.values if name in self.inputs), ())
        object.__setattr__(self, "samples", (given,))
        try:
            plan(self.graph, self.learning())
        except GraphError as error:
            raise ScenarioError("program", f"{error}; expected other names") from error

    def learning(self, *, anew: bool = True, updates: bool = True) -> Learning:
        """What its passes do with their gradients: nothing where it does not learn."""
        return super().learning(anew=anew, updates=updates and self.learns)

    @cached_property
    def graph(self) -> Graph:
        """The values in their order, then the program's nodes."""
        roles = ((name, Role.INPUT if name in self.inputs else Role.PARAMETER) for name, _ in self.values)
        return Graph((*(Node(name, role=role) for name, role in roles), *self.program.nodes))

    @property
    def initial_parameters(self) -> tuple[float, ...]:
        """The values that are no inputs."""
        return tuple(value for name, value in self.values if name not in self.inputs)

    def given(self, sample: int) -> dict[str, float]:
        """The inputs; there is one sample."""
        del sample
        return {name: value for name, value in self.values if name in self.inputs}

    def starting_from(self, parameters: Sequence[float]) -> "ProgramScenario":
        """The program with other values, inputs as they are."""
        names = (node.name for node in self.graph.parameters)
        return with_values(self, dict(zip(names, parameters, strict=True)))


def program_of(text: str, values: Collection[str]) -> Program:
    """The program in `text`.  Raises ScenarioError, which names the place in it."""
    try:
        return parse(text, values)
    except ProgramError as error:
        raise ScenarioError("program", str(error)) from error


def with_values(scenario: ProgramScenario, values: Mapping[str, float]) -> ProgramScenario:
    """`scenario` with other numbers for some of its values."""
    return replace(scenario, values=tuple((name, values.get(name, value)) for name, value in scenario.values))
