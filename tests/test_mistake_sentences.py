"""What is said of a wrong answer is true: each claim is checked by the numbers of the pass, apart from the table."""

import math
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_tui.core.models.program import ProgramScenario
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.predicting.answer import Answer, read_answer
from backprop_tui.present.predicting.asked import Asked
from backprop_tui.present.predicting.diagnosis import found, is_right
from backprop_tui.present.predicting.reasons import why_wrong
from backprop_tui.present.predicting.table import MISTAKES
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, start
from tests.expressions import programs
from tests.many_trainings import training_stages

Known = Mapping[str, float]
"""The numbers of a pass, by the symbols that the screen has for them."""

Check = Callable[[re.Match[str], Asked, Answer, Known], bool]


def product(text: str, known: Known) -> float:
    return math.prod(known[part] for part in text.split(" · "))


def close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-300)


def is_alone(said: re.Match[str], asked: Asked, answer: Answer, known: Known) -> bool:
    local, upstream = said[1], said[3]
    right = product(local, known) * product(upstream, known)
    is_sum = len(asked.paths) > 1  # of several paths one is told, which is a part of the number
    return answer.names(product(local, known)) and (is_sum or close(right, asked.value))


def each_is_alone(said: re.Match[str], asked: Asked, answer: Answer, known: Known) -> bool:
    locals_ = said[1].split(" + ")
    upstream = re.split(r", | and ", said[3])
    if "…" in upstream:
        return answer.names(sum(known[one] for one in locals_))
    whole = sum(known[one] * product(other, known) for one, other in zip(locals_, upstream, strict=True))
    return answer.names(sum(known[one] for one in locals_)) and close(whole, asked.value)


def is_one_path(said: re.Match[str], asked: Asked, answer: Answer, known: Known) -> bool:
    several = len(asked.graph.consumers[said[2]]) > 1
    return several and (said[2] != asked.rule.node or answer.names(product(said[1], known)))


def is_below(said: re.Match[str], asked: Asked, *_: object) -> bool:
    pairs = [(asked.of(one), asked.of(other)) for one, other in asked.outputs]
    return any(
        (number(a), number(y)) == (said[1], said[3])
        and said[2].endswith("below" if a < y else "above")
        and said[2].startswith("just") is (said[1] == said[3])
        for a, y in pairs
    )


CLAIMS: dict[str, Check] = {
    r"([∂\w/]+) = (−?[\d.]+(?:e[-+]?\d+)?)(?=\W)": lambda said, asked, answer, known: (
        said[2].rstrip(".") == number(known[said[1]])
    ),
    r"has the right size and the wrong sign": lambda said, asked, answer, known: answer.names(-asked.value),
    r"the answer (\S+) is (just below|just above|below|above) the target ([^\s,]+?)(?=[,.]? |\.$)": is_below,
    r"so the loss (falls|rises) when": lambda said, asked, answer, known: (asked.value < 0) is (said[1] == "falls"),
    r"learning rate (\S+?)(?=:| in it| twice| times)": lambda said, asked, answer, known: (
        said[1] == number(asked.of("lr"))
    ),
    r"over the (\d+) samples": lambda said, asked, answer, known: float(said[1]) == asked.of("n"),
    r" is (\S+(?: · \S+)*) alone: (it) has to be multiplied by what arrives from the loss, ([^.]+)\.": is_alone,
    r" is (\S+(?: \+ \S+)+) alone: (each) has to be multiplied by .* loss, ([^.]+)\.": each_is_alone,
    r" comes of (∂\S+(?: · \S+)*) alone: several paths meet at (\w+),": is_one_path,
    r" is (\w+) = \S+ as it is:": lambda said, asked, answer, known: answer.names(known[said[1]]),
    r"the gradient in z is (\w+) − (\w+)": lambda said, asked, answer, known: any(
        math.isclose(value, known[said[1]] - known[said[2]], abs_tol=1e-12)
        for name, value in known.items()
        if name.startswith("∂L/∂z")
    ),
    r"^\S+ has the wrong sign": lambda said, asked, answer, known: answer.value * asked.value < 0,
    r"its power of ten is not": lambda said, asked, answer, known: any(
        answer.names(sign * asked.value * 10.0**power) for power in range(-6, 7) for sign in (1, -1)
    ),
    r"^\S+ is (too large|too far below 0)": lambda said, asked, answer, known: (
        abs(answer.value) > abs(asked.value) and (answer.value < 0) is said[1].endswith("0")
    ),
    r"^\S+ is (too small|not far enough below 0)": lambda said, asked, answer, known: (
        abs(answer.value) < abs(asked.value) and (answer.value < 0) is said[1].endswith("0")
    ),
    r"^It is not 0\.": lambda said, asked, answer, known: answer.value == 0 != asked.value,
}
"""What a sentence may claim, and when that is so."""


def check(asked: Asked, text: str, seen: Counter[str]) -> None:
    answer = read_answer(text)
    if is_right(asked.view, asked.stage, answer):
        return
    causes = found(asked.view, asked.stage, answer)
    said = why_wrong(asked, answer, causes)
    known = {symbol(name): value for name, value in asked.view.known.items()}
    if asked.rule.is_step:
        known[asked.rule.node] = asked.of(asked.rule.node)
    for pattern, holds in CLAIMS.items():
        for claim in re.finditer(pattern, said):
            seen[pattern] += 1
            assert holds(claim, asked, answer, known), (asked.view.scenario, asked.rule.quantity, asked.value, said)


def wrong_answers(asked: Asked, dice: random.Random) -> Iterator[str]:
    """One for each mistake that can be made at a stage, and some that nothing explains."""
    for mistake in MISTAKES:
        values = [value for value, _ in mistake.gives(asked) if math.isfinite(value)]
        yield from (f"{value:.5g}" for value in values)
    for factor in (-1, -1.37, 10, 0.01, 1.2345, 0.731, 0):
        yield f"{asked.value * factor + 0.0:.5g}"
    yield f"{dice.uniform(-2, 2):.3g}"


def test_each_claim_about_a_wrong_answer_is_true_in_runs_of_every_kind() -> None:
    dice, seen = random.Random(4), Counter[str]()  # noqa: S311 - repeatable, not secret
    for state in islice(training_stages(17, each=4), 400):
        stage = state.position.stage
        if stage and math.isfinite(state.view.values[stage - 1]):
            asked = Asked(state.view, stage)
            for text in wrong_answers(asked, dice):
                if math.isfinite(float(text)):
                    check(asked, text, seen)
    assert [pattern for pattern in CLAIMS if not seen[pattern]] == []


@given(programs(), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_and_in_programs(program: ProgramScenario, dice: random.Random) -> None:
    state = start(program)
    for stage in range(1, state.timeline.last + 1):
        view = apply(state, GoTo(Position(1, 1, stage))).view
        if math.isfinite(view.values[stage - 1]):
            asked = Asked(view, stage)
            for text in wrong_answers(asked, dice):
                if math.isfinite(float(text)):
                    check(asked, text, Counter())


@pytest.mark.parametrize(
    ("text", "shown"),
    [("-9", "−9"), ("1e-3", "1e-3"), ("-2.5E-4", "−2.5E-4"), ("2-1", "2−1"), ("−.5", "−.5")],
)
def test_an_answer_is_told_as_numbers_are_written_here(text: str, shown: str) -> None:
    assert read_answer(text).shown == shown
