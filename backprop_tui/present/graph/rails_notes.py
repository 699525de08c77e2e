"""What stands at the right of a node's row: a local derivative, a sum where paths meet, an update, an event."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backprop_tui.core.backprop import Phase, gradient_name, local_name
from backprop_tui.core.expression import Name, total
from backprop_tui.present.canvas import Style
from backprop_tui.present.contributions import contributions_to
from backprop_tui.present.events import EVENT_WORDS, Event, Kind, events
from backprop_tui.present.formulas import substituted, symbol
from backprop_tui.present.graph.training_steps import step_in_view
from backprop_tui.present.numbers import in_words, number
from backprop_tui.present.visibility import Mark, cell, mark, numbers_text
from backprop_tui.stepper.state import State

_NODE_WORDS = {
    Kind.DEAD: ("╳ dead ReLU",),
    Kind.GATE_CLOSED: ("╳ gate closed", "╳ gate"),
    Kind.FLAT: ("╳ flat",),
    Kind.SATURATED: ("saturated",),
}


FACTOR = "×"
"""Before a local derivative: the chain rule multiplies by it."""


class Note(NamedTuple):
    """A piece of text, in the first of its spellings that fits, so the longest comes first.

    Where there is a `stage`, its number with its mark stands behind the text.
    """

    texts: tuple[str, ...]
    style: Style = Style.DIM
    stage: int = 0


def notes_of(state: State, names: Sequence[str]) -> tuple[tuple[Note, ...], ...]:
    """The notes on the rows of the nodes `names`, in each the most important first."""
    found = events(state)
    return tuple(tuple(_notes(state, name, [one for one in found if one.node == name])) for name in names)


def _notes(state: State, name: str, found: Sequence[Event]) -> Iterator[Note]:
    stage = state.position.stage
    rule = state.timeline.rules[stage - 1] if stage else None
    if step := step_in_view(state, name, "←"):
        yield Note((step.name,), Style.PLAIN, step.stage)
        return
    if local := _local_in_view(state, name):
        yield Note((symbol(state.timeline.rules[local - 1].quantity), FACTOR), Style.PLAIN, local)
    elif rule and rule.phase is Phase.CHAIN:
        yield from _brought(state, name)
    yield from _words(state, name, found)
    yield from _sum(state, name)


def _local_in_view(state: State, name: str) -> int:
    """While local derivatives are computed, the stage of that with respect to `name`: now, next, or the last known."""
    graph, find, here = state.timeline.graph, state.timeline.find, state.position.stage
    locals_ = state.timeline.phases.get(Phase.LOCAL, range(0))
    if here + 1 not in locals_ and here not in locals_:
        return 0
    found = [find(local_name(graph, user.name, name)) for user in graph.consumers[name]]
    own = find(gradient_name(graph, name))
    seen = [stage for stage in found if stage and stage <= here + 1 and stage != own]
    return here if here in seen else max(seen, default=0)


def _brought(state: State, name: str) -> Iterator[Note]:
    """At the stage of a gradient: in its row what it is the product of, or in those of its users what each brings."""
    stage, one = state.position.stage, state.view
    hand = one.timeline.rules[stage - 1].node
    parts = contributions_to(one, hand)
    if len(parts) == 1 and name == hand:
        yield Note((f"= {numbers_text(one, stage).replace(' · ', '·')}",), Style.USED)
    elif len(parts) > 1:
        for part in parts:
            if part.via == name:
                yield Note((f"{number(part.value)} to {hand}", number(part.value)), Style.USED)


def _sum(state: State, name: str) -> Iterator[Note]:
    """The summands of a gradient that several uses bring together, once it is known."""
    stage = state.timeline.find(gradient_name(state.timeline.graph, name))
    if not stage or mark(state, stage) in (Mark.NEXT, Mark.LATER):
        return
    if len(state.timeline.graph.consumers[name]) > 1:
        parts = contributions_to(state.view, name)
        whole = total(tuple(Name(part.via) for part in parts))
        terms = substituted(whole, {part.via: part.value for part in parts}).split(" + ")
        shorter = (" + ".join([*terms[:count], "…"]) for count in range(len(terms) - 1, 0, -1))
        texts = (" + ".join(terms), *shorter, f"sum of {len(terms)}")
        style = Style.USED if stage == state.position.stage else Style.DIM
        yield Note((*(f"= {text}" for text in texts[:-1]), texts[-1]), style)


def _words(state: State, name: str, found: Sequence[Event]) -> Iterator[Note]:
    """The events at this node, and what is infinite or not a number, in words."""
    graph = state.timeline.graph
    kinds = {event.kind for event in found}
    for event in found:
        if event.kind in _NODE_WORDS and not (event.kind is Kind.GATE_CLOSED and Kind.DEAD in kinds):
            style = Style.EVENT if event.kind is Kind.SATURATED else Style.BLOCKED
            yield Note(_NODE_WORDS[event.kind], style)
        elif event.kind in EVENT_WORDS:
            yield Note((EVENT_WORDS[event.kind],), Style.EVENT)
    for quantity in (name, gradient_name(graph, name)):
        stage = state.timeline.find(quantity)
        if stage and stage <= state.position.stage:
            shown = cell(state, stage)
            if shown.word and not kinds & _NODE_WORDS.keys():
                yield Note((shown.word,), Style.BLOCKED)
            if word := in_words(state.view.values[stage - 1]).removeprefix(shown.text).strip():
                yield Note((word,), Style.EVENT)
