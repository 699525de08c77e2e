"""The forms as a model: what may be typed, what is said of it, and the scenario that comes of it."""

import math
import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.core.ops import ACTIVATIONS
from backprop_tui.core.scenario import Sample, Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.present.editing import edit_form, edited
from backprop_tui.present.form import Form, go_to_form, number_error, position_of
from backprop_tui.stepper.machine import Edit, GoTo, apply
from backprop_tui.stepper.state import Position, State, start
from tests.models import neuron

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def article(epoch: int = 1, stage: int = 8) -> State:
    return apply(start(load("article-7")), GoTo(Position(epoch, 1, stage)))


def typed(form: Form, **texts: str) -> Form:
    for key, text in texts.items():
        form = form.typed(key, text)
    return form


def article_form(**texts: str) -> Form:
    return typed(edit_form(article()), **texts)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "empty; a number is needed"),
        ("   ", "empty; a number is needed"),
        ("abc", "not a number"),
        ("1,5", "not a number; did you mean 1.5?"),
        ("−1,5", "not a number; did you mean −1.5?"),
        ("1.5x", "not a number; did you mean 1.5?"),
        ("1 500", "not a number; did you mean 1500?"),
        ("1.5.2", "not a number"),
        ("--2", "not a number"),
        ("1e999", "too large; a finite number is needed"),
        ("-1e999", "too large; a finite number is needed"),
        ("inf", "too large; a finite number is needed"),
        ("∞", "too large; a finite number is needed"),
        ("nan", "not a number"),
        ("NaN", "not a number"),
    ],
)
def test_what_is_no_finite_number_is_refused_with_what_was_likely_meant(text: str, error: str) -> None:
    assert number_error(text) == error
    form = article_form(w=text)
    assert form.errors() == {"w": error}
    assert not form.changed("w")
    assert form.summary() == "One field to correct. Nothing applies until all are right."


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", 2.0),
        (" 2.5 ", 2.5),
        ("-2", -2.0),
        ("−2", -2.0),
        ("1e-3", 0.001),
        (".5", 0.5),
        ("5.", 5.0),
        ("+7", 7.0),
        ("5e-324", 5e-324),
        ("0.1000000000000000055511151231257827", 0.1),
    ],
)
def test_what_python_reads_as_a_finite_number_will_do_and_so_will_a_true_minus(text: str, value: float) -> None:
    form = article_form(w=text)
    assert form.errors() == {}
    assert edited(article(), form).layers[0].weights == ((value,),)


@given(FINITE)
def test_any_finite_number_can_be_typed_to_its_last_bit(value: float) -> None:
    form = article_form(b=repr(value))
    assert form.errors() == {}
    (bias,) = edited(article(), form).layers[0].biases
    assert struct.pack("<d", bias) == struct.pack("<d", value)


@given(st.text(max_size=12))
def test_no_text_is_too_odd_for_a_field(text: str) -> None:
    form = article_form(x=text, activation=text, loss=text)
    errors = form.errors()
    assert form.summary()
    if "x" not in errors:
        assert math.isfinite(edited(article(), typed(form, activation="relu", loss="mse")).samples[0].x[0])
    assert ("activation" in errors) is (text.strip() not in ACTIVATIONS)


@given(x=FINITE, w=FINITE, b=FINITE, y=FINITE, rate=FINITE)
def test_a_form_left_as_it_is_describes_the_pass_to_the_last_digit(
    x: float, w: float, b: float, y: float, rate: float
) -> None:
    state = start(neuron(x=(x,), w=(w,), b=b, y=y, learning_rate=rate))
    form = edit_form(state)
    assert not form.errors()
    assert not [field.key for field in form.fields if form.changed(field.key)]
    assert edited(state, form) == state.scenario


def test_unchanged_numbers_of_a_later_epoch_keep_all_their_digits() -> None:
    state = apply(start(load("sigmoid-two-inputs")), GoTo(Position(7, 1, 3)))
    after = edited(state, edit_form(state).typed("x1", "0.25"))
    before = tuple(state.view.given[name] for name in ("w1", "w2", "b"))
    assert (*after.layers[0].weights[0], *after.layers[0].biases) == before
    assert before != (*state.scenario.layers[0].weights[0], *state.scenario.layers[0].biases)
    assert after.samples[0].x == (0.25, *state.scenario.samples[0].x[1:])


def test_the_form_has_every_number_and_rule_of_the_pass() -> None:
    form = edit_form(article())
    assert {field.label: field.in_use for field in form.fields if form.applies(field.key)} == {
        "input x": "2",
        "target y": "4",
        "weight w": "1.5",
        "bias b": "0.5",
        "learning rate": "0.1",
        "activation": "identity",
        "loss": "mse",
        "optimiser": "sgd",
        "weight_decay": "0",
        "zero_grad": "true",
    }
    assert [field.label for field in edit_form(start(load("three-inputs"))).fields][:8] == [
        *("input x1", "input x2", "input x3", "target y"),
        *("weight w1", "weight w2", "weight w3", "bias b"),
    ]


def test_parameters_in_use_are_those_of_the_pass_on_screen() -> None:
    form = edit_form(article(epoch=2))
    assert (form.field("w").in_use, form.field("b").in_use) == ("1.7", "0.6")


def test_all_that_is_edited_arrives_and_nothing_else() -> None:
    form = article_form(x="1", y="0.5", w="-3", b="2", lr="0.05", activation="sigmoid", loss="bce")
    assert form.errors() == {}
    assert edited(article(), form) == replace(
        neuron(x=(1.0,), w=(-3.0,), b=2.0, y=0.5, activation="sigmoid", loss="bce", learning_rate=0.05),
        name="article-7",
        title=load("article-7").title,
        source=load("article-7").source,
        expectations=load("article-7").expectations,
    )


def test_only_the_sample_on_screen_is_edited() -> None:
    two = Scenario("two", neuron().layers, (Sample((2.0,), (4.0,)), Sample((1.0,), (3.0,))))
    state = apply(start(two), GoTo(Position(1, 2, 4)))
    form = edit_form(state)
    assert (form.field("x").in_use, form.field("y").in_use) == ("1", "3")
    assert edited(state, form.typed("x", "9")).samples == (Sample((2.0,), (4.0,)), Sample((9.0,), (3.0,)))


@pytest.mark.parametrize("target", ["0", "0.5", "1"])
def test_bce_takes_a_sigmoid_and_any_target_from_0_to_1(target: str) -> None:
    form = article_form(loss="bce", activation="sigmoid", y=target)
    assert form.errors() == {}
    assert apply(article(), Edit(edited(article(), form))).scenario.loss == "bce"


@pytest.mark.parametrize("target", ["1.5", "-0.1", "4", "1.0000001"])
def test_bce_takes_no_other_target(target: str) -> None:
    form = article_form(loss="bce", activation="sigmoid", y=target)
    assert form.errors() == {"y": "bce needs 0 to 1"}
    assert typed(form, loss="mse").errors() == {}


@pytest.mark.parametrize("activation", ["identity", "relu", "tanh"])
def test_bce_takes_no_other_activation(activation: str) -> None:
    form = article_form(loss="bce", activation=activation, y="0.5")
    assert form.errors() == {"loss": "needs sigmoid"}


def test_blanks_around_a_choice_do_not_hide_what_is_wrong_with_it() -> None:
    assert set(article_form(loss=" bce ").errors()) == {"y", "loss"}
    assert article_form(loss="bce ", activation=" sigmoid", y="1").errors() == {}


def test_choices_may_be_typed_but_must_exist() -> None:
    assert article_form(activation="relu", loss=" huber ").errors() == {}
    errors = article_form(activation="relux", loss="").errors()
    assert errors == dict.fromkeys(("activation", "loss"), "unknown; space lists them")


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ({}, "Nothing is changed yet."),
        ({"w": "1.50"}, "Nothing is changed yet."),
        ({"w": "2"}, "One field changed. Enter applies."),
        ({"w": "2", "loss": "mae"}, "2 fields changed. Enter applies."),
        ({"w": "x"}, "One field to correct. Nothing applies until all are right."),
        ({"w": "x", "b": "1"}, "One field to correct, one changed. Nothing applies until all are right."),
        (
            {"w": "x", "y": "", "b": "1", "x": "1"},
            "2 fields to correct, 2 changed. Nothing applies until all are right.",
        ),
    ],
)
def test_one_sentence_says_how_things_stand(texts: dict[str, str], sentence: str) -> None:
    form = article_form(**texts)
    assert form.summary() == sentence


def go_to(samples: int = 1, **texts: str) -> Form:
    sample = neuron().samples[0]
    return typed(go_to_form(start(Scenario("several", neuron().layers, (sample,) * samples))), **texts)


@pytest.mark.parametrize(
    ("key", "text", "error"),
    [
        ("epoch", "0", "not from 1 to 1,000,000"),
        ("epoch", "1000001", "not from 1 to 1,000,000"),
        ("epoch", "-1", "not from 1 to 1,000,000"),
        ("epoch", "1.5", "not a whole number"),
        ("epoch", "1e3", "not a whole number"),
        ("epoch", "inf", "too large; a finite number is needed"),
        ("epoch", "two", "not a number"),
        ("epoch", "", "empty; a number is needed"),
        ("sample", "0", "not from 1 to 3"),
        ("sample", "4", "not from 1 to 3"),
        ("stage", "-1", "not from 0 to 11"),
        ("stage", "12", "not from 0 to 11"),
    ],
)
def test_a_position_out_of_range_is_refused(key: str, text: str, error: str) -> None:
    assert go_to(3, **{key: text}).errors() == {key: error}


def test_a_position_is_asked_for_field_by_field() -> None:
    assert position_of(go_to(3, epoch="1000000", sample=" 3 ", stage="11")) == Position(1_000_000, 3, 11)
    assert position_of(go_to(epoch="7", stage="0")) == Position(7, 1, 0)
    assert [field.key for field in go_to().fields] == ["epoch", "stage"]
    form = go_to_form(article(2, 5))
    assert position_of(form) == Position(2, 1, 5)


MANY = neuron(x=tuple(range(30)), w=tuple(i / 10 for i in range(30)))


def test_a_fraction_is_not_taken_for_its_digits() -> None:
    assert number_error("1/3") == "not a number; a fraction is written as a decimal"
