"""Saving: the scenario with the parameters at hand, the panels as a picture, and no file that is lost by it."""

import asyncio
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.core.models.dense import initial_parameters
from backprop_tui.core.scenario import Scenario
from backprop_tui.core.scenario_file import load, parse
from backprop_tui.present.saving import SCENARIO, SVG, TEXT, SaveForm, about_what_is_saved, save_form, scenario_text
from backprop_tui.screenshot import screenshot
from backprop_tui.stepper.machine import Edit, GoTo, Move, apply
from backprop_tui.stepper.state import Position, State, start
from tests.driving import DESIGN_SIZE, SMALLEST, app_at, lines, main_screen, row_of, shown
from tests.models import bits, neuron
from tests.training_models import TRAINED, trained_scenarios

INFINITE = TRAINED["infinite in an update"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files are saved."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def at(scenario: Scenario, epoch: int, sample: int = 1, stage: int = 0) -> State:
    return apply(start(scenario), GoTo(Position(epoch, sample, stage)))


def reopened(state: State) -> Scenario:
    return parse(scenario_text(state), state.scenario.name)


# What is saved


@given(trained_scenarios(), st.data())
def test_a_saved_pass_opens_to_the_numbers_it_began_with_and_at_its_last_stage_to_those_of_the_next(
    scenario: Scenario, data: st.DataObject
) -> None:
    state, moves = start(scenario), data.draw(st.lists(st.sampled_from([Move.NEXT_EPOCH, Move.LAST, Move.NEXT])))
    for move in moves:
        state = apply(state, move)
    if save_form(state).unsavable or state.ended:
        return
    opened = reopened(state)
    epoch, sample, stage = state.position
    if stage == state.timeline.last:  # what the next pass is given is what → leads to
        following = apply(state, Move.NEXT)
        assert following.position != state.position
        epoch, sample, _ = following.position
    names = [node.name for node in state.timeline.graph.parameters]
    known = state.history.view(epoch, sample).given
    assert bits(initial_parameters(opened)) == bits(known[name] for name in names)
    assert replace(opened, layers=scenario.layers) == scenario
    assert bits(start(opened).view.given[name] for name in names) == bits(known[name] for name in names)


def test_the_articles_epoch_saves_what_it_begins_with_until_it_is_done() -> None:
    article = load("article-7")
    for stage in (0, 8, 10):
        assert reopened(at(article, 1, 1, stage)).layers[0].weights == ((1.5,),)
    done = reopened(at(article, 1, 1, 11)).layers[0]  # 1.5 − 0.1 · −2 and 0.5 − 0.1 · −1, as the article has it
    assert (*done.weights[0], *done.biases) == pytest.approx((1.7, 0.6))


def test_an_edit_of_the_pass_on_screen_is_saved() -> None:
    state = at(load("article-7"), 2)
    edited = replace(state.scenario, samples=neuron(x=(7.0,)).samples, loss="mae")
    saved = reopened(apply(state, Edit(edited)))
    assert (saved.samples[0].x, saved.loss) == ((7.0,), "mae")


def test_a_parameter_that_is_not_finite_is_not_saved_but_the_pass_that_led_to_it_is() -> None:
    end = apply(start(INFINITE), Move.LAST)
    assert not all(map(math.isfinite, end.view.after))
    form = save_form(end)
    assert form.errors() == {"what": "a parameter is not finite after this pass; an earlier one can be saved"}
    assert form.typed("what", SVG).errors() == {}
    begun = apply(end, GoTo(end.position._replace(stage=0)))
    assert save_form(begun).errors() == {}
    assert reopened(begun)


def said(state: State) -> str:
    return about_what_is_saved(state, SCENARIO)


def test_what_is_not_saved_is_said_where_it_is_there() -> None:
    momentum, plain = TRAINED["momentum"], replace(TRAINED["sgd"], expectations=())
    assert "Not saved" not in said(start(plain))
    assert said(at(plain, 1, 1, 3)).endswith("Not saved: the place in the run (it opens at epoch 1, stage 0).")
    assert "remembers" not in said(start(momentum))  # nothing yet
    assert "remembers" not in said(at(momentum, 1, 1, 3))
    assert "what momentum remembers" in said(at(momentum, 1, 2, 0))
    last = start(momentum).timeline.last
    assert "what momentum remembers" in said(at(momentum, 1, 1, last))
    assert "source prints" in said(start(load("mazur")))
    assert "source prints" not in said(start(plain))
    assert "edits" not in said(at(plain, 2))
    assert "the edits that u takes back" in said(apply(at(plain, 2), Edit(replace(plain, loss="mae"))))


def test_sums_that_go_on_are_said_not_to_be_saved() -> None:
    batches, forgotten = replace(TRAINED["classes"], batch_size=2), TRAINED["zero_grad forgotten, alone"]
    ends = [at(batches, 1, sample).timeline.last for sample in (1, 2)]
    assert "added up" not in said(at(batches, 1, 1, ends[0] - 1))
    assert "added up" in said(at(batches, 1, 1, ends[0]))
    assert "added up" in said(at(batches, 1, 2, 0))
    assert "added up" not in said(at(batches, 1, 2, ends[1]))  # the next batch starts anew
    assert "added up" not in said(at(batches, 1, 3, 0))
    assert "added up" in said(at(forgotten, 1, 1, start(forgotten).timeline.last))
    assert "added up" in said(at(forgotten, 2))


# The form as a model


def typed(form: SaveForm, **texts: str) -> dict[str, str]:
    made = form
    for key, text in texts.items():
        made = made.typed(key, text)
    return dict(made.texts)


def test_name_and_kind_go_together() -> None:
    form = save_form(at(load("xor-2-2-1"), 110))
    assert form.texts == {"name": "xor-2-2-1-epoch-110.toml", "what": SCENARIO}
    assert typed(form, what=SVG)["name"] == "xor-2-2-1-epoch-110.svg"
    assert typed(form, what=SVG, name="a/b.txt") == {"name": "a/b.txt", "what": TEXT}
    assert typed(form, name="picture.SVG") == {"name": "picture.SVG", "what": SVG}
    assert typed(form, name="net", what=TEXT) == {"name": "net", "what": TEXT}
    assert typed(form, name="net.dat", what=TEXT) == {"name": "net.dat", "what": TEXT}


@pytest.mark.parametrize(
    ("name", "usual"),
    [
        ("standard input", "standard-input-epoch-1.toml"),
        ("../etc/x\n", "etc-x-epoch-1.toml"),
        ("...", "scenario-epoch-1.toml"),
        ("netz-größe", "netz-größe-epoch-1.toml"),
        ("x" * 300, f"{'x' * 80}-epoch-1.toml"),
    ],
)
def test_the_usual_name_is_one_for_a_file_here(name: str, usual: str) -> None:
    assert save_form(start(replace(neuron(), name=name))).texts["name"] == usual


# Saving


async def test_what_is_saved_opens_where_training_was(folder: Path) -> None:
    app = app_at("xor-momentum", epoch=30)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        state = main_screen(app).state
        await pilot.press("s", "enter")
        await pilot.pause()
        row_of(app, "Saved as xor-momentum-epoch-30.toml.")
        await pilot.press("o", *"xor-momentum-epoch-30.toml", "enter")
        await pilot.pause()
        opened = main_screen(app).state.scenario
        assert opened == replace(reopened(state), name="xor-momentum-epoch-30")
        assert initial_parameters(opened) == state.history.state(30, 1)[: len(initial_parameters(opened))]
    assert [one.name for one in folder.iterdir()] == ["xor-momentum-epoch-30.toml"]


@pytest.mark.parametrize("size", [DESIGN_SIZE, SMALLEST, (120, 40)])
@pytest.mark.parametrize(("ending", "form"), [("svg", "svg"), ("txt", "text")])
async def test_a_picture_is_that_of_the_command_line(
    folder: Path, size: tuple[int, int], ending: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    app = app_at("mazur", epoch=2, stage=20, theme="backprop-light")
    async with app.run_test(size=size, tooltips=True, notifications=True) as pilot:
        await pilot.pause()
        await pilot.press("s", *f"it.{ending}", "enter")
        await pilot.pause()
        row_of(app, f"Saved as it.{ending}.")
        launch = app.launch
    wanted = await asyncio.to_thread(screenshot, launch, size=size, form=form)
    assert (folder / f"it.{ending}").read_text(encoding="utf-8") == wanted


async def test_a_picture_has_the_size_that_the_terminal_has_by_then(folder: Path) -> None:
    app = app_at("mazur")
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("s")
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        await pilot.press(*"it.txt", "enter")
        await pilot.pause()
        main_screen(app).say("")
        await pilot.pause()
        assert (folder / "it.txt").read_text(encoding="utf-8").splitlines() == lines(app)


async def test_a_file_that_is_there_is_asked_about_and_any_other_key_takes_the_answer_back(folder: Path) -> None:
    (folder / "it.toml").write_text("before")
    app = app_at()
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("s", *"it.toml", "enter")
        row_of(app, "There is a file of that name: Enter once more writes over it.")
        await pilot.press("l", "backspace", "enter")
        row_of(app, "There is a file of that name: Enter once more writes over it.")
        assert (folder / "it.toml").read_text() == "before"
        await pilot.press("enter")
        await pilot.pause()
        row_of(app, "Saved as it.toml.")
    assert load("it.toml").layers == load("article-7").layers


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("folder", "is a folder; a file's name is needed"),
        ("folder/", "is a folder's name; a file's is needed"),
        ("link", "is a link to something else; another name is needed"),
        ("/dev/null", "is no regular file; another name is needed"),
        ("nowhere/it.toml", "there is no folder nowhere"),
        (" ", "empty; a name is needed"),
        ("/proc/it.toml", "cannot be written: "),
    ],
)
async def test_what_cannot_be_written_is_said_beside_the_field_and_can_be_tried_again(
    folder: Path, name: str, problem: str
) -> None:
    (folder / "folder").mkdir()
    (folder / "link").symlink_to("folder")
    before = sorted(folder.rglob("*"))
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        panels = lines(app)
        await pilot.press("s", *name, "enter")
        await pilot.pause()
        row_of(app, f"   ! {problem}")
        assert f" {name.strip() or ' '}" in row_of(app, "> name ")
        assert "! " in row_of(app, "> name ")
        await pilot.press("enter")
        await pilot.pause()
        row_of(app, f"   ! {problem}")
        await pilot.press("x")
        assert problem not in shown(app)
        await pilot.press("escape")
        assert lines(app) == panels
    assert sorted(folder.rglob("*")) == before


async def test_a_folder_that_is_made_meanwhile_will_do(folder: Path) -> None:
    app = app_at()
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("s", *"new/it.toml", "enter")
        (folder / "new").mkdir()
        await pilot.press("enter")
        await pilot.pause()
        row_of(app, "Saved as new/it.toml.")


async def test_home_is_where_the_tilde_says(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "home").mkdir()
    monkeypatch.setenv("HOME", str(folder / "home"))
    app = app_at()
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("s", *"~/it.toml", "enter")
        await pilot.pause()
        row_of(app, "Saved as ~/it.toml.")
    assert (folder / "home" / "it.toml").exists()


async def test_what_could_not_be_opened_again_is_not_saved(folder: Path) -> None:
    wide = neuron(x=(0.1 + 0.2,) * 600, w=(0.0,) * 600)
    app = app_at(replace(wide, samples=wide.samples * 100))
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("s", "enter")
        await pilot.pause()
        row_of(app, "   ! too large to be opened again: a scenario has at most 1 MB")
    assert list(folder.iterdir()) == []


async def test_where_a_parameter_is_not_finite_the_form_says_so_and_a_picture_can_be_saved(folder: Path) -> None:
    app = app_at(INFINITE)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("end", "s", "enter")
        await pilot.pause()
        assert "a parameter is not finite" in shown(app)
        await pilot.press("escape", "s", *"it.txt", "enter")
        await pilot.pause()
        row_of(app, "Saved as it.txt.")
    assert [one.name for one in folder.iterdir()] == ["it.txt"]
