"""Editing and going to a position, typed in: what the form shows while typing, and what comes of it."""

import asyncio

from textual import events
from textual.pilot import Pilot

from backprop_tui.app import BackpropApp
from tests.driving import DESIGN_SIZE, SMALLEST, app_at, lines, main_screen, place, row_of, shown
from tests.models import neuron

ERROR = "! not a number; did you mean 1.5?"


async def enter(app: BackpropApp, pilot: Pilot[int], text: str) -> None:
    """Put `text` into the field at hand, over what is selected there, at once."""
    app.post_message(events.Paste(text))
    await pilot.pause()


async def test_an_error_stands_beside_the_field_while_it_is_typed() -> None:
    app = app_at(stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("e", "tab", "tab")
        row_of(app, " > weight w        [ 1.5            ]  1.5")
        await pilot.press("1", "comma")
        assert row_of(app, "weight w  ").endswith("]  1.5       ! not a number; did you mean 1?")
        await pilot.press("5")
        row_of(app, "   ! not a number; did you mean 1.5?")
        await pilot.press("tab")
        row_of(app, "One field to correct. Nothing applies until all are right.")
        await pilot.press("shift+tab", "end")
        await pilot.press("backspace", "backspace", ".", "7")
        assert row_of(app, "weight w  ").endswith("]  1.5       changed")
        row_of(app, "One field changed. Enter applies.")


async def test_escape_changes_nothing() -> None:
    app = app_at(epoch=2, stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before, state = lines(app), main_screen(app).state
        await pilot.press("e", "7", "tab", "x", "escape")
        assert lines(app) == before
        assert main_screen(app).state is state
        await pilot.press("e")
        row_of(app, "Nothing is changed yet.")


async def test_enter_with_an_error_stays_and_jumps_to_the_field() -> None:
    app = app_at(stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        state = main_screen(app).state
        await pilot.press("e", "tab", "x", "tab", "7", "enter")
        row_of(app, " > target y        [ x ")
        assert main_screen(app).state is state
        await pilot.press("9", "enter")  # the text is selected, so that it is typed over
        assert "── Computation graph ──" in shown(app)
        row_of(app, "  y   9 ──")  # b will be negative: its sign has a column from the start
        row_of(app, "  w   7 ──")


async def test_an_edit_computes_the_pass_anew_and_leaves_one_where_one_is() -> None:
    app = app_at(epoch=2, stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("e", "tab", "5", "enter")
        assert place(app) == (2, 8)
        row_of(app, "── ● ∂L/∂w = ∂L/∂a · ∂a/∂z · ∂z/∂w = −2 · 1 · 2 = −4 ──")  # w is 1.7, b 0.6: a stays 4
        row_of(app, "│ now 1")
        row_of(app, "│ was 0.25")
        await pilot.press("N")
        row_of(app, "  y  4 ──")
        row_of(app, "∂L/∂w = ∂L/∂a · ∂a/∂z · ∂z/∂w = −1 · 1 · 2 = −2 ──")
        await pilot.press("n", "n")
        row_of(app, "  y  5 ──")


async def test_undo_takes_edits_back_one_by_one() -> None:
    app = app_at(epoch=2, stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before = lines(app)
        await pilot.press("e", "7", "enter")
        once = lines(app)
        await pilot.press("e", "tab", "6", "enter")
        assert len({*map(tuple, (before, once, lines(app)))}) == 3
        await pilot.press("u")
        assert lines(app) == once
        await pilot.press("u")
        assert lines(app) == before
        await pilot.press("u")
        row_of(app, "  Nothing to undo: nothing has been edited")
        assert place(app) == (2, 8)


async def test_an_edit_taken_back_out_of_sight_is_told() -> None:
    app = app_at("line", 2, 8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("n", "e", "7", "enter", "r", "n", "u")
        row_of(app, "  Took back the edit in epoch 3, sample 1.")
        await pilot.press("right")
        assert "Took back" not in shown(app)


async def test_reset_keeps_the_edits() -> None:
    app = app_at(epoch=2, stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("e", "7", "enter", "r")
        assert place(app) == (1, 0)
        row_of(app, "  Back at the start. The edit in epoch 2 stays.")
        row_of(app, "  x  2 ──")  # the edit holds from epoch 2 on
        await pilot.press("n")
        row_of(app, "  x  7 ──")


async def test_enter_with_nothing_changed_is_no_edit() -> None:
    app = app_at(epoch=2, stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before = lines(app)
        await pilot.press("e", "2", ".", "0", "enter")
        assert lines(app) == before
        assert not main_screen(app).state.undo


async def test_choices_open_with_space_and_apply() -> None:
    app = app_at(stage=2)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("e", "shift+tab", "space", "up", "enter")
        row_of(app, "[ bce          ▼ ]  mse       ! needs sigmoid")
        await pilot.press("space", "down", "enter")
        row_of(app, "[ mse          ▼ ]  mse")
        row_of(app, "Nothing is changed yet.")
        await pilot.press("shift+tab", "space", "down", "enter", "enter")
        assert lines(app)[0].startswith(" article-7 (edited) · one neuron · relu · mse ·")
        row_of(app, "── ● a = max(z, 0) = max(3.5, 0) = 3.5 ──")


async def test_arrows_and_tab_lead_from_field_to_field_round_and_round_and_change_no_choice() -> None:
    app = app_at()
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("e")
        for key, label in (("down", "target y"), ("up", "input x"), ("shift+tab", "loss"), ("tab", "input x")):
            await pilot.press(key)
            assert row_of(app, " > ").startswith(f" > {label} ")
        await pilot.press(*["down"] * 20)  # twice round
        row_of(app, " > input x ")
        row_of(app, "Nothing is changed yet.")


async def test_what_a_field_means_is_said_while_one_is_at_it() -> None:
    app = app_at(stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("e", "tab")
        row_of(app, "─ target y: the answer that would be right; any finite number ──")
        row_of(app, "  Applying computes this pass anew; earlier epochs stay. You keep your place:")
        row_of(app, "  stage 8, ∂L/∂w. u takes the edit back.")
        for words in ("Tab next field", "Enter apply", "Esc leave everything as it was"):
            assert words in lines(app)[-1]


async def test_with_many_inputs_the_field_at_hand_is_always_in_view() -> None:
    many = neuron(x=tuple(range(30)), w=tuple(i / 10 for i in range(30)))
    app = app_at(many)
    async with app.run_test(size=SMALLEST) as pilot:
        await pilot.press("e", *["shift+tab"] * 11)
        row_of(app, " > weight w27      [ 2.6            ]  2.6")
        await pilot.press("4", "tab")
        row_of(app, "   weight w27      [ 4              ]  2.6       changed")
        row_of(app, " > weight w28      [ 2.7            ]  2.7")
        row_of(app, "One field changed. Enter applies.")


async def test_what_was_entered_out_of_sight_applies_too() -> None:
    many = neuron(x=tuple(range(30)), w=tuple(i / 10 for i in range(30)))
    app = app_at(many)
    async with app.run_test(size=SMALLEST) as pilot:
        await pilot.press("e", "7", "shift+tab", "shift+tab", "shift+tab", "9", "enter")
        given = main_screen(app).state.view.given
        assert (given["x1"], given["lr"], given["w30"]) == (7.0, 9.0, 2.9)


async def test_the_smallest_screen_cuts_nothing_of_the_form() -> None:
    app = app_at(stage=8)
    async with app.run_test(size=SMALLEST) as pilot:
        await pilot.press("e", "1", "comma", "5")
        row_of(app, "─ Edit ──")
        row_of(app, "                     new               now")
        row_of(app, " > input x         [ 1,5            ]  2         ! not a …")
        for label in ("target y", "weight w", "bias b", "optimiser", "weight_decay", "zero_grad", "learning rate"):
            row_of(app, f"   {label} ")
        row_of(app, f"   {ERROR}")
        row_of(app, "─ input x: what goes in; any finite number ──")
        for words in ("Enter apply", "Tab next field", "Esc leave everything as it was"):
            assert words in lines(app)[-1]
        await pilot.press("shift+tab")
        row_of(app, " > loss            [ mse          ▼ ]  mse")


async def test_an_optimiser_brings_its_options_and_takes_them_away() -> None:
    app = app_at(stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("e", *["tab"] * 4, "space", *["down"] * 5, "enter")
        row_of(app, "   optimiser       [ adam         ▼ ]  sgd       changed")
        for row in ("beta1           [ 0.9 ", "beta2           [ 0.999 ", "epsilon         [ 1e-08 "):
            assert row_of(app, row).endswith("]  none      changed")
        assert "momentum  " not in shown(app)
        await pilot.press("tab", "1", "tab")
        assert row_of(app, "beta1  ").endswith("]  none      ! from 0 to below 1")
        await pilot.press("shift+tab", "0", ".", "5", "enter")
        assert lines(app)[0].startswith(" article-7 (edited) · identity · mse · lr 0.1 · adam  ")
        assert dict(main_screen(app).state.scenario.optimizer.options)["beta1"] == 0.5
        await pilot.press("u")
        assert main_screen(app).state.scenario.optimizer.name == "sgd"


async def test_a_class_brings_its_targets_on_screen() -> None:
    app = app_at("softmax", 1, 3)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("e")
        assert "[ 1 " in row_of(app, "target y1")
        await pilot.press(*["tab"] * 5)
        row_of(app, " > class           [ 1              ]  1")
        await pilot.press("3")
        assert "[ 0 " in row_of(app, "target y1")
        assert "[ 1 " in row_of(app, "target y3")
        row_of(app, "3 fields changed. Enter applies.")
        await pilot.press("enter")
        assert main_screen(app).state.scenario.samples[0].y == (0.0, 0.0, 1.0)


async def test_long_numbers_scroll_in_their_field_and_arrive_whole() -> None:
    app = app_at()
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("e")
        await enter(app, pilot, "0.1234567890123456")
        row_of(app, " ]  2 ")
        await pilot.press("tab")
        row_of(app, "[ 0.123456789012")
        await pilot.press("enter")
        assert main_screen(app).state.view.given["x"] == 0.1234567890123456


async def test_an_edit_that_overflows_ends_the_run_there() -> None:
    app = app_at(epoch=2, stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("e")
        await enter(app, pilot, "1e200")
        await pilot.press("enter")
        assert place(app) == (2, 8)
        row_of(app, "  Not finite: the loss is infinite")
        await pilot.press("n")
        assert place(app) == (2, 8)
        await pilot.press("u", "n")
        assert place(app) == (3, 8)


async def test_going_to_an_epoch_and_a_stage() -> None:
    app = app_at("overshoot", 1, 8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("g", *"878", "tab", "3", "enter")
        assert place(app) == (878, 3)
        row_of(app, "  Diverged: the loss is infinite")


async def test_what_is_typed_while_a_form_is_still_opening_goes_into_it() -> None:
    app = app_at(stage=4)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        app.post_message(events.Key("g", "g"))
        while app.screen is main_screen(app):
            await asyncio.sleep(0)
        for digit in "25":
            app.post_message(events.Key(digit, digit))
        await pilot.pause()
        assert "[ 25 " in row_of(app, " > epoch ")


async def test_going_to_a_stage_that_does_not_exist_is_refused_in_the_form() -> None:
    app = app_at(stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before = lines(app)
        await pilot.press("g", "tab", "1", "2")
        row_of(app, " > stage           [ 12             ]  8         ! not from 0 to 11")
        assert row_of(app, "─ stage: how many are done, from 0 to 11; or a name such as ")
        await pilot.press("enter")
        row_of(app, " > stage ")
        await pilot.press("escape")
        assert lines(app) == before


async def test_going_beyond_a_divergence_is_refused_with_the_reason_and_nothing_is_lost() -> None:
    app = app_at("overshoot", 1, 8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        state = main_screen(app).state
        await pilot.press("g", *"900", "enter")
        row_of(app, "  The run ends in epoch 878, sample 1, at a value that is not finite; expected")
        row_of(app, " > epoch           [ 900 ")
        assert main_screen(app).state is state
        await pilot.press("8", "backspace")
        assert "The run ends" not in shown(app)
        await pilot.press("escape")
        assert place(app) == (1, 8)


async def test_a_sample_is_asked_for_only_where_there_are_several() -> None:
    app = app_at(stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("g")
        assert [line[3:12].strip() for line in lines(app)[3:6]] == ["epoch", "stage", ""]
