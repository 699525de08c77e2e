"""Widgets, one per file, each thin over pure functions in the folder of its name in `present`.

Made without arguments; all that one needs to draw is its reactive `state`, and it does so in any Textual application.
What is chosen in one is a message, `StageSelected`.
"""

from backprop_tui.panels.explanation import Explanation
from backprop_tui.panels.graph import ComputationGraph
from backprop_tui.panels.loss import LossSparkline
from backprop_tui.panels.panel import StageSelected
from backprop_tui.panels.phases import PhaseBar
from backprop_tui.panels.table import DerivativeTable

__all__ = ["ComputationGraph", "DerivativeTable", "Explanation", "LossSparkline", "PhaseBar", "StageSelected"]
