"""What is said of batches: how the gradients of several samples become one, and when they are used."""

import math
from collections.abc import Iterator

from backprop_tui.core.backprop import BATCH_SIZE, gradient_name
from backprop_tui.core.expression import before
from backprop_tui.present.explanation.step_context import StepContext
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import counted, listed

_MOST_SAMPLES = 8
_MOST_RULES = 1_000  # of the passes looked back at; more take longer than a key press should


def accumulate(moment: StepContext) -> Iterator[str]:
    """A sample's share in the gradient of its batch, and what is in the sum by now."""
    learning, count = moment.view.timeline.learning, int(moment.of(BATCH_SIZE))
    gradient, was = moment.of(gradient_name(moment.graph, moment.node.name)), before(moment.rule.quantity)
    whole = f"its gradient, {number(gradient)}, over {count}" if count > 1 else "its gradient"
    if learning.anew:
        over = f", over the {count} samples of the batch" if count > 1 else ""
        yield f"{number(moment.value)}: this sample's gradient, {number(gradient)}{over}; the sum starts anew."
    else:
        added = f"this sample adds {number(gradient / count)}, {whole}"
        yield f"{number(moment.value)}: {moment.text(was)} was there; {added}."
    yield from _forgotten(moment)
    here = moment.state.position
    if moment.is_first():
        if here.epoch == 1 and here.sample == 1:
            yield from _what_batches_are(moment)
        yield from _smaller(moment, count)
        yield from _progress(moment, count)
        yield from _pulls(moment)
    else:
        yield from _pulls(moment)
        yield from _progress(moment, count)
    if moment.sums_outlast_updates and learning.anew:
        yield "zero_grad is false: nothing will set this sum to 0 for the next batch."


def _what_batches_are(moment: StepContext) -> Iterator[str]:
    """The three words that training is told in."""
    samples, size = len(moment.view.scenario.samples), moment.view.scenario.batch_size
    if size > 1:
        batch = f"a batch is {'up to ' if samples % size else ''}{size} samples and one update"
        yield f"A sample is inputs with their target; {batch}; an epoch is all {samples}."


def _smaller(moment: StepContext, count: int) -> Iterator[str]:
    if count < moment.view.scenario.batch_size:
        left = "sample is" if count == 1 else "samples are"
        yield f"Only {counted(count)} {left} left for this batch, the epoch's last: it is divided by that."


def place(moment: StepContext) -> tuple[int, int]:
    """Which sample of its batch the pass runs on, from 1, and how many there are."""
    here = moment.state.position
    batch = moment.state.history.segment_at(here.epoch, here.sample).batch(here.epoch, here.sample)
    return here.sample - batch.start + 1, len(batch)


def _progress(moment: StepContext, count: int) -> Iterator[str]:
    if count == 1:
        return
    number_in = place(moment)[0]
    if number_in < count:
        yield f"{number_in} of {count} samples in: nothing is updated until the batch is through."
    elif _is_mean(moment):
        yield f"All {count} are in: this is the gradient of the batch's mean loss, and what the update uses."
    else:
        yield f"All {count} are in: the update uses {moment.rule.quantity}, the sum."


def _forgotten(moment: StepContext) -> Iterator[str]:
    """The classic mistake, where it bites: gradients that have been used are still in the sum."""
    old = old_sum(moment)
    if old == 0 or not moment.sums_outlast_updates:
        return
    yield f"Never set to 0 (zero_grad is false, the classic mistake): {number(old)} of it is old, from updates before."


def _pulls(moment: StepContext) -> Iterator[str]:
    """The gradients of the batch's samples so far, each its own."""
    found = gradients_so_far(moment)
    if not 2 <= len(found) <= _MOST_SAMPLES:
        return
    told = listed([number(one) for one in found], most=_MOST_SAMPLES)
    if min(found) < 0 < max(found):
        yield f"The samples pull in different directions: their gradients so far are {told}."
    elif min(found) > 0 or max(found) < 0:
        yield f"The samples pull the same way: their gradients so far are {told}."
    else:
        yield f"The samples' gradients so far are {told}."


def gradients_so_far(moment: StepContext) -> list[float]:
    """The gradient of the moment's parameter for each sample of its batch, in order, up to this one.

    None where it would take too long to look, or where they come from other numbers, edited in between.
    """
    here, history = moment.state.position, moment.state.history
    segment = history.segment_at(here.epoch, here.sample)
    name, samples = gradient_name(moment.graph, moment.node.name), range(batch_start(moment), here.sample + 1)
    if len(samples) > _MOST_SAMPLES or len(samples) * moment.view.timeline.last > _MOST_RULES:
        return []
    if history.segment_at(here.epoch, samples.start) is not segment:
        return []
    return [history.view(here.epoch, sample).known[name] for sample in samples]


def batch_start(moment: StepContext) -> int:
    """The first sample of the batch."""
    return moment.state.position.sample - place(moment)[0] + 1


def old_sum(moment: StepContext) -> float:
    """How much of the sum of gradients comes from batches before this one."""
    here, name = moment.state.position, before(f"grad_{moment.node.name}")
    first = moment.state.history.view(here.epoch, batch_start(moment))
    return 0.0 if first.timeline.learning.anew else first.given.get(name, 0.0)


def _is_mean(moment: StepContext) -> bool:
    """Whether the sum is that of the batch's gradients alone, divided by how many there are."""
    found = gradients_so_far(moment)
    mean = sum(found) / len(found) if found else math.nan
    return abs(mean - moment.value) <= 1e-9 * max(map(abs, (*found, 0.0)))
