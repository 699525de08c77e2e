"""Reads the picture of a network back: which nodes are drawn, what the wires between them join, what rides on them."""

import re
from dataclasses import dataclass, field

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8
LIGHT = {"─": 12, "│": 3, "┌": 10, "┐": 6, "└": 9, "┘": 5, "├": 11, "┤": 7, "┬": 14, "┴": 13, "┼": 15, "╪": 3, "╫": 12}
DOUBLE = {"═": 12, "║": 3, "╔": 10, "╗": 6, "╚": 9, "╝": 5, "╠": 11, "╣": 7, "╦": 14, "╩": 13, "╬": 15, "╪": 12, "╫": 3}
HEADS = "▶▷"
"""Into a node; the second into a z whose weights are not those on the wire."""
STEPS = {UP: (0, -1, DOWN), DOWN: (0, 1, UP), LEFT: (-1, 0, RIGHT), RIGHT: (1, 0, LEFT)}

NODE = re.compile(r"(?<![A-Za-z] )(?<!, )(?<=[ │])(x\d+|[az]\d+_\d+|L)(?= |$)")
MORE = re.compile(r"⋮ (\d+) more")
NUMBER = re.compile(r"(?<![\w.])−?(?:\d[\d.]*(?:e[+-]\d+)?|∞|NaN)╳?")


@dataclass(frozen=True)
class Drawn:
    """A node by its name, or those out of view of its column by their number; `row` is where its wires are."""

    name: str
    hidden: int
    x: int
    row: int


@dataclass
class Bundle:
    """Wires that are joined: what they come from and what they lead to; `cut` where they leave the picture."""

    sources: list[Drawn] = field(default_factory=list)
    targets: list[Drawn] = field(default_factory=list)
    cut: bool = False


class Reading:
    """A picture of a network, read."""

    def __init__(self, rows: list[str]) -> None:
        self.rows = rows
        self.nodes = [
            Drawn(found[1], 0, found.start(), y + 1) for y, row in enumerate(rows) for found in NODE.finditer(row)
        ]
        self.nodes += [
            Drawn("", int(found[1]), found.start(), y)
            for y, row in enumerate(rows)
            for found in MORE.finditer(row)
            if not row[: found.start()].endswith("═ ") and not self._is_target(found.start(), y)
        ]

    def _is_target(self, x: int, y: int) -> bool:
        """Whether a count stands below the targets, which nothing is wired to."""
        return self.at(y - 1)[x:].startswith("y")

    def at(self, y: int) -> str:
        return self.rows[y] if 0 <= y < len(self.rows) else ""

    def character(self, x: int, y: int) -> str:
        row = self.at(y)
        return row[x] if 0 <= x < len(row) else " "

    def end_of(self, node: Drawn) -> int:
        """The column after a node's number."""
        found = (
            MORE.match(self.at(node.row), node.x)
            if node.hidden
            else re.compile(r"\S+").match(self.at(node.row), node.x)
        )
        return found.end() if found else node.x

    def bundles(self) -> list[Bundle]:
        """Every set of joined wires that comes from a node."""
        found: dict[tuple[int, int], Bundle] = {}
        every: list[Bundle] = []
        for node in self.nodes:
            start = (self.end_of(node) + 1, node.row)
            if self.character(*start) in LIGHT or self.character(*start) in HEADS:
                if start not in found:
                    every.append(Bundle())
                    for cell in self.component(start, LIGHT):
                        found[cell] = every[-1]
                        self.arrive(cell, every[-1])
                found[start].sources.append(node)
        return every

    def arrive(self, cell: tuple[int, int], bundle: Bundle) -> None:
        x, y = cell
        if self.character(x, y) not in HEADS:
            return
        if self.character(x + 1, y) == "⋮":
            bundle.cut = True
        bundle.targets += [node for node in self.nodes if (node.x, node.row) == (x + 2, y)]

    def led_to(self, node: Drawn) -> set[str]:
        """The nodes that the wires of `node` lead to with a full arrow."""
        cells = self.component((self.end_of(node) + 1, node.row), LIGHT)
        full = {(x + 2, y) for x, y in cells if self.character(x, y) == "▶"}
        return {
            drawn.name or MORE.match(self.at(drawn.row), drawn.x)[0]
            for drawn in self.nodes
            if (drawn.x, drawn.row) in full
        }

    def heads(self, node: Drawn) -> str:
        """The arrow heads of the wires of `node`."""
        cells = self.component((self.end_of(node) + 1, node.row), LIGHT)
        return "".join(self.character(*cell) for cell in cells if self.character(*cell) in HEADS)

    def component(self, start: tuple[int, int], characters: dict[str, int]) -> set[tuple[int, int]]:
        """All cells joined to `start`, across the numbers that ride on the wires."""
        cells, waiting = {start}, [start]
        while waiting:
            x, y = waiting.pop()
            for direction in (UP, DOWN, LEFT, RIGHT):
                if not characters.get(self.character(x, y), 0) & direction:
                    continue
                dx, dy, back = STEPS[direction]
                cell = (x + dx, y + dy)
                if direction == RIGHT and (ridden := re.compile(r" \S+ (?=[─┐┘┤┼┬┴])").match(self.at(y), x + 1)):
                    cell = (ridden.end(), y)
                if direction == LEFT and (ridden := re.search(r"(?<=─) \S+ $", self.at(y)[:x])):
                    cell = (ridden.start() - 1, y)
                if self.character(*cell) == "│" and dx:  # over a line that it does not join
                    cell = (x + 2 * dx, y)
                character = self.character(*cell)
                if cell not in cells and (
                    characters.get(character, 0) & back or (character in HEADS and direction == RIGHT)
                ):
                    cells.add(cell)
                    waiting.append(cell)
        return cells

    def riding(self, node: Drawn) -> tuple[str, str, str]:
        """What rides on the wire that leaves `node`: what stands above it, itself, what stands below."""
        start = self.end_of(node)
        found = re.compile(r"[ ─]*─ (\S+)(?= [─┐┘┤┼┬┴])").match(self.at(node.row), start)
        if not found:
            return "", "", ""
        x, end = found.start(1), found.end(1)
        bus = next(c for c in range(end, len(self.at(node.row))) if self.character(c, node.row) in "┐┘┤┼┬┴▶▷")
        above = self.at(node.row - 1)[node.x + len(node.name) : bus].strip()
        below = re.compile(r"[●○]?(×?\S+)").match(self.at(node.row + 1)[x - 1 : bus].strip())
        return above, found[1], below[1] if below else ""

    def brought(self, name: str) -> tuple[dict[int, str], int]:
        """What double lines bring to the gradient of the node `name`: numbers by row; and how many more there are."""
        node = next(node for node in self.nodes if node.name == name)
        y = node.row + 1
        start = self.at(y).index("◀", node.x) + 1
        cells = self.component((start, y), DOUBLE)
        numbers: dict[int, str] = {}
        hidden = 0
        for x, row in cells:
            if self.character(x + 1, row) != " ":
                continue
            if found := MORE.match(self.at(row), x + 2):
                hidden += int(found[1])
            elif (found := NUMBER.match(self.at(row), x + 2)) and x + 2 < len(self.at(row)):
                numbers.setdefault(row, found[0])
        return numbers, hidden

    def column_of(self, weight: str) -> tuple[str, str]:
        """What stands below a weight's name: its value, and its derivative."""
        x, y = self.place_of(weight)
        value = re.compile(r"\S+").search(self.at(y + 1), x)
        wire = re.compile(r"[─ ]*(\S+)").match(self.at(y + 1), x) if value and value[0][0] == "─" else None
        number, at = (wire[1], wire.start(1)) if wire else (value[0], value.start()) if value else ("", x)
        derivative = re.compile(r"×?[^\s│]+").match(self.at(y + 2), at)
        return number, derivative[0] if derivative else ""

    def place_of(self, weight: str) -> tuple[int, int]:
        """Where a weight's name stands."""
        found = [
            (row.index(f"{weight} "), y) for y, row in enumerate(f"{row} " for row in self.rows) if f"{weight} " in row
        ]
        assert len(found) == 1, weight
        return found[0]

    def ends_of(self, weight: str) -> tuple[str, str]:
        """Where the wire that a weight rides on comes from, and where it leads, over buses that it does not join."""
        x, y = self.place_of(weight)
        return self.source_left_of(x, y + 1), self.target_right_of(x, y + 1)

    def source_left_of(self, x: int, y: int) -> str:
        row = self.at(y)
        while row[x] not in "┬├└":
            x -= 1
            if found := [node.name for node in self.nodes if node.row == y and node.x == x]:
                return found[0]
        while row[x] in "├└":
            y -= 1
            row = self.at(y)
            while row[x] not in "├┬":
                y -= 1
                row = self.at(y)
        return max((node for node in self.nodes if node.row == y and node.x < x), key=lambda node: node.x).name

    def target_right_of(self, x: int, y: int) -> str:
        while self.character(x, y) not in "┐┘┤┴┬┼▶":
            x += 1
        if self.character(x, y) != "▶" and self.character(x, y) in "┐┘┤":
            below = next((r for r in range(y + 1, len(self.rows)) if self.character(x, r) in "├└"), None)
            above = next((r for r in range(y - 1, -1, -1) if self.character(x, r) in "├┌"), None)
            near = [r for r in (above, below) if r is not None and self.joined(x, y, r)]
            y = near[0]
            while self.character(x, y) != "▶":
                x += 1
        elif self.character(x, y) != "▶":
            return "bus"
        return next(node.name for node in self.nodes if (node.x, node.row) == (x + 2, y))

    def joined(self, x: int, y: int, other: int) -> bool:
        """Whether column x is one line from row y to row `other`."""
        low, high = min(y, other), max(y, other)
        return all(LIGHT.get(self.character(x, row), 0) & (DOWN if row < high else UP) for row in range(low, high + 1))
