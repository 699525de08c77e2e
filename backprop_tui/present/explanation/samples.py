"""Beyond one gradient at one place: what all of them foretell together, and where the other samples pull."""

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache

from backprop_tui.core.backprop import SMALL_GRADIENT, Phase, gradient_name, run
from backprop_tui.core.models import model_of
from backprop_tui.core.softmax import HELD, SOFTMAX
from backprop_tui.present.explanation.step_context import StepContext
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import is_rounding, listed
from backprop_tui.stepper.history import Pass

_LARGEST = 1e150  # beyond, what is summed on the way may be too large for a machine number
_MOST_SAMPLES = 8
_MOST_RULES = 1_000  # of all samples together; more take longer than a key press should


def foretold(one: Pass, after: Sequence[float]) -> float:
    """By how much the gradients of `one` say that its loss changes where its parameters become `after`.

    Taylor's first term: each gradient times the move of its parameter, added up.  NaN where a probability is held:
    the loss is level there, and the gradients are those that it would have without.
    """
    graph = one.timeline.graph
    if any(node.operation == SOFTMAX and one.known[node.name] == HELD for node in graph.computed):
        return math.nan
    moves = (new - one.given[node.name] for node, new in zip(graph.parameters, after, strict=True))
    gradients = (one.known[gradient_name(graph, node.name)] for node in graph.parameters)
    return sum(gradient * move for gradient, move in zip(gradients, moves, strict=True))


def compared(moment: StepContext) -> Iterator[str]:
    """How the loss has changed since the sample's pass before, beside what that pass's gradients foretold."""
    before, root = moment.before, moment.graph.root.name
    if before is None:
        return
    expected = foretold(before, [moment.of(node.name) for node in moment.graph.parameters])
    was, now = before.known[root], moment.of(root)
    if not expected or not max(abs(expected), abs(now)) < _LARGEST or was == now or is_rounding(was, now):
        return
    said, came = number(expected), number(now - was)
    opening = f"By the gradients of epoch {before.epoch} the loss was to change by {said}"
    yield f"{opening}; {'and so it did' if said == came else f'it changed by {came}: they hold for small moves only'}."


def pulls(moment: StepContext) -> Iterator[str]:
    """Which samples would raise the moment's parameter and which would lower it, where they differ."""
    stage = moment.view.timeline.find(gradient_name(moment.graph, moment.node.name))
    up: list[str] = []
    down: list[str] = []
    for place, values in enumerate(_of_each_sample(moment.view), start=1):
        gradient = values[stage - 1]
        if not math.isfinite(gradient):
            return
        if abs(gradient) > SMALL_GRADIENT:
            (down if gradient > 0 else up).append(f"{place}")
    if up and down:
        low, high = (f"sample{'s' if len(some) > 1 else ''} {listed(some, most=_MOST_SAMPLES)}" for some in (down, up))
        yield f"Samples pull in different directions: {high} would have {moment.node.name} larger, {low} smaller."


@lru_cache(maxsize=4)
def _of_each_sample(one: Pass) -> tuple[tuple[float, ...], ...]:
    """All values up to the gradients for each sample, with the parameters of `one`; none where that takes too long."""
    samples, end = one.scenario.samples, one.timeline.phases[Phase.CHAIN][-1]
    if not 1 < len(samples) <= _MOST_SAMPLES or len(samples) * end > _MOST_RULES:
        return ()
    rules = one.timeline.rules[:end]
    model = model_of(one.scenario)
    return tuple(run(rules, {**one.given, **model.given(number)}) for number in range(1, len(samples) + 1))
