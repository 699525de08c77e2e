"""The table of epochs: the parameters each began with and its loss, up to the position."""

from collections.abc import Iterator, Sequence
from itertools import islice

from backprop_tui.core.graph import Node
from backprop_tui.core.ops import LOSSES
from backprop_tui.present.canvas import Canvas, Row, Span, Style
from backprop_tui.present.loss.range_statistics import Losses
from backprop_tui.present.numbers import number
from backprop_tui.present.visibility import PENDING
from backprop_tui.stepper.state import State

EpochColumn = tuple[Span, ...]
"""A heading and a cell for each epoch; a PENDING cell holds what will come, to be measured but not shown."""

_GAP, _LEAST_GAP = 4, 2
_LEFT_OUT: EpochColumn = (("…", Style.DIM),)


def loss_name(state: State) -> str:
    """What is followed over the epochs: the loss, or what a program computes."""
    root = state.timeline.graph.root
    return "loss" if root.operation in LOSSES else root.name


def epoch_rows(state: State, losses: Sequence[float] | Losses, width: int, height: int) -> tuple[Row, ...]:
    """`height` (at least 2) rows: headings and the newest epochs, the one on screen in bold, the next one below it.

    `losses` are those that may be seen, from epoch 1.  The next epoch fills as updates compute its parameters.
    Parameters without room are left out, for which a column ``…`` stands.
    """
    here, view = state.position, state.view
    over = 0 < view.first_not_finite <= here.stage or here.epoch >= state.history.last_epoch  # no epoch follows
    newest = here.epoch if over else here.epoch + 1
    epochs = range(max(1, newest - height + 2), newest + 1)
    columns, gap = _fitting(
        _epoch_column(here.epoch, epochs),
        list(islice(_parameter_columns(state, epochs), width // _LEAST_GAP)),
        _loss_column(state, losses, epochs),
        width,
    )
    canvas = Canvas(width, height)
    x = 0
    for column in columns:
        heading = column[0][0]
        pending = " " * (len(heading) - len(heading.lstrip())) + PENDING
        for y, (text, style) in enumerate(column):
            canvas.put(x, y, pending if style is Style.PENDING else text, style)
        x += _width(column) + gap
    return canvas.rows()


def _fitting(
    epoch: EpochColumn, parameters: list[EpochColumn], loss: EpochColumn, width: int
) -> tuple[list[EpochColumn], int]:
    """The columns that fit into `width`, and the gap between them: closer first, then fewer."""
    columns = [epoch, *parameters, loss]
    for gap in range(_GAP, _LEAST_GAP - 1, -1):
        if _total(columns, gap) <= width:
            return columns, gap
    while parameters and _total([epoch, *parameters, _LEFT_OUT, loss], _LEAST_GAP) > width:
        parameters = parameters[:-1]
    return [epoch, *parameters, _LEFT_OUT, loss], _LEAST_GAP


def _total(columns: Sequence[EpochColumn], gap: int) -> int:
    return sum(_width(column) for column in columns) + gap * (len(columns) - 1)


def _width(column: EpochColumn) -> int:
    return max(len(text) for text, _ in column)


def _epoch_column(here: int, epochs: range) -> EpochColumn:
    heading = "epoch"
    width = max(len(heading), len(str(epochs[-1])))
    cells = ((f"{epoch:>{width}}", _style(here, epoch)) for epoch in epochs)
    return ((f"{heading:>{width}}", Style.DIM), *cells)


def _parameter_columns(state: State, epochs: range) -> Iterator[EpochColumn]:
    here = state.position.epoch
    parameters = state.timeline.graph.parameters
    starts = {epoch: _start(state, epoch, parameters) for epoch in epochs if epoch <= here}
    for index, node in enumerate(parameters):
        cells = [(number(values[index]) if values else "", _style(here, epoch)) for epoch, values in starts.items()]
        if epochs[-1] > here:
            cells.append(_coming(state, node))
        yield _signed(((node.name, Style.DIM), *cells))


def _start(state: State, epoch: int, parameters: Sequence[Node]) -> Sequence[float]:
    """What the parameters were at the start of an epoch; nothing where an edit has made others of them since."""
    segment = state.history.segment_at(epoch, 1)
    return state.history.parameters(epoch, 1) if segment.graph.parameters == parameters else ()


def _signed(column: EpochColumn) -> EpochColumn:
    """`column` with room for the sign where any number has one, so that digits share a column."""
    room = " " if any(text.startswith("−") for text, _ in column) else ""
    return tuple((text if text.startswith("−") else room + text, style) for text, style in column)


def _coming(state: State, node: Node) -> Span:
    """What the next epoch begins with: known from the update in the pass of the last sample on."""
    here, view = state.position, state.view
    stage = view.timeline.find(node.name, update=True)
    text = number(view.values[stage - 1] if stage else view.given[node.name])
    # A parameter held fixed has no stage; it is carried over together with the last that has one.
    if here.sample < state.history.samples or here.stage < (stage or view.timeline.last):
        return text, Style.PENDING
    return text, Style.NOW if here.stage == stage else Style.PLAIN


def _loss_column(state: State, losses: Sequence[float] | Losses, epochs: range) -> EpochColumn:
    heading = loss_name(state) if state.history.samples == 1 else "mean loss"
    here, stage = state.position, state.timeline.find(state.timeline.graph.root.name)
    cells: list[Span] = []
    for epoch in epochs:
        known = epoch <= len(losses)
        style = Style.NOW if epoch == here.epoch and here.stage == stage else _style(here.epoch, epoch)
        cells.append((number(losses[epoch - 1]), style) if known else ("", Style.PENDING))
    return ((heading, Style.DIM), *cells)


def _style(here: int, epoch: int) -> Style:
    """That of a known number: the epoch on screen is bold."""
    return Style.STRONG if epoch == here else Style.PLAIN
