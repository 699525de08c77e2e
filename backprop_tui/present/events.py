"""What happens in a run and deserves a word where it happens."""

import math
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from backprop_tui.core.backprop import Phase, Rule, gradient_name
from backprop_tui.core.compiled import SMALL_GRADIENT, SMALL_LOSS
from backprop_tui.core.expression import Apply, Expression, Name
from backprop_tui.core.graph import Graph
from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.slopes import is_saturated
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.state import State

_ROUNDING = 1e-9  # a loss that rose by no more than this share of itself wavers; nothing overshot


class Kind(StrEnum):
    """The events; the value is the word on screen."""

    GATE_CLOSED = "gate closed"
    FLAT = "flat"
    SATURATED = "saturated"
    ZERO_GRADIENT = "zero gradient"
    OVERSHOOT = "overshoot"
    DIVERGED = "diverged"
    CONVERGED = "converged"
    OUT_OF_REACH = "out of reach"


EVENT_WORDS = {
    Kind.OVERSHOOT: "▲ overshoot",
    Kind.CONVERGED: "✓ converged",
    Kind.DIVERGED: "▲ diverged",
    Kind.OUT_OF_REACH: "▲ out of reach",
}
"""What the picture says of those that happen to the whole run, beside the loss."""


class Event(NamedTuple):
    """`kind` happened at stage `stage` of the pass on screen, whose rule belongs to the graph's node `node`."""

    kind: Kind
    stage: int
    node: str


def events(state: State) -> tuple[Event, ...]:
    """The events of the pass on screen up to its position, in order of stages.

    GATE_CLOSED and FLAT: an activation's slope is exactly 0 (ReLU: gate closed, any other: flat).
    SATURATED: the slope is not 0, but below a hundredth of the steepest, there and farther out.
    OVERSHOOT: the loss is above the same sample's loss an epoch before, nothing having been edited in between.
    OUT_OF_REACH: a target lies outside what its activation can answer (said at the loss).
    CONVERGED: the mean loss of the epoch is at most 1e-12 (said at the loss of its last sample).
    ZERO_GRADIENT: no parameter's gradient is above 1e-9 (said at the last gradient).
    DIVERGED: the first value that is not finite; nothing is said after it.
    """
    rules, view = state.timeline.rules, state.view
    found: list[Event] = []
    for stage, rule in enumerate(rules[: state.position.stage], start=1):
        if stage == view.first_not_finite:
            return (*found, Event(Kind.DIVERGED, stage, rule.node))
        found.extend(Event(kind, stage, rule.node) for kind in _kinds(state, stage, rule))
    return tuple(found)


def events_at(state: State) -> frozenset[Kind]:
    """What happened at the very stage on screen."""
    return frozenset(event.kind for event in events(state) if event.stage == state.position.stage)


def blocked(state: State) -> Mapping[str, str]:
    """The quantities computed so far that are 0 because of a blocked activation, each with the word "gate" or "flat".

    The slope itself is one; a gradient is one where, on every path, the first 0 met on the way from the loss is
    blocked.  So a gradient is not blocked where nothing arrives at the gate, nor for the sake of an input of 0.
    """
    return _blocked_words(state.view, state.position.stage)


@lru_cache(maxsize=64)
def _blocked_words(view: Pass, stage: int) -> Mapping[str, str]:
    end = view.first_not_finite - 1 if view.first_not_finite else view.timeline.last
    values: dict[str, float] = {}
    words: dict[str, str] = {}
    for rule, value in zip(view.timeline.rules[: min(end, stage)], view.values, strict=False):
        if rule.phase is Phase.UPDATE:
            break
        values[rule.quantity] = value
        word = _blocked(view.timeline.graph, rule, values, words) if value == 0 else ""
        if word:
            words[rule.quantity] = word
    return words


def paths(rule: Rule) -> tuple[tuple[str, ...], ...]:
    """The names that a chain rule multiplies along each path, in order from the loss; one path for one product."""
    return tuple(
        tuple(factor.name for factor in _parts(path, "·") if isinstance(factor, Name))
        for path in _parts(rule.expression, "+")
    )


def out_of_reach(graph: Graph, given: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    """The outputs, each with its target, whose activation can never answer the target."""
    if graph.root.operation not in LOSSES:
        return
    half = len(graph.root.args) // 2
    for output, target in zip(graph.root.args[:half], graph.root.args[half:], strict=True):
        activation = ACTIVATIONS.get(graph.by_name[output].operation)
        if activation and target in given and not activation.low <= given[target] <= activation.high:
            yield output, target


def pass_before(state: State) -> Pass | None:
    """The pass of the same sample an epoch ago; None in epoch 1 and where an edit lies in between."""
    here, history = state.position, state.history
    if here.epoch == 1:
        return None
    ago, now = (history.segment_at(epoch, here.sample) for epoch in (here.epoch - 1, here.epoch))
    return history.view(here.epoch - 1, here.sample) if ago is now else None


def _kinds(state: State, stage: int, rule: Rule) -> Iterator[Kind]:
    node = state.timeline.graph.by_name[rule.node]
    if rule.phase is Phase.LOCAL and node.operation in ACTIVATIONS:
        yield from _slope_kinds(state, rule)
    elif rule.phase is Phase.LOSS:
        yield from _loss_kinds(state)
    elif rule.phase is Phase.CHAIN and stage == state.timeline.phases[Phase.CHAIN][-1] and _is_level(state):
        yield Kind.ZERO_GRADIENT


def _slope_kinds(state: State, rule: Rule) -> Iterator[Kind]:
    known = state.view.known
    slope, activation = known[rule.quantity], ACTIVATIONS[state.timeline.graph.by_name[rule.node].operation]
    if slope == 0:
        yield Kind.GATE_CLOSED if activation.blocked == "gate" else Kind.FLAT
    elif is_saturated(activation.name, known[rule.argument]):
        yield Kind.SATURATED


def _loss_kinds(state: State) -> Iterator[Kind]:
    before, root = pass_before(state), state.timeline.graph.root.name
    if before and _has_risen(before.known[root], state.view.known[root]):
        yield Kind.OVERSHOOT
    if any(out_of_reach(state.timeline.graph, state.view.given)):
        yield Kind.OUT_OF_REACH
    if _is_converged(state):
        yield Kind.CONVERGED


def _has_risen(before: float, loss: float) -> bool:
    return loss > max(before, SMALL_LOSS) and not math.isclose(loss, before, rel_tol=_ROUNDING)


def _is_converged(state: State) -> bool:
    here, history = state.position, state.history
    if here.sample < history.samples or state.ended:
        return False
    if history.samples == 1:
        return state.view.known[state.timeline.graph.root.name] <= SMALL_LOSS
    return history.reach(here.epoch + 1) and history.losses[here.epoch - 1] <= SMALL_LOSS


def _is_level(state: State) -> bool:
    """Whether every parameter's gradient is so small that an update moves nothing."""
    graph = state.timeline.graph
    gradients = (state.view.known.get(gradient_name(graph, node.name), 0.0) for node in graph.parameters)
    return all(abs(gradient) <= SMALL_GRADIENT for gradient in gradients)


def _blocked(graph: Graph, rule: Rule, values: Mapping[str, float], words: Mapping[str, str]) -> str:
    """The word for the quantity of `rule`, whose value is 0; empty where no activation is the reason."""
    activation = ACTIVATIONS.get(graph.by_name[rule.node].operation)
    if rule.phase is Phase.LOCAL and activation:
        return activation.blocked
    if rule.phase is not Phase.CHAIN:
        return ""
    first_zeros = [next((name for name in path if values[name] == 0), "") for path in paths(rule)]
    reasons = [words.get(name, "") for name in first_zeros]
    return reasons[0] if all(reasons) else ""


def _parts(expression: Expression, function: str) -> tuple[Expression, ...]:
    """The arguments of `function`, or the expression alone where it is something else."""
    return expression.args if isinstance(expression, Apply) and expression.function == function else (expression,)
