"""Scenarios of every kind, one after the other, and the stages of one pass of each."""

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import replace

from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.scenario import Layer, Sample, Scenario, with_parameters
from backprop_tui.stepper.machine import Edit, GoTo, Move, apply
from backprop_tui.stepper.state import Position, State, start

_ODD = (0.0, 0.0, 1.0, -1.0, 2.0, 0.5, -0.5, 0.1, 4.0, 1e-9, -1e-6, 1e6, 1e-3, 1e9, 37.5, -30.0, 800.0, 1e154, 5e-324)
_RATES = (0.1, 0.1, 0.5, 0.01, 1e-9, 0.0, -0.1, 3.0)


def number(dice: random.Random) -> float:
    kind = dice.random()
    if kind < 0.15:
        return dice.choice(_ODD)
    if kind < 0.3:
        return round(dice.uniform(-3, 3), 1)
    if kind < 0.35:
        return dice.uniform(-50, 50)
    return dice.uniform(-2.5, 2.5)


def scenario(dice: random.Random) -> Scenario:
    """A neuron with one to three inputs, or a network of up to three layers."""
    if dice.random() < 0.4:
        widths = [dice.choice((1, 1, 2, 3)), 1]
    else:
        widths = [dice.randint(1, 3) for _ in range(dice.randint(2, 4))]
    loss = dice.choice(sorted(LOSSES.keys() - {"cross_entropy"}))
    layers = []
    for before, width in itertools.pairwise(widths):
        kind = "sigmoid" if loss == "bce" and len(layers) == len(widths) - 2 else dice.choice(sorted(ACTIVATIONS))
        rows = tuple(tuple(number(dice) for _ in range(before)) for _ in range(width))
        trained = dice.choice(((True, True), (True, True), (True, True), (True, False), (False, False)))
        layers.append(Layer(kind, rows, tuple(number(dice) for _ in range(width)), *trained))
    target = (lambda: dice.choice((0.0, 1.0, dice.random()))) if loss == "bce" else (lambda: number(dice))
    samples = tuple(
        Sample(tuple(number(dice) for _ in range(widths[0])), tuple(target() for _ in range(widths[-1])))
        for _ in range(dice.choice((1, 1, 1, 2, 3)))
    )
    made = Scenario("made", tuple(layers), samples, loss, dice.choice(_RATES))
    return _solved(dice, made) if dice.random() < 0.1 else made


def _solved(dice: random.Random, made: Scenario) -> Scenario:
    """`made` with one target that is met exactly, or nearly."""
    view = start(made).view
    answers = view.timeline.graph.root.args[: len(made.samples[0].y)]
    nudge = dice.choice((0.0, 0.0, 1e-15, 1e-7))
    y = tuple(view.known[name] + nudge for name in answers)
    if any(not abs(one) < 1e300 for one in y) or (made.loss == "bce" and not all(0 <= one <= 1 for one in y)):
        return made
    return replace(made, samples=(Sample(made.samples[0].x, y), *made.samples[1:]))


def stages(seed: int, each: int = 0, make: Callable[[random.Random], Scenario] = scenario) -> Iterator[State]:
    """Without end: `each` stages, or all, of one pass of one scenario after the other, which `make` makes."""
    dice = random.Random(seed)  # noqa: S311 - nothing secret
    while True:
        state = start(make(dice))
        for _ in range(dice.choice((0, 0, 0, 1, 1, 2, 30))):
            state = apply(state, Move.NEXT_EPOCH)
        if dice.random() < 0.15:
            values = [number(dice) for _ in state.timeline.graph.parameters]
            state = apply(state, Edit(with_parameters(state.scenario, values)))
            for _ in range(dice.choice((0, 1, 2))):
                state = apply(state, Move.NEXT_EPOCH)
        epoch, sample = state.position.epoch, dice.randint(1, state.history.samples)
        if state.history.is_end(epoch, 1) or (state.history.end and state.history.end <= (epoch, sample)):
            continue
        numbers = range(state.history.view(epoch, sample).timeline.last + 1)
        for stage in sorted(dice.sample(numbers, min(each, len(numbers)))) if each else numbers:
            yield apply(state, GoTo(Position(epoch, sample, stage)))
