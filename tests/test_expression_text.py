"""The text of a program of expressions: what it means, and the one line that is said of what is none."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backprop_tui.core.program import parse
from backprop_tui.core.program_text import ProgramError


def nodes(text: str, values: str) -> list[str]:
    """Each node as ``name = operation operands``."""
    parsed = parse(text, values.split()).nodes
    return [f"{node.name} = {' '.join([node.operation, *map(str, node.operands)])}" for node in parsed]


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("q = x + y\nf = q*z", "x y z", ["q = add x y", "f = multiply q z"]),
        ("x", "x", ["f = identity x"]),
        ("+x", "x", ["f = identity x"]),
        ("-x^2", "x", ["v1 = power x 2.0", "f = negative v1"]),
        ("x^-1", "x", ["f = power x -1.0"]),
        ("x*2^3^2", "x", ["f = multiply x 512.0"]),
        ("-2*x", "x", ["f = multiply -2.0 x"]),
        ("a + b + c", "a b c", ["v1 = add a b", "f = add v1 c"]),
        ("(a*b + c).tanh()", "a b c", ["v1 = multiply a b", "v2 = add v1 c", "f = tanh v2"]),
        ("x*y + x*y", "x y", ["v1 = multiply x y", "f = add v1 v1"]),
        ("x*y + y*x", "x y", ["v1 = multiply x y", "v2 = multiply y x", "f = add v1 v2"]),
        ("sin(x) - cos(y)", "x y", ["v1 = sin x", "v2 = cos y", "f = subtract v1 v2"]),
        ("b = a; f = b + a", "a", ["b = identity a", "f = add b a"]),
        ("q = x*y; f = q + 1", "x y", ["q = multiply x y", "f = add q 1.0"]),
        ("v1 = x*x; f = (x + 1)*v1", "x", ["v1 = multiply x x", "v2 = add x 1.0", "f = multiply v2 v1"]),
        ("max(x, 3, y)", "x y", ["f = max x 3.0 y"]),
        ("x.max(y).log()", "x y", ["v1 = max x y", "f = ln v1"]),
        ("pi*x", "x", ["f = multiply 3.141592653589793 x"]),
        ("e*x", "x e", ["f = multiply e x"]),
        ("e = x + 1; f = e/2", "x", ["e = add x 1.0", "f = divide e 2.0"]),
        ("c = 2*3; f = c*x", "x", ["c = identity 6.0", "f = multiply c x"]),
        ("x + 1/0", "x", ["f = add x inf"]),
        ("f = x  # a remark, 2x ^", "x", ["f = identity x"]),
        (" \n f = x;;\n\n", "x", ["f = identity x"]),
        ("x/0 - x/-0", "x", ["v1 = divide x 0.0", "v2 = divide x -0.0", "f = subtract v1 v2"]),
        ("1e3*x + .5", "x", ["v1 = multiply 1000.0 x", "f = add v1 0.5"]),
    ],
)
def test_what_a_program_means(text: str, values: str, expected: list[str]) -> None:
    assert nodes(text, values) == expected


@pytest.mark.parametrize(
    ("text", "values", "line", "column", "excerpt", "said"),
    [
        ("f = x + 2y^2", "x y", 1, 9, "2y", "did you mean 2*y?"),
        ("q = x\nf = q + sin q", "x", 2, 9, "sin q", "did you mean sin(q)?"),
        ("x y", "x y", 1, 1, "x y", "did you mean x*y?"),
        ("(x + 1)(x + 2)", "x", 1, 7, ")(", "did you mean"),
        ("f = (x + 1", "x", 1, 5, "(x + 1", "never closed"),
        ("f = x + 1)", "x", 1, 10, ")", "no parenthesis is open"),
        ("x^2 + y^2 + w", "x y", 1, 13, "w", "no value and no line is called so"),
        ("f = sgimoid(x)", "x", 1, 5, "sgimoid(x)", "did you mean sigmoid?"),
        ("x(2)", "x", 1, 1, "x(2)", "did you mean x*"),
        ("q = x; q = x + 1; f = q", "x", 1, 8, "q", "given twice"),
        ("x = y; f = x", "x y", 1, 1, "x", "a value is called so"),
        ("f = q*z; q = x + z", "x z", 1, 5, "q", "defined only later"),
        ("a = b + x; b = a*2", "x", 1, 5, "b", "a cycle"),
        ("a = a + x", "x", 1, 5, "a", "needs itself"),
        ("g = x; f = x*2", "x", 1, 1, "g", "nothing uses it"),
        ("f = 3 + 4", "", 1, 1, "f = 3 + 4", "no value moves it"),
        ("x +", "x", 1, 3, "+", "behind it"),
        ("f = * x", "x", 1, 5, "*", "nothing to its left"),
        ("f = x + * x", "x", 1, 7, "+ *", "between these two"),
        ("max(x)", "x", 1, 1, "max(x)", "two or more"),
        ("exp(x, y)", "x y", 1, 1, "exp(x, y)", "one argument"),
        ("x, y", "x y", 1, 2, ",", "comma"),
        ("x − y", "x y", 1, 3, "−", "did you mean -?"),
        ("f == x", "x", 1, 4, "=", "second ="),
        ("x\ny", "x y", 1, 1, "x", "expected name = expression"),
        ("f = x if x else x", "x", 1, 7, "if", "a word of Python"),
        ("exp = x", "x", 1, 1, "exp", "a function is called so"),
        ("_q = x", "x", 1, 1, "_q", "ASCII letter"),
        ("ä = x", "x", 1, 1, "ä", "ASCII"),
        ("f = 1e999*x", "x", 1, 5, "1e999", "too large"),
        ("f = 07*x", "x", 1, 5, "07", "did you mean 7?"),
        ("f = x.tanh", "x", 1, 6, ".tanh", "a method such as"),
        ("f = x[1]", "x", 1, 6, "[", "did you mean ("),
        ("f = " + "+".join(["x"] * 62), "x", 1, 5, "+".join(["x"] * 62), "at most 60 operations"),
        ("f = " + "(" * 95 + "x" + ")" * 95, "x", 1, 95, "(", "nested too deeply"),
    ],
)
def test_what_is_no_program_is_told_with_its_place(
    text: str, values: str, line: int, column: int, excerpt: str, said: str
) -> None:
    with pytest.raises(ProgramError) as caught:
        parse(text, values.split())
    error = caught.value
    assert error.place is not None
    assert tuple(error.place) == (line, column, excerpt)
    assert said in error.problem
    assert str(error).startswith(f"line {line}, column {column}, ")
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("text", "values", "said"), [("f = x", "x y", "nothing uses y"), ("", "x", "nothing to compute")]
)
def test_what_has_no_place_is_told_all_the_same(text: str, values: str, said: str) -> None:
    with pytest.raises(ProgramError, match=said):
        parse(text, values.split())


def test_sixty_operations_are_not_too_many() -> None:
    assert len(nodes("+".join(["x"] * 61), "x")) == 60


HANGING = 5.0
"""Seconds of its own time: none of these texts may take longer and longer, as by trying every way to read it."""

PIECES = ["x", "y", "q", "f", "2", "1e9", ".", "(", ")", ",", "=", "+", "-", "*", "/", "^", "**", ";", "\n", " ", "#"]
PIECES += ["sin", "max", "lambda", "x = ", "q = x; ", "−", "é", '"', "[", "@", "0x1", "__import__", "\t", "\r", "\0"]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=60))
@example("(" * 5000)
@example("x" + ".tanh()" * 1400)
@example("-" * 9000 + "x")
@example("x" + "^x" * 4500)
@example("x" + "+1" * 4500)
@example("a = x\n" * 1600)
@example("\n".join(f"a{i} = a{i + 1} + x" for i in range(600)))
@example("9" * 9000)
@example("x*" + "1" * 400)
@example("f(" * 3000)
@example("é" * 9000)
def test_every_text_parses_or_gets_the_one_error_at_once(text: str) -> None:
    began, said = time.process_time(), ""
    try:
        parse(text, ("x", "y"))
    except ProgramError as error:
        said = str(error)
    assert time.process_time() - began < HANGING
    assert "\n" not in said
    assert len(said) < 400
