"""The gradients on screen beside central differences: the rows of one table, one verdict in words."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from backprop_tui.core.backprop import Phase, accumulated_name, gradient_name
from backprop_tui.core.gradient_check import Comparison, Judgement, compare
from backprop_tui.core.ops import LOSSES
from backprop_tui.present.batch_check import batch_comparisons, compares_batch, scope_words
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import both, counted, fitted
from backprop_tui.present.visibility import PENDING
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.state import State

HEADS = ("gradient", "chain rule", "difference", "rel. error", "step", "verdict")
"""What stands above the cells of `check_rows`."""

HOW = (
    "The difference needs no derivative: move a {moved} a little to both sides, and see how {followed} moves.",
    "The step shrinks until halving it changes nothing.",
)
"""How the difference was come by, in sentences."""

_DIGITS = 8  # so that what agrees to four digits only can be told from what agrees
_GIVES_WAY = (4, 3)  # the columns that a narrow terminal does without, the first one first
_GAP = 2  # cells between two columns
_ALL = 99

_EXCUSES = {
    Judgement.CANNOT_TELL: "rounding alone may make the gap",
    Judgement.KINK: "a kink lies within the smallest step, and the slope jumps there",
    Judgement.LIMIT: "the loss is held at its limit",
    Judgement.NOT_FINITE: "the numbers are not finite",
}


class CheckRow(NamedTuple):
    """A parameter's line of the table: as many `cells` as `HEADS`, and what they come to; None if not computed yet."""

    parameter: str
    cells: tuple[str, ...]
    judgement: Judgement | None


def comparisons(state: State) -> tuple[Comparison, ...]:
    """The gradients computed so far in the pass on screen, each compared, the batch's after the sample's."""
    return *_of_sample(state), *batch_comparisons(state)


def _of_sample(state: State) -> tuple[Comparison, ...]:
    return _compared(state.view, min(state.position.stage, state.view.timeline.last))


def is_mismatch(compared: Sequence[Comparison]) -> bool:
    """Whether some gradient differs from its central difference for no good reason."""
    return any(one.judgement is Judgement.DIFFERS for one in compared)


def check_rows(state: State) -> tuple[CheckRow, ...]:
    """A row for every parameter of the model, in its order, and one for its sum where that is a batch's gradient."""
    graph = state.timeline.graph
    of_sample = {one.parameter: one for one in _of_sample(state)}
    of_batch = {one.parameter: one for one in batch_comparisons(state)}
    summed = graph.free if compares_batch(state) else ()
    return (
        *(_row(gradient_name(graph, node.name), node.name, of_sample.get(node.name)) for node in graph.parameters),
        *(_row(accumulated_name(node.name), node.name, of_batch.get(node.name)) for node in summed),
    )


def _row(name: str, parameter: str, one: Comparison | None) -> CheckRow:
    cells = _cells(one) if one else (PENDING, *[""] * (len(HEADS) - 2))
    return CheckRow(parameter, (symbol(name), *cells), one.judgement if one else None)


def verdict_words(state: State) -> Iterator[str]:
    """What the comparison on screen comes to, in sentences, the point first."""
    graph, compared = state.timeline.graph, comparisons(state)
    yield from told(compared, len(graph.parameters) + (len(graph.free) if compares_batch(state) else 0))
    if compared:
        yield from scope_words(state)


def told(compared: Sequence[Comparison], of: int) -> Iterator[str]:
    """What the gradients `compared`, of as many as there are parameters, come to in sentences, the point first."""
    if not compared:
        yield "No gradient is computed yet: they come with the chain rule (PgDn)."
        return
    counts = Counter(one.judgement for one in compared)
    for judgement, verb, preposition in ((Judgement.DIFFERS, "differ", "from"), (Judgement.AGREES, "agree", "with")):
        if count := counts[judgement]:
            ending = "s" if count == 1 else ""
            yield f"{_several(count, of)} {verb}{ending} {preposition} the central difference."
    for judgement, excuse in _EXCUSES.items():
        if count := counts[judgement]:
            yield f"{_cannot_be_checked(count, of)}: {excuse}."
    if waiting := of - len(compared):
        yield "The other is not computed yet." if waiting == 1 else "The others are not computed yet."


def _several(count: int, of: int) -> str:
    if count == of:
        return both(count, "gradient")
    words = f"{counted(count).capitalize()} of {counted(of)}" if counted(of).isalpha() else f"{count} of {of}"
    return f"{words} gradients"


def _cannot_be_checked(count: int, of: int) -> str:
    if count < of or count == 1:
        return f"{_several(count, of)} cannot be checked"
    return "Neither gradient can be checked" if count == 2 else f"None of the {counted(count)} gradients can be checked"


def verdict_text(state: State) -> str:
    """What the comparison comes to, and how it was come by."""
    said = " ".join(verdict_words(state))
    root = state.timeline.graph.root
    moved, followed = ("parameter", "the loss") if root.operation in LOSSES else ("value", root.name)
    how = " ".join(HOW).format(moved=moved, followed=followed)
    return f"{said}\n\n{how}\n" if comparisons(state) else said


def columns_in(rows: Sequence[CheckRow], width: int) -> tuple[int, ...]:
    """Which columns of `HEADS` a table of these `rows` has room for in `width` cells, nothing in them cut."""
    widths = [max(map(len, column)) for column in zip(HEADS, *(row.cells for row in rows), strict=True)]
    columns = list(range(len(HEADS)))
    for column in _GIVES_WAY:
        if sum(widths[i] + _GAP for i in columns) > width:
            columns.remove(column)
    return tuple(columns)


def _cells(one: Comparison) -> tuple[str, ...]:
    """A comparison's numbers and its judgement as text."""
    numbers = (number(one.analytic, _DIGITS), number(one.difference, _DIGITS), number(one.error, 2))
    return (*numbers, number(one.step, 2), one.judgement)


def heading(state: State) -> str:
    """Which pass the lines that follow are about."""
    here, samples = state.position, state.history.samples
    apart = "" if (here.epoch, here.sample) == (1, 1) else "\n"
    return f"{apart}Epoch {here.epoch}" + (f", sample {here.sample} of {samples}\n" if samples > 1 else "\n")


def check_lines(state: State) -> Iterator[str]:
    """The same for a pass that is done, as lines of plain text."""
    graph = state.timeline.graph
    rows: list[tuple[str, ...]] = [HEADS]
    rows += [(gradient_name(graph, one.parameter), *_cells(one)) for one in _of_sample(state)]
    rows += [(accumulated_name(one.parameter), *_cells(one)) for one in batch_comparisons(state)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    for row in rows:
        numbers = "  ".join(f"{cell:>{width}}" for cell, width in zip(row[1:-1], widths[1:-1], strict=True))
        yield f"{row[0]:{widths[0]}}  {numbers}  {row[-1]}\n"
    yield "".join(f"{line}\n" for line in ("", *fitted(verdict_words(state), lines=_ALL)))


@lru_cache(maxsize=2)
def _compared(one: Pass, stage: int) -> tuple[Comparison, ...]:
    graph = one.timeline.graph
    done = {rule.quantity for rule in one.timeline.rules[:stage] if rule.phase in (Phase.LOCAL, Phase.CHAIN)}
    names = {node.name: gradient_name(graph, node.name) for node in graph.parameters}
    gradients = {name: one.known[gradient] for name, gradient in names.items() if gradient in done}
    return tuple(compare(graph, one.given, gradients))
