"""Mistakes planted in scenarios of every kind, by plain arithmetic of their own: what a learner would write down.

Nothing here asks the program: values, gradients and mistakes are computed from the definitions, anew.
"""

import math
import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from backprop_tui.core.optimizers import settings
from backprop_tui.core.scenario import Layer, Sample, Scenario


class Planted(NamedTuple):
    """At a quantity of `epoch`, sample `sample`, of `scenario`: the right number, and for each mistake its own."""

    scenario: Scenario
    quantity: str
    right: float
    wrongs: dict[str, float]
    epoch: int = 1
    sample: int = 1


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


ACTIVATIONS: dict[str, tuple[Callable[[float], float], Callable[[float, float], float]]] = {
    "sigmoid": (sigmoid, lambda z, a: a * (1 - a)),
    "tanh": (math.tanh, lambda z, a: 1 - a * a),
}


def number(dice: random.Random, least: float = 0.15, most: float = 1.6) -> float:
    return round(dice.choice((-1, 1)) * dice.uniform(least, most), 3)


def planted(seed: int) -> Iterator[Planted]:
    """Without end."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    kinds = (neuron, network, classes, batches, momentum, adam, rooted)
    while True:
        yield from dice.choice(kinds)(dice)


def neuron(dice: random.Random) -> Iterator[Planted]:
    kind, other = dice.sample(sorted(ACTIVATIONS), 2)
    squared = dice.choice((True, False))
    n = dice.choice((1, 2, 3))
    x, w = [number(dice, 0.3, 3) for _ in range(n)], [number(dice) for _ in range(n)]
    b, y, lr = number(dice), number(dice, 0.3, 0.9), dice.choice((0.05, 0.2, 0.3))
    (f, df), (_, another) = ACTIVATIONS[kind], ACTIVATIONS[other]
    z = sum(p * q for p, q in zip(w, x, strict=True)) + b
    a = f(z)
    loss = (a - y) ** 2 if squared else (a - y) ** 2 / 2
    two = 2 if squared else 1
    up, slope = two * (a - y), df(z, a)
    one = Scenario(
        "planted",
        (Layer(kind, (tuple(w),), (b,)),),
        (Sample(tuple(x), (y,)),),
        "mse" if squared else "half_squared",
        lr,
    )
    errors = {
        "sign-of-error": -up,
        "factor-two": dice.choice((2, 0.5)) * up,
        "loss-as-derivative": loss,
        "z-for-a": two * (z - y),
    }
    slopes = {
        "slope-at-output": df(a, f(a)),
        "slope-with-raw-z": df(z, z),
        "slope-of-another": another(z, a),
        "output-as-slope": a,
    }
    yield Planted(one, "dL_da", up, errors)
    yield Planted(one, "da_dz", slope, slopes)
    i = dice.randrange(n)
    name = "w" if n == 1 else f"w{i + 1}"
    right, dz = up * slope * x[i], up * slope
    both = {
        **{mistake: wrong * slope for mistake, wrong in errors.items()},
        **{mistake: wrong * up for mistake, wrong in slopes.items()},
        "slope-forgotten": up,
        "slope-twice": up * slope * slope,
    }
    on_weight = {
        **{mistake: wrong * x[i] for mistake, wrong in both.items()},
        "upstream-forgotten": x[i],
        "added-not-multiplied": dz + x[i],
        "weight-for-input": dz * w[i],
        "input-forgotten": dz,
        **({"other-input": dz * x[i - 1]} if n > 1 else {}),
    }
    yield Planted(one, f"dL_d{name}", right, on_weight)
    on_bias = {**both, "upstream-forgotten": 1.0, "added-not-multiplied": dz + 1, "times-bias": dz * b}
    yield Planted(one, "dL_db", dz, on_bias)
    yield Planted(one, name, w[i] - lr * right, steps(w[i], right, lr))


def steps(p: float, g: float, lr: float) -> dict[str, float]:
    return {
        "uphill": p + lr * g,
        "rate-forgotten": p - g,
        "rate-times-weight": p - lr * p,
        "step-only": -lr * g,
        "not-cleared": p - 2 * lr * g,
    }


def network(dice: random.Random) -> Iterator[Planted]:
    kind = dice.choice(sorted(ACTIVATIONS))
    f, df = ACTIVATIONS[kind]
    inputs, hidden, outputs = dice.choice((2, 3)), dice.choice((2, 3)), dice.choice((2, 3))
    x, y = [number(dice) for _ in range(inputs)], [number(dice, 0.3, 0.9) for _ in range(outputs)]
    first = [[number(dice) for _ in range(inputs)] for _ in range(hidden)]
    second = [[number(dice) for _ in range(hidden)] for _ in range(outputs)]
    b1, b2, lr = [number(dice) for _ in range(hidden)], [number(dice) for _ in range(outputs)], 0.5
    z1 = [dot(row, x) + b for row, b in zip(first, b1, strict=True)]
    a1 = [f(z) for z in z1]
    z2 = [dot(row, a1) + b for row, b in zip(second, b2, strict=True)]
    a2 = [f(z) for z in z2]
    up = [a - t for a, t in zip(a2, y, strict=True)]
    delta = [u * df(z, a) for u, z, a in zip(up, z2, a2, strict=True)]
    layers = (Layer(kind, rows(first), tuple(b1)), Layer(kind, rows(second), tuple(b2)))
    one = Scenario("planted", layers, (Sample(tuple(x), tuple(y)),), "half_squared", lr)
    j, i = dice.randrange(hidden), dice.randrange(inputs)
    column = [row[j] for row in second]
    parts = [d * w for d, w in zip(delta, column, strict=True)]
    right = sum(parts)
    after = [w - lr * d * a1[j] for w, d in zip(column, delta, strict=True)]
    wrongs = {
        "one-path-only": dice.choice(parts),
        "paths-averaged": right / outputs,
        "paths-multiplied": math.prod(parts),
        "overwritten": parts[-1],
        "updated-weights": dot(delta, after),
        "weights-left-out": sum(delta),
        "output-slope-forgotten": dot(up, column),
    }
    if outputs <= hidden and j < outputs:
        wrongs["not-transposed"] = dot(delta, second[j][:outputs])
    yield Planted(one, f"dL_da1_{j + 1}", right, wrongs)
    slope = df(z1[j], a1[j])
    on_hidden = {name: wrong * slope for name, wrong in wrongs.items()}
    deeper = {"hidden-slope-forgotten": right, "slope-twice": right * slope**2, "sign-of-error": -right * slope}
    yield Planted(one, f"dL_dz1_{j + 1}", right * slope, on_hidden | deeper | {"upstream-forgotten": slope})
    too_early = sum(sum(parts[: k + 1]) for k in range(outputs)) * slope
    other = x[i - 1]
    on_weight = {name: wrong * x[i] for name, wrong in (on_hidden | deeper).items()}
    more = {"input-crossed": right * slope * other, "sent-too-early": too_early * x[i]}
    gradient = right * slope * x[i]
    yield Planted(one, f"dL_dw1_{j + 1}_{i + 1}", gradient, on_weight | more)
    k = dice.randrange(outputs)
    yield Planted(one, f"dz2_{k + 1}_da1_{j + 1}", second[k][j], {"other-weight": second[k][j - 1]})
    weight = second[k][j]
    step = delta[k] * a1[j]
    ends = {"weight-for-input": delta[k] * weight, "other-input": delta[k] * a1[j - 1], "input-forgotten": delta[k]}
    yield Planted(one, f"dL_dw2_{k + 1}_{j + 1}", step, ends | {"slope-forgotten": up[k] * a1[j]})
    yield Planted(one, f"w2_{k + 1}_{j + 1}", weight - lr * step, steps(weight, step, lr))


def classes(dice: random.Random) -> Iterator[Planted]:
    count, inputs = dice.choice((2, 3, 4)), dice.choice((1, 2))
    x = [number(dice) for _ in range(inputs)]
    w, b = [[number(dice) for _ in range(inputs)] for _ in range(count)], [number(dice) for _ in range(count)]
    z = [dot(row, x) + c for row, c in zip(w, b, strict=True)]
    total = sum(map(math.exp, z))
    p = [math.exp(one) / total for one in z]
    right_class = dice.randrange(count)
    y = [float(k == right_class) for k in range(count)]
    one = Scenario(
        "planted", (Layer("softmax", rows(w), tuple(b)),), (Sample(tuple(x), tuple(y)),), "cross_entropy", 0.3
    )
    loss = -math.log(p[right_class])
    yield Planted(one, "loss", loss, {"log10": loss / math.log(10)})
    yield Planted(one, "a1_1", p[0], {"not-normalised": math.exp(z[0])})
    for k in (right_class, dice.randrange(count)):
        right = p[k] - y[k]
        wrongs = {"softmax-sign": -right, "extra-slope": right * p[k] * (1 - p[k])}
        if k == right_class:
            wrongs |= {"one-hot-forgotten": p[k], "derivative-by-probability": -1 / p[k]}
        else:
            wrongs |= {"jacobian-diagonal": 0.0}
        yield Planted(one, f"dL_dz1_{k + 1}", right, wrongs)
        yield Planted(one, f"dL_dw1_{k + 1}_1", right * x[0], {name: wrong * x[0] for name, wrong in wrongs.items()})


def batches(dice: random.Random) -> Iterator[Planted]:
    n = dice.choice((2, 3, 4))
    w, b, lr = number(dice), number(dice), 0.1
    x, y = [number(dice) for _ in range(n)], [number(dice) for _ in range(n)]
    gradients = [2 * (w * p + b - t) * p for p, t in zip(x, y, strict=True)]
    samples = tuple(Sample((p,), (t,)) for p, t in zip(x, y, strict=True))
    one = Scenario("planted", (Layer("identity", ((w,),), (b,)),), samples, "mse", lr, batch_size=n)
    whole = sum(gradients) / n
    wrongs = {"overwritten": gradients[-1] / n, "batch-mean": dice.choice((n, 1 / n)) * whole}
    yield Planted(one, "grad_w", whole, wrongs, sample=n)
    updates = steps(w, whole, lr) | {"batch-mean": w - lr * n * whole}
    yield Planted(one, "w", w - lr * whole, updates, sample=n)


def lone_weight(dice: random.Random, optimizer: str, lr: float) -> tuple[Scenario, float, float, float]:
    """(w·x − y)² with the bias held at 0."""
    w, x, y = number(dice), number(dice), number(dice)
    layer = Layer("identity", ((w,),), (0.0,), train_biases=False)
    one = Scenario("planted", (layer,), (Sample((x,), (y,)),), "mse", lr, optimizer=settings(optimizer))
    return one, w, x, y


def momentum(dice: random.Random) -> Iterator[Planted]:
    lr, mu = 0.2, 0.9
    one, w, x, y = lone_weight(dice, "momentum", lr)
    v = 2 * (w * x - y) * x
    w = w - lr * v
    g = 2 * (w * x - y) * x
    new = mu * v + g
    velocity = {"velocity-forgotten": g, "ema-convention": mu * v + (1 - mu) * g, "velocity-sign": g - mu * v}
    yield Planted(one, "v_w", new, velocity, epoch=2)
    wrongs = {"velocity-forgotten": w - lr * g, "rate-twice": w - lr * lr * new, "velocity-sign": w + lr * new}
    wrongs |= {"ema-convention": w - lr * (1 - mu) * new, "rate-forgotten": w - new, "step-only": -lr * new}
    yield Planted(one, "w", w - lr * new, wrongs, epoch=2)


def adam(dice: random.Random) -> Iterator[Planted]:
    lr, b1, b2, e = 0.1, 0.9, 0.999, 1e-8
    one, w, x, y = lone_weight(dice, "adam", lr)
    m = v = 0.0
    for t in (1, 2):
        g = 2 * (w * x - y) * x
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        mh, vh = m / (1 - b1**t), v / (1 - b2**t)
        new = w - lr * mh / (math.sqrt(vh) + e)
        wrongs = {
            "no-bias-correction": w - lr * m / (math.sqrt(v) + e),
            "root-forgotten": w - lr * mh / (vh + e),
            "correction-multiplied": w - lr * m * (1 - b1**t) / (math.sqrt(v * (1 - b2**t)) + e),
            "uphill": w + lr * mh / (math.sqrt(vh) + e),
        }
        if t == 2:
            wrongs["wrong-power"] = w - lr * m / (1 - b1) / (math.sqrt(v / (1 - b2)) + e)
        yield Planted(one, "w", new, wrongs, epoch=t)
        hats = {"no-bias-correction": m, "correction-multiplied": m * (1 - b1**t)}
        yield Planted(one, "mhat_w", mh, hats | ({"wrong-power": m / (1 - b1)} if t == 2 else {}), epoch=t)
        w = new


def rooted(dice: random.Random) -> Iterator[Planted]:
    name = dice.choice(("adagrad", "rmsprop"))
    lr = 0.1
    one, w, x, y = lone_weight(dice, name, lr)
    g = 2 * (w * x - y) * x
    v, e = (g * g, 1e-10) if name == "adagrad" else (0.01 * g * g, 1e-8)
    yield Planted(one, "w", w - lr * g / (math.sqrt(v) + e), {"root-forgotten": w - lr * g / (v + e)})


def dot(p: list[float], q: list[float]) -> float:
    return sum(a * b for a, b in zip(p, q, strict=True))


def rows(matrix: list[list[float]]) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, matrix))
