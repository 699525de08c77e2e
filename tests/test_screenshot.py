"""One screen without a terminal: what it holds, in each form, and that a terminal shows the same cells."""

import re
import subprocess
import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pyte
import pytest
from textual.theme import BUILTIN_THEMES

from backprop_tui import cli
from backprop_tui.cli import main
from backprop_tui.core.scenario_file import load
from backprop_tui.launch import Launch
from backprop_tui.present.export.trace import FORMATS
from backprop_tui.screenshot import FORMS, screenshot
from tests.terminal import Terminal
from tests.test_cli_process import ENVIRONMENT, MODULE

SGR = re.compile(r"\x1b\[[0-9;]*m")
COLOUR = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:[349][0-7]|[34]8;[0-9;]*|10[0-7])m")

Printed = Callable[..., str]


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Printed:
    """What ``screen`` prints for some words."""
    monkeypatch.delenv("NO_COLOR", raising=False)

    def run(*words: str) -> str:
        assert main(["screen", *words]) == 0
        out, err = capsys.readouterr()
        assert err == ""
        return out

    return run


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 18), (20, 5), (1, 1)])
def test_a_screen_has_as_many_rows_and_columns_as_asked_for(printed: Printed, size: tuple[int, int]) -> None:
    columns, rows = size
    text = printed("--size", f"{columns}x{rows}")
    assert text.endswith("\n")
    assert text.count("\n") == rows
    assert all(line == line.rstrip() and len(line) <= columns for line in text.split("\n"))
    coloured = printed("--size", f"{columns}x{rows}", "--format", "ansi")
    assert {len(line) for line in SGR.sub("", coloured).splitlines()} == {columns}
    assert [line.rstrip() for line in SGR.sub("", coloured).splitlines()] == text.splitlines()


def test_the_usual_size_is_80_by_24(printed: Printed) -> None:
    assert printed() == printed("--size", "80x24") == printed("--size", "80X24", "--format", "text")


def test_it_opens_where_and_with_what_it_is_asked_to(printed: Printed) -> None:
    assert "−1 · 1 · 2" not in printed()
    for words in ("--stage 8", "--stage dL_dw", "--stage ∂L/∂w --epoch 1 --sample 1"):
        assert "−1 · 1 · 2 = −2" in printed(*words.split())
    changed = printed("--x", "1", "3", "--w", "2", "4", "--b", "-1", "--stage", "z")
    assert "2 · 1 + 4 · 3 + (−1) = 13" in changed
    assert printed("--activation", "RELU") == printed("--activation", "relu") != printed()


def test_in_ascii_every_cell_is(printed: Printed) -> None:
    for form in FORMS:
        assert printed("mazur", "--ascii", "--stage", "20", "--format", form).isascii()
        palette = screenshot(Launch(load(), ascii=True), form=form, keys=("ctrl+p",))
        assert "earch" in palette  # the cursor stands on the S
        assert palette.isascii()


def test_a_theme_gives_the_colours(printed: Printed) -> None:
    for name in ("nord", "solarized-light"):
        red, green, blue = bytes.fromhex(str(BUILTIN_THEMES[name].background).removeprefix("#"))
        assert f"48;2;{red};{green};{blue}" in printed("--theme", name, "--format", "ansi")
        assert f"48;2;{red};{green};{blue}" not in printed("--format", "ansi")


def test_without_colour_weights_are_left(printed: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("relu-dead", "--stage", "9", "--format", "ansi")
    coloured = printed(*words)
    assert COLOUR.search(coloured)
    monkeypatch.setenv("NO_COLOR", "1")
    plain = printed(*words)
    assert not COLOUR.search(plain)
    assert "\x1b[1" in plain
    assert SGR.sub("", plain) == SGR.sub("", coloured)


def test_a_picture_is_the_same_every_time_and_shows_the_text(printed: Printed) -> None:
    words = ("--stage", "8", "--format", "svg")
    picture = printed(*words)
    assert picture == printed(*words)
    assert picture.startswith("<svg ")
    assert "url(http" not in picture
    rows = re.findall(r'<text[^>]* y="([\d.]+)"[^>]*>([^<]*)</text>', picture)
    told = "".join(unescape(text) for _, text in rows)
    expected = printed("--stage", "8")
    assert sorted(re.sub(r"\s", "", told)) == sorted(re.sub(r"\s", "", expected) + "backprop-tui")


def test_keys_are_pressed_first() -> None:
    launch = Launch(load(), stage=8)
    assert "stage 9 of 11" in screenshot(launch, keys=("right",))
    assert "1.75" in screenshot(launch, keys=("e", "tab", *"1.75"))


def test_the_formats_are_those_that_the_command_line_knows() -> None:
    assert tuple(FORMS) == cli._PICTURES
    assert tuple(FORMATS) == cli._TRACES


@pytest.mark.system
@pytest.mark.parametrize(
    "words", ["--stage 8", "mazur --stage 40 --size 120x40", "relu-dead --stage 9 --ascii --theme backprop-dark"]
)
def test_a_terminal_of_that_size_shows_the_same_cells(words: str) -> None:
    columns, rows = (120, 40) if "120x40" in words else (80, 24)
    arguments = words.replace("--size 120x40", "").split()
    environment = {
        **ENVIRONMENT,
        "COLUMNS": "33",
        "LINES": "9",
        "TEXTUAL_THEME": "nord",
        "TEXTUAL_COLOR_SYSTEM": "none of them",
    }
    for name in ("TERM", "NO_COLOR"):
        environment.pop(name, None)
    command = [sys.executable, *MODULE, "screen", *words.split(), "--format", "ansi"]
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    assert done.stderr == b""
    alone = pyte.Screen(columns, rows)
    pyte.ByteStream(alone).feed(done.stdout.removesuffix(b"\n").replace(b"\n", b"\r\n"))
    with Terminal(*arguments, columns=columns, rows=rows) as terminal:
        terminal.wait_for(lambda running: running.screen.display == alone.display)
        for row in range(rows):
            for column in range(columns):
                ours, theirs = alone.buffer[row][column], terminal.screen.buffer[row][column]
                assert ours[:6] == theirs[:6], f"row {row + 1}, column {column + 1}"  # colours, weights, character
        terminal.send("q")
        assert terminal.wait() == 0


def test_no_file_is_left_behind(printed: Printed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for form in FORMS:
        printed("--format", form)
    assert list(tmp_path.iterdir()) == []
