"""The timeline of one pass: the rules planned from the graph, numbered as stages."""

from collections.abc import Mapping
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from backprop_tui.core.backprop import PLAIN, Phase, Rule, plan
from backprop_tui.core.expression import names
from backprop_tui.core.frozen import Frozen
from backprop_tui.core.graph import Graph
from backprop_tui.core.optimizers import Learning, quantity

if TYPE_CHECKING:
    from backprop_tui.stepper.stops import Stop


class Timeline(Frozen):
    """The stages of one pass over `graph`: stage k computes ``rules[k − 1]``, stage 0 is before the first.

    `learning` says what the pass does with its gradients.
    """

    graph: Graph
    rules: tuple[Rule, ...]
    learning: Learning = PLAIN

    @property
    def last(self) -> int:
        """The number of stages, which is the number of the last one."""
        return len(self.rules)

    @cached_property
    def phases(self) -> Mapping[Phase, range]:
        """The stages of each phase that has any, in order."""
        found: dict[Phase, range] = {}
        for number, rule in enumerate(self.rules, start=1):
            first = found[rule.phase].start if rule.phase in found else number
            found[rule.phase] = range(first, number + 1)
        return MappingProxyType(found)

    @cached_property
    def phase_ends(self) -> tuple[int, ...]:
        """The last stage of every phase, ascending."""
        return tuple(stages[-1] for stages in self.phases.values())

    @cached_property
    def stops(self) -> "tuple[Stop, ...]":
        """The runs of stages that belong together, in order; no stop crosses the end of a phase."""
        from backprop_tui.stepper.stops import stops  # noqa: PLC0415 - a trace does without

        return stops(self.graph, self.rules)

    @cached_property
    def stop_ends(self) -> tuple[int, ...]:
        """The last stage of every stop, ascending."""
        return tuple(stop.end for stop in self.stops)

    @cached_property
    def stage_of(self) -> Mapping[tuple[bool, str], int]:
        """The stage of each quantity; the key's first part tells a parameter's new value from the one before it."""
        keys = ((rule.is_step, rule.quantity) for rule in self.rules)
        return MappingProxyType({key: number for number, key in enumerate(keys, start=1)})

    def operands(self, stage: int) -> frozenset[str]:
        """The quantities that the rule of `stage` (from 1) refers to."""
        return names(self.rules[stage - 1].expression)

    def overwrites(self, stage: int) -> bool:
        """Whether the quantity of `stage` had another value before: a parameter, what is remembered of it, a sum."""
        rule, learning = self.rules[stage - 1], self.learning
        if rule.phase is Phase.ACCUMULATE:
            return not learning.anew
        slots = {quantity(slot, rule.node) for slot in learning.row.slots}
        return rule.is_step or (rule.phase is Phase.UPDATE and rule.quantity in slots)

    def find(self, name: str, *, update: bool = False) -> int:
        """The stage that computes the quantity `name` (a parameter's new value where `update`); 0 where none does."""
        return self.stage_of.get((update, name), 0)


@lru_cache(maxsize=32)
def timeline(graph: Graph, learning: Learning = PLAIN) -> Timeline:
    """The timeline of one pass over `graph`."""
    return Timeline(graph, plan(graph, learning), learning)
