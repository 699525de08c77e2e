"""Reads rails back, from the characters of a drawing alone: which node uses which, and which edges are marked."""

import re
from dataclasses import dataclass

NODES, MARKED_NODES = "●◆@*", "◆*"
BRANCHES, ENDS = "├╟╞╠+", "└┴┘╧╚╩╝`'\""
SIDES = {"left": "└╚`", "right": "┘╝", "middle": "┴╧╩"}
PASSING = "│║┼╫╪╬|#"  # a rail that is not used in the row; in ASCII a crossing looks like it
LINES = "─═-="
CROSSINGS = "┼╫╪╬|#"
JOINED = "╠╚╩╝"
DOUBLE = "═╪╬╞╠╧╩"
MARKED_BELOW = "║╫╬╟╠◆"
ROW = re.compile(r"([^A-Za-z]*)([A-Za-z]\w*)")

Edge = tuple[str, str]


@dataclass
class Read:
    """The nodes from the top, the edges (user, used), and those of them that are drawn double."""

    names: list[str]
    edges: set[Edge]
    marked: set[Edge]


def read(lines: list[str]) -> Read:
    """The graph in `lines`, one row per node, each with the rails and behind them the node's name."""
    found = Read([], set(), set())
    live: dict[int, str] = {}
    above = ""
    for line in lines:
        match = ROW.match(line)
        assert match, line
        rails, name = match[1], match[2]
        (own,) = (x for x, character in enumerate(rails) if character in NODES)
        joints = [x for x, character in enumerate(rails) if character in BRANCHES + ENDS]
        here = {x for x, character in enumerate(rails) if character in PASSING + BRANCHES + ENDS}
        assert here | {own} == {*live} | {own}, f"a rail from nowhere, or one that is broken: {line}"
        low, high = min([own, *joints]), max([own, *joints])
        for x, character in enumerate(rails):
            if low < x < high and x != own and x not in joints:
                assert character in LINES + CROSSINGS, f"a line with a gap: {line}"
            elif not low <= x <= high:
                assert character not in LINES + CROSSINGS[:4], f"a line to nowhere: {line}"
        for x in joints:
            fits = {"left": x == low, "right": x == high, "middle": low < x < high}
            assert x < own or rails[x] not in BRANCHES, f"a branch to the left: {line}"
            assert all(fits[side] for side, ends in SIDES.items() if rails[x] in ends), f"an end to nowhere: {line}"
        if own in live:
            edge = (name, live.pop(own))
            found.edges.add(edge)
            if rails[own] in MARKED_NODES and above[own] in MARKED_BELOW:
                found.marked.add(edge)
        for x in joints:
            edge = (name, live[x])
            found.edges.add(edge)
            if rails[x] in JOINED:
                between = rails[min(x, own) + 1 : max(x, own)]
                assert {*between} <= {*DOUBLE}, f"a double line with a gap: {line}"
                found.marked.add(edge)
            if rails[x] in ENDS:
                del live[x]
        live[own] = name
        found.names.append(name)
        above = rails.ljust(200)
    assert list(live.values()) == found.names[-1:], "a rail that ends nowhere"
    return found
