"""The rails of a computation graph: one row per node, a rail from each node down to all that use it.

Pure layout, from the graph's structure alone.  A node sits on a rail of its own (``●``), the rail runs down (``│``),
leaves a branch at every use on the way (``├``), ends at its last one (``└``, ``┴``, ``┘``) and hands its column on.
Lines that cross (``┼``) never join.  A node that takes the end of one rail and nothing else goes on in its column, so
that a chain is straight.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from backprop_tui.core.graph import Graph, Role

_COMFORTABLE = 4  # columns that any program may have, for the sake of lines that run to the right

NODE, MARKED_NODE = "●", "◆"
"""Where a node sits, and where one sits at an end of a marked edge."""

_LIGHT = " ●─│┼├└┴┘"

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

    def drawn(self, row: int, marked: Collection[Edge] = ()) -> str:
        """Row `row`, two cells per column, the second of them up to the next; edges in `marked` are drawn double."""
        node = self.graph.by_name[self.rows[row]]
        own = self.column[node.name]
        reached = [self.column[name] for name in node.args]
        first, final = min([own, *reached]), max([own, *reached])
        deep = self._marked_down_to(row, marked)
        across = [sorted((own, self.column[name])) for user, name in marked if user == node.name]
        found: list[str] = []
        for column in range(self.columns):
            rail = self.above[row].get(column, "")
            down = rail in deep
            double = any(low <= column <= high for low, high in across)
            if column == own:
                found.append(MARKED_NODE if any(node.name in edge for edge in marked) else NODE)
            elif rail in node.args:
                is_end = self.last[rail] == row
                end = "└" if column == first else "┘" if column == final else "┴"
                found.append(_end(end, down, double) if is_end else _BRANCH[down + 2 * double])
            elif first < column < final:
                found.append(_CROSSING[down + 2 * double] if rail else "─═"[double])
            else:
                found.append("│║"[down] if rail else " ")
            double = any(low <= column < high for low, high in across)
            found.append("─═"[double] if first <= column < final else " ")
        return "".join(found[:-1])

    def between(self, row: int, marked: Collection[Edge] = ()) -> str:
        """What runs into row `row` from above, as `drawn`."""
        deep, above = self._marked_down_to(row, marked), self.above[row]
        return " ".join("│║"[above[column] in deep] if column in above else " " for column in range(self.columns))

    def _marked_down_to(self, row: int, marked: Collection[Edge]) -> frozenset[str]:
        """The nodes whose rail is marked where it runs into row `row`."""
        return frozenset(name for user, name in marked if self.row[user] >= row)


def is_marked(character: str) -> bool:
    """Whether a character of the rails is drawn double."""
    return character not in _LIGHT


def _end(light: str, down: bool, across: bool) -> str:
    if down:
        return _MARKED_END[light]
    return "╧" if across else light  # the line of another


@lru_cache(maxsize=32)
def rails_of(graph: Graph) -> Rails:
    """The rails of `graph`: with short lines, or in order of their lengths where that takes fewer columns."""
    rows = tuple(_rows(graph))
    row = {name: index for index, name in enumerate(rows)}
    last = {name: max((row[user.name] for user in graph.consumers[name]), default=row[name]) for name in rows}
    narrow = _placed(graph, rows, last, 0)
    near = _placed(graph, rows, last, max(_COMFORTABLE, *(place + 1 for place in narrow.values())))
    ordered = _placed(graph, rows, last, 0, ordered=True)
    column = min((near, ordered), key=lambda places: max(_COMFORTABLE - 1, *places.values()))
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


def _placed(
    graph: Graph, rows: tuple[str, ...], last: Mapping[str, int], limit: int, *, ordered: bool = False
) -> dict[str, int]:
    """The column of every node, where the picture is best `limit` columns wide.

    A node stands near to what it is used with; where `ordered`, as far left as it can unless it ends in the next row,
    so that long rails are out of the way.
    """
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
            within = range(least, max(width, limit))
            free = [place for place in within if place not in live] or [max(width, least)]
            if ordered and last[name] > index + 1:
                place = free[0]
            elif args:
                place = _beside(free, [column[argument] for argument in args])
            else:
                place = _near(free, [column[one] for one in graph.consumers[name][0].args if one in column])
        for argument in ending:
            del live[column[argument]]
        column[name] = place
        live[place] = name
        width = max(width, place + 1)
    return column


def _beside(free: list[int], reached: list[int]) -> int:
    """The next free column on the right of all that is reached, or else the nearest on their left."""
    right = [place for place in free if place > max(reached)]
    return right[0] if right else min(free, key=lambda place: max(abs(place - one) for one in reached))


def _near(free: list[int], partners: list[int]) -> int:
    """The free column nearest to those that it will be used with."""
    return min(free, key=lambda place: min((abs(place - one) for one in partners), default=place))
