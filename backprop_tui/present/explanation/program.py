"""What is said of the stages of a program of expressions, by the operations that it is made of."""

from collections.abc import Iterator

from backprop_tui.core.backprop import Phase
from backprop_tui.core.graph import Node
from backprop_tui.core.ops import OPERATIONS
from backprop_tui.present.endings import goes_round, sentence
from backprop_tui.present.events import Kind
from backprop_tui.present.explanation.optimizing import optimized_update
from backprop_tui.present.explanation.step_context import StepContext, passes_since_edit
from backprop_tui.present.kinks import is_at_kink
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import apart, follows, is_rounding, listed, moves
from backprop_tui.stepper.state import Position, State
from backprop_tui.stepper.training import Ending


def start(state: State) -> Iterator[str]:
    """What the pass on screen is about to do."""
    graph, here = state.timeline.graph, state.position
    if passes_since_edit(state) == 0 and here > Position(1, 1, 0):
        yield "From here on the edited numbers hold; what came before stays as it was."
    elif here.epoch > 1:
        yield f"Epoch {here.epoch}: the program runs again, from the values that the update has made."
    count, root = len(graph.computed), graph.root.name
    given = [node.name for node in graph.nodes if not node.operation]
    operations, give = ("One operation", "gives") if count == 1 else (f"{count} operations", "give")
    yield f"{operations} on {listed(given)} {give} {root}."
    moved = [node.name for node in graph.parameters]
    if len(moved) == len(given):
        yield f"The walk back then tells how {root} moves with each value."
    elif moved:
        yield f"The walk back then tells how {root} moves with {listed(moved)}; the rest is given."
    else:
        yield "All values are given: there is nothing to walk back to."
    yield "Each → is one stage."


def program(moment: StepContext) -> Iterator[str]:
    """What the moment has computed, and what the operation at hand has to do with it."""
    match moment.rule.phase:
        case Phase.FORWARD:
            yield from _forward(moment)
        case Phase.LOCAL:
            yield from _local(moment)
        case Phase.CHAIN:
            yield from _gradient(moment)
        case Phase.UPDATE:
            yield from _update(moment)


def _forward(moment: StepContext) -> Iterator[str]:
    node, graph = moment.node, moment.graph
    if node is graph.root:
        yield from _change(moment)
    if moment.is_first():
        yield "The forward pass computes each operation from what it is made of."
    if node is not graph.root:
        yield f"{node.name} goes on into {listed([user.name for user in graph.consumers[node.name]])}."
    elif graph.parameters:
        yield f"{node.name} is the result: the walk back asks how it moves with each value."
    else:
        yield f"{node.name} is the result."


def _change(moment: StepContext) -> Iterator[str]:
    """How the result has moved since the epoch before."""
    before = moment.before
    if before is None:
        return
    if Kind.OSCILLATING in moment.kinds:
        yield f"Oscillating: {goes_round(moment.state)}."
        return
    name, was, now = moment.node.name, before.known[moment.node.name], moment.value
    if was == now:
        yield f"{name} is {number(now)}, as an epoch ago."
    elif is_rounding(was, now):
        yield f"{name} is {number(now)}, as an epoch ago but for the last digits."
    else:
        first, last = apart(was, now)
        word = "Overshoot: " if Kind.OVERSHOOT in moment.kinds else ""
        yield f"{word}{name} {'fell' if now < was else 'rose'} from {first} to {last}."
        if word:
            yield "A smaller learning rate makes smaller steps (key e)."


def _local(moment: StepContext) -> Iterator[str]:
    node, argument, graph = moment.node, moment.rule.argument, moment.graph
    if is_at_kink(moment.view, node, (argument,)):
        convention = OPERATIONS[node.operation].convention
        yield f"{number(moment.value)} by convention, as {node.name} has no slope here: {convention}."
    else:
        yield f"If {argument} moves a little, {node.name} {follows(moment.value)}: {number(moment.value)}."
    yield from _operation(node, argument)
    if node is graph.root and graph.consumers[argument] == (node,):
        yield f"{node.name} is all that {argument} goes into, so this is its gradient already."


def _gradient(moment: StepContext) -> Iterator[str]:
    name, root, users = moment.node.name, moment.graph.root.name, moment.graph.consumers[moment.node.name]
    corners = [node.name for node in moment.graph.computed if is_at_kink(moment.view, node, moment.ahead)]
    if corners:
        have = "has" if len(corners) == 1 else "have"
        yield f"{number(moment.value)} is the gradient by convention, as {listed(corners)} {have} no slope here."
    elif moment.value == 0:
        yield f"0: a small move of {name} moves {root} next to nothing."
    else:
        yield f"Raise {name} a little and {root} {moves(moment.value)}."
    yield from _ending(moment)
    if len(users) > 1:
        yield f"{name} goes into {listed([user.name for user in users])}; what each of them brings is added up."
    else:
        yield from _operation(users[0], name)
    if moment.is_last:
        yield f"In PyTorch this walk back is {root}.backward()."


def _ending(moment: StepContext) -> Iterator[str]:
    """Where the run as good as ends with this gradient."""
    for kind, ending in ((Kind.CONVERGED, Ending.CONVERGED), (Kind.STUCK, Ending.STUCK)):
        if kind in moment.kinds:
            yield sentence(moment.state, ending)


def _operation(node: Node, argument: str) -> Iterator[str]:
    """What the operation of `node` has to do with its argument."""
    row, places = OPERATIONS[node.operation], [place for place, one in enumerate(node.operands) if one == argument]
    if not row.second or places[0] == 0:
        yield row.sentence
    if row.second and places[-1] == 1:
        yield row.second


def _update(moment: StepContext) -> Iterator[str]:
    yield from optimized_update(moment)
    if moment.is_last:
        yield "With the new values the program runs again."
