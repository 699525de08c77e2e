"""The computation graph's picture: a neuron's, a network's or a program's."""

from backprop_tui.core.models import is_program
from backprop_tui.present.canvas import Canvas, Place, Row
from backprop_tui.present.graph.neuron import inputs_in_view, neuron_canvas
from backprop_tui.present.graph.neuron_layout import weight_names
from backprop_tui.stepper.state import State

_TALLEST = 60  # rows: more of a picture no terminal shows
_FRAME = 6  # what a rule needs around its title
_SPACED_FROM = 100  # the width from which one input's rows may have air between them


def graph_rows(state: State, width: int, height: int) -> tuple[Row, ...]:
    """The picture at the position of `state`, in `height` rows (at least 6) of `width` cells (at least 60)."""
    return _canvas(state, width, height).rows()


def graph_stage_at(state: State, width: int, height: int, x: int, y: int) -> int:
    """The stage that is drawn in column x of row y of that picture; 0 where none is."""
    places = _canvas(state, width, height).places
    return next((place.stage for place in places if place.y == y and 0 <= x - place.x < place.length), 0)


def graph_stages(state: State, width: int, height: int) -> tuple[Place, ...]:
    """Where the stages in that picture stand, each once, in reading order."""
    found = {place.stage: place for place in _canvas(state, width, height).places if place.stage}
    return tuple(sorted(found.values(), key=lambda place: (place.y, place.x)))


def _canvas(state: State, width: int, height: int) -> Canvas:
    if state.scenario.is_neuron:
        return neuron_canvas(state, width, height)
    if is_program(state.scenario):
        from backprop_tui.present.graph.rails_picture import rails_canvas  # noqa: PLC0415 - as above

        return rails_canvas(state, width, height)
    from backprop_tui.present.graph.network import network_canvas  # noqa: PLC0415 - as above

    return network_canvas(state, width, height)


def graph_title(state: State, width: int, height: int) -> str:
    """The panel's title; where not all is in view, it says what is."""
    title = "Computation graph"
    if is_program(state.scenario):
        from backprop_tui.present.graph.rails_picture import rails_note  # noqa: PLC0415 - as above

        note = rails_note(state, height)
        return f"{title}, {note}" if note else title
    if not state.scenario.is_neuron:
        from backprop_tui.present.graph.network_title import network_notes, weighed_note  # noqa: PLC0415 - as above

        notes = list(network_notes(state, width, height))
        titles = [f"{title}, {notes[0]}", *(f"{note[0].upper()}{note[1:]}" for note in notes)] if notes else [title]
        if weighed := weighed_note(state, width, height):
            titles = [*(f"{text}, {weighed}" for text in titles), *titles]
        return next((text for text in titles if len(text) + _FRAME <= width), titles[-1])
    names, shown = weight_names(state.view), inputs_in_view(state, height)
    if len(shown) == len(names):
        return title
    inputs = f"inputs {shown[0] + 1}–{shown[-1] + 1}" if len(shown) > 1 else f"input {shown[0] + 1}"
    return f"{title}, {inputs} of {len(names)}"


def graph_heights(state: State, width: int) -> tuple[int, ...]:
    """The heights that the picture can use, ascending."""
    if is_program(state.scenario):
        return tuple(range(6, max(len(state.timeline.graph.nodes) + 1, 6) + 1))  # a heading, and a row for each node
    if not state.scenario.is_neuron:
        from backprop_tui.present.graph.network_layout import heights_for  # noqa: PLC0415 - as above

        tallest = max(
            len(state.scenario.layers[0].weights[0]), *(len(layer.weights) for layer in state.scenario.layers)
        )
        grids = {6, 7, 8, *(4 * count for count in range(3, min(tallest, _TALLEST // 4) + 1))}
        return tuple(sorted(grids | set(heights_for(state, width, _TALLEST))))
    inputs = len(weight_names(state.view))
    if inputs == 1:
        return (6, 7, 14) if width >= _SPACED_FROM else (6, 7)
    return (6, 7, *(2 * count + 2 for count in range(3, inputs + 1)))
