"""What is said of an answer: why it is right, in one sentence, or what was done to get it."""

from collections.abc import Sequence

from backprop_tui.core.backprop import Phase
from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.optimizers import OPTIMIZERS
from backprop_tui.core.softmax import SOFTMAX
from backprop_tui.present.formulas import formula, symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.predicting.answer import Answer
from backprop_tui.present.predicting.asked import Asked
from backprop_tui.present.predicting.diagnosis import Found, Off, off
from backprop_tui.present.predicting.edge_mistakes import weight_of
from backprop_tui.present.predicting.slope_mistakes import zero_doubted
from backprop_tui.present.predicting.table import MISTAKES
from backprop_tui.present.sentences import counted

_OFF = {
    Off.MIRRORED: "{answer} has the right size and the wrong sign.",
    Off.SIGN: "{answer} has the wrong sign.",
    Off.POWER: "The digits of {answer} are right, its power of ten is not.",
    Off.LARGE: "{answer} is too large.",
    Off.SMALL: "{answer} is too small.",
}
_OFF_BELOW_0 = {Off.LARGE: "{answer} is too far below 0.", Off.SMALL: "{answer} is not far enough below 0."}
_DOUBTED = next(one for one in MISTAKES if one.gives is zero_doubted)


def why_wrong(asked: Asked, answer: Answer, causes: Sequence[Found]) -> str:
    """What leads to a wrong answer: the commonest mistake in a sentence, the others in a few words each."""
    if not causes:
        return how_off(asked.value, answer)
    first, *others = causes
    also = dict.fromkeys(one.mistake.short for one in others if one.mistake.short != first.mistake.short)
    return first.sentence + (f" The same number comes where {', or where '.join(also)}." if also else "")


def how_off(value: float, answer: Answer) -> str:
    """How an answer that no mistake explains misses `value`, which is not said."""
    if not answer.value:
        return "It is not 0."
    words = {**_OFF, **_OFF_BELOW_0} if answer.value < 0 else _OFF
    return words[off(value, answer)].format(answer=answer.shown)


def why_right(asked: Asked) -> str:
    """Why the number of the stage is what it is, in one sentence."""
    for _, words in zero_doubted(asked):
        return _DOUBTED.sentence.format_map(words)
    return f"Right: {_REASONS[asked.phase](asked)}."


def _forward(asked: Asked) -> str:
    node = asked.node
    if node.operation == "affine":
        return f"{node.name} adds up every input times its weight, and the bias"
    if node.operation == SOFTMAX:
        return f"{node.name} is its share of all e^z together"
    if (row := ACTIVATIONS.get(node.operation)) and asked.graph.root.operation in LOSSES:
        return f"{node.operation} {row.about}"
    return f"{node.name} is {formula(asked.rule.expression)}"


def _loss(asked: Asked) -> str:
    row = LOSSES.get(asked.node.operation)
    return f"the loss is {row.about}" if row else f"{asked.node.name} is the end of the walk"


def _local(asked: Asked) -> str:
    node, argument = asked.node, asked.rule.argument
    if node is asked.graph.root and asked.errors:
        return f"that is how much L moves when {argument} moves a little, nothing else moving"
    if node.operation in ACTIVATIONS:
        return f"that is the slope of {node.operation} at {argument} = {number(asked.of(argument))}"
    if node.operation == SOFTMAX:
        own = argument == node.args[node.layer.index(node.name)]
        return f"a probability {'rises with its own z' if own else 'falls when another z rises'}"
    if node.operation == "affine" and argument == node.args[-1]:
        return f"the bias is only added, so {node.name} moves just as much"
    if asked.is_weight:
        return f"{argument} is multiplied by {asked.inputs[0]}, so that is how much {node.name} moves with it"
    if node.operation == "affine":
        return f"{argument} is multiplied by {weight_of(node, argument)}, so that is how much {node.name} moves with it"
    return f"that is how much {node.name} moves when {argument} moves a little"


def _chain(asked: Asked) -> str:
    if len(asked.paths) > 1:
        return f"{counted(len(asked.paths))} paths meet at {asked.rule.node}, and what they bring is added up"
    return f"along the path the factors are multiplied: {' · '.join(symbol(name) for name in asked.paths[0])}"


def _accumulate(asked: Asked) -> str:
    return f"each sample adds its share of the mean gradient, 1/{number(asked.of('n'))} of its own"


def _update(asked: Asked) -> str:
    row = OPTIMIZERS[asked.view.timeline.learning.optimizer]
    if asked.rule.is_step and row.name == "sgd":
        return f"the learning rate times its gradient is taken off {asked.rule.node}"
    return f"{row.name} {row.about}"


_REASONS = {
    Phase.FORWARD: _forward,
    Phase.LOSS: _loss,
    Phase.LOCAL: _local,
    Phase.CHAIN: _chain,
    Phase.ACCUMULATE: _accumulate,
    Phase.UPDATE: _update,
}
