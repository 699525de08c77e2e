"""The stage that is asked about, with the factors that its number is made from."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from math import nan, prod

from backprop_tui.core.backprop import Phase, Rule, contributions, gradient_name, local_name
from backprop_tui.core.expression import Apply, Expression, Name, evaluate, names
from backprop_tui.core.frozen import Frozen
from backprop_tui.core.graph import Graph, Node, Role
from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.softmax import CROSS_ENTROPY, SOFTMAX
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.stepper.history import Pass

Path = tuple[str, ...]


class Asked(Frozen, eq=False):
    """Stage `stage` (from 1) of the pass `view`: its rule, and what would come of other factors."""

    view: Pass
    stage: int

    @property
    def graph(self) -> Graph:
        """The graph of the pass."""
        return self.view.timeline.graph

    @property
    def rule(self) -> Rule:
        """How the number is computed."""
        return self.view.timeline.rules[self.stage - 1]

    @property
    def phase(self) -> Phase:
        """The part of the pass that the stage belongs to."""
        return self.rule.phase

    @property
    def node(self) -> Node:
        """The node computed, differentiated or updated."""
        return self.graph.by_name[self.rule.node]

    @property
    def end(self) -> str:
        """What the walk back starts from, in words: ``the loss``, or the name of what a program computes."""
        return "the loss" if self.graph.root.operation in LOSSES else self.graph.root.name

    @property
    def value(self) -> float:
        """The right number."""
        return self.view.values[self.stage - 1]

    def of(self, name: str) -> float:
        """The number of a quantity of this pass; a parameter's old one."""
        return self.view.known[name]

    def text(self, name: str) -> str:
        """``∂L/∂a = −1``: that number as it is shown, with its name."""
        return f"{symbol(name)} = {number(self.of(name))}"

    @cached_property
    def earlier(self) -> tuple[Rule, ...]:
        """The rules of derivatives that this one's number goes back to; in an update, those of the same parameter."""
        before = self.view.timeline.rules[: self.stage - 1]
        if self.phase is Phase.UPDATE:
            return tuple(one for one in before if one.phase is Phase.UPDATE and one.node == self.rule.node)
        if self.phase not in (Phase.LOCAL, Phase.CHAIN):
            return ()
        needed, found = set(names(self.rule.expression)), []
        for one in reversed(before):
            if one.quantity in needed and one.phase in (Phase.LOCAL, Phase.CHAIN):
                found.append(one)
                needed |= names(one.expression)
        return tuple(reversed(found))

    @cached_property
    def own_and_earlier(self) -> tuple[Rule, ...]:
        """Those, and the rule itself."""
        return (*self.earlier, self.rule)

    def changed(self, changes: Mapping[str, float]) -> float:
        """The number that comes out where other numbers stand for some quantities, earlier ones following from them."""
        if self.rule.quantity in changes and not self.rule.is_step:
            return changes[self.rule.quantity]
        values, other = {**self.view.known, **changes}, set(changes)
        for one in self.earlier:
            if one.quantity in changes or not (self.phase is Phase.UPDATE or other & names(one.expression)):
                continue
            values[one.quantity] = computed(one.expression, values)
            other.add(one.quantity)
        return computed(self.rule.expression, values)

    def computed(self, expression: Expression, **changes: float) -> float:
        """The value of an expression over the numbers of this pass, some of them changed; NaN where there is none."""
        return computed(expression, {**self.view.known, **changes})

    @cached_property
    def outputs(self) -> tuple[tuple[str, str], ...]:
        """Each node that the loss compares, with its target; none where the root is no loss."""
        args = self.graph.root.args if self.graph.root.operation in LOSSES else ()
        return tuple(zip(args[: len(args) // 2], args[len(args) // 2 :], strict=True))

    @cached_property
    def errors(self) -> tuple[tuple[Rule, str, str], ...]:
        """The derivatives of the loss that the number goes back to, each with its output and that one's target."""
        targets = dict(self.outputs)
        root = self.graph.root.name
        return tuple(
            (one, one.argument, targets[one.argument])
            for one in self.own_and_earlier
            if one.phase is Phase.LOCAL and one.node == root and one.argument in targets
        )

    @cached_property
    def slopes(self) -> tuple[Rule, ...]:
        """The slopes of activations that the number goes back to, softmax's apart."""
        return tuple(
            one
            for one in self.own_and_earlier
            if one.phase is Phase.LOCAL and self.graph.by_name[one.node].operation in ACTIVATIONS
        )

    @cached_property
    def own_slopes(self) -> tuple[Rule, ...]:
        """Of those the one of the neuron, or of the node of a program, that the stage is about."""
        own = (self.z, self.rule.node)
        return tuple(one for one in self.slopes if one.argument in own or one.node == self.rule.node)

    @cached_property
    def z(self) -> str:
        """The z of the neuron that a derivative is about; empty where there is none."""
        if self.phase is Phase.LOCAL:
            return self.rule.argument if self.node.operation in ACTIVATIONS else ""
        if self.phase is not Phase.CHAIN:
            return ""
        affine = self.affine
        return affine.name if affine else self.rule.node if self.node.operation == "affine" else ""

    @cached_property
    def parameter(self) -> str:
        """The weight or bias that a derivative is taken in; empty where it is none."""
        name = {Phase.LOCAL: self.rule.argument, Phase.CHAIN: self.rule.node}.get(self.phase, "")
        return name if name and self.graph.by_name[name].role is Role.PARAMETER else ""

    @cached_property
    def affine(self) -> Node | None:
        """The z that this parameter belongs to; None where it is no neuron's, or the stage about no parameter."""
        users = self.graph.consumers[self.parameter] if self.parameter else ()
        return users[0] if users and users[0].operation == "affine" else None

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """What the weights of that neuron are multiplied by; its own one first."""
        if self.affine is None:
            return ()
        count = len(self.affine.args) // 2
        weights, inputs = self.affine.args[:count], self.affine.args[count:-1]
        if self.parameter not in weights:
            return inputs
        own = inputs[weights.index(self.parameter)]
        return (own, *(one for one in inputs if one != own))

    @property
    def is_weight(self) -> bool:
        """Whether the derivative is taken in a weight of a neuron."""
        return self.affine is not None and self.parameter != self.affine.args[-1]

    @property
    def is_bias(self) -> bool:
        """Whether the derivative is taken in a bias of a neuron."""
        return self.affine is not None and self.parameter == self.affine.args[-1]

    @property
    def is_hidden(self) -> bool:
        """Whether the neuron that the stage is about is none of those whose answers the loss compares."""
        activation = self.activation
        return bool(activation) and activation not in dict(self.outputs)

    @cached_property
    def activation(self) -> str:
        """The activation that belongs to the z of the stage; empty where there is none."""
        z = self.z or (self.affine.name if self.affine else "")
        users = self.graph.consumers[z] if z else ()
        return next((user.name for user in users if user.operation in ACTIVATIONS), "")

    @cached_property
    def link(self) -> str:
        """``dz_dw``: the name of the last local derivative on the way to the parameter; empty where there is none."""
        return local_name(self.graph, self.affine.name, self.parameter) if self.affine else ""

    @cached_property
    def paths(self) -> tuple[Path, ...]:
        """The names of the factors along each path of a chain rule, from the loss on; none elsewhere."""
        return self.paths_to(self.rule.node) if self.phase is Phase.CHAIN else ()

    def paths_to(self, node: str) -> tuple[Path, ...]:
        """Likewise for the gradient of any node."""
        return tuple(_factors(one) for one in contributions(self.graph, node))

    def product(self, path: Iterable[str]) -> float:
        """The factors of a path multiplied."""
        return prod(self.of(name) for name in path)

    @cached_property
    def joint(self) -> str:
        """The nearest node, from the stage's own back towards the loss, at which several paths meet.

        Empty for none, and for a z of softmax: that all outputs count there is a matter of its Jacobian.
        """
        name = self.rule.node if self.phase is Phase.CHAIN else ""
        while name:
            paths = self.paths_to(name)
            if len(paths) > 1:
                return "" if self.is_softmax_sum(name) else name
            name = self._gradient_of(paths[0][0]) if paths and len(paths[0]) > 1 else ""
        return ""

    def _gradient_of(self, quantity: str) -> str:
        """The node whose gradient a chain rule gives the name `quantity`; empty where none does."""
        stage = self.view.timeline.find(quantity)
        rule = self.view.timeline.rules[stage - 1]
        return rule.node if stage and rule.phase is Phase.CHAIN else ""

    def gradient(self, node: str) -> str:
        """What the gradient of `node` is called."""
        return gradient_name(self.graph, node)

    @cached_property
    def hidden(self) -> str:
        """The hidden activation whose gradient this is, or goes back to by one path; empty where there is none."""
        if self.phase is not Phase.CHAIN:
            return ""
        name = self.activation if self.node.operation not in ACTIVATIONS else self.rule.node
        users = self.graph.consumers[name] if name else ()
        return name if users and all(user.operation == "affine" for user in users) else ""

    @cached_property
    def class_sums(self) -> tuple[str, ...]:
        """The z of softmax whose gradient, by cross-entropy, is this or is in this; none for other losses."""
        if self.graph.root.operation != CROSS_ENTROPY or self.phase is not Phase.CHAIN:
            return ()
        chain = (one.node for one in self.own_and_earlier if one.phase is Phase.CHAIN)
        return tuple(one for one in chain if self.is_softmax_sum(one))

    def is_softmax_sum(self, node: str) -> bool:
        """Whether `node` is a z that softmax takes."""
        return any(user.operation == SOFTMAX for user in self.graph.consumers[node])

    def class_of(self, z: str) -> tuple[str, str]:
        """The probability that belongs to a z of softmax, and its target."""
        user = self.graph.consumers[z][0]
        answer = user.layer[user.args.index(z)]
        return answer, dict(self.outputs)[answer]


def computed(expression: Expression, values: Mapping[str, float]) -> float:
    """The value of an expression; NaN where there is none."""
    try:
        return evaluate(expression, values)
    except (ZeroDivisionError, OverflowError, ValueError):
        return nan


def _factors(path: Expression) -> Path:
    parts = path.args if isinstance(path, Apply) else (path,)
    return tuple(part.name for part in parts if isinstance(part, Name))
