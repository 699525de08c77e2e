"""Programs of expressions that learn, beside a loop written by hand and beside micrograd."""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import replace

from backprop_tui.core.models import is_program
from backprop_tui.core.models.program import ProgramScenario
from backprop_tui.core.scenario_file import load
from tests.benchmarks.table import Line
from tests.benchmarks.training import Recorded, ours, pairs, timed
from tests.expressions import expression

FIT = expression(
    "f = (w*x + b - y)^2",
    {"w": 1.5, "x": 2.0, "b": 0.5, "y": 4.0},
    inputs=("x", "y"),
    learns=True,
    learning_rate=1e-7,
)
_TIMES = 20  # as fast as micrograd, at the least


def fit_by_hand(epochs: int) -> Recorded:
    w, x, b, y, lr = 1.5, 2.0, 0.5, 4.0, FIT.learning_rate
    losses, parameters = array("d"), array("d")
    for _ in range(epochs):
        product = w * x
        p = product + b
        d = p - y
        f = d * d
        df_dd = 2 * d
        dd_dp = 1.0
        dp_dproduct = 1.0
        dp_db = 1.0
        dproduct_dw = x
        df_dp = df_dd * dd_dp
        df_dproduct = df_dp * dp_dproduct
        df_dw = df_dproduct * dproduct_dw
        df_db = df_dp * dp_db
        w = w - lr * df_dw
        b = b - lr * df_db
        losses.append(f)
        parameters.extend((w, b))
    return losses, parameters


def fit_pairs(_env: Mapping[str, str], rounds: int) -> Iterator[tuple[float, float]]:
    yield from pairs(FIT, fit_by_hand, 20_000, rounds)


def readme() -> ProgramScenario:
    """The expression in micrograd's README, with so small a rate that its values hardly move."""
    scenario = load("micrograd-readme")
    assert is_program(scenario)
    return replace(scenario, learns=True, learning_rate=1e-12)


def readme_in_micrograd(times: int) -> tuple[float, float, float]:
    """Forward and backward; the result and its two gradients."""
    from micrograd.engine import Value  # noqa: PLC0415 - a dependency of the benchmark alone

    for _ in range(times):
        a, b = Value(-4.0), Value(2.0)
        c = a + b
        d = a * b + b**3
        c += c + 1
        c += 1 + c + (-a)
        d += d * 2 + (b + a).relu()
        d += 3 * d + (b - a).relu()
        e = c - d
        f = e**2
        g = f / 2.0
        g += 10.0 / f
        g.backward()
    return g.data, a.grad, b.grad


def readme_beside_micrograd(_env: Mapping[str, str], _rounds: int) -> Iterator[Line]:
    """How many times as long as ours, which takes a step each time besides; nothing where it is not installed."""
    try:
        result, da, db = readme_in_micrograd(1)
    except ImportError:
        return
    losses, (a, b) = ours(readme(), 1)
    assert abs(losses[0] - result) < 1e-12 * result, "not the same number"
    assert (round(-4.0 - a, 14), round(2.0 - b, 14)) == (round(1e-12 * da, 14), round(1e-12 * db, 14)), "nor gradients"
    times = 2_000
    mine = min(timed(lambda: ours(readme(), times)) for _ in range(5))
    factor = min(timed(lambda: readme_in_micrograd(times)) for _ in range(3)) / mine
    yield Line("micrograd, its README's expression", f"{factor:.0f} × ours", 3, f"≥ {_TIMES} ×", factor >= _TIMES)
