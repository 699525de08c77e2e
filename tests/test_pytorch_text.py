"""What the PyTorch program says, compared as text: most machines that run these tests have no PyTorch.

The calls are those of https://pytorch.org/docs/stable/: `torch.optim` (clear the gradients, differentiate, step) and
`torch.nn.functional` with its defaults, which are this program's definitions.
"""

import pytest

from backprop_tui.core.models import model_of
from backprop_tui.core.ops import ACTIVATIONS
from backprop_tui.core.scenario import Scenario
from tests.models import TWO_SAMPLES, neuron
from tests.test_program import EVERYTHING, written
from tests.training_models import CLASSES

LOSS_LINES = {
    "mse": "F.mse_loss(a, y)",
    "half_squared": "0.5 * ((a - y) ** 2).sum()",
    "mae": "F.l1_loss(a, y)",
    "huber": "F.huber_loss(a, y, delta=1.0)",
    "bce": "F.binary_cross_entropy(a, y)",
}
ACTIVATION_LINES = {
    "identity": "z",
    "relu": "F.relu(z)",
    "leaky_relu": "F.leaky_relu(z)",
    "sigmoid": "torch.sigmoid(z)",
    "tanh": "torch.tanh(z)",
    "softplus": "F.softplus(z, threshold=37)",
    "elu": "F.elu(z)",
    "gelu": "F.gelu(z)",
    "silu": "F.silu(z)",
}


def code(scenario: Scenario, epochs: int = 1) -> list[str]:
    """The program's lines without comments and what is empty."""
    lines = (line.partition("#")[0].rstrip() for line in written(scenario, epochs, "pytorch").split("\n"))
    return [line for line in lines if line]


def test_a_training_loop_is_the_documented_one() -> None:
    lines = code(TWO_SAMPLES, 2)
    assert lines[lines.index("w = torch.tensor(1.5, requires_grad=True)") :] == [
        "w = torch.tensor(1.5, requires_grad=True)",
        "b = torch.tensor(0.5, requires_grad=True)",
        "optimizer = torch.optim.SGD([w, b], lr=0.1)",
        "for epoch in range(1, 2 + 1):",
        "    for sample, (x, y) in enumerate(zip(inputs, targets), start=1):",
        '        print(f"\\nEpoch {epoch}, sample {sample}")',
        "        z = w * x + b",
        "        a = torch.sigmoid(z)",
        "        loss = F.mse_loss(a, y)",
        '        print("loss =", loss.item())',
        "        optimizer.zero_grad()",
        "        loss.backward()",
        '        print("dL_dw =", w.grad.item())',
        '        print("dL_db =", b.grad.item())',
        "        optimizer.step()",
        '        print("w =", w.item())',
        '        print("b =", b.item())',
        "        if not all(torch.isfinite(value).all() for value in (z, a, loss, w, b)):",
        "            raise SystemExit",
    ]


@pytest.mark.parametrize("scenario", EVERYTHING.values(), ids=EVERYTHING)
def test_every_pass_clears_differentiates_and_steps_in_this_order(scenario: Scenario) -> None:
    if scenario.accumulates:
        return  # `test_training_programs` runs these
    graph = model_of(scenario).graph
    backward = f"{graph.root.name}.backward()"
    calls = ("optimizer.zero_grad()", backward, "optimizer.step()")
    found = [line for line in code(scenario, 2) if line.strip() in calls]
    wanted = calls if scenario.learns else (backward,)
    assert tuple(line.strip() for line in found) == (wanted if graph.free else ())
    # Where there is a loop over samples within the one over epochs, in the inner one; where nothing learns, in none.
    depth = (8 if len(scenario.samples) > 1 else 4) if scenario.learns else 0
    assert {len(line) - len(line.lstrip()) for line in found} <= {depth}


def test_cross_entropy_is_pytorchs_of_the_logits() -> None:
    lines = code(CLASSES)
    assert {"    a2 = torch.softmax(z2, dim=0)", "    loss = F.cross_entropy(z2, y)"} <= {*lines}


@pytest.mark.parametrize("loss", LOSS_LINES)
def test_a_loss_is_what_pytorch_calls_it(loss: str) -> None:
    assert f"loss = {LOSS_LINES[loss]}" in code(neuron(activation="sigmoid", y=0.5, loss=loss))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_activation_is_what_pytorch_calls_it(activation: str) -> None:
    assert f"a = {ACTIVATION_LINES[activation]}" in code(neuron(activation=activation))
