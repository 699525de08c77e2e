"""What the network answers to every sample, with the parameters that a pass has ended with."""

from typing import NamedTuple

from backprop_tui.core.compiled import compile_forward
from backprop_tui.core.models import model_of
from backprop_tui.present.numbers import number
from backprop_tui.stepper.state import State

_MOST = 6  # samples whose answers are told one by one


class Answer(NamedTuple):
    """One sample's outputs, and its loss."""

    outputs: tuple[float, ...]
    loss: float


def answers(state: State) -> tuple[Answer, ...]:
    """The answer to each sample, in order, with the parameters after the pass on screen."""
    view, graph = state.view, state.timeline.graph
    after = dict(zip((node.name for node in graph.parameters), view.after, strict=True))
    forward, names = compile_forward(graph), [node.name for node in graph.computed]
    outputs = [names.index(name) for name in graph.root.args[: len(view.scenario.samples[0].y)]]
    found = []
    model = model_of(view.scenario)
    for sample in range(1, len(view.scenario.samples) + 1):
        values = forward({**after, **model.given(sample)})
        found.append(Answer(tuple(values[index] for index in outputs), values[-1]))
    return tuple(found)


def answers_in_words(state: State) -> str:
    """What a few samples with one output each are answered, beside their targets; "" for one sample, or for many."""
    samples = state.scenario.samples
    if not 1 < len(samples) <= _MOST or len(samples[0].y) > 1:
        return ""
    told = ", ".join(number(answer.outputs[0]) for answer in answers(state))
    targets = ", ".join(number(sample.y[0]) for sample in samples)
    return f"Answers of the new parameters to the {len(samples)} samples: {told}; targets: {targets}."
