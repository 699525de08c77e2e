"""The rule of a whole layer as it stands on the board, with vectors and matrices in place of their elements.

Nielsen, Neural Networks and Deep Learning (2015), chapter 2, BP1 to BP4; with softmax its Jacobian takes the place of
f′.
"""

from collections.abc import Iterator

from backprop_tui.core.backprop import Phase
from backprop_tui.core.scenario import Scenario
from backprop_tui.core.softmax import LAYER_OPERATIONS
from backprop_tui.present.explanation.activation import words_of
from backprop_tui.present.sentences import listed
from backprop_tui.stepper.state import State
from backprop_tui.stepper.stops import Stop

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def vector_form(state: State, stop: Stop) -> Iterator[str]:
    """What the phase has computed of a layer of a network, where `stop` completes it; else nothing."""
    if not stop.completes or state.scenario.is_neuron:
        return
    rule = state.timeline.rules[stop.end - 1]
    is_sum = state.timeline.graph.by_name[rule.node].operation == "affine"
    layer = _Layer(state.scenario, stop.layer)
    parts, meaning = layer.sums_or_answers(is_sum) if rule.phase is Phase.FORWARD else layer.backwards(rule.phase)
    if parts:
        yield f"Vector form: {listed(parts)}."
        numbered = ["superscripts number the layers"] if len(state.scenario.layers) > 1 else []
        if meanings := [*([f"here {meaning}"] if meaning else []), *numbered]:
            text = "; ".join(meanings)
            yield f"{text[0].upper()}{text[1:]}."


class _Layer:
    """The symbols of layer `number` (from 1) of a network, and its rules in them, each with what it needs explained."""

    def __init__(self, scenario: Scenario, number: int) -> None:
        self._scenario, self._number = scenario, number
        self._layer = scenario.layers[number - 1]
        self._is_joint = self._layer.activation in LAYER_OPERATIONS
        self._z, self._a, self._w, self._b, self._delta = (self._of(letter, number) for letter in "zaWbδ")
        self._x = self._of("a", number - 1) if number > 1 else "x"

    def _of(self, letter: str, number: int) -> str:
        """`letter` for layer `number`; a lone layer needs no number."""
        return letter if len(self._scenario.layers) == 1 else f"{letter}{str(number).translate(_SUPERSCRIPTS)}"

    def sums_or_answers(self, is_sum: bool) -> tuple[list[str], str]:
        """The layer's z's, or its a's."""
        if is_sum:
            return [f"{self._z} = {self._w}·{self._x} + {self._b}"], ""
        if self._is_joint:
            return [f"{self._a} = {self._layer.activation}({self._z})"], ""
        return [f"{self._a} = f({self._z})"], f"f is {words_of(self._layer.activation).name}, element by element"

    def backwards(self, phase: Phase) -> tuple[list[str], str]:
        """What a phase after the loss computes of the layer; none where that has no short form."""
        match phase:
            case Phase.LOCAL:
                return self._jacobians(), ""
            case Phase.CHAIN:
                return self._gradients(), "" if self._is_joint else "⊙ is the product element by element"
            case Phase.UPDATE if self._scenario.descends_plainly and not self._scenario.accumulates:
                moved = [self._w] if self._layer.biases_fixed else [self._w, self._b]
                return [f"{one} ← {one} − lr·∂L/∂{one}" for one in moved], ""
        return [], ""

    def _jacobians(self) -> list[str]:
        own = [] if self._is_joint else [f"∂{self._a}/∂{self._z} = diag(f′({self._z}))"]
        return [*own, *([f"∂{self._z}/∂{self._x} = {self._w}"] if self._number > 1 else [])]

    def _gradients(self) -> list[str]:
        arriving = f"∂L/∂{self._a}"
        if self._number < len(self._scenario.layers):
            w, delta = (self._of(letter, self._number + 1) for letter in "Wδ")
            arriving = f"({w}ᵀ·{delta})"
        own = f"(∂{self._a}/∂{self._z})ᵀ·{arriving}" if self._is_joint else f"{arriving} ⊙ f′({self._z})"
        return [
            f"{self._delta} = ∂L/∂{self._z} = {own}",
            f"∂L/∂{self._w} = {self._delta}·{self._x}ᵀ",
            f"∂L/∂{self._b} = {self._delta}",
        ]
