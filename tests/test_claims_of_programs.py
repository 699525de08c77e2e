"""No sentence about a program says what is not so: every one, at every stage of thousands of passes."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backprop_tui.core.models.program import ProgramScenario
from backprop_tui.core.optimizers import OPTIMIZERS
from backprop_tui.core.optimizers import settings as optimizer
from backprop_tui.core.scenario_file import load
from backprop_tui.present.explanation.stage import explain
from backprop_tui.present.predicting.answer import read_answer
from backprop_tui.present.predicting.asked import Asked
from backprop_tui.present.predicting.diagnosis import found
from backprop_tui.present.predicting.reasons import why_right
from backprop_tui.stepper.state import Position, State, start
from tests.claims_of_programs import CLAIMS, ProgramStage, false_sentences
from tests.expressions import expression, programs

KINKS = expression("q = max(x, y, z, 2) + min(x, y); f = q*abs(x - y) + relu(z - 1)*x", {"x": 1.0, "y": 1.0, "z": 1.0})
POWERS = expression("f = x^x + 2^y + y^0 + 0^z", {"x": 0.0, "y": -3.0, "z": 0.0})
BOWL = expression("f = (x - 1)^2", {"x": -2.0}, learns=True, learning_rate=1.5)


def states(scenario: ProgramScenario, epochs: int = 3) -> Iterator[State]:
    """Every stage of the first epochs."""
    first = start(scenario)
    for epoch in range(1, epochs + 1 if scenario.learns else 2):
        if epoch > 1 and not first.history.reach(epoch):
            return
        last = first.history.view(epoch, 1).timeline.last
        yield from (replace(first, position=Position(epoch, 1, stage)) for stage in range(last + 1))


@settings(max_examples=600)
@given(programs())
@example(KINKS)
@example(POWERS)
@example(BOWL)
def test_no_sentence_about_a_program_is_false(scenario: ProgramScenario) -> None:
    for state in states(scenario):
        assert [*false_sentences(state)] == [], (state.position, scenario.program.text, scenario.values)


def test_every_claim_is_made_and_is_found_where_it_is_made_false(monkeypatch: pytest.MonkeyPatch) -> None:
    """A far larger number, another way, size or name: each is one word off what is said."""
    changes = [
        ("rises", "falls"),
        ("falls", "rises"),
        ("rose", "fell"),
        (" up,", " down,"),
        ("twice as much", "half as much"),
        ("just as much", "twice as much"),
        ("does not move at all", "moves just as much"),
        (", the other way", ""),
        ("next to nothing", "just as much"),
        ("a small move of x ", "a small move of y "),
        ("goes into", "goes into f,"),
        ("v1 is all", "f is all"),
        ("its gradient is 0", "the learning rate is 0"),
        (r"by convention, as (\w+) ", "by convention, as x "),
        (r"(−?[\d.]+) by convention", "0.7 by convention"),
        (r"times as much, the other way: −?([\d.]+)", r"times as much, the other way: 9\1"),
        (r"moves (only )?([\d.]+) times", r"moves 9\2 times"),
        (r"(rises|falls)(, but only)? ([\d.]+) times", r"\1\2 9\3 times"),
        (r"= (−?)([\d.]+) is taken off", r"= \g<1>9\2 is taken off"),
    ]
    unmet = {wrong for _, wrong in changes if wrong != "f is all"}
    for scenario in (KINKS, POWERS, BOWL, load("micrograd-readme"), load("cs231n-circuit"), *_small()):
        assert isinstance(scenario, ProgramScenario)
        for state in states(scenario):
            if not state.position.stage or state.view.first_not_finite:
                continue
            said = ProgramStage(state).text
            for right, wrong in changes:
                text = re.sub(right, wrong, said)
                if text == said:
                    continue
                with monkeypatch.context() as patched:
                    patched.setattr("tests.claims_of_programs.explain", lambda *_, text=text: (text,))
                    assert [*false_sentences(state)], (said, text)
                unmet.discard(wrong)
    assert unmet == set()


def _small() -> list[ProgramScenario]:
    level = expression("f = (x - 1)^2 + 0*y", {"x": 1.0, "y": 2.0}, learns=True, learning_rate=0.1)
    return [level, expression("q = x - 2*y; f = x*q + 0.003*y", {"x": 3.0, "y": 0.5})]


def test_the_sentences_make_claims_of_every_kind() -> None:
    made: Counter[str] = Counter()
    endings = [
        expression("f = (x - 1)^2", {"x": 0.0}, learns=True, learning_rate=1.0),  # back and forth
        expression("f = (x - 1)^2", {"x": 0.0}, learns=True, learning_rate=0.5),  # there in one step
        expression("f = x + y", {"x": 0.0, "y": 1.0}, learns=True, learning_rate=0.0),
        expression("f = x + 1e-20*y", {"x": 0.0, "y": 1.0}, learns=True, learning_rate=0.1),
    ]
    for scenario in (KINKS, POWERS, BOWL, *_small(), *endings):
        for state in states(scenario):
            if state.position.stage and not state.view.first_not_finite:
                assert [*false_sentences(state)] == []
                text = ProgramStage(state).text
                made.update({holds.__name__: len(words.findall(text)) for words, holds in CLAIMS})
    assert {holds.__name__ for _, holds in CLAIMS} == {name for name, count in made.items() if count}


@settings(max_examples=100)
@given(programs(learns=True), st.sampled_from(sorted(OPTIMIZERS)))
def test_nor_with_any_optimiser(scenario: ProgramScenario, name: str) -> None:
    """Of what an optimiser remembers, `claims_of_training` reads the sentences."""
    for state in states(replace(scenario, optimizer=optimizer(name))):
        rules, stage = state.timeline.rules, state.position.stage
        if stage and rules[stage - 1].phase.value != "update":
            assert [*false_sentences(state)] == [], (state.position, scenario.program.text, scenario.values)


@pytest.mark.parametrize(
    ("text", "values", "rest", "said"),
    [
        ("f = 1/x", {"x": 0.0}, {}, "Not finite: f is infinite (a division by 0). Every"),
        ("f = 1/x", {"x": 0.0}, {}, "The numbers that the program starts from lead to it (key e)."),
        ("f = 1/x + ln(y)", {"x": 0.0, "y": -1.0}, {}, "v2 is not finite either, for itself: the logarithm of a neg"),
        (
            "f = -x*x",
            {"x": 1e153},
            {"learns": True, "learning_rate": 5.0},
            "f has no lowest value that a machine",
        ),
        ("f = x", {"x": 1.0}, {"inputs": ("x",)}, "One operation on x gives f. All values are given"),
        ("f = x*y", {"x": 1.0, "y": 2.0}, {"inputs": ("x",)}, "tells how f moves with y; the rest is given."),
        ("f = tanh(x) + y", {"x": 1.0, "y": 2.0}, {"learns": True, "learning_rate": 0.1}, "All that was computed"),
    ],
)
def test_a_programs_own_words(text: str, values: dict[str, float], rest: dict[str, object], said: str) -> None:
    scenario = expression(text, values, **rest)
    if "tanh" in text:
        scenario = replace(scenario, optimizer=optimizer("momentum"))
    assert any(said in " ".join(explain(state, 76, 1000)) for state in states(scenario))


def test_a_program_that_learns_but_has_no_value_to_move_goes_on_without_an_error() -> None:
    held = expression("f = x", {"x": 1.0}, inputs=("x",), learns=True, learning_rate=0.1)
    assert [state.position.epoch for state in states(held)].count(2) == 2


_FOREIGN = re.compile(r"\b(?:loss|losses|L|weights?|bias(?:es)?|targets?|neurons?|layers?|network|parameters?|z)\b")


def test_what_is_said_of_wrong_numbers_has_no_words_of_networks() -> None:
    """Whatever number is typed at any stage: the mistakes found, and why the right one is."""
    text = "q = 2*a + relu(b); f = (q*c - 1)^2 + tanh(a)"
    learns = expression(text, {"a": -2.0, "b": 5.0, "c": -4.0}, learns=True, learning_rate=0.1)
    circuit = expression("q = x + y; f = q*w", {"x": -2.0, "y": 5.0, "w": -4.0})
    named: set[str] = set()
    for scenario in (learns, replace(learns, optimizer=optimizer("momentum")), circuit):
        view = start(scenario).view
        known = view.known.values()
        numbers = {*known, *(one * other for one in known for other in known), *(a - b for a in known for b in known)}
        for stage, value in enumerate(view.values, start=1):
            said = [why_right(Asked(view, stage))]
            for number in sorted({*numbers, -value, 2 * value, view.given.get("a", 0.0) + 0.1 * value}):
                mistakes = found(view, stage, read_answer(repr(number)))
                named |= {one.mistake.name for one in mistakes}
                said += [f"{one.sentence} {one.mistake.short}" for one in mistakes]
            assert [text for text in said if _FOREIGN.search(text)] == []
    assert {"upstream-forgotten", "uphill", "rate-forgotten"} <= named
