"""The mouse: a click jumps, the wheel chooses, a drag selects."""

import pytest
from textual import events
from textual.pilot import Pilot

from backprop_tui.app import BackpropApp
from tests.driving import DESIGN_SIZE, SMALLEST, Ticker, app_at, lines, main_screen, place, row_of, spot, tickers
from tests.terminal import Terminal


@pytest.fixture(autouse=True)
def timers(monkeypatch: pytest.MonkeyPatch) -> list[Ticker]:
    return tickers(monkeypatch)


async def turn(app: BackpropApp, pilot: Pilot[int], where: tuple[int, int], *, down: bool) -> None:
    """Turn the wheel by a notch over a cell."""
    kind = events.MouseScrollDown if down else events.MouseScrollUp
    x, y = where
    app.screen._forward_event(kind(None, x, y, 0, 0, 0, False, False, False, x, y))
    await pilot.pause()


async def test_a_phase_leads_to_its_end() -> None:
    app = app_at(epoch=2, stage=1)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        phases = {"local derivatives": 7, "chain rule": 9, "update": 11, "forward": 2, "loss": 3}
        for name, stage in phases.items():
            x = lines(app)[1].index(name)
            await pilot.click(offset=(x, 1))
            assert place(app) == (2, stage)
            await pilot.press("home")
            await pilot.click(offset=(x + len(name) + 1, 1))  # its first tick
            assert place(app) == (2, stage)


async def test_between_phases_and_on_the_title_nothing_happens() -> None:
    app = app_at(epoch=2, stage=1)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.click(offset=(lines(app)[1].index("→"), 1))
        await pilot.click(offset=(lines(app)[1].index("loss"), 0))
        await pilot.click(offset=(79, 1))
        assert place(app) == (2, 1)


async def test_a_node_or_a_number_of_the_graph_leads_to_its_stage() -> None:
    app = app_at(epoch=2, stage=1)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        rows = lines(app)
        for row, text, stage in ((4, "a = z", 2), (4, "L = (a", 3), (8, "∂a/∂z", 5), (9, "∂L/∂b", 9)):
            await pilot.click(offset=(rows[row].index(text), row))
            assert place(app) == (2, stage), text


async def test_a_row_of_the_table_leads_to_its_stage() -> None:
    app = app_at(epoch=2, stage=1)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        for row, stage in {"w ←": 10, "b ←": 11, "∂L/∂w": 8, "∂L/∂a": 4, "∂z/∂b": 7}.items():
            y = next(y for y, line in enumerate(lines(app)) if y > 10 and line[3:].startswith(row))
            await pilot.click(offset=(10, y))
            assert place(app) == (2, stage)


async def test_the_rows_of_a_table_that_is_cut_short_lead_to_the_stages_they_show() -> None:
    app = app_at("three-inputs", 1, 11)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        row_of(app, "of 14")
        await pilot.click(offset=spot(app, "w1 ←"))
        assert place(app) == (1, 14)


async def test_headings_of_a_roomy_table_lead_nowhere() -> None:
    app = app_at(epoch=2, stage=1)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.click(offset=spot(app, "chain rule: multiply"))
        assert place(app) == (2, 1)
        await pilot.click(offset=spot(app, "w − lr"))
        assert place(app) == (2, 10)


async def test_the_wheel_chooses_below_and_above_in_the_panel_under_the_pointer() -> None:
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        rows = lines(app)
        table = (10, next(y for y, row in enumerate(rows) if row.startswith("── Derivatives")) + 2)
        await turn(app, pilot, table, down=True)
        assert row_of(app, ">○ ∂z/∂w").startswith(">")
        await turn(app, pilot, table, down=True)
        row_of(app, ">  ∂z/∂b")
        await turn(app, pilot, table, down=False)
        row_of(app, ">○ ∂z/∂w")
        await turn(app, pilot, (10, 5), down=True)
        row_of(app, "── Computation graph: > ")
        assert place(app) == (2, 5)


async def test_a_word_of_the_footer_does_what_its_key_does() -> None:
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        steps = {"→": (2, 6), "←": (2, 5), "phase": (2, 7), "nN": (3, 7)}
        for word, expected in steps.items():
            await pilot.click(offset=(lines(app)[-1].index(word), 23))
            await pilot.pause()
            assert place(app) == expected
        sayings = {"edit": "─ Edit ──", "play": "Playing, a stage every 1 s", "help": "─ Help ──"}
        for word, saying in sayings.items():
            await pilot.click(offset=(lines(app)[-1].index(f" {word}"), 23))
            await pilot.pause()
            row_of(app, saying)
            await pilot.press("escape")


@pytest.mark.parametrize("size", [DESIGN_SIZE, SMALLEST], ids=str)
async def test_the_footer_quits(size: tuple[int, int]) -> None:
    app = app_at()
    async with app.run_test(size=size) as pilot:
        await pilot.click(offset=(lines(app)[-1].index("quit"), size[1] - 1))
        await pilot.pause()
        assert app.return_code == 0


async def test_a_click_into_a_field_takes_the_form_there() -> None:
    app = app_at(epoch=1, stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("e")
        x, y = spot(app, "bias b")
        await pilot.click(offset=(x + 20, y))
        await pilot.press("7")
        assert "changed" in row_of(app, "> bias b ")


async def test_a_click_while_a_form_or_the_help_is_open_leads_nowhere() -> None:
    app = app_at(epoch=2, stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        for opening in ("e", "question_mark"):
            await pilot.press(opening)
            await pilot.click(offset=(20, 1))
            await pilot.click(offset=(10, 15))
            assert main_screen(app).state.position == (2, 1, 8)
            await pilot.press("escape")


async def test_a_click_stops_playing_and_goes_where_it_says(timers: list[Ticker]) -> None:
    app = app_at(epoch=2, stage=1, play=1.0)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        assert timers[-1].running
        await pilot.click(offset=(lines(app)[1].index("loss"), 1))
        assert not timers[-1].running
        assert place(app) == (2, 3)


async def test_a_click_while_training_only_stops_it(timers: list[Ticker]) -> None:
    app = app_at("sigmoid-out-of-reach")
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("c")
        timers[-1].tick()
        await pilot.pause()
        before = place(app)
        assert before[0] > 1
        await pilot.click(offset=(lines(app)[1].index("loss"), 1))
        assert not timers[-1].running
        assert place(app) == before
        row_of(app, f"Interrupted in epoch {before[0]}.")


async def test_a_drag_selects_what_stands_there_and_jumps_nowhere() -> None:
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        x, y = spot(app, "z = w·x + b ")
        await pilot.mouse_down(offset=(x, y))
        await pilot.hover(offset=(x + 6, y))
        await pilot.hover(offset=(x + 10, y))
        await pilot.mouse_up(offset=(x + 10, y))
        await pilot.pause()
        assert app.screen.get_selected_text() == "z = w·x + b"
        assert place(app) == (2, 5)
        await pilot.press("ctrl+c")
        assert app.clipboard == "z = w·x + b"
        assert not app.screen.get_selected_text()
        assert app.return_code is None


def mouse(terminal: Terminal, x: int, y: int, *, down: bool) -> None:
    """Press or release the left button over column x of row y, as a terminal reports it (SGR, from 1)."""
    terminal.send_bytes(f"\x1b[<0;{x + 1};{y + 1}{'M' if down else 'm'}".encode())


def test_in_a_terminal_a_press_elsewhere_than_the_release_jumps_nowhere() -> None:
    with Terminal("--mouse", "--stage", "8") as terminal:
        terminal.wait_for("q quit")
        rows = terminal.text.split("\n")
        row = next(y for y, row in enumerate(rows) if row[3:].startswith("w ←"))
        mouse(terminal, 40, 21, down=True)
        mouse(terminal, 5, row, down=False)
        mouse(terminal, 5, row, down=True)
        mouse(terminal, 5, row, down=False)
        terminal.wait_for("stage 10 of 11")
