"""Training on: many epochs in one go, until there is a reason to stop."""

from dataclasses import replace
from enum import StrEnum

from backprop_tui.core.backprop import gradient_name
from backprop_tui.core.compiled import SMALL_GRADIENT, SMALL_LOSS
from backprop_tui.core.ops import ACTIVATIONS
from backprop_tui.core.slopes import is_flat_outwards
from backprop_tui.stepper.history import MOST_EPOCHS, Pass
from backprop_tui.stepper.machine import last_sample
from backprop_tui.stepper.state import Position, State

MOST_TRAINED = 100_000
"""Training on gives up after this many epochs."""

FLAT = 1e-6
"""An activation with a smaller slope lets (nearly) nothing through."""


class Ending(StrEnum):
    """Why training on stops by itself."""

    CONVERGED = "converged"
    STUCK = "stuck"
    DIVERGED = "diverged"


def ending(state: State, epoch: int) -> Ending | None:
    """What is to be said of `epoch`, whole; None where training can go on.

    Converged: the loss is at most 1e-12, or every gradient at most 1e-9.  Stuck: the latter because a gate is
    blocked or an activation saturated while the loss still pulls.  Diverged: a value is not finite.
    """
    history = state.history
    samples = last_sample(state, epoch)
    if history.is_end(epoch, samples):
        return Ending.DIVERGED
    if not history.is_settled(epoch):
        return None
    if history.losses[epoch - 1] <= SMALL_LOSS:
        return Ending.CONVERGED
    passes = (history.view(epoch, sample) for sample in range(1, samples + 1))
    return Ending.STUCK if any(is_blocked(one) for one in passes) else Ending.CONVERGED


def is_blocked(one: Pass) -> bool:
    """Whether some activation lets (nearly) nothing of a gradient through that reaches it."""
    graph, known = one.timeline.graph, one.known
    activations = (node for node in graph.computed if node.operation in ACTIVATIONS)
    return any(
        abs(known.get(gradient_name(graph, node.name), 0.0)) > SMALL_GRADIENT
        and is_flat_outwards(node.operation, known[node.args[0]], FLAT)
        for node in activations
    )


def train(state: State, epochs: int) -> tuple[State, Ending | None]:
    """Up to `epochs` epochs on from the one on screen, which counts as the first; and why it stopped, if it did.

    Ends at the last stage of the last epoch examined; where the run diverges, at the stage that did.
    """
    first = state.position.epoch
    epoch = state.history.settle(first, min(first + epochs - 1, MOST_EPOCHS))
    reason = ending(state, epoch)
    sample = last_sample(state, epoch)
    view = state.history.view(epoch, sample)
    stage = view.first_not_finite if reason is Ending.DIVERGED else view.timeline.last
    return replace(state, position=Position(epoch, sample, stage)), reason
