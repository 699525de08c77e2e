"""A screen as a file: its cells as text, as text with SGR codes, and as an SVG."""

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style

Cells = Sequence[Iterable[Segment]]
"""A screen, row by row."""


def _text(cells: Cells) -> str:
    return "".join(f"{''.join(segment.text for segment in row).rstrip()}\n" for row in cells)


def _ansi(cells: Cells) -> str:
    def coded(text: str, style: Style | None) -> str:
        return (style or Style.null()).render(text, color_system=ColorSystem.TRUECOLOR)

    return "".join(f"{''.join(coded(text, style) for text, style, _ in row)}\n" for row in cells)


def _svg(cells: Cells) -> str:
    console = Console(
        width=max(Segment.get_line_length([*row]) for row in cells),
        height=len(cells),
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        record=True,
        legacy_windows=False,
        safe_box=False,
        _environ={},
    )
    lines = [segment for row in cells for segment in (*row, Segment.line())]
    console.print(Segments(lines[:-1]))
    svg = console.export_svg(title="backprop-tui", unique_id="terminal")
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)  # for viewers that drop a text's leading blanks
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)  # a picture loads nothing from elsewhere
    return "".join(f"{line.rstrip()}\n" for line in svg.splitlines())


FORMS: Mapping[str, Callable[[Cells], str]] = MappingProxyType({"text": _text, "ansi": _ansi, "svg": _svg})
"""Every form of a screen, by its name: rows without trailing blanks, with SGR codes in 24-bit colour, an SVG."""
