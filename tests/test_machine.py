"""The transition table, walked at random beside a reference that knows no history, only positions in a flat run."""

from collections.abc import Iterator
from dataclasses import FrozenInstanceError, replace
from functools import lru_cache
from itertools import product
from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from backprop_tui.core.backprop import Phase, plan, run
from backprop_tui.core.models.dense import build, given_by, initial_parameters
from backprop_tui.core.scenario import Scenario, with_parameters
from backprop_tui.stepper import machine
from backprop_tui.stepper.history import MOST_EPOCHS
from backprop_tui.stepper.machine import TRANSITIONS, Edit, GoTo, IllegalCommand, Move, apply
from backprop_tui.stepper.state import Position, State, start
from tests.models import DIVERGING, THREE_SAMPLES, TWO_SAMPLES, bits, edits, network, neuron

WALKS = (neuron(), TWO_SAMPLES, THREE_SAMPLES, DIVERGING)

Segments = tuple[tuple[int, Scenario], ...]
Pass = tuple[dict[str, float], tuple[float, ...], tuple[int, ...]]


@lru_cache(maxsize=500)
def passes(segments: Segments, count: int) -> list[Pass]:
    """Up to `count` passes of a run, each with what it is given, its values and the ends of its phases."""
    done: list[Pass] = []
    parameters: tuple[float, ...] = ()
    for number in range(count):
        begin, scenario = [segment for segment in segments if segment[0] <= number][-1]
        if begin == number:
            parameters = initial_parameters(scenario)
        graph = build(scenario)
        rules = plan(graph)
        names = [node.name for node in graph.parameters]
        known = dict(zip(names, parameters, strict=True)) | {"lr": scenario.learning_rate}
        known |= given_by(scenario, scenario.samples[number % len(scenario.samples)])
        values = run(rules, known)
        phases = [rule.phase for rule in rules]
        ends = tuple(k for k, phase in enumerate(phases, start=1) if k == len(phases) or phase != phases[k])
        done.append((known, values, ends))
        if not all(map(isfinite, values)):
            break
        new = {r.quantity: value for r, value in zip(rules, values, strict=True) if r.phase is Phase.UPDATE}
        parameters = tuple(new.get(name, known[name]) for name in names)
    return done


class Walk(RuleBasedStateMachine):
    """Pass n counts from 0 through all epochs; k stages of it are done."""

    @initialize(scenario=st.sampled_from(WALKS))
    def begin(self, scenario: Scenario) -> None:
        self.state = start(scenario)
        self.samples = len(scenario.samples)
        self.segments: Segments = ((0, scenario),)
        self.undo: list[Segments] = []
        self.n = self.k = 0
        self.kept: list[tuple[State, State, bytes]] = []

    def exists(self, n: int) -> bool:
        return 0 <= n < len(passes(self.segments, n + 1))

    def last_pass(self, until: int) -> int:
        return len(passes(self.segments, until + 1)) - 1

    def ends(self, n: int) -> tuple[int, ...]:
        return passes(self.segments, n + 1)[n][2]

    def to_end_of(self, n: int) -> None:
        self.n, self.k = n, self.ends(n)[-1]

    @rule()
    def next(self) -> None:
        self.state = apply(self.state, Move.NEXT)
        if self.k < self.ends(self.n)[-1]:
            self.k += 1
        elif self.exists(self.n + 1):
            self.n, self.k = self.n + 1, 1

    @rule()
    def back(self) -> None:
        self.state = apply(self.state, Move.BACK)
        if self.k > 1 or (self.k, self.n) == (1, 0):
            self.k -= 1
        elif self.n:
            self.to_end_of(self.n - 1)

    @rule()
    def next_phase(self) -> None:
        self.state = apply(self.state, Move.NEXT_PHASE)
        later = [end for end in self.ends(self.n) if end > self.k]
        if later:
            self.k = later[0]
        elif self.exists(self.n + 1):
            self.n, self.k = self.n + 1, self.ends(self.n + 1)[0]

    @rule()
    def previous_phase(self) -> None:
        self.state = apply(self.state, Move.PREVIOUS_PHASE)
        earlier = [end for end in self.ends(self.n) if end < self.k]
        if earlier:
            self.k = earlier[-1]
        elif self.n:
            self.to_end_of(self.n - 1)
        else:
            self.k = 0

    @rule()
    def next_epoch(self) -> None:
        self.state = apply(self.state, Move.NEXT_EPOCH)
        first_of_next = (self.n // self.samples + 1) * self.samples
        if self.exists(self.n + self.samples):
            self.n += self.samples
        elif self.exists(first_of_next):
            self.to_end_of(self.last_pass(self.n + self.samples))

    @rule()
    def previous_epoch(self) -> None:
        self.state = apply(self.state, Move.PREVIOUS_EPOCH)
        self.n -= self.samples if self.n >= self.samples else 0

    @rule(move=st.sampled_from([Move.FIRST, Move.LAST, Move.RESET]))
    def jump(self, move: Move) -> None:
        self.state = apply(self.state, move)
        first = 0 if move is Move.RESET else self.n // self.samples * self.samples
        if move is Move.LAST:
            self.to_end_of(self.last_pass(first + self.samples - 1))
        else:
            self.n, self.k = first, 0

    @rule(epoch=st.integers(0, 7), sample=st.integers(0, 4), stage=st.integers(-1, 40))
    def go_to(self, epoch: int, sample: int, stage: int) -> None:
        n = (epoch - 1) * self.samples + sample - 1
        command = GoTo(Position(epoch, sample, stage))
        if epoch and 1 <= sample <= self.samples and self.exists(n) and 0 <= stage <= self.ends(n)[-1]:
            self.state = apply(self.state, command)
            self.n, self.k = n, stage
        else:
            self.refused(command)

    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        scenario = data.draw(edits(self.state.scenario))
        self.state = apply(self.state, Edit(scenario))
        self.undo.append(self.segments)
        self.segments = (*(one for one in self.segments if one[0] < self.n), (self.n, scenario))

    @rule()
    def undo_edit(self) -> None:
        if not self.undo:
            self.refused(Move.UNDO)
            return
        self.state = apply(self.state, Move.UNDO)
        self.segments = self.undo.pop()
        if not self.exists(self.n):
            self.to_end_of(self.last_pass(self.n))

    def refused(self, command: GoTo | Move) -> None:
        with pytest.raises(IllegalCommand):
            apply(self.state, command)

    @rule()
    def keep(self) -> None:
        """Remember a state, to look at it again when everything else has moved on."""
        self.kept.append((self.state, replace(self.state), bits(self.state.view.values)))

    @invariant()
    def is_where_the_reference_is(self) -> None:
        if not hasattr(self, "state"):
            return
        epoch, sample = divmod(self.n, self.samples)
        assert self.state.position == Position(epoch + 1, sample + 1, self.k)
        known, values, _ = passes(self.segments, self.n + 1)[self.n]
        view = self.state.view
        assert dict(view.given) == known
        assert bits(view.values) == bits(values)
        assert self.state.ended == (not all(map(isfinite, values)))
        assert tuple((segment.start, segment.scenario) for segment in self.state.segments) == self.segments
        assert len(self.state.undo) == len(self.undo)

    def teardown(self) -> None:
        for state, copy, values in getattr(self, "kept", ()):
            assert state == copy
            assert bits(state.view.values) == values


TestWalk = Walk.TestCase
TestWalk.settings = settings(stateful_step_count=40)


def positions(state: State, epochs: int) -> Iterator[Position]:
    """Every position of the first `epochs` epochs."""
    for epoch, sample in product(range(1, epochs + 1), range(1, state.history.samples + 1)):
        if (state.history.end or (epoch, sample)) >= (epoch, sample):
            for stage in range(state.history.view(epoch, sample).timeline.last + 1):
                yield Position(epoch, sample, stage)


@pytest.mark.parametrize("scenario", WALKS[:3], ids=["neuron", "two samples", "network"])
def test_back_undoes_next_but_from_stage_0_of_a_later_pass(scenario: Scenario) -> None:
    begin = start(scenario)
    for position in positions(begin, 2):
        here = apply(begin, GoTo(position))
        returned = apply(apply(here, Move.NEXT), Move.BACK)
        later = (position.epoch, position.sample) > (1, 1)
        assert (returned == here) == (not later or position.stage > 0)
        if position.stage == 0 and later:
            assert returned == apply(here, Move.BACK)


@pytest.mark.parametrize("scenario", WALKS, ids=["neuron", "two samples", "network", "diverging"])
def test_every_route_to_a_position_gives_the_same_state(scenario: Scenario) -> None:
    begin = start(scenario)
    walked = begin
    for _ in range(300):
        assert walked == apply(start(scenario), GoTo(walked.position))
        assert bits(walked.view.values) == bits(apply(start(scenario), GoTo(walked.position)).view.values)
        following = apply(walked, Move.NEXT)
        if following == walked:
            assert walked.ended
            break
        walked = following
    while walked.position.stage or walked.position != begin.position:
        before = apply(walked, Move.BACK)
        assert before.position < walked.position
        walked = before
    assert walked == begin == apply(begin, Move.BACK) == apply(begin, Move.RESET)


@given(st.sampled_from(WALKS[:3]), st.integers(1, 4), st.integers(0, 5), st.data())
def test_an_edit_leaves_what_was_before_and_changes_what_follows(
    scenario: Scenario, epoch: int, stage: int, data: st.DataObject
) -> None:
    samples = len(scenario.samples)
    sample = data.draw(st.integers(1, samples))
    here = apply(start(scenario), GoTo(Position(epoch, sample, stage)))
    values = [value + 0.25 for value in here.history.parameters(epoch, sample)]
    edited = apply(here, Edit(with_parameters(here.scenario, values)))
    assert edited.position == here.position
    assert edited.history.parameters(epoch, sample) == tuple(values)
    for e, s in product(range(1, epoch + 2), range(1, samples + 1)):
        same = bits(edited.history.view(e, s).values) == bits(here.history.view(e, s).values)
        assert same == ((e, s) < (epoch, sample))
    undone = apply(edited, Move.UNDO)
    assert undone == here
    assert bits(undone.view.values) == bits(here.view.values)


def test_undo_goes_back_edit_by_edit_even_where_a_later_edit_stands_earlier_in_the_run() -> None:
    def edited(state: State, weight: float, epoch: int) -> State:
        there = apply(state, GoTo(Position(epoch)))
        return apply(there, Edit(with_parameters(there.scenario, (weight, 0.5))))

    one = edited(start(TWO_SAMPLES), 3.0, 10)
    two = apply(edited(one, -2.0, 5), GoTo(Position(12)))
    undone = apply(two, Move.UNDO)
    for epoch in range(1, 13):
        at = GoTo(Position(epoch))
        assert bits(apply(undone, at).view.values) == bits(apply(one, at).view.values), epoch
    assert apply(apply(undone, Move.UNDO), Move.RESET) == start(TWO_SAMPLES)


def test_the_end_of_a_diverging_run_clamps_and_nothing_follows_it() -> None:
    end = start(DIVERGING)
    while (following := apply(end, Move.NEXT)) != end:
        end = following
    assert end.ended
    assert end.position.stage == end.timeline.last == 11
    assert 0 < end.view.first_not_finite <= 11
    for move in (Move.NEXT, Move.NEXT_PHASE, Move.NEXT_EPOCH, Move.LAST):
        assert apply(end, move) == end
    epoch, sample = end.position.epoch, end.position.sample
    assert (epoch, sample) == end.history.end == (2, 2)
    with pytest.raises(IllegalCommand, match=r"the run ends in epoch 2, sample 2, .*; expected nothing later"):
        apply(end, GoTo(Position(MOST_EPOCHS)))
    assert apply(end, Move.PREVIOUS_EPOCH).position == Position(1, 2, 11)


def test_what_lies_behind_the_end_of_the_run_becomes_its_end() -> None:
    saved = apply(start(DIVERGING), Edit(replace(DIVERGING, learning_rate=0.1)))
    beyond = apply(saved, GoTo(Position(5, 1, 3)))
    assert apply(beyond, Move.UNDO).position == Position(2, 2, 11)
    three = replace(DIVERGING, samples=(*DIVERGING.samples, DIVERGING.samples[0]))
    second = apply(start(three), GoTo(Position(1, 2, 3)))
    ends_before = apply(second, Move.NEXT_EPOCH)
    assert ends_before.ended
    assert ends_before.position == Position(2, 1, 11)
    assert apply(apply(start(three), GoTo(Position(1, 1, 3))), Move.NEXT_EPOCH).position == Position(2, 1, 3)


@pytest.mark.parametrize(
    ("position", "message"),
    [
        (Position(0), "epoch 0: expected a number from 1 to 1,000,000"),
        (Position(MOST_EPOCHS + 1), "epoch 1000001: expected a number from 1 to 1,000,000"),
        (Position(1, 0), "sample 0: expected a number from 1 to 2"),
        (Position(1, 3), "sample 3: expected a number from 1 to 2"),
        (Position(2, 1, -1), "stage -1: expected a number from 0 to 11"),
        (Position(2, 1, 12), "stage 12: expected a number from 0 to 11"),
    ],
)
def test_going_beyond_the_run_is_illegal_and_leaves_the_state_alone(position: Position, message: str) -> None:
    state = apply(start(TWO_SAMPLES), Move.NEXT_PHASE)
    before = replace(state)
    with pytest.raises(IllegalCommand, match=message):
        apply(state, GoTo(position))
    assert state == before


@pytest.mark.parametrize(
    "other",
    [
        replace(neuron(), name="two"),
        replace(neuron(), samples=neuron().samples * 2),
        neuron(x=(1.0, 2.0), w=(1.0, 2.0)),
        network((1, 1, 1)),
    ],
)
def test_an_edit_that_changes_the_shape_is_illegal(other: Scenario) -> None:
    state = start(neuron())
    with pytest.raises(IllegalCommand, match="not layers or samples"):
        apply(state, Edit(other))
    with pytest.raises(IllegalCommand, match="nothing to undo"):
        apply(state, Move.UNDO)
    assert state == start(neuron())


def test_the_run_is_no_longer_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "MOST_EPOCHS", 2)
    end = apply(start(neuron()), GoTo(Position(2, 1, 11)))
    for move in (Move.NEXT, Move.NEXT_PHASE, Move.NEXT_EPOCH):
        assert apply(end, move) == end
    with pytest.raises(IllegalCommand, match="epoch 3"):
        apply(end, GoTo(Position(3)))


def test_states_are_frozen_and_every_move_has_its_transition() -> None:
    assert set(TRANSITIONS) == set(Move)
    state = start(neuron())
    with pytest.raises(FrozenInstanceError):
        state.position = Position(2)  # type: ignore[misc]
    with pytest.raises(TypeError):
        TRANSITIONS[Move.NEXT] = TRANSITIONS[Move.BACK]  # type: ignore[index]
