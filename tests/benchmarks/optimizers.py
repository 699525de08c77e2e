"""Training as it is done, beside loops written by hand that record the same: loss, parameters and state of every epoch.

One neuron with Adam and XOR by full batch with momentum are written out, every number by its name; the classifier has
too many for that, so it has lists.  Operations and their order are the stepper's.
"""

import math
import random
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import replace

from backprop_tui.core.optimizers import settings
from backprop_tui.core.scenario import Layer, Sample, Scenario
from tests.benchmarks.training import NEURON, XOR, Recorded, pairs

ADAM = replace(NEURON, learning_rate=1e-7, optimizer=settings("adam"))
MOMENTUM = replace(XOR, batch_size=4, optimizer=settings("momentum"))

_random = random.Random(1)  # noqa: S311 - where the points lie is no secret
_CENTRES = ((1.5, 0.0), (-1.0, 1.2), (-0.5, -1.4))
POINTS = tuple(
    Sample((x + _random.gauss(0, 0.4), y + _random.gauss(0, 0.4)), tuple(float(i == k) for i in range(3)))
    for k, (x, y) in enumerate(_CENTRES * 10)
    for k in (k % 3,)
)
CLASSIFIER = Scenario(
    "classifier",
    (
        Layer("relu", tuple((_random.uniform(-0.7, 0.7), _random.uniform(-0.7, 0.7)) for _ in range(8)), (0.1,) * 8),
        Layer("softmax", tuple(tuple(_random.uniform(-0.35, 0.35) for _ in range(8)) for _ in range(3)), (0.0,) * 3),
    ),
    POINTS,
    "cross_entropy",
    1e-4,
)


def adam_by_hand(epochs: int) -> Recorded:
    x, w, b, y, lr = 2.0, 1.5, 0.5, 4.0, ADAM.learning_rate
    beta1, beta2, epsilon = 0.9, 0.999, 1e-8
    m_w = v_w = m_b = v_b = t = 0.0
    losses, states = array("d"), array("d")
    for _ in range(epochs):
        z = w * x + b
        a = z
        d = a - y
        loss = d * d
        da = 2 * (a - y)
        dw = da * 1.0 * x
        db = da * 1.0 * 1.0
        t = t + 1
        correction1 = 1 - beta1**t
        correction2 = 1 - beta2**t
        m_w = beta1 * m_w + (1 - beta1) * dw
        v_w = beta2 * v_w + (1 - beta2) * (dw * dw)
        mhat_w = m_w / correction1
        vhat_w = v_w / correction2
        w = w - lr * mhat_w / (math.sqrt(vhat_w) + epsilon)
        m_b = beta1 * m_b + (1 - beta1) * db
        v_b = beta2 * v_b + (1 - beta2) * (db * db)
        mhat_b = m_b / correction1
        vhat_b = v_b / correction2
        b = b - lr * mhat_b / (math.sqrt(vhat_b) + epsilon)
        losses.append(loss)
        states.extend((w, b, m_w, v_w, m_b, v_b, t))
    return losses, states


def momentum_by_hand(epochs: int) -> Recorded:
    samples = [(*sample.x, *sample.y) for sample in XOR.samples]
    lr, mu, n = XOR.learning_rate, 0.9, len(samples)
    (w11, w12), (w21, w22) = XOR.layers[0].weights
    b1, b2 = XOR.layers[0].biases
    ((v1, v2),), (c,) = XOR.layers[1].weights, XOR.layers[1].biases
    m11 = m12 = m1 = m21 = m22 = m2 = n1 = n2 = nc = 0.0
    losses, states = array("d"), array("d")
    for _ in range(epochs):
        total = 0.0
        g11 = g12 = g1 = g21 = g22 = g2 = h1 = h2 = hc = 0.0
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
            g11, g12, g1 = g11 + dw11 / n, g12 + dw12 / n, g1 + db1 / n
            g21, g22, g2 = g21 + dw21 / n, g22 + dw22 / n, g2 + db2 / n
            h1, h2, hc = h1 + dv1 / n, h2 + dv2 / n, hc + dc / n
            total = total + loss
        m11, m12, m1 = mu * m11 + g11, mu * m12 + g12, mu * m1 + g1
        m21, m22, m2 = mu * m21 + g21, mu * m22 + g22, mu * m2 + g2
        n1, n2, nc = mu * n1 + h1, mu * n2 + h2, mu * nc + hc
        w11, w12, b1 = w11 - lr * m11, w12 - lr * m12, b1 - lr * m1
        w21, w22, b2 = w21 - lr * m21, w22 - lr * m22, b2 - lr * m2
        v1, v2, c = v1 - lr * n1, v2 - lr * n2, c - lr * nc
        losses.append(total / n)
        states.extend((w11, w12, b1, w21, w22, b2, v1, v2, c, m11, m12, m1, m21, m22, m2, n1, n2, nc))
    return losses, states


def classifier_by_hand(epochs: int) -> Recorded:
    lr = CLASSIFIER.learning_rate
    hidden = [[*row, bias] for row, bias in zip(CLASSIFIER.layers[0].weights, CLASSIFIER.layers[0].biases, strict=True)]
    output = [[*row, bias] for row, bias in zip(CLASSIFIER.layers[1].weights, CLASSIFIER.layers[1].biases, strict=True)]
    losses, states = array("d"), array("d")
    for _ in range(epochs):
        total = 0.0
        for (x1, x2), y in POINTS:
            z1 = [w1 * x1 + w2 * x2 + b for w1, w2, b in hidden]
            a1 = [max(z, 0.0) for z in z1]
            p1, p2, p3, p4, p5, p6, p7, p8 = a1
            z2 = [
                q1 * p1 + q2 * p2 + q3 * p3 + q4 * p4 + q5 * p5 + q6 * p6 + q7 * p7 + q8 * p8 + b
                for q1, q2, q3, q4, q5, q6, q7, q8, b in output
            ]
            shift = max(z2) if max(map(abs, z2)) > 700 else 0.0
            powers = [math.exp(z - shift) for z in z2]
            whole = powers[0] + powers[1] + powers[2]
            a2 = [max(power / whole, 2.2250738585072014e-308) for power in powers]
            loss = -sum(target * math.log(a) for a, target in zip(a2, y, strict=True) if target > 0)
            da2 = [-(target / a) if target > 0 else 0.0 for a, target in zip(a2, y, strict=True)]
            dz2 = []
            for j, own in enumerate(a2):
                parts = [
                    d * (a * (1 - a) if k == j else -(a * own)) for k, (d, a) in enumerate(zip(da2, a2, strict=True))
                ]
                dz2.append(parts[0] + parts[1] + parts[2])
            d1, d2, d3 = dz2
            dz1 = [
                (d1 * w1 + d2 * w2 + d3 * w3) * (1.0 if z > 0 else 0.0)
                for z, w1, w2, w3 in zip(z1, *(row[:-1] for row in output), strict=True)
            ]
            for d, row in zip(dz2, output, strict=True):
                row[:] = [w - lr * (d * a) for w, a in zip(row, (*a1, 1.0), strict=True)]
            for d, row in zip(dz1, hidden, strict=True):
                row[:] = [row[0] - lr * (d * x1), row[1] - lr * (d * x2), row[2] - lr * (d * 1.0)]
            total = total + loss
        losses.append(total / len(POINTS))
        states.extend(number for row in (*hidden, *output) for number in row)
    return losses, states


def adam_pairs(_env: Mapping[str, str], rounds: int) -> Iterator[tuple[float, float]]:
    yield from pairs(ADAM, adam_by_hand, 20_000, rounds)


def momentum_pairs(_env: Mapping[str, str], rounds: int) -> Iterator[tuple[float, float]]:
    yield from pairs(MOMENTUM, momentum_by_hand, 2_000, rounds)


def classifier_pairs(_env: Mapping[str, str], rounds: int) -> Iterator[tuple[float, float]]:
    yield from pairs(CLASSIFIER, classifier_by_hand, 60, rounds)
