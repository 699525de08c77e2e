"""Where name, value, gradient and notes stand beside the rails, and what gives way where there is little room."""

import re
from functools import lru_cache
from typing import NamedTuple

from backprop_tui.core.backprop import gradient_name
from backprop_tui.core.graph import Role
from backprop_tui.core.ops import ACTIVATIONS
from backprop_tui.present.graph.rails import rails_of
from backprop_tui.present.numbers import number
from backprop_tui.present.visibility import may_be_blocked, rule_text
from backprop_tui.stepper.history import Pass

MARGIN = 2
_NOTE, _GOOD_NOTE = 11, 20  # cells: ``×`` and a number, and the name of a derivative before it
_SHORT_RULE = 6  # cells that a rule needs at least to be worth a look, beside the name
_SHORT_NAME = 6
_USUAL = (3, 5)  # whole part and rest of a number, so that columns do not jump with the first steps of a run
_UNITS = re.compile(r"−?\d+")


class Columns(NamedTuple):
    """Columns of cells: what starts where; numbers have their units in one column.

    `pitch` cells lie from one rail to the next, `rails` cells are theirs in all, `text_room` those of name and rule,
    and `note_room` what is left at the right.
    """

    pitch: int
    rails: int
    text: int
    text_room: int
    value: int
    gradient: int
    note: int
    note_room: int


def units(text: str) -> int:
    """The cells of a number's text up to its units digit."""
    found = _UNITS.match(text)
    return found.end() if found else len(text)


@lru_cache(maxsize=16)
def columns_of(one: Pass, width: int) -> Columns:
    """The columns of the pass `one` in `width` cells (at least 60).

    Where there is little room, notes give way first, then rules, one by one; then the rails stand closer, names are
    cut, and at last rails are cut off.
    """
    rails = rails_of(one.timeline.graph)
    (whole, rest), (gradient_whole, gradient_rest) = _widths(one)
    numbers = 1 + whole + rest + 3 + gradient_whole + gradient_rest
    names = max(len(name) for name in rails.rows)
    full = max(len(text_of_node(one, name)) for name in rails.rows)
    free = width - MARGIN - 2 - numbers - _NOTE
    wide, close = 2 * rails.columns - 1, rails.columns
    pitch, drawn = (2, wide) if free - wide >= min(full, names + _SHORT_RULE) else (1, close)
    drawn = min(drawn, free - min(names, _SHORT_NAME))
    room = min(full, free - drawn)
    text = MARGIN + drawn + 2
    least = text + room + 1 + whole
    spare = free - drawn - room - (_GOOD_NOTE - _NOTE)
    value = max(least, min(width * 3 // 8, least + spare))
    gradient = value + rest + 2 + gradient_whole
    note = gradient + gradient_rest + 3
    return Columns(pitch, drawn, text, room, value, gradient, note, width - note)


def text_of_node(one: Pass, name: str, room: int = 0) -> str:
    """``q = x + y``, in `room` cells where that is not 0: an activation by its name, a rule cut, a name alone."""
    stage = one.timeline.find(name)
    if not stage:
        return _cut(name, room)
    node = one.timeline.graph.by_name[name]
    rule = rule_text(one, stage).replace(" · ", "·")
    texts = [f"{name} = {rule}"]
    if node.operation in ACTIVATIONS:
        texts.append(f"{name} = {node.operation}({', '.join(node.args)})")
    if not room:
        return texts[0]
    fitting = [text for text in texts if len(text) <= room]
    if fitting:
        return fitting[0]
    return _cut(texts[-1] if room >= len(name) + _SHORT_RULE else name, room)


def _cut(text: str, room: int) -> str:
    return text if not room or len(text) <= room else f"{text[: room - 1]}…"


def _widths(one: Pass) -> tuple[tuple[int, int], tuple[int, int]]:
    """Whole part and rest of the widest values and gradients of a pass, the mark of a blocked gradient included."""
    graph, find = one.timeline.graph, one.timeline.find
    values = [number(one.known[node.name]) for node in graph.nodes if node.role is not Role.TARGET]
    stages = [find(gradient_name(graph, node.name)) for node in graph.nodes]
    gradients = [number(one.values[stage - 1]) + "╳" * may_be_blocked(one, stage) for stage in stages if stage]
    return _parts(values), _parts(gradients)


def _parts(texts: list[str]) -> tuple[int, int]:
    return (
        max(_USUAL[0], *(units(text) for text in texts)),
        max(_USUAL[1], *(len(text) - units(text) for text in texts)),
    )
