from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.core.scenario import Layer, Sample
from backprop_tui.core.scenario_file import load
from backprop_tui.present.canvas import Style
from backprop_tui.present.loss.bars import loss_brief, loss_rows, visible_losses
from backprop_tui.stepper.machine import Edit, GoTo, Move, apply
from backprop_tui.stepper.state import Position, State, start
from tests.loss_panels import LOSS_STAGE, TWO_SAMPLES, article, at, drawn, panel, styles_of

START = """
│
│
│
│
│
│
│ now ·
│
"""
ONE_EPOCH = """
│ top 0.25
│ █
│ █
│ █
│ █
│ epoch 1
│ now 0.25
│
"""
DEAD_RELU = ONE_EPOCH.replace("0.25", "16")
CONVERGED = """
│ top 0.25
│ █
│ █
│ █
│ █0
│ epochs 1–2
│ now 0
│ was 0.25
"""
THREE_INPUTS = """
│ top 36
│ █
│ █
│ █
│ epoch 1
│ now 36
│
"""
OVERSHOOT = """
│ top 14.42
│      █
│      █
│     ▆█
│ ▁▁▃▆██
│ epochs 1–6
│ now 14.42
│ was 6.407
"""
DIVERGED = """
│ log scale
│         ▂▄▆█
│     ▂▄▆█████
│ ▂▄▆█████████
│ epochs 1–878
│ now infinite
│ last finite
│ 8.125e+307
"""


@pytest.mark.parametrize(
    ("state", "height", "picture"),
    [
        (article(1, 0), 8, START),
        (article(1, 1), 8, START),
        (article(1, 8), 8, ONE_EPOCH),
        (article(1, 10), 8, ONE_EPOCH),
        (article(2, LOSS_STAGE), 8, CONVERGED),
        (at(load("relu-dead"), 1, 8), 8, DEAD_RELU),
        (at(load("three-inputs"), 1, 11), 7, THREE_INPUTS),
        (article(6, LOSS_STAGE, 0.25), 8, OVERSHOOT),
        (article(878, LOSS_STAGE, 0.25), 8, DIVERGED),
    ],
)
def test_the_narrow_panel_is_as_drawn(state: State, height: int, picture: str) -> None:
    assert panel(state, 13, height) == drawn(picture)


def test_before_the_loss_of_an_epoch_its_place_is_kept() -> None:
    expected = [*drawn(ONE_EPOCH)[:-2], "now ·", "was 0.25"]
    assert panel(article(2, 0)) == expected
    assert panel(article(2, LOSS_STAGE - 1)) == expected


@pytest.mark.parametrize(
    ("state", "brief"),
    [
        (article(1, 2), "loss ·"),
        (article(1, LOSS_STAGE), "loss 0.25"),
        (article(2, 11), "loss 0"),
        (article(878, LOSS_STAGE, 0.25), "loss infinite"),
        (at(TWO_SAMPLES, 1, LOSS_STAGE), "mean loss ·"),
    ],
)
def test_the_loss_in_a_few_words(state: State, brief: str) -> None:
    assert loss_brief(state) == brief


# Nothing ahead of its stage


@given(st.integers(1, 9), st.integers(1, 2), st.integers(0, 11), st.sampled_from([(13, 8), (34, 15)]))
def test_what_was_computed_ahead_is_not_seen(epoch: int, sample: int, stage: int, size: tuple[int, int]) -> None:
    here = GoTo(Position(epoch, sample, stage))
    ahead = apply(start(TWO_SAMPLES), GoTo(Position(epoch + 5, 1, 0)))
    assert loss_rows(apply(ahead, here), *size) == loss_rows(apply(start(TWO_SAMPLES), here), *size)


def test_the_mean_of_an_epoch_is_there_from_the_loss_of_its_last_sample_on() -> None:
    # Sample 1: (3.5 − 4)² = 0.25; then w = 1.7, b = 0.6 and sample 2: (2.3 − 1)² = 1.69.
    # Each sample's own loss is there from its own loss stage on.
    before = START.replace("now", "mean")
    assert panel(at(TWO_SAMPLES, 1, 11, sample=1)) == drawn(before.replace("mean ·\n│", "mean ·\n│ this 0.25"))
    second = at(TWO_SAMPLES, 1, LOSS_STAGE - 1, sample=2)
    assert panel(second) == drawn(before.replace("mean ·\n│", "mean ·\n│ this ·"))
    after = ONE_EPOCH.replace("0.25", "0.97").replace("now 0.97\n│", "mean 0.97\n│ this 1.69")
    assert panel(at(TWO_SAMPLES, 1, LOSS_STAGE, sample=2)) == drawn(after)


def test_the_loss_of_a_sample_that_is_infinite_makes_the_mean_infinite() -> None:
    state = at(replace(TWO_SAMPLES, samples=(Sample((1e200,), (4.0,)), *TWO_SAMPLES.samples[1:])), 1, LOSS_STAGE)
    assert panel(state)[-3:] == ["epoch 1", "mean infinite", "this infinite"]


def test_a_run_that_ends_behind_its_last_loss_leaves_the_mean_open() -> None:
    samples = (Sample((2.0,), (3.5,)), Sample((1e200,), (0.0,)))  # the second overflows at the update
    state = at(replace(TWO_SAMPLES, loss="mae", learning_rate=1e200, samples=samples), 1, LOSS_STAGE, sample=2)
    assert state.ended
    assert panel(state)[-2] == "mean ·"


def test_an_edit_starts_a_new_line_of_losses() -> None:
    state = article(2, 1, 0.25)
    edited = apply(state, Edit(replace(load(), learning_rate=0.25, layers=(Layer("identity", ((1.0,),), (1.0,)),))))
    assert panel(apply(edited, GoTo(Position(2, 1, LOSS_STAGE))))[-3:] == ["epochs 1–2", "now 1", "was 0.25"]
    undone = apply(edited, Move.UNDO)
    assert panel(apply(undone, GoTo(Position(2, 1, LOSS_STAGE))))[-3:] == ["epochs 1–2", "now 0.5625", "was 0.25"]


def test_within_an_epoch_the_losses_are_gathered_once() -> None:
    state = article(300, LOSS_STAGE, 0.01)
    assert visible_losses(state).series is visible_losses(apply(state, Move.NEXT)).series


def test_what_was_just_computed_is_strong() -> None:
    rows = loss_rows(article(6, LOSS_STAGE, 0.25), 13, 8)
    assert rows[4][:2] == (("▁▁▃▆█", Style.DIM), ("█", Style.STRONG))  # not the brightest thing on the screen
    assert styles_of(rows, "14.42") == {Style.PLAIN, Style.STRONG}  # the top of the scale, and now
    later = loss_rows(article(6, LOSS_STAGE + 1, 0.25), 13, 8)
    assert not any(style is Style.STRONG for row in later for _, style in row)
    assert styles_of(loss_rows(article(1, 0), 13, 8), "·") == {Style.PENDING}


def test_a_loss_out_of_range_is_an_event_and_leaves_the_bars_alone() -> None:
    rows = loss_rows(article(878, LOSS_STAGE, 0.25), 13, 8)
    assert styles_of(rows, "infinite") == {Style.EVENT}
    assert styles_of(rows, "█") == {Style.DIM}


def test_before_the_mean_the_bar_of_the_epoch_before_is_not_strong() -> None:
    rows = loss_rows(at(TWO_SAMPLES, 2, LOSS_STAGE), 13, 8)
    assert styles_of(rows, "█") == {Style.DIM}
