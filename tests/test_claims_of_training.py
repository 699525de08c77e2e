"""What is said of softmax, batches and optimisers is so, at the stages of generated runs; and it is said."""

from collections import Counter
from dataclasses import replace
from itertools import islice

import pytest

from backprop_tui.core.optimizers import OPTIMIZERS, settings
from backprop_tui.core.scenario_file import load
from backprop_tui.present.explanation.stage import explain
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, State, start
from tests.claiming import CLAIMS
from tests.claims import findings
from tests.many_trainings import training_stages
from tests.models import neuron

SEEDS = range(4)
SCENARIOS, EACH = 100, 6


def at(name: str, quantity: str, epoch: int = 1, sample: int = 1) -> State:
    """The stage of `quantity`; of a parameter, its update."""
    state = apply(start(load(name)), GoTo(Position(epoch, sample, 0)))
    stage = state.timeline.find(quantity, update=quantity in state.timeline.graph.by_name)
    return apply(state, GoTo(Position(epoch, sample, stage)))


def least(state: State) -> str:
    """What is said on the least screen."""
    return " ".join(explain(state, 76, 3))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_claim_of_training_is_false(seed: int) -> None:
    for state in islice(training_stages(seed, EACH), SCENARIOS * EACH):
        false = [finding.text for finding in findings(state) if not finding.is_true]
        assert false == [], (state.position, state.scenario)


def test_claims_of_every_kind_are_made() -> None:
    made: Counter[str] = Counter()
    for state in islice(training_stages(0, EACH), 2 * SCENARIOS * EACH):
        text = "" if state.view.first_not_finite else " ".join(explain(state, 76, 1000))
        for claim in CLAIMS:
            if claim.holds.__module__ == "tests.claims_of_training":
                made[claim.holds.__name__] += len(claim.words.findall(text))
    assert [name for name, count in made.items() if not count] == []


def test_softmax_and_cross_entropy_collapse_with_the_numbers() -> None:
    assert "−0.668 + 0 + 0 = a1_1 − y1 = 0.332 − 1. For this frameworks fuse the two" in least(
        at("softmax", "dL_dz1_1")
    )


def test_what_an_epoch_a_batch_and_a_sample_are_is_said_at_the_first_sum() -> None:
    said = least(at("softmax", "grad_w1_1_1"))
    assert "A sample is inputs with their target; a batch is 3 samples and one update; an epoch is all 9." in said
    assert "2 of 3 samples in: nothing is updated" in least(at("softmax", "grad_w1_1_1", sample=2))
    assert "different directions" in least(at("softmax", "grad_w1_1_2", sample=2))


def test_the_classic_mistake_is_named_where_it_bites() -> None:
    assert "classic mistake" not in least(at("zero-grad", "grad_w"))
    assert "the classic mistake): −2 of it is old" in least(at("zero-grad", "grad_w", epoch=2))


def test_momentum_moves_where_the_gradient_is_0() -> None:
    """FACTS: (x − 4)² from 10, rate 0.2, μ 0.9 is at 4, its minimum, after two updates, and goes on to 0.76."""
    assert "from 4 to 0.76" in (said := least(at("momentum", "w", epoch=3)))
    assert "and still w moves: the velocity carries it on" in said


@pytest.mark.parametrize("target", [4.0, 400.0, 3.0])
def test_adams_first_step_is_as_long_as_the_rate_whatever_the_gradient(target: float) -> None:
    made = replace(neuron(y=target), optimizer=settings("adam"))
    state = start(made)
    state = apply(state, GoTo(Position(1, 1, state.timeline.find("w", update=True))))
    assert "The step is 0.1, as long as the learning rate: so is any first one" in " ".join(explain(state, 76, 1000))


def test_no_two_quantities_of_an_update_are_told_in_the_same_words() -> None:
    for name in OPTIMIZERS:
        state = start(replace(neuron(), optimizer=settings(name, weight_decay=0.01)))
        of_w = [k for k, rule in enumerate(state.timeline.rules, 1) if rule.phase == "update" and rule.node == "w"]
        said = [least(apply(state, GoTo(Position(1, 1, stage)))) for stage in of_w]
        assert len({text.partition(": ")[2] or text for text in said}) == len(said)
        assert not any("on the way to the new" in text for text in said), name


def test_a_false_claim_of_training_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    wrongs = [
        (at("softmax", "dL_dz1_1"), "0.332 − 1", "0.432 − 1"),
        (at("softmax", "grad_w1_1_2", sample=2), "different directions", "the same way"),
        (at("softmax", "grad_w1_1_2", sample=2), "adds 0.1108", "adds 0.1109"),
        (at("zero-grad", "grad_w", epoch=2), "−2 of it is old", "−1 of it is old"),
        (at("article-adam", "mhat_w", epoch=2), "factor 0.19", "factor 0.1"),
        (at("article-adam", "m_w", epoch=2), "0.9 of the old", "0.8 of the old"),
        (at("article-adam", "w", epoch=2), "The step is 0.08986", "The step is 0.09"),
        (at("momentum", "v_w", epoch=2), "so 10.8", "so 10.7"),
    ]
    for state, right, wrong in wrongs:
        said = " ".join(explain(state, 76, 1000))
        assert right in said
        text = said.replace(right, wrong)
        monkeypatch.setattr("tests.claiming.explain", lambda *_, text=text: (text,))
        assert any(not finding.is_true for finding in findings(state)), wrong
