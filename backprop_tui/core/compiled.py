"""Training as one straight-line Python function, written from the same rules that the stepper walks.

Training on and jumping to a far epoch need every pass but show none of them; the generated code takes about as long
as a loop written by hand and gives the stepper's bits, because it is the same sequence of operations.  What cannot
change a bit is left out: copies (``a = z``) and factors of 1.  All names in it were validated by `Graph`, no text
from outside gets in; what is not a quantity begins with _.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableSequence, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from backprop_tui.core.backprop import (
    BATCH_SIZE,
    PLAIN,
    SMALL_GRADIENT,
    Phase,
    Rule,
    forward_rules,
    remembered,
    sums,
    used_gradient,
)
from backprop_tui.core.codegen import FAST, SAFE, Dialect, python
from backprop_tui.core.expression import FUNCTIONS, Expression, Name, names
from backprop_tui.core.graph import Graph, Role
from backprop_tui.core.optimizers import LEARNING_RATE, UPDATE_NUMBER, Learning
from backprop_tui.core.straight_line import finite_check, simplified, statements, targets

Numbers = tuple[float, ...]


class Outcome(NamedTuple):
    """How a training function ended: after `epochs` whole epochs, and why.

    It had done all; or the last of them is `settled`; or the next one is `broken` by a value that is not finite, at
    which sample is not told, for parameters are looked at after their epoch only.

    An epoch is settled where its mean loss is at most `small`, or no gradient that an update of it used is above
    `SMALL_GRADIENT` in size, and no update moved a parameter by more than that times the learning rate.
    """

    epochs: int
    broken: bool = False
    settled: bool = False


class Batch(NamedTuple):
    """Samples that follow each other, of a batch of `size`: all of it, or its beginning, middle or end.

    The sum of gradients starts `anew` with the first of them; where the batch is `whole` with the last of them, an
    update follows.
    """

    size: float
    anew: bool
    samples: tuple[Numbers, ...]
    whole: bool


Kept = MutableSequence[float]
Visited = Sequence[Numbers] | Sequence[Batch]
TrainFunction = Callable[[Numbers, Visited, Numbers, int, Kept, Kept, float], Outcome]
"""``f(state, samples, numbers, epochs, losses, ends, small)``: up to `epochs` epochs over `samples`.

Each sample holds its inputs and targets in the graph's order; where gradients are accumulated, the samples come in
batches.  `state` holds the parameters, what the optimiser remembers, and the sums of gradients; `numbers` the learning
rate and the options of the optimiser.  The mean loss of each whole epoch is appended to `losses`, and to `ends` the
state after it, sums only where they outlast it.
"""


class CompiledTraining(NamedTuple):
    """One function twice: `quick` raises ArithmeticError or ValueError where `safe` goes on with ∞ or NaN."""

    quick: TrainFunction
    safe: TrainFunction


_QUICK = {
    "_exp": math.exp,
    "_ln": math.log,
    "_log1p": math.log1p,
    "_sqrt": math.sqrt,
    "_power": math.pow,
    "_sin": math.sin,
    "_cos": math.cos,
    "_tan": math.tan,
}
"""What raises where the functions of the same names in `FUNCTIONS` do not."""


@lru_cache(maxsize=32)
def compile_training(
    graph: Graph, learning: Learning = PLAIN, *, one_sample: bool, zero_grad: bool = True, within: bool = False
) -> CompiledTraining:
    """The training function of `graph`, for exactly one sample (which is no batch) or for any number of them.

    One for passes `within` an epoch appends the sums of gradients to `ends`, too.
    """

    def compiled(dialect: Dialect, names: dict[str, object]) -> TrainFunction:
        text = source(graph, learning, one_sample=one_sample, zero_grad=zero_grad, within=within, dialect=dialect)
        exec(compile(text, "<training>", "exec"), names)  # noqa: S102 - the text is made here, of validated names
        return names["_train"]  # type: ignore[return-value]  # exec cannot tell its type

    tolerant = cache(lambda: compiled(SAFE, _safe_names()))

    def safe(*given: object) -> Outcome:  # made when it is needed: few runs do
        return tolerant()(*given)  # type: ignore[arg-type]  # the same as are given to it

    return CompiledTraining(compiled(FAST, {**_safe_names(), **_QUICK}), safe)


@lru_cache(maxsize=32)
def compile_forward(graph: Graph) -> Callable[[Mapping[str, float]], Numbers]:
    """The forward pass and the loss: the value of each of the graph's `forward_rules`, from all that is given."""
    rules = tuple(forward_rules(graph))
    lines = [
        "def _forward(_given):",
        *(f"    {node.name} = _given[{node.name!r}]" for node in graph.nodes if not node.operation),
        *(f"    {line}" for line in _lines(rules, set(), SAFE)),
    ]
    lines.append(f"    return {targets(rule.quantity for rule in rules)}")
    namespace = _safe_names()
    exec(compile("\n".join(lines), "<forward>", "exec"), namespace)  # noqa: S102 - likewise
    return namespace["_forward"]  # type: ignore[return-value]  # exec cannot tell its type


AnswerFunction = Callable[[Numbers, Iterable[Numbers]], list[Numbers]]
"""``f(parameters, samples)``: for each sample its outputs, and its loss where that is asked for."""


@lru_cache(maxsize=32)
def compile_answers(graph: Graph, *, with_loss: bool) -> AnswerFunction:
    """The outputs of `graph` for many inputs at once, and the loss of each where the targets come with the inputs.

    The values are those of `compile_forward`, to the bit; the parameters are unpacked once.
    """
    roles = (Role.INPUT, Role.TARGET) if with_loss else (Role.INPUT,)
    rules = [rule for rule in forward_rules(graph) if with_loss or rule.phase is not Phase.LOSS]
    found = (*graph.root.args[: len(graph.root.args) // 2], *((graph.root.name,) if with_loss else ()))
    lines = [
        "def _answers(_parameters, _samples):",
        f"    {targets(node.name for node in graph.parameters)} = _parameters",
        "    _found = []",
        f"    for {targets(node.name for node in graph.nodes if node.role in roles)} in _samples:",
        *(f"        {line}" for line in _lines(rules, set(), FAST)),
        f"        _found.append({targets(found)})",
        "    return _found",
    ]
    code = compile("\n".join(lines), "<answers>", "exec")
    namespaces = ({**_safe_names(), **_QUICK}, _safe_names())
    for namespace in namespaces:
        exec(code, namespace)  # noqa: S102 - likewise
    quick, safe = (namespace["_answers"] for namespace in namespaces)

    def answers(parameters: Numbers, samples: Iterable[Numbers]) -> list[Numbers]:
        samples = tuple(samples)
        try:
            return quick(parameters, samples)  # type: ignore[operator,no-any-return]  # exec cannot tell its type
        except (OverflowError, ValueError):
            return safe(parameters, samples)  # type: ignore[operator,no-any-return]  # likewise

    return answers


def _safe_names() -> dict[str, object]:
    names: dict[str, object] = {name: FUNCTIONS[function] for function, name in FAST.calls.items()}
    others = {"_quotient": FUNCTIONS["/"], "_inf": math.inf, "_nan": math.nan}
    return names | others | {"_range": range, "_len": len, "_Outcome": Outcome}


def source(
    graph: Graph,
    learning: Learning = PLAIN,
    *,
    one_sample: bool,
    zero_grad: bool = True,
    within: bool = False,
    dialect: Dialect = FAST,
) -> str:
    """The text of the function."""
    learning = learning._replace(anew=False, updates=True)
    rules, copies = simplified(graph, learning)
    parameters = tuple(node.name for node in graph.parameters)
    summed, memory = sums(graph, learning), remembered(graph, learning)
    numbers = (LEARNING_RATE, *learning.row.options)
    head = [
        "def _train(_state, _samples, _numbers, _epochs, _losses, _ends, _small):",
        f"    {targets((*parameters, *memory, *summed))} = _state",
        f"    {targets(numbers)} = _numbers",
        "    _keep_loss, _keep_end = _losses.append, _ends.extend",
    ]
    done: set[str] = set()
    for name, meaning in statements(rules):
        if name.startswith("_") and names(meaning) <= {*numbers}:  # the same in every pass
            done.add(name)
            head.append(f"    {name} = {python(meaning, dialect)}")
    is_plain = learning.optimizer == "sgd" and not learning.adds_decay and zero_grad
    if not is_plain:
        head.append(f"    _move = {SMALL_GRADIENT!r} * _abs({LEARNING_RATE})")
    keep = f"_keep_end({targets((*parameters, *memory, *(summed if within or not zero_grad else ())))})"
    sample = targets(node.name for node in graph.nodes if node.role in (Role.INPUT, Role.TARGET))
    one = _Pass(graph, learning, rules, copies, done, is_plain, dialect)
    if learning.accumulates:
        reset = f"{' = '.join(summed)} = -0.0" if summed and zero_grad else ""  # -0.0 + v is v, whatever its sign
        lines = _in_batches(one, sample, reset, keep)
    else:
        lines = _one_by_one(one, sample, keep, one_sample=one_sample)
    return "\n".join([*head, *(f"    {line}" for line in lines)]) + "\n"


class _Pass(NamedTuple):
    """What the lines of a pass are written from."""

    graph: Graph
    learning: Learning
    rules: tuple[Rule, ...]
    copies: Mapping[str, Expression]
    done: set[str]
    is_plain: bool
    dialect: Dialect

    @property
    def root(self) -> str:
        return self.graph.root.name

    def until_update(self) -> list[str]:
        """Forward and backward, and the sums."""
        return self.lines(rule for rule in self.rules if rule.phase is not Phase.UPDATE)

    def lines(self, rules: Iterable[Rule]) -> list[str]:
        """An assignment for each of `rules`, and before it for what it shares with others."""
        return [*_lines(rules, self.done, self.dialect)]

    def update(self) -> list[str]:
        """The update, which is simultaneous: it comes last, each parameter from its own numbers.

        Where more than the gradient moves a parameter, the old ones are remembered as long as all may be level.
        """
        count = [f"{UPDATE_NUMBER} = {UPDATE_NUMBER} + 1.0"] if self.learning.row.counts else []
        steps = self.lines(rule for rule in self.rules if rule.phase is Phase.UPDATE)
        before = []
        if not self.is_plain:
            early = [] if self.learning.adds_decay else [f"if _level: _level = {self.small_gradients()}"]
            before = [*early, f"if _level: _old = {targets(node.name for node in self.graph.free)}"]
        return [*before, *count, *steps]

    def check(self) -> list[str]:
        """Whether, after the update, this still may be a level epoch."""
        if self.is_plain:  # which moves by nothing but the gradients
            return [f"if _level: _level = {self.small_gradients()}"]
        moves = [f"-_move <= {node.name} - _old[{i}] <= _move" for i, node in enumerate(self.graph.free)]
        small = [self.small_gradients()] if self.learning.adds_decay else []
        return [f"if _level: _level = {' and '.join([*small, *moves]) or 'True'}"]

    def small_gradients(self) -> str:
        """The condition that no gradient that the update uses is above `SMALL_GRADIENT`."""
        used = (used_gradient(self.graph, node.name, self.learning) for node in self.graph.free)
        gradients = (python(self.copies.get(name, Name(name)), self.dialect) for name in used)
        return " and ".join(f"-{SMALL_GRADIENT!r} <= {name} <= {SMALL_GRADIENT!r}" for name in gradients) or "True"


def _one_by_one(one: _Pass, sample: str, keep: str, *, one_sample: bool) -> list[str]:
    """The loop that updates after every sample."""
    if one_sample:
        whole = [*one.until_update(), *one.update(), *finite_check(one.rules)]
        head = [f"({sample},) = _samples"]
        if one.is_plain:
            end = f"if {one.root} <= _small or ({one.small_gradients()}):"
            return [*head, *_epochs([*whole, f"_keep_loss({one.root})", keep, end])]
        body = [
            "_level = True",
            *whole,
            f"_keep_loss({one.root})",
            keep,
            *one.check(),
            f"if _level or {one.root} <= _small:",
        ]
        return [*head, *_epochs(body)]
    # A parameter that is not finite never will be again: those are looked at once in an epoch.
    steps, others = [rule for rule in one.rules if rule.is_step], [rule for rule in one.rules if not rule.is_step]
    inner = [*one.until_update(), *one.update(), *finite_check(others, steps), *one.check()]
    inner.append(f"_total = _total + {one.root}")
    body = [
        "_total, _level = 0.0, True",
        f"for {sample} in _samples:",
        *(f"    {line}" for line in inner),
        *finite_check(steps),
        "_mean = _total / _len(_samples)",
        "_keep_loss(_mean)",
        keep,
        "if _level or _mean <= _small:",
    ]
    return _epochs(body)


def _in_batches(one: _Pass, sample: str, reset: str, keep: str) -> list[str]:
    """The loop that adds the gradients of a batch up before it updates."""
    passes = [rule for rule in one.rules if rule.phase not in (Phase.ACCUMULATE, Phase.UPDATE)]
    added, update = ([rule for rule in one.rules if rule.phase is phase] for phase in (Phase.ACCUMULATE, Phase.UPDATE))
    steps, others = [rule for rule in update if rule.is_step], [rule for rule in update if not rule.is_step]
    inner = [*one.until_update(), *finite_check(passes, added), f"_total = _total + {one.root}"]
    last = [*one.update(), *finite_check(others, steps), *one.check()]
    body = [
        "_total, _level = 0.0, True",
        f"for {BATCH_SIZE}, _anew, _batch, _whole in _samples:",
        *([f"    if _anew: {reset}"] if reset else []),
        f"    for {sample} in _batch:",
        *(f"        {line}" for line in inner),
        *(f"    {line}" for line in finite_check(added)),
        "    if _whole:",
        *(f"        {line}" for line in last),
        *finite_check(steps),
        "_mean = _total / _count",
        "_keep_loss(_mean)",
        keep,
        "if _level or _mean <= _small:",
    ]
    return ["_count = 0", "for _batch in _samples: _count = _count + _len(_batch[2])", *_epochs(body)]


def _epochs(body: Sequence[str]) -> list[str]:
    """The loop over the epochs, whose last line is the condition for it to end."""
    return [
        "for _epoch in _range(_epochs):",
        *(f"    {line}" for line in body),
        "        return _Outcome(_epoch + 1, settled=True)",
        "return _Outcome(_epochs)",
    ]


def _lines(rules: Iterable[Rule], done: set[str], dialect: Dialect) -> Iterator[str]:
    return (f"{name} = {python(expression, dialect)}" for name, expression in statements(rules, done))
