"""What is said before the first stage, and while the forward pass runs."""

import math
from collections.abc import Iterator, Mapping

from backprop_tui.core.backprop import LEARNING_RATE
from backprop_tui.core.graph import Node, Role
from backprop_tui.core.ops import ACTIVATIONS
from backprop_tui.present.events import pass_before
from backprop_tui.present.explanation.activation import answer
from backprop_tui.present.explanation.step_context import StepContext, may_change, passes_since_edit, words_for
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import apart, beginning, counted, from_to, is_rounding, listed
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.state import Position, State

_FEW = 2  # so many parameters are told one by one
_EPOCH = "An epoch is one pass through every sample."


def start(state: State) -> Iterator[str]:
    """What the pass on screen is about to do."""
    here, view = state.position, state.view
    question = _question(view)
    if passes_since_edit(state) == 0 and here > Position(1, 1, 0):
        yield f"From here on the edited numbers hold; what came before stays as it was. {question}"
        yield "Each press of → computes one quantity of this pass."
    elif here.epoch == 1 and here.sample == 1:
        yield _what_it_is(view)
        yield question
        yield _what_may_change(view)
        yield _loss_and_rate(view)
        yield "Each → is one stage."
        yield from _names(view)
    else:
        yield f"{_which_sample(state)}. {question}"
        yield from _what_changed(state)
        yield "All derivatives are computed afresh: those of the pass before belonged to its numbers."
        yield _EPOCH


def forward(moment: StepContext) -> Iterator[str]:
    """What a node of the forward pass is, and what its number says."""
    if moment.node.operation == "affine":
        yield from _pre_activation(moment)
    elif moment.node.operation in ACTIVATIONS:
        yield from _activation(moment)
    elif moment.node.layer:
        from backprop_tui.present.explanation.softmax import share  # noqa: PLC0415 - rarely needed

        yield from share(moment)
        yield f"{moment.node.name} should be {moment.text(dict(moment.outputs)[moment.node.name])}."
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
    whose = "The neuron" if moment.is_neuron else f"Neuron {moment.place(node.args[-1])}"
    weighs = "weighs its input, weight times input, and adds its bias: this is"
    if len(inputs) > 1:
        weighs = "adds up weight times input and its bias:"
    yield f"{whose} {weighs} the pre-activation {node.name}."
    if not any(moment.of(name) for name in inputs):
        yield f"Here only the bias is left, for {'every' if len(inputs) > 1 else 'the'} input is 0."
    if moment.is_neuron and moment.outputs:
        yield f"{_sentence(moment.learning)} decide z, z decides a, and a decides the loss L: a chain."
    elif not moment.is_neuron and moment.is_first():
        yield f"Its weight for input {len(inputs)} is {node.args[len(inputs) - 1]}."
    yield "So far nothing is right or wrong."


def _again(moment: StepContext, before: Pass) -> Iterator[str]:
    node = moment.node
    own = tuple(moment.graph.by_name[name] for name in node.args if moment.graph.by_name[name].role is Role.PARAMETER)
    was, now = before.known[node.name], moment.value
    changed = tuple(one for one in own if moment.of(one.name) != before.known[one.name])
    if not changed:
        yield f"The forward pass again. {beginning(words_for(own))} have not changed since the epoch before."
    else:
        yield f"The forward pass again, {_with_new(changed, moment.view)}."
    if was == now:
        yield f"{node.name} is {number(now)}, as an epoch ago."
    elif is_rounding(was, now):
        yield f"{node.name} is {number(now)}, as an epoch ago but for rounding."
    else:
        texts = apart(was, now)
        yield f"{node.name} was {texts[0]}; now it is {texts[1]}."
    if moment.state.position.stage == 1:  # a press of → comes from the pass before directly to here
        yield "The derivatives are gone: they belonged to the pass before."
        yield _EPOCH


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
    yield f"The answer should be {moment.text(targets[0])}{_verdict(moment, targets[0])}"


def _verdict(moment: StepContext, target: str) -> str:
    value, wanted = moment.value, moment.of(target)
    if value == wanted:
        before = moment.before
        has_learned = before and moment.is_neuron and before.known[moment.node.name] != before.known[target]
        return f", and it is{': the neuron has learned it' if has_learned else ''}."
    if is_rounding(value, wanted):
        return ", and it is but for rounding."
    off, way = abs(value - wanted), "high" if value > wanted else "low"
    return f"; it is {number(off) if math.isfinite(off) else 'far'} too {way}."


def _what_it_is(view: Pass) -> str:
    graph = view.timeline.graph
    inputs = [node.name for node in graph.nodes if node.role is Role.INPUT]
    if not view.scenario.is_neuron:
        outputs = listed(graph.root.args[: len(view.scenario.layers[-1].weights)])
        neurons, layers = sum(len(layer.weights) for layer in view.scenario.layers), len(view.scenario.layers)
        shape = f"{neurons} neurons in {counted(layers)} layer{'s' if layers > 1 else ''}"
        return f"A network of {shape} takes {listed(inputs)} and answers with {outputs}."
    if len(inputs) == 1:
        return "A neuron turns input x into answer a, by a weight w, a bias b and an activation."
    return f"A neuron turns {listed(inputs)} into an answer a, by a weight for each, a bias b and an activation."


def _what_may_change(view: Pass) -> str:
    """What training may move, and what is held."""
    graph, layers = view.timeline.graph, view.scenario.layers
    free = may_change(graph, view.scenario)
    if not free:
        return "All parameters are held fixed: nothing is learned here."
    held = [node for node in graph.parameters if node.fixed]
    if not held:
        return f"Only {free} may change."
    if any(not layer.trainable for layer in layers) or any(not layer.biases_fixed for layer in layers):
        return f"Only {free} may change; the rest is held fixed."
    return f"Only {free} may change; {'the bias is' if view.scenario.is_neuron else 'the biases are'} held fixed."


def _loss_and_rate(view: Pass) -> str:
    return f"{view.scenario.loss} is the loss L, lr the learning rate."


def _names(view: Pass) -> Iterator[str]:
    """What the title row's words stand for, and what an index means."""
    scenario = view.scenario
    names = list(dict.fromkeys(layer.activation for layer in scenario.layers))
    full = _IN_FULL.get(scenario.loss)
    yield f"{listed(names)} {'is the activation' if len(names) == 1 else 'are the activations'}."
    if full:
        yield f"{scenario.loss} is short for {full}."
    if not scenario.is_neuron:
        *_, weight = (one.args[0] for one in view.timeline.graph.computed if one.operation == "affine")
        yield f"Indices count layer, neuron and, of a weight, its input: {weight}."


_IN_FULL = {"mse": "mean squared error", "mae": "mean absolute error", "bce": "binary cross-entropy"}


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}" if words.startswith("the ") else words


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
    batch = state.history.segment_at(state.position.epoch, state.position.sample).batch(*state.position[:2])
    if state.position.sample > batch.start:
        place = f"{state.position.sample - batch.start + 1} of the {len(batch)} in its batch"
        yield f"It is number {place}; the update comes after the last of them."
    elif before is None:
        yield f"{beginning(words_for(own))} are as the sample before left them."
    elif all(view.given[node.name] == before.given[node.name] for node in own):
        rate = " (the learning rate is 0)" if view.given[LEARNING_RATE] == 0 else ""
        yield f"{beginning(words_for(own))} are what they were{rate}."
    elif len(own) > _FEW:
        yield f"{beginning(words_for(_changed(own, view, before)))} {_have(own, view, before)} new numbers."
    else:
        yield f"{', '.join(_went(node.name, before, view) for node in own)}."


def _have(own: tuple[Node, ...], view: Pass, before: Pass) -> str:
    return "has" if len(_changed(own, view, before)) == 1 else "have"


def _went(name: str, before: Pass, view: Pass) -> str:
    was, now = before.given[name], view.given[name]
    if was == now:
        return f"{name} is {number(now)}"
    how_far = from_to(was, now)
    return f"{name} {'went' if how_far.startswith('from') else 'moved'} {how_far}"
