"""The Loss panel: the loss over the epochs as bars, and its figures in numbers.

An epoch's loss is the mean over its samples, so it is known from the loss stage of the last sample on; until then
the panel shows the epochs before, and ``now ·`` (``mean ·`` where there are several samples).  A loss that is not
finite has no bar: the last finite one stays, and words say what happened.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from backprop_tui.core.models import is_program
from backprop_tui.present.canvas import Canvas, Row, Style, width_of
from backprop_tui.present.loss.epochs import epoch_rows, loss_name
from backprop_tui.present.loss.range_statistics import Losses, LossRecord
from backprop_tui.present.numbers import number
from backprop_tui.present.visibility import PENDING, Mark, mark
from backprop_tui.stepper.history import History
from backprop_tui.stepper.state import State

LOGARITHMIC_FROM = 1000
"""The largest loss over the smallest that is not 0, from which on the bars are logarithmic."""

_BLOCKS = " ▁▂▃▄▅▆▇█"
_EIGHTHS = len(_BLOCKS) - 1
_LOGARITHMIC = "log scale"
_WIDE, _HIGH = 30, 12  # from here on there is room for an axis and a table of epochs
_MOST_BAR_ROWS = 8  # in the narrow panel; taller bars tell no more
_MARGIN = 2  # between the axis and the edge of the screen


@dataclass(frozen=True, eq=False)
class Series:
    """The losses of a run's first epochs, in order: any floats."""

    values: Sequence[float] | Losses

    @cached_property
    def finite(self) -> Losses:
        """The losses that are finite, in order."""
        return (self.values if isinstance(self.values, Losses) else Losses.of(self.values)).finite

    @cached_property
    def top(self) -> float:
        """The largest finite loss, which a full bar stands for; 0 where there is none."""
        return self.finite.highest(0, len(self.finite)) if len(self.finite) else 0.0

    @cached_property
    def best(self) -> float:
        """The smallest finite loss; 0 where there is none."""
        return self.finite.lowest if len(self.finite) else 0.0

    @cached_property
    def floor(self) -> float:
        """Where bars start on a plain scale: at 0, or at the lowest value below it, which no loss has."""
        return min(0.0, self.best)

    @cached_property
    def foot(self) -> float:
        """Where bars start on a logarithmic scale, the smallest loss that is not 0; 0 where the scale is plain."""
        lowest = self.finite.least
        return lowest if not self.floor and 0 < lowest <= self.top / LOGARITHMIC_FROM else 0.0

    def eighths(self, loss: float, rows: int) -> int:
        """How high the bar of `loss` is, in eighths of a row, where a full bar has `rows` rows; 0 only for 0."""
        if loss == self.floor == 0:
            return 0
        share = 0.0
        if self.foot:
            share = (math.log(loss) - math.log(self.foot)) / (math.log(self.top) - math.log(self.foot))
        elif self.top > self.floor:
            half = 1.0 if math.isfinite(self.top - self.floor) else 0.5  # else a difference too large for a float
            share = (loss * half - self.floor * half) / (self.top * half - self.floor * half)
        return max(1, round(share * rows * _EIGHTHS))


@lru_cache(maxsize=2)
def columns(series: Series, most: int) -> tuple[float, ...]:
    """The whole of `series` in at most `most` (at least 1) columns, each the highest loss of an equal stretch.

    So no rise is lost, but the last column is the newest loss alone: the bar that ``now`` is the number of.
    """
    values, count = series.finite, len(series.finite)
    if count <= most:
        return tuple(values[index] for index in range(count))
    ends = [column * count // most for column in range(most)]
    highest = (values.highest(start, end) for start, end in pairwise(ends))
    return (*highest, values[-1])


def bars(series: Series, most: int, rows: int) -> tuple[str, ...]:
    """`rows` lines of blocks, top to bottom, at most `most` columns wide; a loss of 0 is a ``0`` at the foot."""
    heights = [series.eighths(loss, rows) for loss in columns(series, most)]
    lines = ["".join(_BLOCKS[min(max(h - row * _EIGHTHS, 0), _EIGHTHS)] for h in heights) for row in range(1, rows)]
    foot = "".join(_BLOCKS[min(height, _EIGHTHS)] if height else "0" for height in heights)
    return (*reversed(lines), foot)


class VisibleLosses(NamedTuple):
    """What may be seen of the losses: those of `series`, the last of them that of the epoch on screen.

    Where that one is `pending`, it is not in the series; `fresh` says that it has just been computed.
    """

    series: Series
    pending: bool = False
    fresh: bool = False
    samples: int = 1
    own: float | None = None  # the loss of the sample on screen, where there are several and it is known
    is_loss: bool = True  # else it is what a program computes, of which no number is better than another

    @property
    def now(self) -> float | None:
        """The loss of the epoch on screen, where it is known."""
        return None if self.pending or not len(self.series.values) else self.series.values[-1]

    @property
    def was(self) -> float | None:
        """The loss of the epoch before, where there is one."""
        before = 1 if self.pending else 2
        return self.series.values[-before] if len(self.series.values) >= before else None

    @property
    def out_of_range(self) -> bool:
        """Whether the loss of the epoch on screen is known and not finite."""
        return self.now is not None and not math.isfinite(self.now)

    @property
    def style(self) -> Style:
        """How the loss of the epoch on screen is written."""
        if self.out_of_range:
            return Style.EVENT
        return Style.STRONG if self.fresh else Style.PLAIN

    @property
    def bar_style(self) -> Style:
        """How the last bar is drawn: like the others, but where its loss has just been computed."""
        return Style.STRONG if self.fresh and not self.out_of_range else Style.DIM


def visible_losses(state: State) -> VisibleLosses:
    """The losses that may be seen at the position of `state`."""
    where = mark(state, state.timeline.find(state.timeline.graph.root.name))
    loss = _mean_loss(state) if where in (Mark.DONE, Mark.NOW) else None
    series = _series(state.history, state.position.epoch, loss)
    fresh, samples = loss is not None and where is Mark.NOW, state.history.samples
    known = samples > 1 and where in (Mark.DONE, Mark.NOW)
    own = state.view.known[state.timeline.graph.root.name] if known else None
    return VisibleLosses(series, loss is None, fresh, samples, own, not is_program(state.scenario))


def _mean_loss(state: State) -> float | None:
    """The loss of the epoch on screen, whose pass has computed its own.

    None while samples are still to come, and where something else than a loss ends the run before the epoch does.
    """
    here, history = state.position, state.history
    loss = state.view.known[state.timeline.graph.root.name]
    if history.samples == 1 or not math.isfinite(loss):
        return loss
    if here.sample < history.samples or history.is_end(here.epoch, here.sample):
        return None
    return history.losses[here.epoch - 1]


@lru_cache(maxsize=2)
def _series(history: History, epoch: int, loss: float | None) -> Series:
    """The losses of the epochs before `epoch`, and its own where it is known."""
    return Series(Losses(_record(history), epoch - 1, () if loss is None else (loss,)))


@lru_cache(maxsize=1)
def _record(history: History) -> LossRecord:
    return LossRecord(history.losses)


def loss_rows(state: State, width: int, height: int) -> tuple[Row, ...]:
    """The panel's body: `height` rows of at most `width` cells; with an axis and a table where there is room."""
    shown = visible_losses(state)
    if width < _WIDE or height < _HIGH:
        return figure_rows(shown, width, height)
    chart = axis_rows(shown, width, (height - 3) // 2)
    return (*chart, *epoch_rows(state, shown.series.values, width, height - len(chart)))


def loss_brief(state: State) -> str:
    """The loss on screen in a few words, where there is no room for a panel: ``loss 0.25``."""
    shown = visible_losses(state)
    return f"{loss_name(state) if shown.samples == 1 else 'mean loss'} {_in_words(shown.now)}"


def figure_rows(shown: VisibleLosses, width: int, height: int) -> tuple[Row, ...]:
    """The narrow panel: scale, bars, the epochs they are of, and figures, each in its place from the start."""
    figures: list[Row] = []
    for index, fact in enumerate(_facts(shown)):
        lines = [fact] if width_of(fact) <= width else [fact[:1], fact[1:]]
        if index < 2 or len(figures) + len(lines) <= height - 6:
            figures += lines
    places = max(len(figures), min(4, height - 6), 2)  # kept for figures that are still to come
    rows = max(0, min(height - 2 - places, _MOST_BAR_ROWS))
    canvas = Canvas(width, height)
    if rows and len(shown.series.values):
        _put_row(canvas, 0, _scale(shown.series, width))
        _put_bars(canvas, 0, 1, bars(shown.series, width - 1, rows), shown.bar_style)
        _put_row(canvas, rows + 1, _span(len(shown.series.values), width))
    for y, figure in enumerate(figures, start=rows + 2 if rows else 0):
        _put_row(canvas, y, figure)
    return canvas.rows()


def axis_rows(shown: VisibleLosses, width: int, rows: int) -> tuple[Row, ...]:
    """The upper part of the wide panel: `rows` rows of bars over an axis, the numbers of the epochs, and figures.

    The loss now and the one before are left to the table of epochs, unless there are words for them.
    """
    series, facts = shown.series, _facts(shown)
    notes = _wrapped(facts[:2] if shown.out_of_range else facts[2:], width)
    canvas = Canvas(width, rows + 2 + max(1, len(notes)))
    for y, note in enumerate(notes, start=rows + 2):
        _put_row(canvas, y, note)
    if len(series.finite):
        top, foot, last = number(series.top), number(series.foot or series.floor), str(len(series.finite))
        axis = max(len(top), len(foot)) + 1
        room = width - axis - 1 - _MARGIN
        canvas.put(axis - 1 - len(foot), rows, f"{foot} ")
        canvas.put(axis - 1 - len(top), 0, top)
        for y in range(rows):
            canvas.put(axis, y, "│" if y else "┤", Style.DIM)
        canvas.put(axis, rows, "┼" + "─" * room, Style.DIM)
        if series.foot:
            canvas.put(axis + 2, rows, f" {_LOGARITHMIC} ")
        cells = 2 if 2 * len(series.finite) <= room else 1
        newest = _put_bars(canvas, axis + 1, 0, bars(series, room, rows), shown.bar_style, cells)
        canvas.put(axis + 1, rows + 1, "1")
        if last != "1":
            canvas.put(min(newest, width - len(last)), rows + 1, last)
    return canvas.rows()


def _put_bars(canvas: Canvas, x: int, y: int, lines: Sequence[str], newest: Style, cells: int = 1) -> int:
    """Draw `lines` of blocks, each `cells` wide, the last column in the style `newest`; that column's x."""
    for row, line in enumerate(lines, start=y):
        for column, block in enumerate(line):
            wide = block * cells if block in _BLOCKS else block
            canvas.put(x + column * cells, row, wide, newest if column == len(line) - 1 else Style.DIM)
    return x + (len(lines[0]) - 1) * cells


def _put_row(canvas: Canvas, y: int, row: Row) -> None:
    x = 0
    for text, style in row:
        x = canvas.put(x, y, text, style)


def _facts(shown: VisibleLosses) -> list[Row]:
    """What there is to say in numbers, the most important first; each a label and a value."""
    label = "now " if shown.samples == 1 else "mean "
    facts = [_fact(label, _in_words(shown.now), Style.PENDING if shown.now is None else shown.style)]
    if shown.samples > 1:
        facts.append(_fact("this ", _in_words(shown.own), Style.PENDING if shown.own is None else Style.PLAIN))
    if shown.out_of_range and len(shown.series.finite):
        facts.append(_fact("last finite ", number(shown.series.finite[-1])))
    elif shown.was is not None:
        facts.append(_fact("was ", _in_words(shown.was)))
    if len(shown.series.values) > 1:
        facts.append(_fact("best " if shown.is_loss else "lowest ", number(shown.series.best)))
        facts.append(_fact("first ", _in_words(shown.series.values[0])))
    return facts


def _fact(label: str, value: str, style: Style = Style.PLAIN) -> Row:
    return ((label, Style.DIM), (value, style))


def _in_words(loss: float | None) -> str:
    if loss is None:
        return PENDING
    if math.isnan(loss):
        return "not a number"
    return "infinite" if math.isinf(loss) else number(loss)


def _scale(series: Series, width: int) -> Row:
    """What the bars are measured by; a number too long for its label stands alone."""
    if series.foot:
        return ((_LOGARITHMIC, Style.PLAIN),)
    row = _fact("top ", number(series.top)) if len(series.finite) else ()
    return row if width_of(row) <= width else row[1:]


def _span(count: int, width: int) -> Row:
    """Which epochs the bars are of."""
    row = _fact("epoch ", "1") if count == 1 else _fact("epochs ", f"1–{count}")
    return row if width_of(row) <= width else row[1:]


def _wrapped(facts: Sequence[Row], width: int) -> list[Row]:
    """`facts` side by side, on as few rows as they fit."""
    rows: list[Row] = []
    for fact in facts:
        if rows and width_of(rows[-1]) + 2 + width_of(fact) <= width:
            rows[-1] = (*rows[-1], ("  ", Style.PLAIN), *fact)
        else:
            rows.append(fact)
    return rows
