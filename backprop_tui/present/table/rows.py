"""The derivative table: one row per derivative, gradient and update, with its rule, its numbers and its value."""

from collections.abc import Sequence
from typing import NamedTuple

from backprop_tui.core.backprop import Phase
from backprop_tui.core.expression import Name, total
from backprop_tui.core.ops import ACTIVATIONS
from backprop_tui.present.canvas import Canvas, Row, Style
from backprop_tui.present.contributions import contributions_to
from backprop_tui.present.formulas import formula, substituted, symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.table.lines import Line, table_lines
from backprop_tui.present.visibility import PENDING, Cell, Mark, cell, numbers_text, rule_text
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.state import State

_NAME = 3  # column of the name; the mark stands two columns before it
_SHORT_NAME = 5  # "∂L/∂w"; behind longer names one blank must do
_DESIGN_WIDTH = 65
_MOST_SHIFT = 6  # so far long rules may push the numbers to the right
_APART = 2  # blanks at least between a rule and numbers that stand outside their column
_NUMBERS_AT, _UNITS_AT = 33, 57  # at the design width; wider tables stretch, narrower ones pull the values in


class _Entry(NamedTuple):
    """What a line says, as far as it may be seen."""

    name: str
    rule: str
    numbers: str  # empty where they are not to be seen yet, or say nothing more
    shown: Cell


def table_rows(state: State, width: int, height: int, chosen: int = 0, predicting: bool = False) -> tuple[Row, ...]:
    """The lines in view, drawn in rows of `width` cells; the stage `chosen`, where not 0, has a ``>`` before it.

    Where `predicting`, the rules that are the number itself are left out until that is computed.
    """
    canvas = Canvas(width, height)
    lines = table_lines(state, height, chosen)
    indent = 2 if any(line.heading for line in lines) else 0
    entries = {y: _entry(state, line) for y, line in enumerate(lines) if line.stage}
    for y, line in enumerate(lines):
        if not predicting or line.stage <= state.position.stage:
            continue
        if entries[y].rule == number(state.view.values[line.stage - 1]):
            entries[y] = entries[y]._replace(rule="")
    names = max((len(entry.name) for entry in entries.values()), default=0)
    rule_at = _NAME + indent + names + (2 if names <= _SHORT_NAME else 1)
    numbers_at = _numbers_column(tuple(entries.values()), rule_at, width)
    for y, line in enumerate(lines):
        if line.heading:
            canvas.put(_NAME, y, line.heading, Style.DIM)
        elif line.stage:
            _draw(canvas, y, entries[y], _NAME + indent, (rule_at, numbers_at))
            if line.stage == chosen and not line.via:
                canvas.put(0, y, ">", Style.NEXT)
    return canvas.rows()


def heading_columns(width: int) -> tuple[int, int]:
    """Where "with numbers" and "value" stand in the rule above a table of `width` cells."""
    return _stretched(_NUMBERS_AT, width), _units(width) - 2


def _entry(state: State, line: Line) -> _Entry:
    one, stage = state.view, line.stage
    rule = one.timeline.rules[stage - 1]
    shown = cell(state, stage)
    if line.via:
        brought = contributions_to(one, rule.node)[line.via - 1]
        known = Cell(Mark.DONE if shown.known else Mark.LATER, number(brought.value) if shown.known else PENDING)
        numbers = substituted(brought.rule, one.known) if shown.known else ""
        return _Entry(f"  via {brought.via}", formula(brought.rule), numbers, known)
    text, numbers = _texts(one, stage) if rule.phase is Phase.CHAIN else (short_rule(one, stage), "")
    numbers = (numbers or numbers_text(one, stage)) if shown.known else ""
    if numbers in (text, shown.text) and " if " not in text:  # behind a rule with branches they say which was taken
        numbers = ""
    name = symbol(rule.quantity) + (" ←" if one.timeline.overwrites(stage) else "")
    return _Entry(name, text, numbers, shown)


def _texts(one: Pass, stage: int) -> tuple[str, str]:
    """The rule and the numbers of a gradient; where paths meet, the sum of the contributions listed above it."""
    brought = contributions_to(one, one.timeline.rules[stage - 1].node)
    if len(brought) == 1:
        return rule_text(one, stage), ""
    sum_of_all = total(tuple(Name(f"via {one.via}") for one in brought))
    return formula(sum_of_all), substituted(sum_of_all, {f"via {one.via}": one.value for one in brought})


def _draw(canvas: Canvas, y: int, entry: _Entry, name_at: int, columns: tuple[int, int]) -> None:
    shown = entry.shown
    style = Style.STRONG if shown.mark is Mark.NOW else Style.PLAIN if shown.known else Style.DIM
    if shown.mark in (Mark.NOW, Mark.NEXT):
        canvas.put(1, y, shown.mark, style if shown.mark is Mark.NOW else Style.NEXT)
    name_end = canvas.put(name_at, y, entry.name, style if shown.known else Style.PLAIN)
    value_at = _value_column(shown, canvas.width)
    _draw_rule(canvas, y, entry, style, (name_end + 1, *columns, value_at))
    end = canvas.put(value_at, y, shown.text, shown.style)
    if shown.word:
        canvas.put(end, y, f"╳ {shown.word}", Style.BLOCKED)


def _numbers_column(entries: Sequence[_Entry], rule_at: int, width: int) -> int:
    """Where the numbers start: behind the longest rule in view that has some, where it leaves them room."""
    usual = _stretched(_NUMBERS_AT, width)
    lengths = [len(_tight(entry.rule)) for entry in entries if "∂" in entry.rule]
    behind = rule_at + max(lengths, default=0) + 1
    return behind if usual < behind <= usual + _MOST_SHIFT else usual


def _draw_rule(canvas: Canvas, y: int, entry: _Entry, style: Style, columns: tuple[int, int, int, int]) -> None:
    """Rule and numbers, each in its column; where they do not both fit, the numbers, for the headline has the rule."""
    least, rule_at, numbers_at, value_at = columns
    end = value_at - 2  # nearer, the value would look subtracted, or multiplied: (−0.01905) 0.03635
    if not entry.numbers:
        loose = rule_at + len(entry.rule) < (numbers_at if "∂" in entry.rule else value_at)
        canvas.put(rule_at, y, _cut(entry.rule if loose else _tight(entry.rule), end - rule_at), style)
        return
    for rule in (entry.rule, _tight(entry.rule)):
        if rule_at + len(rule) < numbers_at and numbers_at + len(entry.numbers) <= end:
            canvas.put(rule_at, y, rule, style)
            canvas.put(numbers_at, y, entry.numbers, style)
            return
    rule, last = _tight(entry.rule), end - len(entry.numbers)
    behind = rule_at + len(rule) + _APART
    if behind <= last:  # numbers too long for their column move left, those behind a long rule right
        canvas.put(rule_at, y, rule, style)
        canvas.put(max(min(numbers_at, last), behind), y, entry.numbers, style)
        return
    numbers = entry.numbers if rule_at <= last else _tight(entry.numbers)
    at = max(least, min(numbers_at, end - len(numbers)))
    canvas.put(at, y, _cut(numbers, end - at), style)


def _tight(rule: str) -> str:
    return rule.replace(" · ", "·")


def short_rule(one: Pass, stage: int) -> str:
    """The rule of `stage`, an activation's slope by name where it is long: ``gelu′(z)``."""
    rule = one.timeline.rules[stage - 1]
    text = rule_text(one, stage)
    operation = one.timeline.graph.by_name[rule.node].operation
    if rule.phase is Phase.LOCAL and operation in ACTIVATIONS and len(text) > 40:
        return f"{operation}′({rule.argument})"
    return text


def _stretched(column: int, width: int) -> int:
    return column * max(width, _DESIGN_WIDTH) // _DESIGN_WIDTH


def _units(width: int) -> int:
    return min(_stretched(_UNITS_AT, width), width - (_DESIGN_WIDTH - _UNITS_AT))


def _value_column(shown: Cell, width: int) -> int:
    """Where the value starts: its units digit in one column with the others, but never over the right edge."""
    whole = len(shown.text.split(".", maxsplit=1)[0])
    length = len(shown.text) + (len(f"╳ {shown.word}") if shown.word else 0)
    return min(_units(width) - whole + 1, width - 1 - length)


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: max(0, room - 1)]}…"
