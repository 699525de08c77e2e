"""What is said of the loss: what it measures, how it has changed, and how it moves with the answer."""

import math
from collections.abc import Callable, Iterator

from backprop_tui.core.expression import evaluate
from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.softmax import CROSS_ENTROPY
from backprop_tui.present.events import Kind, out_of_reach
from backprop_tui.present.explanation.activation import words_of
from backprop_tui.present.explanation.step_context import LEAST_DIVISOR, StepContext
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import moves


def loss(moment: StepContext) -> Iterator[str]:
    """What the loss says, first of all what has happened to it."""
    if Kind.CONVERGED in moment.kinds or moment.before:
        from backprop_tui.present.explanation.loss_change import change, converged  # noqa: PLC0415 - not in the first epoch

        yield from converged(moment) if Kind.CONVERGED in moment.kinds else change(moment)
    if Kind.OUT_OF_REACH in moment.kinds:
        yield from _out_of_reach(moment)
    if not moment.kinds:
        yield from _meaning(moment)


def loss_slope(moment: StepContext) -> Iterator[str]:
    """How the loss moves with one of the answers."""
    answer = moment.rule.argument
    target = dict(moment.outputs).get(answer, "")
    if moment.node.operation == CROSS_ENTROPY and moment.value == 0:
        yield from _probability_slope(moment, answer, target)
    elif moment.value != 0:
        if not is_held(moment, answer):
            yield f"If {answer} rises a little, the loss {moves(moment.value)}: {number(moment.value)}."
        yield from _SLOPES.get(moment.node.operation, _signed_slope)(moment, answer, target)
    elif target and moment.of(answer) == moment.of(target):
        yield _at_target(moment, answer)
        yield "So nothing has to change." if moment.is_right else f"{answer} asks for no change; others do."
    else:
        yield "The slope is too small for the machine: it counts as 0."


def _at_target(moment: StepContext, answer: str) -> str:
    row = LOSSES[moment.node.operation]
    which = f"{answer} is its target" if len(moment.outputs) > 1 else "the answer is the target"
    if row.kinks:
        return f"Here {which}, where the distance has a corner: by convention 0, {row.convention}."
    lowest = f"{'the loss' if len(moment.outputs) == 1 else 'its part of the loss'} is at its lowest, where it is level"
    return f"Here {which}{'' if is_held(moment, answer) else f': {lowest}'}: 0."


def is_held(moment: StepContext, answer: str) -> bool:
    """Whether bce divides by its least divisor because `answer` is all but 0 or 1."""
    return moment.is_held(answer)


def _out_of_reach(moment: StepContext) -> Iterator[str]:
    answer, target = next(out_of_reach(moment.graph, moment.view.given))
    operation = moment.graph.by_name[answer].operation
    row, wanted = ACTIVATIONS[operation], moment.of(target)
    name = words_of(operation).name.replace("the ", "a ")
    reach = choose = f"between {number(row.low)} and {number(row.high)}"
    if math.isinf(row.high):
        reach, choose = f"{number(row.low)} or more", f"not below {number(row.low)}"
    yield f"Out of reach: {name} answers {reach}, never {number(wanted)}."
    if len(moment.outputs) == 1:
        nearest = {**moment.view.known, answer: row.low if wanted < row.low else row.high}
        whose = "" if moment.one_sample else " of this sample"
        yield f"The loss{whose} can sink towards {number(evaluate(moment.rule.expression, nearest))} but not below."
    yield f"Choose a target {choose} or another activation (key e)."


def _meaning(moment: StepContext) -> Iterator[str]:
    """What the loss measures, and what its number says."""
    row = LOSSES.get(moment.node.operation)
    subject = "The loss" if moment.before is None else "It"
    if row is None:
        yield f"Everything before it comes down to this one number: {number(moment.value)}."
        return
    if row.name == CROSS_ENTROPY:
        from backprop_tui.present.explanation.softmax import cross_entropy  # noqa: PLC0415 - rarely needed

        yield from cross_entropy(moment, subject)
        yield "To train is to make it smaller."
        return
    if len(moment.outputs) > 1:
        whole = "the mean of these" if row.mean else "these added up"
        yield f"{subject} is one number for how wrong the answers are: for each output {row.about}; {whole}."
        yield "To train is to make it smaller."
        return
    ((answer, target),) = moment.outputs
    words = _MEANINGS.get(row.name)
    meaning = words(moment, answer, target) if words else f"{row.about}."
    yield f"{subject} is one number for how wrong the answer is: {meaning}"
    if row.name == "bce" and 0 < moment.of(target) < 1:
        yield f"It is lowest where {answer} is {moment.text(target)}."
    elif moment.value == 0:
        right = moment.of(answer) == moment.of(target)
        yield "It is 0: the answer is right." if right else "The distance is so small that it is 0 for the machine."
        return
    yield "To train is to make it smaller."
    if row.name != "bce" or moment.of(target) in (0, 1):
        yield "0 would be perfect."


def _mse(_moment: StepContext, _answer: str, _target: str) -> str:
    return "the distance to the target, squared, so that too high and too low both count."


def _half_squared(_moment: StepContext, answer: str, target: str) -> str:
    return f"half the squared distance to the target; the half makes its derivative simply {answer} − {target}."


def _mae(_moment: StepContext, _answer: str, _target: str) -> str:
    return "the plain distance to the target, so that being off twice as far costs twice as much."


def _huber(moment: StepContext, answer: str, target: str) -> str:
    if _is_near(moment, answer, target):
        return "at most 1 from the target half the squared distance, as here; beyond, the plain distance less 0.5."
    return "more than 1 from the target the plain distance less 0.5, as here; nearer, half the squared distance."


def _bce(moment: StepContext, answer: str, target: str) -> str:
    wanted = moment.of(target)
    if wanted in (0, 1):
        chance = answer if wanted == 1 else f"1 − {answer}"
        held = " (held at 100)" if moment.value == 100 else ""
        return f"the surprise at the target {number(wanted)} when it was given the probability {chance}{held}."
    return f"the surprise at the target when {answer} is taken as a probability."


_MEANINGS: dict[str, Callable[[StepContext, str, str], str]] = {
    "mse": _mse,
    "half_squared": _half_squared,
    "mae": _mae,
    "huber": _huber,
    "bce": _bce,
}


def _is_near(moment: StepContext, answer: str, target: str) -> bool:
    return abs(moment.of(answer) - moment.of(target)) <= 1


def _signed_slope(_moment: StepContext, _answer: str, _target: str) -> Iterator[str]:
    yield "The sign tells which way, the size how strongly."


def _mae_slope(moment: StepContext, answer: str, _target: str) -> Iterator[str]:
    size = number(abs(moment.value))
    yield f"With the plain distance it is {size} or −{size}, however far off {answer} is: only the sign matters."


def _huber_slope(moment: StepContext, answer: str, target: str) -> Iterator[str]:
    most, share = number(1 / len(moment.outputs)), f", divided by the {len(moment.outputs)} outputs"
    if _is_near(moment, answer, target):
        distance = f"{answer} − {target}{share if len(moment.outputs) > 1 else ''}"
        yield f"At most 1 from the target it is {distance}; beyond, it stays at {most} or −{most}."
    else:
        yield f"More than 1 from the target it stays at {most} or −{most}, however far off {answer} is."


def _bce_slope(moment: StepContext, answer: str, _target: str) -> Iterator[str]:
    if is_held(moment, answer):
        divisor = f"the divisor {answer}(1 − {answer})"
        yield f"{answer} is so near 0 or 1 that {divisor} is held at {number(LEAST_DIVISOR)}: {number(moment.value)}."
    else:
        yield "The surer a wrong answer is, the larger it gets."


def _probability_slope(moment: StepContext, answer: str, target: str) -> Iterator[str]:
    from backprop_tui.present.explanation.softmax import probability_slope  # noqa: PLC0415 - rarely needed

    return probability_slope(moment, answer, target)


_SLOPES: dict[str, Callable[[StepContext, str, str], Iterator[str]]] = {
    "mae": _mae_slope,
    "huber": _huber_slope,
    "bce": _bce_slope,
    CROSS_ENTROPY: _probability_slope,
}
