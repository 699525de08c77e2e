"""What the network answers to every sample, with the parameters of the moment on screen."""

from functools import lru_cache
from typing import NamedTuple

from backprop_tui.core.backprop import Phase
from backprop_tui.core.compiled import compile_answers
from backprop_tui.present.numbers import number
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.state import State

_MOST = 6  # samples whose answers are told one by one

SIMULTANEOUS = (
    "The update on screen is not through: it takes effect as a whole, so these are the answers with the parameters "
    "it started from."
)
"""What is said in the middle of an update."""


class Answer(NamedTuple):
    """One sample's outputs, and its loss."""

    outputs: tuple[float, ...]
    loss: float


def is_after(state: State) -> bool:
    """Whether the pass on screen is done to its last stage, so that the parameters are those it ends with."""
    return state.position.stage >= state.timeline.last


def is_amid(state: State) -> bool:
    """Whether an update is under way on screen."""
    return state.position.stage in state.timeline.phases.get(Phase.UPDATE, ()) and not is_after(state)


def title(state: State) -> str:
    """Which parameters answer: those before or after the update at hand, which may come samples later."""
    epoch, sample, _ = state.position
    segment = state.history.segment_at(epoch, sample)
    if not segment.graph.free:
        return "Answers with parameters that are held fixed"
    batch, samples = segment.batch(epoch, sample), state.history.samples
    last = batch[-1]
    after = is_after(state) and sample == last
    if after and last == samples:
        return f"Answers after epoch {epoch}"
    place = f"epoch {epoch}" + (f", sample {last}" if len(batch) < samples else "")
    return f"Answers {'after' if after else 'before'} the update of {place}"


def answers(state: State) -> tuple[Answer, ...]:
    """The answer to each sample, in order, with the parameters of the moment."""
    return _answers(state.view, is_after(state))


def parameters(state: State) -> tuple[float, ...]:
    """The parameters of the moment: until the last stage of a pass those it began with, then those it ends with."""
    return _parameters(state.view, is_after(state))


def mean_loss(state: State) -> float:
    """The mean of the losses of all samples."""
    found = answers(state)
    return sum(answer.loss for answer in found) / len(found)


def _parameters(one: Pass, after: bool) -> tuple[float, ...]:
    return one.after if after else tuple(one.given[node.name] for node in one.timeline.graph.parameters)


@lru_cache(maxsize=2)
def _answers(one: Pass, after: bool) -> tuple[Answer, ...]:
    forward = compile_answers(one.timeline.graph, with_loss=True)
    samples = ((*sample.x, *sample.y) for sample in one.scenario.samples)
    return tuple(Answer(found[:-1], found[-1]) for found in forward(_parameters(one, after), samples))


def answers_in_words(state: State) -> str:
    """What a few samples with one output each are answered, beside their targets; "" for one sample, or for many."""
    samples = state.scenario.samples
    if not 1 < len(samples) <= _MOST or len(samples[0].y) > 1:
        return ""
    told = ", ".join(number(answer.outputs[0]) for answer in answers(state))
    targets = ", ".join(number(sample.y[0]) for sample in samples)
    which = "of the new parameters" if is_after(state) else "before this update"
    return f"Answers {which} to the {len(samples)} samples: {told}; targets: {targets}."
