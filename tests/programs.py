"""Graphs of programs, made at random, and states of them made by hand."""

from collections.abc import Mapping
from random import Random
from types import SimpleNamespace
from typing import cast

from backprop_tui.core.backprop import run
from backprop_tui.core.graph import Graph, Node, Role
from backprop_tui.core.optimizers import Learning
from backprop_tui.stepper.history import History, Pass
from backprop_tui.stepper.stages import timeline
from backprop_tui.stepper.state import Position, State

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


class _OnePass:
    """A history of one pass, in which nothing ends."""

    samples = 2
    losses = (1.0,)

    def __init__(self, one: Pass) -> None:
        self.one = one

    def view(self, _epoch: int, _sample: int) -> Pass:
        return self.one

    def small_loss(self, _epoch: int) -> float:
        return 0.0

    def first_epoch(self, _epoch: int) -> int:
        return 1

    def period(self, _epoch: int) -> int:
        return 0

    def segment_at(self, _epoch: int, _sample: int) -> SimpleNamespace:
        return SimpleNamespace(start=0, batch=lambda *_place: (1, 2))

    def is_end(self, _epoch: int, _sample: int) -> bool:
        return False

    def reach(self, _epoch: int) -> bool:
        return True


def states_of(graph: Graph, given: Mapping[str, float], *, updates: bool = False) -> list[State]:
    """The state before the first stage of one pass over `graph`, and that at every stage."""
    stages = timeline(graph, Learning(updates=updates))
    numbers = {**given, "lr": 0.1}
    scenario = SimpleNamespace(samples=())
    one = Pass(1, 1, scenario, stages, numbers, run(stages.rules, numbers))  # type: ignore[arg-type]  # never asked
    history = cast("History", _OnePass(one))
    return [State((), Position(1, 1, stage), history=history) for stage in range(stages.last + 1)]
