"""The picture of a program: its graph as rails, beside each node its rule, its value, its gradient."""

from collections.abc import Sequence

from backprop_tui.core.backprop import Phase, gradient_name
from backprop_tui.core.backprop import symbol as symbol_in
from backprop_tui.present.canvas import Canvas, Place, Style
from backprop_tui.present.graph.rails import is_marked, rails_of
from backprop_tui.present.graph.rails_columns import MARGIN, Columns, columns_of, text_of_node, units
from backprop_tui.present.graph.rails_notes import FACTOR, Note, notes_of
from backprop_tui.present.graph.rails_window import Window, node_at_hand, path_at_hand, window_of
from backprop_tui.present.numbers import number
from backprop_tui.present.visibility import BLOCKED, Cell, Mark, cell
from backprop_tui.stepper.state import State

_HEADING = "gradient "
_BETWEEN_NOTES = 2


def rails_canvas(state: State, width: int, height: int) -> Canvas:
    """The program at the position of `state`, in `height` rows (at least 3) of `width` cells (at least 60)."""
    canvas = Canvas(width, height)
    rails, path = rails_of(state.timeline.graph), path_at_hand(state)
    columns, window = columns_of(state.view, width), window_of(state, height)
    _draw_heading(canvas, state, columns, window)
    _draw_rails(canvas, 0, rails.between(window.first, path), columns)
    names = rails.rows[window.first : window.end]
    for y, (name, notes) in enumerate(zip(names, notes_of(state, names), strict=True), start=1):
        _draw_rails(canvas, y, rails.drawn(rails.row[name], path), columns)
        _draw_node(canvas, y, state, name, columns)
        _draw_notes(canvas, y, state, notes, columns)
    if window.end < window.size:
        y = window.end - window.first + 1
        _draw_rails(canvas, y, rails.between(window.end, path), columns)
        canvas.put(columns.text, y, f"⋮ {window.size - window.end} more", Style.DIM)
    return canvas


def rails_note(state: State, height: int) -> str:
    """What the panel's title says where not all rows are in view; empty where they are."""
    window = window_of(state, height)
    whole = window.end - window.first == window.size
    return "" if whole else f"rows {window.first + 1}–{window.end} of {window.size}"


def _draw_rails(canvas: Canvas, y: int, rails: str, columns: Columns) -> None:
    drawn = rails[:: 3 - columns.pitch]
    for x, character in enumerate(drawn[: columns.rails]):
        canvas.put(MARGIN + x, y, character, Style.PATH if is_marked(character) else Style.RAIL)
    if len(drawn) > columns.rails and drawn[columns.rails - 1 :].strip():
        canvas.put(MARGIN + columns.rails - 1, y, "…", Style.DIM)


def _draw_heading(canvas: Canvas, state: State, columns: Columns, window: Window) -> None:
    graph = state.timeline.graph
    derivative = f"∂{'L' if symbol_in(graph, graph.root.name) == 'loss' else symbol_in(graph, graph.root.name)}/∂"
    canvas.put(columns.value - 2, 0, "value", Style.DIM)
    start = columns.gradient - 4
    whole = start + len(_HEADING + derivative) <= canvas.width
    canvas.put(start, 0, _HEADING + derivative if whole else derivative, Style.DIM)
    if window.first:
        count = f"⋮ {window.first} more"
        fits = columns.text + len(count) < columns.value - 2
        canvas.put(columns.text, 0, count if fits else f"⋮ {window.first}", Style.DIM)


def _draw_node(canvas: Canvas, y: int, state: State, name: str, columns: Columns) -> None:
    timeline, here = state.timeline, state.position.stage
    rule = timeline.rules[here - 1] if here else None
    used = timeline.operands(here) if here else frozenset()
    stage = timeline.find(name)
    text = text_of_node(state.view, name, columns.text_room)
    canvas.put(columns.text, y, text, Style.STRONG if rule and node_at_hand(rule) == name else Style.PLAIN)
    if stage:
        canvas.places.append(Place(columns.text, y, len(text), stage))
        _draw_number(canvas, columns.value, y, cell(state, stage), used=name in used)
    else:
        given = number(state.view.given[name])
        canvas.put(columns.value - units(given) + 1, y, given, Style.USED if name in used else Style.PLAIN)
    gradient = gradient_name(timeline.graph, name)
    if name == timeline.graph.root.name and stage <= here:
        canvas.put(columns.gradient, y, "1", Style.PLAIN)  # every number moves as itself
    elif timeline.find(gradient):
        is_local = rule is not None and rule.phase is Phase.LOCAL
        shown = cell(state, timeline.find(gradient))
        _draw_number(canvas, columns.gradient, y, shown, used=gradient in used and not is_local)


def _draw_number(canvas: Canvas, x: int, y: int, shown: Cell, *, used: bool) -> int:
    """A number with its units in column x, its mark right before it; the column after."""
    start = x - units(shown.text) + 1
    if shown.mark in (Mark.NOW, Mark.NEXT):
        canvas.put(start - 1, y, shown.mark, Style.NOW if shown.mark is Mark.NOW else Style.NEXT)
    end = canvas.put(start, y, shown.text, Style.USED if used and shown.mark is Mark.DONE else shown.style)
    if shown.word:
        end = canvas.put(end, y, BLOCKED, Style.BLOCKED)
    canvas.places.append(Place(start - 1, y, end - start + 1, shown.stage))
    return end


def _draw_notes(canvas: Canvas, y: int, state: State, notes: Sequence[Note], columns: Columns) -> None:
    """As many notes as there is room for; what a stage computes is among them however little there is."""
    x = columns.note
    for note in notes:
        room = canvas.width - x
        if note.stage:
            shown = cell(state, note.stage)
            room -= 2 + len(shown.number)  # a blank or a mark before it
        fitting = [text for text in note.texts if len(text) <= room] or [note.texts[-1]] * bool(note.stage)
        if fitting:
            x = canvas.put(x, y, fitting[0], note.style)
            if note.stage:
                has_mark = shown.mark is not Mark.DONE
                start = x + (has_mark if fitting[0] == FACTOR else 2)
                x = _draw_number(canvas, start + units(shown.text) - 1, y, shown, used=False)
            x += _BETWEEN_NOTES
