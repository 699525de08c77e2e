"""Where paths meet: what each of them brings to a gradient, before the sum."""

from functools import lru_cache
from typing import NamedTuple

from backprop_tui.core.backprop import contributions
from backprop_tui.core.expression import Expression, evaluate
from backprop_tui.stepper.history import Pass


class Contribution(NamedTuple):
    """What comes to a node through the node `via`: the product `rule`, and its value."""

    via: str
    rule: Expression
    value: float


@lru_cache(maxsize=128)
def contributions_to(one: Pass, name: str) -> tuple[Contribution, ...]:
    """The contributions to the gradient of the node `name`, in the order in which they are added up."""
    graph = one.timeline.graph
    vias = [user.name for user in graph.consumers[name]]
    rules = contributions(graph, name)
    return tuple(Contribution(via, rule, evaluate(rule, one.known)) for via, rule in zip(vias, rules, strict=True))
