"""What the network says to every sample after a pass, by a forward pass written out by hand."""

import math
from dataclasses import replace

import pytest

from backprop_tui.core.scenario_file import load
from backprop_tui.present.answers.answered import answers, answers_in_words
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, start
from tests.driving import DESIGN_SIZE, app_at, shown, tickers


def test_answers_are_those_of_the_parameters_that_the_pass_ends_with() -> None:
    state = apply(start(load("xor-2-2-1")), GoTo(Position(3, 2, 45)))
    w = state.history.parameters(3, 3)  # of the pass after it; per neuron w…, then b
    for sample, answer in zip(state.scenario.samples, answers(state), strict=True):
        x1, x2 = sample.x
        a1 = math.tanh(w[0] * x1 + w[1] * x2 + w[2])
        a2 = math.tanh(w[3] * x1 + w[4] * x2 + w[5])
        output = w[6] * a1 + w[7] * a2 + w[8]
        assert answer.outputs == (pytest.approx(output, abs=1e-15),)
        assert answer.loss == pytest.approx((output - sample.y[0]) ** 2, abs=1e-15)


@pytest.mark.parametrize(("count", "told"), [(1, False), (2, True), (6, True), (7, False)])
def test_a_few_samples_are_told_one_by_one_and_one_alone_or_many_are_not(count: int, told: bool) -> None:
    scenario = load("article-7")
    several = replace(scenario, samples=scenario.samples * count, expectations=())
    assert bool(answers_in_words(start(several))) == told


async def test_after_training_on_every_sample_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    timers = tickers(monkeypatch)
    app = app_at("xor-2-2-1")
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("c")
        while timers[-1].running:
            timers[-1].tick()
        await pilot.pause()
        assert "Answers of the new parameters to the 4 samples: " in " ".join(shown(app).split())
        assert "targets: 0, 1, 1, 0." in " ".join(shown(app).split())
