"""The layout of programs: lines that stay readable however much is in them, and comments that stay comments."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from backprop_tui.core.graph import Graph
from backprop_tui.core.scenario import Scenario

LINE_WIDTH = 88
"""Lines are kept as short as this, before they are indented, where they can be broken."""

_INDENT = " " * 4
_BREAKS = re.compile(r"(?<=,) | (?=\+ )")  # after a comma, before a plus


def preamble(what: str, scenario: Scenario) -> list[str]:
    """The first lines of a program: `what` it is, and the title and source of `scenario`.

    Python looks into the first two lines for the file's encoding; those are therefore never the scenario's.
    """
    source = [comment(f"Source: {scenario.source}")] if scenario.source else []
    return [f"# {what}", "#", comment(scenario.title or scenario.name), *source]


def variables(graph: Graph, own: Collection[str]) -> dict[str, str]:
    """What a program calls each node: by its name, but where that is among its `own` names."""
    taken = {*own, *graph.by_name}

    def free(name: str) -> str:
        while name in taken:
            name += "_"
        return name

    return {name: free(name) if name in own else name for name in graph.by_name}


def comment(text: str) -> str:
    """`text` as a comment of one line, whatever it is: no line ends, no control characters."""
    return "".join(letter for letter in f"# {' '.join(text.split())}" if letter.isprintable())


def assignment(target: str, expression: str) -> list[str]:
    """``target = expression``, in parentheses where that takes several lines."""
    line = f"{target} = {expression}"
    return [line] if len(line) <= LINE_WIDTH else bracketed(f"{target} = (", expression, ")")


def bracketed(opening: str, text: str, closing: str) -> list[str]:
    """``opening text closing`` on one line, else `text` broken between the two, which are brackets."""
    if len(opening + text + closing) <= LINE_WIDTH:
        return [opening + text + closing]
    lines: list[str] = []
    for piece in _BREAKS.split(text):
        if lines and len(lines[-1]) + 1 + len(piece) <= LINE_WIDTH:
            lines[-1] += f" {piece}"
        else:
            lines.append(_INDENT + piece)
    return [opening, *lines, closing]


def list_of_rows(opening: str, rows: Iterable[str], closing: str) -> list[str]:
    """A list of `rows`, each in brackets of its own and on a line of its own."""
    lines = (line for row in rows for line in bracketed(row[0], row[1:-1], f"{row[-1]},"))
    return [opening, *indented(lines), closing]


def indented(lines: Iterable[str], depth: int = 1) -> Iterator[str]:
    """`lines` further right by `depth` steps, empty ones as they are."""
    return (_INDENT * depth + line if line else line for line in lines)


def nested(loops: Sequence[Iterable[str]], body: Sequence[str]) -> list[str]:
    """`body` inside of `loops`, the outer one first, each given by the lines of its head."""
    heads = [line for depth, head in enumerate(loops) for line in indented(head, depth)]
    return [*heads, *indented(body, len(loops))]


def pass_heading(scenario: Scenario, epochs: int) -> Iterator[str]:
    """What prints which pass this is, where there are several."""
    counted = ["epoch {epoch}"] * (epochs > 1) + ["sample {sample}"] * (len(scenario.samples) > 1)
    if counted:
        yield f'print(f"\\n{", ".join(counted).capitalize()}")'
        yield ""


def stop(finite: str, names: Iterable[str], loops: int) -> Iterator[str]:
    """What ends the `loops` loops, where there are any, after a pass in which ``finite`` is false of a ``value``."""
    if loops:
        yield from ("", "# A value that is no longer finite ends the run")
        yield from bracketed(f"if not all({finite} for value in (", ", ".join(names), ")):")
        yield from indented(["break" if loops == 1 else "raise SystemExit"])
