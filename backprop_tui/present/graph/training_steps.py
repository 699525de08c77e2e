"""What is done with a parameter's gradient once it is known: summed, turned into a step, taken."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from backprop_tui.core.backprop import Phase, Rule
from backprop_tui.present.visibility import Mark, mark
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.state import State

SUM = "Σ"
"""Before the sum of a batch's gradients."""

_AFTER_CHAIN = (Phase.ACCUMULATE, Phase.UPDATE)


class Step(NamedTuple):
    """A stage that belongs to one parameter: ``m`` for m_w, `SUM` for grad_w, an arrow for its new value."""

    name: str
    stage: int
    is_new: bool = False


@lru_cache(maxsize=32)
def steps_of(one: Pass, arrow: str) -> Mapping[str, tuple[Step, ...]]:
    """Of every parameter that has any, those of its stages that come after the chain rule, in order."""
    found: dict[str, tuple[Step, ...]] = {}
    for stage, rule in enumerate(one.timeline.rules, start=1):
        if rule.phase in _AFTER_CHAIN:
            name = arrow if rule.is_step else _name(rule)
            found[rule.node] = (*found.get(rule.node, ()), Step(name, stage, rule.is_step))
    return found


def _name(rule: Rule) -> str:
    return SUM if rule.phase is Phase.ACCUMULATE else rule.quantity.removesuffix(f"_{rule.node}")


def step_in_view(state: State, parameter: str, arrow: str) -> Step | None:
    """The stage of `parameter` just done, or else the next one, or else the last one done; None before all that."""
    shown = None
    for step in steps_of(state.view, arrow).get(parameter, ()):
        where = mark(state, step.stage)
        if where is Mark.LATER or (where is Mark.NEXT and shown and mark(state, shown.stage) is Mark.NOW):
            break
        shown = step
    return shown
