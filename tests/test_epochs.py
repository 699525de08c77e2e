import math
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.present.canvas import Style, text_of, width_of
from backprop_tui.present.loss.bars import Series, VisibleLosses, axis_rows, loss_rows
from backprop_tui.present.numbers import number
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, start
from tests.expressions import expression
from tests.loss_panels import ANY_FLOATS, LOSS_STAGE, TWO_SAMPLES, article, at, drawn, panel, styles_of, texts

WIDE = """
│ 0.25 ┤██
│      │██
│      │██
│      │██
│      │██
│      │██
│    0 ┼──────────────────────────
│       1
│
│ epoch    w      b      loss
│     1    1.5    0.5    0.25
│     2    ·      ·      ·
│
│
│
"""


def test_the_wide_panel_is_as_drawn() -> None:
    assert panel(article(1, 8), 34, 15) == drawn(WIDE)


@given(ANY_FLOATS, st.booleans(), st.integers(30, 60), st.integers(2, 12))
@example([5e-324], False, 40, 4)
@example([1.7e308, -1.7e308], False, 40, 4)
def test_any_losses_can_be_drawn_on_an_axis(losses: list[float], pending: bool, width: int, rows: int) -> None:
    chart = axis_rows(VisibleLosses(Series(losses), pending=pending), width, rows)
    assert all(width_of(row) <= width for row in chart)
    finite = [loss for loss in losses if math.isfinite(loss)]
    if finite:
        assert text_of(chart[0]).lstrip().startswith(f"{number(max(finite))} ┤")


def test_the_axis_of_a_result_below_0_names_where_its_bars_start() -> None:
    chart = texts(axis_rows(VisibleLosses(Series([4.0, -5.0, -3.0])), 34, 4))
    assert chart[0].startswith(" 4 ┤")
    assert chart[4].startswith("−5 ┼")


def test_no_value_of_a_program_is_called_the_best() -> None:
    circuit = expression("f = (x - 1)^2", {"x": 0.0}, learns=True, learning_rate=0.1)
    said = " ".join(texts(loss_rows(apply(start(circuit), GoTo(Position(3, 1, 2))), 12, 12)))
    assert "lowest 0.4096" in said
    assert "best" not in said


def test_the_axis_names_its_ends_and_the_log_scale() -> None:
    chart = texts(axis_rows(VisibleLosses(Series([10.0 ** (2 - epoch) for epoch in range(1, 41)])), 34, 4))
    assert chart[0].startswith("   10 ┤█")
    assert chart[4:] == [
        "1e-38 ┼─ log scale ─────────────",
        "       1                       40",
        "best 1e-38  first 10",
    ]


def test_bars_are_two_cells_wide_while_they_fit() -> None:
    assert texts(axis_rows(VisibleLosses(Series([0.25] * 13)), 34, 1))[0] == "0.25 ┤" + 26 * "█"
    assert texts(axis_rows(VisibleLosses(Series([0.25] * 14)), 34, 1))[0] == "0.25 ┤" + 14 * "█"
    assert texts(axis_rows(VisibleLosses(Series([0.25, 0.0])), 34, 1))[:1] == ["0.25 ┤██0"]
    assert texts(axis_rows(VisibleLosses(Series([0.25] * 12_345)), 34, 1))[2] == "      1                      12345"


def test_the_chart_leaves_room_for_four_epochs_and_columns_close_up_before_one_is_left_out() -> None:
    found = panel(article(6, LOSS_STAGE, 0.25), 31, 12)
    assert found[4:7] == ["    0 ┼──────────────────────", "       1         6", "best 0.25  first 0.25"]
    assert found[7:] == [
        "epoch   w        b        loss",
        "    4   2.375    0.9375   2.848",
        "    5   0.6875   0.09375  6.407",
        "    6   3.219    1.359    14.42",
        "    7   ·        ·        ·",
    ]
    assert panel(article(6, LOSS_STAGE, 0.25), 30, 12)[7] == "epoch   w       …  loss"


def test_the_newest_epochs_are_listed_and_the_one_on_screen_is_strong() -> None:
    rows = loss_rows(article(6, LOSS_STAGE, 0.25), 34, 15)
    assert texts(rows)[9:] == [
        # A column has room for what is still to come: in epoch 7, w and b are negative.
        "epoch    w         b         loss",
        "    3    1.25      0.375     1.266",
        "    4    2.375     0.9375    2.848",
        "    5    0.6875    0.09375   6.407",
        "    6    3.219     1.359     14.42",
        "    7    ·         ·         ·",
    ]
    assert styles_of(rows[13:14], "3.219") == {Style.STRONG}
    assert styles_of(rows[13:14], "14.42") == {Style.NOW}
    assert styles_of(rows[12:13], "0.6875") == {Style.PLAIN}


def test_the_next_epoch_fills_as_updates_compute_its_parameters() -> None:
    found = [panel(article(1, stage), 34, 15)[11] for stage in (9, 10, 11)]
    assert found == [
        "    2    ·      ·      ·",
        "    2    1.7    ·      ·",
        "    2    1.7    0.6    ·",
    ]
    assert styles_of(loss_rows(article(1, 11), 34, 15), "0.6") == {Style.NOW}
    assert panel(article(6, 11, 0.25), 34, 15)[14] == "    7   −0.5781   −0.5391    ·"


def test_with_several_samples_the_next_epoch_waits_for_the_last() -> None:
    assert panel(at(TWO_SAMPLES, 1, 11, sample=1), 34, 15)[11].split() == ["2", "·", "·", "·"]
    after = panel(at(TWO_SAMPLES, 1, 11, sample=2), 34, 15)
    assert after[9].split() == ["epoch", "w", "b", "mean", "loss"]
    assert after[11].split() == ["2", "1.44", "0.34", "·"]


def test_a_parameter_held_fixed_is_carried_over_with_the_last_update() -> None:
    fixed = replace(load(), layers=(replace(load().layers[0], train_biases=False),))
    stages = start(fixed).timeline.last
    assert panel(at(fixed, 1, stages - 1), 34, 15)[11].split() == ["2", "·", "·", "·"]
    assert panel(at(fixed, 1, stages), 34, 15)[11].split() == ["2", "1.7", "0.5", "·"]


def test_nothing_follows_the_epoch_that_diverged() -> None:
    before, after = (panel(article(878, stage, 0.25), 34, 15) for stage in (LOSS_STAGE - 1, LOSS_STAGE))
    assert before[-1].split()[0] == "879"
    assert after[8:10] == ["now infinite", "last finite 8.125e+307"]
    assert after[-1].split() == ["878", "5.408e+153", "∞"]


def test_parameters_without_room_are_left_out_and_their_digits_share_columns() -> None:
    assert panel(at(load("three-inputs"), 2, LOSS_STAGE), 34, 15)[9:12] == [
        "epoch   w1      w2      …  loss",
        "    1  −3      −1          36",
        "    2  −3.012  −0.976      33.87",
    ]
    wide = Scenario("wide", (Layer("identity", ((0.5,) * 900,), (0.0,)),), (Sample((0.01,) * 900, (1.0,)),))
    assert all(width_of(row) <= 34 for row in loss_rows(at(wide, 1, LOSS_STAGE), 34, 15))
    assert panel(at(wide, 1, LOSS_STAGE), 34, 15)[9].split()[-2:] == ["…", "loss"]


DIVERGING = article(1, 0, 0.25)


@given(st.integers(30, 50), st.integers(12, 30), st.integers(1, 878))
def test_the_wide_panel_has_the_rows_that_are_asked_for(width: int, height: int, epoch: int) -> None:
    rows = loss_rows(apply(DIVERGING, GoTo(Position(epoch, 1, LOSS_STAGE))), width, height)
    assert len(rows) == height
    assert all(width_of(row) <= width for row in rows)
