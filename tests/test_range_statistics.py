"""The largest and smallest of a stretch of losses, found block by block: the same as by looking at all of them."""

import math
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.present.loss import range_statistics
from backprop_tui.present.loss.range_statistics import Losses, LossRecord

FINITE = st.floats(allow_nan=False, allow_infinity=False) | st.just(0.0)


@given(
    st.lists(FINITE, max_size=30), st.lists(st.tuples(st.integers(0, 31), st.integers(0, 31)), max_size=4), st.data()
)
def test_blocks_change_nothing(values: list[float], cuts: list[tuple[int, int]], data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(range_statistics, "_BLOCK", data.draw(st.sampled_from([1, 3, 8])))
        growing = array("d")
        record = LossRecord(growing)
        for value in values:  # looked at while it grows
            growing.append(value)
            assert record.highest(0, len(growing)) == max(growing)
        for start, stop in cuts:
            part = values[start:stop]
            assert record.highest(min(start, len(values)), min(stop, len(values))) == max(part, default=-math.inf)
            assert record.lowest(min(start, len(values)), min(stop, len(values))) == min(part, default=math.inf)
        whole = Losses(record, len(values), (0.5, -1.0))
        assert [whole[index] for index in range(len(whole))] == [*values, 0.5, -1.0]
        assert whole[-1] == -1.0
        assert (whole.lowest, whole.least) == (min([*values, -1.0]), min([*filter(None, values), -1.0]))
        assert whole.highest(0, len(whole)) == max([*values, 0.5])


@pytest.mark.parametrize("odd", [math.inf, -math.inf, math.nan])
def test_what_is_not_finite_is_left_out_wherever_it_stands(odd: float) -> None:
    assert list(_all(Losses.of([1.0, odd, 3.0]).finite)) == [1.0, 3.0]
    assert list(_all(Losses(LossRecord([1.0] * 3000), 3000, (odd, 2.0)).finite)) == [1.0] * 3000 + [2.0]
    assert len(Losses(LossRecord([odd, *[1.0] * 3000]), 2000).finite) == 1999


def _all(stretch: Losses) -> list[float]:
    return [stretch[index] for index in range(len(stretch))]
