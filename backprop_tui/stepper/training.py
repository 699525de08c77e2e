"""Training on: many epochs in one go, until there is a reason to stop."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from backprop_tui.core.backprop import Phase
from backprop_tui.core.graph import Graph
from backprop_tui.core.ops import LOSSES
from backprop_tui.core.scenario import Scenario
from backprop_tui.core.slopes import reach
from backprop_tui.stepper.history import History, Pass
from backprop_tui.stepper.machine import last_sample
from backprop_tui.stepper.obstacles import Obstacle, Obstruction, obstruction
from backprop_tui.stepper.state import Position, State

MOST_TRAINED = 100_000
"""Training on gives up after this many epochs."""

RIGHT = 1e-4
"""An answer is right where it is off by no more than this share of its largest target: to the digits on screen."""


class Ending(StrEnum):
    """Why training on stops by itself."""

    CONVERGED = "converged"
    STUCK = "stuck"
    OSCILLATING = "oscillating"
    STANDING_STILL = "standing still"
    DIVERGED = "diverged"
    NOT_FINITE = "not finite"


NOT_WHOLE = frozenset({Ending.DIVERGED, Ending.NOT_FINITE})
"""The endings in the middle of a pass."""


def ending(state: State, epoch: int) -> Ending | None:
    """What is to be said of `epoch`, whole; None where training can go on.

    CONVERGED: the loss is at most 1e-12 · min(1, the first epoch's loss since the latest edit); or every gradient
    that an update used is at most 1e-9, and every answer is right, or, where there is no loss, no gate is closed and
    nothing saturated in the way.  STUCK: the latter at a wrong answer, something being in the way.  OSCILLATING: the
    parameters moved, and were where they are now some epochs ago.
    STANDING_STILL: no update moved any.  DIVERGED: a value is not finite after an update; NOT_FINITE: before any.
    """
    history = state.history
    samples = last_sample(state, epoch)
    if not history.view(epoch, samples).scenario.learns and not history.is_end(epoch, samples):
        return None
    if history.is_end(epoch, samples):
        return Ending.DIVERGED if is_divergence(history, history.view(epoch, samples)) else Ending.NOT_FINITE
    if history.is_settled(epoch):
        trains = Phase.UPDATE in history.view(epoch, samples).timeline.phases
        if history.losses[epoch - 1] <= history.small_loss(epoch) or (trains and are_right(history, epoch)):
            return Ending.CONVERGED
        found = obstruction_of(history, epoch) if trains else None
        if found and not (found.kind is Obstacle.INPUT and history.stands_still(epoch)):
            return Ending.STUCK
    if history.period(epoch):
        return Ending.OSCILLATING
    return Ending.STANDING_STILL if history.stands_still(epoch) else None


def is_divergence(history: History, one: Pass) -> bool:
    """Whether the first value of a pass that is not finite comes after an update since the latest edit, or in one."""
    segment = history.segment_at(one.epoch, one.sample)
    epoch, sample = segment.start // history.samples + 1, segment.start % history.samples + 1
    first_update = (epoch - 1) * history.samples + segment.batch(epoch, sample)[-1] - 1
    has_moved = one.timeline.graph.free and (one.epoch - 1) * history.samples + one.sample - 1 > first_update
    return bool(has_moved) or one.timeline.rules[one.first_not_finite - 1].phase is Phase.UPDATE


def are_right(history: History, epoch: int) -> bool:
    """Whether every answer in `epoch`, whole and finite, is right; without a loss, whether nothing is in the way."""
    if history.view(epoch, 1).timeline.graph.root.operation not in LOSSES:
        found = obstruction(history.view(epoch, 1))
        return found is None or found.kind not in (Obstacle.GATE, Obstacle.SATURATION)
    return all(is_right(history.view(epoch, sample)) for sample in range(1, history.samples + 1))


def is_right(one: Pass) -> bool:
    """Whether every answer of a pass is off by at most `RIGHT` of its largest target (of 1 where all are 0).

    An answer is never right where its activation cannot give the target at all.
    """
    root = one.timeline.graph.root
    if root.operation not in LOSSES:
        return False
    half = len(root.args) // 2
    answers, targets = ([one.known[name] for name in names] for names in (root.args[:half], root.args[half:]))
    return all(map(is_near, answers, targets, nearness(one.timeline.graph, one.scenario)))


class Nearness(NamedTuple):
    """How far an output may be off, and between which two numbers its activation can answer."""

    off: float
    low: float
    high: float


def nearness(graph: Graph, scenario: Scenario) -> tuple[Nearness, ...]:
    """For each output how near to its target it is right."""
    found = []
    for number, answer in enumerate(graph.root.args[: len(graph.root.args) // 2]):
        scale = max(abs(sample.y[number]) for sample in scenario.samples) or 1.0
        found.append(Nearness(RIGHT * scale, *reach(graph.by_name[answer].operation)))
    return tuple(found)


def is_near(answer: float, target: float, near: Nearness) -> bool:
    """Whether an output is right; NaN never is."""
    return abs(answer - target) <= near.off and near.low <= target <= near.high


def obstruction_of(history: History, epoch: int) -> Obstruction | None:
    """What keeps the first wrong sample of a level `epoch` from learning, if anything does."""
    views = (history.view(epoch, sample) for sample in range(1, history.samples + 1))
    return next((found for one in views if not is_right(one) and (found := obstruction(one))), None)


def since(state: State, epoch: int) -> int:
    """The first of the epochs on end, up to `epoch`, of which the same is to be said as of `epoch`."""
    history, word = state.history, ending(state, epoch)
    if word is None or word in NOT_WHOLE:
        return epoch
    first = history.settled_since(epoch) if history.is_settled(epoch) else history.first_epoch(epoch)
    return _first(min(first, epoch), epoch, lambda number: ending(state, number) is word)


def train(state: State, epochs: int) -> tuple[State, Ending | None]:
    """Up to `epochs` epochs on from the one on screen, which counts as the first; and why it stopped, if it did.

    Ends at the last stage of the first epoch that has an ending; where a value is not finite, at the stage that is
    not.
    """
    first = epoch = state.position.epoch
    last = min(first + epochs - 1, state.history.last_epoch)
    while True:
        epoch = state.history.settle(epoch, last)
        reason = ending(state, epoch)
        if reason is not None or epoch >= last:
            break
        epoch += 1
    if reason in (Ending.OSCILLATING, Ending.STANDING_STILL):  # looked for only now and then
        epoch = _first(first, epoch, lambda number: ending(state, number) is reason)
    sample = last_sample(state, epoch)
    view = state.history.view(epoch, sample)
    stage = view.first_not_finite if reason in NOT_WHOLE else view.timeline.last
    return replace(state, position=Position(epoch, sample, stage)), reason


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The first number from `low` on for which `holds`, which goes on to hold up to `high`."""
    return low + bisect_left(range(low, high), True, key=holds)
