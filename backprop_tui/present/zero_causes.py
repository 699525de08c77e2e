"""Why a derivative is 0: what the first 0 on each way back from the loss is due to."""

from enum import StrEnum
from typing import NamedTuple

from backprop_tui.core.backprop import Phase, Rule
from backprop_tui.core.graph import Role
from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.present.contributions import contributions_to
from backprop_tui.present.dead_gates import is_gate
from backprop_tui.present.events import paths
from backprop_tui.stepper.history import Pass


class Cause(StrEnum):
    """The kinds of zero."""

    RIGHT = "right"
    GATE = "gate"
    FLAT = "flat"
    SHARE = "share"
    INPUT = "input"
    ACTIVATION = "activation"
    WEIGHT = "weight"
    CANCELLATION = "cancellation"
    UNDERFLOW = "underflow"


class ZeroCause(NamedTuple):
    """A kind of zero, and the node that it is about.

    RIGHT: an answer that is its target.  GATE, FLAT: an activation.  SHARE: a probability of softmax.  INPUT,
    ACTIVATION, WEIGHT: the factor, 0.  CANCELLATION: the node to which contributions come that add up to 0.  UNDERFLOW:
    the node whose derivative is a product of no 0 that is too small for the machine.
    """

    kind: Cause
    node: str


def zero_causes(one: Pass, quantity: str) -> tuple[ZeroCause, ...]:
    """Why `quantity`, a derivative that is 0 in a finite pass, is: each cause once, in the order of the ways."""
    rule = one.timeline.rules[one.timeline.find(quantity) - 1]
    if rule.phase is not Phase.CHAIN:
        return (_of_link(one, rule),)
    if right := _matched(one, rule):
        return (ZeroCause(Cause.RIGHT, right),)
    found: list[ZeroCause] = []
    for way in paths(rule):
        zero = next((factor for factor in way if one.known[factor] == 0), "")
        found.extend(zero_causes(one, zero) if zero else (ZeroCause(Cause.UNDERFLOW, rule.node),))
    if len(paths(rule)) > 1 and any(part.value for part in contributions_to(one, rule.node)):
        return (ZeroCause(Cause.CANCELLATION, rule.node),)
    return tuple(dict.fromkeys(found))


def _matched(one: Pass, rule: Rule) -> str:
    """The probability whose z has the gradient answer less target, by softmax and cross-entropy, where that is 0."""
    graph = one.timeline.graph
    users = graph.consumers[rule.node]
    if graph.root.operation != "cross_entropy" or not users or not users[0].layer:
        return ""
    answer = users[0].layer[users[0].args.index(rule.node)]
    half = len(graph.root.args) // 2
    target = graph.root.args[graph.root.args.index(answer) + half]
    return answer if one.known[answer] == one.known[target] else ""


def _of_link(one: Pass, rule: Rule) -> ZeroCause:
    graph, known = one.timeline.graph, one.known
    node = graph.by_name[rule.node]
    if node.operation in ACTIVATIONS:
        return ZeroCause(Cause.GATE if is_gate(node.operation) else Cause.FLAT, node.name)
    if node.layer:
        return ZeroCause(Cause.SHARE, node.name)
    half, index = len(node.args) // 2, node.args.index(rule.argument)
    if node.operation in LOSSES:
        is_right = known[rule.argument] == known[node.args[index + half]]
        return ZeroCause(Cause.RIGHT if is_right else Cause.UNDERFLOW, rule.argument)
    factor = graph.by_name[node.args[index + half if index < half else index - half]]
    kinds = {Role.INPUT: Cause.INPUT, Role.PARAMETER: Cause.WEIGHT}
    return ZeroCause(kinds.get(factor.role, Cause.ACTIVATION), factor.name)
