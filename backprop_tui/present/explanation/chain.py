"""What is said of the gradients of parameters: first what the number means, then how the walk back made it."""

from collections.abc import Iterator

from backprop_tui.core.graph import Role
from backprop_tui.core.slopes import is_saturated
from backprop_tui.present.events import Kind, paths
from backprop_tui.present.explanation.activation import words_of
from backprop_tui.present.explanation.meaning import meaning, tried
from backprop_tui.present.explanation.step_context import StepContext
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import counted

_CHANGES = {1.0: "leaves {} as it is", 2.0: "doubles {}", 0.5: "halves {}"}


def chain(moment: StepContext) -> Iterator[str]:
    """What the gradient of the moment says, and by which way it came."""
    if moment.node.role is not Role.PARAMETER or len(paths(moment.rule)) > 1:
        from backprop_tui.present.explanation.hidden import hidden  # noqa: PLC0415 - in networks only

        yield from hidden(moment)
        return
    if Kind.ZERO_GRADIENT in moment.kinds:
        from backprop_tui.present.explanation.zero import zero_gradient  # noqa: PLC0415 - rarely needed

        yield from zero_gradient(moment)
        if moment.value != 0:
            yield meaning(moment)
        yield from _cut_off(moment)
        yield from _symmetry(moment)
        return
    if moment.value == 0:
        from backprop_tui.present.explanation.zero import zero  # noqa: PLC0415 - rarely needed

        yield from _cut_off(moment)
        yield from _symmetry(moment)
        yield from zero(moment)
    else:
        yield meaning(moment)
        yield from _cut_off(moment)
        yield from _symmetry(moment)
        yield from _first(moment) if moment.is_first(Role.PARAMETER) else _further(moment)
    if moment.is_last:
        yield from _last(moment)
    if moment.value != 0:
        yield from _in_general(moment)


def _first(moment: StepContext) -> Iterator[str]:
    name = moment.node.name
    shown, *compared = (*tried(moment, "Chain rule: links multiply, as a nudge shows"), "")
    if shown:
        yield shown
    yield f"A gradient only describes: {name} is still {moment.text(name)}."
    yield f"Walk from the loss back to {name} and multiply the links on the way."
    yield from filter(None, compared)


def _further(moment: StepContext) -> Iterator[str]:
    """A walk that shares its beginning with the one before it."""
    name = moment.node.name
    *shared, link = paths(moment.rule)[0]
    consumer = moment.graph.consumers[name][0]
    is_bias = name == consumer.args[-1]
    if len(shared) > 1:
        yield f"The first {counted(len(shared))} factors are used again."
    elif shared:
        yield f"{symbol(shared[0])} is used again; only the last link is another."
    if not is_bias:
        yield f"That link is {moment.link(link)}: it {_change(moment.of(link), f'what arrives at {consumer.name}')}."


def _change(factor: float, arriving: str) -> str:
    """What a link does to the product so far."""
    size = abs(factor)
    if factor == -1:
        return f"turns the sign of {arriving}"
    if size in _CHANGES:
        return f"{_CHANGES[size].format(arriving)}{' and turns its sign' if factor < 0 else ''}"
    about = "about " if number(size) in ("1", "2", "0.5") else ""
    return f"multiplies {arriving} by {about}{number(factor)}"


def _last(moment: StepContext) -> Iterator[str]:
    """Now that every gradient is known."""
    yield "This process, not one formula, is backpropagation: loss.backward() in PyTorch."
    yield "Nothing has changed yet." if moment.graph.free else f"Held fixed, {moment.learning} stay."


def _symmetry(moment: StepContext) -> Iterator[str]:
    """Said at the last gradient, where neurons of a layer cannot become different by themselves."""
    if moment.is_last and not moment.is_neuron:
        from backprop_tui.present.explanation.symmetry import symmetry  # noqa: PLC0415 - in networks only

        yield from symmetry(moment)


def _cut_off(moment: StepContext) -> Iterator[str]:
    """Said there, too, where a whole layer learns nothing."""
    if moment.is_last and not moment.is_neuron:
        from backprop_tui.present.explanation.symmetry import cut_off  # noqa: PLC0415 - in networks only

        yield from cut_off(moment)


def _in_general(moment: StepContext) -> Iterator[str]:
    """What is worth knowing where there is room."""
    node = moment.node
    if node.fixed:
        yield f"{node.name} is held fixed: no update will use this gradient."
    one = moment.activations[0] if moment.is_neuron else None
    if one and is_saturated(one.operation, moment.of(one.args[0])):
        name, slope = words_of(one.operation).name, number(moment.slope(one))
        yield f"On the way {name}, saturated, has multiplied what arrived by its slope, {slope}."
    if not moment.is_neuron:
        yield f"{node.name} is {'the bias' if _is_bias(moment) else 'the weight'} of neuron {moment.place(node.name)}."
    if not moment.is_first(Role.PARAMETER):
        yield from tried(moment, "Tried")


def _is_bias(moment: StepContext) -> bool:
    consumer = moment.graph.consumers[moment.node.name][0]
    return consumer.args[-1] == moment.node.name
