"""A moment: the stage on screen, with all that its sentences are made from."""

from collections.abc import Sequence
from functools import cached_property

from backprop_tui.core.backprop import Phase, Rule, local_name
from backprop_tui.core.frozen import Frozen
from backprop_tui.core.graph import Graph, Node, Role
from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.scenario import Scenario
from backprop_tui.present.events import Kind, blocked, events_at, pass_before
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import listed
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.state import State

LEAST_DIVISOR = 1e-12
"""The slope of bce divides by no less."""


class StepContext(Frozen):
    """The stage that a state has just computed; `rule` is that stage's."""

    state: State
    rule: Rule

    @property
    def view(self) -> Pass:
        """The pass on screen."""
        return self.state.view

    @property
    def graph(self) -> Graph:
        """The graph of the pass."""
        return self.view.timeline.graph

    @property
    def node(self) -> Node:
        """The node computed, differentiated or updated."""
        return self.graph.by_name[self.rule.node]

    @property
    def value(self) -> float:
        """What the stage has computed."""
        return self.view.values[self.state.position.stage - 1]

    @cached_property
    def kinds(self) -> frozenset[Kind]:
        """The events of this stage."""
        return events_at(self.state)

    @cached_property
    def blocked(self) -> str:
        """The word "gate" or "flat" where a blocked activation makes the value 0; else empty."""
        return blocked(self.state).get(self.rule.quantity, "")

    @cached_property
    def before(self) -> Pass | None:
        """The same sample's pass an epoch ago; None in epoch 1 and after an edit."""
        return pass_before(self.state)

    @property
    def sums_outlast_updates(self) -> bool:
        """Whether sums of gradients outlast an update."""
        return not self.view.scenario.zero_grad

    @property
    def one_sample(self) -> bool:
        """Whether every pass is an epoch."""
        return self.state.history.samples == 1

    @cached_property
    def outputs(self) -> tuple[tuple[str, str], ...]:
        """Each node that the loss compares, with its target; none where the root is no loss."""
        args = self.graph.root.args if self.graph.root.operation in LOSSES else ()
        half = len(args) // 2
        return tuple(zip(args[:half], args[half:], strict=True))

    @property
    def is_right(self) -> bool:
        """Whether every answer is its target, to the last digit."""
        return bool(self.outputs) and all(self.of(answer) == self.of(target) for answer, target in self.outputs)

    def is_held(self, answer: str) -> bool:
        """Whether bce divides by its least divisor because `answer` is all but 0 or 1."""
        a = self.of(answer)
        return self.graph.root.operation == "bce" and a * (1 - a) < LEAST_DIVISOR

    @cached_property
    def ahead(self) -> frozenset[str]:
        """The moment's node and all that is computed from it."""
        names = {self.node.name}
        for node in self.graph.computed:
            if not names.isdisjoint(node.args):
                names.add(node.name)
        return frozenset(names)

    def of(self, name: str) -> float:
        """The number that a quantity, input, target or (old) parameter has in this pass."""
        return self.view.known[name]

    def text(self, name: str) -> str:
        """That number as it is shown."""
        return number(self.of(name))

    def link(self, name: str) -> str:
        """The last link to the parameter of the moment in words: a weight's is its input, ``the input x2 = −2``."""
        consumer = self.graph.consumers[self.node.name][0]
        if consumer.operation != "affine" or self.node.name == consumer.args[-1]:
            return f"{symbol(name)} = {self.text(name)}"
        x = consumer.args[consumer.args.index(self.node.name) + len(consumer.args) // 2]
        kind = "input" if self.graph.by_name[x].role is Role.INPUT else "activation"
        return f"the {kind} {x} = {self.text(x)}"

    def place(self, parameter: str) -> str:
        """Where in a network a parameter is, in words: ``1 of layer 2, for input 2``, a bias ``1 of layer 2``."""
        names = (node.name for node in self.graph.parameters)
        places = (
            f"{neuron} of layer {layer}" + (f" for its input {i + 1}" if i < len(row) else "")
            for layer, one in enumerate(self.view.scenario.layers, start=1)
            for neuron, row in enumerate(one.weights, start=1)
            for i in range(len(row) + 1)
        )
        return dict(zip(names, places, strict=True))[parameter]

    def slope(self, node: Node) -> float:
        """An activation's local derivative, which must be computed by now."""
        return self.of(local_name(self.graph, node.name, node.args[0]))

    def is_first(self, role: Role | None = None) -> bool:
        """Whether no earlier stage of the phase is about a node (an argument, if there is one) of that role."""
        stages = self.view.timeline.phases[self.rule.phase]
        earlier = self.view.timeline.rules[stages.start - 1 : self.state.position.stage - 1]
        return not any(role is None or self.graph.by_name[one.argument or one.node].role is role for one in earlier)

    @property
    def is_last(self) -> bool:
        """Whether this is the last stage of its phase."""
        return self.state.position.stage == self.view.timeline.phases[self.rule.phase][-1]

    @cached_property
    def learning(self) -> str:
        """What learns, in words: ``w and b``, ``the weights and b``, ``the parameters``."""
        return words_for(self.graph.parameters)

    @cached_property
    def activations(self) -> tuple[Node, ...]:
        """The activations of the graph, in order."""
        return tuple(node for node in self.graph.computed if node.operation in ACTIVATIONS)

    @property
    def is_neuron(self) -> bool:
        """Whether the graph is one neuron: then its z, a and L need no number."""
        return self.view.scenario.is_neuron

    def stages(self, phase: Phase) -> range:
        """The stages of `phase`; empty where it has none."""
        return self.view.timeline.phases.get(phase, range(0))


def passes_since_edit(state: State) -> int:
    """How many passes before the one on screen ran with the same scenario: so many updates have been made since."""
    here = state.position
    begun = state.history.segment_at(here.epoch, here.sample).start
    return (here.epoch - 1) * state.history.samples + here.sample - 1 - begun


def may_change(graph: Graph, scenario: Scenario) -> str:
    """What an update may move, in words; empty where everything is held fixed."""
    free = [node for node in graph.parameters if not node.fixed]
    if scenario.is_neuron or not free:
        return words_for(free) if free else ""
    layers = list(enumerate(scenario.layers, start=1))
    weights = [f"{place}" for place, layer in layers if layer.trainable]
    biases = [f"{place}" for place, layer in layers if not layer.biases_fixed]
    of = "" if len(weights) == len(layers) else f" of {_layers(weights)}"
    if biases == weights:
        return f"the weights and biases{of}"
    return f"the weights{of}" if not biases else f"the weights{of} and the biases of {_layers(biases)}"


def _layers(places: Sequence[str]) -> str:
    return f"layer{'s' if len(places) > 1 else ''} {listed(places)}"


def words_for(parameters: Sequence[Node]) -> str:
    """Several parameters in words."""
    names = [node.name for node in parameters]
    if len(names) <= 3:
        return listed(names)
    if "_" in names[0]:
        return "the parameters"
    return f"the weights and {names[-1]}" if names[-1] == "b" else "the weights"
