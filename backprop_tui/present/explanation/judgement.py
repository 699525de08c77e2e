"""What a loss is worth: how far off the answer is beside its target, and whether the gradients had foretold it."""

import math
from collections.abc import Iterator

from backprop_tui.present.events import Kind
from backprop_tui.present.explanation.loss import loss
from backprop_tui.present.explanation.samples import compared
from backprop_tui.present.explanation.step_context import StepContext, passes_since_edit
from backprop_tui.present.numbers import number

_SHARES = ((0.01, "wrong by a hair"), (0.25, "wrong, but not by much"), (1.0, "wrong"), (math.inf, "far off"))
"""How wrong an answer is that is off by at most this share of its target."""


def judged(moment: StepContext) -> Iterator[str]:
    """What is said of the loss, with its judgement: first where nothing else has happened, else after that."""
    first, *rest = loss(moment)
    happened = moment.kinds
    if passes_since_edit(moment.state) == 1:  # right after one step: that the loss fell as it did is the event
        happened -= {Kind.CONVERGED}
    if not moment.before:
        yield from _verdict(moment) if not happened else ()
        yield from (first, *rest)
    elif moment.one_sample and not happened:
        yield from (first, *compared(moment), *_verdict(moment), *rest)
    else:
        yield from (first, *rest, *compared(moment))


def _verdict(moment: StepContext) -> Iterator[str]:
    """How far off a lone answer is."""
    if len(moment.outputs) != 1 or moment.is_right:
        return
    ((answer, target),) = moment.outputs
    wanted = moment.of(target)
    off = abs(moment.of(answer) - wanted)
    if not wanted or not math.isfinite(off):
        return
    words = next(words for most, words in _SHARES if off <= most * abs(wanted))
    yield f"{number(moment.value)} means {words}: {number(off)} off a target of {number(wanted)}."
