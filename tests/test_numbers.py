"""Numbers as text: four significant digits, a true minus, and 0 for zero alone."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.present.numbers import exact, in_words, number, parse

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.5, "3.5"),
        (-2.0, "−2"),
        (1.7000000000000002, "1.7"),
        (0.1 + 0.2, "0.3"),
        (0.0, "0"),
        (-0.0, "0"),
        (1.2e-7, "1.2e-07"),
        (-1.2e-7, "−1.2e-07"),
        (5e-324, "4.941e-324"),
        (0.00012344, "0.0001234"),
        (0.99996, "1"),
        (1234.0, "1234"),
        (16000.0, "16000"),
        (-99990.0, "−99990"),
        (1e6, "1e+06"),
        (2000000.5, "2e+06"),
        (12345.0, "12340"),
        (16000.5, "16000"),
        (99999.0, "1e+05"),
        (123456.0, "1.235e+05"),
        (-1.7976931348623157e308, "−1.798e+308"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "NaN"),
    ],
)
def test_a_number_reads(value: float, text: str) -> None:
    assert number(value) == text


@given(FINITE, st.integers(4, 17))
def test_any_number_keeps_its_sign_and_its_first_digits(value: float, digits: int) -> None:
    text = number(value, digits)
    assert (text == "0") == (value == 0)
    assert text.startswith("−") == (value < 0)
    assert not text.startswith("-")
    if math.isfinite(float(f"{value:.{digits}g}")):  # the largest floats round up to ∞
        assert parse(text) == pytest.approx(value, rel=10.0 ** (1 - digits), abs=0)


@given(st.floats(1e-3, 1e12), st.integers(4, 17), st.integers(4, 17))
def test_a_number_has_an_exponent_for_its_size_not_for_its_digits(value: float, digits: int, others: int) -> None:
    """``2000000.5 = 2e+06`` had two spellings of one size; only what rounds up to 1e5 may change its."""
    texts = [number(value, some) for some in (digits, others)]
    assert ["e" in text for text in texts] == [parse(text) >= 1e5 for text in texts]


@given(FINITE, FINITE)
def test_a_larger_number_never_reads_as_a_smaller_one(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert parse(number(low)) <= parse(number(high))


@given(FINITE)
def test_an_exact_number_reads_back_and_has_no_digit_to_spare(value: float) -> None:
    assert parse(exact(value)) == value
    digits = next(d for d in range(4, 18) if parse(number(value, d)) == value)
    assert exact(value) == number(value, digits)


def test_exact_numbers_of_rules_read_as_written() -> None:
    assert [exact(v) for v in (2.0, -100.0, 0.01, 1e-12, 0.1, 1 / 3)] == [
        *("2", "−100", "0.01", "1e-12", "0.1", "0.3333333333333333"),
    ]
    assert [exact(v) for v in (math.inf, -math.inf, math.nan)] == ["∞", "−∞", "NaN"]


def test_what_is_not_finite_has_a_word() -> None:
    assert [in_words(v) for v in (1.5, math.inf, -math.inf, math.nan)] == [
        *("1.5", "∞ infinite", "−∞ infinite", "NaN not a number"),
    ]


@pytest.mark.parametrize("text", ["", "·", "x", "1,5", "−"])
def test_other_text_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="could not convert"):
        parse(text)
