"""Training in batches with every optimiser, and softmax, beside PyTorch's numbers (`data/make_training.py`)."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from backprop_tui.core.backprop import plan, run
from backprop_tui.core.models.dense import build
from backprop_tui.core.optimizers import OPTIMIZERS, settings
from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.stepper.history import History
from backprop_tui.stepper.segment import Segment
from tests.models import from_table, given_at_start

DATA = json.loads(Path(__file__).with_name("data").joinpath("training.json").read_text(encoding="utf-8"))

MOST = 708.3964185322641  # -ln 2.2250738585072014e-308: what a probability that is held brings in


def near(values: float | list[float]) -> object:
    """Equal to PyTorch's, to 1e-12 of the larger of 1 and the value."""
    return pytest.approx(values, rel=1e-12, abs=1e-12)


def scenario_of(table: dict[str, Any]) -> Scenario:
    options = dict(table["optimizer"])
    chosen = settings(options.pop("name"), **options)
    plain = from_table({"name": "run", **table})
    return Scenario(
        "run",
        plain.layers,
        plain.samples,
        plain.loss,
        plain.learning_rate,
        batch_size=table["batch_size"],
        optimizer=chosen,
    )


@pytest.mark.parametrize("table", DATA["runs"], ids=lambda table: f"{table['optimizer']}, {table['batch_size']}")
def test_every_pass_is_pytorchs(table: dict[str, Any]) -> None:
    scenario = scenario_of(table)
    history = History((Segment(0, scenario),))
    parameters = build(scenario).parameters
    free = [(i, node.name) for i, node in enumerate(parameters) if not node.fixed]
    prefix = "grad_" if scenario.batch_size > 1 else "dL_d"
    for epoch, expected in enumerate(table["epochs"], start=1):
        for sample, (loss, gradients) in enumerate(expected["passes"], start=1):
            known = history.view(epoch, sample).known
            assert known["loss"] == near(loss)
            assert [known[f"{prefix}{name}"] for _, name in free] == near([gradients[i] for i, _ in free])
        after = dict(zip(history.segments[0].names, history.state(epoch + 1, 1), strict=True))
        assert [after[node.name] for node in parameters] == near(expected["parameters"])
        for slot, values in expected["state"].items():
            assert [after[f"{slot}_{name}"] for _, name in free] == near([values[i] for i, _ in free])


def test_the_runs_are_all_that_the_contract_asks_for() -> None:
    seen = {(t["optimizer"]["name"], t["optimizer"].get("weight_decay"), t["batch_size"]) for t in DATA["runs"]}
    assert {(name, decay, size) for name in OPTIMIZERS for decay in (None, 0.1) for size in (1, 2, 3, 5)} <= seen


@pytest.mark.parametrize("row", DATA["softmax"], ids=lambda row: f"{row[2]} of {row[0]}, {row[1]}")
def test_softmax_and_its_losses_are_pytorchs(row: list[Any]) -> None:
    logits, targets, loss, answers, value, slopes = row
    layer = Layer("softmax", tuple((z,) for z in logits), (0.0,) * len(logits))
    scenario = Scenario("logits", (layer,), (Sample((1.0,), tuple(targets)),), loss)
    graph = build(scenario)
    values = dict(
        zip([rule.quantity for rule in plan(graph)], run(plan(graph), given_at_start(scenario, graph)), strict=True)
    )
    places = range(1, len(logits) + 1)
    assert [values[f"a1_{k}"] for k in places] == near(answers)
    assert [values[f"dL_dz1_{k}"] for k in places] == near(slopes)
    if loss == "cross_entropy":  # where a probability is held, so is its logarithm
        most = max(logits)
        whole = most + math.log(math.fsum(math.exp(z - most) for z in logits))
        value = math.fsum(y * min(whole - z, MOST) for z, y in zip(logits, targets, strict=True))
    assert values["loss"] == near(value)
    assert 0 <= values["loss"] <= MOST
