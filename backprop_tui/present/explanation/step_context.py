"""A moment: the stage on screen, with all that its sentences are made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from backprop_tui.core.backprop import Phase, Rule, local_name
from backprop_tui.core.graph import Graph, Node, Role
from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.present.events import Kind, blocked, events_at, pass_before
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import listed
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.state import State


@dataclass(frozen=True)
class StepContext:
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
    def scenario_keeps_sums(self) -> bool:
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

    def stages(self, phase: Phase) -> range:
        """The stages of `phase`; empty where it has none."""
        return self.view.timeline.phases.get(phase, range(0))


def passes_since_edit(state: State) -> int:
    """How many passes before the one on screen ran with the same scenario: so many updates have been made since."""
    here = state.position
    begun = state.history.segment_at(here.epoch, here.sample).start
    return (here.epoch - 1) * state.history.samples + here.sample - 1 - begun


def words_for(parameters: Sequence[Node]) -> str:
    """Several parameters in words."""
    names = [node.name for node in parameters]
    if len(names) <= 3:
        return listed(names)
    return "the parameters" if "_" in names[0] else f"the weights and {names[-1]}"
