"""Every panel draws at whatever size its container gives it, be it a single cell: on the way to another size it may."""

import pytest

from backprop_tui.core.scenario_file import load
from backprop_tui.panels import ComputationGraph, DerivativeTable, Explanation, LossSparkline, PhaseBar
from backprop_tui.panels.panel import Panel
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, start
from tests.driving import app_at


@pytest.mark.parametrize("kind", [ComputationGraph, DerivativeTable, Explanation, LossSparkline, PhaseBar])
@pytest.mark.parametrize("scenario", ["article-7", "xor-2-2-1"])
async def test_a_panel_draws_at_any_size(kind: type[Panel], scenario: str) -> None:
    first = start(load(scenario))
    app = app_at(scenario)
    async with app.run_test():
        panel = app.screen_stack[0].query_one(kind)
        for epoch, stage in ((1, 0), (1, 3), (2, first.timeline.last)):
            state = apply(first, GoTo(Position(epoch, 1, stage)))
            for width in (1, 2, 3, 5, 9, 20, 59, 80, 300):
                for height in (1, 2, 3, 4, 7, 24, 100):
                    panel.draw(state, width, height)
