"""Networks of every shape, and the pictures of their stages."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from random import Random

from backprop_tui.core.backprop import Phase
from backprop_tui.core.graph import Role
from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.present.canvas import text_of
from backprop_tui.present.graph.drawing import graph_rows
from backprop_tui.present.numbers import number
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, State, start

SIZES = ((60, 6), (80, 7), (80, 8), (120, 16), (200, 30))


def network(
    *sizes: int, seed: int = 0, activation: str = "tanh", spread: float = 1.0, softmax: bool = False
) -> Scenario:
    """A dense network with random numbers of full length; its last layer may be a softmax."""
    random = Random(seed)  # noqa: S311 - any numbers will do

    def numbers(count: int) -> tuple[float, ...]:
        return tuple(random.uniform(-spread, spread) for _ in range(count))

    layers = tuple(
        Layer(activation, tuple(numbers(before) for _ in range(count)), numbers(count))
        for before, count in pairwise(sizes)
    )
    if softmax:
        layers = (*layers[:-1], replace(layers[-1], activation="softmax"))
        target = tuple(float(place == seed % sizes[-1]) for place in range(sizes[-1]))
        return Scenario("random", layers, (Sample(numbers(sizes[0]), target),), "cross_entropy")
    return Scenario("random", layers, (Sample(numbers(sizes[0]), numbers(sizes[-1])),))


def any_network(seed: int) -> Scenario:
    """Every other of those with two outputs or more ends in a softmax."""
    random = Random(seed)  # noqa: S311 - any numbers will do
    sizes = [random.randint(1, 6) for _ in range(random.randint(2, 5))]
    if len(sizes) == 2 and sizes[1] == 1:
        sizes[1] = 2  # a neuron is drawn otherwise
    activation = random.choice(["tanh", "relu", "sigmoid", "identity"])
    return network(*sizes, seed=seed, activation=activation, softmax=sizes[-1] > 1 and seed % 2 == 0)


def at(scenario: Scenario | State, stage: int) -> State:
    state = scenario if isinstance(scenario, State) else start(scenario)
    return apply(state, GoTo(Position(1, 1, stage)))


def drawn(state: State, width: int = 80, height: int = 8) -> list[str]:
    return [text_of(row) for row in graph_rows(state, width, height)]


def stages(state: State, count: int, seed: int) -> Iterator[State]:
    """Some of the stages of a pass, the first and the last among them."""
    last = state.timeline.last
    some = Random(seed).sample(range(last + 1), min(count, last + 1))  # noqa: S311 - likewise
    for stage in sorted({0, last, *some}):
        yield at(state, stage)


def sources_of(state: State, name: str) -> list[str]:
    """The nodes whose values the node `name` is made from, parameters and targets aside."""
    graph = state.timeline.graph
    args = graph.by_name["loss" if name == "L" else name].args
    return [arg for arg in args if graph.by_name[arg].role in (Role.INPUT, Role.COMPUTED)]


def brought_now(state: State) -> list[str]:
    """The node whose gradient was just added up."""
    rule = state.timeline.rules[state.position.stage - 1]
    node = state.timeline.graph.by_name[rule.node]
    return [node.name] if state.position.stage and rule.phase is Phase.CHAIN and node.role is Role.COMPUTED else []


def same(text: str, value: float) -> bool:
    return text.strip(" ●╳") in {number(value, digits) for digits in range(1, 5)}
