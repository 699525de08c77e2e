"""What is said of softmax, the activation of a whole layer, and of cross-entropy, which belongs to it."""

from collections.abc import Iterator

from backprop_tui.core.backprop import Phase, local_name
from backprop_tui.core.expression import FUNCTIONS
from backprop_tui.core.graph import Node
from backprop_tui.core.softmax import HELD, LARGE, SOFTMAX
from backprop_tui.present.events import paths
from backprop_tui.present.explanation.step_context import StepContext
from backprop_tui.present.numbers import DIGITS, FULL, number, parse
from backprop_tui.present.sentences import counted, follows, listed

CROSS_ENTROPY = "cross_entropy"
"""What the loss is called."""

_HELDS_SHARE = 1e-290  # a gradient smaller than this may be made of nothing but probabilities that are held


def is_held(moment: StepContext, answer: str) -> bool:
    """Whether `answer` is a probability that would be smaller, were it not held."""
    return moment.graph.by_name[answer].operation == SOFTMAX and moment.of(answer) == HELD


def share(moment: StepContext) -> Iterator[str]:
    """A probability: the share of its e^z."""
    node, value = moment.node, moment.value
    own = own_sum(node)
    if is_held(moment, node.name):
        yield f"Held: {node.name} is {number(HELD)}, and no probability is let below, so that its ln is finite."
    else:
        together = "both" if len(node.args) == 2 else f"all {counted(len(node.args))}"
        yield f"{number(value)} is a share: of {together} e^z together, e^({own}) has so much."
    others = [z for z in node.args if z != own]
    held = {z for z in node.args if is_held(moment, _answer_of(moment, z))}
    pulling = [z for z in others if z not in held and value * moment.of(_answer_of(moment, z)) > 0]
    if pulling and own not in held:
        yield f"{node.name} depends on every z: raise {pulling[0]} and it falls."
    if node.name == node.layer[-1]:
        yield "All shares together are 1, so they can be read as probabilities."
    if any(abs(moment.of(z)) > LARGE for z in node.args):
        yield "The largest z is taken off every exponent, as e^z may leave the machine's range; no share changes."


def own_sum(node: Node) -> str:
    """The z that belongs to a probability."""
    return node.args[node.layer.index(node.name)]


def _answer_of(moment: StepContext, z: str) -> str:
    return moment.node.layer[moment.node.args.index(z)]


def share_slope(moment: StepContext) -> Iterator[str]:
    """An entry of the Jacobian: how a probability moves with one of the z."""
    node, z, value = moment.node, moment.rule.argument, moment.value
    own = z == own_sum(node)
    if is_held(moment, node.name):
        yield f"By its rule this is {number(value)}; but {node.name} is held at {number(HELD)}, and moves with no z."
    elif not own and is_held(moment, _answer_of(moment, z)):
        other = _answer_of(moment, z)
        yield f"By its rule this is {number(value)}; but {other} is held at {number(HELD)}, its own share being less."
    elif value == 0:
        yield f"If {z} moves a little, {node.name} does not move, as far as the machine can tell."
    else:
        yield f"If {z} moves a little, {node.name} {follows(value)}: {number(value)}."
    if _opens_the_jacobian(moment):
        count = len(node.layer) ** 2
        yield f"Every answer depends on every z: this is the first of {count} slopes, the Jacobian of softmax."
    if own:
        yield f"{z} is its own z; the slope {node.name}(1 − {node.name}) is at most 0.25, and next to 0 near 0 and 1."
    else:
        yield f"{z} belongs to {_answer_of(moment, z)}: what one share gains, the others lose."


def _opens_the_jacobian(moment: StepContext) -> bool:
    rules = moment.view.timeline.rules
    slopes = (one for one in rules if one.phase is Phase.LOCAL and moment.graph.by_name[one.node].operation == SOFTMAX)
    return next(slopes) is moment.rule


def cross_entropy(moment: StepContext, subject: str) -> Iterator[str]:
    """What the loss says of the probabilities."""
    wanted = [(answer, target) for answer, target in moment.outputs if moment.of(target) != 0]
    if len(wanted) == 1 and moment.of(wanted[0][1]) == 1:
        ((answer, target),) = wanted
        place = moment.outputs.index((answer, target)) + 1
        yield f"{subject} is −ln {answer}, the surprise at the right class, {place}: {_given(moment, answer)}."
        yield from _stops(moment)
        yield "The other answers count through it alone, as all add up to 1. Certain and right would be 0."
    else:
        yield f"{subject} is −ln of each probability, weighed by its target and added up: the surprise at the targets."
        yield from _stops(moment)
        yield "It is lowest, though not 0, where every answer is its target."


def _stops(moment: StepContext) -> Iterator[str]:
    """Where a logarithm goes no farther."""
    held = [answer for answer, target in moment.outputs if is_held(moment, answer) and moment.of(target) != 0]
    if held:
        yield f"{listed(held)} {'is' if len(held) == 1 else 'are'} held at {number(HELD)}, so −ln of it stops at 708.4."


def _given(moment: StepContext, answer: str) -> str:
    text = moment.text(answer)
    return f"it was given the probability {'all but 1' if text == '1' != repr(moment.of(answer))[:1] else text}"


def probability_slope(moment: StepContext, answer: str, target: str) -> Iterator[str]:
    """How cross-entropy moves with a probability."""
    if moment.value == 0:
        yield f"{target} is 0: the loss has no term with {answer}, which counts only by what it takes from the others."
    elif is_held(moment, answer):
        yield f"It is −{target}/{answer}, as steep as it gets: {answer} is held at {number(HELD)}."
    else:
        yield f"It is −{target}/{answer}: the less probability was given, the steeper."


def fused(moment: StepContext) -> str:
    """The answer whose gradient in its z is answer less target; empty where that is not the moment's."""
    users = moment.graph.consumers[moment.node.name]
    if moment.graph.root.operation != CROSS_ENTROPY or not users or users[0].operation != SOFTMAX:
        return ""
    return next(user.name for user in users if own_sum(user) == moment.node.name)


def collapse(moment: StepContext) -> Iterator[str]:
    """How the contributions of all outputs add up to answer less target."""
    answer = fused(moment)
    target = dict(moment.outputs)[answer]
    parts = [FUNCTIONS["·"](*(moment.of(factor) for factor in way)) for way in paths(moment.rule)]
    added = _adding(parts, moment.value)
    less = _less(moment.of(answer), moment.of(target), moment.value)
    if moment.value == 0:
        yield f"0: {answer} is {target} for the machine, and the gradient is answer less target."
    names = f"{answer} − {target}"
    yield f"Added up: {added} = {names} = {less}."
    yield "For this frameworks fuse the two: PyTorch's cross_entropy takes z."
    yield f"Each of the {counted(len(parts))} outputs adds its part, and of the whole Jacobian no more is left."


def _adding(parts: list[float], total: float) -> str:
    """The parts, with the fewest digits that give their sum."""
    for digits in range(DIGITS, FULL + 1):
        texts = [number(part, digits) for part in parts]
        if number(sum(map(parse, texts))) == number(total):
            break
    first, *rest = texts
    return " ".join((first, *(f"− {text[1:]}" if text.startswith("−") else f"+ {text}" for text in rest)))


def _less(answer: float, target: float, value: float) -> str:
    """``0.332 − 1``, with the fewest digits that give `value`."""
    for digits in range(DIGITS, FULL + 1):
        texts = number(answer, digits), number(target, digits)
        if number(parse(texts[0]) - parse(texts[1])) == number(value):
            return " − ".join(texts)
    return f"{texts[0]} − {texts[1]}, but for rounding"


def condition(moment: StepContext) -> str:
    """What a small move would need to do what the gradient says; empty where it does so anyway."""
    if moment.graph.root.operation != CROSS_ENTROPY:
        return ""
    for answer, target in moment.outputs:
        if answer in moment.ahead - {moment.node.name} and is_held(moment, answer) and moment.of(target) != 0:
            return f"if {answer} were not held at {number(HELD)}"
    return ""


def is_near_certain(moment: StepContext, limit: float) -> bool:
    """Whether a probability ahead is so near 1 that its slope has few digits, or is held at more than its share."""
    further = moment.ahead - {moment.node.name}
    if abs(moment.value) < _HELDS_SHARE and any(is_held(moment, a) for a, _ in moment.outputs if a in further):
        return True
    nodes = (moment.graph.by_name[answer] for answer, _ in moment.outputs)
    return any(
        one.operation == SOFTMAX
        and one.name in further
        and moment.of(local_name(moment.graph, one.name, own_sum(one))) <= limit * moment.of(one.name)
        for one in nodes
    )
