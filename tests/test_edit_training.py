"""Editing how a run is trained: optimiser, batches, classes, and what is remembered from pass to pass."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.core.expression import before
from backprop_tui.core.optimizers import OPTIMIZERS, settings
from backprop_tui.core.scenario import Scenario, with_parameters
from backprop_tui.core.scenario_file import load
from backprop_tui.present.editing import edit_form, edit_of, edited
from backprop_tui.present.form import Form
from backprop_tui.stepper.machine import Edit, GoTo, apply
from backprop_tui.stepper.state import Position, State, start
from tests.models import neuron
from tests.training_models import CLASSES, TRAINED, trained_scenarios, with_optimizer


def at(scenario: Scenario | str, epoch: int = 1, sample: int = 1, stage: int = 0) -> State:
    first = start(load(scenario) if isinstance(scenario, str) else scenario)
    return apply(first, GoTo(Position(epoch, sample, stage)))


def typed(state: State, **texts: str) -> Form:
    form = edit_form(state)
    for key, text in texts.items():
        form = form.typed(key, text)
    return form


def keys(form: Form) -> set[str]:
    return {field.key for field in form.fields if form.applies(field.key)}


@given(trained_scenarios(), st.integers(1, 3), st.data())
def test_a_form_left_as_it_is_describes_the_pass_and_what_it_remembers(
    scenario: Scenario, epoch: int, data: st.DataObject
) -> None:
    first = start(scenario)
    if not first.history.reach(epoch + 1):
        return
    state = apply(first, GoTo(Position(epoch, data.draw(st.integers(1, len(scenario.samples))), 0)))
    form = edit_form(state)
    assert form.errors() == {}
    assert not [field.key for field in form.fields if form.changed(field.key)]
    edit = edit_of(state, form)
    assert edit.carried == ()
    parameters = [state.view.given[node.name] for node in state.timeline.graph.parameters]
    assert edit.scenario == with_parameters(state.scenario, parameters)
    assert apply(state, edit).view.values == state.view.values


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimiser_is_chosen_with_the_options_of_its_row_and_no_others(name: str) -> None:
    state = at(neuron())
    form = typed(state, optimizer=name)
    assert {key for key in keys(form) if key in {option for row in OPTIMIZERS.values() for option in row.options}} == {
        *OPTIMIZERS[name].options
    }
    assert edited(state, form).optimizer == settings(name)
    back = form.typed("optimizer", "sgd")
    assert (back.summary(), edited(state, back)) == ("Nothing is changed yet.", state.scenario)


def test_the_options_in_use_come_back_with_the_optimiser_in_use() -> None:
    state = at(with_optimizer(neuron(), "adagrad", epsilon=0.5, weight_decay=0.1))
    form = typed(state, optimizer="adamw")
    assert (form.texts["epsilon"], form.texts["weight_decay"]) == ("1e-08", "0.01")
    assert edited(state, form.typed("optimizer", "adagrad")) == state.scenario


@pytest.mark.parametrize(
    ("optimizer", "option", "text", "error"),
    [
        ("momentum", "momentum", "1", "from 0 to below 1"),
        ("momentum", "momentum", "-0.1", "from 0 to below 1"),
        ("nesterov", "momentum", "0", "nesterov needs momentum above 0; without any there is sgd"),
        ("rmsprop", "alpha", "1", "from 0 to below 1"),
        ("adam", "beta2", "1.5", "from 0 to below 1"),
        ("adam", "epsilon", "0", "above 0"),
        ("sgd", "weight_decay", "-1", "from 0"),
        ("adam", "beta1", "much", "not a number"),
    ],
)
def test_an_option_out_of_its_range_is_refused(optimizer: str, option: str, text: str, error: str) -> None:
    form = typed(at(neuron()), optimizer=optimizer, **{option: text})
    assert form.errors() == {option: error}
    assert optimizer == "sgd" or form.typed("optimizer", "sgd").errors() == {}


@pytest.mark.parametrize(("text", "size"), [("1", 1), ("5", 5), (" 3 ", 3), ("all", 5)])
def test_batches_may_have_1_to_all_samples(text: str, size: int) -> None:
    state = at(CLASSES)
    form = typed(state, batch_size=text)
    assert form.errors() == {}
    assert edited(state, form).batch_size == size


@pytest.mark.parametrize("text", ["0", "6", "-1", "2.5", "some"])
def test_no_other_size_will_do(text: str) -> None:
    assert [*typed(at(CLASSES), batch_size=text).errors()] == ["batch_size"]


def test_a_lone_sample_has_no_batches() -> None:
    assert "batch_size" not in keys(edit_form(at(neuron())))


def test_zero_grad_is_switched() -> None:
    state = at(neuron())
    assert edited(state, typed(state, zero_grad="false")).zero_grad is False
    assert "zero_grad" in typed(state, zero_grad="perhaps").errors()


def test_what_is_remembered_is_edited_by_name() -> None:
    state = at("article-adam", 3)
    known = state.view.given
    form = edit_form(state)
    assert {"m_w", "v_w", "m_b", "v_b", "t"} <= keys(form)
    assert form.field("t").in_use == "3"
    form = form.typed("m_w", "0.25").typed("t", "10")
    edit = edit_of(state, form)
    assert edit.carried == (("m_w", 0.25), ("t", 10.0))
    after = apply(state, edit).view.given
    assert (after[before("m_w")], after["t"]) == (0.25, 10.0)
    assert {name: after[before(name)] for name in ("v_w", "m_b", "v_b")} == {
        name: known[before(name)] for name in ("v_w", "m_b", "v_b")
    }


def test_a_sum_can_be_edited_where_it_goes_on_only() -> None:
    assert "grad_w1_1_1" not in keys(edit_form(at("xor-batch", 2, 1)))
    state = at("xor-batch", 2, 3)
    form = edit_form(state).typed("grad_w2_1_1", "7")
    edit = edit_of(state, form)
    assert edit.carried == (("grad_w2_1_1", 7.0),)
    after = apply(state, edit).view
    share = after.known["dL_dw2_1_1"] / 4
    assert after.known["grad_w2_1_1"] == 7.0 + share
    piling = at("zero-grad")  # nothing sets it to 0, so even the first sum goes on
    assert apply(piling, edit_of(piling, edit_form(piling).typed("grad_w", "1"))).view.known["grad_w"] == 1 - 2


@pytest.mark.parametrize(
    ("optimizer", "error"),
    [("adam", {"v_w": "of squares: from 0"}), ("rmsprop", {"v_w": "of squares: from 0"}), ("momentum", {})],
)
def test_squares_are_not_negative_and_a_velocity_may_be(optimizer: str, error: dict[str, str]) -> None:
    assert typed(at(with_optimizer(neuron(), optimizer)), v_w="-1").errors() == error


@pytest.mark.parametrize("text", ["0", "-1", "1.5"])
def test_updates_are_counted_from_1(text: str) -> None:
    assert [*typed(at("article-adam", 2), t=text).errors()] == ["t"]


ANEW = {"optimizer": "momentum", "batch_size": "2", "zero_grad": "false"}


@pytest.mark.parametrize("key", ANEW)
def test_another_optimiser_batch_size_or_zero_grad_clears_what_is_remembered_and_says_so(key: str) -> None:
    scenario = replace(TRAINED["adam in batches"], batch_size=3)
    state = at(scenario, 2, 2)
    form = typed(state, m_w2_1_1="5", **{key: ANEW[key]})
    assert "m_w2_1_1" not in keys(form)
    assert form.summary().endswith("Enter applies. What was remembered starts at 0.")
    edit = edit_of(state, form)
    assert edit.carried == ()
    after = apply(state, edit)
    assert after.position == state.position
    found = {name: value for name, value in after.view.given.items() if name.endswith(" before")}
    assert not any(found.values())


def test_every_other_edit_keeps_it() -> None:
    state = at("article-adam", 3)
    for texts in ({"lr": "0.2"}, {"w": "1"}, {"beta1": "0.5"}, {"loss": "mae"}, {"activation": "relu"}):
        form = typed(state, **texts)
        assert "remembered" not in form.summary()
        after = apply(state, edit_of(state, form)).view.given
        assert after[before("m_w")] == state.view.given[before("m_w")] != 0
        assert after["t"] == 3


SOFT = replace(CLASSES, batch_size=1)


def test_cross_entropy_takes_softmax_only_and_the_nearest_is_named() -> None:
    assert typed(at(SOFT), activation="identity").errors() == {"loss": "needs softmax"}
    assert typed(at(SOFT), activation="sigmoid").errors() == {"loss": "needs softmax; with sigmoid: bce"}
    assert typed(at(SOFT), loss="bce").errors() == {"loss": "needs sigmoid; with softmax: cross_entropy"}
    assert typed(at(SOFT), loss="huber").errors() == {}
    mazur = at("mazur")
    form = typed(mazur, activation="softmax", loss="cross_entropy", y1="0.25", y2="0.75")
    assert form.errors() == {}
    assert apply(mazur, edit_of(mazur, form)).scenario.loss == "cross_entropy"


def test_softmax_is_for_a_last_layer_of_several_and_cross_entropy_for_that() -> None:
    form = edit_form(at("mazur"))
    assert "softmax" in form.field("activation").choices
    assert "softmax" not in form.field("activation1").choices
    lone = edit_form(at(neuron()))
    assert "softmax" not in lone.field("activation").choices
    assert "cross_entropy" not in lone.field("loss").choices


def test_targets_are_probabilities_with_the_sum_1() -> None:
    assert typed(at(SOFT), y2="0.5").errors() == {"y2": "sum 1.5; it must be 1"}
    assert typed(at(SOFT), y2="0.5", y1="0.5").errors() == {}
    assert typed(at(SOFT), y2="-0.5", y1="1.5").errors() == dict.fromkeys(("y1", "y2"), "cross_entropy needs 0 to 1")
    assert typed(at(SOFT), y2="0.5", loss="mse").errors() == {}
    assert typed(at("mazur"), activation="softmax", loss="cross_entropy", y1="0.5").errors() == {
        "y1": "sum 1.49; it must be 1"
    }


def test_a_class_brings_its_targets_and_targets_their_class() -> None:
    state = at(SOFT)
    assert edit_form(state).texts["class"] == "1"
    form = typed(state, **{"class": "3"})
    assert edited(state, form).samples[0].y == (0.0, 0.0, 1.0)
    assert form.typed("y3", "0.5").texts["class"] == "none"
    assert form.typed("y3", "0").typed("y2", "1").texts["class"] == "2"
    assert [*typed(state, **{"class": "4"}).errors()] == ["class"]
    mixed = edit_form(at(SOFT, 1, 2))
    assert (mixed.texts["class"], mixed.errors()) == ("none", {})
    assert "class" not in keys(typed(state, activation="identity"))
    assert "class" not in keys(edit_form(at("mazur")))


def test_the_edit_of_a_machine_is_the_one_of_the_form() -> None:
    state = at("article-adam", 2, 1, 4)
    assert edit_of(state, typed(state, lr="0.5")) == Edit(edited(state, typed(state, lr="0.5")))
