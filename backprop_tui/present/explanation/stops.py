"""What is said at the end of a stop: all that its stages have computed, and a completed layer's rule in vectors."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from backprop_tui.core.backprop import Phase
from backprop_tui.present.events import events
from backprop_tui.present.explanation.vector_form import vector_form
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import in_words
from backprop_tui.present.sentences import fits, listed
from backprop_tui.present.visibility import cell
from backprop_tui.stepper.state import State
from backprop_tui.stepper.stops import Stop

Sentences = Callable[[State], Iterator[str]]
"""What is said of the stage of a state."""


def summed_up(state: State, stop: Stop, of_stage: Sentences, width: int, lines: int) -> Iterator[str]:
    """What the stages of `stop` have computed, as much of it as leaves room for what else is important there.

    That is an event on the way, else the vector form of the rule of a layer that is completed.
    """
    happened = [event.stage for event in events(state) if event.stage in stop.stages]
    broken = state.view.first_not_finite
    ended = bool(broken) and broken <= stop.end
    at = happened[0] if happened and not ended else stop.end
    stage = of_stage(replace(state, position=state.position._replace(stage=at), by_stop=False))
    vectors = [*vector_form(state, stop)]
    said = [*stage, *vectors] if happened or ended else [*vectors, *stage]
    if ended:
        yield said.pop(0)
    if len(stop.stages) > 1:
        important = said[:1] if happened or vectors else []
        yield _summary(state, stop, important, width, lines)
    yield from said


def _summary(state: State, stop: Stop, after: Sequence[str], width: int, lines: int) -> str:
    """``Layer 1: z1_1 = 0.3775 and z1_2 = 0.3925.``, with ``and 3 more`` where `after` would else have no room."""
    rules = state.timeline.rules
    # The parameters' new numbers are what an update is for; what the optimiser remembers comes after them.
    order = sorted(
        stop.stages, key=lambda stage: rules[stage - 1].phase is Phase.UPDATE and not rules[stage - 1].is_step
    )
    heading, parts = _heading(state, stop), [_result(state, stage) for stage in order]
    shortened = [_sentence(heading, parts, shown) for shown in range(len(parts), 0, -1)]
    for sentences in ([[one, *after] for one in shortened], [[one] for one in shortened]):
        for some in sentences:
            if fits(some, width, lines):
                return some[0]
    return shortened[-1]


def _sentence(heading: str, parts: Sequence[str], shown: int) -> str:
    left = len(parts) - shown
    return f"{heading}: {listed((*parts[:shown], f'{left} more') if left else parts, most=len(parts) + 1)}."


def _heading(state: State, stop: Stop) -> str:
    """What the stages are about."""
    if stop.layer and state.scenario.is_neuron:
        return "The neuron"
    if stop.neuron:
        return f"Neuron {stop.neuron} of layer {stop.layer}"
    if stop.layer:
        return f"Layer {stop.layer}"
    rule = state.timeline.rules[stop.end - 1]
    node = state.timeline.graph.by_name[rule.node]
    name = node.symbol or node.name
    return f"The slopes of {name}" if rule.phase is Phase.LOCAL else name


def _result(state: State, stage: int) -> str:
    """``∂L/∂w = −2``; where something blocks it, ``∂a/∂z = 0 (gate)``."""
    shown, sign = cell(state, stage), "←" if state.timeline.overwrites(stage) else "="
    word = f" ({shown.word})" if shown.word else ""
    name = symbol(state.timeline.rules[stage - 1].quantity)
    return f"{name} {sign} {in_words(state.view.values[stage - 1])}{word}"
