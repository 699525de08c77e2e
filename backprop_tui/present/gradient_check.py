"""The gradients on screen beside central differences: one table, one verdict in words."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from backprop_tui.core.backprop import Phase, gradient_name
from backprop_tui.core.gradient_check import Comparison, Judgement, compare
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import both, counted, fitted
from backprop_tui.present.visibility import PENDING
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.state import State

_DIGITS = 8  # so that what agrees to four digits only can be told from what agrees
HEADS = ("gradient", "chain rule", "difference", "rel. error", "step", "verdict")
_HOW = "The difference needs no derivative: move a parameter a little to both sides, and see how the loss moves."

_EXCUSES = {
    Judgement.KINK: "a kink lies within the step, where the slope jumps",
    Judgement.LIMIT: "the bce loss is held at its limit",
    Judgement.NOT_FINITE: "the numbers are not finite",
}


def comparisons(state: State) -> tuple[Comparison, ...]:
    """The gradients computed so far in the pass on screen, each compared."""
    return _compared(state.view, min(state.position.stage, state.view.timeline.last))


def is_mismatch(compared: Sequence[Comparison]) -> bool:
    """Whether some gradient differs from its central difference for no good reason."""
    return any(one.judgement is Judgement.DIFFERS for one in compared)


def verdict_words(state: State) -> Iterator[str]:
    """What the comparison comes to, in sentences, the point first."""
    compared, parameters = comparisons(state), state.timeline.graph.parameters
    if not compared:
        yield "No gradient is computed yet: they come with the chain rule (PgDn)."
        return
    counts = Counter(one.judgement for one in compared)
    for judgement, verb, preposition in ((Judgement.DIFFERS, "differ", "from"), (Judgement.AGREES, "agree", "with")):
        if count := counts[judgement]:
            ending = "s" if count == 1 else ""
            yield f"{_several(count, len(parameters))} {verb}{ending} {preposition} the central difference."
    for judgement, excuse in _EXCUSES.items():
        if count := counts[judgement]:
            yield f"{_several(count, len(parameters))} cannot be checked: {excuse}."
    if len(compared) < len(parameters):
        yield "The others are not computed yet."


def _several(count: int, of: int) -> str:
    return both(count, "gradient") if count == of else f"{_words(count, of)} gradients"


def _words(count: int, of: int) -> str:
    """Both in words, or both in digits."""
    return f"{counted(count).capitalize()} of {counted(of)}" if counted(of).isalpha() else f"{count} of {of}"


def check_cells(state: State) -> Iterator[tuple[str, ...]]:
    """For each parameter, computed or not, its gradient's name, the numbers and the judgement, as texts."""
    graph, by_name = state.timeline.graph, {one.parameter: one for one in comparisons(state)}
    for node in graph.parameters:
        gradient = symbol(gradient_name(graph, node.name))
        one = by_name.get(node.name)
        yield (gradient, *cells_of(one)) if one else (gradient, PENDING, *[""] * (len(HEADS) - 2))


def verdict_text(state: State) -> str:
    """What the comparison comes to, and how it was come by."""
    said = " ".join(verdict_words(state))
    return f"{said}\n\n{_HOW}\n" if comparisons(state) else said


def cells_of(one: Comparison) -> tuple[str, ...]:
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
    rows += [(gradient_name(graph, one.parameter), *cells_of(one)) for one in comparisons(state)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    for row in rows:
        numbers = "  ".join(f"{cell:>{width}}" for cell, width in zip(row[1:-1], widths[1:-1], strict=True))
        yield f"{row[0]:{widths[0]}}  {numbers}  {row[-1]}\n"
    yield "".join(f"{line}\n" for line in ("", *fitted(verdict_words(state))))


@lru_cache(maxsize=2)
def _compared(one: Pass, stage: int) -> tuple[Comparison, ...]:
    graph = one.timeline.graph
    done = {rule.quantity for rule in one.timeline.rules[:stage] if rule.phase in (Phase.LOCAL, Phase.CHAIN)}
    names = {node.name: gradient_name(graph, node.name) for node in graph.parameters}
    gradients = {name: one.known[gradient] for name, gradient in names.items() if gradient in done}
    return tuple(compare(graph, one.given, gradients))
