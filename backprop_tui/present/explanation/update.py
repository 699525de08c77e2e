"""What is said of an update: only now a number changes, by the learning rate times its gradient."""

import math
from collections.abc import Iterator

from backprop_tui.core.backprop import LEARNING_RATE, Phase, gradient_name
from backprop_tui.present.explanation.samples import foretold, pulls
from backprop_tui.present.explanation.step_context import StepContext, passes_since_edit
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import counted, from_to, listed


def update(moment: StepContext) -> Iterator[str]:
    """How a parameter steps, or why it stays."""
    name = moment.node.name
    rest = [moment.view.timeline.rules[stage - 1].quantity for stage in _later(moment)]
    has_moved = moment.value != moment.of(name)
    if has_moved:
        yield _move(moment)
        if not any(_stepped_before(moment)):
            yield _step(moment)
    else:
        now = "Now numbers may change, but " if moment.is_first() else ""
        yield f"{now}{name} stays {number(moment.value)}: {_why_not(moment)}."
    if has_moved:
        yield from pulls(moment)
    if rest:
        computed = "z, a and L still belong" if moment.is_neuron else "all that was computed belongs"
        old = f"; {computed} to the old {name}" if has_moved else ""
        yield f"{listed(rest)} {'is' if len(rest) == 1 else 'are'} still to come{old}."
    else:
        yield from _last(moment)
    if has_moved and any(_stepped_before(moment)):
        yield _step(moment)


def _move(moment: StepContext) -> str:
    name, rate = moment.node.name, moment.of(LEARNING_RATE)
    way = f"goes {'up' if moment.value > moment.of(name) else 'down'}, {from_to(moment.of(name), moment.value)}"
    if any(_stepped_before(moment)):
        return f"{name} {way}, by the gradient of the same pass{_no_part(moment)}."
    if rate < 0:
        return f"Now something changes, but uphill, the learning rate {number(rate)} being negative: {name} {way}."
    return f"Now something changes, against the gradient: {name} {way}."


def _step(moment: StepContext) -> str:
    rate, gradient = moment.of(LEARNING_RATE), moment.of(gradient_name(moment.graph, moment.node.name))
    factors = f"{number(rate)} · {f'({number(gradient)})' if gradient < 0 else number(gradient)}"
    return f"The step is the learning rate times the gradient: {factors} = {number(rate * gradient)} is taken off."


def _last(moment: StepContext) -> Iterator[str]:
    """Now that every parameter has its new number."""
    lines = "this line is" if moment.is_first() else f"these {counted(len(moment.stages(Phase.UPDATE)))} lines are"
    yield f"In PyTorch {lines} optimizer.step()."
    moved = sum(_stepped(moment))
    if not moved:
        unchanged = "so the next forward pass will give the same answer"
        yield f"Nothing has changed, {unchanged}." if moment.one_sample else "Nothing has changed for this sample."
        return
    expected = foretold(moment.view, moment.view.after)
    epoch = moment.state.position.epoch + 1
    when = f"epoch {epoch} shows what it does"
    if not moment.one_sample:
        when = f"this sample comes again in epoch {epoch}, after the steps of the others"
    if math.isfinite(expected) and expected:
        yield f"By the gradients the loss is to change by {number(expected)}; {when}."
    if moved > 1:
        yield f"Each gradient takes the other numbers as fixed, but {counted(moved)} have moved at once."


def _why_not(moment: StepContext) -> str:
    """Why a parameter keeps its number."""
    if moment.of(gradient_name(moment.graph, moment.node.name)) == 0:
        if not moment.is_right or not moment.one_sample:
            return "its gradient is 0"
        has_learned = passes_since_edit(moment.state) > 0
        whose = "the neuron has" if moment.is_neuron else "the network has"
        return f"its gradient is 0, for the answer is right{f': {whose} learned' if has_learned else ''}"
    if moment.of(LEARNING_RATE) == 0:
        return "the learning rate is 0"
    return "the step is too small for the digits of a machine number"


def _no_part(moment: StepContext) -> str:
    """The parameters that have stepped before this one, which it must not be computed from; empty but at the last."""
    stages = moment.stages(Phase.UPDATE)
    if not moment.is_last:
        return ""
    stepped = [moment.view.timeline.rules[stage - 1].quantity for stage in stages[:-1]]
    if len(stepped) == 1:
        return f": the new {stepped[0]} plays no part in it"
    return ": the other new numbers play no part in it"


def _stepped(moment: StepContext) -> Iterator[bool]:
    """For each parameter that is updated, whether its number has changed."""
    for stage in moment.stages(Phase.UPDATE):
        name = moment.view.timeline.rules[stage - 1].node
        yield moment.view.values[stage - 1] != moment.of(name)


def _stepped_before(moment: StepContext) -> Iterator[bool]:
    """Likewise for those that come before this one."""
    for stage in range(moment.stages(Phase.UPDATE).start, moment.state.position.stage):
        yield moment.view.values[stage - 1] != moment.of(moment.view.timeline.rules[stage - 1].node)


def _later(moment: StepContext) -> range:
    return range(moment.state.position.stage + 1, moment.view.timeline.last + 1)
