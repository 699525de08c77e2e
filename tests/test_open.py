"""Opening another scenario: what is offered, what a text is taken for, and the run that begins."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from backprop_tui.app import BackpropApp
from backprop_tui.core.scenario import ScenarioError
from backprop_tui.core.scenario_file import builtin_names, load
from backprop_tui.launch import Launch
from backprop_tui.present.opening import about_text, is_path, matching, offers, read
from backprop_tui.stepper.state import start
from tests.driving import DESIGN_SIZE, Ticker, app_at, lines, main_screen, place, row_of, shown, tickers
from tests.test_fuzz import GOOD


@pytest.fixture
def timers(monkeypatch: pytest.MonkeyPatch) -> list[Ticker]:
    return tickers(monkeypatch)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files are looked for."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def opened(pilot: Pilot[int], text: str) -> None:
    """Type `text` into the form, and Enter."""
    await pilot.press("o", *text, "enter")
    await pilot.pause()


# What is found


def test_every_scenario_is_offered_with_its_title() -> None:
    assert [one.name for one in offers()] == [*builtin_names()]
    assert dict(offers())["xor-2-3-1"] == "XOR by three hidden ReLU neurons"


def test_all_words_are_looked_for_in_names_and_titles_in_any_case() -> None:
    found = [one.name for one in matching(" MOMENTUM xor")]
    assert found == ["xor-momentum"]
    assert "ravine-momentum" in {one.name for one in matching("momentum")}
    assert not matching("xor nowhere")


@pytest.mark.parametrize("name", builtin_names())
def test_the_one_so_called_comes_first(name: str) -> None:
    assert matching(name)[0].name == name


def test_what_begins_so_comes_before_what_only_has_it_in_it() -> None:
    assert [one.name for one in matching("relu")][:2] == ["relu", "relu-dead"]


def test_a_path_has_a_slash_or_ends_in_toml_or_is_there(folder: Path) -> None:
    (folder / "mine").write_text(GOOD)
    (folder / "relu").write_text(GOOD)
    (folder / "xor").mkdir()
    for text in ("./relu", "/etc/passwd", "../x", "new.toml", "NEW.TOML", "mine", " mine ", "~/x"):
        assert is_path(text), text
    for text in ("", " ", "relu", "xor", "minus", "a\0b", "x" * 5000, "\ud800"):
        assert not is_path(text), text


def test_a_path_leads_to_the_file_though_a_built_in_scenario_has_its_name(folder: Path) -> None:
    with pytest.raises(ScenarioError, match="no such file"):
        read("./relu")
    (folder / "relu").write_text(f'title = "Mine"\n{GOOD}')
    assert read("./relu").title == read(f"{folder}/relu").title == "Mine"


def test_a_file_named_without_its_ending_is_what_is_meant_but_in_a_kiosk_none_is_looked_for(folder: Path) -> None:
    (folder / "mine.toml").write_text(GOOD)
    assert "did you mean mine.toml?" in about_text("mine ", (), None, files=True)
    assert "mine.toml" not in about_text("mine ", (), None, files=False)
    assert "did you mean" not in about_text("xqxq", (), None, files=True)


def test_home_is_where_the_tilde_says(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    (folder / "mine.toml").write_text(GOOD)
    assert read("~/mine.toml") == load(str(folder / "mine.toml"))


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    reading, writing = os.pipe()
    os.mkfifo(folder / "pipe.toml")
    for path in (f"/dev/fd/{reading}", f"/proc/self/fd/{reading}", "pipe.toml"):
        with pytest.raises(ScenarioError, match="not a regular file"):
            read(path)
    os.close(reading)
    os.close(writing)


# The form


@pytest.mark.parametrize("name", ["article-7", "adam", "cs231n", "hidden-relu", "mazur", "softmax", "xor-batch"])
async def test_what_is_opened_looks_as_if_it_had_been_launched(name: str) -> None:
    opening, launched = app_at("xor-2-2-1", epoch=3, stage=20), app_at(name)
    async with opening.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("down")
        await opened(pilot, name)
        row_of(opening, f"Opened: {load(name).title}"[:50])
        main_screen(opening).say("")
        await pilot.pause()
        there = lines(opening)
        assert main_screen(opening).state == start(load(name))
    async with launched.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.pause()
        assert there == lines(launched)


async def test_arrows_choose_what_enter_opens() -> None:
    app = app_at()
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("o")
        row_of(app, "Enter opens article-7.")
        await pilot.press("down")
        row_of(app, f"Enter opens {builtin_names()[1]}.")
        await pilot.press("up", "up")
        row_of(app, "Enter opens article-7.")
        await pilot.press(*["pagedown"] * 9)
        row_of(app, f"Enter opens {builtin_names()[-1]}.")
        await pilot.press(*"xor", "down")
        row_of(app, f"4 of {len(builtin_names())} built-in scenarios. Enter opens xor-2-3-1.")
        await pilot.press("enter")
        await pilot.pause()
        assert main_screen(app).state.scenario.name == "xor-2-3-1"


async def test_a_click_opens() -> None:
    app = app_at()
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("o", *"xor")
        await pilot.click("#found", offset=(5, 1))
        await pilot.pause()
        assert main_screen(app).state.scenario.name == "xor-2-3-1"


async def test_a_file_is_opened(folder: Path) -> None:
    (folder / "mine.toml").write_text(f'title = "Mine"\n{GOOD}')
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("o", *"mine.toml")
        row_of(app, "Taken for the path of a file. Enter opens it.")
        await pilot.press("enter")
        await pilot.pause()
        row_of(app, "Opened: Mine")
        assert place(app) == (1, 0)
        assert main_screen(app).state.scenario == load("mine.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nowhere.toml", "! nowhere.toml: no such file"),
        ("./folder", "! folder: is a directory; expected a TOML file"),
        ("wrong.toml", "! wrong.toml: line 1"),
        ("zip.toml", "! zip.toml: layer: expected at least one [[layer]]"),
        ("xqxq", "! no built-in scenario has that in its name or title"),
        ("xor2-2-1", "did you mean xor-2-2-1"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_lost(folder: Path, text: str, said: str) -> None:
    (folder / "folder").mkdir()
    (folder / "wrong.toml").write_text("x = = 1\n")
    (folder / "zip.toml").write_text("")
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before = lines(app)
        await opened(pilot, text)
        assert said in " ".join(line.strip() for line in lines(app)), shown(app)
        row_of(app, f"[ {text} ")
        await pilot.press("backspace")
        assert "! nowhere" not in shown(app)
        await pilot.press("escape")
        assert lines(app) == before


async def test_edits_that_are_lost_are_told() -> None:
    app = app_at()
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("o")
        row_of(app, "The run on screen is given up.")
        await pilot.press("escape")
        for x in "17":
            await pilot.press("e", x, "enter")
            await pilot.pause()
        await pilot.press("o")
        row_of(app, "The run on screen is given up, and its two edits are lost.")


async def test_opening_stops_playing_and_r_goes_to_the_start_of_what_was_opened(timers: list[Ticker]) -> None:
    app = app_at(play=1.0)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        playing = timers[-1]
        await opened(pilot, "mazur")
        assert not playing.running
        await pilot.press("n", "n", "r")
        assert place(app) == (1, 0)
        assert main_screen(app).state == start(load("mazur"))


async def test_starting_over_leads_back_to_what_was_launched() -> None:
    app = app_at("relu", epoch=2, stage=3)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before = lines(app)
        await opened(pilot, "mazur")
        await pilot.press("down", *"nno")
        main_screen(app).start_over()
        await pilot.pause()
        await pilot.pause()  # once more for the layout, as the graph on screen is another
        assert lines(app) == before


# A kiosk


@pytest.mark.parametrize("text", ["/etc/passwd", "../x.toml", "./mine.toml", "mine.toml", "mine", "~/mine.toml", "-"])
async def test_in_a_kiosk_a_path_is_none(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("HOME", str(folder))
    for name in ("mine", "mine.toml"):
        (folder / name).write_text(GOOD)
    app = BackpropApp(Launch(load("relu"), kiosk=True))
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        offers()
        touched: list[object] = []
        for name in ("open", "stat", "lstat", "access", "readlink"):
            monkeypatch.setattr(os, name, watching(touched, getattr(os, name)))
        await opened(pilot, text)
        found = [word for word in touched if "passwd" in str(word) or "mine" in str(word) or "x.toml" in str(word)]
        assert found == []
        assert "path" not in shown(app)
        assert main_screen(app).state.scenario.name != "mine"
        await pilot.press("escape")
        await opened(pilot, "sigmoid")
        assert main_screen(app).state.scenario.name == "sigmoid"


def watching(touched: list[object], function: Callable[..., object]) -> Callable[..., object]:
    """`function`, noting what it is asked about."""

    def watched(*arguments: object, **options: object) -> object:
        touched.append(arguments[0] if arguments else None)
        return function(*arguments, **options)

    return watched
