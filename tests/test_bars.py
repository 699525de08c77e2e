import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.present.canvas import width_of
from backprop_tui.present.loss.bars import Series, VisibleLosses, axis_rows, bars, columns, figure_rows
from backprop_tui.present.numbers import number
from tests.loss_panels import ANY_FLOATS, drawn, narrow


def test_bars_start_at_zero_and_the_top_is_full() -> None:
    assert bars(Series([1.0, 2.0, 3.0, 4.0]), 12, 1) == ("▂▄▆█",)
    assert bars(Series([1.0, 2.0, 3.0, 4.0]), 12, 2) == ("  ▄█", "▄███")


def test_equal_losses_are_equally_full() -> None:
    assert bars(Series([0.3] * 3), 12, 2) == ("███", "███")


def test_zero_is_a_zero_at_the_foot_and_nothing_else_is() -> None:
    assert bars(Series([0.0, -0.0]), 12, 2) == ("  ", "00")
    assert bars(Series([1.0, 5e-324, 0.0]), 12, 1) == ("█▁0",)
    assert narrow([0.0, 0.0])[:5] == ["top 0", "", "", "", "00"]


def test_the_scale_is_logarithmic_once_losses_span_a_factor_of_1000() -> None:
    assert Series([1.0, 999.0]).foot == 0
    assert Series([1.0, 1000.0]).foot == 1
    assert bars(Series([1.0, 10.0, 100.0, 1000.0, 1e4]), 12, 1) == ("▁▂▄▆█",)
    assert Series([0.0, 1.0, 999.0]).foot == 0  # a zero is no part of the span
    assert bars(Series([0.0, 1.0, 100.0, 1e4]), 12, 1) == ("0▁▄█",)
    assert narrow([1.0, 1000.0])[0] == "log scale"
    assert bars(Series([5e-324, 1.5e308]), 12, 1) == ("▁█",)


def test_more_epochs_than_columns_share_them_so_that_no_rise_is_lost() -> None:
    losses = [float(epoch) for epoch in range(1, 25)]
    losses[2] = 99.0
    assert columns(Series(losses), 12) == (2, 99, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24)
    assert narrow(losses)[0] == "top 99"
    assert narrow(losses)[5] == "epochs 1–24"


def test_the_last_column_is_the_newest_loss_alone() -> None:
    losses = [2.0] * 47 + [0.0]
    assert columns(Series(losses), 12) == (2.0,) * 11 + (0.0,)


def test_a_loss_that_is_not_finite_has_no_bar() -> None:
    assert bars(Series([1.0, math.inf, math.nan, -math.inf]), 12, 1) == ("█",)
    assert bars(Series([math.nan]), 12, 2) == ("", "")


class Counted(list[float]):
    """Counts how often it is walked or sliced."""

    looks = 0

    def __iter__(self) -> Iterator[float]:
        self.looks += 1
        return super().__iter__()

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401  # an index or a slice
        self.looks += isinstance(index, slice)
        return super().__getitem__(index)


@pytest.mark.parametrize("draw", [lambda shown: figure_rows(shown, 13, 8), lambda shown: axis_rows(shown, 34, 6)])
def test_many_epochs_are_walked_for_the_first_drawing_only(draw: Callable[[VisibleLosses], object]) -> None:
    losses = Counted([0.5, 0.0] * 5_000)
    shown = VisibleLosses(Series(losses))
    draw(shown)
    assert losses.looks > 0
    losses.looks = 0
    draw(shown._replace(fresh=True))
    assert losses.looks == 0


@given(st.lists(st.floats(min_value=0), min_size=1, max_size=60), st.integers(1, 30), st.integers(1, 8))
def test_every_bar_says_zero_or_more(losses: list[float], most: int, rows: int) -> None:
    lines = bars(Series(losses), most, rows)
    shown = columns(Series(losses), most)
    assert [block == "0" for block in lines[-1]] == [loss == 0 for loss in shown]
    assert " " not in lines[-1]
    if any(shown) and max(shown) == Series(losses).top:
        assert "█" in lines[0]


# Figures


HUGE = """
│ 1.234e+308
│ █▃
│ ██
│ epochs 1–2
│ now
│ 8.125e+307
│ was
│ 1.234e+308
"""
NOT_A_NUMBER = """
│ top 1
│ █
│ █
│ █
│ epochs 1–2
│ now
│ not a number
│ last finite 1
"""
ROOMY = """
│ top 4
│ █
│ █
│ █ ▆
│ █▂█
│ ███
│ ███
│ epochs 1–3
│ now 2.5
│ was 1.5
│ best 1.5
│ first 4
"""


@pytest.mark.parametrize(
    ("losses", "height", "picture"),
    [([1.234e308, 8.125e307], 8, HUGE), ([1.0, math.nan], 8, NOT_A_NUMBER), ([4.0, 1.5, 2.5], 12, ROOMY)],
)
def test_figures_flow_on_and_keep_their_digits(losses: list[float], height: int, picture: str) -> None:
    assert narrow(losses, 13, height) == drawn(picture)


@pytest.mark.parametrize(
    ("count", "label"), [(1, "epoch 1"), (1000, "epochs 1–1000"), (10_000, "1–10000"), (1_000_000, "1–1000000")]
)
def test_the_epochs_in_view_are_named(count: int, label: str) -> None:
    assert narrow([1.0] * count)[5] == label


@pytest.mark.parametrize(("height", "expected"), [(1, ["now 2"]), (4, ["now 2", "was 1", "", ""])])
def test_without_room_for_bars_the_figures_stay(height: int, expected: list[str]) -> None:
    assert narrow([1.0, 2.0], 13, height) == expected


@given(ANY_FLOATS, st.booleans(), st.integers(1, 40), st.integers(1, 20))
def test_any_losses_can_be_drawn_in_any_room(losses: list[float], pending: bool, width: int, height: int) -> None:
    rows = figure_rows(VisibleLosses(Series(losses), pending=pending), width, height)
    assert len(rows) == height
    assert all(width_of(row) <= width for row in rows)


@given(ANY_FLOATS, st.integers(12, 24))
def test_the_figures_are_whole(losses: list[float], width: int) -> None:
    words = " ".join(narrow(losses, width, 16)).split()
    finite = [loss for loss in losses if math.isfinite(loss)]
    if not losses:
        assert words == ["now", "·"]
    elif math.isfinite(losses[-1]):
        assert words[words.index("now") + 1] == number(losses[-1])
    else:
        assert ("infinite" if math.isinf(losses[-1]) else "not a number") in " ".join(words)
        assert not finite or words[words.index("finite") + 1] == number(finite[-1])
    if len(losses) > 1 and finite:
        assert words[words.index("best") + 1] == number(min(finite))
        first = losses[0]
        expected = number(first) if math.isfinite(first) else "infinite" if math.isinf(first) else "not"
        assert words[words.index("first") + 1] == expected
