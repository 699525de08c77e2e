"""Scenarios of every kind that are trained as it is done: softmax, batches, optimisers; and the stages of them."""

import random
from collections.abc import Iterator
from dataclasses import replace

from backprop_tui.core.optimizers import OPTIMIZERS, settings
from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.stepper.state import State
from tests.many_scenarios import number, scenario, stages

_TARGETS = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.5, 0.25, 0.25), (0.0, 0.75, 0.25))
_LOSSES = ("cross_entropy", "cross_entropy", "cross_entropy", "mse", "half_squared", "huber")


def training_scenario(dice: random.Random) -> Scenario:
    """One of `many_scenarios`, or a classifier, with any optimiser and any size of batch."""
    made = scenario(dice)
    if dice.random() < 0.45:
        made = _classifier(dice, made)
    if len(made.samples) == 1 and dice.random() < 0.6:
        made = replace(made, samples=made.samples * 2 + tuple(_like(dice, one) for one in made.samples))
    name = dice.choice(sorted(OPTIMIZERS))
    options: dict[str, float] = {}
    if dice.random() < 0.4:
        options["weight_decay"] = dice.choice((0.01, 0.1, 0.5))
    if dice.random() < 0.2 and "momentum" in OPTIMIZERS[name].options:
        options["momentum"] = dice.choice((0.5, 0.99))
    if dice.random() < 0.2 and "beta1" in OPTIMIZERS[name].options:
        options |= {"beta1": dice.choice((0.0, 0.5)), "epsilon": dice.choice((1e-8, 0.1))}
    size = dice.randint(1, len(made.samples))
    return replace(made, optimizer=settings(name, **options), batch_size=size, zero_grad=dice.random() < 0.75)


def _like(dice: random.Random, one: Sample) -> Sample:
    return Sample(tuple(number(dice) for _ in one.x), one.y)


def _classifier(dice: random.Random, made: Scenario) -> Scenario:
    """`made` with a softmax of two or three classes at its end."""
    before, classes = len(made.layers[-1].weights[0]), dice.choice((2, 3))
    rows = tuple(tuple(number(dice) for _ in range(before)) for _ in range(classes))
    last = Layer("softmax", rows, tuple(number(dice) for _ in range(classes)))
    wanted = [one[:classes] for one in _TARGETS if sum(one[:classes]) == 1]
    samples = tuple(Sample(one.x, dice.choice(wanted)) for one in made.samples)
    return replace(made, layers=(*made.layers[:-1], last), samples=samples, loss=dice.choice(_LOSSES))


def training_stages(seed: int, each: int = 0) -> Iterator[State]:
    """Without end, as `stages`."""
    return stages(seed, each, training_scenario)
