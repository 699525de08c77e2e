"""A dense network as a model: from its shape to its graph, with the names that the trace promises."""

from collections.abc import Sequence
from functools import cached_property

from backprop_tui.core.frozen import Frozen
from backprop_tui.core.graph import Graph, Node, Role
from backprop_tui.core.scenario import Layer, Sample, Scenario, with_parameters
from backprop_tui.core.softmax import LAYER_OPERATIONS

LOSS = "loss"


class Dense(Frozen):
    """The network that `scenario` describes."""

    scenario: Scenario

    @cached_property
    def graph(self) -> Graph:
        """A neuron with short names, or a network with full indices."""
        return build(self.scenario)

    @property
    def initial_parameters(self) -> tuple[float, ...]:
        """Per neuron its weights, then its bias, layers ascending."""
        return initial_parameters(self.scenario)

    def given(self, sample: int) -> dict[str, float]:
        """The inputs and targets of a sample (from 1)."""
        return given_by(self.scenario, self.scenario.samples[sample - 1])

    def starting_from(self, parameters: Sequence[float]) -> Scenario:
        """The network with other weights and biases."""
        return with_parameters(self.scenario, parameters)


def build(scenario: Scenario) -> Graph:
    """The graph of `scenario`: a neuron with short names, or a network with full indices."""
    return neuron(scenario) if scenario.is_neuron else network(scenario)


def neuron(scenario: Scenario) -> Graph:
    """One neuron: ``z = w1·x1 + … + b``, ``a = activation(z)``, the loss; a lone input drops its number."""
    layer = scenario.layers[0]
    inputs = numbered("x", len(layer.weights[0]))
    weights = numbered("w", len(layer.weights[0]))
    return Graph(
        (
            *_given(inputs, Role.INPUT),
            *_parameters(weights, not layer.trainable),
            *_parameters(("b",), layer.biases_fixed),
            *_given(("y",), Role.TARGET),
            Node("z", "affine", (*weights, *inputs, "b"), own_gradient=False),
            Node("a", layer.activation, ("z",)),
            Node(LOSS, scenario.loss, ("a", "y"), symbol="L"),
        )
    )


def network(scenario: Scenario) -> Graph:
    """Dense layers: per layer all pre-activations, then all activations; every index counts from 1."""
    inputs = tuple(f"x{i}" for i in range(1, len(scenario.layers[0].weights[0]) + 1))
    nodes: list[Node] = [*_given(inputs, Role.INPUT)]
    before = inputs
    for number, layer in enumerate(scenario.layers, start=1):
        before = _add_layer(nodes, number, layer, before)
    targets = numbered("y", len(before))
    nodes.extend(_given(targets, Role.TARGET))
    nodes.append(Node(LOSS, scenario.loss, (*before, *targets), symbol="L"))
    return Graph(tuple(nodes))


def _add_layer(nodes: list[Node], number: int, layer: Layer, before: tuple[str, ...]) -> tuple[str, ...]:
    """Append the nodes of layer `number`, fed by the nodes `before`; the names of its activations."""
    sums, answers = [], []
    together = layer.activation in LAYER_OPERATIONS
    count = range(1, len(layer.weights) + 1)
    all_sums, all_answers = (tuple(f"{letter}{number}_{i}" for i in count) for letter in "za")
    for neuron_number, row in enumerate(layer.weights, start=1):
        place = f"{number}_{neuron_number}"
        weights = tuple(f"w{place}_{i}" for i in range(1, len(row) + 1))
        nodes.extend(_parameters(weights, not layer.trainable))
        nodes.extend(_parameters((f"b{place}",), layer.biases_fixed))
        sums.append(Node(f"z{place}", "affine", (*weights, *before, f"b{place}")))
        args, group = (all_sums, all_answers) if together else ((f"z{place}",), ())
        answers.append(Node(f"a{place}", layer.activation, args, layer=group))
    nodes.extend(sums)
    nodes.extend(answers)
    return all_answers


def initial_parameters(scenario: Scenario) -> tuple[float, ...]:
    """The scenario's weights and biases in the order of its graph's parameters: per neuron w…, then b."""
    return tuple(
        value
        for layer in scenario.layers
        for row, bias in zip(layer.weights, layer.biases, strict=True)
        for value in (*row, bias)
    )


def given_by(scenario: Scenario, sample: Sample) -> dict[str, float]:
    """The inputs and targets of `sample` by the names that the scenario's graph uses."""
    plain = scenario.is_neuron
    inputs = numbered("x", len(sample.x)) if plain else tuple(f"x{i}" for i in range(1, len(sample.x) + 1))
    return dict(zip((*inputs, *numbered("y", len(sample.y))), (*sample.x, *sample.y), strict=True))


def numbered(letter: str, count: int) -> tuple[str, ...]:
    """``("x",)`` for one, ``("x1", …, "xn")`` for more."""
    return (letter,) if count == 1 else tuple(f"{letter}{i}" for i in range(1, count + 1))


def _given(names: tuple[str, ...], role: Role) -> tuple[Node, ...]:
    return tuple(Node(name, role=role) for name in names)


def _parameters(names: tuple[str, ...], fixed: bool) -> tuple[Node, ...]:
    return tuple(Node(name, role=Role.PARAMETER, fixed=fixed) for name in names)
