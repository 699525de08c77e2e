"""The page of answers: its table at any width, its map below or beside, and the keys that open, scroll and close it."""

import re
from dataclasses import replace

import pytest

from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.launch import Launch
from backprop_tui.panels.answers import AnswersView
from backprop_tui.present.answers import table as table_module
from backprop_tui.present.answers.answered import answers
from backprop_tui.present.answers.judgement import judged
from backprop_tui.present.answers.page import Page, page_of
from backprop_tui.present.answers.table import table
from backprop_tui.present.canvas import text_of
from backprop_tui.present.numbers import number
from backprop_tui.screens.main import possible
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, State, start
from tests.driving import DESIGN_SIZE, SMALLEST, app_at, lines, place, row_of, shown
from tests.expressions import NETWORKS
from tests.models import network, neuron

WIDE = (120, 40)
NARROWEST = 57  # cells of a page in 60 columns


def at(name: str, epoch: int, sample: int = 1, stage: int = 0) -> State:
    return apply(start(load(name)), GoTo(Position(epoch, sample, stage)))


def many(count: int, **more: object) -> Scenario:
    """A neuron of two inputs with `count` samples."""
    samples = tuple(Sample((i / count, (i * 7 % count) / count), (float(i % 2),)) for i in range(count))
    return replace(neuron(x=(1.0, 1.0), w=(1.0, 1.0), b=-1.0, activation="sigmoid"), samples=samples, **more)


def words(page: Page) -> str:
    return " ".join(text_of(row).strip() for row in page.words)


def rows(page: Page) -> list[str]:
    """The whole page, what stands beside it left out."""
    whole = page._replace(beside=())
    return [text_of(whole.row(y)) for y in range(whole.length)]


def test_a_row_tells_inputs_target_answer_and_loss() -> None:
    state = at("logistic", 3, 4)
    heading, *found = rows(page_of(state, 77, 21))[len(page_of(state, 77, 21).words) :][:11]
    assert heading.split() == ["sample", "x1", "x2", "target", "answer", "loss"]
    for line, answer, sample in zip(found, answers(state), state.scenario.samples, strict=True):
        numbers = (*sample.x, *sample.y, *answer.outputs, answer.loss)
        assert line.removeprefix(" ●").split()[1:6] == [number(value) for value in numbers]
        right = (answer.outputs[0] > 0.5) == (sample.y[0] == 1)
        assert line.endswith("✓ right" if right else "✗ wrong")
    assert [line.split()[1] for line in found if line.startswith(" ●")] == ["4"]


def test_of_classes_a_row_tells_both_and_the_probability() -> None:
    state = at("softmax", 2)
    page = page_of(state, 77, 21)
    heading, *found = rows(page)[len(page.words) :][:10]
    assert heading.split() == ["sample", "x1", "x2", "class", "answer", "p", "loss"]
    for line, answer, sample in zip(found, answers(state), state.scenario.samples, strict=True):
        largest = max(range(3), key=lambda k: answer.outputs[k])
        target = sample.y.index(1.0)
        said = [str(target + 1), str(largest + 1), number(answer.outputs[largest])]
        assert line.removeprefix(" ●").split()[3:6] == said
        assert line.endswith("✓ right" if largest == target else "✗ wrong")
    assert "p: probability of the class answered." in words(page)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("width", [NARROWEST, 77, 97])
def test_nothing_is_cut_at_any_width_and_what_is_left_out_is_told(name: str, width: int) -> None:
    state = at(name, 2)
    made = table(state, judged(state), width)
    texts = [text_of(made.heading()), *(text_of(made.row(number)) for number in range(1, made.length + 1))]
    assert max(map(len, texts)) <= width
    heads = texts[0].split()
    inputs = [head for head in heads if re.fullmatch(r"x\d*", head)]
    targets = [head for head in heads if head in ("target", "class")]
    sample = state.scenario.samples[0]
    left_out = (len(inputs) < len(sample.x)) + (len(targets) < len(sample.y) and "class" not in targets)
    assert heads.count("…") == left_out
    assert all(line.split().count("…") == left_out for line in texts)


def test_a_large_network_keeps_target_answer_and_loss() -> None:
    state = start(network((40, 3, 5)))
    made = table(state, judged(state), NARROWEST)
    heading = text_of(made.heading())
    assert len(heading) <= NARROWEST
    assert heading.split() == ["sample", "x1", "…", "target", "1", "answer", "1", "…", "loss"]


def test_rows_are_made_when_they_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[float] = []

    def counting(value: float) -> str:
        made.append(value)
        return number(value)

    monkeypatch.setattr(table_module, "number", counting)
    page = page_of(start(many(10_000)), 77, 21)
    assert page.length > 10_000
    assert not made
    seen = [text_of(page.row(y, 7_000)) for y in range(21)]
    assert len(made) <= 21 * 5
    assert "sample" in seen[0]  # the heading stays in view
    assert seen[1].split()[0] == str(7_000 - len(page.words) + 1)


def test_what_is_not_finite_is_said_in_words() -> None:
    layer = Layer("identity", ((1e308, -1e308),), (0.0,))
    samples = tuple(Sample(x, (1.0,)) for x in ((10.0, 0.0), (10.0, 10.0), (0.0, 0.0)))
    page = page_of(start(Scenario("far", (layer,), samples)), 77, 21)
    one, two, three = rows(page)[len(page.words) + 1 :][:3]
    assert one.split()[5] == "∞"
    assert one.endswith("infinite")
    assert two.endswith("not a number")
    assert not three.endswith(("infinite", "not a number"))
    assert words(page).startswith("Mean loss NaN not a number. None of 3 right ")


def test_an_update_that_is_under_way_is_said_to_be() -> None:
    last = start(load("xor-2-2-1")).timeline.last
    said = {
        stage: "The update on screen is not through" in words(page_of(at("xor-2-2-1", 1, 1, stage), 77, 21))
        for stage in (0, 35, last - 1, last)
    }
    assert said == {0: False, 35: False, last - 1: True, last: False}


@pytest.mark.parametrize(("width", "is_beside"), [(NARROWEST, False), (77, False), (97, True), (117, True)])
def test_the_map_is_below_or_in_a_wide_terminal_beside(width: int, is_beside: bool) -> None:
    page = page_of(at("xor-2-2-1", 1), width, 21)
    assert bool(page.beside) == is_beside != bool(page.under)
    whole = [text_of(page.row(y)) for y in range(21)]
    assert max(map(len, whole)) <= width
    assert sum("│" in line for line in whole) >= 8


def test_without_a_map_there_is_none() -> None:
    for name in ("article-7", "mazur", "three-inputs"):
        page = page_of(at(name, 1), 117, 37)
        assert not page.under
        assert not page.beside


@pytest.mark.parametrize("name", ["xor-2-2-1", "softmax", "article-7"])
def test_a_window_of_any_size_has_a_page(name: str) -> None:
    for width in (1, 2, 10, 39, 40, 55):
        for height in (1, 3, 9):
            page = page_of(at(name, 1), width, height)
            assert page.length > 0
            assert any("Loss" in line or "loss" in line for line in rows(page))


@pytest.mark.parametrize("size", [SMALLEST, DESIGN_SIZE, WIDE])
async def test_the_key_opens_the_answers_and_closes_them(size: tuple[int, int]) -> None:
    app = app_at("xor-2-2-1", 3, 8)
    async with app.run_test(size=size) as pilot:
        before = lines(app)
        for key in ("a", "escape", "enter"):
            await pilot.press("a")
            await pilot.pause()
            assert "─ Answers before the update of epoch 3, sample 1 ─" in shown(app)
            assert "Mean loss " in shown(app)
            assert row_of(app, "● 1").split()[2:5] == ["0", "0", "0"]
            await pilot.press(key)
            await pilot.pause()
            assert lines(app) == before


async def test_in_the_smallest_terminal_the_end_key_leads_to_a_whole_map() -> None:
    app = app_at("xor-2-2-1")
    async with app.run_test(size=SMALLEST) as pilot:
        await pilot.press("a")
        await pilot.pause()
        assert "The map of answers is below: End." in " ".join(shown(app).split())
        await pilot.press("end")
        await pilot.pause()
        field = [line for line in lines(app) if "│" in line]
        assert len(field) >= 10
        assert "└" in shown(app)
        assert "[x] target 1" in shown(app)


async def test_ten_thousand_samples_are_scrolled_to_the_last() -> None:
    app = app_at(many(10_000, loss="bce"))
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("a")
        await pilot.pause()
        view = app.screen.query_one(AnswersView)
        view.scroll_to(y=view.virtual_size.height - 30, animate=False)
        await pilot.pause()
        assert "10000" in shown(app)
        assert "sample" in lines(app)[2]


async def test_another_size_has_another_page() -> None:
    app = app_at("xor-2-2-1")
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("a")
        await pilot.pause()
        assert "│" in row_of(app, "Mean loss")
        await pilot.resize_terminal(*DESIGN_SIZE)
        await pilot.pause()
        assert "│" not in row_of(app, "Mean loss")
        assert "└" in shown(app)


async def test_the_answers_go_with_the_step_on_screen() -> None:
    app = app_at("sigmoid", 1, 9)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        told = []
        for _ in range(3):
            await pilot.press("a")
            await pilot.pause()
            told.append((lines(app)[1].strip("─ "), row_of(app, "● 1")))
            await pilot.press("a", "right")
        titles, answered = zip(*told, strict=True)
        assert titles == ("Answers before the update of epoch 1",) * 2 + ("Answers after epoch 1",)
        assert answered[0] == answered[1] != answered[2]
        assert place(app)[0] == 2


@pytest.mark.parametrize("kiosk", [False, True])
def test_a_kiosk_has_the_answers(kiosk: bool) -> None:
    assert "answers" in possible(Launch(load("article-7"), kiosk=kiosk, no_quit=kiosk))


def test_where_no_answer_is_finite_the_map_has_no_shade_to_explain() -> None:
    scenario = replace(neuron(x=(1e300, 1.0), w=(1e300, 1.0)), samples=many(3).samples)
    far = tuple(Sample((sample.x[0] + 1e300, sample.x[1]), sample.y) for sample in scenario.samples)
    legend = rows(page_of(start(replace(scenario, samples=far)), 77, 21))[-1].strip()
    assert legend.startswith("? not finite")


def test_outputs_with_targets_of_unlike_size_are_each_measured_by_their_own() -> None:
    said = words(page_of(start(load("mazur")), 77, 21))
    assert "each output off by at most 0.0001 of its largest target" in said  # 0.01 and 0.99
