"""Graphs of programs, made at random, and their states."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random

from backprop_tui.core.graph import Graph, Node, Role
from backprop_tui.core.models.program import ProgramScenario
from backprop_tui.core.program import Program
from backprop_tui.stepper.state import Position, State, start

UNARY = ("tanh", "sigmoid", "relu", "softplus", "identity")
MOST_OPERATIONS = 60


def graph_of(values: str, *operations: tuple[str, str, str]) -> Graph:
    """``graph_of("x y", ("q", "add", "x y"))``."""
    given = (Node(name, role=Role.PARAMETER) for name in values.split())
    return Graph((*given, *(Node(name, operation, tuple(args.split())) for name, operation, args in operations)))


def any_program(seed: int) -> Graph:
    """Up to 60 operations: chains, fans, values used many times over, arguments given twice, sums of many."""
    random = Random(seed)  # noqa: S311 - any program will do
    roles = [Role.PARAMETER, *random.choices([Role.PARAMETER, Role.PARAMETER, Role.INPUT], k=random.randint(0, 11))]
    values = [Node(f"x{number}", role=role) for number, role in enumerate(roles)]
    names, unused = [node.name for node in values], {node.name: None for node in values}
    computed: list[Node] = []
    recent = random.choice([2, 5, 100])  # how far back an argument is looked for
    count = 1 + int((MOST_OPERATIONS - 1) * random.random() ** 2)  # small ones more often
    for number in range(count):
        pool = [*unused] if unused and random.random() < 0.5 else names[-recent:]
        arity = random.choice([1, 1, 2, 2, 2, 3])
        args = tuple(random.choice(pool if random.random() < 0.8 else names) for _ in range(arity))
        operation = random.choice(UNARY) if arity == 1 else random.choice(["add", "multiply"])
        computed.append(Node(f"n{number}", operation, args))
        for name in args:
            unused.pop(name, None)
        names.append(f"n{number}")
        unused[f"n{number}"] = None
    if len(unused) > 1:
        computed.append(Node("f", "add", tuple(unused)))
    return Graph((*values, *computed))


def states_of(graph: Graph, given: Mapping[str, float], *, updates: bool = False) -> list[State]:
    """The state before the first stage of the first pass over `graph`, and that at every stage."""
    values = tuple((node.name, given[node.name]) for node in graph.nodes if not node.args)
    inputs = tuple(node.name for node in graph.nodes if node.role is Role.INPUT)
    program = Program("", graph.computed)
    scenario = ProgramScenario(
        "any", program=program, values=values, inputs=inputs, learns=updates, learning_rate=0.1 * updates
    )
    first = start(scenario)
    return [replace(first, position=Position(1, 1, stage)) for stage in range(first.timeline.last + 1)]
