"""The scenarios made for practice: no mistake passes for the right number, and no two mistakes give the same."""

from collections.abc import Iterator

import pytest

from backprop_tui.core.scenario_file import builtin_names, load
from backprop_tui.present.predicting.asked import Asked
from backprop_tui.stepper.state import start
from tests.collisions import TWINS, collisions, hits, numbers_of

EPOCHS = {"practice-neuron": 1, "practice-network": 1, "practice-softmax": 1, "practice-adam": 2}


def stages(scenario: str) -> Iterator[Asked]:
    history = start(load(scenario)).history
    for epoch in range(1, EPOCHS[scenario] + 1):
        view = history.view(epoch, 1)
        yield from (Asked(view, stage) for stage in range(1, view.timeline.last + 1))


def test_all_scenarios_for_practice_are_here() -> None:
    assert sorted(EPOCHS) == [name for name in builtin_names() if name.startswith("practice-")]


@pytest.mark.parametrize("scenario", EPOCHS)
def test_no_two_mistakes_give_one_number_and_none_the_right_one(scenario: str) -> None:
    mistakes = set()
    for asked in stages(scenario):
        place = (asked.view.epoch, asked.rule.quantity)
        assert list(collisions(asked)) == [], place
        assert hits(asked) == [], place
        mistakes |= numbers_of(asked).keys()
    assert len(mistakes) > 20


def test_what_would_collide_is_found() -> None:
    article = start(load("article-7")).history.view(1, 1)
    found = {(one, other) for one, other, _ in collisions(Asked(article, article.timeline.find("dL_dw")))}
    assert ("sign-of-error", "upstream-forgotten") in found
    assert ("factor-two", "input-forgotten") in found
    assert not {frozenset(pair) for pair in found} & TWINS
