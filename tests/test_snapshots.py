"""Whole screens, compared with recorded ones that were looked at.  Refresh: ``pytest --snapshot-update``.

Each is text that can be read in a diff: the characters, and below them which cells are not plain.
"""

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.pilot import Pilot

from backprop_tui.app import BackpropApp
from backprop_tui.core.scenario_file import load
from backprop_tui.launch import Launch

STAGES = range(12)


class ScreenExtension(SingleFileSnapshotExtension):
    """One ``.txt`` file per screen."""

    file_extension = "txt"
    _write_mode = WriteMode.TEXT


@pytest.fixture
def recorded(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(ScreenExtension)


def seen(app: BackpropApp) -> str:
    """What is on the screen: characters, then the attributes and colours of every run of cells that has any."""
    width, height = app.size
    strips = app.screen._compositor.render_strips()
    plain = app.screen.rich_style
    lines, runs = [], []
    for y, strip in enumerate(strips[:height]):
        lines.append(strip.text.ljust(width).rstrip())
        x = 0
        for segment in strip:
            style = segment.style
            words = [word for word in ("bold", "dim", "reverse", "underline") if style and getattr(style, word)]
            if style and style.color and style.color != plain.color:
                words.append(style.color.name)
            if words and segment.text.strip():
                runs.append(f"{y + 1}:{x + 1}-{x + len(segment.text)} {' '.join(words)}")
            x += len(segment.text)
    return "\n".join([*lines, "", *runs, ""])


async def screen(launch: Launch, *keys: str, size: tuple[int, int] = (80, 24), theme: str = "") -> str:
    app = BackpropApp(launch)
    async with app.run_test(size=size) as pilot:
        if theme:
            app.theme = theme
        await _pressed(pilot, keys)
        return seen(app)


async def _pressed(pilot: Pilot[int], keys: tuple[str, ...]) -> None:
    await pilot.pause()
    if keys:
        await pilot.press(*keys)
    await pilot.pause()


def at(name: str = "article-7", stage: int = 0, epoch: int = 1, **more: bool) -> Launch:
    return Launch(load(name), epoch=epoch, stage=stage, **more)


@pytest.mark.parametrize("stage", STAGES)
async def test_every_stage_of_the_articles_epoch(recorded: SnapshotAssertion, stage: int) -> None:
    assert await screen(at(stage=stage)) == recorded


@pytest.mark.parametrize(
    ("name", "epoch", "stage"),
    [
        ("article-7", 2, 3),
        ("relu-dead", 1, 8),
        ("sigmoid-out-of-reach", 1, 3),
        ("three-inputs", 1, 11),
        ("overshoot", 6, 3),
        ("overshoot", 878, 3),
        ("mazur", 1, 5),
        ("mazur", 1, 40),
        ("xor-2-3-1", 2, 40),
    ],
    ids=[
        *("converged", "dead-relu", "out-of-reach", "three-inputs", "overshoot", "diverged"),
        *("network-forward", "network-contributions", "network-gate"),
    ],
)
async def test_events(recorded: SnapshotAssertion, name: str, epoch: int, stage: int) -> None:
    assert await screen(at(name, stage, epoch)) == recorded


@pytest.mark.parametrize(
    "size", [(120, 40), (100, 30), (60, 18), (40, 6)], ids=["wide", "between", "narrow", "too-small"]
)
async def test_sizes(recorded: SnapshotAssertion, size: tuple[int, int]) -> None:
    assert await screen(at(stage=8), size=size) == recorded


async def test_verify(recorded: SnapshotAssertion) -> None:
    assert await screen(at("xor-2-2-1", stage=30), "v") == recorded


@pytest.mark.parametrize(
    ("name", "size", "keys"),
    [("softmax", (120, 40), ("a",)), ("logistic", (80, 24), ("a",)), ("logistic", (60, 18), ("a", "end"))],
    ids=["wide", "design", "narrow"],
)
async def test_answers(recorded: SnapshotAssertion, name: str, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    assert await screen(at(name, epoch=4), *keys, size=size) == recorded


async def test_help(recorded: SnapshotAssertion) -> None:
    assert await screen(at(stage=8), "question_mark") == recorded


async def test_edit_with_an_error(recorded: SnapshotAssertion) -> None:
    assert await screen(at(stage=8), "e", "tab", "tab", "1", "comma", "5") == recorded


async def test_ascii(recorded: SnapshotAssertion) -> None:
    assert await screen(at(stage=8, ascii=True)) == recorded


async def test_light(recorded: SnapshotAssertion) -> None:
    assert await screen(at(stage=8), theme="backprop-light") == recorded
