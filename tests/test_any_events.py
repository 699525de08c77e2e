"""Whatever the run, each event and each ending is what the numbers say: judged here by a loop of its own.

The loop knows the rules of a pass, in whose numbers no fault is known, and the definitions of the words; nothing else.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backprop_tui.core.backprop import Phase, plan, run
from backprop_tui.core.models.dense import build, given_by, initial_parameters
from backprop_tui.core.scenario import Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.present.events import Kind, events
from backprop_tui.present.explanation.stage import explain
from backprop_tui.present.numbers import parse
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.obstacles import Obstacle
from backprop_tui.stepper.state import Position, start
from backprop_tui.stepper.training import Ending, ending, obstruction_of, since
from tests.models import neuron, scenarios
from tests.speaking import neurons

# From the definitions: lowest and highest answers, and the steepest slopes (gelu at √2, silu at 2.4).
RANGES = {
    "relu": (0.0, math.inf),
    "sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "softplus": (0.0, math.inf),
    "elu": (-1.0, math.inf),
    "gelu": (-0.1699712074983674, math.inf),
    "silu": (-0.2784645427610738, math.inf),
}
ENDLESS = (-math.inf, math.inf)


class Walked(NamedTuple):
    """One pass of the loop: the parameters before and after, and every quantity but the updates."""

    before: tuple[float, ...]
    after: tuple[float, ...]
    known: Mapping[str, float]
    broken: str  # the phase in which a value is not finite first


class Loop:
    """A run of `epochs` epochs, or less where a value is not finite."""

    def __init__(self, scenario: Scenario, epochs: int) -> None:
        self.scenario, self.graph = scenario, build(scenario)
        self.names = [node.name for node in self.graph.parameters]
        self.rules, self.rate = plan(self.graph), scenario.learning_rate
        self.passes: list[list[Walked]] = []
        parameters = initial_parameters(scenario)
        for _ in range(epochs):
            self.passes.append([])
            for sample in range(len(scenario.samples)):
                walked = self.walk(parameters, sample)
                self.passes[-1].append(walked)
                if walked.broken:
                    return
                parameters = walked.after

    def walk(self, parameters: tuple[float, ...], sample: int) -> Walked:
        numbers = dict(zip(self.names, parameters, strict=True))
        numbers |= {**given_by(self.scenario, self.scenario.samples[sample]), "lr": self.rate}
        values = list(zip(self.rules, run(self.rules, numbers), strict=True))
        known = numbers | {rule.quantity: value for rule, value in values if rule.phase is not Phase.UPDATE}
        new = {rule.quantity: value for rule, value in values if rule.phase is Phase.UPDATE}
        broken = next((rule.phase.value for rule, value in values if not math.isfinite(value)), "")
        return Walked(parameters, tuple(new.get(name, numbers[name]) for name in self.names), known, broken)

    def mean(self, epoch: int) -> float:
        total = 0.0
        for one in self.passes[epoch - 1]:
            total += one.known["loss"]
        return total / len(self.scenario.samples)

    @property
    def outputs(self) -> list[tuple[str, str]]:
        args = self.graph.root.args
        return list(zip(args[: len(args) // 2], args[len(args) // 2 :], strict=True))

    @property
    def used(self) -> list[str]:
        names = [node.name for node in self.graph.parameters if not node.fixed]
        return [f"dL_d{name}" for name in names or self.names]

    def level(self, one: Walked) -> bool:
        return all(abs(one.known[name]) <= 1e-9 for name in self.used)

    def right(self, one: Walked) -> bool:
        for place, (answer, target) in enumerate(self.outputs):
            scale = max(abs(sample.y[place]) for sample in self.scenario.samples)
            low, high = RANGES.get(self.graph.by_name[answer].operation, ENDLESS)
            wanted = one.known[target]
            if abs(one.known[answer] - wanted) > 1e-4 * (scale or 1.0) or not low <= wanted <= high:
                return False
        return True

    def small(self, epoch: int) -> bool:
        return self.mean(epoch) <= (1e-12 * min(1.0, self.mean(1)) if epoch > 1 else 0.0)

    def converged(self, epoch: int) -> bool:
        learns = any(not node.fixed for node in self.graph.parameters)
        return self.small(epoch) or (
            learns and all(self.level(one) and self.right(one) for one in self.passes[epoch - 1])
        )

    def is_still(self, epoch: int) -> bool:
        return all(one.before == one.after for one in self.passes[epoch - 1])

    def is_back(self, epoch: int) -> bool:
        """Whether an earlier epoch started from (nearly) the same parameters, which have moved meanwhile."""
        here = self.passes[epoch - 1][0].before
        for earlier in range(epoch - 1, 0, -1):
            there = self.passes[earlier - 1][0].before
            way = max(
                distance(one.before, one.after) for epochs in self.passes[earlier - 1 : epoch - 1] for one in epochs
            )
            alike = math.isclose(self.mean(epoch), self.mean(earlier), rel_tol=1e-9)
            if alike and way > 0 and distance(here, there) <= 1e-9 * way:
                return True
        return False

    def dead(self, one: Walked) -> set[str]:
        """The ReLUs that no sample gets through."""
        relus = [node for node in self.graph.computed if node.operation == "relu"]
        runs = [self.walk(one.before, sample).known for sample in range(len(self.scenario.samples))]
        return {node.name for node in relus if all(known[node.args[0]] <= 0 for known in runs)}


def distance(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


RATES = (0.01, 0.1, 0.2, 0.5, 1.0, 50.0, 0.0, -0.1)
RUNS = st.one_of(
    scenarios(rates=RATES),
    neurons(),
    neurons(st.sampled_from([0.0, 1.0, -1.0, 2.0, 0.5, -3.0])),
    st.sampled_from([neuron(learning_rate=0.2), neuron(learning_rate=0.3, activation="relu"), load("xor-2-2-1")]),
)


@given(RUNS, st.integers(1, 6))
@example(neuron(learning_rate=0.2), 6)
@example(neuron(learning_rate=0.3, activation="relu"), 6)
@example(neuron(learning_rate=0.0), 2)
@example(neuron(activation="gelu", x=[1.0], w=[-0.7517915246935645], b=0.0), 2)
@example(replace(load("xor-2-2-1"), learning_rate=1.5), 6)
@example(neuron(w=[0.0], b=0.0, y=1e-7, learning_rate=0.2), 3)
def test_every_event_follows_from_the_numbers(scenario: Scenario, epochs: int) -> None:
    loop = Loop(scenario, epochs)
    epoch, sample = len(loop.passes), len(loop.passes[-1])
    one, state = loop.passes[-1][-1], start(scenario)
    last = state.history.view(epoch, sample).timeline.last
    told = events(apply(state, GoTo(Position(epoch, sample, last))))
    kinds = {event.kind for event in told}
    if one.broken:
        after_an_update = (epoch, sample) > (1, 1) and any(not node.fixed for node in loop.graph.parameters)
        diverged = after_an_update or one.broken == "update"
        assert told[-1].kind is (Kind.DIVERGED if diverged else Kind.NOT_FINITE)
        return
    assert not kinds & {Kind.DIVERGED, Kind.NOT_FINITE}
    slopes = {
        node.name: (node.operation, one.known[f"d{node.name}_d{node.args[0]}"])
        for node in loop.graph.computed
        if node.args and f"d{node.name}_d{node.args[0]}" in one.known and node.operation != "affine"
    }
    closed = {name for name, (operation, slope) in slopes.items() if operation == "relu" and slope == 0}
    flat = {name for name, (operation, slope) in slopes.items() if operation != "relu" and slope == 0}
    at = {kind: {event.node for event in told if event.kind is kind} for kind in Kind}
    assert (at[Kind.GATE_CLOSED], at[Kind.FLAT], at[Kind.DEAD]) == (closed, flat, loop.dead(one))
    assert all(0 < abs(slopes[name][1]) < 0.0115 for name in at[Kind.SATURATED])
    assert (Kind.ZERO_GRADIENT in kinds) == loop.level(one)
    beyond = [
        target
        for answer, target in loop.outputs
        if not (low_high := RANGES.get(loop.graph.by_name[answer].operation, ENDLESS))[0]
        <= one.known[target]
        <= low_high[1]
    ]
    assert (Kind.OUT_OF_REACH in kinds) == bool(beyond)
    assert_risen(loop, epoch, sample, kinds)
    assert_ended(loop, scenario, epoch, sample, kinds)


def assert_risen(loop: Loop, epoch: int, sample: int, kinds: set[Kind]) -> None:
    """Overshoot: of a lone sample or of the mean, with a positive rate; else no more than a rise."""
    one = loop.passes[-1][-1]
    if epoch == 1:
        assert not kinds & {Kind.OVERSHOOT, Kind.ROSE, Kind.JUST_CLOSED}
        return
    before = loop.passes[-2][sample - 1]
    opened = {name for name in loop.dead(one) if before.known[loop.graph.by_name[name].args[0]] > 0}
    assert (Kind.JUST_CLOSED in kinds) == bool(opened)
    rose = one.known["loss"] > before.known["loss"]
    several = len(loop.scenario.samples) > 1
    if Kind.OVERSHOOT in kinds:
        assert loop.rate > 0
        assert sample == len(loop.scenario.samples)
        assert loop.mean(epoch) > loop.mean(epoch - 1) if several else rose
    if Kind.ROSE in kinds:
        assert rose
        assert loop.rate < 0 or several
    clearly = one.known["loss"] > before.known["loss"] * (1 + 1e-8) and one.known["loss"] > 1e-20
    off = max(abs(one.known[a] - one.known[y]) for a, y in loop.outputs)
    if clearly and off > 1e-12 * max(map(abs, one.known.values())):
        assert kinds & {Kind.OVERSHOOT, Kind.ROSE}


WORDS = {
    Kind.CONVERGED: Ending.CONVERGED,
    Kind.STUCK: Ending.STUCK,
    Kind.OSCILLATING: Ending.OSCILLATING,
    Kind.STANDING_STILL: Ending.STANDING_STILL,
}


def assert_ended(loop: Loop, scenario: Scenario, epoch: int, sample: int, kinds: set[Kind]) -> None:
    """The ending of the last epoch, whole, and that the event says the same."""
    told = {WORDS[kind] for kind in kinds if kind in WORDS}
    if sample < len(scenario.samples):
        assert not told
        return
    state = start(scenario)
    word, passes = ending(state, epoch), loop.passes[-1]
    assert told == ({word} if word else set())
    level, right = all(map(loop.level, passes)), all(map(loop.right, passes))
    assert (word is Ending.CONVERGED) == loop.converged(epoch)
    if word is Ending.STUCK:
        assert level
        assert not right
        assert_in_the_way(loop, epoch)
    elif word is Ending.STANDING_STILL:
        assert loop.is_still(epoch)
    elif word is Ending.OSCILLATING:
        assert loop.is_back(epoch)
    elif word is None:
        assert not loop.is_still(epoch)
        assert not loop.is_back(epoch)
    if word:
        first = since(state, epoch)
        assert ending(state, first) is word
        assert first == 1 or ending(state, first - 1) is not word


def assert_in_the_way(loop: Loop, epoch: int) -> None:
    """What is said to be in the way is what it is said to be, in a pass whose answer is wrong."""
    found = obstruction_of(start(loop.scenario).history, epoch)
    assert found
    one = next(one for one in loop.passes[epoch - 1] if not loop.right(one))
    node = loop.graph.by_name[found.node]
    if found.kind in (Obstacle.GATE, Obstacle.SATURATION, Obstacle.DIP):
        z = one.known[node.args[0]]
        assert (node.operation == "relu") == (found.kind is Obstacle.GATE)
        assert z <= 0 or found.kind is Obstacle.SATURATION
    elif found.kind is Obstacle.SYMMETRY:
        assert one.known[node.name] == 0
    elif found.kind is Obstacle.CANCELLATION:
        assert len(loop.graph.consumers[node.name]) > 1
    elif found.kind is Obstacle.INPUT:
        assert abs(one.known[node.name]) < 1


CHANGE = re.compile(r"([Tt]he (?:mean )?loss[a-z ]*|[Tt]he mean of all samples) (fell|rose) from (\S+) to ([^\s,;]+)")


@given(RUNS, st.integers(1, 6))
@example(neuron(loss="huber", learning_rate=0.2), 6)
@example(neuron(activation="relu", y=0.0), 3)
@example(replace(load("xor-2-2-1"), learning_rate=1.5), 6)
def test_what_is_said_at_the_loss_follows_from_the_numbers(scenario: Scenario, epochs: int) -> None:
    loop = Loop(scenario, epochs)
    epoch, sample = len(loop.passes), len(loop.passes[-1])
    one, state = loop.passes[-1][-1], start(scenario)
    if one.broken:
        return
    text = " ".join(explain(apply(state, GoTo(Position(epoch, sample, state.timeline.find("loss"))))))
    for what, way, was, now in CHANGE.findall(text):
        before = loop.passes[-2][sample - 1].known["loss"], one.known["loss"]
        if "mean" in what:
            back = 1 if "all samples" in what else 0
            before = loop.mean(epoch - 1 - back), loop.mean(epoch - back)
        assert (way == "rose") == (before[1] > before[0])
        assert (parse(was), parse(now.rstrip("."))) == pytest.approx(before, rel=6e-4)
    if "happened to fit" in text:
        assert len(scenario.samples) == 1
        assert loop.rate > 0
        assert loop.converged(2)
        assert loop.dead(loop.passes[0][0]) == loop.dead(loop.passes[1][0])
    if found := re.search(r"It took (\d+) steps", text):
        steps = int(found[1])
        assert loop.converged(steps + 1)
        assert not loop.converged(steps)
    if found := re.search(r"already, since epoch (\d+)", text):
        first = int(found[1])
        assert all(loop.converged(number) for number in range(first, epoch + 1))
        assert first == 1 or not loop.converged(first - 1)
    if "Its own step did not raise it" in text:
        again = loop.walk(loop.passes[-2][sample - 1].after, sample - 1)
        assert again.known["loss"] <= loop.passes[-2][sample - 1].known["loss"] < one.known["loss"]
    if "jumped" in text:
        ((answer, target),) = loop.outputs
        off = [walked.known[answer] - walked.known[target] for walked in (loop.passes[-2][0], one)]
        assert off[0] * off[1] < 0
        assert "Overshoot" not in text or abs(off[1]) > abs(off[0])
