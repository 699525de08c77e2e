"""How a claim of a sentence is checked: the words that make it, and the stage that it is made at."""

import math
import re
from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

from backprop_tui.present.explanation.stage import explain
from backprop_tui.stepper.state import State
from tests.own_pass import CORNERED, HELD, OwnPass

NUMBER = r"−?\d[\d,]*(?:\.\d+)?(?:e[+-]\d+)?"
NAME = r"[abwxyz]\d*(?:_\d+)*"
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SIZES = {"just as much": 1.0, "twice as much": 2.0, "half as much": 0.5}
SIZE = rf"(?P<size>just as much|twice as much|half as much|about as much|{NUMBER} times as much)"


def read(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def count(word: str) -> int:
    return _WORDS.index(word) if word in _WORDS else int(word)


class Stage:
    """A stage, the words said of it, and what there is to check them by."""

    def __init__(self, state: State) -> None:
        self.state, self.view = state, state.view
        self.own = OwnPass(state.scenario, state.view.given)
        self.rule = state.timeline.rules[state.position.stage - 1] if state.position.stage else None
        self.text = " ".join(explain(state, 76, 1000))

    @cached_property
    def before(self) -> OwnPass | None:
        """The same sample an epoch ago."""
        here = self.state.position
        if here.epoch == 1:
            return None
        view = self.state.history.view(here.epoch - 1, here.sample)
        return OwnPass(view.scenario, view.given)

    @property
    def samples(self) -> int:
        return len(self.state.scenario.samples)

    @property
    def rate(self) -> float:
        return self.state.scenario.learning_rate

    @cached_property
    def new(self) -> dict[str, float]:
        """Every parameter after the update, each from the gradients of this pass."""
        own = self.own
        return {
            name: own[name] - (0.0 if name in own.held() else self.rate * self.gradient(name))
            for name in own.parameters()
        }

    def gradient(self, name: str) -> float:
        return self.own.gradient(name)

    def is_smooth(self, name: str) -> bool:
        """Whether nothing between `name` and the loss is at a corner, or divides by a number that is held."""
        own, scenario = self.own, self.state.scenario
        ahead = self._ahead(name)
        for z, a, kind in ahead:
            if kind in CORNERED and own[z] == 0 and a != name:
                return False
        reached = {a for _, a, _ in ahead}
        pairs = [(a, y) for a, y in zip(own.answers, own.targets, strict=True) if a in reached]
        if scenario.loss == "cross_entropy" and any(own[a] <= HELD and own[y] for a, y in pairs):
            return False
        if scenario.loss == "mae" and any(own[a] == own[y] for a, y in pairs):
            return False
        return scenario.loss != "bce" or all(own[a] * (1 - own[a]) >= 1e-12 for a, _ in pairs)

    def _ahead(self, name: str) -> list[tuple[str, str, str]]:
        """The z and a of each neuron that `name`, or what is made from it, is in, with its activation."""
        own, here = self.own, self.own.place(name)
        return [
            (own.name("z", layer, neuron), own.name("a", layer, neuron), row.activation)
            for layer, row in enumerate(self.state.scenario.layers, start=1)
            for neuron in range(1, len(row.weights) + 1)
            if layer > here[0] or (layer, neuron) == here or (layer == here[0] and row.activation == "softmax")
        ]

    def near(self, text: str, value: float, noise: float = 0.0) -> bool:
        """Whether `value` may be printed as `text`, at four significant digits, but for rounding."""
        told = read(text)
        return abs(told - value) <= 6e-4 * abs(value) + noise + 1e-13 * self.own.size()

    def is_size(self, text: str, slope: float) -> bool:
        """Whether something that moves `slope` times as much may be said to move so, but for rounding."""
        noise = 1e-13 * self.own.size()
        if text in _SIZES:
            return math.isclose(abs(slope), _SIZES[text], rel_tol=1e-9, abs_tol=noise)
        told = 1.0 if text == "about as much" else read(text.removesuffix(" times as much"))
        return math.isclose(told, abs(slope), rel_tol=1e-3, abs_tol=noise)

    def activation(self, name: str) -> str:
        return self.state.scenario.layers[self.own.place(name)[0] - 1].activation


Check = Callable[[Stage, re.Match[str]], bool]


class Claim(NamedTuple):
    """What words make a claim, and how to tell whether it holds."""

    words: re.Pattern[str]
    holds: Check


CLAIMS: list[Claim] = []


def claim(words: str) -> Callable[[Check], Check]:
    """Add a check of the claim that `words` make."""

    def add(holds: Check) -> Check:
        CLAIMS.append(Claim(re.compile(words), holds))
        return holds

    return add
