"""Phase bar, title, table and go-to form with batches and optimisers."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.core.backprop import Phase
from backprop_tui.core.optimizers import OPTIMIZERS
from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.present.ascii import ascii_row
from backprop_tui.present.canvas import text_of
from backprop_tui.present.chrome import title_row
from backprop_tui.present.explanation.stage import headline
from backprop_tui.present.form import go_to_form, position_of
from backprop_tui.present.phases.bar import phase_row, phase_stage_at
from backprop_tui.present.table.lines import table_lines, table_title
from backprop_tui.present.table.panel import table_panel
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, State, start
from tests.models import neuron
from tests.training_models import CLASSES, trained_scenarios, with_optimizer


def at(scenario: Scenario | str, epoch: int = 1, sample: int = 1, stage: int | str = 0) -> State:
    first = start(load(scenario) if isinstance(scenario, str) else scenario)
    there = apply(first, GoTo(Position(epoch, sample, 0)))
    if isinstance(stage, str):
        find = there.timeline.find
        stage = find(stage) or find(stage, update=True)
    return apply(first, GoTo(Position(epoch, sample, stage)))


def bar(state: State, width: int = 80) -> str:
    return text_of(phase_row(state, width)).rstrip()


FOUR_THREE_ONE = Scenario(  # thirteen parameters
    "draft",
    (Layer("tanh", ((0.5,), (0.2,)), (0.1, 0.2)), Layer("softmax", ((0.1, 0.2), (0.3, 0.4), (0.5, 0.1)), (0.0,) * 3)),
    (Sample((1.0,), (1.0, 0.0, 0.0)),) * 4,
    "cross_entropy",
    batch_size=4,
)


def test_six_phases_fit_in_80_columns_with_their_counts() -> None:
    state = at(FOUR_THREE_ONE, 1, 4, "grad_w1_2_1")
    counts = {phase: len(stages) for phase, stages in state.timeline.phases.items()}
    assert bar(state) == (
        f" forward ✓10 → loss ✓1 → local ✓{counts[Phase.LOCAL]} → chain ✓{counts[Phase.CHAIN]} "
        "→ ACCUMULATE ●3/13 → update ·13"
    )


def test_where_the_batch_goes_on_the_bar_says_how_far_it_is() -> None:
    state = at("zero-grad", 1, 1, "grad_w")
    assert bar(state) == " forward ✓✓ → loss ✓ → local ✓✓✓✓ → chain ✓✓ → ACCUMULATE ●○ → update ··"
    state = at("ravine", 1, 1, "grad_w1")
    assert bar(state).endswith("ACCUMULATE ●○    batch: 1 of 2")
    assert "batch" not in bar(at("ravine", 1, 2))
    assert bar(at(replace(CLASSES, batch_size=3), 1, 4)).endswith("batch: 1 of 2")  # the smaller last one


@given(trained_scenarios(), st.integers(60, 120), st.data())
def test_the_bar_is_whole_at_every_stage_and_its_names_stay_where_they_are(
    scenario: Scenario, width: int, data: st.DataObject
) -> None:
    sample = data.draw(st.integers(1, len(scenario.samples)))
    state = at(scenario, 1, sample)
    forms = set()
    for stage in range(state.timeline.last + 1):
        there = replace(state, position=Position(1, sample, stage))
        text = bar(there, width)
        assert len(text) <= width
        spelled = "".join(part for part, _ in ascii_row(phase_row(there, width), width))
        assert spelled.count(">") == text.count("→")
        words = [word for word in text.lower().split() if word.isalpha()]
        assert [word for word in words if word[:4] in ("forw", "loss", "loca", "chai", "accu", "upda")] == [
            word for word in ("forward", "loss", "local", "chain", "accumulate", "accum", "update") if word in words
        ]
        forms.add(
            (tuple(word for word in words if word != "of"), text.count("→"))
        )  # a batch's place where there is room
    ends = {stages[-1] for stages in state.timeline.phases.values()}
    assert {phase_stage_at(state, width, x) for x in range(width)} - {0} == ends
    assert len(forms) == 1


def test_the_title_names_what_is_not_plain() -> None:
    assert text_of(title_row(at("article-adam"), 80)).startswith(" article-adam · identity · mse · lr 0.1 · adam ")
    assert " · batch 4 " in text_of(title_row(at("xor-batch"), 80))
    assert " · momentum · batch 4 " in text_of(title_row(at("xor-momentum"), 120))
    assert " · no zero_grad " in text_of(title_row(at("zero-grad"), 80))
    assert "sgd" not in text_of(title_row(at("article-7"), 120))


def rows(state: State, width: int = 65, height: int = 9) -> list[str]:
    return [text_of(row).rstrip() for row in table_panel(state, width, height)]


def test_an_arrow_stands_where_a_number_takes_the_place_of_an_older_one() -> None:
    names = {row.lstrip(" ●○").split("  ")[0] for row in rows(at("article-adam", 1, 1, "mhat_w"), 90, 40)}
    assert {"m_w ←", "v_w ←", "w ←", "m_b ←", "v_b ←", "b ←"} <= names
    assert not {"mhat_w ←", "vhat_w ←", "∂L/∂w ←"} & names
    assert headline(at("article-adam", 1, 1, "mhat_w")) == "mhat_w = m_w / (1 − β1^t) = −0.2 / (1 − 0.9^(1)) = −2"
    assert headline(at("zero-grad", 2, 1, "grad_w")) == "grad_w ← grad_w + ∂L/∂w / n = −2 + (−1) / 1 = −3"
    assert headline(at("batch-line", 1, 1, "grad_w")).startswith("grad_w = ∂L/∂w / n = ")


def test_the_windows_of_an_update_begin_with_a_parameter() -> None:
    for name, row in OPTIMIZERS.items():
        state = at(with_optimizer(replace(CLASSES, batch_size=1), name))
        update = state.timeline.phases[Phase.UPDATE]
        each = len(row.slots) + 1 + {"adam": 2, "adamw": 2, "nesterov": 1}.get(name, 0)
        for stage in update:
            lines = table_lines(replace(state, position=Position(1, 1, stage)), 7)
            assert {stage, min(stage + 1, update[-1])} <= {line.stage for line in lines}
            if lines[-1].stage != update[-1]:
                assert (lines[0].stage - update.start) % each == 0


@pytest.mark.parametrize(
    ("name", "sample", "title"),
    [
        ("article-7", 1, "Derivatives and update"),
        ("zero-grad", 1, "Derivatives, sums and update"),
        ("batch-line", 1, "Derivatives and sums"),
    ],
)
def test_the_title_of_the_table_says_what_it_has(name: str, sample: int, title: str) -> None:
    assert table_title(at(name, 1, sample), 30) == title


def test_headings_are_true_of_the_run() -> None:
    plain, batch, pile, adam = (
        "\n".join(rows(at(name, stage=8), 90, 45)) for name in ("article-7", "batch-line", "zero-grad", "article-adam")
    )
    assert "update: a step against the gradient" in plain
    assert "accumulate: add up the gradients of the batch" in batch
    assert "accumulate: add the gradient to all those before it" in pile
    assert "update: a step by adam, parameter by parameter" in adam


def test_long_numbers_leave_their_column_before_a_rule_gives_way() -> None:
    (row,) = (row for row in rows(at("article-adam", 1, 1, "mhat_w"), 65, 12) if "mhat_w " in row and "●" in row)
    assert row.split() == ["●", "mhat_w", "m_w", "/", "(1", "−", "β1^t)", "−0.2", "/", "(1", "−", "0.9^(1))", "−2"]
    for width in (60, 65):
        for row in rows(at("softmax-relu", 1, 4, "b1_1"), width, 9)[1:]:
            assert "…" not in row


@pytest.mark.parametrize("name", ["m_w", "vhat_b", "grad_w", "w"])
def test_a_stage_is_gone_to_by_its_name(name: str) -> None:
    state = at(replace(with_optimizer(neuron(), "adam"), zero_grad=False))
    form = go_to_form(state).typed("stage", name)
    assert form.errors() == {}
    rule = state.timeline.rules[position_of(form).stage - 1]
    assert rule.quantity == name
    assert rule.is_step == (name == "w")
