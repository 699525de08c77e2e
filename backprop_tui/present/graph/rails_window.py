"""Which rows of the rails are in view: the one at hand always, the next one, what the one at hand is made from."""

from collections.abc import Iterator
from typing import NamedTuple

from backprop_tui.core.backprop import Phase, Rule
from backprop_tui.core.graph import Graph
from backprop_tui.present.graph.rails import Edge, rails_of
from backprop_tui.stepper.state import State


class Window(NamedTuple):
    """Rows `first` up to, but not including, `end` of the `size` there are."""

    first: int
    end: int
    size: int


def window_of(state: State, height: int) -> Window:
    """The rows in view where a heading and, below, a count of what is left out take their part of `height` (from 3)."""
    rails = rails_of(state.timeline.graph)
    size, most = len(rails.rows), height - 1
    if size <= most:
        return Window(0, size, size)
    wanted = [rails.row[name] for name in _wanted(state)] or [0]
    low = high = wanted[0]
    for row in sorted(wanted[1:2]) + sorted(wanted[2:], key=lambda row: abs(row - wanted[0])):
        if max(high, row) - min(low, row) < most - 1:
            low, high = min(low, row), max(high, row)
    room = most - 1  # the last row has the count
    first = min(max(0, low - (room - (high - low + 1)) // 2), size - most)
    # At the end there is nothing to count below, and a row more.
    return Window(first, size, size) if first == size - most else Window(first, first + room, size)


def node_at_hand(rule: Rule) -> str:
    """The node in whose row the number of `rule` stands: a local derivative's in that of the argument."""
    return rule.argument if rule.phase is Phase.LOCAL else rule.node


def path_at_hand(state: State) -> tuple[Edge, ...]:
    """The edges that the derivative just computed comes along, from the nearest node with a gradient of its own."""
    stage = state.position.stage
    rule = state.timeline.rules[stage - 1] if stage else None
    if rule and rule.phase is Phase.LOCAL:
        return ((rule.node, rule.argument),)
    if rule and rule.phase is Phase.CHAIN:
        return tuple(dict.fromkeys(_edges(state.timeline.graph, rule.node)))
    return ()


def _edges(graph: Graph, name: str) -> Iterator[Edge]:
    for user in graph.consumers[name]:
        yield user.name, name
        if user is not graph.root and not user.own_gradient:
            yield from _edges(graph, user.name)


def _wanted(state: State) -> list[str]:
    """The nodes to be seen, the most important first."""
    stage, rules = state.position.stage, state.timeline.rules
    found = [node_at_hand(rule) for rule in rules[max(0, stage - 1) : stage + 1]]
    if stage and rules[stage - 1].phase in (Phase.FORWARD, Phase.LOSS):
        found += state.timeline.graph.by_name[rules[stage - 1].node].args
    return found + [user for user, _ in path_at_hand(state)]
