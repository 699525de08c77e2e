"""What is said of how a loss has moved since the epoch before, and where there is nothing more to learn."""

from collections.abc import Iterator

from backprop_tui.core.backprop import LEARNING_RATE, local_name
from backprop_tui.present.dead_gates import dead_gates
from backprop_tui.present.endings import goes_round
from backprop_tui.present.events import Kind, mean_before, mean_here
from backprop_tui.present.explanation.step_context import StepContext
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import apart, beginning
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.training import is_right, since

_LAST_DIGITS = 1e-12


def change(moment: StepContext) -> Iterator[str]:
    """How the loss has moved since this sample came before, and why; nothing where it has not come."""
    before = moment.before
    if before is None:
        return
    if Kind.OSCILLATING in moment.kinds:
        yield f"Oscillating: {goes_round(moment.state)}."
        if moment.one_sample and _crossed(moment, before):
            yield "The answer has jumped from one side of the target to the other."
        yield "A smaller learning rate makes smaller steps (key e)."
        return
    overshot, mean = Kind.OVERSHOOT in moment.kinds, _mean(moment)
    if overshot and not moment.one_sample:
        yield f"Overshoot: {mean}."
    elif Kind.JUST_CLOSED in moment.kinds:
        yield _closed(before, moment.view)
    yield f"{'Overshoot: ' if overshot and moment.one_sample else ''}{_start(moment, before)}."
    if overshot and moment.one_sample:
        yield f"{_why_overshot(moment)}{_how_too_long(moment, before)}."
    if overshot:
        yield "A smaller learning rate makes smaller steps (key e)."
    elif Kind.ROSE in moment.kinds:
        yield from _why_risen(moment, before)
    if mean and not overshot and not moment.one_sample:
        yield f"{beginning(mean)}."


def _start(moment: StepContext, before: Pass) -> str:
    moved = _moved(moment, before)
    is_first_word = Kind.OVERSHOOT not in moment.kinds or not moment.one_sample
    return beginning(moved) if is_first_word else moved


def _moved(moment: StepContext, before: Pass) -> str:
    whose = "the loss" if moment.one_sample else "the loss of this sample"
    return f"{whose} {_from_to(before.known[moment.node.name], moment.value, 'an epoch ago')}"


def _from_to(was: float, now: float, then: str) -> str:
    if was == now:
        return f"is {number(now)}, as {then}"
    if abs(now - was) <= _LAST_DIGITS * max(abs(now), abs(was)):
        return f"is {number(now)}, as {then} but for the last digits"
    first, last = apart(was, now)
    return f"{'fell' if now < was else 'rose'} from {first} to {last}"


def _mean(moment: StepContext) -> str:
    """How the mean loss of an epoch has moved, as a clause: of this one, at its last sample, or of those before."""
    state, history = moment.state, moment.state.history
    epoch, now = state.position.epoch, mean_here(state)
    if now is not None and (was := mean_before(state)) is not None:
        return f"the mean loss of the epoch {_from_to(was, now, 'in the one before')}"
    if now is None and epoch - 2 >= history.first_epoch(epoch):
        was, now = history.losses[epoch - 3], history.losses[epoch - 2]
        return f"the mean of all samples {_from_to(was, now, 'before')} in the epoch before this"
    return ""


def _why_risen(moment: StepContext, before: Pass) -> Iterator[str]:
    rate = moment.of(LEARNING_RATE)
    if not moment.view.scenario.zero_grad:
        yield "Sums of gradients are never set to 0, so that every step follows the earlier gradients too."
    elif moment.view.scenario.batch_size > 1:
        yield "A batch's update is made for all of its samples together; it need not suit each of them."
    elif not moment.view.scenario.descends_plainly:
        yield f"The steps of {moment.view.scenario.optimizer.name} follow earlier gradients too, and those of others."
    elif rate < 0:
        yield f"The learning rate {number(rate)} is negative: every step goes with the gradient, uphill."
        yield "A positive one goes downhill (key e)."
    elif _own_step(moment, before) <= before.known[moment.node.name]:
        yield "Its own step did not raise it: the steps of other samples, which move the same parameters, did."
    else:
        yield "Its own step was too long for it; the steps of other samples came on top."


def _own_step(moment: StepContext, before: Pass) -> float:
    """The loss of this sample right after its own step an epoch ago."""
    from backprop_tui.core.compiled import compile_forward  # noqa: PLC0415 - rarely asked

    names = (node.name for node in moment.graph.parameters)
    return compile_forward(moment.graph)({**before.given, **dict(zip(names, before.after, strict=True))})[-1]


def _why_overshot(moment: StepContext) -> str:
    scenario = moment.view.scenario
    if not scenario.zero_grad:
        return "The step followed a sum of gradients that is never set to 0"
    if not scenario.descends_plainly:
        return f"The step by {scenario.optimizer.name} was too long, or led by earlier gradients"
    return "The direction was right, the step too long"


def _how_too_long(moment: StepContext, before: Pass) -> str:
    if Kind.JUST_CLOSED in moment.kinds or len(moment.outputs) != 1 or not _crossed(moment, before):
        return ""
    return ": it jumped over the target and landed farther away on the other side"


def _crossed(moment: StepContext, before: Pass) -> bool:
    """Whether the only answer has changed sides since the epoch before."""
    if len(moment.outputs) != 1:
        return False
    ((answer, target),) = moment.outputs
    was, now = before.known[answer] - before.known[target], moment.of(answer) - moment.of(target)
    return was * now < 0


def _closed(before: Pass, after: Pass) -> str:
    """Which gate the steps from one pass to another have closed for good; empty where they have closed none."""
    graph = after.timeline.graph
    for name in sorted(dead_gates(after)):
        (z,) = graph.by_name[name].args
        if before.known[local_name(graph, name, z)] != 0:
            who = "The step before" if len(after.scenario.samples) == 1 else "The steps since the epoch before"
            went = f"{z} went from {number(before.known[z])} to {number(after.known[z])}"
            return f"{who} closed the gate of {name}: {went}, so {name} is 0 and lets no gradient back."
    return ""


def converged(moment: StepContext) -> Iterator[str]:
    """Since when the loss is as good as 0, and how many steps that took."""
    state, before = moment.state, moment.before
    first = since(state, state.position.epoch)
    loss = moment.value if moment.one_sample else state.history.losses[state.position.epoch - 1]
    is_new = first == state.position.epoch
    whose = "the loss" if moment.one_sample else "the mean loss of the epoch"
    good = "" if loss == 0 else ", as good as 0"
    if is_new and moment.one_sample and before is not None and moment.value < before.known[moment.node.name]:
        exactly = "the answer is now the target exactly, " if moment.is_right and len(moment.outputs) == 1 else ""
        yield f"Converged: {exactly}{_moved(moment, before)}{good}."
    else:
        yield f"Converged{'' if is_new else f' already, since epoch {first}'}: {whose} is {number(loss)}{good}."
    if moment.one_sample:
        yield from _how_long(moment, first)
        yield from _how_right(moment)
    yield "There is nothing left to learn." if loss == 0 else "There is next to nothing left to learn."


def _how_long(moment: StepContext, first: int) -> Iterator[str]:
    """How many steps led to the epoch `first` that converged."""
    history = moment.state.history
    steps = first - 1 - history.segment_at(first, 1).start
    closed = _closed(history.view(first - 1, 1), history.view(first, 1)) if steps else ""
    if closed:
        yield closed
    elif steps == 1 and moment.of(LEARNING_RATE) > 0:
        yield "One step was enough because the learning rate happened to fit; usually it takes many small ones."
    elif steps > 1:
        yield f"It took {steps:,} steps, each of them the same {moment.view.timeline.last} stages."


def _how_right(moment: StepContext) -> Iterator[str]:
    answers = "The answers are" if len(moment.outputs) > 1 else "The answer is"
    if moment.is_right:
        yield f"{answers} right."
    elif is_right(moment.view):
        off = max(abs(moment.of(answer) - moment.of(target)) for answer, target in moment.outputs)
        yield f"{answers} right but for {number(off)}."
