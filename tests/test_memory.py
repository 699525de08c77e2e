"""What is kept does not grow with every key and every edit; counted in objects and numbers, not by the system."""

import gc
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.strip import Strip

from backprop_tui.core.optimizers import settings
from backprop_tui.core.scenario import Sample, with_sample
from backprop_tui.core.scenario_file import load
from backprop_tui.stepper import shared_array
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.machine import Edit, GoTo, Move, apply
from backprop_tui.stepper.shared_array import SharedArray
from backprop_tui.stepper.state import Position, State, start
from tests.driving import DESIGN_SIZE, app_at, main_screen

EPOCHS = 20_000


def alive(kind: type) -> int:
    gc.collect()
    return sum(isinstance(one, kind) for one in gc.get_objects())


@pytest.mark.parametrize("name", ["sigmoid", "softmax"])
async def test_keys_leave_few_passes_and_rows_behind(name: str) -> None:
    app = app_at(name)
    passes, rows = alive(Pass), alive(Strip)  # what other tests left
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        for number in range(1_500):
            main_screen(app).do(Move.NEXT)
            if number % 20 == 0:
                await pilot.pause()
        assert (
            alive(Pass) - passes < 200
        )  # 137 epochs of 11 stages were walked: a pass each, and some for what was before
        assert alive(Strip) - rows < 1_500


def edited(state: State, x: float) -> State:
    return apply(state, Edit(with_sample(state.scenario, 1, Sample((x,), state.scenario.samples[0].y))))


@pytest.mark.parametrize(("optimizer", "width"), [("sgd", 2), ("adam", 7)])
def test_runs_that_part_late_share_what_they_have_in_common(optimizer: str, width: int) -> None:
    scenario = replace(load("sigmoid"), optimizer=settings(optimizer))
    states = [apply(start(scenario), GoTo(Position(EPOCHS, 1, 0)))]
    for number in range(20):
        states.append(edited(states[-1], 3.0 + number))
    histories = [state.history for state in states]
    assert {len(history.losses) for history in histories} == {EPOCHS}  # those before, and the one on screen
    kept = [shared for history in histories for shared in (history.losses, *(one.numbers for one in history._kept))]
    arrays = {id(part): part for shared in kept for part in shared._parts}
    own = sum(len(shared._tail) for shared in kept)
    once = (1 + width) * EPOCHS  # a loss, two parameters, and what the optimiser remembers: an m and a v each, and t
    assert once - 2 * shared_array._PART <= sum(map(len, arrays.values())) <= once
    assert own <= 21 * 2 * shared_array._PART
    for one, other in pairwise(histories):
        assert one.losses[: EPOCHS - 1] == other.losses[: EPOCHS - 1]


COUNTS = st.integers(0, 40)


@given(st.lists(COUNTS, max_size=5), COUNTS, COUNTS, st.slices(200))
def test_a_shared_array_is_the_array_that_it_would_be_alone(
    counts: list[int], kept: int, more: int, some: slice
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared_array, "_PART", 8)
        expected: list[float] = []
        shared = SharedArray()
        for count in counts:
            values = [float(len(expected) + number) for number in range(count)]
            expected += values
            shared.extend(values)
        other = shared.prefix(kept)
        other.extend([-1.0] * more)
        assert list(shared) == expected
        assert list(other) == expected[:kept] + [-1.0] * more
        part = slice(some.start, some.stop)
        assert list(shared[part]) == expected[part]
        assert [other[-number] for number in range(1, len(other) + 1)] == list(other)[::-1]
