"""Are the gradients right?  Each beside the central difference, which needs no derivative at all.

A parameter is moved a little to both sides, and the loss is followed: (L(w + h) − L(w − h)) / 2h is the gradient but
for an error of order h².  Two steps, h and h/2, tell how large that is and take most of it away (Richardson's
extrapolation); h shrinks until they agree, as in Ridders' method (Press et al., Numerical Recipes, 5.7).  What moves is
carried through the graph by itself (`differences`), so that a small step costs no digits, whatever stands beside it.

A batch's gradient is that of the mean of its samples' losses, and is compared with that mean's difference.

What is left is the rounding of the chain rule's own numbers, such as 1 − a² where a is nearly 1.  Where a gap is no
larger than that may be (`intervals`), nobody can tell whether the gradient is wrong.
"""

import math
import sys
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from backprop_tui.core.backprop import chain_rules, forward_rules, gradient_name, local_rules
from backprop_tui.core.differences import Mover, mover, softmax_mover
from backprop_tui.core.elementary import EXTREMES
from backprop_tui.core.graph import Graph, Node
from backprop_tui.core.intervals import Interval, enclosure
from backprop_tui.core.ops import LOSSES, OPERATIONS
from backprop_tui.core.softmax import HELD

TOLERANCE = 1e-6
"""How far a gradient and its central difference may be apart, as a share of the larger."""

_STEP = 2.0**-17  # the first step, as a share of the parameter where that is above 1
_LEAST = 2.0**-217  # the last one
_SHRINK = 2.0**-10
_LONG_SHRINK = 2.0**-50  # off a kink, and away from the bottom of a bowl
_ROUNDING = 4 * sys.float_info.epsilon
_SETTLED = 1e-8  # the share by which the differences over h and h/2 may be apart
_MARGIN = 4  # so many times the width of the gradient's bounds may rounding explain; the difference has its own
_UNDERFLOW = 1e-240  # gaps below this may be what floats near 0 have lost on the way
_HELD = 1e-12  # bce divides by no less than this


class Judgement(StrEnum):
    """What a comparison comes to."""

    AGREES = "agrees"
    DIFFERS = "differs"
    CANNOT_TELL = "cannot tell: rounding"
    KINK = "kink within"
    LIMIT = "loss at its limit"
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


class _Difference(NamedTuple):
    """What the step gives that tells most; `kink` says that none was small enough to avoid one.

    `error` is about how far the value may be off: what halving the step changes, and rounding.
    """

    value: float
    step: float
    error: float
    kink: bool = False


class _Sample(NamedTuple):
    """A forward pass: the value of every node, and how far each moves."""

    values: Mapping[str, float]
    movers: Mapping[str, Mover]


def compare(
    graph: Graph, given: Mapping[str, float] | Sequence[Mapping[str, float]], gradients: Mapping[str, float]
) -> Iterator[Comparison]:
    """Each parameter of `gradients` (∂L/∂parameter by its name), at the inputs, targets and parameters `given`.

    Where these are several, of the samples of a batch, the loss is the mean of theirs.
    """
    samples = [_forward(graph, one) for one in ([given] if isinstance(given, Mapping) else given)]

    @cache
    def rounding() -> Mapping[str, float]:  # most gradients agree, and nobody asks
        return _rounding_of_mean([_bounds(graph, sample.values) for sample in samples])

    for parameter, analytic in gradients.items():
        moving = _moved_by(graph, parameter)
        found = _difference(moving, samples, parameter)
        judgement = _excuse(moving, samples, analytic, found) or (
            Judgement.AGREES
            if _share(analytic, found.value) <= TOLERANCE
            else _verdict(analytic, found, rounding()[gradient_name(graph, parameter)])
        )
        error = _share(analytic, found.value)
        yield Comparison(parameter, analytic, found.value, error, found.step, judgement)


def _forward(graph: Graph, given: Mapping[str, float]) -> _Sample:
    values, movers = dict(given), {}
    for rule in forward_rules(graph):
        node = graph.by_name[rule.node]
        values[rule.quantity], movers[rule.quantity] = (
            softmax_mover(rule.expression, node.args, node.layer.index(node.name), values)
            if node.layer
            else mover(rule.expression, values)
        )
    return _Sample(values, movers)


def _share(analytic: float, difference: float) -> float:
    largest = max(abs(analytic), abs(difference))
    return abs(analytic - difference) / largest if largest else 0.0


def _difference(moving: Sequence[Node], samples: Sequence[_Sample], parameter: str) -> _Difference:
    """∂L/∂parameter by central differences of ever smaller steps, until halving the step changes nothing.

    Where none is small enough, the one that halving changed least; NaN where no float holds what moves.
    """

    def follow(move: float) -> Sequence[Mapping[str, float]]:
        found = []
        for sample in samples:
            moves = {parameter: move}
            for node in moving:
                moves[node.name] = sample.movers[node.name](moves)
            found.append(moves)
        return found

    def loss(moved: Sequence[Mapping[str, float]]) -> float:
        return math.fsum(moves[root] for moves in moved) / len(moved)

    root, scale = moving[-1].name, max(1.0, abs(samples[0].values[parameter]))
    step, kink = _STEP * scale, False
    best = _Difference(math.nan, step, math.inf)
    while step >= _LEAST * scale and all(math.isfinite(one.values[root]) for one in samples):
        shrink = _SHRINK
        with suppress(ArithmeticError, ValueError):
            all_below, all_above = follow(-step), follow(step)
            below, above = loss(all_below), loss(all_above)
            far, near = (above - below) / (2 * step), (loss(follow(step / 2)) - loss(follow(-step / 2))) / step
            # At the bottom of a bowl both moves are rises of order h²; what they differ by is lost in their rounding.
            rounding = _ROUNDING * (abs(above) + abs(below)) / (2 * step)
            found = _Difference(near + (near - far) / 3, step, max(abs(near - far), rounding))
            moved = zip(samples, all_below, all_above, strict=True)
            kink = any(_crosses_a_kink(moving, one.values, *both) for one, *both in moved)
            best = min(best, found, key=lambda one: one.error)
            if not kink and found.error <= _SETTLED * abs(found.value):
                return found
            shrink = _LONG_SHRINK if kink or rounding > _SETTLED * abs(found.value) else _SHRINK
        step *= shrink
    return best._replace(kink=kink)


def _moved_by(graph: Graph, parameter: str) -> Sequence[Node]:
    """The nodes that depend on `parameter`, in order of computation, the loss last."""
    reached = {parameter}
    moving = []
    for node in graph.computed:
        if not reached.isdisjoint(node.args):
            reached.add(node.name)
            moving.append(node)
    return moving


def _crosses_a_kink(
    moving: Sequence[Node], values: Mapping[str, float], below: Mapping[str, float], above: Mapping[str, float]
) -> bool:
    """Whether one of the nodes `moving` has a kink within the moves `below` and `above` of its arguments."""

    def crosses(argument: str, place: float, kinks: tuple[float, ...]) -> bool:
        low, high = sorted((below.get(argument, 0.0), above.get(argument, 0.0)))
        return low < high and any(low <= kink - place <= high for kink in kinks)

    for node in moving:
        if node.operation in LOSSES:
            kinks = LOSSES[node.operation].kinks
            if any(crosses(a, values[a] - values[y], kinks) for a, y in _pairs(node)):
                return True
        elif node.operation in EXTREMES:
            if not _winners(node, values, {}) == _winners(node, values, below) == _winners(node, values, above):
                return True
        else:
            operand, kinks = _edges(node)
            if isinstance(operand, str) and crosses(operand, values[operand], kinks):
                return True
    return False


def _edges(node: Node) -> tuple[str | float, tuple[float, ...]]:
    """The operand of `node` whose moves may lead over a corner or a pole, and where these are."""
    match node.operation:
        case "divide":
            return node.operands[1], (0.0,)
        case "power":
            base, exponent = node.operands
            is_smooth = isinstance(exponent, float) and exponent >= 0 and exponent.is_integer()
            return base, () if is_smooth else (0.0,)
    return node.args[0] if node.args else 0.0, () if node.layer else OPERATIONS[node.operation].kinks


def _winners(node: Node, values: Mapping[str, float], moves: Mapping[str, float]) -> frozenset[str | float]:
    """Which operands a maximum or minimum hands on after `moves`, told by gaps, in which no small move is lost."""
    best = max if node.operation == "max" else min
    at = {operand: values[operand] if isinstance(operand, str) else operand for operand in node.operands}
    edge = best(at.values())
    by = {operand: moves.get(operand, 0.0) if isinstance(operand, str) else 0.0 for operand in at}
    gaps = {operand: at[operand] - edge + by[operand] for operand in at}
    return frozenset(operand for operand, gap in gaps.items() if gap == best(gaps.values()))


def _pairs(loss: Node) -> Iterator[tuple[str, str]]:
    """The outputs of a loss, each with its target."""
    half = len(loss.args) // 2
    return zip(loss.args[:half], loss.args[half:], strict=True)


def _excuse(
    moving: Sequence[Node], samples: Sequence[_Sample], analytic: float, found: _Difference
) -> Judgement | None:
    """Why there is nothing to compare, if so."""
    root, moved = moving[-1], {node.name for node in moving}
    if not (math.isfinite(analytic) and all(math.isfinite(one.values[root.name]) for one in samples)):
        return Judgement.NOT_FINITE
    if found.kink:
        return Judgement.KINK
    if any(_is_held(root, moved, one.values) for one in samples):
        return Judgement.LIMIT
    return None if math.isfinite(found.value) else Judgement.CANNOT_TELL


def _is_held(loss: Node, moved: Container[str], values: Mapping[str, float]) -> bool:
    """Whether the loss is kept from following one of the outputs that have `moved`."""
    pairs = [(values[a], values[y]) for a, y in _pairs(loss) if a in moved] if loss.operation in LOSSES else []
    if loss.operation == "cross_entropy":
        return any(y > 0 and a <= HELD for a, y in pairs)
    return loss.operation == "bce" and any(a * (1 - a) < _HELD for a, _ in pairs)


def _verdict(analytic: float, found: _Difference, rounding: float) -> Judgement:
    """What a gap comes to, where so much may be `rounding`; what is not finite explains everything."""
    explained = max(rounding + _MARGIN * found.error, _UNDERFLOW)
    gap = abs(analytic - found.value)
    return Judgement.CANNOT_TELL if math.isnan(explained) or gap <= explained else Judgement.DIFFERS


def _rounding_of_mean(bounds: Sequence[Mapping[str, Interval]]) -> Mapping[str, float]:
    """How far rounding may part each derivative from its difference, by name, the samples' being within `bounds`."""
    found = {}
    for name in bounds[0]:
        low, high = (math.fsum(one[name][side] for one in bounds) / len(bounds) for side in (0, 1))
        # A sum of n numbers is rounded n times, and each of them once more when it is divided.
        largest = math.fsum(max(map(abs, one[name])) for one in bounds) if len(bounds) > 1 else 0.0
        found[name] = _MARGIN * (high - low + sys.float_info.epsilon * largest)
    return found


def _bounds(graph: Graph, values: Mapping[str, float]) -> Mapping[str, Interval]:
    """Where each derivative lies, by name, whichever way it is rounded, the forward pass being what it is.

    A slope may be written with the node's own value, as a(1 − a), or with those of its layer; these are known to
    their rounding only.
    """
    points = {name: (value, value) for name, value in values.items()}
    own = {rule.quantity: enclosure(rule.expression, points) for rule in forward_rules(graph)}
    bounds: dict[str, Interval] = {}
    for rule in local_rules(graph):
        rounded = {name: own[name] for name in graph.by_name[rule.node].layer or (rule.node,)}
        bounds[rule.quantity] = enclosure(rule.expression, {**points, **rounded})
    for rule in chain_rules(graph):
        bounds[rule.quantity] = enclosure(rule.expression, bounds)
    return bounds
