"""A run told to people: as text for a terminal, a file or a voice, and as Markdown for notes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from backprop_tui.core.backprop import Phase
from backprop_tui.core.models import is_program
from backprop_tui.core.scenario import Scenario
from backprop_tui.present.events import blocked, events
from backprop_tui.present.formulas import PHASE_NAMES, formula, substituted, symbol
from backprop_tui.present.numbers import in_words, number
from backprop_tui.stepper.state import State

if TYPE_CHECKING:
    from backprop_tui.core.models.program import ProgramScenario

_INDENT = " " * 4  # with it the explanations, 76 wide, fill a terminal of 80

_ESCAPES = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>|#~$&"})


def text(states: Iterable[State]) -> Iterator[str]:
    """A line for each of `states`, under headings, with what the screen says to it.

    What was said to the same stage a pass ago, word for word, is not said again.
    """
    from backprop_tui.present.explanation.stage import explain, headline  # noqa: PLC0415 - not for Markdown

    said: dict[int, tuple[str, ...]] = {}
    for stages in _passes(states):
        if not said:
            yield from _lines(_introduction(stages[0].scenario))
        given = ", ".join(f"{name} = {value}" for name, value in _given(stages[0]))
        yield from _lines(("", _heading(stages[0]), given))
        words = _words(stages[-1])
        for phase, group in groupby(stages, _phase):
            rows = [(state, headline(state).partition(" ")) for state in group]
            width = max(len(name) for _, (name, _, _) in rows)
            yield from _lines(("", PHASE_NAMES[phase]))
            for state, (name, _, rest) in rows:
                stage = state.position.stage
                word = f"  [{words[stage]}]" if stage in words else ""
                yield f"{stage:2}  {name:{width}} {rest}{word}\n"
                explanation = explain(state)
                if explanation != said.get(stage):
                    yield from _lines(f"{_INDENT}{line}" for line in explanation)
                said[stage] = explanation


def markdown(states: Iterable[State]) -> Iterator[str]:
    """GitHub's Markdown: what is given, then a table for each phase of each pass."""
    for number_of_pass, stages in enumerate(_passes(states)):
        if number_of_pass == 0:
            title, *others = _introduction(stages[0].scenario)
            yield f"# {_escaped(title)}\n"
            yield from (f"\n{_escaped(line)}\n" for line in others)
        yield f"\n## {_heading(stages[0])}\n\n"
        yield from _table(("given", "value"), _given(stages[0]))
        words = _words(stages[-1])
        for phase, group in groupby(stages, _phase):
            yield f"\n### {PHASE_NAMES[phase].capitalize()}\n\n"
            yield from _table(("stage", "", "rule", "with numbers", "value"), (_row(state, words) for state in group))


def _passes(states: Iterable[State]) -> Iterator[Sequence[State]]:
    """The stages of each pass together."""
    for _, stages in groupby(states, lambda state: (state.position.epoch, state.position.sample)):
        yield tuple(stages)


def _phase(state: State) -> Phase:
    return state.timeline.rules[state.position.stage - 1].phase


def _introduction(scenario: Scenario) -> Iterator[str]:
    """Title, model and source: each one line, whatever a file may hold."""
    if is_program(scenario):
        yield from _introduction_of_program(scenario)
        return
    shape = "one neuron"
    if not scenario.is_neuron:
        sizes = (len(scenario.layers[0].weights[0]), *(len(layer.weights) for layer in scenario.layers))
        shape = f"network {'-'.join(map(str, sizes))}"
    activations = ", ".join(dict.fromkeys(layer.activation for layer in scenario.layers))
    rate = f"lr {number(scenario.learning_rate)}"
    lines = (
        scenario.title or scenario.name,
        " · ".join((scenario.name, shape, activations, scenario.loss, rate)),
        f"Source: {scenario.source}" if scenario.source else "",
    )
    yield from map(_plain, filter(None, lines))


def _introduction_of_program(scenario: "ProgramScenario") -> Iterator[str]:
    yield _plain(scenario.title or scenario.name)
    yield _plain("; ".join(filter(None, map(str.strip, scenario.program.text.split("\n")))))
    if scenario.learns:
        yield f"lr {number(scenario.learning_rate)} · {scenario.optimizer.name}"
    if scenario.source:
        yield _plain(f"Source: {scenario.source}")


def _plain(line: str) -> str:
    return "".join(letter for letter in " ".join(line.split()) if letter.isprintable())


def _heading(state: State) -> str:
    here, samples = state.position, state.history.samples
    return f"Epoch {here.epoch}" + (f", sample {here.sample} of {samples}" if samples > 1 else "")


def _given(state: State) -> list[tuple[str, str]]:
    """The inputs, parameters and targets that the pass starts with."""
    given = state.view.given
    names = [node.name for node in state.timeline.graph.nodes if node.name in given]
    return [(name, number(given[name])) for name in names]


def _words(last: State) -> Mapping[int, str]:
    """What happened at the stages of a pass that is now at its last, in words."""
    words: dict[int, list[str]] = {}
    for event in events(last):
        words.setdefault(event.stage, []).append(event.kind)
    for stage in last.timeline.phases.get(Phase.CHAIN, ()):
        if word := blocked(last).get(last.timeline.rules[stage - 1].quantity):
            words.setdefault(stage, []).insert(0, f"blocked: {word}")
    return {stage: ", ".join(several) for stage, several in words.items()}


def _row(state: State, words: Mapping[int, str]) -> tuple[str, ...]:
    """Stage, quantity, rule, the rule with the numbers where that says something new, and value."""
    stage, view = state.position.stage, state.view
    rule = view.timeline.rules[stage - 1]
    named, numbers = formula(rule.expression), substituted(rule.expression, view.known)
    value = in_words(view.values[stage - 1])
    name = symbol(rule.quantity) + (" ←" if view.timeline.overwrites(stage) else "")
    word = f" ({words[stage]})" if stage in words else ""
    return str(stage), name, named, "" if numbers in (named, value) else numbers, f"{value}{word}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table whose last column, the numbers, is flush right."""
    yield f"| {' | '.join(head)} |\n"
    yield f"|{'---|' * (len(head) - 1)}---:|\n"
    for row in rows:
        yield f"| {' | '.join(map(_escaped, row))} |\n"


def _escaped(line: str) -> str:
    return line.translate(_ESCAPES)


def _lines(lines: Iterable[str]) -> Iterator[str]:
    return (f"{line}\n" for line in lines)
