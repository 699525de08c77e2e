"""A run as a PyTorch program: the forward pass written down, all the rest left to the framework.

It prints the loss, the gradients of what is trained and the new parameters by the names that the trace gives them.
PyTorch is free to add in another order, so the numbers agree to 1e-12 and not to the last bit.  No text from outside
gets into the program but in comments.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from backprop_tui.core.optimizers import WEIGHT_DECAY
from backprop_tui.core.scenario import Scenario
from backprop_tui.present.export.program_text import (
    LINE_WIDTH,
    bracketed,
    indented,
    list_of_rows,
    nested,
    pass_heading,
    preamble,
    stop,
)

WHAT = "The numbers of `backprop-tui trace`, the backward pass and the update left to PyTorch."

ACTIVATIONS = {
    "identity": "{z}",
    "relu": "F.relu({z})",
    "leaky_relu": "F.leaky_relu({z})",
    "sigmoid": "torch.sigmoid({z})",
    "tanh": "torch.tanh({z})",
    "softplus": "F.softplus({z}, threshold=37)  # from its own threshold, 20, PyTorch takes z itself",
    "elu": "F.elu({z})",
    "gelu": "F.gelu({z})",
    "silu": "F.silu({z})",
    "softmax": "torch.softmax({z}, dim=0)",
}

_LOSSES = {
    "mse": "F.mse_loss({a}, y)",
    "half_squared": "0.5 * (({a} - y) ** 2).sum()",
    "mae": "F.l1_loss({a}, y)",
    "huber": "F.huber_loss({a}, y, delta=1.0)",
    "bce": "F.binary_cross_entropy({a}, y)",
    "cross_entropy": "F.cross_entropy({z}, y)  # of the logits: PyTorch takes their softmax and its logarithm in one",
}

OPTIMIZERS = {
    "sgd": "SGD([@], {lr}{decay})",
    "momentum": "SGD([@], {lr}, momentum={momentum!r}{decay})",
    "nesterov": "SGD([@], {lr}, momentum={momentum!r}, nesterov=True{decay})",
    "adagrad": "Adagrad([@], {lr}, eps={epsilon!r}{decay})",
    "rmsprop": "RMSprop([@], {lr}, alpha={alpha!r}, eps={epsilon!r}{decay})",
    "adam": "Adam([@], {lr}, betas=({beta1!r}, {beta2!r}), eps={epsilon!r}{decay})",
    "adamw": "AdamW([@], {lr}, betas=({beta1!r}, {beta2!r}), eps={epsilon!r}{decay})",
}
"""How PyTorch makes each optimiser, the parameters in place of @."""

STATES = {
    "sgd": {},
    "momentum": {"v": "momentum_buffer"},
    "nesterov": {"v": "momentum_buffer"},
    "adagrad": {"v": "sum"},
    "rmsprop": {"v": "square_avg"},
    "adam": {"m": "exp_avg", "v": "exp_avg_sq"},
    "adamw": {"m": "exp_avg", "v": "exp_avg_sq"},
}
"""Under which names PyTorch keeps what each remembers."""

_SHOW_VECTOR = '''\
def show(name, vector):
    """Print each number of `vector` by its name; they count from 1."""
    for place, number in enumerate(vector, start=1):
        print(f"{name}{place} =", number.item())
'''

_SHOW_MATRIX = '''\
def show(name, tensor):
    """Print each number of `tensor` by its name; rows and columns count from 1."""
    for place, part in enumerate(tensor, start=1):
        if part.ndim:
            show(f"{name}_{place}", part)
        else:
            print(f"{name}_{place} =", part.item())
'''

Nested: TypeAlias = "float | Sequence[Nested]"
"""What a tensor is made of: a number, a row of them, rows."""


class _Parameter(NamedTuple):
    """The weights or the biases of a layer, as one tensor."""

    name: str
    numbers: Nested
    trained: bool


def program(scenario: Scenario, epochs: int) -> Iterator[str]:
    """The lines, with their ends, of a program that runs `epochs` epochs of `scenario` in PyTorch, in float64.

    Where there are several passes, each has a heading, and the one in which a number stops being finite is the last.
    """
    parameters = _parameters(scenario)
    trained = [parameter for parameter in parameters if parameter.trained]
    loops = [*_loops(scenario, epochs)]
    results = [f"{letter}{place}" for place in _places(scenario) for letter in "za"]
    results += ["loss", *(parameter.name for parameter in trained)]
    body = [
        *pass_heading(scenario, epochs),
        *_forward(scenario),
        *_backward(scenario, trained),
        *_update(scenario, trained),
        *stop("torch.isfinite(value).all()", results, len(loops)),
    ]
    given = [*_given(scenario, parameters), *_optimizer(scenario, trained)]
    lines = [*given, "", *nested(loops, body)]
    text = "\n".join([*preamble(WHAT, scenario), "", *_needs(scenario, "\n".join(lines)), *lines])
    yield from (f"{line}\n" for line in text.split("\n"))


def _parameters(scenario: Scenario) -> list[_Parameter]:
    """Weights and biases, layer by layer: plain ``w`` and ``b`` for a neuron, ``w1 b1 w2 b2 …`` for a network."""
    parameters = []
    for place, layer in zip(_places(scenario), scenario.layers, strict=True):
        weights = _row(scenario, layer.weights[0]) if scenario.is_neuron else layer.weights
        parameters.append(_Parameter(f"w{place}", weights, layer.trainable))
        parameters.append(_Parameter(f"b{place}", _row(scenario, layer.biases), not layer.biases_fixed))
    return parameters


def _places(scenario: Scenario) -> list[str]:
    """What tells the names of one layer from those of another."""
    return [""] if scenario.is_neuron else [str(number) for number in range(1, len(scenario.layers) + 1)]


def _row(scenario: Scenario, numbers: Sequence[float]) -> Nested:
    """`numbers` as a row, but a neuron's lone number as it is."""
    return numbers[0] if scenario.is_neuron and len(numbers) == 1 else numbers


def _needs(scenario: Scenario, code: str) -> Iterator[str]:
    """The imports and the function that `code` needs."""
    yield "import torch"
    if "F." in code:
        yield "import torch.nn.functional as F"
    yield from ("", "torch.set_default_dtype(torch.float64)", "")
    if "show(" in code:
        yield from ("", *(_SHOW_VECTOR if scenario.is_neuron else _SHOW_MATRIX).split("\n"), "")


def _given(scenario: Scenario, parameters: Iterable[_Parameter]) -> Iterator[str]:
    """The tensors that the run starts with."""
    x = [_row(scenario, sample.x) for sample in scenario.samples]
    y = [_row(scenario, sample.y) for sample in scenario.samples]
    yield "# Given"
    if len(scenario.samples) > 1:
        yield from _tensor("inputs", x, ")")
        yield from _tensor("targets", y, ")")
    else:
        yield from _tensor("x", x[0], ")")
        yield from _tensor("y", y[0], ")")
    for name, numbers, trained in parameters:
        yield from _tensor(name, numbers, ", requires_grad=True)" if trained else ")  # held fixed")


def _tensor(name: str, numbers: Nested, closing: str) -> list[str]:
    """``name = torch.tensor(numbers`` and `closing`, a row to a line where one line is too short."""
    line = f"{name} = torch.tensor({_text(numbers)}{closing}"
    if len(line) <= LINE_WIDTH or isinstance(numbers, float):
        return [line]
    rows = [row for row in numbers if not isinstance(row, float)]
    opening, closing = f"{name} = torch.tensor([", f"]{closing}"
    if rows:
        return list_of_rows(opening, map(_text, rows), closing)
    return bracketed(opening, _text(numbers)[1:-1], closing)


def _text(numbers: Nested) -> str:
    return repr(numbers) if isinstance(numbers, float) else f"[{', '.join(map(_text, numbers))}]"


def _optimizer(scenario: Scenario, trained: Sequence[_Parameter]) -> Iterator[str]:
    """The optimiser of what is trained, where anything is."""
    if not trained:
        return
    yield from optimizer_lines(scenario, [parameter.name for parameter in trained])
    if scenario.batch_size > 1:
        yield f"batch_size = {scenario.batch_size}"


def optimizer_lines(scenario: Scenario, trained: Sequence[str]) -> Iterator[str]:
    """The optimiser of the tensors `trained`; PyTorch's refuse negative rates, but can be given one afterwards."""
    chosen, rate = scenario.optimizer, scenario.learning_rate
    options = dict(chosen.options)
    decay = f", weight_decay={options[WEIGHT_DECAY]!r}" if chosen.adds_decay or chosen.row.decays else ""
    made = OPTIMIZERS[chosen.name].format(lr=f"lr={abs(rate)!r}", decay=decay, **options)
    before, _, after = made.partition("@")
    yield from bracketed(f"optimizer = torch.optim.{before}", ", ".join(trained), after)
    if rate < 0:
        yield f'optimizer.param_groups[0]["lr"] = {rate!r}  # uphill'


def _loops(scenario: Scenario, epochs: int) -> Iterator[list[str]]:
    """The head of each loop around a pass, the outer one first."""
    if epochs > 1:
        yield [f"for epoch in range(1, {epochs} + 1):"]
    if len(scenario.samples) > 1:
        yield ["for sample, (x, y) in enumerate(zip(inputs, targets), start=1):"]


def _forward(scenario: Scenario) -> Iterator[str]:
    """From the inputs to the loss."""
    answer = "x"
    yield "# Forward pass"
    for place, layer in zip(_places(scenario), scenario.layers, strict=True):
        if scenario.is_neuron:
            yield "z = w * x + b" if len(layer.weights[0]) == 1 else "z = w @ x + b"
        else:
            yield f"z{place} = F.linear({answer}, w{place}, b{place})"
        answer = f"a{place}"
        yield f"{answer} = {ACTIVATIONS[layer.activation].format(z=f'z{place}')}"
    loss = _LOSSES[scenario.loss].format(a=answer, z=f"z{_places(scenario)[-1]}")
    yield from ("", "# Loss", f"loss = {loss}", 'print("loss =", loss.item())')


def _backward(scenario: Scenario, trained: Sequence[_Parameter]) -> Iterator[str]:
    """The gradients, which ``backward`` adds to those that are there; in a batch a share of its mean."""
    if not trained:
        return
    name, loss = "grad_" if scenario.accumulates else "dL_d", "loss"
    yield ""
    if scenario.batch_size > 1:
        loss = "(loss / n)"
        yield "# The batch that this sample belongs to; the last one may be smaller"
        yield from ("first = (sample - 1) // batch_size * batch_size", "n = min(batch_size, len(inputs) - first)", "")
    yield "# Local derivatives and chain rule"
    if scenario.zero_grad:
        reset = "optimizer.zero_grad()"
        yield from (["if sample == first + 1:", f"    {reset}"] if scenario.batch_size > 1 else [reset])
    else:
        yield "# optimizer.zero_grad() is forgotten: the gradients pile up"
    yield f"{loss}.backward()"
    yield from (_printed(f"{name}{one.name}", f"{one.name}.grad", one.numbers) for one in trained)


def _update(scenario: Scenario, trained: Sequence[_Parameter]) -> Iterator[str]:
    if not trained:
        return
    lines = ["optimizer.step()"]
    for name, numbers, _ in trained:
        for slot, key in STATES[scenario.optimizer.name].items():
            lines.append(_printed(f"{slot}_{name}", f'optimizer.state[{name}]["{key}"]', numbers))
        lines.append(_printed(name, name, numbers))
    yield from ("", "# Update")
    if scenario.batch_size > 1:
        yield "if sample == first + n:"
        lines = [*indented(lines)]
    yield from lines


def _printed(name: str, tensor: str, numbers: Nested) -> str:
    """The line that prints a tensor shaped as `numbers`."""
    return f'print("{name} =", {tensor}.item())' if isinstance(numbers, float) else f'show("{name}", {tensor})'
