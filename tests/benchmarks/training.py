"""Training, beside loops written by hand that record the same, and beside micrograd, which walks a graph of objects.

The loops are the article's: every quantity by its name, the same operations in the same order, and each epoch's loss
and parameters kept.  The rates are so small that nothing converges on the way.
"""

import math
import time
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.stepper.state import start

Recorded = tuple["array[float]", "array[float]"]

NEURON = replace(load(), learning_rate=1e-7)
XOR = Scenario(
    "xor",
    (Layer("tanh", ((0.8, -0.6), (-0.4, 0.9)), (0.1, -0.2)), Layer("sigmoid", ((0.7, 0.5),), (-0.3,))),
    tuple(Sample((x1, x2), (y,)) for x1, x2, y in ((0.0, 0.0, 0.0), (0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0))),
    learning_rate=1e-4,
)


def neuron_by_hand(epochs: int) -> Recorded:
    x, w, b, y, lr = 2.0, 1.5, 0.5, 4.0, 1e-7
    losses, parameters = array("d"), array("d")
    for _ in range(epochs):
        z = w * x + b
        a = z
        d = a - y
        loss = d * d
        dL_da = 2 * (a - y)  # noqa: N806 - as the article writes it
        da_dz = 1.0
        dz_dw = x
        dz_db = 1.0
        dL_dw = dL_da * da_dz * dz_dw  # noqa: N806
        dL_db = dL_da * da_dz * dz_db  # noqa: N806
        w = w - lr * dL_dw
        b = b - lr * dL_db
        losses.append(loss)
        parameters.extend((w, b))
    return losses, parameters


def xor_by_hand(epochs: int) -> Recorded:
    samples = [(*sample.x, *sample.y) for sample in XOR.samples]
    lr = XOR.learning_rate
    (w11, w12), (w21, w22) = XOR.layers[0].weights
    b1, b2 = XOR.layers[0].biases
    ((v1, v2),), (c,) = XOR.layers[1].weights, XOR.layers[1].biases
    losses, parameters = array("d"), array("d")
    for _ in range(epochs):
        total = 0.0
        for x1, x2, y in samples:
            z1 = w11 * x1 + w12 * x2 + b1
            z2 = w21 * x1 + w22 * x2 + b2
            a1 = math.tanh(z1)
            a2 = math.tanh(z2)
            z = v1 * a1 + v2 * a2 + c
            a = 1 / (1 + math.exp(-z))
            d = a - y
            loss = d * d
            da = 2 * (a - y)
            dz = da * (a * (1 - a))
            dv1, dv2, dc = dz * a1, dz * a2, dz * 1.0
            dz1 = dz * v1 * (1 - a1 * a1)
            dw11, dw12, db1 = dz1 * x1, dz1 * x2, dz1 * 1.0
            dz2 = dz * v2 * (1 - a2 * a2)
            dw21, dw22, db2 = dz2 * x1, dz2 * x2, dz2 * 1.0
            w11, w12, b1 = w11 - lr * dw11, w12 - lr * dw12, b1 - lr * db1
            w21, w22, b2 = w21 - lr * dw21, w22 - lr * dw22, b2 - lr * db2
            v1, v2, c = v1 - lr * dv1, v2 - lr * dv2, c - lr * dc
            total = total + loss
        losses.append(total / len(samples))
        parameters.extend((w11, w12, b1, w21, w22, b2, v1, v2, c))
    return losses, parameters


def ours(scenario: Scenario, epochs: int) -> Recorded:
    history = start(scenario).history
    assert history.reach(epochs + 1)
    (kept,) = history._kept
    return history.losses[:], kept.numbers[kept.width :]


def neuron_in_micrograd(epochs: int) -> None:
    from micrograd.engine import Value  # noqa: PLC0415 - a dependency of the benchmark alone

    w, b = Value(1.5), Value(0.5)
    for _ in range(epochs):
        loss = (w * 2.0 + b - 4.0) ** 2
        w.grad = b.grad = 0
        loss.backward()
        for one in (w, b):
            one.data -= 1e-7 * one.grad


def xor_in_micrograd(epochs: int) -> None:
    from micrograd.engine import Value  # noqa: PLC0415

    def tanh(z: Value) -> Value:
        out = Value(math.tanh(z.data), (z,), "tanh")

        def backward() -> None:
            z.grad += (1 - out.data * out.data) * out.grad

        out._backward = backward
        return out

    parameters = [Value(v) for v in (0.8, -0.6, 0.1, -0.4, 0.9, -0.2, 0.7, 0.5, -0.3)]
    w11, w12, b1, w21, w22, b2, v1, v2, c = parameters
    for _ in range(epochs):
        for sample in XOR.samples:
            (x1, x2), (y,) = sample.x, sample.y
            z = v1 * tanh(w11 * x1 + w12 * x2 + b1) + v2 * tanh(w21 * x1 + w22 * x2 + b2) + c
            loss = ((tanh(z * 0.5) + 1) * 0.5 - y) ** 2  # the sigmoid, which micrograd lacks
            for one in parameters:
                one.grad = 0
            loss.backward()
            for one in parameters:
                one.data -= XOR.learning_rate * one.grad


def timed(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def neuron_pairs(_env: Mapping[str, str], rounds: int) -> Iterator[tuple[float, float]]:
    yield from pairs(NEURON, neuron_by_hand, 20_000, rounds)


def xor_pairs(_env: Mapping[str, str], rounds: int) -> Iterator[tuple[float, float]]:
    yield from pairs(XOR, xor_by_hand, 2_000, rounds)


def pairs(
    scenario: Scenario, by_hand: Callable[[int], Recorded], epochs: int, rounds: int
) -> Iterator[tuple[float, float]]:
    """Seconds of both for the same epochs, in turns, once what they record is seen to be the same."""
    (losses, states), (losses_by_hand, by_hand_states) = ours(scenario, epochs), by_hand(epochs)
    width = len(by_hand_states) // epochs  # of many numbers only those of every so many epochs are kept, the last too
    assert (losses, states[-width:]) == (losses_by_hand, by_hand_states[-width:]), "not the same numbers"
    for turn in range(rounds):
        works = [lambda: ours(scenario, epochs), lambda: by_hand(epochs)]
        seconds = [timed(work) for work in (works if turn % 2 else works[::-1])]
        yield (seconds[0], seconds[1]) if turn % 2 else (seconds[1], seconds[0])


def micrograd_times() -> Iterator[tuple[str, float]]:
    """How many times as long as ours micrograd takes, for each of the two; nothing where it is not installed."""
    try:
        import micrograd  # noqa: F401, PLC0415
    except ImportError:
        return
    for name, scenario, theirs, epochs in (
        ("one neuron", NEURON, neuron_in_micrograd, 2_000),
        ("XOR 2-2-1", XOR, xor_in_micrograd, 100),
    ):
        mine = min(timed(lambda s=scenario, e=epochs: ours(s, e)) for _ in range(5))
        yield name, min(timed(lambda t=theirs, e=epochs: t(e)) for _ in range(3)) / mine
