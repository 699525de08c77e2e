"""What is said of the stages of a program of expressions, by the operations that it is made of."""

from collections.abc import Iterator

from backprop_tui.core.backprop import Phase, gradient_name
from backprop_tui.core.graph import Node
from backprop_tui.core.ops import OPERATIONS
from backprop_tui.present.explanation.step_context import StepContext, passes_since_edit
from backprop_tui.present.kinks import is_at_kink
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import follows, from_to, listed, moves
from backprop_tui.stepper.state import Position, State


def start(state: State) -> Iterator[str]:
    """What the pass on screen is about to do."""
    graph, here = state.timeline.graph, state.position
    if passes_since_edit(state) == 0 and here > Position(1, 1, 0):
        yield "From here on the edited numbers hold; what came before stays as it was."
    elif here.epoch > 1:
        yield f"Epoch {here.epoch}: the program runs again, from the values that the update has made."
    count = len(graph.computed)
    given = [node.name for node in graph.nodes if not node.operation]
    yield f"{'One operation' if count == 1 else f'{count} operations'} on {listed(given)} make {graph.root.name}."
    yield f"The walk back then tells how {graph.root.name} moves with each value."
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
    if moment.is_first():
        yield "The forward pass computes each operation from what it is made of."
    if node is graph.root:
        yield f"{node.name} is the result: the walk back asks how it moves with each value."
    else:
        yield f"{node.name} goes on into {listed([user.name for user in graph.consumers[node.name]])}."


def _local(moment: StepContext) -> Iterator[str]:
    node, argument, graph = moment.node, moment.rule.argument, moment.graph
    yield f"If {argument} moves a little, {node.name} {follows(moment.value)}: {number(moment.value)}."
    yield from _convention(moment, node)
    yield OPERATIONS[node.operation].sentence
    if node is graph.root and graph.consumers[argument] == (node,):
        yield f"{node.name} is all that {argument} goes into, so this is its gradient already."


def _gradient(moment: StepContext) -> Iterator[str]:
    name, root, users = moment.node.name, moment.graph.root.name, moment.graph.consumers[moment.node.name]
    if any(is_at_kink(moment.view, node) for node in moment.graph.computed if node.name in moment.ahead):
        yield f"{number(moment.value)} is the gradient by convention: at a corner there is no slope."
    elif moment.value == 0:
        yield f"0: a small move of {name} moves {root} next to nothing."
    else:
        yield f"Raise {name} a little and {root} {moves(moment.value)}."
    if len(users) > 1:
        yield f"{name} goes into {listed([user.name for user in users])}; what each of them brings is added up."
    else:
        yield OPERATIONS[users[0].operation].sentence
    if moment.is_last:
        yield f"In PyTorch this walk back is {root}.backward()."


def _update(moment: StepContext) -> Iterator[str]:
    name, old = moment.node.name, moment.view.given.get(moment.node.name, 0.0)
    if not moment.rule.is_step:
        yield f"The optimiser {moment.view.scenario.optimizer.row.about}."
    elif moment.value == old:
        yield f"{name} stays {number(old)}."
    else:
        yield f"Now {name} changes, {from_to(old, moment.value)}: by its gradient {gradient_words(moment)}."
    if moment.is_last:
        yield "With the new values the program runs again."


def gradient_words(moment: StepContext) -> str:
    """The gradient of the moment's parameter as it is shown."""
    return number(moment.of(gradient_name(moment.graph, moment.node.name)))


def _convention(moment: StepContext, node: Node) -> Iterator[str]:
    if is_at_kink(moment.view, node):
        yield f"This is a corner, where {OPERATIONS[node.operation].convention} by convention."
