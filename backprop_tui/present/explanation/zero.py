"""What is said of a gradient of 0: the answer is right, an input is 0, or something keeps it back."""

from collections.abc import Iterator, Sequence

from backprop_tui.core.backprop import SMALL_GRADIENT, gradient_name
from backprop_tui.core.graph import Node, Role
from backprop_tui.core.ops import ACTIVATIONS
from backprop_tui.core.softmax import CROSS_ENTROPY
from backprop_tui.present.contributions import contributions_to
from backprop_tui.present.dead_gates import dead_gates
from backprop_tui.present.endings import in_the_way
from backprop_tui.present.events import Kind
from backprop_tui.present.explanation.activation import words_of
from backprop_tui.present.explanation.step_context import StepContext, words_for
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import listed
from backprop_tui.present.zero_causes import Cause, ZeroCause, zero_causes
from backprop_tui.stepper.obstacles import obstruction
from backprop_tui.stepper.training import is_right


def zero(moment: StepContext) -> Iterator[str]:
    """Why the gradient of a parameter, or of a node before the loss, is 0: the first 0 on the way from the loss."""
    name, causes = moment.node.name, zero_causes(moment.view, moment.rule.quantity)
    if len(causes) > 1:
        yield f"{name} reaches the loss by several ways, and each has a 0 on it: {listed(_briefly(causes))}."
        yield f"So the gradient of {name} is 0."
        return
    ((kind, node),) = causes
    if kind in (Cause.GATE, Cause.FLAT):
        yield from _blocked(moment, kind, node)
    elif kind is Cause.RIGHT:
        yield f"The answer{_name_of(moment, node)} is right, so nothing asks {name} to change: its gradient is 0."
        if moment.graph.root.operation != CROSS_ENTROPY:
            yield "The walk back starts with a slope of 0, and 0 times anything is 0."
    elif kind is Cause.SHARE:
        yield f"The gradient of {name} is 0: softmax is so near 0 or 1 at {node} that its slope is 0 for the machine."
    elif kind is Cause.CANCELLATION and node == name:
        brought = listed([number(part.value) for part in contributions_to(moment.view, name)])
        yield f"0: the links of {name} bring {brought}, and these cancel."
        yield f"Each of them would move the loss; a small move of {name} takes them all and does not."
    elif kind is Cause.CANCELLATION:
        yield f"What comes back to {node} along several links cancels out, so {name} gets nothing: its gradient is 0."
        yield "Its ways to the loss pull against each other."
    elif kind is Cause.UNDERFLOW:
        yield "No factor is 0, but a product on the way is too small for the machine: it counts as 0."
    elif kind is Cause.WEIGHT:
        yield f"On the way back to {name} stands the weight {node} = 0, and 0 times anything is 0."
        yield f"Moving {name} does not move the loss: what it changes is multiplied by 0."
    else:
        yield f"The gradient of {name} is 0: what {name} is multiplied by, the {kind.value} {node}, is 0."
        yield f"Moving {name} does not move the loss: where its {kind.value} is 0, a weight does nothing."


def zero_gradient(moment: StepContext) -> Iterator[str]:
    """No gradient that an update would use is worth the name."""
    view, several = moment.view, len(moment.outputs) > 1
    exactly = all(moment.of(gradient_name(moment.graph, node.name)) == 0 for node in _learners(moment))
    zero_or_so = f"Zero gradient{'' if exactly else f', or as good as (none is above {number(SMALL_GRADIENT)})'}"
    if moment.is_right:
        are_right = "the answers are the targets" if several else "the answer is the target"
        yield f"{zero_or_so}: no small move of {_any_of(moment)} lowers the loss{_here(moment)}; {are_right}."
        yield _settled(moment) or "This sample asks for no change."
    elif is_right(view):
        yield f"{zero_or_so}: the {'answers are' if several else 'answer is'} right but for {_how_far(moment)}."
        yield _settled(moment) or "This sample asks for next to no change."
    elif found := obstruction(view):
        yield f"{zero_or_so}, although {_how_wrong(moment)}: {in_the_way(view, found)}."
        if Kind.STUCK in moment.kinds:
            nothing = "nothing" if exactly and view.scenario.descends_plainly else "next to nothing"
            yield f"Stuck: updates change {nothing} any more."
            yield f"Only other numbers can free {_learning(moment)} (key e)."
        else:
            yield f"From this sample {_who_learns(moment)} {'nothing' if exactly else 'next to nothing'}."
    else:
        yield f"{zero_or_so}. The distance is as small: {_how_far(moment)}."
        if view.scenario.descends_plainly:
            yield "Such a step moves next to nothing; beside a target as small it may be much."


def _settled(moment: StepContext) -> str:
    if Kind.CONVERGED in moment.kinds:
        return "Converged: updates change next to nothing any more."
    is_plain = moment.view.scenario.descends_plainly
    return "Converged: updates change nothing any more." if moment.is_right and moment.one_sample and is_plain else ""


def _blocked(moment: StepContext, kind: Cause, node: str) -> Iterator[str]:
    """A gradient that a closed gate or a level activation keeps back."""
    stopped = moment.graph.by_name[node]
    (z,), name = stopped.args, words_of(stopped.operation).name
    is_corner = moment.of(z) in ACTIVATIONS[stopped.operation].kinks
    if kind is Cause.FLAT:
        yield f"Flat: at {z} = {moment.text(z)} {name} is level for the machine."
    else:
        dead = f"Dead {name}" if node in dead_gates(moment.view) else "Gate closed for this sample"
        where = f"{z} = {moment.text(z)} is below 0, where {name} is flat"
        if is_corner:
            where = f"{z} is exactly {moment.text(z)}, at the corner of {name}, where the slope counts as 0"
        yield f"{dead}: {where}."
    if moment.node.role is not Role.PARAMETER:
        if kind is Cause.FLAT:  # a slope that is too small for a float, and not 0 by its rule
            yield f"So the gradient of {moment.node.name} is 0 for the machine."
        else:
            yield f"So nothing of the loss gets through to {moment.node.name}: its gradient is 0."
        return
    although = "" if moment.is_right else f" although {_how_wrong(moment)}"
    yield f"The gradient is 0{although}: from this sample {_who_learns_nothing(moment)}."
    if _reaches(moment, z) and not is_corner:
        yield f"Moving {moment.node.name} still moves {z}, but no longer {node}."


def _reaches(moment: StepContext, z: str) -> bool:
    """Whether the parameter of the moment is one of those right before `z`, and a move of it moves z."""
    node = moment.graph.by_name[z]
    if moment.node.name not in node.args:
        return False
    half, index = len(node.args) // 2, node.args.index(moment.node.name)
    return index == len(node.args) - 1 or moment.of(node.args[index + half]) != 0


def _who_learns_nothing(moment: StepContext) -> str:
    """What the closed gate keeps from learning; in a network others may learn all the same."""
    if len(moment.activations) == 1:
        return f"{_who_learns(moment)} nothing"
    return f"{moment.node.name} learns nothing"


def _briefly(causes: tuple[ZeroCause, ...]) -> list[str]:
    """Each of several causes in a few words."""
    words = {
        Cause.RIGHT: "the answer {} is right",
        Cause.GATE: "the gate of {} is closed",
        Cause.FLAT: "{} is level",
        Cause.SHARE: "softmax is level at {}",
        Cause.CANCELLATION: "at {} links cancel out",
        Cause.UNDERFLOW: "at {} a product is too small for the machine",
    }
    return [words.get(kind, "{} is 0").format(node) for kind, node in causes]


def _name_of(moment: StepContext, answer: str) -> str:
    """The name of an answer, where there are several."""
    return f" {answer}" if len(moment.outputs) > 1 else ""


def _here(moment: StepContext) -> str:
    return "" if moment.one_sample else " of this sample"


def _any_of(moment: StepContext) -> str:
    return _learning(moment).replace(" and ", " or ")


def _learning(moment: StepContext) -> str:
    return words_for(_learners(moment))


def _who_learns(moment: StepContext) -> str:
    return f"{_learning(moment)} {'learns' if len(_learners(moment)) == 1 else 'learn'}"


def _learners(moment: StepContext) -> Sequence[Node]:
    """The parameters that updates move; all, where every one is held."""
    return [node for node in moment.graph.parameters if not node.fixed] or moment.graph.parameters


def _how_far(moment: StepContext) -> str:
    return number(max(abs(moment.of(answer) - moment.of(target)) for answer, target in moment.outputs))


def _how_wrong(moment: StepContext) -> str:
    wrong = [answer for answer, target in moment.outputs if moment.of(answer) != moment.of(target)]
    if len(moment.outputs) == 1:
        return f"the answer is wrong by {_how_far(moment)}"
    return f"{listed(wrong)} {'is' if len(wrong) == 1 else 'are'} wrong, by up to {_how_far(moment)}"
