"""The computation graph: what it refuses, and what it knows about itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.core.expression import Name
from backprop_tui.core.graph import Graph, GraphError, Node, Role
from backprop_tui.core.models.dense import build
from backprop_tui.core.ops import OPERATIONS
from tests.models import OLAH, computed, graphs, neuron, parameter
from tests.models import given as an_input
from tests.models import network as a_network

W, X = parameter("w"), an_input("x")


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ((), "at least one node"),
        ((W, W, computed("r", "add", "w")), "w is used twice"),
        ((W, computed("r", "add", "w", "z")), "r needs z, which is not defined before it"),
        ((W, computed("r", "add", "w", "r")), "r needs r"),
        ((W, computed("r", "squeeze", "w")), "r: unknown operation 'squeeze'"),
        ((W, computed("r", "tanh", "w", "w")), "r: 2 is no number of arguments for tanh"),
        ((W, computed("r", "add")), "r: 0 is no number of arguments for add"),
        ((W, X, computed("r", "affine", "w", "x")), "r: 2 is no number of arguments for affine"),
        ((W, computed("r", "mse", "w", "w", "w")), "r: 3 is no number of arguments for mse"),
        ((W, computed("r", "multiply", "w")), "r: 1 is no number of arguments for multiply"),
        (
            (W, Node("x", "add", ("w",), Role.INPUT), computed("r", "add", "w", "x")),
            "x is given, so it has no operation",
        ),
        ((computed("r", "add", "w"), W), "r needs w"),
        ((W, X), "the last node, x, must be computed"),
        ((W, X, computed("r", "tanh", "w")), "x leads nowhere"),
        ((W, computed("p", "tanh", "w"), computed("r", "relu", "w")), "p leads nowhere"),
        *(((parameter(name), computed("r", "tanh", name)), "is not a name") for name in ("", "1w", "w-1", "_w", "w\n")),
        ((parameter("lambda"), computed("r", "tanh", "lambda")), "no Python keyword"),
    ],
)
def test_what_is_no_graph_is_refused_with_the_node_and_the_reason(nodes: tuple[Node, ...], message: str) -> None:
    with pytest.raises(GraphError, match=message):
        Graph(nodes)


@given(st.sampled_from(sorted(OPERATIONS)), st.integers(0, 8))
def test_a_graph_accepts_exactly_the_numbers_of_arguments_that_its_rules_can_take(operation: str, count: int) -> None:
    row, nodes = OPERATIONS[operation], (W, computed("r", operation, *["w"] * count))
    if count in row.arity:
        names = tuple(Name(name) for name in Graph(nodes).root.args)
        assert row.value(names)
        assert row.partials(names, Name("r"))
    else:
        with pytest.raises(GraphError):
            Graph(nodes)


def test_a_graph_knows_its_root_its_givens_and_who_uses_what() -> None:
    assert OLAH.root.name == "e"
    assert [node.name for node in OLAH.parameters] == ["a", "b"]
    assert [node.name for node in OLAH.computed] == ["c", "d", "e"]
    assert {name: [node.name for node in users] for name, users in OLAH.consumers.items()} == {
        "a": ["c"],
        "b": ["c", "d"],
        "one": ["d"],
        "c": ["e"],
        "d": ["e"],
        "e": [],
    }
    assert OLAH.learning == {"a", "b", "c", "d", "e"}


@given(graphs())
def test_learning_is_what_a_parameter_reaches_and_consumers_mirror_arguments(drawn: tuple[Graph, object]) -> None:
    graph = drawn[0]
    for node in graph.nodes:
        reached = node.role is Role.PARAMETER or any(name in graph.learning for name in node.args)
        assert (node.name in graph.learning) is reached
        for name in node.args:
            assert graph.consumers[name].count(node) == 1
    assert sum(map(len, graph.consumers.values())) == sum(len({*node.args}) for node in graph.nodes)


def test_a_neuron_and_a_network_are_built_with_the_names_of_the_contract() -> None:
    def names(graph: Graph, *roles: Role) -> list[str]:
        return [node.name for node in graph.nodes if node.role in roles]

    one, three, two_layers = build(neuron()), build(neuron(x=(1, 2, 3), w=(1, 2, 3))), build(a_network((2, 2, 1)))
    assert names(one, Role.INPUT, Role.TARGET) == ["x", "y"]
    assert names(one, Role.PARAMETER) == ["w", "b"]
    assert names(three, Role.INPUT, Role.TARGET) == ["x1", "x2", "x3", "y"]
    assert names(three, Role.PARAMETER) == ["w1", "w2", "w3", "b"]
    assert names(two_layers, Role.INPUT, Role.TARGET) == ["x1", "x2", "y"]
    assert names(two_layers, Role.PARAMETER) == [
        *("w1_1_1", "w1_1_2", "b1_1", "w1_2_1", "w1_2_2", "b1_2"),
        *("w2_1_1", "w2_1_2", "b2_1"),
    ]
    assert names(build(a_network((1, 2))), Role.INPUT, Role.TARGET) == ["x1", "y1", "y2"]
    assert names(build(a_network((1, 1, 1))), Role.COMPUTED) == ["z1_1", "a1_1", "z2_1", "a2_1", "loss"]
