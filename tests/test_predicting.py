"""Predict, then see: what is asked, what counts as an answer, and that nothing on the screen gives it away."""

import math
import re
from collections.abc import Iterator
from itertools import islice

import pytest

from backprop_tui.core.expression import Number
from backprop_tui.core.scenario_file import load
from backprop_tui.present.ascii import spelled
from backprop_tui.present.canvas import text_of
from backprop_tui.present.numbers import number
from backprop_tui.present.predicting import asking as quiz
from backprop_tui.present.predicting.asking import Asking, Mode
from backprop_tui.present.predicting.panel import parts, question_panel
from backprop_tui.present.predicting.table import MISTAKES
from backprop_tui.present.predicting.tally import summary, tally_rows
from backprop_tui.present.table.panel import table_panel
from backprop_tui.stepper.machine import GoTo, Move, apply
from backprop_tui.stepper.state import Position, State, start
from tests.many_trainings import training_stages

ON = Asking(Mode.NUMBERS)


def asked_at(state: State, mode: Mode = Mode.NUMBERS) -> Asking:
    return quiz.opened(Asking(mode), state)


def answered(asking: Asking, text: str) -> quiz.Outcome:
    for character in text:
        assert asking.question is not None
        assert quiz.takes(asking.question, character)
        asking = quiz.typed(asking, character)
    return quiz.answered(asking)


def at(stage: int, scenario: str = "article-7", epoch: int = 1) -> State:
    return apply(start(load(scenario)), GoTo(Position(epoch, 1, stage)))


def texts(asking: Asking, width: int = 80, height: int = 30) -> str:
    return "\n".join(text_of(row) for row in question_panel(asking, width, height))


def numbers_in(text: str) -> set[str]:
    return set(re.findall(r"−?\d[\d.]*(?:e[-−+]?\d+)?", text.replace(" − ", " - "))) | set(
        re.findall(r"\d[\d.]*(?:e[-−+]?\d+)?", text)
    )


def cases(count: int) -> Iterator[State]:
    """States of runs of every kind, each before a stage that can be asked for."""
    for state in islice(training_stages(9, each=5), count):
        if apply(state, Move.NEXT).position != state.position:
            yield state


def test_t_goes_from_numbers_to_the_rule_alone_to_off() -> None:
    asking, modes = Asking(), []
    for _ in range(4):
        asking = quiz.next_mode(asking)
        modes.append(asking.mode)
    assert modes == [Mode.NUMBERS, Mode.RULE, Mode.OFF, Mode.NUMBERS]
    assert quiz.opened(Asking(Mode.OFF), at(0)).question is None


def test_a_right_answer_shows_the_stage_and_says_why() -> None:
    outcome = answered(asked_at(at(7)), "-1*2")
    assert outcome.shows
    assert outcome.said.startswith("Right: ")
    assert "∂L/∂a · ∂a/∂z · ∂z/∂w" in outcome.said
    (record,) = outcome.asking.records
    assert (record.right, record.at_first) == (True, True)


def test_after_a_wrong_answer_its_mistake_is_told_and_there_is_one_more_try() -> None:
    first = answered(asked_at(at(7)), "2")
    assert not first.shows
    page = " ".join(texts(first.asking).split())
    assert "2 has the right size and the wrong sign: ∂L/∂a = −1, because the answer 3.5 is below" in page
    assert "Once more, or → to see it." in page
    assert "try 2 of 2" in page
    second = answered(first.asking, "-1")
    assert second.shows
    assert second.asking.question is None
    (record,) = second.asking.records
    assert (record.right, record.slips) == (False, ("the error had the wrong sign", "a factor 2 was wrong"))


def test_the_second_try_may_be_right_and_is_not_counted_as_the_first() -> None:
    (record,) = answered(answered(asked_at(at(7)), "2").asking, "-2").asking.records
    assert (record.right, record.at_first) == (True, False)


def test_what_cannot_be_read_is_no_try_and_an_empty_field_no_answer() -> None:
    asking = asked_at(at(7))
    assert quiz.answered(asking) == quiz.Outcome(asking, shows=False)
    outcome = answered(asking, "1+")
    assert not outcome.shows
    assert outcome.asking.question is not None
    assert outcome.asking.question.wrong == 0
    assert outcome.asking.question.text == "1+"
    assert "expected a number at the end" in texts(outcome.asking).lower()


def test_of_the_keys_those_of_a_number_go_to_the_field_and_e_after_a_digit() -> None:
    (question,) = (asked_at(at(0)).question,)
    assert question is not None
    assert all(quiz.takes(question, key) for key in "0123456789.,+-−*/()")
    assert not any(quiz.takes(question, key) for key in ("e", "t", "q", " ", "space", "enter", "l", "[", "é"))
    assert quiz.takes(question._replace(text="1"), "e")
    assert not quiz.takes(question._replace(text="1."), "e")


def test_a_constant_is_asked_once_in_a_run() -> None:
    state, asking, constants = start(load("mazur")), ON, []
    while apply(state, Move.NEXT).position.epoch == 1:
        asking = (
            quiz.given_up(quiz.opened(asking, state)) if (opened := quiz.opened(asking, state)).question else asking
        )
        following = apply(state, Move.NEXT)
        if following.timeline.rules[following.position.stage - 1].expression == Number(1.0):
            constants.append(opened.question is not None)
        state = following
    assert constants == [True, False, False, False]  # ∂z/∂b of four neurons


@pytest.mark.parametrize("mode", [Mode.NUMBERS, Mode.RULE])
def test_nothing_on_the_screen_gives_the_answer_away(mode: Mode) -> None:
    seen = 0
    for state in cases(250):
        asking = asked_at(state, mode)
        question = asking.question
        if question is None:
            continue
        asked, answer = question.asked, number(question.asked.value)
        given = {number(value) for value in (*asked.view.given.values(), *asked.view.values[: asked.stage - 1])}
        if answer in given | {"0", "1", "2"} or f"−{answer}" in given or answer.lstrip("−") in given:
            continue  # it is there already, or stands in many a rule
        table = table_panel(state, 80, 40, predicting=True)
        assert answer not in numbers_in(texts(asking)), (state.scenario, asked.stage)
        assert answer not in numbers_in("\n".join(map(text_of, table)))
        for text in (
            "0",
            "1",
            number(-asked.value).replace("−", "-"),
            f"{asked.value / 2:.4g}",
            f"{asked.value * 2:.4g}",
        ):
            after = answered(asking._replace(question=question._replace(wrong=0)), text)
            if not after.shows:
                assert answer not in numbers_in(texts(after.asking)) - numbers_in(text), (text, texts(after.asking))
                seen += 1
    assert seen > 200


def test_in_the_second_mode_no_numbers_are_put_in_and_where_they_are_the_answer_not_in_the_first() -> None:
    state = at(7)
    assert "? ∂L/∂w = ∂L/∂a · ∂a/∂z · ∂z/∂w = −1 · 1 · 2 = [" in texts(asked_at(state))
    assert "? ∂L/∂w = ∂L/∂a · ∂a/∂z · ∂z/∂w = [" in texts(asked_at(state, Mode.RULE))
    assert "? ∂z/∂w = x = [" in texts(asked_at(at(5)))  # not x = 2
    assert "? ∂z/∂b = [" in texts(asked_at(at(6)))  # not 1


def test_a_rule_that_is_its_number_is_in_the_table_once_that_is_computed() -> None:
    def row(stage: int, name: str, *, predicting: bool) -> str:
        rows = map(text_of, table_panel(at(stage), 80, 12, predicting=predicting))
        return next(one for one in rows if name in one)

    for stage in (0, 4, 6):
        assert "1" not in row(stage, "∂z/∂b", predicting=True)
        assert "1" in row(stage, "∂z/∂b", predicting=False)
    assert "1" in row(7, "∂z/∂b", predicting=True)
    assert "1" in row(5, "∂a/∂z", predicting=True)


def test_where_the_headline_has_no_room_the_rule_stands_below_it() -> None:
    state = apply(start(load("nafiz-four-layers")), GoTo(Position(1, 1, 0)))
    for width in (60, 80, 120):
        asking = asked_at(state)
        page = texts(asking, width)
        assert all(len(line) <= width for line in page.splitlines())
        assert asking.question is not None
        for part in parts(asking.question.asked, asking.mode):
            assert part.replace(" ", "") in page.replace("\n", "").replace(" ", "")


def test_a_constant_that_was_not_answered_is_asked_again() -> None:
    state = at(6)
    left = asked_at(state).closed()
    assert quiz.opened(left, state).question is not None
    known = answered(asked_at(state), "1").asking
    assert quiz.opened(known, state).question is None
    assert quiz.opened(known.in_another_run(), state).question is not None


def test_what_is_not_finite_and_what_comes_after_the_end_is_not_asked_for() -> None:
    state = start(load("diverge"))
    asked = 0
    while (after := apply(state, Move.NEXT)).position != state.position:
        value = after.view.values[after.position.stage - 1]
        question = quiz.opened(ON, state).question
        assert (question is not None) <= math.isfinite(value)
        asked += question is not None
        state = after
    assert asked
    assert quiz.opened(ON, state).question is None


def test_looking_back_counts_by_rule_what_was_right_at_first_try_and_what_slipped() -> None:
    asking = ON
    for stage, answers in ((7, ("2", "-2")), (8, ("-1",)), (9, ("1.7",))):
        asking = quiz.opened(asking, at(stage))
        for text in answers:
            asking = answered(asking, text).asking
    asking = quiz.given_up(quiz.opened(asking, at(10)))
    assert summary(asking.records) == (
        "Chain rule: 1 of 2 at first try; once the error had the wrong sign. Update: 1 of 2 at first try."
    )
    for stage, answer in ((3, "-1"), (5, "2")):
        asking = answered(quiz.opened(asking, at(stage)), answer).asking
    asking = answered(quiz.opened(asking, at(0)), "3.5").asking
    assert summary(asking.records).endswith("Forward: 1 of 1, local derivatives: 2 of 2 at first try.")
    page = "\n".join(text_of(row) for row in tally_rows(asking.records, 58))
    assert "1 at the second" in page
    assert "1 shown" in page
    assert all(len(text_of(row)) <= 58 for row in tally_rows(asking.records, 58))
    assert all(len(text_of(row)) <= 58 for row in tally_rows((), 58))


def test_every_sentence_can_be_spelled_in_ascii() -> None:
    rows = [((mistake.sentence, None),) for mistake in MISTAKES]
    for row in rows:
        (spelt,) = spelled((row,), 400, ascii=True)
        assert text_of(spelt).isascii(), text_of(spelt)
