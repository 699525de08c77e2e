"""Runs whose losses are drawn, and the drawings as text."""

import math
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.present.canvas import Row, Style, text_of
from backprop_tui.present.loss.bars import Series, VisibleLosses, figure_rows, loss_rows
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, State, start

ANY_FLOATS = st.lists(st.floats() | st.sampled_from([0.0, -0.0, 5e-324, 1e308, math.inf, math.nan]), max_size=40)
TWO_SAMPLES = Scenario(
    "two samples",
    (Layer("identity", ((1.5,),), (0.5,)),),
    (Sample((2.0,), (4.0,)), Sample((1.0,), (1.0,))),
)
LOSS_STAGE = 3  # of one neuron: z, a, loss


def at(scenario: Scenario, epoch: int, stage: int, sample: int = 1) -> State:
    return apply(start(scenario), GoTo(Position(epoch, sample, stage)))


def article(epoch: int, stage: int, learning_rate: float = 0.1) -> State:
    return at(replace(load(), learning_rate=learning_rate), epoch, stage)


def texts(rows: Sequence[Row]) -> list[str]:
    return [text_of(row) for row in rows]


def panel(state: State, width: int = 13, height: int = 8) -> list[str]:
    return texts(loss_rows(state, width, height))


def drawn(picture: str) -> list[str]:
    return [line.removeprefix("│").removeprefix(" ") for line in picture.strip("\n").split("\n")]


def styles_of(rows: Sequence[Row], text: str) -> set[Style]:
    """The styles of the spans that contain `text`."""
    return {style for row in rows for span, style in row if text in span}


def narrow(losses: Sequence[float], width: int = 13, height: int = 8) -> list[str]:
    return texts(figure_rows(VisibleLosses(Series(losses)), width, height))
