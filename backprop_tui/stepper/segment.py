"""From a pass on, a scenario holds: which batch each pass belongs to, and what is carried from one to the next."""

import math
from array import array
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from backprop_tui.core.backprop import BATCH_SIZE, LEARNING_RATE, numbers_given, remembered, sums
from backprop_tui.core.expression import before
from backprop_tui.core.frozen import Frozen
from backprop_tui.core.graph import Graph
from backprop_tui.core.models import model_of
from backprop_tui.core.models.model import Model
from backprop_tui.core.optimizers import UPDATE_NUMBER, Learning
from backprop_tui.core.scenario import Scenario
from backprop_tui.stepper.stages import Timeline, timeline

if TYPE_CHECKING:
    from backprop_tui.core.compiled import CompiledTraining, Outcome, Visited

_NOTHING = -0.0  # what a sum begins with: -0.0 + v is v, whatever its sign

_LATE = 10**9  # an epoch after any edit

Numbers = tuple[float, ...]


class Segment(Frozen):
    """From pass number `start` (counted from 0 through all epochs) on, `scenario` holds, parameters included.

    `carried` is what the optimiser remembers and the sums of gradients there; where it is empty, nothing and none.
    Batches are counted from pass number `counted_from`, and anew in every epoch after that.
    """

    start: int
    scenario: Scenario
    carried: Numbers = ()
    counted_from: int = 0

    @cached_property
    def model(self) -> Model:
        """What the scenario is of."""
        return model_of(self.scenario)

    @property
    def graph(self) -> Graph:
        """The model's graph."""
        return self.model.graph

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What a trained state consists of: the parameters, what the optimiser remembers, the sums of gradients."""
        return (*(node.name for node in self.graph.parameters), *self.carried_names)

    @cached_property
    def carried_names(self) -> tuple[str, ...]:
        """The same without the parameters, which are the scenario's."""
        learning = self.scenario.learning()
        return (*remembered(self.graph, learning), *sums(self.graph, learning))

    @cached_property
    def width(self) -> int:
        """How many numbers of a trained state outlast an epoch: sums do where they are never set to 0."""
        return len(self.names) - (len(sums(self.graph, self.scenario.learning())) if self.scenario.zero_grad else 0)

    @cached_property
    def first_state(self) -> Numbers:
        """The trained state at the start."""
        return self.completed(self.model.initial_parameters + self.carried)

    @cached_property
    def sums_are_empty(self) -> bool:
        """Whether nothing is in the sums of gradients at the start."""
        summed = sums(self.graph, self.scenario.learning())
        return not any(self.first_state[len(self.names) - len(summed) :])

    def completed(self, state: Numbers) -> Numbers:
        """`state`, with nothing in what it lacks."""
        summed = sums(self.graph, self.scenario.learning())
        empty = (*(0.0 for _ in self.names[: len(self.names) - len(summed)]), *(_NOTHING for _ in summed))
        return (*state, *empty[len(state) :])

    @cached_property
    def trainer(self) -> "CompiledTraining":
        """The compiled training of its graph, kept here: to look it up by graph may take longer than an epoch."""
        return self._compiled(one_sample=len(self.scenario.samples) == 1, within=False)

    @cached_property
    def passes(self) -> "CompiledTraining":
        """Likewise for some of its samples."""
        return self._compiled(one_sample=False, within=True)

    def _compiled(self, *, one_sample: bool, within: bool) -> "CompiledTraining":
        from backprop_tui.core.compiled import compile_training  # noqa: PLC0415 - a pass alone needs none

        learning, zero_grad = self.scenario.learning(), self.scenario.zero_grad
        return compile_training(self.graph, learning, one_sample=one_sample, zero_grad=zero_grad, within=within)

    @cached_property
    def numbers(self) -> Numbers:
        """The learning rate and the options of the optimiser."""
        return (self.scenario.learning_rate, *(value for _, value in self.scenario.optimizer.options))

    @cached_property
    def given(self) -> tuple[Numbers, ...]:
        """Each sample's inputs and targets."""
        return tuple((*sample.x, *sample.y) for sample in self.scenario.samples)  # as `model.given` has them

    @cached_property
    def epoch(self) -> "Visited":
        """What a whole epoch visits, which begins with a batch of its own."""
        return self.visited(_LATE, range(1, len(self.given) + 1))

    def visited(self, epoch: int, samples: range) -> "Visited":
        """Some samples (from 1) of `epoch`, in their batches where there are any."""
        if not self.scenario.accumulates:
            return self.given[samples.start - 1 : samples.stop - 1]
        from backprop_tui.core.compiled import Batch  # noqa: PLC0415 - likewise

        batches: list[Batch] = []
        sample = samples.start
        while sample < samples.stop:
            batch = self.batch(epoch, sample)
            until = min(batch.stop, samples.stop)
            anew = sample == batch.start and self.scenario.zero_grad
            part = self.given[sample - 1 : until - 1]
            batches.append(Batch(float(len(batch)), anew, part, whole=until == batch.stop))
            sample = until
        return batches

    def batch(self, epoch: int, sample: int) -> range:
        """The samples (from 1) of the batch that a pass belongs to."""
        count, size = len(self.scenario.samples), self.scenario.batch_size
        within = self.counted_from - (epoch - 1) * count
        origin = within + 1 if 0 < within < count else 1
        first = origin + (sample - origin) // size * size
        return range(first, min(first + size, count + 1))

    def timeline(self, epoch: int, sample: int) -> Timeline:
        """The stages of a pass."""
        batch = self.batch(epoch, sample)
        number = (epoch - 1) * len(self.scenario.samples) + sample - 1
        anew = sample == batch.start if self.scenario.zero_grad else number == self.counted_from and self.sums_are_empty
        learning = self.scenario.learning(anew=anew, updates=sample + 1 == batch.stop)
        if learning not in self._timelines:
            self._timelines[learning] = timeline(self.graph, learning)
        return self._timelines[learning]

    @cached_property
    def _timelines(self) -> dict[Learning, Timeline]:
        """Those asked for, kept here as `trainer` is."""
        return {}

    def given_to(self, epoch: int, sample: int, state: Numbers) -> Mapping[str, float]:
        """Every number that a pass is given, where it starts with `state`."""
        scenario = self.scenario
        known = dict(zip(self.names, state, strict=True))
        parameters = {node.name for node in self.graph.parameters}
        given = {name if name in parameters else before(name): value for name, value in known.items()}
        given |= self.model.given(sample)
        numbers = {LEARNING_RATE: scenario.learning_rate, **dict(scenario.optimizer.options)}
        numbers[BATCH_SIZE] = float(len(self.batch(epoch, sample)))
        numbers[UPDATE_NUMBER] = known.get(UPDATE_NUMBER, 0.0) + 1
        names = numbers_given(self.timeline(epoch, sample).learning)
        return given | {name: numbers[name] for name in names}


def edited(old: Segment, number: int, scenario: Scenario, carried: Mapping[str, float]) -> Segment:
    """The segment with which `scenario` takes over from `old` at pass `number`, where `carried` is carried so far.

    What is carried goes on; it is forgotten, and batches are counted from here, where the optimiser, the size of the
    batches or ``zero_grad`` is another.
    """
    new = Segment(number, scenario, counted_from=old.counted_from)
    if _way(scenario) != _way(old.scenario) or new.carried_names != old.carried_names:
        return Segment(number, scenario, counted_from=number)
    return Segment(number, scenario, tuple(carried[name] for name in new.carried_names), old.counted_from)


def _way(scenario: Scenario) -> tuple[object, ...]:
    return scenario.optimizer.name, scenario.batch_size, scenario.zero_grad


def train_quickly(
    trainer: "CompiledTraining",
    state: Numbers,
    visited: "Visited",
    numbers: Numbers,
    epochs: int,
    kept: tuple["array[float]", "array[float]"],
    small: float = -math.inf,
) -> "Outcome":
    """Train, until an epoch is level or its loss at most `small`; losses and ends are `kept`.

    Where the quick function meets a number that only the safe one can take, go on with that.
    """
    losses, ends = kept
    known, before_all = len(losses), len(ends)
    try:
        return trainer.quick(state, visited, numbers, epochs, losses, ends, small)
    except (ArithmeticError, ValueError):
        done = len(losses) - known
        width = (len(ends) - before_all) // done if done else 0
        last = (*ends[-width:], *state[width:]) if done else state
        outcome = trainer.safe(last, visited, numbers, epochs - done, losses, ends, small)
        return outcome._replace(epochs=done + outcome.epochs)
