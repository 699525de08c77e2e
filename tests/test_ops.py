"""The table of operations: every row against PyTorch, against central differences, and with texts that read."""

import itertools
import math
import re
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backprop_tui.core.elementary import ELEMENTARY
from backprop_tui.core.expression import Expression, Name, Piecewise, Stable, evaluate, names
from backprop_tui.core.ops import ACTIVATIONS, LOSSES, OPERATIONS, Operation
from backprop_tui.core.slopes import slope_at
from backprop_tui.core.softmax import LAYER_OPERATIONS
from backprop_tui.present.formulas import formula, substituted
from tests.calculator import calculate

CONTRACT_ACTIVATIONS = ["identity", "relu", "leaky_relu", "sigmoid", "tanh", "softplus", "elu", "gelu", "silu"]
TWO_ARGUMENTS = ("subtract", "divide", "power")
FROM_TWO_ON = ("multiply", "max", "min")
CONTRACT_LOSSES = ["mse", "half_squared", "mae", "huber", "bce"]


def at(operation: str, numbers: list[float]) -> tuple[float, list[float]]:
    """The value of `operation` and its partials at `numbers`."""
    args = tuple(Name(f"v{i}") for i in range(len(numbers)))
    values = {name.name: number for name, number in zip(args, numbers, strict=True)}
    row = OPERATIONS[operation]
    values["own"] = evaluate(row.value(args), values)
    return values["own"], [evaluate(partial, values) for partial in row.partials(args, Name("own"))]


def near(value: float, expected: float) -> bool:
    """Whether `value` is within the contract's 1e-12 · max(1, |expected|)."""
    return value == expected or abs(value - expected) <= 1e-12 * max(1.0, abs(expected))


def test_the_table_holds_what_the_contract_lists() -> None:
    assert list(ACTIVATIONS) == CONTRACT_ACTIVATIONS
    assert list(LOSSES) == [*CONTRACT_LOSSES, "cross_entropy"]
    assert [*LAYER_OPERATIONS] == ["softmax"]
    assert {*OPERATIONS} == {*ACTIVATIONS, *LOSSES, *ELEMENTARY, "affine"}


@pytest.mark.parametrize("name", CONTRACT_ACTIVATIONS)
def test_an_activation_and_its_slope_are_pytorchs(name: str, pytorch: dict[str, Any]) -> None:
    rows = pytorch["activations"][name]
    assert len(rows) > 30
    for z, value, slope in rows:
        expected = value, slope
        if name == "softplus" and z > 20:  # where PyTorch switches to z and the contract stays exact
            expected = z + math.log1p(math.exp(-z)), 1 / (1 + math.exp(-z))
        a, (da_dz,) = at(name, [z])
        assert near(a, expected[0]), (z, a, expected)
        assert near(da_dz, expected[1]), (z, da_dz, expected)


@pytest.mark.parametrize("name", CONTRACT_LOSSES)
def test_a_loss_and_its_slopes_are_pytorchs(name: str, pytorch: dict[str, Any]) -> None:
    rows = pytorch["losses"][name]
    assert len(rows) > 10
    for answers, targets, value, slopes in rows:
        loss, partials = at(name, [*answers, *targets])
        assert near(loss, float(value)), (answers, targets, loss, value)
        for a, y, partial, slope in zip(answers, targets, partials, slopes, strict=True):
            # PyTorch's smallest divisor is 1e-12 rounded to 32 bits, the contract's is 1e-12.
            expected = (a - y) / 1e-12 if name == "bce" and a * (1 - a) < 1e-12 else float(slope)
            assert near(partial, expected), (answers, targets, partials, slopes)


def test_the_conventions_at_kinks_are_the_contracts() -> None:
    slopes = {name: at(name, [0.0])[1] for name in ("relu", "leaky_relu", "elu")}
    assert slopes == {"relu": [0.0], "leaky_relu": [0.01], "elu": [1.0]}
    assert at("mae", [3.0, 3.0]) == (0.0, [0.0])
    assert at("huber", [3.0, 3.0]) == (0.0, [0.0])


@pytest.mark.parametrize("name", CONTRACT_ACTIVATIONS)
def test_a_convention_is_stated_for_every_kink_as_it_is_computed(name: str) -> None:
    row = ACTIVATIONS[name]
    for kink in row.kinks:
        assert slope_at(name, kink - 1e-9) != slope_at(name, kink + 1e-9)
        assert row.convention == f"{name}′({kink:g}) = {slope_at(name, kink):g}"


@given(st.sampled_from(CONTRACT_ACTIVATIONS), st.floats(allow_nan=False, allow_infinity=False))
def test_no_number_makes_an_activation_raise_or_leave_its_range(name: str, z: float) -> None:
    value, (slope,) = at(name, [z])
    assert ACTIVATIONS[name].low <= value <= ACTIVATIONS[name].high
    assert math.isfinite(slope)


@given(st.sampled_from(CONTRACT_LOSSES[:4]), st.lists(st.floats(-1e308, 1e308), min_size=2, max_size=2))
def test_no_number_makes_a_loss_raise(name: str, numbers: list[float]) -> None:
    value, (slope,) = at(name, numbers)
    assert value >= 0
    assert not math.isnan(slope)


# Φ(z) as tables print it: Abramowitz and Stegun, 26.2, and the NIST handbook's erfc.
NORMAL_TAIL = {-5.0: 2.866515718791939e-07, -6.0: 9.865876450376981e-10, -10.0: 7.619853024160526e-24}
NORMAL_TAIL |= {-20.0: 2.753624118606234e-89}


@pytest.mark.parametrize("z", NORMAL_TAIL)
def test_gelu_keeps_its_digits_far_below_0(z: float) -> None:
    value, (slope,) = at("gelu", [z])
    assert value == pytest.approx(z * NORMAL_TAIL[z], rel=1e-13)
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    assert slope == pytest.approx(NORMAL_TAIL[z] + z * density, rel=1e-12)


@given(st.floats(-300, -1e-300))
def test_elu_softplus_and_bce_keep_their_digits(z: float) -> None:
    with localcontext(prec=400):
        power = Decimal(z).exp()
        less_1, log = power - 1, (1 + power).ln()
    assert at("elu", [z])[0] == pytest.approx(float(less_1), rel=1e-15)
    assert at("softplus", [z])[0] == pytest.approx(float(log), rel=1e-15)
    a = float(power)
    with localcontext(prec=400):
        rest = -(1 - Decimal(a)).ln()
    if a < 1:
        assert at("bce", [a, 0.0])[0] == pytest.approx(float(rest), rel=1e-15)


@given(z=st.floats(-900, 900) | st.floats(-40, 5) | st.floats(-1e-5, 1e-5))
@pytest.mark.parametrize("name", CONTRACT_ACTIVATIONS)
def test_a_calculator_gets_an_activation_and_its_slope_from_what_is_shown(name: str, z: float) -> None:
    row = OPERATIONS[name]
    a, _ = at(name, [z])
    values = {"z": z, "own": a}
    for rule in (row.value((Name("z"),)), *row.partials((Name("z"),), Name("own"))):
        value = evaluate(rule, values)
        if value == 0 or abs(value) > 1e-300:  # below, a float has fewer than its sixteen digits
            assert f"{calculate(substituted(rule, values)) + 0.0:.4g}" == f"{value + 0.0:.4g}"


@given(st.floats(0, 1) | st.floats(0, 1e-4), st.floats(0, 1) | st.sampled_from([0.0, 1.0]))
def test_a_calculator_gets_bce_from_what_is_shown(a: float, y: float) -> None:
    rule, values = OPERATIONS["bce"].value((Name("a"), Name("y"))), {"a": a, "y": y}
    value = evaluate(rule, values)
    if value == 0 or abs(value) > 1e-300:
        assert f"{calculate(substituted(rule, values)) + 0.0:.4g}" == f"{value + 0.0:.4g}"


def test_saturation_and_overflow_are_exact() -> None:
    assert at("sigmoid", [-800.0]) == (0.0, [0.0])
    assert at("sigmoid", [800.0]) == (1.0, [0.0])
    assert at("softplus", [900.0]) == (900.0, [1.0])
    assert at("softplus", [25.0])[0] == 25.0 + math.log1p(math.exp(-25.0)) != 25.0
    assert at("mse", [1e300, -1e300]) == (math.inf, [4e300])
    assert at("bce", [1.0, 0.0])[0] == at("bce", [0.0, 1.0])[0] == 100.0


@pytest.mark.parametrize("name", CONTRACT_ACTIVATIONS)
def test_the_stated_range_is_reached_or_approached(name: str) -> None:
    answers = [at(name, [z / 64])[0] for z in range(-64 * 50, 64 * 50)]
    row = ACTIVATIONS[name]
    assert min(answers) == pytest.approx(row.low, abs=1e-4) if math.isfinite(row.low) else min(answers) < -0.4
    assert max(answers) == pytest.approx(row.high, abs=1e-4) if math.isfinite(row.high) else max(answers) > 40


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_every_row_has_its_texts_its_arity_and_a_partial_for_each_argument(operation: Operation) -> None:
    counts = [count for count in range(1, 8) if count in operation.arity]
    expected = {"activation": [1], "loss": [2, 4, 6], "affine": [3, 5, 7], "add": [*range(1, 8)]}
    expected |= {name: [2] for name in TWO_ARGUMENTS} | {name: [*range(2, 8)] for name in FROM_TWO_ON}
    assert counts == expected.get(kind_of(operation), [1])
    for count in counts:
        args = tuple(Name(f"v{i}") for i in range(count))
        partials = operation.partials(args, Name("own"))
        assert len(partials) == (count // 2 if operation.name in LOSSES else count)
        assert names(operation.value(args)) == {name.name for name in args}
        for rule in (operation.value(args), *partials):
            text = formula(rule)
            assert text
            assert all(name in text for name in shown_names(rule))
    if operation.name not in (*LOSSES, "affine"):  # of which programs are made
        assert re.fullmatch(r"[A-Z][^.]*\.", operation.sentence)
        assert bool(operation.kinks) <= bool(operation.convention)
    row = ACTIVATIONS.get(operation.name) or LOSSES.get(operation.name)
    if row:
        assert row.about == row.about.strip(" .") != ""
        assert bool(row.kinks) <= bool(row.convention)


def shown_names(rule: Expression) -> frozenset[str]:
    """The names in what is shown of a rule, which may be computed by another."""
    shown = rule.rule if isinstance(rule, Stable) else rule
    return names(shown.rule if isinstance(shown, Piecewise) and shown.rule is not None else shown)


def kind_of(operation: Operation) -> str:
    if operation.name in ACTIVATIONS:
        return "activation"
    return "loss" if operation.name in LOSSES else operation.name


@given(st.data())
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_partial_agrees_with_central_differences(name: str, data: st.DataObject) -> None:
    count = data.draw(st.sampled_from([n for n in range(1, 8) if n in OPERATIONS[name].arity]))
    positive = ("bce", "cross_entropy", "ln", "sqrt", "power", "divide")
    number = st.floats(0.05, 0.95) if name in positive else st.floats(-1.4, 1.4) if name == "tan" else st.floats(-3, 3)
    numbers = data.draw(st.lists(number, min_size=count, max_size=count))
    assume(all(abs(numbers[0] - kink) > 1e-3 for kink in OPERATIONS[name].kinks))
    if name in ("max", "min"):
        assume(all(abs(u - v) > 1e-3 for u, v in itertools.combinations(numbers, 2)))
    if name in LOSSES:
        half = count // 2
        gaps = [a - y for a, y in zip(numbers[:half], numbers[half:], strict=True)]
        assume(all(abs(gap - kink) > 1e-3 for gap in gaps for kink in LOSSES[name].kinks))
    step = 1e-5
    for i, partial in enumerate(at(name, numbers)[1]):
        above, below = (at(name, [*numbers[:i], numbers[i] + move, *numbers[i + 1 :]])[0] for move in (step, -step))
        assert partial == pytest.approx((above - below) / (2 * step), rel=1e-5, abs=1e-5)


def test_an_affine_sum_runs_left_to_right_with_the_bias_last() -> None:
    w1, w2, x1, x2, b = 1e16, 1.0, 1.0, 1.0, -1e16
    assert at("affine", [w1, w2, x1, x2, b])[0] == 0.0  # any other order gives 1
    assert at("affine", [2.0, 3.0, 5.0, 7.0, 11.0]) == (42.0, [5.0, 7.0, 2.0, 3.0, 1.0])


def test_several_outputs_are_averaged_but_by_half_squared() -> None:
    for name in CONTRACT_LOSSES:
        (single, (slope,)), (double, slopes) = at(name, [0.25, 1.0]), at(name, [0.25, 0.25, 1.0, 1.0])
        share = 1.0 if name == "half_squared" else 0.5
        assert double == pytest.approx(2 * share * single)
        assert slopes == pytest.approx([share * slope, share * slope])
