"""No sentence says what is not so: thousands of stages, each claim read back from its words and computed anew."""

from collections import Counter
from itertools import islice

import pytest

from backprop_tui.core.backprop import Phase
from backprop_tui.core.models import is_program
from backprop_tui.core.scenario_file import builtin_names, load
from backprop_tui.present.explanation.stage import explain
from backprop_tui.present.numbers import number
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, State, start
from tests.claiming import CLAIMS, Stage
from tests.claims import findings
from tests.many_scenarios import stages
from tests.models import central_difference, neuron
from tests.own_pass import SLOPES, VALUES, OwnPass
from tests.speaking import DL_DW, at

SEEDS = range(8)
SCENARIOS, EACH = 250, 5  # for each seed so many scenarios, and so many stages of each


@pytest.mark.parametrize("seed", SEEDS)
def test_no_claim_is_false_and_the_meaning_comes_first(seed: int) -> None:
    for state in islice(stages(seed, EACH), SCENARIOS * EACH):
        false = [finding.text for finding in findings(state) if not finding.is_true]
        assert false == [], (state.position, state.scenario)
        stage = state.position.stage
        if not stage or state.view.first_not_finite or state.timeline.rules[stage - 1].phase is not Phase.CHAIN:
            continue
        if value := state.view.values[stage - 1]:
            first = " ".join(explain(state, 76, 1000)).split(". ")[0]
            assert first.startswith((f"{number(value)} is the gradient", "Zero gradient, or as good as")), first
            assert " ".join(explain(state, 76, 3)).startswith(first), first  # with its condition, where it has one


def test_the_sentences_make_claims_of_every_kind() -> None:
    """Else the checker would pass for want of anything to read."""
    made: Counter[str] = Counter()
    for state in islice(stages(0), 2_500):
        text = "" if state.view.first_not_finite else Stage(state).text
        made.update({claim.holds.__name__: len(claim.words.findall(text)) for claim in CLAIMS})
    often = {name for name, count in made.items() if count >= 5}
    assert {
        "a_gradient_means_what_the_loss_does",
        "one_number_moves_with_another",
        "a_nudge_does_what_is_told",
        "the_gradient_foretells_the_nudge",
        "an_update_goes_where_it_is_told",
        "the_step_is_rate_times_gradient",
        "all_steps_together_foretell",
        "what_was_foretold_is_compared",
        "links_bring_what_they_bring",
        "a_gradient_is_used_again",
        "samples_pull_each_its_way",
        "an_answer_is_off",
        "the_others_have_these_slopes",
        "only_what_is_not_held_may_change",
    } <= often


def builtin_gradients() -> list[State]:
    """Every gradient of the first pass of every scenario in the library that is not 0."""
    return [
        apply(state, GoTo(Position(1, 1, stage)))
        for state in (start(load(name)) for name in builtin_names())
        for stage in state.timeline.phases.get(Phase.CHAIN, ())
        if state.view.values[stage - 1]
    ]


def test_on_the_least_screen_every_gradient_says_what_it_means() -> None:
    gradients = builtin_gradients()
    assert len(gradients) > 100
    for state in gradients:
        text = " ".join(explain(state, 76, 3))
        rule, value = state.timeline.rules[state.position.stage - 1], state.view.values[state.position.stage - 1]
        if is_program(state.scenario):
            whose = f"Raise {rule.node} a little and {state.timeline.graph.root.name} "
            assert text.startswith(whose + ("rises" if value > 0 else "falls")), text
            continue
        of = f"of {rule.node}: " if state.timeline.graph.by_name[rule.node].operation else ": "
        meaning = (
            f"{number(value)} is the gradient{' ' if of != ': ' else ''}{of}raise {rule.node} a little and the loss "
        )
        assert text.startswith(meaning + ("rises" if value > 0 else "falls")), text


@pytest.mark.parametrize("activation", SLOPES)
def test_the_checkers_own_derivatives_are_central_differences(activation: str) -> None:
    for z in (-2.5, -0.7, 0.3, 1.9):
        own = OwnPass(neuron(activation=activation), {"x": 1.0, "w": z - 0.5, "b": 0.5, "y": 0.25})
        above, below = (VALUES[activation](z + move) for move in (1e-6, -1e-6))
        assert SLOPES[activation](z) == pytest.approx((above - below) / 2e-6, rel=1e-6, abs=1e-9)
        above, below = (own.numbers("w", move).values["loss"] for move in (1e-6, -1e-6))
        assert own.gradient("w") == pytest.approx((above - below) / 2e-6, rel=1e-6, abs=1e-8)


def test_the_checkers_numbers_are_those_of_the_run() -> None:
    for state in (at(neuron(activation="tanh"), DL_DW), start(load("mazur")), start(load("hidden-relu"))):
        own, known = OwnPass(state.scenario, state.view.given), state.view.known
        for name, value in own.numbers().values.items():
            assert known[name] == pytest.approx(value, rel=1e-12), name
        for name in own.parameters():
            measured = central_difference(state.timeline.graph, state.view.given, name, 1e-6)
            assert own.gradient(name) == pytest.approx(measured, rel=1e-5, abs=1e-9)


def test_a_false_claim_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these is one word or digit off what is said at the stage."""
    said = " ".join(explain(at(neuron(), DL_DW), 76, 1000))
    wrongs = [("falls", "rises"), ("twice", "half"), ("L − 0.0196", "L − 0.02"), ("z + 0.02", "z + 0.01")]
    for right, wrong in [*wrongs, ("not −0.0196", "not −0.0198")]:
        assert right in said
        text = said.replace(right, wrong)
        monkeypatch.setattr("tests.claiming.explain", lambda *_, text=text: (text,))
        assert any(not finding.is_true for finding in findings(at(neuron(), DL_DW))), wrong
