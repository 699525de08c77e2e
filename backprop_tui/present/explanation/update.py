"""What is said of an update: only now a number changes, against its gradient."""

from collections.abc import Iterator

from backprop_tui.core.backprop import LEARNING_RATE, Phase, gradient_name
from backprop_tui.present.explanation.step_context import StepContext
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import apart, counted, listed


def update(moment: StepContext) -> Iterator[str]:
    """How a parameter steps, or why it stays."""
    name = moment.node.name
    rest = [moment.view.timeline.rules[stage - 1].quantity for stage in _later(moment)]
    if moment.is_first() or (moment.value != moment.of(name) and not any(_stepped_before(moment))):
        yield from _first_step(moment)
    elif moment.value == moment.of(name):
        yield f"{name} stays {number(moment.value)}: {_why_not(moment)}."
    elif moment.is_last:
        yield f"{name} steps too{_how_far(moment)}, by the gradient of the same pass: {_no_part(moment)}."
    else:
        yield f"The same step for {name}{_how_far(moment)}, by the gradient of the same pass."
    if rest:
        computed = "z, a and L still belong" if len(moment.activations) == 1 else "all that was computed belongs"
        old = f"; {computed} to the old {name}" if moment.value != moment.of(name) else ""
        yield f"{listed(rest)} {'is' if len(rest) == 1 else 'are'} still to come{old}."
        return
    lines = "this line is" if moment.is_first() else f"these {counted(len(moment.stages(Phase.UPDATE)))} lines are"
    yield f"In PyTorch {lines} optimizer.step()."
    if any(_stepped(moment)):
        yield "The next forward pass shows whether it helped."
    elif moment.one_sample:
        yield "Nothing has changed, so the next forward pass will give the same answer."
    else:
        yield "Nothing has changed for the sake of this sample."


def _first_step(moment: StepContext) -> Iterator[str]:
    name, rate = moment.node.name, moment.of(LEARNING_RATE)
    gradient = moment.of(gradient_name(moment.graph, name))
    if moment.value == moment.of(name):
        yield f"Now numbers may change, but {name} stays {number(moment.value)}: {_why_not(moment)}."
        return
    sign = "negative" if gradient < 0 else "positive"
    way = f"{name} goes {'up' if moment.value > moment.of(name) else 'down'}{_how_far(moment)}"
    if rate < 0:
        yield f"Now something changes, but the wrong way: the learning rate {number(rate)} is negative."
        yield f"The step goes with the gradient, uphill: the gradient is {sign}, so {way}."
    else:
        yield "Now something changes."
        step = f"Step against the gradient, as far as the learning rate {number(rate)} says"
        yield f"{step}: the gradient is {sign}, so {way}."


def _why_not(moment: StepContext) -> str:
    """Why a parameter keeps its number."""
    if moment.of(gradient_name(moment.graph, moment.node.name)) == 0:
        return "its gradient is 0"
    if moment.of(LEARNING_RATE) == 0:
        return "the learning rate is 0"
    return "the step is too small for the digits of a machine number"


def _how_far(moment: StepContext) -> str:
    was, now = apart(moment.of(moment.node.name), moment.value)
    return f", from {was} to {now}"


def _no_part(moment: StepContext) -> str:
    """The parameters that have stepped before this one, which it must not be computed from."""
    stages = moment.stages(Phase.UPDATE)
    stepped = [moment.view.timeline.rules[stage - 1].quantity for stage in stages[:-1]]
    if len(stepped) == 1:
        return f"the new {stepped[0]} plays no part in it"
    return "the other new numbers play no part in it"


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
