"""What is said where a run goes no farther: a value is not finite, or no update moves anything."""

import math
from collections.abc import Iterator

from backprop_tui.core.backprop import LEARNING_RATE, Phase
from backprop_tui.core.expression import names
from backprop_tui.core.models import is_program
from backprop_tui.present.endings import why_still
from backprop_tui.present.explanation.step_context import StepContext
from backprop_tui.present.formulas import symbol
from backprop_tui.present.not_finite import why_not_finite, why_of
from backprop_tui.present.numbers import number
from backprop_tui.stepper.training import is_divergence


def not_finite(moment: StepContext) -> Iterator[str]:
    """What is said from the first value on that is not finite."""
    broken, values = moment.view.first_not_finite, moment.view.values
    rule, value = moment.view.timeline.rules[broken - 1], values[broken - 1]
    what = "the loss" if rule.phase is Phase.LOSS else symbol(rule.quantity)
    if rule.phase is Phase.UPDATE:
        what = f"the new {what}"
    has_diverged = is_divergence(moment.state.history, moment.view)
    word, why = "Diverged" if has_diverged else "Not finite", why_not_finite(moment.view)
    how = f"not a number ({f'{why} on the way' if why == 'overflow' else why})"
    if not math.isnan(value):
        size = "infinite, too large for a machine number" if why == "overflow" else f"infinite ({why})"
        how = f"{'minus ' if value < 0 else ''}{size}"
    if moment.state.position.stage == broken:
        yield f"{word}: {what} is {how}{'; training stops' if moment.view.scenario.learns else ''}."
    elif math.isfinite(moment.value):
        yield f"{word}: {what} is {how}. This number is one that still could be computed; nothing follows the pass."
    else:
        yield f"{word}: {what} is {how}. {_consequence(moment)}"
    yield "Every earlier stage is still there (←)."
    yield _remedy(moment, why) if has_diverged else _other_numbers(moment, why)


def _consequence(moment: StepContext) -> str:
    """What another value that is not finite is due to: to one before it, or to its own rule."""
    rule, known = moment.rule, moment.view.known
    if all(math.isfinite(known[name]) for name in names(rule.expression)):
        return f"{symbol(rule.quantity)} is not finite either, for itself: {why_of(rule.expression, known)}."
    return "What is computed from it says nothing any more."


def standing_still(moment: StepContext) -> Iterator[str]:
    """What is said at the end of an epoch in which no update has moved anything."""
    what = "value" if is_program(moment.view.scenario) else "parameter"
    yield f"Standing still: {why_still(moment.state)}. No {what} has changed in this epoch."
    if moment.view.scenario.descends_plainly:
        yield "So every epoch from here on is the same as this one."


def _other_numbers(moment: StepContext, why: str) -> str:
    """What helps where no update is to blame."""
    here = moment.state.position
    since = " since the edit" if moment.state.history.segment_at(here.epoch, here.sample).start else ""
    cause = "are too large" if why == "overflow" else "lead to it"
    if not moment.view.scenario.learns:
        return f"The numbers that the program starts from {cause} (key e)."
    return f"No update{since} did this: the numbers that it starts from {cause} (key e)."


def _remedy(moment: StepContext, why: str) -> str:
    """What helps where values have grown from update to update."""
    rate, before, root = moment.of(LEARNING_RATE), moment.before, moment.graph.root.name
    has_grown = before is not None and not moment.of(root) <= before.known[root]
    if not moment.outputs and moment.of(root) == -math.inf:
        return f"{root} has no lowest value that a machine number could hold (other numbers: key e)."
    if not moment.view.scenario.descends_plainly:
        return "Smaller numbers or a smaller learning rate help (key e)."
    if has_grown and rate < 0:
        return f"The learning rate {number(rate)} is negative, so every step goes uphill: change it (key e)."
    if has_grown and moment.one_sample and why == "overflow":
        return f"The learning rate {number(rate)} is too large: change it (key e)."
    if moment.view.timeline.rules[moment.view.first_not_finite - 1].phase is Phase.UPDATE:
        return "A smaller learning rate makes smaller steps (key e)."
    return "Smaller numbers or a smaller learning rate help (key e)."
