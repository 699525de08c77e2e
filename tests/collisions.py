"""Which mistakes give the same number at a stage, to three digits."""

from collections.abc import Iterator
from itertools import combinations

from backprop_tui.present.predicting.answer import read_answer
from backprop_tui.present.predicting.asked import Asked
from backprop_tui.present.predicting.table import MISTAKES

TWINS = {
    # One mistake under its general name and the name that it has in one place.
    *(frozenset((row.name, row.case_of)) for row in MISTAKES if row.case_of),
    # The mean of two paths is half of their sum.
    frozenset(("factor-two", "paths-averaged")),
}


def numbers_of(asked: Asked) -> dict[str, set[str]]:
    """For each mistake that can be made at a stage, the numbers that it gives, to three digits; the right one apart."""
    right = f"{asked.value:.2e}"
    found: dict[str, set[str]] = {}
    for mistake in MISTAKES:
        texts = {f"{value + 0.0:.2e}" for value, _ in mistake.gives(asked)} - {right, "nan", "inf", "-inf"}
        if texts and not mistake.remark:
            found[mistake.name] = texts
    return found


def collisions(asked: Asked) -> Iterator[tuple[str, str, str]]:
    """Two mistakes that are no twins, and the number that both give."""
    for (one, mine), (other, its) in combinations(numbers_of(asked).items(), 2):
        if frozenset((one, other)) not in TWINS:
            yield from ((one, other, text) for text in mine & its)


def hits(asked: Asked) -> list[str]:
    """The mistakes whose number passes for the right one, typed with the four digits that are shown, and is another."""
    answer = read_answer(f"{asked.value:#.4g}")
    return [
        mistake.name
        for mistake in MISTAKES
        for value, _ in mistake.gives(asked)
        if answer.names(value) and abs(value - asked.value) > 1e-6 * abs(asked.value)
    ]
