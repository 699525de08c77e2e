"""What of a network is in view at a stage, and where it stands: whole where it fits, else what the stage is about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from backprop_tui.core.models.dense import LOSS
from backprop_tui.core.scenario import Scenario
from backprop_tui.present.contributions import contributions_to
from backprop_tui.present.numbers import in_words, number
from backprop_tui.present.visibility import widest
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.state import State

_PLACE = re.compile(r"[azwb](\d+)_(\d+)")
_AIRY = 100  # the width from which there is air between a z and its a, too
_BLOCK = 3  # rows of a node: its name, its value, its gradient
_FAN_IN, _STEP, _FAN_OUT, _JOIN = 6, 4, 8, 5  # the least cells between columns: x to z, z to a, a to z, a to L


@dataclass(frozen=True)
class NodeColumn:
    """Nodes above each other: `names` in view, of `count` in all, from column `x` in `width` cells."""

    names: tuple[str, ...]
    first: int
    count: int
    x: int
    width: int
    rows: tuple[int, ...]  # the row of each name; below it its value, then its gradient

    @property
    def end(self) -> int:
        """The column after the numbers."""
        return self.x + self.width


@dataclass(frozen=True)
class Layout:
    """The columns in view, left to right: what feeds the first layer in view, then z and a of each; then L.

    `loss` is the column of L, None where the last layer is out of view; `loss_row` its row.
    """

    columns: tuple[NodeColumn, ...]
    layers: tuple[int, ...]
    loss: int | None
    loss_row: int
    scenario_layers: int

    @property
    def foot(self) -> int:
        """The row below all nodes."""
        return max(column.rows[-1] for column in self.columns) + _BLOCK

    @property
    def note(self) -> str:
        """Which part is in view, in words; empty where it is all."""
        parts = []
        if len(self.layers) < self.scenario_layers:
            first, last = self.layers[0], self.layers[-1]
            parts.append(f"{f'layers {first}–{last}' if last > first else f'layer {last}'} of {self.scenario_layers}")
        cut = [column for column in self.columns if len(column.names) < column.count]
        if cut:
            column = cut[-1]
            last = column.first + len(column.names)
            what = "inputs" if column.names[0].startswith("x") else "neurons"
            parts.append(f"{what} {column.first + 1}–{last} of {column.count}")
        return ", ".join(parts)


def place_of(name: str) -> tuple[int, int] | None:
    """The layer and the neuron (from 1) that a node belongs to; None for inputs, targets and the loss."""
    match = _PLACE.match(name)
    return (int(match[1]), int(match[2])) if match else None


def layout_for(state: State, width: int, height: int) -> Layout:
    """The layout for the stage at hand in `height` rows (at least 6) of `width` cells."""
    stage = state.position.stage
    rule = state.timeline.rules[stage - 1] if stage else None
    layers = len(state.scenario.layers)
    here = (place_of(rule.node) or (layers, 1)) if rule else (1, 1)
    about = (rule.argument or rule.node) if rule else ""
    source = _input_number(about) if rule and (rule.argument or about.startswith("w")) else None
    return _layout(state.view, here, source, width, height)


def _input_number(name: str) -> int | None:
    """Which of the nodes before a neuron a weight, or a derivative with respect to one, is about (from 1)."""
    numbers = re.findall(r"\d+", name)
    if name.startswith("w") and len(numbers) == 3:
        return int(numbers[2])
    return int(numbers[1]) if name.startswith("a") and len(numbers) == 2 else None


@lru_cache(maxsize=32)
def _layout(one: Pass, here: tuple[int, int], source: int | None, width: int, height: int) -> Layout:
    scenario = one.scenario
    last = len(scenario.layers)
    layer = here[0]
    pair = (layer, layer + 1) if layer < last else (layer - 1, layer) if layer > 1 else (layer,)
    whole = tuple(range(1, last + 1))
    views = dict.fromkeys((whole if last <= 2 else pair, pair, (layer,)))
    for layers, riding in ((layers, riding) for layers in views for riding in (True, False)):
        layout = _placed(one, layers, here, source, height, riding=riding)
        needed = layout.columns[-1].end + (_loss_width(one) if layout.loss is not None else 0)
        if needed <= width:
            break
    return _stretched(layout, width, _loss_width(one))


def _placed(
    one: Pass, layers: Sequence[int], here: tuple[int, int], source: int | None, height: int, *, riding: bool
) -> Layout:
    """The columns at their least distances, with or without room for numbers that ride on the lines."""
    scenario = one.scenario
    visible = max(2, (height + 1) // (_BLOCK + 1))  # in six rows two nodes, without air between them
    stride = min(height // visible, 5)
    columns: list[NodeColumn] = []
    x = 2
    for kind, layer in [("left", layers[0] - 1), *((k, n) for n in layers for k in ("z", "a"))]:
        names = _names(scenario, kind, layer)
        focus = here[1] if layer == here[0] else source if layer == here[0] - 1 and source else 1
        count = min(visible, len(names))
        first = min((min(focus, len(names)) - 1) // count * count, len(names) - count)
        shown = names[first : first + count]
        column_width = max(_width(one, name) for name in shown)
        top = (visible - count) * stride // 2
        rows = tuple(top + index * stride for index in range(count))
        columns.append(NodeColumn(shown, first, len(names), x, column_width, rows))
        gap = _STEP if kind == "z" else _FAN_IN
        if kind == "a" and layer < len(scenario.layers) and riding:
            gap = _FAN_OUT + _brought(one, shown)
        x += column_width + gap
    shows_loss = layers[-1] == len(scenario.layers)
    loss = columns[-1].end + _JOIN if shows_loss else None
    middle = (columns[-1].rows[0] + columns[-1].rows[-1]) // 2 + 1
    return Layout(tuple(columns), tuple(layers), loss, middle, len(scenario.layers))


def _stretched(layout: Layout, width: int, loss_width: int) -> Layout:
    """The same with the room that is left shared between the columns, most of it where the paths fan out."""
    right = (layout.loss or layout.columns[-1].end - 1) + (loss_width - _JOIN if layout.loss is not None else 1)
    spare = max(0, width - right - 2)
    step = int(width >= _AIRY)
    gaps = [0, *(2 if index % 2 == 0 else step for index in range(len(layout.columns) - 1)), step]
    shifts = [spare * sum(gaps[: index + 1]) // max(1, sum(gaps)) for index in range(len(gaps))]
    columns = tuple(
        NodeColumn(c.names, c.first, c.count, c.x + shift, c.width, c.rows)
        for c, shift in zip(layout.columns, shifts, strict=False)
    )
    loss = None if layout.loss is None else columns[-1].end + _JOIN
    return Layout(columns, layout.layers, loss, layout.loss_row, layout.scenario_layers)


def _brought(one: Pass, names: Sequence[str]) -> int:
    """The cells that the widest contribution to the gradient of one of `names` takes on its line."""
    every = (contribution for name in names for contribution in contributions_to(one, name))
    return max((len(number(contribution.value)) for contribution in every), default=0)


def _names(scenario: Scenario, kind: str, layer: int) -> tuple[str, ...]:
    if layer == 0:
        return tuple(f"x{i}" for i in range(1, len(scenario.layers[0].weights[0]) + 1))
    letter = "a" if kind == "left" else kind
    return tuple(f"{letter}{layer}_{j}" for j in range(1, len(scenario.layers[layer - 1].weights) + 1))


def _width(one: Pass, name: str) -> int:
    """The cells that a node takes: the longest of its name, its value and its gradient."""
    gradient = one.timeline.find(f"dL_d{name}")
    return max(len(name), len(number(one.known[name])), widest(one, (gradient,)) if gradient else 1)


def _loss_width(one: Pass) -> int:
    targets = [name for name in one.given if name.startswith("y")]
    return _JOIN + max(len(in_words(one.known[LOSS])), *(len(f"{y} {number(one.given[y])}") for y in targets)) + 1
