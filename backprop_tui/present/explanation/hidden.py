"""What is said of the gradient of a node between the parameters and the loss: a sum over its links, or one product."""

from collections.abc import Iterator

from backprop_tui.core.backprop import Rule, gradient_name
from backprop_tui.core.expression import FUNCTIONS
from backprop_tui.present.events import paths
from backprop_tui.present.explanation.meaning import meaning, tried
from backprop_tui.present.explanation.step_context import StepContext
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import counted, listed

_BLOCKED = {
    "gate": "behind a gate that is closed for this sample",
    "flat": "behind an activation that is level for the machine",
}


def hidden(moment: StepContext) -> Iterator[str]:
    """First what the gradient means, then by which links it came, then what it is for."""
    ways = paths(moment.rule)
    if moment.value == 0:
        yield from _zero(moment)
    else:
        yield meaning(moment)
        if len(ways) > 1:
            yield from _sum(moment)
            yield from tried(moment, "Links add up, as a nudge takes all of them at once")
        yield from _used_again(moment)
        if len(ways) == 1:
            yield from _product(moment)
            yield from tried(moment, "Tried")


def _sum(moment: StepContext) -> Iterator[str]:
    users = _users(moment)
    leaves = f"{moment.node.name} leaves by {counted(len(users))} links, to {listed(users)}"
    yield f"{leaves}, which bring {listed(_contributions(moment.rule, moment))}: together {number(moment.value)}."


def _product(moment: StepContext) -> Iterator[str]:
    *arriving, link = paths(moment.rule)[0]
    if arriving:
        so_far = " · ".join(symbol(factor) for factor in arriving)
        yield f"The walk back goes one link on: {so_far}, which arrives, times {symbol(link)} = {moment.text(link)}."


def _used_again(moment: StepContext) -> Iterator[str]:
    """For how many gradients that are still to come this one is a factor."""
    node, graph = moment.node, moment.graph
    further = [name for name in dict.fromkeys(node.args) if name in graph.learning and graph.by_name[name].own_gradient]
    if len(further) > 1:
        yield f"Computed once, it is used for {counted(len(further))} more gradients: that is why one walks backwards."


def _zero(moment: StepContext) -> Iterator[str]:
    """Why the gradient is 0: nothing arrives, the last link is 0, contributions cancel, or the product is too small."""
    name, ways = moment.node.name, paths(moment.rule)
    values = [[moment.of(factor) for factor in way] for way in ways]
    if moment.blocked:
        yield f"0: {name} lies {_BLOCKED[moment.blocked]}, so nothing of the loss gets through to it."
    elif len(ways) > 1 and any(all(way) for way in values) and any(FUNCTIONS["·"](*way) for way in values):
        yield f"0: the links of {name} bring {listed(_contributions(moment.rule, moment))}, and these cancel."
        yield f"Each of them would move the loss; a small move of {name} takes them all and does not."
    elif all(all(way) for way in values):
        yield f"No factor is 0, but {'each' if len(ways) > 1 else 'their'} product is too small for the machine: 0."
    elif len(ways) > 1:
        reasons = {_reason(moment, way) for way in ways}
        yield f"0: {reasons.pop() if len(reasons) == 1 else 'on each of its links a factor is 0'}."
        yield f"A small move of {name} does not move the loss."
    else:
        yield f"0: {_reason(moment, ways[0])}, and 0 times anything is 0."
        yield f"A small move of {name} does not move the loss."


def _reason(moment: StepContext, way: tuple[str, ...]) -> str:
    """Which factor of `way` is 0, what arrives first."""
    *arriving, link = way
    culprit = next((factor for factor in arriving if moment.of(factor) == 0), "")
    if culprit:
        answers = {gradient_name(moment.graph, answer): answer for answer, _ in moment.outputs}
        if culprit in answers and moment.of(answers[culprit]) == moment.of(dict(moment.outputs)[answers[culprit]]):
            return f"{answers[culprit]} is its target already, so {symbol(culprit)} is 0"
        return f"what arrives, {symbol(culprit)}, is 0 already"
    return f"the link {symbol(link)} is 0"


def _users(moment: StepContext) -> list[str]:
    return [user.name for user in moment.graph.consumers[moment.node.name]]


def _contributions(rule: Rule, moment: StepContext) -> list[str]:
    amounts = (FUNCTIONS["·"](*(moment.of(factor) for factor in way)) for way in paths(rule))
    return [number(amount) for amount in amounts]
