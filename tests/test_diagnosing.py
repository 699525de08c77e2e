"""Any scenario, any mistake: the right name comes first or second, and what is right is never called a mistake."""

import math
import re
from itertools import islice

import pytest

import backprop_tui as bp
from backprop_tui.present.predicting.answer import AnswerError, read_answer
from backprop_tui.present.predicting.diagnosis import Off, found, off
from backprop_tui.present.predicting.mistake import Mistake
from backprop_tui.present.predicting.table import MISTAKES
from tests.many_trainings import training_stages
from tests.planted import Planted, planted
from tests.test_mistakes import FROM_THE_TABLE, WITHOUT_COLLISIONS


def differ(one: float, other: float) -> bool:
    """Whether four digits tell two numbers apart."""
    return f"{one:.3e}" != f"{other:.3e}" and abs(one - other) > 1e-3 * abs(one)


def told_apart(case: Planted) -> dict[str, float]:
    """The mistakes whose numbers are neither right nor another mistake's."""
    return {
        name: wrong
        for name, wrong in case.wrongs.items()
        if differ(wrong, case.right) and all(differ(wrong, w) for n, w in case.wrongs.items() if n != name)
    }


@pytest.mark.parametrize("seed", range(2))
def test_a_planted_mistake_is_named_first_or_second(seed: int) -> None:
    named = 0
    for case in islice(planted(seed), 150):
        where = {"epoch": case.epoch, "sample": case.sample}
        for name, wrong in told_apart(case).items():
            names = bp.diagnose(case.scenario, case.quantity, f"{wrong:#.5g}", **where)
            assert name in names[:2], (case, name, wrong, names)
            named += 1
    assert named > 600


@pytest.mark.parametrize("seed", range(2))
def test_the_right_number_is_no_mistake_in_any_spelling(seed: int) -> None:
    for case in islice(planted(seed + 100), 50):
        for text in (
            repr(case.right),
            f"{case.right:.2g}",
            f"{case.right:#.3g}",
            f"{case.right:.6e}",
            f"{case.right}*1",
        ):
            names = bp.diagnose(case.scenario, case.quantity, text, epoch=case.epoch, sample=case.sample)
            assert names == (), (case, text)


def test_at_no_stage_of_any_run_is_the_right_number_a_mistake_or_does_a_rule_fail() -> None:
    for state in islice(training_stages(5, each=4), 150):
        stage = state.position.stage
        if not stage:
            continue
        value = state.view.values[stage - 1]
        if math.isfinite(value):
            assert found(state.view, stage, read_answer(repr(value))) == ()
            for text in ("0", "1", f"{-value:.3g}", f"{value / 2:.3g}"):
                for one in found(state.view, stage, read_answer(text)):
                    assert "{" not in one.sentence
        else:
            assert found(state.view, stage, read_answer("1")) == ()


def proven() -> set[str]:
    """The mistakes that some scenario of the tests shows to be named alone, or among the first two."""
    names: set[str] = set()
    for scenario, place, _, wrongs in FROM_THE_TABLE:
        epoch = int(place.split()[0]) if " " in place else 1
        for name, wrong in wrongs.items():
            if name in bp.diagnose(scenario, place.split()[-1], wrong, epoch=epoch)[:2]:
                names.add(name)
    for _, _, cases in WITHOUT_COLLISIONS:
        names |= {name for name, _ in cases}  # alone, as the test of them demands
    for case in islice(planted(0), 60):
        for name, wrong in told_apart(case).items():
            if name in bp.diagnose(case.scenario, case.quantity, repr(wrong), epoch=case.epoch, sample=case.sample)[:2]:
                names.add(name)
    return names | ELSEWHERE.keys()


ELSEWHERE = {
    "zero-slope-doubted": "a remark on what is right",
    "power-rule-on-exp": "in test_mistakes, in a program",
}


@pytest.fixture(scope="module")
def shown_alone() -> set[str]:
    return proven()


@pytest.mark.parametrize("row", MISTAKES, ids=lambda row: row.name)
def test_a_row_has_all_that_a_mistake_needs(row: Mistake, shown_alone: set[str]) -> None:
    assert re.fullmatch(r"[a-z]+[a-z0-9]*(-[a-z0-9]+)*", row.name)
    assert [one.name for one in MISTAKES].count(row.name) == 1
    assert row.sentence.startswith(("{answer}", "0 "))
    assert row.sentence.endswith(".")
    assert row.short.islower() or row.short[0].islower() or row.short[0] == "β"
    assert not row.case_of or row.case_of in [one.name for one in MISTAKES]
    assert row.name in shown_alone, "no scenario of the tests shows it"


def test_of_what_no_mistake_gives_it_is_said_how_it_misses() -> None:
    for text, kind in (
        ("-.148", Off.MIRRORED),
        ("-.9", Off.SIGN),
        ("1.48", Off.POWER),
        (".000148", Off.POWER),
        (".2", Off.LARGE),
        (".1", Off.SMALL),
    ):
        assert off(0.14814, read_answer(text)) is kind, text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-1*2", -2.0),
        ("1/3", 1 / 3),
        ("−0,5", -0.5),
        (".5e-3", 0.0005),
        ("2(1", None),
        ("-(1,5 + 2)*2", -7.0),
        ("2 - -3", 5.0),
        ("6/2/3", 1.0),
        ("1 − 2 + 3", 2.0),
        ("", None),
        ("x", None),
        ("1e999", None),
        ("1/0", None),
        ("2**3", None),
        ("1.2.3", None),
        ("__import__('os')", None),
        ("(" * 99, None),
        ("1" * 101, None),
        ("٣", None),
    ],
)
def test_an_answer_is_read_and_never_run(text: str, value: float | None) -> None:
    if value is None:
        with pytest.raises(AnswerError):
            read_answer(text)
    else:
        assert read_answer(text).value == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("2", (2.0, 2.04, 1.951), (2.06, 1.94)),  # two digits count at least
        ("0.13", (0.1254, 0.1346), (0.1244, 0.136)),
        ("-.1361", (-0.136093,), (-0.13604, 0.1361)),
        ("-.1360", (-0.13604,), (-0.136093,)),
        ("12350", (12345.6,), (12340.0,)),  # as the screen shows it
        ("1200", (1200.4,), (1201.0,)),
        ("0", (0.0, -0.0), (1e-9,)),
        ("1/3", (0.33333, 1 / 3), (0.3335, 0.33)),
        ("1e-3", (0.001, 0.00104), (0.00106,)),
        ("0.12", (0.125, 0.115), ()),  # a half may go either way
    ],
)
def test_an_answer_names_what_rounds_to_its_digits(
    text: str, right: tuple[float, ...], wrong: tuple[float, ...]
) -> None:
    answer = read_answer(text)
    assert all(answer.names(value) for value in right)
    assert not any(answer.names(value) for value in wrong)


@pytest.mark.parametrize(
    "arguments",
    [
        {"what": "article-7", "stage": 0, "answer": "2"},
        {"what": "article-7", "stage": 12, "answer": "2"},
        {"what": "article-7", "stage": "dL_dq", "answer": "2"},
        {"what": "article-7", "stage": 8, "answer": "two"},
        {"what": "article-7", "stage": 8, "answer": "2", "epoch": 0},
        {"what": "article-7", "stage": 8, "answer": "2", "sample": 2},
        {"what": "no-such-scenario", "stage": 8, "answer": "2"},
        {"what": 5, "stage": 8, "answer": "2"},
    ],
)
def test_what_cannot_be_asked_is_told_in_one_line(arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\A[^\n]+\Z") as error:
        bp.diagnose(**arguments)
    assert "expected" in str(error.value) or "scenarios" in str(error.value)
