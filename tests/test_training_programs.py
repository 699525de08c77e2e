"""Exported programs of softmax, batches and optimisers give the stepper's numbers."""

import ast
from importlib.util import find_spec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.core.models.dense import build
from backprop_tui.core.scenario import Scenario
from backprop_tui.present.export.pytorch_program import STATES
from tests.models import bits
from tests.test_program import run, stepped, written
from tests.training_models import TRAINED, trained_scenarios

EVERY = pytest.mark.parametrize("scenario", TRAINED.values(), ids=TRAINED)


def check_python(scenario: Scenario, epochs: int) -> None:
    printed, expected = run(written(scenario, epochs)), stepped(scenario, epochs)
    assert [entry[:3] for entry in printed] == [entry[:3] for entry in expected]
    assert bits(entry[3] for entry in printed) == bits(entry[3] for entry in expected)


@EVERY
def test_a_python_program_prints_what_is_stepped(scenario: Scenario) -> None:
    check_python(scenario, 1)
    check_python(scenario, 4)


@given(trained_scenarios(), st.integers(1, 3))
def test_the_program_of_any_training_prints_what_is_stepped(scenario: Scenario, epochs: int) -> None:
    check_python(scenario, epochs)


@EVERY
def test_lines_stay_short_and_the_pytorch_program_is_python(scenario: Scenario) -> None:
    for form in ("python", "pytorch"):
        text = written(scenario, 2, form)
        ast.parse(text)
        code = [line for line in text.split("\n") if "#" not in line]
        assert max(map(len, code)) <= 110


@pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch, which no test depends on, is not here")
@EVERY
def test_pytorch_prints_what_is_stepped(scenario: Scenario) -> None:
    import torch  # noqa: PLC0415 - not everywhere

    before = torch.get_default_dtype()
    printed = {entry[:3]: entry[3] for entry in run(written(scenario, 3, "pytorch"))}
    torch.set_default_dtype(before)
    expected = {entry[:3]: entry[3] for entry in stepped(scenario, 3)}
    free = {node.name for node in build(scenario).parameters if not node.fixed}
    gradient = "grad_" if scenario.accumulates else "dL_d"
    names = {"loss", *free, *(f"{gradient}{name}" for name in free)}
    names |= {f"{slot}_{name}" for name in free for slot in STATES[scenario.optimizer.name]}
    assert printed.keys() == {place for place in expected if place[2] in names}
    for place, value in printed.items():
        if place[2] != "loss" or value < 700:  # beyond it a probability is held
            assert value == pytest.approx(expected[place], rel=1e-12, abs=1e-12, nan_ok=True), place
