"""What happens in a run and deserves a word where it happens."""

import math
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from weakref import WeakKeyDictionary

from backprop_tui.core.backprop import LEARNING_RATE, SMALL_GRADIENT, Phase, Rule, gradient_name, local_name
from backprop_tui.core.expression import Apply, Expression, Name
from backprop_tui.core.graph import Graph
from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.slopes import is_saturated
from backprop_tui.present.dead_gates import dead_gates
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.state import State

_ROUNDING = 1e-9  # a loss that rose by no more than this share of itself wavers; nothing overshot
_LAST_DIGITS = 1e-14  # of the largest number: an answer no farther off wavers with the rounding


class Kind(StrEnum):
    """The events; the value is the word on screen."""

    GATE_CLOSED = "gate closed"
    DEAD = "dead"
    FLAT = "flat"
    SATURATED = "saturated"
    ZERO_GRADIENT = "zero gradient"
    JUST_CLOSED = "gate just closed"
    ROSE = "loss rose"
    OVERSHOOT = "overshoot"
    OUT_OF_REACH = "out of reach"
    CONVERGED = "converged"
    STUCK = "stuck"
    OSCILLATING = "oscillating"
    STANDING_STILL = "standing still"
    DIVERGED = "diverged"
    NOT_FINITE = "not finite"


EVENT_WORDS = {
    Kind.JUST_CLOSED: "▲ gate just closed",
    Kind.OVERSHOOT: "▲ overshoot",
    Kind.CONVERGED: "✓ converged",
    Kind.STUCK: "▲ stuck",
    Kind.OSCILLATING: "▲ oscillating",
    Kind.STANDING_STILL: "▲ standing still",
    Kind.DIVERGED: "▲ diverged",
    Kind.NOT_FINITE: "▲ not finite",
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

    At a slope.  GATE_CLOSED and FLAT: it is exactly 0, for this sample (ReLU: gate closed, any other: flat).
    DEAD: the gate is closed for every sample, with the parameters of this pass.  SATURATED: the slope is not 0, but
    below a hundredth of the steepest, there and farther out.

    At the loss.  OVERSHOOT: with a positive learning rate, the loss of the only sample is above the one an epoch
    before, or at the last of several the epoch's mean is above the mean before, nothing having been edited in
    between.  ROSE: this sample's loss has risen, but that is not said.  JUST_CLOSED: an epoch ago the gate of a
    ReLU that is dead now was open for this sample.  OUT_OF_REACH: a target lies outside what its activation can
    answer.  CONVERGED, OSCILLATING: the epoch's ending, at its last sample, where the loss alone or where the run
    has been says so.

    ZERO_GRADIENT: no gradient that an update uses is above 1e-9 (said at the last gradient); CONVERGED, STUCK: the
    epoch's ending where gradients say so.  STANDING_STILL: likewise at the last stage.  DIVERGED, NOT_FINITE: the first
    value that is not finite, after an update or before any; nothing is said after it.
    """
    rules, view = state.timeline.rules, state.view
    found: list[Event] = []
    for stage, rule in enumerate(rules[: state.position.stage], start=1):
        if stage == view.first_not_finite:
            from backprop_tui.stepper.training import is_divergence  # noqa: PLC0415 - where the run ends

            kind = Kind.DIVERGED if is_divergence(state.history, view) else Kind.NOT_FINITE
            return (*found, Event(kind, stage, rule.node))
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
    return {name: word for name, (word, _) in _blockages(state.view, state.position.stage).items()}


def blocking(state: State) -> Mapping[str, str]:
    """The activation that makes each of them 0: on its first path, where it has several."""
    return {name: node for name, (_, node) in _blockages(state.view, state.position.stage).items()}


_Blockage = tuple[str, str]  # a word, and the activation that it is about


@lru_cache(maxsize=64)
def _blockages(view: Pass, stage: int) -> Mapping[str, _Blockage]:
    end = view.first_not_finite - 1 if view.first_not_finite else view.timeline.last
    values: dict[str, float] = {}
    found: dict[str, _Blockage] = {}
    for rule, value in zip(view.timeline.rules[: min(end, stage)], view.values, strict=False):
        if rule.phase is Phase.UPDATE:
            break
        values[rule.quantity] = value
        blockage = _blockage(view.timeline.graph, rule, values, found) if value == 0 else None
        if blockage:
            found[rule.quantity] = blockage
    return found


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


def mean_before(state: State) -> float | None:
    """The mean loss of the epoch before; None in epoch 1 and where an edit lies between its start and here."""
    here, history = state.position, state.history
    return history.losses[here.epoch - 2] if here.epoch - 1 >= history.first_epoch(here.epoch) else None


def mean_here(state: State) -> float | None:
    """The mean loss of the epoch on screen, once that of its last sample is computed; None before, and at the end."""
    here, history = state.position, state.history
    is_known = here.sample == history.samples and here.stage >= state.timeline.find(state.timeline.graph.root.name)
    return history.losses[here.epoch - 1] if is_known and history.reach(here.epoch + 1) else None


def _kinds(state: State, stage: int, rule: Rule) -> Iterator[Kind]:
    node = state.timeline.graph.by_name[rule.node]
    if rule.phase is Phase.LOCAL and node.operation in ACTIVATIONS:
        yield from _slope_kinds(state, rule)
    elif rule.quantity == state.timeline.graph.root.name:
        yield from _once(_of_the_loss, state, _loss_kinds)
    if stage == _last_gradient(state):
        yield from _once(_of_the_gradients, state, _gradient_kinds)
    if stage == state.timeline.last:
        yield from _once(_of_the_end, state, _end_kinds)


def _last_gradient(state: State) -> int:
    """The stage of the last gradient; 0 where nothing learns."""
    phases = state.timeline.phases
    return (phases.get(Phase.CHAIN) or phases.get(Phase.LOCAL) or (0,))[-1]


_Remembered = WeakKeyDictionary[Pass, tuple[Kind, ...]]
_of_the_loss: _Remembered = WeakKeyDictionary()
_of_the_gradients: _Remembered = WeakKeyDictionary()
_of_the_end: _Remembered = WeakKeyDictionary()


def _once(remembered: _Remembered, state: State, find: Callable[[State], Iterator[Kind]]) -> tuple[Kind, ...]:
    """What `find` finds in a pass, which may need other passes: looked for once, not at each of its stages."""
    one = state.view
    if one not in remembered:
        remembered[one] = tuple(find(state))
    return remembered[one]


def _slope_kinds(state: State, rule: Rule) -> Iterator[Kind]:
    known = state.view.known
    slope, activation = known[rule.quantity], ACTIVATIONS[state.timeline.graph.by_name[rule.node].operation]
    if slope == 0:
        yield Kind.GATE_CLOSED if activation.blocked == "gate" else Kind.FLAT
        if rule.node in dead_gates(state.view):
            yield Kind.DEAD
    elif is_saturated(activation.name, known[rule.argument]):
        yield Kind.SATURATED


def _loss_kinds(state: State) -> Iterator[Kind]:
    before, view, history, here = pass_before(state), state.view, state.history, state.position
    is_last = here.sample == history.samples and not state.ended
    if _overshot(state, before):
        yield Kind.OVERSHOOT
    elif before and _has_risen(_loss(before), view):
        yield Kind.ROSE
    if before and any(_opened(before, name) for name in dead_gates(view)):
        yield Kind.JUST_CLOSED
    if any(out_of_reach(state.timeline.graph, view.given)):
        yield Kind.OUT_OF_REACH
    if is_last and _has_small_loss(state):
        yield Kind.CONVERGED
    elif is_last and history.period(here.epoch) and _ending(state) == Kind.OSCILLATING:
        yield Kind.OSCILLATING


def _gradient_kinds(state: State) -> Iterator[Kind]:
    here = state.position
    if not _is_level(state.view):
        return
    yield Kind.ZERO_GRADIENT
    if here.sample == state.history.samples and not state.ended:
        word = _ending(state)
        if word == Kind.STUCK:
            yield Kind.STUCK
        elif word == Kind.CONVERGED and not _has_small_loss(state):
            yield Kind.CONVERGED


def _end_kinds(state: State) -> Iterator[Kind]:
    here, view = state.position, state.view
    before = tuple(view.given[node.name] for node in state.timeline.graph.parameters)
    if not view.scenario.learns:
        return
    may_stand = here.sample == state.history.samples and view.after == before and not state.ended
    if may_stand and _ending(state) == Kind.STANDING_STILL:
        yield Kind.STANDING_STILL


def _ending(state: State) -> str:
    """The word for how training on would end with the epoch on screen; empty where it would go on."""
    from backprop_tui.stepper.training import ending  # noqa: PLC0415 - likewise

    return ending(state, state.position.epoch) or ""


def _overshot(state: State, before: Pass | None) -> bool:
    """Whether steps with a positive learning rate have raised what they were to lower."""
    here, view, history = state.position, state.view, state.history
    if not view.given.get(LEARNING_RATE, 0.0) > 0:
        return False
    if history.samples == 1:
        return before is not None and _has_risen(_loss(before), view)
    was = mean_before(state)
    if here.sample < history.samples or was is None or not history.reach(here.epoch + 1):
        return False
    now = history.losses[here.epoch - 1]
    return now > max(was, history.small_loss(here.epoch)) and not math.isclose(now, was, rel_tol=_ROUNDING)


def _loss(one: Pass) -> float:
    return one.known[one.timeline.graph.root.name]


def _has_risen(before: float, one: Pass) -> bool:
    """Whether the loss of a pass is above `before` by more than rounding."""
    return _loss(one) > before and not math.isclose(_loss(one), before, rel_tol=_ROUNDING) and not _wavers(one)


def _wavers(one: Pass) -> bool:
    """Whether the answers are right but for the last digits of the numbers that they are computed from."""
    root = one.timeline.graph.root
    half = len(root.args) // 2
    if root.operation not in LOSSES:
        return False
    off = max(abs(one.known[a] - one.known[y]) for a, y in zip(root.args[:half], root.args[half:], strict=True))
    sizes = (abs(one.known[node.name]) for node in one.timeline.graph.nodes)
    return off <= _LAST_DIGITS * max(sizes)


def _opened(before: Pass, name: str) -> bool:
    """Whether the gate of the activation `name` lets something through in a pass."""
    graph = before.timeline.graph
    return before.known[local_name(graph, name, graph.by_name[name].args[0])] != 0


def _has_small_loss(state: State) -> bool:
    """Whether the mean loss of the epoch on screen is as good as 0; asked at its last sample."""
    here, history = state.position, state.history
    if history.samples == 1:
        return _loss(state.view) <= history.small_loss(here.epoch)
    small = history.small_loss(here.epoch)
    whole = _loss(state.view) <= small * history.samples and history.reach(here.epoch + 1)
    return whole and history.losses[here.epoch - 1] <= small


def _is_level(one: Pass) -> bool:
    """Whether no gradient that an update uses is above 1e-9; where all parameters are held, no gradient at all."""
    parameters = one.timeline.graph.parameters
    used = [node for node in parameters if not node.fixed] or parameters
    names = (gradient_name(one.timeline.graph, node.name) for node in used)
    return all(abs(one.known.get(name, 0.0)) <= SMALL_GRADIENT for name in names)


def _blockage(
    graph: Graph, rule: Rule, values: Mapping[str, float], found: Mapping[str, _Blockage]
) -> _Blockage | None:
    """Why the quantity of `rule` is 0; None where no activation is the reason."""
    activation = ACTIVATIONS.get(graph.by_name[rule.node].operation)
    if rule.phase is Phase.LOCAL and activation:
        return activation.blocked, rule.node
    if rule.phase is not Phase.CHAIN:
        return None
    first_zeros = [next((name for name in path if values[name] == 0), "") for path in paths(rule)]
    reasons = [found.get(name) for name in first_zeros]
    return reasons[0] if all(reasons) else None


def _parts(expression: Expression, function: str) -> tuple[Expression, ...]:
    """The arguments of `function`, or the expression alone where it is something else."""
    return expression.args if isinstance(expression, Apply) and expression.function == function else (expression,)
