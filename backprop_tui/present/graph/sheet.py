"""What a network's picture is drawn with: the state, its layout, a canvas, and how numbers are put on it."""

from collections.abc import Iterator
from functools import cached_property

from backprop_tui.core.backprop import Phase, Rule, gradient_name
from backprop_tui.present.canvas import Canvas, Place, Style
from backprop_tui.present.graph.network_layout import Layout, layout_for
from backprop_tui.present.graph.training_steps import Step
from backprop_tui.present.numbers import number
from backprop_tui.present.visibility import BLOCKED, Cell, Mark, cell, put_cell
from backprop_tui.stepper.state import State

FACTOR = "×"
"""Before a local derivative: the chain rule multiplies by it."""


class Sheet:
    """One drawing in the making."""

    def __init__(self, state: State, width: int, height: int) -> None:
        self.state = state
        self.graph = state.timeline.graph
        self.layout: Layout = layout_for(state, width, height)
        self.canvas = Canvas(width, height)

    @cached_property
    def rule(self) -> Rule | None:
        """The rule of the stage on screen; None before the first."""
        stage = self.state.position.stage
        return self.state.timeline.rules[stage - 1] if stage else None

    @cached_property
    def used(self) -> frozenset[str]:
        """The quantities that the number just computed is made from; for a local derivative, what that is made from."""
        return frozenset(self._operands(self.state.position.stage)) if self.rule else frozenset()

    @property
    def is_local(self) -> bool:
        """Whether local derivatives are in view: from the first of them to the last."""
        return self.rule is not None and self.rule.phase is Phase.LOCAL

    def cell(self, quantity: str) -> Cell:
        """What may be seen of a computed quantity."""
        return cell(self.state, self.state.timeline.find(quantity), self.layout.digits)

    def text(self, name: str) -> str:
        """A node's number, as far as it may be seen."""
        if self.state.timeline.find(name):
            return self.cell(name).number
        return number(self.state.view.given[name], self.layout.digits)

    def gradient(self, name: str) -> str:
        """What the gradient of the node `name` is called; empty where it has none."""
        found = gradient_name(self.graph, name)
        return found if self.state.timeline.find(found) else ""

    def style(self, quantity: str, otherwise: Style = Style.PLAIN) -> Style:
        """How a given number is written."""
        return Style.USED if quantity in self.used else otherwise

    def name(self, x: int, y: int, name: str, text: str = "") -> int:
        """A node's name (or `text` for it), which can be pointed at; the column after."""
        if stage := self.state.timeline.find(name):
            self.canvas.places.append(Place(x, y, len(text or name), stage))
        return self.canvas.put(x, y, text or name)

    def step_text(self, step: Step) -> str:
        """Its number, as far as it may be seen."""
        return cell(self.state, step.stage, self.layout.digits).number

    def step(self, x: int, y: int, step: Step) -> None:
        """What comes of a parameter's gradient: ``←●0.3589``, ``m●0.1``."""
        end = self.canvas.put(x, y, step.name)
        put_cell(self.canvas, end + 1, y, cell(self.state, step.stage, self.layout.digits))

    def number(self, x: int, y: int, quantity: str) -> int:
        """A quantity's number with its mark before it; the column after."""
        if not self.state.timeline.find(quantity):
            return self.canvas.put(x, y, self.text(quantity), self.style(quantity))
        shown = self.cell(quantity)
        end = put_cell(self.canvas, x, y, shown)
        if quantity in self.used and shown.mark is Mark.DONE:
            self.canvas.put(x, y, shown.number, Style.USED)
        return end

    def factor(self, x: int, y: int, quantity: str) -> None:
        """A local derivative, known or next: ``×2``, its mark before it."""
        shown = self.cell(quantity)
        if not shown.known:
            put_cell(self.canvas, x, y, shown)
            return
        if shown.mark is Mark.NOW:
            self.canvas.put(x - 1, y, Mark.NOW, Style.NOW)
        end = self.canvas.put(x, y, f"{FACTOR}{shown.text}", Style.NOW if shown.mark is Mark.NOW else shown.style)
        if shown.word:
            end = self.canvas.put(end, y, BLOCKED, Style.BLOCKED)
        self.canvas.places.append(Place(x - 1, y, end - x + 1, shown.stage))

    def ride(self, x: int, y: int, text: str, style: Style) -> None:
        """A number that rides on a line, a blank to both sides; what crosses there stays whole."""
        if self.canvas.character(x - 1, y) in "─═╌":
            self.canvas.put(x - 1, y, " ")
        end = self.canvas.put(x, y, text, style)
        if self.canvas.character(end, y) in "─═╌":
            self.canvas.put(end, y, " ")

    def _operands(self, stage: int) -> Iterator[str]:
        timeline = self.state.timeline
        for name in timeline.operands(stage):
            yield name
            found = timeline.find(name)
            if found and timeline.rules[found - 1].phase is Phase.LOCAL:
                yield from self._operands(found)
