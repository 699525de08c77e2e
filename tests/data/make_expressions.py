"""Writes expressions.json: what PyTorch, in float64 on the CPU, makes of programs of expressions.

Run it by hand where torch is installed (`python tests/data/make_expressions.py`); the tests only read the result.
Numbers that JSON has no spelling for are the strings "inf", "-inf" and "nan", which Python's float reads.
"""

import itertools
import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random

import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)

Tensor = torch.Tensor
Part = tuple[str, Tensor | float]  # a text, and what PyTorch makes of it

UNARY: dict[str, Callable[[Tensor], Tensor]] = {
    **{
        name: getattr(torch, name)
        for name in ("exp", "sqrt", "sin", "cos", "tan", "tanh", "sigmoid", "relu", "abs", "erf")
    },
    "ln": torch.log,
    "log": torch.log,
    "leaky_relu": functional.leaky_relu,
    "softplus": lambda z: functional.softplus(z, threshold=37),
    "elu": functional.elu,
    "gelu": functional.gelu,
    "silu": functional.silu,
}
BINARY: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "{} + {}": torch.add,
    "{} - {}": torch.sub,
    "{} * {}": torch.mul,
    "{} / {}": torch.div,
    "{} ^ {}": torch.pow,
    "max({}, {})": torch.maximum,
    "min({}, {})": torch.minimum,
}
NUMBERS = (-2.5, -2.0, -1.0, -0.3, 0.0, 0.3, 1.0, 2.0, 3.0)
CONSTANTS = ("2", "3", "0.5", "1", "0", "10", "1.5")


def plain(value: float) -> float | str:
    """`value` as JSON can hold it."""
    return value if math.isfinite(value) else str(value)


def entry(
    text: str, values: Mapping[str, float], leaves: Mapping[str, Tensor], nodes: Mapping[str, Tensor]
) -> dict[str, object]:
    """A program, its values, and what PyTorch computes: each node, and the last one's gradient in all of them."""
    *_, root = nodes.values()
    root.backward()
    known = {name: node.item() for name, node in nodes.items()}
    known |= {
        f"df_d{name}": node.grad.item()
        for name, node in {**leaves, **nodes}.items()
        if node is not root and node.grad is not None
    }
    return {"text": text, "values": dict(values), "known": {name: plain(value) for name, value in known.items()}}


def given(values: Mapping[str, float]) -> dict[str, Tensor]:
    """Leaves at `values`."""
    return {name: torch.tensor(value, requires_grad=True) for name, value in values.items()}


def single() -> Iterator[dict[str, object]]:
    """Every operation, alone, at and beside its corners."""
    for (name, function), x in itertools.product(UNARY.items(), (*NUMBERS, 1e-9, -1e-9, 30.0, -30.0, 800.0, -800.0)):
        leaves = given({"x": x})
        yield entry(f"f = {name}(x)", {"x": x}, leaves, {"f": function(leaves["x"])})
    for (form, binary), x, y in itertools.product(BINARY.items(), NUMBERS, NUMBERS):
        leaves = given({"x": x, "y": y})
        yield entry(f"f = {form.format('x', 'y')}", {"x": x, "y": y}, leaves, {"f": binary(leaves["x"], leaves["y"])})
    for (form, binary), x, y in itertools.product(BINARY.items(), NUMBERS, (-2.0, 0.0, 0.5, 2.0, 3.0)):
        for first in (True, False):
            leaves = given({"x": x})
            pair = (leaves["x"], torch.tensor(y)) if first else (torch.tensor(y), leaves["x"])
            text = form.format(*(("x", y) if first else (y, "x")))
            yield entry(f"f = {text.replace('-2.0 ^', '(-2.0) ^')}", {"x": x}, leaves, {"f": binary(*pair)})


def part(random: Random, pool: list[Part], depth: int) -> Part:
    """Something made of what is in `pool`."""
    kind = random.random()
    if depth == 0 or kind < 0.2:
        if random.random() < 0.25:
            number = random.choice(CONSTANTS)
            return number, float(number)
        return random.choice(pool)
    if kind < 0.7:
        form, binary = random.choice([*BINARY.items(), *[*BINARY.items()][:4]])
        (first, u), (second, v) = part(random, pool, depth - 1), part(random, pool, depth - 1)
        if isinstance(u, float) and isinstance(v, float):
            first, u = random.choice(pool)
        return f"({form.format(first, second)})", binary(torch.as_tensor(u), torch.as_tensor(v))
    inner, w = part(random, pool, depth - 1)
    if isinstance(w, float):
        inner, w = random.choice(pool)
    assert isinstance(w, Tensor)
    if kind < 0.78:
        return f"(-{inner})", -w
    name = random.choice([name for name in UNARY if name != "gelu"])  # whose digits far below 0 PyTorch has not
    return f"{name}({inner})", UNARY[name](w)


def program(seed: int) -> dict[str, object]:
    """A program of up to five lines."""
    random = Random(seed)  # noqa: S311 - any program will do
    names = ["x", "y", "z"][: random.randint(1, 3)]
    values = {
        name: random.choice([random.uniform(-3, 3), random.uniform(-3, 3), 0.0, 1.0, -1.0, 2.0]) for name in names
    }
    leaves = given(values)
    pool: list[Part] = [*leaves.items()]
    nodes: dict[str, Tensor] = {}
    lines = []
    for number in range(random.randint(1, 4)):
        text, value = part(random, pool, random.randint(1, 3))
        value = torch.as_tensor(value) * 1.0  # a node of its own, also where it is a copy
        if value.requires_grad:
            value.retain_grad()
        nodes[f"q{number}"] = value
        pool.append((f"q{number}", value))
        lines.append(f"q{number} = {text}")
    everything = " + ".join([*nodes, *leaves])
    total = None
    for value in (*nodes.values(), *leaves.values()):
        total = value if total is None else total + value
    assert total is not None
    return entry("; ".join([*lines, f"f = {everything}"]), values, leaves, {**nodes, "f": total})


def main() -> None:
    """Write the file."""
    rows = [*single(), *(program(seed) for seed in range(400))]
    text = json.dumps(rows, allow_nan=False, ensure_ascii=False).replace('}}, {"text"', '}},\n{"text"')
    (Path(__file__).parent / "expressions.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
