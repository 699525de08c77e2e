"""Clicks: what can be pressed can be pointed at."""

import pytest

from tests.driving import DESIGN_SIZE, SMALLEST, Ticker, app_at, lines, place, row_of, spot, tickers
from tests.terminal import Terminal


@pytest.fixture(autouse=True)
def timers(monkeypatch: pytest.MonkeyPatch) -> list[Ticker]:
    return tickers(monkeypatch)


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
        row_of(app, "Derivatives 7–13 of 14")
        await pilot.click(offset=spot(app, "w2 ←"))
        assert place(app) == (1, 15)
        assert spot(app, "● w2 ←   ")[1] == 16


async def test_headings_of_a_roomy_table_lead_nowhere() -> None:
    app = app_at(epoch=2, stage=1)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.click(offset=spot(app, "chain rule: multiply"))
        assert place(app) == (2, 1)
        await pilot.click(offset=spot(app, "w − lr"))
        assert place(app) == (2, 10)


async def test_a_word_of_the_footer_does_what_its_key_does() -> None:
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        steps = {"next": (2, 6), "back": (2, 5), "phase": (2, 7), "epoch": (3, 7)}
        for word, expected in steps.items():
            await pilot.click(offset=(lines(app)[-1].index(f" {word}"), 23))
            assert place(app) == expected
        sayings = {"edit": "── Edit ──", "play": "Playing, a stage every 1 s", "help": "── Help ──"}
        for word, saying in sayings.items():
            await pilot.click(offset=(lines(app)[-1].index(f" {word}"), 23))
            await pilot.pause()
            row_of(app, saying)
            await pilot.press("escape")


async def test_the_footer_quits() -> None:
    app = app_at()
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.click(offset=(lines(app)[-1].index("quit"), 23))
        assert app.return_code == 0


async def test_the_footers_first_and_last_cells_belong_to_it_and_gaps_to_none() -> None:
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        x = lines(app)[-1].index("← back")
        for column, stage in ((x - 1, 5), (x, 4), (x + 5, 3), (x + 6, 3)):
            await pilot.click(offset=(column, 23))
            assert place(app) == (2, stage)


@pytest.mark.parametrize("size", [DESIGN_SIZE, SMALLEST], ids=str)
async def test_in_ascii_where_keys_are_longer_the_words_stay_clickable(size: tuple[int, int]) -> None:
    app = app_at(epoch=2, stage=5, ascii=True)
    async with app.run_test(size=size) as pilot:
        footer = lines(app)[-1]
        assert footer.startswith(" -> next")
        await pilot.click(offset=(footer.index("<-"), size[1] - 1))
        assert place(app) == (2, 4)
        await pilot.click(offset=(len(footer) - 1, size[1] - 1))
        assert app.return_code == 0


async def test_a_click_on_a_field_takes_the_form_there() -> None:
    app = app_at(epoch=1, stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("e")
        await pilot.click(offset=spot(app, "bias b"))
        row_of(app, "> bias b")
        await pilot.press("7")
        row_of(app, "> bias b          [ 7             ]  0.5         changed")


async def test_while_a_form_or_the_help_is_open_the_phases_lead_nowhere() -> None:
    app = app_at(epoch=2, stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        for opening in ("e", "question_mark"):
            await pilot.press(opening)
            await pilot.click(offset=(lines(app)[1].index("loss"), 1))
            assert place(app) == (2, 8)
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
        before = place(app)
        assert before[0] > 1
        await pilot.click(offset=(lines(app)[1].index("loss"), 1))
        assert not timers[-1].running
        assert place(app) == before
        row_of(app, f"Interrupted in epoch {before[0]}.")


def mouse(terminal: Terminal, x: int, y: int, *, down: bool) -> None:
    """Press or release the left button over column x of row y, as a terminal reports it (SGR, from 1)."""
    terminal.send_bytes(f"\x1b[<0;{x + 1};{y + 1}{'M' if down else 'm'}".encode())


def test_a_drag_that_ends_on_a_word_or_a_row_does_nothing() -> None:
    with Terminal("--mouse", "--stage", "8") as terminal:
        terminal.wait_for("q quit")
        rows = terminal.text.split("\n")
        for x, y in (
            (rows[-1].index("quit"), 23),
            (5, next(y for y, row in enumerate(rows) if row[3:].startswith("w ←"))),
        ):
            mouse(terminal, 40, 21, down=True)
            mouse(terminal, x, y, down=False)
        mouse(terminal, rows[-1].index("next"), 23, down=True)
        mouse(terminal, rows[-1].index("next"), 23, down=False)
        terminal.wait_for("stage 9 of 11")
