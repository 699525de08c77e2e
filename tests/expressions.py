"""Programs of expressions, written by hand and at random."""

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from backprop_tui.core.models import is_program
from backprop_tui.core.models.program import ProgramScenario, program_of
from backprop_tui.core.scenario_file import builtin_names, load

NAMES = ("x", "y", "z")
FUNCTIONS = (
    *("exp", "ln", "log", "sqrt", "sin", "cos", "tan", "tanh", "sigmoid", "relu", "leaky_relu", "softplus"),
    *("elu", "gelu", "silu", "abs", "erf"),
)
NUMBERS = ("2", "3", "0.5", "1", "0", "1.5", "pi", "(-2)")


def expression(text: str, values: Mapping[str, float], **rest: object) -> ProgramScenario:
    """The scenario of a program at `values`."""
    return ProgramScenario("test", program=program_of(text, [*values]), values=tuple(values.items()), **rest)


CIRCUIT = expression("q = x + y; f = q*z", {"x": -2.0, "y": 5.0, "z": -4.0})


@st.composite
def _parts(draw: st.DrawFn, names: Sequence[str], depth: int) -> str:
    """A text over `names`, at least one of them in it."""
    if depth == 0:
        return draw(st.sampled_from(names))
    part = _parts(names, depth - 1)
    kind = draw(st.integers(0, 9))
    if kind < 4:
        other = draw(part | st.sampled_from(NUMBERS))
        first, second = draw(st.permutations([draw(part), other]))
        return f"({first} {draw(st.sampled_from(['+', '-', '*', '/', '^', '**']))} {second})"
    if kind < 7:
        return f"{draw(st.sampled_from(FUNCTIONS))}({draw(part)})"
    if kind == 7:
        return f"(-{draw(part)})"
    if kind == 8:
        count = draw(st.integers(1, 2))
        others = [draw(part | st.sampled_from(NUMBERS)) for _ in range(count)]
        return f"{draw(st.sampled_from(['max', 'min']))}({', '.join([draw(part), *others])})"
    return draw(st.sampled_from(names))


@st.composite
def programs(draw: st.DrawFn, *, learns: bool | None = None) -> ProgramScenario:
    """Up to four lines, the last of which adds up all that the others have left."""
    names = NAMES[: draw(st.integers(1, 3))]
    number = st.floats(-3, 3) | st.sampled_from([0.0, 1.0, -1.0, 2.0]) | st.floats(-40, 40)
    values = {name: draw(number) for name in names}
    lines, known = [], [*names]
    for line in range(draw(st.integers(0, 3))):
        lines.append(f"q{line} = {draw(_parts(known, draw(st.integers(1, 3))))}")
        known.append(f"q{line}")
    text = "; ".join([*lines, f"f = {' + '.join(known)} + 0.5"])
    rate = draw(st.sampled_from([0.1, -0.01, 1e200])) if draw(st.booleans()) else 0.001
    inputs = tuple(draw(st.lists(st.sampled_from(names), unique=True, max_size=len(names) - 1)))
    wanted = draw(st.booleans()) if learns is None else learns
    return expression(text, values, learns=wanted, learning_rate=rate if wanted else 0.0, inputs=inputs)


NETWORKS = [name for name in builtin_names() if not is_program(load(name))]
"""The built-in scenarios that are no programs: those that have samples, answers and a loss."""
