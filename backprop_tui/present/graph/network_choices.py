"""What of a network may be in view, what shows the most first."""

from collections.abc import Iterator
from enum import Enum

from backprop_tui.present.graph.network_nodes import Focus, Network

_LAYER = 17  # a layer's least width: names have four letters or more, wires five cells before a z and four behind it


class Form(Enum):
    """What gives way where the room is small."""

    WHOLE = 0
    SHORT = 1  # biases that stand below their z are called b alone
    SPLIT = 2  # of a joined layer its weights, its biases or its local derivatives are in view, as the stage wants


def choices(network: Network, focus: Focus, width: int) -> Iterator[tuple[tuple[Form, ...], range, frozenset[int]]]:
    """How, which items, and with the weights of which layers: what shows the most first."""
    items = len(network.layers) + 1
    detailed = focus.item if focus.item < items else items - 1
    forms: list[tuple[Form, ...]] = [(Form.WHOLE, Form.SHORT)]
    if network.layers[detailed - 1].joined:
        forms.append((Form.SPLIT,))
    for some in forms:
        for shown in _spans(items, focus.item, width // _LAYER + 1):
            inner = range(shown.start, min(shown.stop, items))
            for full in dict.fromkeys((frozenset(inner), frozenset({detailed}), frozenset(()))):
                if full or focus.item == items:  # the weights of the layer that the stage is about are never left out
                    yield some, shown, full


def _spans(items: int, item: int, most: int) -> Iterator[range]:
    """The layers to try, the most first: all (up to `most`), and then fewer and fewer around `item`."""
    for count in range(min(items, most), 0, -1):
        start = min(max(1, item - (count - 1) // 2), items - count + 1)
        yield range(start, start + count)
