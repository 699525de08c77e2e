"""What is said before the first stage, and while the forward pass runs."""

import math
from collections.abc import Iterator, Mapping

from backprop_tui.core.backprop import LEARNING_RATE
from backprop_tui.core.graph import Graph, Node, Role
from backprop_tui.core.ops import ACTIVATIONS
from backprop_tui.present.events import pass_before
from backprop_tui.present.explanation.activation import answer
from backprop_tui.present.explanation.step_context import StepContext, passes_since_edit, words_for
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import apart, beginning, listed
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.state import Position, State

_FEW = 2  # so many parameters are told one by one


def start(state: State) -> Iterator[str]:
    """What the pass on screen is about to do."""
    here, view = state.position, state.view
    question = _question(view)
    if passes_since_edit(state) == 0 and here > Position(1, 1, 0):
        yield f"From here on the edited numbers hold; what came before stays as it was. {question}"
        yield "Each press of → computes one quantity of this pass."
    elif here.epoch == 1 and here.sample == 1:
        yield _what_it_is(view.timeline.graph)
        yield question
        yield "Each press of → computes one quantity: it appears where the ○ is."
    else:
        yield f"{_which_sample(state)}. {question}"
        yield from _what_changed(state)
        yield "All derivatives are computed afresh: those of the pass before belonged to its numbers."


def forward(moment: StepContext) -> Iterator[str]:
    """What a node of the forward pass is, and what its number says."""
    if moment.node.operation == "affine":
        yield from _pre_activation(moment)
    elif moment.node.operation in ACTIVATIONS:
        yield from _activation(moment)
    else:
        yield f"{moment.node.name} is computed from {listed(moment.node.args)}: {number(moment.value)}."


def _pre_activation(moment: StepContext) -> Iterator[str]:
    node = moment.node
    here = moment.state.position
    if here.stage == 1 and (here.epoch, here.sample) != (1, 1) and not moment.one_sample:
        yield f"{_which_sample(moment.state)}. {_question(moment.view)}"
    if moment.before:
        yield from _again(moment, moment.before)
        return
    inputs = node.args[len(node.args) // 2 : -1]
    whose = "The" if len(moment.activations) == 1 else "This"
    weighs = "weighs its input, weight times input, and adds its bias"
    if len(inputs) > 1:
        weighs = f"weighs its {len(inputs)} inputs, weight times input each, and adds all that and its bias"
    yield f"{whose} neuron {weighs}: this is the pre-activation {node.name}."
    if not any(moment.of(name) for name in inputs):
        yield f"Here only the bias is left, for {'every' if len(inputs) > 1 else 'the'} input is 0."
    yield "So far nothing is right or wrong."


def _again(moment: StepContext, before: Pass) -> Iterator[str]:
    node = moment.node
    own = tuple(moment.graph.by_name[name] for name in node.args if moment.graph.by_name[name].role is Role.PARAMETER)
    was, now = apart(before.known[node.name], moment.value)
    changed = tuple(one for one in own if moment.of(one.name) != before.known[one.name])
    if not changed:
        yield f"The forward pass again. {beginning(words_for(own))} have not changed since the epoch before."
    else:
        yield f"The forward pass again, {_with_new(changed, moment.view)}."
    yield f"{node.name} is {now}, as an epoch ago." if was == now else f"{node.name} was {was}; now it is {now}."
    if moment.state.position.stage == 1:  # a press of → comes from the pass before directly to here
        yield "The derivatives are gone: they belonged to the pass before."


def _changed(own: tuple[Node, ...], view: Pass, before: Pass) -> tuple[Node, ...]:
    return tuple(node for node in own if view.given[node.name] != before.given[node.name])


def _with_new(own: tuple[Node, ...], view: Pass) -> str:
    if len(own) > _FEW:
        return f"with new numbers for {words_for(own)}"
    return f"with {' and '.join(f'{node.name} = {number(view.known[node.name])}' for node in own)}"


def _activation(moment: StepContext) -> Iterator[str]:
    node = moment.node
    targets = [target for output, target in moment.outputs if output == node.name]
    if not targets:
        users = [user.name for user in moment.graph.consumers[node.name]]
        yield f"The activation turns {node.args[0]} into {node.name}, which feeds {listed(users)}."
        yield from answer(moment)
        return
    yield f"The activation turns {node.args[0]} into the answer {node.name}."
    yield from answer(moment)
    yield f"The answer should be {moment.text(targets[0])}{_verdict(moment.value, moment.of(targets[0]))}"


def _verdict(value: float, target: float) -> str:
    if value == target:
        return ", and it is."
    off, way = abs(value - target), "high" if value > target else "low"
    return f"; it is {number(off) if math.isfinite(off) else 'far'} too {way}."


def _what_it_is(graph: Graph) -> str:
    inputs = [node.name for node in graph.nodes if node.role is Role.INPUT]
    targets = [node.name for node in graph.nodes if node.role is Role.TARGET]
    neurons = sum(node.operation in ACTIVATIONS for node in graph.nodes)
    if neurons > 1:
        outputs = listed(graph.root.args[: len(targets)])
        return f"A network of {neurons} neurons takes {listed(inputs)} and answers with {outputs}."
    if len(inputs) == 1:
        return f"A neuron takes a number {inputs[0]} and answers with a number {graph.root.args[0]}."
    return f"A neuron takes {len(inputs)} numbers, {listed(inputs)}, and answers with one, {graph.root.args[0]}."


def _question(view: Pass) -> str:
    """Which answer is wanted for which input."""
    graph, known = view.timeline.graph, view.given
    inputs = [node.name for node in graph.nodes if node.role is Role.INPUT]
    targets = [node.name for node in graph.nodes if node.role is Role.TARGET]
    asked = f"{inputs[0]} = {number(known[inputs[0]])}" if len(inputs) == 1 else "these inputs"
    if len(targets) == 1:
        return f"For {asked} the right answer, the target, is {_told(targets, known)}."
    return f"For {asked} the right answers, the targets, are {_told(targets, known)}."


def _told(names: list[str], known: Mapping[str, float]) -> str:
    return listed([f"{name} = {number(known[name])}" for name in names])


def _which_sample(state: State) -> str:
    here, samples = state.position, state.history.samples
    return f"Epoch {here.epoch}, sample {here.sample} of {samples}" if samples > 1 else f"Epoch {here.epoch}"


def _what_changed(state: State) -> Iterator[str]:
    view, before = state.view, pass_before(state)
    own = view.timeline.graph.parameters
    if before is None:
        yield f"{beginning(words_for(own))} are as the sample before left them."
    elif all(view.given[node.name] == before.given[node.name] for node in own):
        rate = " (the learning rate is 0)" if view.given[LEARNING_RATE] == 0 else ""
        yield f"{beginning(words_for(own))} are what they were{rate}."
    elif len(own) > _FEW:
        yield f"{beginning(words_for(_changed(own, view, before)))} have new numbers."
    else:
        changes = []
        for node in own:
            was, now = apart(before.given[node.name], view.given[node.name])
            changes.append(f"{node.name} is {now}" if was == now else f"{node.name} went from {was} to {now}")
        yield f"{', '.join(changes)}."
