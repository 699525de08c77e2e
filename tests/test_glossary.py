"""Every term and sign on the screen has its line under ``?``."""

import re

import pytest

from backprop_tui.core.backprop import Phase, numbers_given
from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.optimizers import OPTIMIZERS
from backprop_tui.core.scenario_file import load
from backprop_tui.core.softmax import LAYER_OPERATIONS
from backprop_tui.present.canvas import text_of
from backprop_tui.present.events import Kind
from backprop_tui.present.formulas import PHASE_NAMES, symbol
from backprop_tui.present.glossary import LONGEST, glossary
from backprop_tui.present.help import glossary_rows, help_rows
from backprop_tui.stepper.state import start
from tests.expressions import NETWORKS

TERMS = {term for entry, _ in glossary() for term in entry.split(", ")}


def kind_of(name: str) -> str:
    """A quantity's sign without the place of its neuron, as the glossary has it: ``w`` for ``w2_1_3`` and ``w2``."""
    name = re.sub(r"^(grad|step|mhat|vhat|g|v|m)_[wb].*$", r"\1_w", name)
    return re.sub(r"(?<=[a-z])\d[\d_]*$", "", name)


@pytest.mark.parametrize("name", [*ACTIVATIONS, *LAYER_OPERATIONS, *LOSSES, *OPTIMIZERS])
def test_every_activation_loss_and_optimiser_has_a_line(name: str) -> None:
    assert name in TERMS


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_has_a_line(phase: Phase) -> None:
    assert PHASE_NAMES[phase] in TERMS


@pytest.mark.parametrize("kind", Kind)
def test_every_event_has_a_line_or_is_made_of_words_that_have_one(kind: Kind) -> None:
    made_of = {"gate closed": "gate", "gate just closed": "gate", "flat": "saturated", "loss rose": "loss"}
    made_of |= {"zero gradient": "gradient", "not finite": "NaN"}
    assert made_of.get(kind.value, kind.value) in TERMS


def test_every_quantity_of_the_built_in_scenarios_has_a_line() -> None:
    unknown = set()
    for name in NETWORKS:  # whoever writes a program names its quantities
        state = start(load(name))
        stages = state.timeline
        quantities = [rule.quantity for rule in stages.rules if not re.match(r"d\w+_d", rule.quantity)]
        for quantity in (*quantities, *state.view.given, *numbers_given(stages.learning)):
            sign = kind_of(symbol(quantity.removesuffix(" before")))
            unknown |= {sign} - TERMS
    assert not unknown


def test_each_line_is_one_line_and_fits() -> None:
    tables = {**ACTIVATIONS, **LOSSES, **OPTIMIZERS}
    for term, meaning in glossary():
        assert len(meaning) <= LONGEST or term in tables, term
        assert not meaning.endswith(".")
    assert len({term for term, _ in glossary()}) == len(glossary())
    for width in (58, 76, 118):
        assert all(len(text_of(row)) <= width for row in help_rows(width))
    assert len(glossary_rows(100)) == len(glossary())
