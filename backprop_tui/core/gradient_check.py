"""Are the gradients right?  Each beside the central difference, which needs no derivative at all.

A parameter is moved a little to both sides, and the loss is computed twice: (L(w + h) − L(w − h)) / 2h is the
gradient but for an error of order h² and the rounding of L (Press et al., Numerical Recipes, 5.7).  Where a kink
lies within the step, the two sides have different slopes, and the difference is neither of them.
"""

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from backprop_tui.core.backprop import forward_rules
from backprop_tui.core.compiled import SMALL_GRADIENT, compile_forward
from backprop_tui.core.graph import Graph
from backprop_tui.core.ops import ACTIVATIONS, LOSSES

TOLERANCE = 1e-6
"""How far a gradient and its central difference may be apart, as a share of the larger; `SMALL_GRADIENT` always."""

_STEP = math.cbrt(sys.float_info.epsilon)  # where the errors of rounding and of the difference are about equal
_ROUNDINGS = 64  # so many units in the last place the loss itself may be off
_HELD = 1e-12  # bce divides by no less than this
_FAR = 100.0  # and takes no logarithm below −100


class Judgement(StrEnum):
    """What a comparison comes to."""

    AGREES = "agrees"
    DIFFERS = "differs"
    KINK = "kink within the step"
    LIMIT = "bce at its limit"
    NOT_FINITE = "not finite"


class Comparison(NamedTuple):
    """A parameter's gradient, as the chain rule has it, beside its central difference.

    `error` is their distance as a share of the larger of the two, 0 where both are 0; `step` is h.
    """

    parameter: str
    analytic: float
    difference: float
    error: float
    step: float
    judgement: Judgement


def compare(graph: Graph, given: Mapping[str, float], gradients: Mapping[str, float]) -> Iterator[Comparison]:
    """Each parameter of `gradients` (∂L/∂parameter by its name), at the inputs, targets and parameters `given`."""
    names = [rule.quantity for rule in forward_rules(graph)]
    forward = compile_forward(graph)
    for parameter, analytic in gradients.items():
        here = given[parameter]
        step = _STEP * max(1.0, abs(here))
        places = (here - step, here, here + step)
        below, at, above = (dict(zip(names, forward({**given, parameter: w}), strict=True)) for w in places)
        moved = places[2] - places[0]  # what 2h has become in floating point
        low, high = below[graph.root.name], above[graph.root.name]
        difference = (high - low) / moved if moved else math.nan
        twice = _difference(forward, given, parameter, 2 * step)
        gap, largest = abs(analytic - difference), max(abs(analytic), abs(difference))
        rounding = _ROUNDINGS * sys.float_info.epsilon * (max(abs(low), abs(high)) + _cancellation(graph, at))
        bend = abs(twice - difference)  # three times the error of order h², by Richardson's extrapolation
        allowed = TOLERANCE * largest + SMALL_GRADIENT + rounding / (moved or 1.0) + bend
        judgement = Judgement.AGREES if gap <= allowed else Judgement.DIFFERS
        if not all(map(math.isfinite, (analytic, low, high, gap))):
            judgement = Judgement.NOT_FINITE
        else:
            judgement = _excuse(graph, [{**given, **values} for values in (below, at, above)]) or judgement
        yield Comparison(parameter, analytic, difference, gap / largest if largest else 0.0, step, judgement)


def _cancellation(graph: Graph, values: Mapping[str, float]) -> float:
    """By how much more than its own size the loss is rounded: bce's 1 − a loses digits where a is near 1."""
    if graph.root.operation != "bce":
        return 0.0
    answers = (values[name] for name in graph.root.args[: len(graph.root.args) // 2])
    return max(1 / max(1 - a, _HELD) for a in answers)


def _difference(
    forward: Callable[[Mapping[str, float]], tuple[float, ...]], given: Mapping[str, float], parameter: str, step: float
) -> float:
    """The central difference of the loss, the last value of `forward`, over `step` to each side."""
    low, high = given[parameter] - step, given[parameter] + step
    rise = forward({**given, parameter: high})[-1] - forward({**given, parameter: low})[-1]
    return rise / (high - low) if high > low else math.nan


def _excuse(graph: Graph, places: list[dict[str, float]]) -> Judgement | None:
    """Why the difference may be no gradient, at numbers below, at and above the place where it is taken."""
    for node in graph.computed:
        if node.operation in ACTIVATIONS:
            z = [values[node.args[0]] for values in places]
            if _encloses(z, ACTIVATIONS[node.operation].kinks):
                return Judgement.KINK
    if graph.root.operation in LOSSES:
        half = len(graph.root.args) // 2
        for answer, target in zip(graph.root.args[:half], graph.root.args[half:], strict=True):
            if _encloses([values[answer] - values[target] for values in places], LOSSES[graph.root.operation].kinks):
                return Judgement.KINK
            if graph.root.operation == "bce" and any(_is_at_limit(values[answer]) for values in places):
                return Judgement.LIMIT
    return None


def _encloses(values: list[float], kinks: tuple[float, ...]) -> bool:
    """Whether one of `kinks` lies among `values` that move; those that stand still have but one slope."""
    low, high = min(values), max(values)
    return any(low <= kink <= high and low < high for kink in kinks)


def _is_at_limit(a: float) -> bool:
    return a * (1 - a) < _HELD or min(a, 1 - a) < math.exp(-_FAR)
