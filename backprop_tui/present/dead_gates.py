"""Which gates are closed for every sample, so that nothing can open them again but the layers before."""

from functools import lru_cache

from backprop_tui.core.backprop import local_name
from backprop_tui.core.models import model_of
from backprop_tui.core.ops import ACTIVATIONS
from backprop_tui.core.slopes import slope_at
from backprop_tui.stepper.history import Pass


@lru_cache(maxsize=8)
def dead_gates(one: Pass) -> frozenset[str]:
    """The activations whose gate is closed for every sample, with the parameters that the pass starts with."""
    from backprop_tui.core.compiled import compile_forward  # noqa: PLC0415 - for several samples only

    graph, known = one.timeline.graph, one.known
    gates = {node.name: node for node in graph.computed if is_gate(node.operation)}
    places = {node.name: number for number, node in enumerate(graph.computed)}
    closed = {name for name, node in gates.items() if known.get(local_name(graph, name, node.args[0])) == 0}
    for number in range(1, len(one.scenario.samples) + 1):
        if closed and number != one.sample:
            values = compile_forward(graph)({**one.given, **model_of(one.scenario).given(number)})
            zs = {name: values[places[gates[name].args[0]]] for name in closed}
            closed = {name for name, z in zs.items() if slope_at(gates[name].operation, z) == 0}
    return frozenset(closed)


def is_gate(operation: str) -> bool:
    """Whether `operation` is an activation to whose rule a slope of 0 belongs."""
    return operation in ACTIVATIONS and ACTIVATIONS[operation].blocked == "gate"
