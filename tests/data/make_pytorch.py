"""Writes pytorch.json: what PyTorch, in float64 on the CPU, makes of the numbers that the tests compute with.

Run it by hand where torch is installed (`python tests/data/make_pytorch.py`); the tests only read the result.
Numbers that JSON has no spelling for are the strings "inf", "-inf" and "nan", which Python's float reads.
"""

import itertools
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)

ACTIVATIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "identity": lambda z: z * 1.0,
    "relu": functional.relu,
    "leaky_relu": functional.leaky_relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softplus": functional.softplus,
    "elu": functional.elu,
    "gelu": functional.gelu,
    "silu": functional.silu,
}
LOSSES: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "mse": functional.mse_loss,
    "half_squared": lambda a, y: ((a - y) ** 2).sum() / 2,
    "mae": functional.l1_loss,
    "huber": functional.huber_loss,
    "bce": functional.binary_cross_entropy,
}

MAGNITUDES = (1e-300, 1e-9, 1e-4, 0.01, 0.3, 1.0, 1.702, 2.5, 6.0, 9.5, 15.0, 19.9, 20.0, 20.1, 36.9, 37.1, 40.0, 800.0)
Z = (0.0, *(sign * size for size in (*MAGNITUDES, 1e300) for sign in (1, -1)))

ANSWERS_AND_TARGETS = (
    ([0.0], [0.0]),
    ([3.5], [4.0]),
    ([4.0], [3.5]),
    ([1.0], [2.0]),  # huber's two branches meet here
    ([1.0 + 2**-40], [0.0]),
    ([1e-9], [0.0]),
    ([-40.0], [2.5]),
    ([800.0], [-800.0]),
    ([1e300], [0.0]),
    ([0.3, -0.7], [0.3, 0.8]),
    ([2.0, -1.5, 0.25], [-2.0, -1.25, 0.25]),
)
SURE_AND_UNSURE = (0.0, 1e-300, 1e-20, 1e-13, 1e-6, 0.3, 0.97, 1 - 1e-13, 1.0)
PROBABILITIES = (
    *(([a], [y]) for a in SURE_AND_UNSURE for y in (0.0, 0.3, 1.0)),
    ([0.2, 0.9, 0.5], [0.0, 1.0, 0.3]),
)


def plain(value: object) -> object:
    """`value`, tensors as lists and what JSON cannot spell as a string."""
    if isinstance(value, torch.Tensor):
        return plain(value.detach().tolist())
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def activation_rows(name: str) -> Iterator[list[float]]:
    """[z, a, ∂a/∂z] for every z."""
    for number in Z:
        z = torch.tensor(number, requires_grad=True)
        a = ACTIVATIONS[name](z)
        a.backward()
        yield [number, a.item(), z.grad.item()]


def loss_rows(name: str) -> Iterator[list[object]]:
    """[answers, targets, loss, ∂L/∂a of each answer]."""
    for answers, targets in PROBABILITIES if name == "bce" else ANSWERS_AND_TARGETS:
        a = torch.tensor(answers, requires_grad=True)
        loss = LOSSES[name](a, torch.tensor(targets))
        loss.backward()
        yield [answers, targets, loss.item(), a.grad]


def train(scenario: dict[str, object], epochs: int) -> dict[str, object]:
    """`scenario` and, for each pass of plain SGD, its loss, the gradients, and the parameters after it."""
    layers = scenario["layers"]
    parameters = [
        torch.tensor([*row, bias], requires_grad=True)
        for layer in layers
        for row, bias in zip(layer["weights"], layer["biases"], strict=True)
    ]
    passes = []
    for sample in scenario["samples"] * epochs:
        answers, rows = torch.tensor(sample["x"]), iter(parameters)
        for layer in layers:
            used = [next(rows) for _ in layer["weights"]]
            sums = [row[:-1] @ answers + row[-1] for row in used]
            answers = ACTIVATIONS[layer["activation"]](torch.stack(sums))
        loss = LOSSES[scenario["loss"]](answers, torch.tensor(sample["y"]))
        for row in parameters:
            row.grad = None
        loss.backward()
        owners = [layer for layer in layers for _ in layer["weights"]]
        with torch.no_grad():
            for row, layer in zip(parameters, owners, strict=True):
                count = 0 if not layer.get("trainable", True) else len(row) - (not layer.get("train_biases", True))
                row[:count] -= scenario["learning_rate"] * row.grad[:count]
        gradients = torch.cat([row.grad for row in parameters])
        done = {"loss": loss.item(), "gradients": gradients, "parameters": torch.cat(parameters)}
        passes.append(plain(done))
    return {**scenario, "passes": passes}


def neurons() -> Iterator[dict[str, object]]:
    """One neuron with three inputs for every activation and loss that go together."""
    for activation, loss in itertools.product(ACTIVATIONS, LOSSES):
        if loss != "bce" or activation == "sigmoid":
            yield {
                "name": f"{activation}, {loss}",
                "learning_rate": 0.1,
                "loss": loss,
                "layers": [{"activation": activation, "weights": [[0.4, -0.6, 0.9]], "biases": [0.1]}],
                "samples": [{"x": [1.5, -0.5, 0.25], "y": [0.8]}],
            }


def networks() -> Iterator[dict[str, object]]:
    """Mazur's network (https://mattmazur.com/2015/03/17/a-step-by-step-backpropagation-example/), XOR, and deeper."""
    xor = [{"x": [float(i), float(j)], "y": [float(i != j)]} for i in (0, 1) for j in (0, 1)]
    yield {
        "name": "Mazur 2-2-2",
        "learning_rate": 0.5,
        "loss": "half_squared",
        "layers": [
            {
                "activation": "sigmoid",
                "weights": [[0.15, 0.20], [0.25, 0.30]],
                "biases": [0.35, 0.35],
                "train_biases": False,
            },
            {
                "activation": "sigmoid",
                "weights": [[0.40, 0.45], [0.50, 0.55]],
                "biases": [0.60, 0.60],
                "train_biases": False,
            },
        ],
        "samples": [{"x": [0.05, 0.10], "y": [0.01, 0.99]}],
    }
    yield {
        "name": "XOR 2-2-1",
        "learning_rate": 0.5,
        "loss": "bce",
        "layers": [
            {"activation": "tanh", "weights": [[0.8, -0.6], [-0.4, 0.9]], "biases": [0.1, -0.2]},
            {"activation": "sigmoid", "weights": [[1.1, 0.7]], "biases": [-0.3]},
        ],
        "samples": xor,
    }
    yield {
        "name": "XOR 2-3-1",
        "learning_rate": 0.2,
        "loss": "huber",
        "layers": [
            {"activation": "gelu", "weights": [[0.9, -0.8], [-0.7, 0.6], [0.5, 0.4]], "biases": [0.0, 0.1, -0.1]},
            {"activation": "identity", "weights": [[1.2, 0.3, -0.9]], "biases": [0.05]},
        ],
        "samples": xor,
    }
    yield {
        "name": "1-2-2-2, the first layer fixed",
        "learning_rate": 0.1,
        "loss": "mae",
        "layers": [
            {"activation": "silu", "weights": [[0.7], [-1.3]], "biases": [0.2, 0.4], "trainable": False},
            {"activation": "elu", "weights": [[0.6, -0.5], [-0.9, 0.3]], "biases": [0.1, 0.0]},
            {"activation": "softplus", "weights": [[0.4, 0.8], [-0.2, 1.1]], "biases": [-0.1, 0.3]},
        ],
        "samples": [{"x": [1.5], "y": [0.2, 1.9]}, {"x": [-0.8], "y": [1.4, 0.1]}],
    }


def main() -> None:
    """Write the file beside this script."""
    data = {
        "torch": torch.__version__,
        "activations": {name: plain(list(activation_rows(name))) for name in ACTIVATIONS},
        "losses": {name: plain(list(loss_rows(name))) for name in LOSSES},
        "training": [train(scenario, epochs=5) for scenario in (*neurons(), *networks())],
    }
    text = json.dumps(data, allow_nan=False).replace("], [", "],\n[").replace('}, {"name"', '},\n{"name"')
    Path(__file__).with_name("pytorch.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
