"""The table of mistakes, on the numbers that were worked out for it by hand, one scenario after the other."""

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest

import backprop_tui as bp
from backprop_tui.core.optimizers import settings
from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.core.scenario_file import load
from tests.expressions import expression
from tests.models import neuron

S = neuron(x=(1, 2), w=(0.5, -0.4), b=0.1, y=1, activation="sigmoid", loss="half_squared", learning_rate=0.1)
APART = neuron(x=(3, -0.6), w=(-0.4, -0.2), b=0.4, y=1, activation="sigmoid", loss="half_squared", learning_rate=0.2)
M = load("mazur")
_ROW = Layer("identity", ((5.0,),), (0.0,), train_biases=False)
A = Scenario("A", (_ROW,), (Sample((1.0,), (0.0,)),), learning_rate=0.1, optimizer=settings("adam"))
V = Scenario(
    "V",
    (replace(_ROW, weights=((10.0,),)),),
    (Sample((1.0,), (4.0,)),),
    learning_rate=0.2,
    optimizer=settings("momentum"),
)
# −ln p of the three published probabilities, by a weight and an input of 1
C = Scenario(
    "C",
    (Layer("softmax", tuple((math.log(p),) for p in (0.4171356, 0.25605, 0.3268144)), (0.0, 0.0, 0.0)),),
    (Sample((1.0,), (1.0, 0.0, 0.0)),),
    loss="cross_entropy",
)

Case = tuple[Scenario, str, str, Mapping[str, str]]

FROM_THE_TABLE: list[Case] = [
    (S, "dL_da", "-.549834", {"sign-of-error": ".549834", "factor-two": "-1.09967", "z-for-a": "-1.2"}),
    (S, "dL_da", "-.549834", {"loss-as-derivative": ".151159", "factor-two": "-.274917"}),
    (S, "dL_da", "-.549834", {"loss-as-derivative": ".302317"}),
    (S, "da_dz", ".247517", {"slope-at-output": ".23775", "slope-with-raw-z": "-.24"}),
    (S, "da_dz", ".247517", {"slope-of-another": ".797351", "output-as-slope": ".450166"}),
    (S, "dL_db", "-.136093", {"slope-forgotten": "-.549834", "upstream-forgotten": ".247517"}),
    (S, "dL_db", "-.136093", {"added-not-multiplied": "-.302317", "slope-twice": "-.0336853"}),
    (S, "dL_db", "-.136093", {"times-bias": "-.0136093"}),
    (S, "dL_dw2", "-.272186", {"weight-for-input": ".0544372", "other-input": "-.136093"}),
    (S, "dL_dw2", "-.272186", {"input-forgotten": "-.136093"}),
    (S, "w2", "-.372781", {"uphill": "-.427219", "rate-forgotten": "-.127814", "not-cleared": "-.345563"}),
    (S, "w2", "-.372781", {"rate-times-weight": "-.36", "step-only": ".0272186", "other-gradient": "-.386391"}),
    (M, "dL_da1_1", ".0363503", {"one-path-only": ".0553994", "overwritten": "-.0190491"}),
    (M, "dL_da1_1", ".0363503", {"one-path-only": "-.0190491", "paths-averaged": ".0181752"}),
    (M, "dL_da1_1", ".0363503", {"paths-multiplied": "-.00105531", "not-transposed": ".0382552"}),
    (M, "dL_da1_1", ".0363503", {"updated-weights": ".0302297", "weights-left-out": ".1004"}),
    (M, "dL_da1_1", ".0363503", {"output-slope-forgotten": ".18801"}),
    (M, "dL_dw1_1_1", ".000438568", {"hidden-slope-forgotten": ".00181752", "input-crossed": ".000877135"}),
    (C, "dL_dz1_1", "-.582864", {"one-hot-forgotten": ".417136", "softmax-sign": ".582864"}),
    (C, "dL_dz1_1", "-.582864", {"extra-slope": "-.141714", "derivative-by-probability": "-2.3973"}),
    (C, "dL_dz1_2", ".256050", {"jacobian-diagonal": "0"}),
    (C, "loss", ".874343", {"log10": ".379723"}),
    (A, "w", "4.9", {"no-bias-correction": "4.68377", "root-forgotten": "4.99", "correction-multiplied": "4.0"}),
    (A, "2 w", "4.80006", {"wrong-power": "4.92374"}),
    (A, "2 w", "4.80006", {"wrong-power": "4.76569"}),
    (V, "2 w", "4.0", {"velocity-forgotten": "6.16", "ema-convention": "7.24"}),
    (V, "2 w", "4.0", {"rate-twice": "6.88", "velocity-sign": "11.2"}),
]
"""For each scenario and quantity ("2 w": in epoch 2) the right number, and what mistakes give."""

WITHOUT_COLLISIONS: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("z", "-.68", [("bias-forgotten", "-1.08"), ("weights-crossed", ".04"), ("one-product-only", "-.8")]),
    ("z", "-.68", [("sum-and-product", ".256"), ("bias-forgotten", "-1.48"), ("sum-and-product", "2.2")]),
    ("a", ".336261", [("activation-forgotten", "-.68"), ("other-activation", ".663739")]),
    ("a", ".336261", [("other-activation", one) for one in ("-.591519", "0", "1.97388", "-1.02682")]),
    ("loss", ".220275", [("factor-two", ".440549"), ("not-squared", "-.663739"), ("not-squared", ".663739")]),
    ("loss", ".220275", [("z-for-a", "1.4112"), ("other-loss", "1.08987")]),
    ("dL_da", "-.663739", [("factor-two", "-1.32748"), ("sign-of-error", ".663739"), ("z-for-a", "-1.68")]),
    ("dL_da", "-.663739", [("loss-as-derivative", ".440549"), ("loss-as-derivative", ".220275")]),
    ("dL_da", "-.663739", [("answer-for-error", ".336261"), ("answer-for-error", "1"), ("other-loss", "-2.97388")]),
    ("da_dz", ".22319", [("slope-at-output", ".243064"), ("slope-with-raw-z", "-1.1424")]),
    ("da_dz", ".22319", [("output-as-slope", ".336261"), ("slope-of-another", ".886928"), ("slope-of-another", "0")]),
    ("da_dz", ".22319", [("part-of-slope", ".663739"), ("part-of-slope", ".449333"), ("part-of-slope", "-.68")]),
    ("dL_db", "-.14814", [("slope-forgotten", "-.663739"), ("upstream-forgotten", ".22319")]),
    ("dL_db", "-.14814", [("added-not-multiplied", "-.440549"), ("slope-at-output", "-.161331")]),
    ("dL_db", "-.14814", [("slope-with-raw-z", ".758255"), ("slope-twice", "-.0330632")]),
    ("dL_db", "-.14814", [("sign-of-error", ".14814"), ("factor-two", "-.296279"), ("zero-for-bias", "0")]),
    ("dL_db", "-.14814", [("times-bias", "-.0592558"), ("upstream-forgotten", "1"), ("other-input", "-.444419")]),
    ("dL_dw2", ".0888838", [("sign-of-error", "-.0888838"), ("slope-forgotten", ".398243")]),
    ("dL_dw2", ".0888838", [("weight-for-input", ".0296279"), ("input-forgotten", "-.14814")]),
    ("dL_dw2", ".0888838", [("upstream-forgotten", "-.6"), ("other-input", "-.444419"), ("factor-two", ".177768")]),
    ("dL_dw2", ".0888838", [("rate-folded-in", ".0177768"), ("answer-for-input", "-.0498136")]),
    ("dL_dw2", ".0888838", [("added-not-multiplied", "-.74814")]),
    ("w2", "-.217777", [("uphill", "-.182223"), ("rate-forgotten", "-.288884"), ("step-only", "-.0177768")]),
    ("w2", "-.217777", [("rate-times-weight", "-.16"), ("other-gradient", "-.111116"), ("other-gradient", "-.170372")]),
    ("w2", "-.217777", [("not-cleared", "-.235554"), ("gradient-for-update", ".0888838")]),
    ("w2", "-.217777", [("gradient-for-update", "-.200")]),
]
"""Of the scenario `APART`: in the first one's order, but dL/dz under the name of the equal dL/db."""


@pytest.mark.parametrize("case", FROM_THE_TABLE, ids=lambda case: f"{case[0].name}-{case[1]}-{'-'.join(case[3])}")
def test_every_number_of_the_table_is_known_for_what_it_is(case: Case) -> None:
    scenario, place, right, wrongs = case
    quantity, epoch = place.split()[-1], int(place.split()[0]) if " " in place else 1
    assert bp.diagnose(scenario, quantity, right, epoch=epoch) == ()
    for name, wrong in wrongs.items():
        assert name in bp.diagnose(scenario, quantity, wrong, epoch=epoch), wrong


@pytest.mark.parametrize(("quantity", "right", "wrongs"), WITHOUT_COLLISIONS)
def test_where_no_two_mistakes_give_one_number_each_is_named_alone(
    quantity: str, right: str, wrongs: list[tuple[str, str]]
) -> None:
    assert bp.diagnose(APART, quantity, right) == ()
    for name, wrong in wrongs:
        assert bp.diagnose(APART, quantity, wrong) == (name,), wrong
        assert bp.diagnose(APART, quantity, f"{float(wrong):#.3g}") == (name,), wrong


def test_a_gradient_sent_on_too_early_or_overwritten_shows_in_what_follows_from_it() -> None:
    program = expression("b = 4*a; e = (b+3) + 5*b", {"a": 3.0})  # de/da is (1 + 5)·4 = 24
    for quantity, right, wrongs in (
        ("de_da", "24", {"28": "sent-too-early", "20": "overwritten", "4": "overwritten"}),
        ("de_db", "6", {"5": "overwritten", "1": "overwritten", "3": "paths-averaged"}),
    ):
        assert bp.diagnose(program, quantity, right) == ()
        for wrong, name in wrongs.items():
            assert name in bp.diagnose(program, quantity, wrong)[:2]


def test_of_a_product_the_other_factor_is_needed() -> None:
    program = expression("q = x + y; f = q*z", {"x": -2.0, "y": 5.0, "z": -4.0})
    assert bp.diagnose(program, "df_dq", "3") == ("weight-for-input",)  # q itself
    assert bp.diagnose(program, "df_dz", "-4") == ("weight-for-input",)
    way = expression("s = a*b; g = s*s", {"a": 0.7, "b": -0.8})  # dg/da is 2·a·b²; with a for b, 2·a²·b
    assert bp.diagnose(way, "dg_da", "0.896") == ()
    assert bp.diagnose(way, "dg_da", "-0.784") == ("weight-for-input",)


def test_of_several_slopes_on_one_way_each_may_be_forgotten() -> None:
    program = expression("u = tanh(x); v = tanh(u); f = tanh(v)", {"x": 0.5})
    u = math.tanh(0.5)
    v = math.tanh(u)
    slopes = [1 - math.tanh(v) ** 2, 1 - v * v, 1 - u * u]
    for forgotten in range(3):
        left = math.prod(slope for place, slope in enumerate(slopes) if place != forgotten)
        assert bp.diagnose(program, "df_dx", f"{left:.5g}")[0] == "slope-forgotten"
        twice = math.prod(slopes) * slopes[forgotten]
        assert bp.diagnose(program, "df_dx", f"{twice:.5g}") == ("slope-twice",)


def test_a_mistake_with_two_names_has_them_side_by_side_and_the_general_one_first() -> None:
    names = bp.diagnose(M, "dL_dz1_1", ".0363503")  # the hidden slope left out: both names mean that
    assert names[:2] == ("slope-forgotten", "hidden-slope-forgotten")
    program = expression("b = 4*a; e = (b+3) + 5*b", {"a": 3.0})  # 1·5·4, by chance the paths multiplied, too
    assert bp.diagnose(program, "de_da", "20") == ("one-path-only", "overwritten", "paths-multiplied")


def test_of_the_article_s_collisions_all_are_named_the_commonest_first() -> None:
    assert bp.diagnose("article-7", stage=8, answer="2") == ("sign-of-error", "upstream-forgotten")
    assert bp.diagnose("article-7", "dL_dw", "-1") == ("factor-two", "input-forgotten")
    assert bp.diagnose("article-7", "dL_db", "1") == ("sign-of-error", "upstream-forgotten")
    assert bp.diagnose("article-7", "dL_db", "-.5") == ("factor-two", "times-bias")


def test_exp_is_not_derived_as_a_power() -> None:
    program = expression("u = exp(x); f = 2*u", {"x": 1.5})
    for quantity, right, wrongs in (
        ("du_dx", "4.48169", ("1", "2.47308")),  # e^1.5; 1.5·e^0.5
        ("df_dx", "8.96338", ("2", "4.94616")),
    ):
        assert bp.diagnose(program, quantity, right) == ()
        for wrong in wrongs:
            assert "power-rule-on-exp" in bp.diagnose(program, quantity, wrong)[:2]
