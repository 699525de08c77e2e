"""The rails of a computation graph: one row per node, a rail from each node down to all that use it.

Pure layout, from the graph's structure alone.  A node sits on a rail of its own (``●``), the rail runs down (``│``),
leaves a branch at every use on the way (``├``), ends at its last one (``└``, ``┴``, ``┘``) and hands its column on.
Lines that cross (``┼``) never join.  A node that takes the end of one rail and nothing else goes on in its column, so
that a chain is straight.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from backprop_tui.core.graph import Graph, Node, Role

_COMFORTABLE = 4  # columns that any program may have, for the sake of lines that run to the right

NODE = "●"
"""Where a node sits."""

Edge = tuple[str, str]
"""A node, and one of its arguments."""

_BRANCH, _CROSSING = "├╟╞╠", "┼╫╪╬"  # unmarked, the rail marked, the line across marked, both
_MARKED_END = {"└": "╚", "┴": "╩", "┘": "╝"}


class Rails(NamedTuple):
    """Where the nodes stand, from the top: `column` and `last` say where each one's rail runs and in which row it ends.

    `above[r]` has what runs into row r from above, by column; `columns` is how many stand side by side.
    """

    graph: Graph
    rows: tuple[str, ...]
    row: Mapping[str, int]
    column: Mapping[str, int]
    last: Mapping[str, int]
    above: tuple[Mapping[int, str], ...]
    columns: int

    def cells(self, row: int, marked: Collection[Edge] = ()) -> tuple["Cell", ...]:
        """Row `row`, two cells per column (the second joins it to the next); edges in `marked` are drawn double."""
        node = self.graph.by_name[self.rows[row]]
        own = self.column[node.name]
        reached = [self.column[name] for name in node.args]
        first, final = min([own, *reached]), max([own, *reached])
        found: list[Cell] = []
        for column in range(self.columns):
            rail = self.above[row].get(column, "")
            down = bool(rail) and self._is_marked_down_to(rail, row, marked)
            left, right = (
                self._is_marked_across(node, (column - 1, column), marked),
                self._is_marked_across(node, (column, column + 1), marked),
            )
            if column == own:
                character = NODE
            elif rail in node.args:
                character = self._joint(rail, row, (first, column, final), down, left or right)
            elif first < column < final:
                character = _CROSSING[down + 2 * left] if rail else "═" if left else "─"
            else:
                character = ("║" if down else "│") if rail else " "
            found.append(Cell(character, is_marked(character)))
            across = first <= column < final
            found.append(Cell(("═" if right else "─") if across else " ", right))
        return tuple(found[:-1])

    def between(self, row: int, marked: Collection[Edge] = ()) -> tuple["Cell", ...]:
        """What runs into row `row` from above, as `cells`; `row` may be the one after the last."""
        found: list[Cell] = []
        for column in range(self.columns):
            rail = self.above[row].get(column, "") if row < len(self.rows) else ""
            down = bool(rail) and self._is_marked_down_to(rail, row, marked)
            found += [Cell(("║" if down else "│") if rail else " ", down), Cell(" ", False)]
        return tuple(found[:-1])

    def _joint(self, rail: str, row: int, place: tuple[int, int, int], down: bool, across: bool) -> str:
        first, column, final = place
        if self.last[rail] > row:
            return _BRANCH[down + 2 * across]
        end = "└" if column == first else "┘" if column == final else "┴"
        if down:
            return _MARKED_END[end]
        return "╧" if across else end  # the line of another

    def _is_marked_down_to(self, name: str, row: int, marked: Collection[Edge]) -> bool:
        return any(argument == name and self.row[user] >= row for user, argument in marked)

    def _is_marked_across(self, node: Node, gap: tuple[int, int], marked: Collection[Edge]) -> bool:
        """Whether the line between two neighbouring columns of the row of `node` belongs to a marked edge."""
        own = self.column[node.name]
        ends = (sorted((self.column[name], own)) for name in node.args if (node.name, name) in marked)
        return any(low <= gap[0] and gap[1] <= high for low, high in ends)


class Cell(NamedTuple):
    """A character of a row of rails, and whether it is drawn as marked."""

    character: str
    marked: bool


def is_marked(character: str) -> bool:
    """Whether a rail's character has a double line."""
    return character not in " ●─│┼├└┴┘"


@lru_cache(maxsize=32)
def rails_of(graph: Graph) -> Rails:
    """The rails of `graph`: in as few columns as its lines can do with, or in a few more where there are few."""
    rows = tuple(_rows(graph))
    row = {name: index for index, name in enumerate(rows)}
    last = {name: max((row[user.name] for user in graph.consumers[name]), default=row[name]) for name in rows}
    narrow = _placed(graph, rows, last, 0)
    column = _placed(graph, rows, last, max(_COMFORTABLE, *(place + 1 for place in narrow.values())))
    above = tuple({column[name]: name for name in rows[:index] if last[name] >= index} for index in range(len(rows)))
    return Rails(graph, rows, row, column, last, above, max(column.values()) + 1)


def _rows(graph: Graph) -> Iterator[str]:
    """What is computed in the order of its computation, what is given right before its first use."""
    done: set[str] = set()
    for node in graph.computed:
        for name in node.args:
            if name not in done and graph.by_name[name].role is not Role.COMPUTED:
                done.add(name)
                yield name
        yield node.name


def _placed(graph: Graph, rows: tuple[str, ...], last: Mapping[str, int], limit: int) -> dict[str, int]:
    """The column of every node, where the picture is best `limit` columns wide."""
    column: dict[str, int] = {}
    live: dict[int, str] = {}
    width = 0
    for index, name in enumerate(rows):
        args = tuple(dict.fromkeys(graph.by_name[name].args))
        ending = [argument for argument in args if last[argument] == index]
        if len(args) == 1 and ending:
            place = column[args[0]]
        else:
            # No rail that goes on stands to the right: a branch always leaves to the right, as ├ is drawn.
            least = max((column[argument] + 1 for argument in args if argument not in ending), default=0)
            width_here = max(width, limit)
            free = [place for place in range(least, width_here) if place not in live] or [max(width, least)]
            if args:
                place = _beside(free, [column[argument] for argument in args])
            else:
                place = _near(free, [column[one] for one in graph.consumers[name][0].args if one in column])
        for argument in ending:
            del live[column[argument]]
        column[name] = live_at = place
        live[live_at] = name
        width = max(width, place + 1)
    return column


def _beside(free: list[int], reached: list[int]) -> int:
    """The next free column on the right of all that is reached, or else the nearest on their left."""
    right = [place for place in free if place > max(reached)]
    return right[0] if right else min(free, key=lambda place: max(abs(place - one) for one in reached))


def _near(free: list[int], partners: list[int]) -> int:
    """The free column nearest to those that it will be used with."""
    return min(free, key=lambda place: min((abs(place - one) for one in partners), default=place))
