"""The gradients of a batch beside central differences of its mean loss, and what can be compared at all."""

from collections.abc import Iterator
from functools import lru_cache

from backprop_tui.core.backprop import Phase, accumulated_name
from backprop_tui.core.gradient_check import Comparison, compare
from backprop_tui.core.models import model_of
from backprop_tui.core.optimizers import WEIGHT_DECAY
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.state import State

_MOST = 4_000  # samples times parameters; so many differences take about a second


def compares_batch(state: State) -> bool:
    """Whether the sums of the pass on screen come to the gradient of a mean loss that can be followed."""
    return state.timeline.learning.accumulates and not _why_not(state)


def batch_comparisons(state: State) -> tuple[Comparison, ...]:
    """The sums computed so far in the last pass of a batch, each compared; none where they cannot be."""
    if not compares_batch(state):
        return ()
    here = state.position
    return _compared(state.view, _batch(state), min(here.stage, state.timeline.last))


def scope_words(state: State) -> Iterator[str]:
    """What is compared, where that is not plain, in sentences."""
    scenario = state.scenario
    if state.timeline.learning.accumulates:
        size = len(_batch(state))
        mean = "the loss of the batch's only sample" if size == 1 else f"the mean loss of the batch's {size} samples"
        yield _why_not(state) or f"grad_… is compared with the difference of {mean}."
    if dict(scenario.optimizer.options)[WEIGHT_DECAY]:
        yield "Weight decay is no part of the loss: compared is the gradient before it."


def _batch(state: State) -> range:
    here = state.position
    return state.history.segment_at(here.epoch, here.sample).batch(here.epoch, here.sample)


def _why_not(state: State) -> str:
    """Why the sums of the pass on screen are no gradient of one loss, in a sentence; empty where they are."""
    here, batch = state.position, _batch(state)
    first = (here.epoch - 1) * state.history.samples + batch.start - 1
    if not state.scenario.zero_grad:
        return "grad_… is a pile of the gradients of many updates, of no one loss: it is not compared."
    if not state.timeline.learning.updates:
        return f"grad_… is compared at the batch's last sample, {batch.stop - 1}."
    if state.history.segment_at(here.epoch, here.sample).start > first:
        return "grad_… began before the edit, at other numbers: it is not compared."
    if len(batch) * len(state.timeline.graph.free) > _MOST:
        return f"grad_… is not compared: {len(batch):,} samples would take too long."
    return ""


@lru_cache(maxsize=2)
def _compared(one: Pass, batch: range, stage: int) -> tuple[Comparison, ...]:
    graph = one.timeline.graph
    done = {rule.quantity for rule in one.timeline.rules[:stage] if rule.phase is Phase.ACCUMULATE}
    names = {node.name: accumulated_name(node.name) for node in graph.free}
    gradients = {name: one.known[summed] for name, summed in names.items() if summed in done}
    model = model_of(one.scenario)
    return tuple(compare(graph, [{**one.given, **model.given(number)} for number in batch], gradients))
