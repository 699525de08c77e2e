"""A scenario with what the options on the command line put in its place."""

from collections.abc import Collection
from dataclasses import replace

from backprop_tui.core.models import is_program
from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.optimizers import OPTIMIZERS
from backprop_tui.core.scenario import Scenario, ScenarioError, neuron_with, with_training
from backprop_tui.core.softmax import LAYER_OPERATIONS
from backprop_tui.options.arguments import Request
from backprop_tui.options.numbers import UsageError


def changed(scenario: Scenario, request: Request) -> Scenario:
    """`scenario` with the numbers and names that are asked for.  Raises UsageError where it does not take them."""
    if is_program(scenario):
        from backprop_tui.options.expression import changed_program  # noqa: PLC0415 - networks need none of it

        optimizer = known_name("optimizer", request.optimizer, OPTIMIZERS)
        program = changed_program(scenario, request._replace(optimizer=optimizer), scenario.name)
        return program if program == scenario else replace(program, source="")
    activation = known_name("activation", request.activation, (*ACTIVATIONS, *LAYER_OPERATIONS))
    loss = known_name("loss", request.loss, LOSSES) or scenario.loss
    optimizer = known_name("optimizer", request.optimizer, OPTIMIZERS)
    _check_shape(scenario, request)
    rate = scenario.learning_rate if request.lr is None else request.lr
    try:
        # The loss comes last, and until then is one that takes any activation and target: they all change at once.
        neuron = neuron_with(
            replace(scenario, loss="mse"),
            x=request.x,
            w=request.w,
            b=request.b,
            y=request.y,
            activation=activation,
        )
        changed = replace(neuron, loss=loss, learning_rate=rate)
        changed = with_training(changed, optimizer=optimizer, batch_size=request.batch_size)
        return changed if changed == scenario else replace(changed, source="")  # other numbers are not the source's
    except ScenarioError as error:
        raise UsageError(f"{_blamed(error, request)}: {error.problem}") from error


def _blamed(error: ScenarioError, request: Request) -> str:
    """The option that the scenario takes exception to, one of those given."""
    name = error.key.rpartition(" ")[2]
    suspects = {
        "weights": ("w", "x"),
        "y": ("y", "loss"),
        "loss": ("loss", "activation"),
        "activation": ("activation",),
        "batch_size": ("batch_size",),
    }.get(name, ("loss",))
    blamed = next((one for one in suspects if getattr(request, one) is not None), suspects[-1])
    return f"--{blamed.replace('_', '-')}"


def _check_shape(scenario: Scenario, request: Request) -> None:
    """Raise UsageError where options for a neuron with one sample find none, or other inputs than weights."""
    asked = [name for name in ("x", "w", "b", "y", "activation") if getattr(request, name) is not None]
    if not asked:
        return
    samples = len(scenario.samples)
    if not scenario.is_neuron or samples > 1:
        what = f"{samples} samples" if scenario.is_neuron else "more than one neuron"
        raise UsageError(f"--{asked[0]}: needs a neuron with one sample, but {scenario.name} has {what}")
    inputs = len(scenario.samples[0].x if request.x is None else request.x)
    weights = len(scenario.layers[0].weights[0] if request.w is None else request.w)
    if inputs != weights:
        found = f"{_several(inputs, 'input')} but {_several(weights, 'weight')}"
        raise UsageError(f"--{asked[0]}: {found}; expected as many numbers for --x as for --w")


def _several(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def known_name(kind: str, name: str | None, known: Collection[str]) -> str | None:
    """`name`, in whatever case, as one of those `known`; None where none is given."""
    if name is not None and name.lower() not in known:
        from backprop_tui.core.names_elsewhere import unknown  # noqa: PLC0415 - needed for an unknown name only

        raise UsageError(f"--{kind} {name}: {unknown(kind, name, known)}")
    return name and name.lower()
