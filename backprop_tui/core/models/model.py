"""What a run is of: a graph, the parameters it starts with, and what a sample gives."""

from collections.abc import Sequence
from typing import Protocol

from backprop_tui.core.graph import Graph
from backprop_tui.core.scenario import Scenario


class Model(Protocol):
    """A dense network or a program of expressions: all that the stepper has to know of it."""

    @property
    def graph(self) -> Graph:
        """Its computation graph."""

    @property
    def initial_parameters(self) -> tuple[float, ...]:
        """A number for each of the graph's parameters, in their order."""

    def given(self, sample: int) -> dict[str, float]:
        """The inputs and targets of a sample (from 1), by the names that the graph uses."""

    def starting_from(self, parameters: Sequence[float]) -> Scenario:
        """The scenario that describes it with other parameters to start with, in the graph's order."""
