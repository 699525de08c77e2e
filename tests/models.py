"""Graphs and scenarios that several test files walk."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import strategies as st

from backprop_tui.core.backprop import Phase, forward_rules, plan, run
from backprop_tui.core.graph import Graph, Node, Role
from backprop_tui.core.models.dense import given_by, initial_parameters
from backprop_tui.core.ops import ACTIVATIONS, LOSSES, OPERATIONS
from backprop_tui.core.scenario import Layer, Sample, Scenario, with_parameters, with_sample

Row = Sequence[float]


def parameter(name: str, *, fixed: bool = False) -> Node:
    return Node(name, role=Role.PARAMETER, fixed=fixed)


def given(name: str) -> Node:
    return Node(name, role=Role.INPUT)


def computed(name: str, operation: str, *args: str, own_gradient: bool = True) -> Node:
    return Node(name, operation, args, own_gradient=own_gradient)


DOUBLED = Graph((parameter("a"), computed("b", "add", "a", "a")))

# (a + b)(b + 1), from https://colah.github.io/posts/2015-08-Backprop/
OLAH = Graph(
    (
        parameter("a"),
        parameter("b"),
        given("one"),
        computed("c", "add", "a", "b"),
        computed("d", "add", "b", "one"),
        computed("e", "multiply", "c", "d"),
    )
)

# r uses p directly and through q; q keeps no gradient of its own.
SHORTCUT = Graph(
    (
        parameter("w"),
        given("x"),
        computed("p", "multiply", "w", "x"),
        computed("q", "tanh", "p", own_gradient=False),
        computed("r", "multiply", "p", "q", "p"),
    )
)

GENERAL = {
    "doubled": (DOUBLED, {"a": 3.0}),
    "olah": (OLAH, {"a": 2.0, "b": 1.0, "one": 1.0}),
    "shortcut": (SHORTCUT, {"w": 0.75, "x": -0.5}),
}


def neuron(
    *, x: Row = (2.0,), w: Row = (1.5,), b: float = 0.5, y: float = 4.0, activation: str = "identity", **rest: object
) -> Scenario:
    """The article's neuron with some of it replaced."""
    return Scenario("neuron", (Layer(activation, (tuple(w),), (b,)),), (Sample(tuple(x), (y,)),), **rest)


def network(widths: Sequence[int], *, fixed: Iterable[int] = (), biases_fixed: Iterable[int] = ()) -> Scenario:
    """A network of these widths, the inputs' first; `fixed` and `biases_fixed` hold numbers of layers."""
    layers = []
    for number, (before, count) in enumerate(pairwise(widths), start=1):
        weights = tuple(tuple(0.3 * i - 0.2 * j + 0.1 for i in range(before)) for j in range(count))
        biases = tuple(0.1 * j for j in range(count))
        layers.append(Layer("tanh", weights, biases, number not in fixed, number not in biases_fixed))
    sample = Sample(tuple(0.5 + i for i in range(widths[0])), tuple(0.25 * j for j in range(widths[-1])))
    return Scenario("network", tuple(layers), (sample,))


TWO_SAMPLES = replace(neuron(activation="sigmoid"), samples=(Sample((2.0,), (0.9,)), Sample((-1.0,), (0.2,))))
THREE_SAMPLES = replace(
    network((2, 2, 1), fixed={1}), samples=tuple(Sample((0.5 * i, 1.0 - i), (0.3 * i,)) for i in range(3))
)
DIVERGING = replace(TWO_SAMPLES, layers=(Layer("identity", ((1.5,),), (0.5,)),), learning_rate=1e60)


def from_table(table: Mapping[str, object]) -> Scenario:
    """The scenario that a table of `data/pytorch.json` describes."""
    layers = tuple(
        Layer(
            entry["activation"],
            tuple(map(tuple, entry["weights"])),
            tuple(entry["biases"]),
            entry.get("trainable", True),
            entry.get("train_biases", True),
        )
        for entry in table["layers"]
    )
    samples = tuple(Sample(tuple(entry["x"]), tuple(entry["y"])) for entry in table["samples"])
    return Scenario(table["name"], layers, samples, table["loss"], table["learning_rate"])


def given_at_start(scenario: Scenario, graph: Graph) -> dict[str, float]:
    """All that the first pass of `scenario` is given."""
    names = (node.name for node in graph.parameters)
    parameters = dict(zip(names, initial_parameters(scenario), strict=True))
    return parameters | given_by(scenario, scenario.samples[0]) | {"lr": scenario.learning_rate}


def values_of(graph: Graph, numbers: Mapping[str, float]) -> dict[str, float]:
    """Every quantity of one pass but the updates, by name."""
    rules = plan(graph)
    results = zip(rules, run(rules, {"lr": 0.1, **numbers}), strict=True)
    return {rule.quantity: value for rule, value in results if rule.phase is not Phase.UPDATE}


def central_difference(graph: Graph, numbers: Mapping[str, float], name: str, step: float = 1e-5) -> float:
    """How fast the root moves with `name`, found without any derivative."""
    rules = tuple(forward_rules(graph))
    above, below = (run(rules, {**numbers, name: numbers[name] + move})[-1] for move in (step, -step))
    return (above - below) / (2 * step)


def bits(values: Iterable[float]) -> bytes:
    """`values` to the last bit: tells −0 from 0, and NaN is itself."""
    return b"".join(struct.pack("<d", value) for value in values)


@st.composite
def scenarios(
    draw: st.DrawFn,
    *,
    rates: Sequence[float] = (0.01, 0.1, 1.0, 50.0),
    number: st.SearchStrategy[float] | None = None,
) -> Scenario:
    """Any small model, from one neuron up, with any activation and loss; large rates make many of them diverge."""
    number = st.floats(-3, 3) if number is None else number
    loss = draw(st.sampled_from(sorted(LOSSES.keys() - {"cross_entropy"})))
    widths = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    layers = []
    for before, count in pairwise(widths):
        last = len(layers) == len(widths) - 2
        kind = "sigmoid" if loss == "bce" and last else draw(st.sampled_from(sorted(ACTIVATIONS)))
        rows = draw(st.lists(st.tuples(*[number] * before), min_size=count, max_size=count))
        layers.append(Layer(kind, tuple(rows), draw(st.tuples(*[number] * count)), *draw(_TRAINED)))
    target = st.floats(0, 1) if loss == "bce" else number
    sample = st.builds(Sample, st.tuples(*[number] * widths[0]), st.tuples(*[target] * widths[-1]))
    samples = tuple(draw(st.lists(sample, min_size=1, max_size=3)))
    return Scenario("random", tuple(layers), samples, loss, draw(st.sampled_from(rates)))


_TRAINED = st.sampled_from([(True, True), (True, True), (True, False), (False, True)])
_SMOOTH = ("add", "multiply", "affine", "tanh", "sigmoid", "softplus", "gelu", "silu")


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Graph, dict[str, float]]:
    """Any small graph of smooth operations, every node leading to the root, and numbers for what it is given."""
    nodes = [parameter(f"w{i}") for i in range(draw(st.integers(1, 3)))]
    nodes += [given(f"x{i}") for i in range(draw(st.integers(0, 2)))]
    numbers = {node.name: draw(st.floats(-1.5, 1.5)) for node in nodes}
    for i in range(draw(st.integers(1, 6))):
        operation = draw(st.sampled_from(_SMOOTH))
        count = draw(st.sampled_from([n for n in range(1, 6) if n in OPERATIONS[operation].arity]))
        # Late nodes twice, so that graphs grow deep as well as wide.
        names = st.sampled_from([node.name for node in (*nodes, *nodes[-2:])])
        args = draw(st.lists(names, min_size=count, max_size=count))
        nodes.append(computed(f"n{i}", operation, *args, own_gradient=draw(st.booleans())))
    used = {name for node in nodes for name in node.args}
    ends = [node.name for node in nodes if node.name not in used]
    if draw(st.booleans()):
        targets = [f"y{i}" for i in range(len(ends))]
        numbers |= dict.fromkeys(targets, 0.5)
        root = computed("root", draw(st.sampled_from(["mse", "half_squared"])), *ends, *targets)
        nodes = [*nodes, *(Node(name, role=Role.TARGET) for name in targets), root]
    else:
        extra = draw(st.lists(st.sampled_from([node.name for node in nodes]), max_size=3))
        nodes.append(computed("root", "add", *ends, *extra))
    return Graph(tuple(nodes)), numbers


@st.composite
def edits(draw: st.DrawFn, scenario: Scenario) -> Scenario:
    """`scenario` with one thing changed."""
    kind = draw(st.sampled_from(["parameters", "sample", "activation", "loss", "rate"]))
    if kind == "parameters":
        count = len(initial_parameters(scenario))
        return with_parameters(scenario, draw(st.lists(st.floats(-2, 2), min_size=count, max_size=count)))
    if kind == "sample":
        number = draw(st.integers(1, len(scenario.samples)))
        return with_sample(scenario, number, scenario.samples[number - 1]._replace(y=(draw(st.floats(0, 1)),)))
    if kind == "activation":
        last = replace(scenario.layers[-1], activation=draw(st.sampled_from(["tanh", "relu", "identity"])))
        return replace(scenario, layers=(*scenario.layers[:-1], last))
    if kind == "loss":
        return replace(scenario, loss=draw(st.sampled_from(["mae", "half_squared"])))
    return replace(scenario, learning_rate=draw(st.sampled_from([0.0, 0.5, 1e60])))
