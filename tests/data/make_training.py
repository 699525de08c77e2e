"""Writes training.json: what PyTorch's optimisers, in float64 on the CPU, make of runs in batches, and its softmax.

Run it by hand where torch is installed (`python tests/data/make_training.py`); the tests only read the result.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)

EPOCHS = 3
OPTIMIZERS = {  # how PyTorch makes each, and under which names it keeps what we call v and m
    "sgd": (torch.optim.SGD, {}, {}),
    "momentum": (torch.optim.SGD, {"momentum": 0.9}, {"v": "momentum_buffer"}),
    "nesterov": (torch.optim.SGD, {"momentum": 0.9, "nesterov": True}, {"v": "momentum_buffer"}),
    "adagrad": (torch.optim.Adagrad, {}, {"v": "sum"}),
    "rmsprop": (torch.optim.RMSprop, {}, {"v": "square_avg"}),
    "adam": (torch.optim.Adam, {}, {"m": "exp_avg", "v": "exp_avg_sq"}),
    "adamw": (torch.optim.AdamW, {}, {"m": "exp_avg", "v": "exp_avg_sq"}),
}
OURS = {"betas": ("beta1", "beta2"), "eps": ("epsilon",), "alpha": ("alpha",), "momentum": ("momentum",)}
ACTIVATIONS = {"identity": lambda z: z, "tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid}
LOSSES = {
    "mse": functional.mse_loss,
    "half_squared": lambda a, y: ((a - y) ** 2).sum() / 2,
    "mae": functional.l1_loss,
    "huber": functional.huber_loss,
}

CLASSES = {
    "learning_rate": 0.1,
    "loss": "cross_entropy",
    "layers": [{"activation": "softmax", "weights": [[0.4, -0.6], [-0.2, 0.9]], "biases": [0.1, -0.3]}],
    "samples": [
        {"x": [1.0, 2.0], "y": [0.0, 1.0]},
        {"x": [-1.5, 0.5], "y": [1.0, 0.0]},
        {"x": [0.3, -0.7], "y": [0.25, 0.75]},
        {"x": [2.0, 0.1], "y": [1.0, 0.0]},
        {"x": [0.0, -1.0], "y": [0.0, 1.0]},
    ],
}
NEURON = {
    "learning_rate": 0.05,
    "loss": "mse",
    "layers": [{"activation": "identity", "weights": [[1.5]], "biases": [0.5], "train_biases": False}],
    "samples": [{"x": [2.0], "y": [4.0]}, {"x": [-1.0], "y": [0.0]}, {"x": [0.0], "y": [1.0]}],
}
DEEP = {
    "learning_rate": 0.05,
    "loss": "cross_entropy",
    "layers": [
        {"activation": "tanh", "weights": [[0.7, -0.2], [0.5, 0.8]], "biases": [0.2, -0.1]},
        {"activation": "softmax", "weights": [[0.6, -0.5], [-0.9, 0.3], [0.4, 0.8]], "biases": [0.1, 0.0, -0.1]},
    ],
    "samples": [
        {"x": [1.5, -0.4], "y": [1.0, 0.0, 0.0]},
        {"x": [-0.8, 0.9], "y": [0.0, 0.0, 1.0]},
        {"x": [0.2, 1.1], "y": [0.0, 1.0, 0.0]},
    ],
}
LOGITS = (
    ([2.0, 1.0, 0.1], [1.0, 0.0, 0.0]),
    ([30.0, -20.0], [0.0, 1.0]),
    ([30.0, -20.0], [1.0, 0.0]),
    ([1000.0, -1000.0], [0.0, 1.0]),
    ([1000.0, -1000.0], [0.5, 0.5]),
    ([-1000.0, 1000.0, 999.0], [0.2, 0.3, 0.5]),
    ([700.0, 699.0], [0.0, 1.0]),
    ([700.5, 699.0, -700.5], [0.1, 0.9, 0.0]),
    ([-699.0, -700.0, -699.5], [0.0, 0.0, 1.0]),
    ([0.0, 0.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]),
    ([710.0, 0.0, 1.5], [0.0, 1.0, 0.0]),
)


def run(name: str, model: dict[str, object], batch: int, decay: float | None, **more: object) -> dict[str, object]:
    """`model` trained for `EPOCHS` epochs: per pass loss and .grad, per epoch the parameters and what is remembered."""
    kind, options, slots = OPTIMIZERS[name]
    options = {**options, **more, **({} if decay is None else {"weight_decay": decay})}
    rows = [
        torch.tensor([*row, bias], requires_grad=True)
        for layer in model["layers"]
        for row, bias in zip(layer["weights"], layer["biases"], strict=True)
    ]
    optimizer = kind(rows, lr=model["learning_rate"], **options)
    fixed = not model["layers"][0].get("train_biases", True)  # put back after every step
    biases = [row[-1].item() for row in rows]
    samples, epochs = model["samples"], []
    for _ in range(EPOCHS):
        passes = []
        for number, sample in enumerate(samples):
            first = number // batch * batch
            if number == first:
                optimizer.zero_grad()
            loss = loss_of(model, rows, sample)
            (loss / min(batch, len(samples) - first)).backward()
            passes.append([loss.item(), torch.cat([row.grad for row in rows]).tolist()])
            if number + 1 == min(first + batch, len(samples)):
                optimizer.step()
                with torch.no_grad():
                    for row, bias in zip(rows, biases, strict=True):
                        row[-1] = bias if fixed else row[-1]
        state = {slot: torch.cat([optimizer.state[row][key] for row in rows]).tolist() for slot, key in slots.items()}
        epochs.append({"passes": passes, "parameters": torch.cat(rows).tolist(), "state": state})
    ours = {OURS[key][i]: v for key, value in more.items() for i, v in enumerate(value if key == "betas" else [value])}
    table = {"name": name, **ours, **({} if decay is None else {"weight_decay": decay})}
    return {**model, "optimizer": table, "batch_size": batch, "epochs": epochs}


def loss_of(model: dict[str, object], rows: list[torch.Tensor], sample: dict[str, list[float]]) -> torch.Tensor:
    """The loss of one sample."""
    answers, remaining = torch.tensor(sample["x"]), iter(rows)
    for layer in model["layers"]:
        used = [next(remaining) for _ in layer["weights"]]
        sums = torch.stack([row[:-1] @ answers + row[-1] for row in used])
        if layer["activation"] == "softmax":
            return functional.cross_entropy(sums, torch.tensor(sample["y"]))
        answers = ACTIVATIONS[layer["activation"]](sums)
    return LOSSES[model["loss"]](answers, torch.tensor(sample["y"]))


def runs() -> Iterator[dict[str, object]]:
    """Every optimiser with and without decay in batches of every size, other options, one neuron, hidden layers."""
    for name in OPTIMIZERS:
        for decay in (None, 0.1):
            for batch in (1, 2, 3, 5):
                yield run(name, CLASSES, batch, decay)
        yield run(name, NEURON, 2, 0.0)
        yield run(name, DEEP, 3, 0.01)
    yield run("adam", DEEP, 2, 0.05, betas=(0.5, 0.9), eps=0.1)
    yield run("adamw", DEEP, 1, 0.0, betas=(0.0, 0.5), eps=1e-3)
    yield run("rmsprop", DEEP, 2, None, alpha=0.5, eps=0.01)
    yield run("adagrad", DEEP, 1, None, eps=0.5)
    yield run("momentum", DEEP, 2, None, momentum=0.5)
    yield run("nesterov", DEEP, 2, 0.02, momentum=0.3)


def softmax_rows() -> Iterator[list[object]]:
    """[z, y, loss, a, L, ∂L/∂z] for cross-entropy of the logits, and the other losses of the softmax."""
    for logits, targets in LOGITS:
        for loss in ("cross_entropy", *LOSSES):
            z, y = torch.tensor(logits, requires_grad=True), torch.tensor(targets)
            a = torch.softmax(z, dim=0)
            value = functional.cross_entropy(z, y) if loss == "cross_entropy" else LOSSES[loss](a, y)
            value.backward()
            yield [logits, targets, loss, a.tolist(), value.item(), z.grad.tolist()]


def main() -> None:
    """Write the file beside this script."""
    data = {"torch": torch.__version__, "runs": list(runs()), "softmax": list(softmax_rows())}
    text = (
        json.dumps(data, allow_nan=False)
        .replace("], [", "],\n[")
        .replace('}, {"learning_rate"', '},\n{"learning_rate"')
    )
    Path(__file__).with_name("training.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
