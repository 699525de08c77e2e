"""What is said of the gradient of a node between the parameters and the loss: a sum over its links, or one product."""

from collections.abc import Iterator

from backprop_tui.core.backprop import Rule
from backprop_tui.core.expression import FUNCTIONS
from backprop_tui.present.events import paths
from backprop_tui.present.explanation.meaning import meaning, tried
from backprop_tui.present.explanation.softmax import collapse, fused
from backprop_tui.present.explanation.step_context import StepContext
from backprop_tui.present.explanation.zero import zero
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import counted, listed


def hidden(moment: StepContext) -> Iterator[str]:
    """First what the gradient means, then by which links it came, then what it is for."""
    ways = paths(moment.rule)
    if fused(moment):
        if moment.value != 0:
            yield meaning(moment)
        yield from collapse(moment)
        if moment.value != 0:
            yield from tried(moment, "Tried")
            yield from _used_again(moment)
    elif moment.value == 0:
        yield from zero(moment)
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


def _users(moment: StepContext) -> list[str]:
    return [user.name for user in moment.graph.consumers[moment.node.name]]


def _contributions(rule: Rule, moment: StepContext) -> list[str]:
    amounts = (FUNCTIONS["·"](*(moment.of(factor) for factor in way)) for way in paths(rule))
    return [number(amount) for amount in amounts]
