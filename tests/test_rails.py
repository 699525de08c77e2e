"""The rails of a program, read back from their characters."""

from collections.abc import Collection
from itertools import groupby

from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_tui.core.graph import Graph
from backprop_tui.present.ascii import ascii_row
from backprop_tui.present.canvas import Style, text_of
from backprop_tui.present.graph.rails import Edge, is_marked, rails_of
from tests.programs import any_program, graph_of
from tests.rails_reading import read

BOARD = graph_of("x y z", ("q", "add", "x y"), ("f", "multiply", "q z"))

# CS231n's sigmoid circuit, 1 / (1 + e^(−(w0·x0 + w1·x1 + w2))): what its gates compute does not matter here.
SIGMOID_CIRCUIT = graph_of(
    "w0 x0 w1 x1 w2",
    ("p0", "multiply", "w0 x0"),
    ("p1", "multiply", "w1 x1"),
    ("s", "add", "p0 p1"),
    ("z", "add", "s w2"),
    *((name, "tanh", before) for name, before in (("n", "z"), ("e", "n"), ("d", "e"), ("f", "d"))),
)
"""13 nodes."""

MICROGRAD = graph_of(
    "a b",
    ("c", "add", "a b"),
    ("ab", "multiply", "a b"),
    ("b3", "tanh", "b"),
    ("d", "add", "ab b3"),
    ("c1", "tanh", "c"),
    ("c2", "add", "c c1"),
    ("c3", "tanh", "c2"),
    ("na", "tanh", "a"),
    ("c4", "add", "c3 c2 na"),
    ("d1", "tanh", "d"),
    ("ba", "add", "b a"),
    ("r1", "relu", "ba"),
    ("d2", "add", "d d1 r1"),
    ("d3", "tanh", "d2"),
    ("bma", "add", "b na"),
    ("r2", "relu", "bma"),
    ("d4", "add", "d2 d3 r2"),
    ("nd", "tanh", "d4"),
    ("e", "add", "c4 nd"),
    ("e2", "tanh", "e"),
    ("half", "tanh", "e2"),
    ("inverse", "sigmoid", "e2"),
    ("ten", "tanh", "inverse"),
    ("g", "add", "half ten"),
)
"""micrograd's README expression, in shape: 26 nodes."""


def lines(graph: Graph, marked: Collection[Edge] = (), *, in_ascii: bool = False) -> list[str]:
    """Rails and names, row by row."""
    rails, found = rails_of(graph), []
    for row, name in enumerate(rails.rows):
        runs = groupby(rails.drawn(row, marked), key=lambda cell: Style.PATH if is_marked(cell) else Style.RAIL)
        spans = tuple(("".join(run), style) for style, run in runs)
        found.append(f"{text_of(ascii_row(spans, 999) if in_ascii else spans)}  {name}")
    return found


def edges(graph: Graph) -> set[Edge]:
    return {(node.name, argument) for node in graph.nodes for argument in node.args}


def test_the_board_of_the_first_circuit() -> None:
    assert lines(BOARD) == [
        "●  x",
        "│ ●  y",
        "└─┴─●  q",
        "  ● │  z",
        "  └─┴─●  f",
    ]


@settings(max_examples=3000, deadline=None)
@given(st.integers(0, 10**9))
def test_any_program_is_read_back_from_its_rails(seed: int) -> None:
    graph = any_program(seed)
    found = read(lines(graph))
    assert found.edges == edges(graph)
    assert found.marked == set()
    assert sorted(found.names) == sorted(node.name for node in graph.nodes)
    computed = [name for name in found.names if graph.by_name[name].args]
    assert computed == [node.name for node in graph.computed]  # the next press goes to the next of them


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9))
def test_rails_in_ascii_are_read_back_too(seed: int) -> None:
    graph = any_program(seed)
    drawn = lines(graph, in_ascii=True)
    assert "".join(drawn).isascii()
    assert read(drawn).edges == edges(graph)


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 10**9))
def test_marked_edges_are_read_back_and_no_others(seed: int) -> None:
    graph = any_program(seed)
    name = list(graph.consumers)[seed % (len(graph.nodes) - 1)]
    users = graph.consumers[name] if seed % 2 else graph.consumers[name][:1]
    marked = {(user.name, name) for user in users}
    found = read(lines(graph, marked))
    assert found.marked == marked
    assert found.edges == edges(graph)
    assert read(lines(graph, marked, in_ascii=True)).edges == edges(graph)


def test_published_graphs_take_little_room() -> None:
    assert (rails_of(SIGMOID_CIRCUIT).columns, len(rails_of(SIGMOID_CIRCUIT).rows)) == (4, 13)
    assert rails_of(MICROGRAD).columns <= 8


def test_a_chain_is_straight() -> None:
    assert lines(SIGMOID_CIRCUIT)[-4:] == ["    ●  n", "    ●  e", "    ●  d", "    ●  f"]
