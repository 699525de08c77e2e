"""The gradients on screen beside central differences: one table, one verdict in words."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from backprop_tui.core.backprop import Phase, gradient_name
from backprop_tui.core.gradient_check import Comparison, Judgement, compare
from backprop_tui.present.canvas import Canvas, Row, Style
from backprop_tui.present.chrome import rule_row
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import both, counted, fitted
from backprop_tui.present.visibility import PENDING
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.state import State

_DIGITS = 8  # so that what agrees to four digits only can be told from what agrees
_HEADS = ("gradient", "chain rule", "difference", "rel. error", "step", "verdict")
_WIDTHS = (12, 13, 13, 10, 9)
_NARROW = (10, 13, 13, 0, 0)  # below `_WIDE` the error and the step give way
_WIDE = 80
_FOOT = 4  # rows for the verdict and how it was come by, below a blank
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


def verification_pages(state: State, width: int, height: int) -> tuple[tuple[Row, ...], ...]:
    """The table in pages of `height` rows, the verdict at the foot of each."""
    room = height - 2 - _FOOT - 1
    parameters = [node.name for node in state.timeline.graph.parameters]
    by_name = {one.parameter: one for one in comparisons(state)}
    pages = []
    for start in range(0, len(parameters), room):
        names = parameters[start : start + room]
        canvas = Canvas(width, height - 1)
        _draw(canvas, 0, _HEADS, Style.DIM)
        for y, name in enumerate(names, start=1):
            gradient = symbol(gradient_name(state.timeline.graph, name))
            one = by_name.get(name)
            bad = one is not None and one.judgement is Judgement.DIFFERS
            style = Style.PENDING if one is None else Style.ERROR if bad else Style.PLAIN
            cells = (gradient, *cells_of(one)) if one else (gradient, PENDING)
            _draw(canvas, y, cells, style)
        verdict = fitted(verdict_words(state), width - 4, _FOOT)
        for y, line in enumerate(verdict, start=len(names) + 2):
            canvas.put(2, y, line, Style.STRONG)
        if by_name:
            for y, line in enumerate(fitted((_HOW,), width - 4, _FOOT), start=len(names) + 2 + len(verdict)):
                canvas.put(2, y, line)
        whole = len(names) == len(parameters)
        title = "Gradient check" if whole else f"Gradient check {start + 1}–{start + len(names)} of {len(parameters)}"
        pages.append((rule_row(width, title), *canvas.rows()))
    return tuple(pages)


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
    rows: list[tuple[str, ...]] = [_HEADS]
    rows += [(gradient_name(graph, one.parameter), *cells_of(one)) for one in comparisons(state)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    for row in rows:
        numbers = "  ".join(f"{cell:>{width}}" for cell, width in zip(row[1:-1], widths[1:-1], strict=True))
        yield f"{row[0]:{widths[0]}}  {numbers}  {row[-1]}\n"
    yield "".join(f"{line}\n" for line in ("", *fitted(verdict_words(state))))


def _draw(canvas: Canvas, y: int, cells: Sequence[str], style: Style) -> None:
    x = 2
    for index, cell in enumerate(cells):
        last = index == len(_WIDTHS)
        width = len(cell) if last else (_WIDTHS if canvas.width >= _WIDE else _NARROW)[index]
        if width:
            x = canvas.put(x, y, f"{cell:{width}}" if index == 0 or last else f"{cell:>{width}}", style) + 2


@lru_cache(maxsize=2)
def _compared(one: Pass, stage: int) -> tuple[Comparison, ...]:
    graph = one.timeline.graph
    done = {rule.quantity for rule in one.timeline.rules[:stage] if rule.phase in (Phase.LOCAL, Phase.CHAIN)}
    names = {node.name: gradient_name(graph, node.name) for node in graph.parameters}
    gradients = {name: one.known[gradient] for name, gradient in names.items() if gradient in done}
    return tuple(compare(graph, one.given, gradients))
