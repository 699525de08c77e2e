"""The table of mistakes, on the numbers that were worked out for it by hand, one scenario after the other."""

from dataclasses import replace

import pytest

import backprop_tui as bp
from backprop_tui.core.backprop import plan, run
from backprop_tui.core.optimizers import settings
from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.present.predicting.answer import read_answer
from backprop_tui.present.predicting.diagnosis import found
from backprop_tui.present.predicting.mistake import Mistake
from backprop_tui.present.predicting.table import MISTAKES
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.stages import timeline
from tests.models import computed, given, neuron, parameter
from backprop_tui.core.graph import Graph

SIGMOID = neuron(x=(1, 2), w=(0.5, -0.4), b=0.1, y=1, activation="sigmoid", loss="half_squared", learning_rate=0.1)
APART = neuron(x=(3, -0.6), w=(-0.4, -0.2), b=0.4, y=1, activation="sigmoid", loss="half_squared", learning_rate=0.2)
MAZUR = load("mazur")
CLASSES = load("softmax")
ADAM = replace(
    neuron(x=(1,), w=(5,), b=0, y=0, activation="identity", learning_rate=0.1), optimizer=settings("adam")
)
VELOCITY = replace(
    neuron(x=(1,), w=(10,), b=0, y=4, activation="identity", learning_rate=0.2), optimizer=settings("momentum")
)

FROM_THE_TABLE = [
    (SIGMOID, "dL_da", "-.549834", {"sign-of-error": ".549834", "z-for-a": "-1.2", "factor-two": "-1.09967"}),
    (SIGMOID, "dL_da", "-.549834", {"loss-as-derivative": ".151159"}),
    (SIGMOID, "dL_da", "-.549834", {"loss-as-derivative": ".302317", "factor-two": "-.274917"}),
    (SIGMOID, "da_dz", ".247517", {"slope-at-output": ".23775", "slope-with-raw-z": "-.24"}),
    (SIGMOID, "da_dz", ".247517", {"slope-of-another": ".797351", "output-as-slope": ".450166"}),
    (SIGMOID, "dL_dw2", "-.272186", {"weight-for-input": ".0544372", "other-input": "-.136093"}),
    (SIGMOID, "dL_dw2", "-.272186", {"input-forgotten": "-.136093"}),
    (SIGMOID, "dL_db", "-.136093", {"slope-forgotten": "-.549834", "upstream-forgotten": ".247517"}),
    (SIGMOID, "dL_db", "-.136093", {"slope-twice": "-.0336853", "times-bias": "-.0136093"}),
    (SIGMOID, "w2", "-.372781", {"uphill": "-.427219", "rate-forgotten": "-.127814", "not-cleared": "-.345563"}),
    (SIGMOID, "w2", "-.372781", {"rate-times-weight": "-.36", "step-only": ".0272186"}),
    (SIGMOID, "w2", "-.372781", {"other-gradient": "-.386391"}),
]


def case_id(case: tuple[Scenario, str, str, dict[str, str]]) -> str:
    return f"{case[1]}-{'-'.join(case[3])}"


@pytest.mark.parametrize("case", FROM_THE_TABLE, ids=case_id)
def test_every_number_of_the_table_is_known_for_what_it_is(case: tuple[Scenario, str, str, dict[str, str]]) -> None:
    scenario, quantity, right, wrongs = case
    assert bp.diagnose(scenario, quantity, right) == ()
    for name, wrong in wrongs.items():
        assert name in bp.diagnose(scenario, quantity, wrong), wrong
