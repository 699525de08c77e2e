"""How steep an activation is, and where it lets hardly anything through."""

import math

import pytest

from backprop_tui.core.slopes import is_flat_outwards, slope_at, steepest


@pytest.mark.parametrize(
    ("activation", "slope"), [("sigmoid", 0.25), ("tanh", 1.0), ("relu", 1.0), ("gelu", 1.1289), ("silu", 1.0998)]
)
def test_the_steepest_slope(activation: str, slope: float) -> None:
    assert steepest(activation) == pytest.approx(slope, abs=1e-3)


def test_flat_outwards_is_below_the_limit_there_and_farther_out() -> None:
    """The minimum of gelu(z) = z Φ(z), where its slope Φ(z) + z φ(z) is 0, is at z = −0.75179."""
    dip = -0.7517915246935645
    assert abs(slope_at("gelu", dip)) < 1e-15
    assert not is_flat_outwards("gelu", dip, 1e-6)
    assert is_flat_outwards("gelu", -10.0, 1e-6)
    assert not is_flat_outwards("leaky_relu", -100.0, 0.01)
    assert not is_flat_outwards("sigmoid", math.nan, 1.0)
