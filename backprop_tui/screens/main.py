"""The one screen: keys become commands, commands become states, and a state becomes rows of text."""

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from backprop_tui.core.scenario import ScenarioError
from backprop_tui.launch import Launch
from backprop_tui.panels.sheet import Sheet
from backprop_tui.present import chrome as frame
from backprop_tui.present import panes
from backprop_tui.present.canvas import Row
from backprop_tui.present.commands import COMMANDS, command
from backprop_tui.present.screen import ViewState, command_at, covered_rows, in_table, screen_rows, stage_at
from backprop_tui.present.table.lines import chosen_next
from backprop_tui.screens.pace import Autoplay, Foresight, IdleReset, Seek, TrainingRunner
from backprop_tui.stepper.machine import Command, Edit, GoTo, IllegalCommand, Move, apply
from backprop_tui.stepper.state import Position, start

if TYPE_CHECKING:  # a form is imported when one is opened: the first frame comes sooner without
    from backprop_tui.panels.form import FormPanel
    from backprop_tui.present.form import Form

_FORM_KEYS = (("Tab", "next field "), ("↑ ↓", "choose "), ("Enter", "apply "), ("Esc", "leave everything as it was"))
_SHORT_FORM_KEYS = (*_FORM_KEYS[:-1], ("Esc", "leave"))
_FORM_KEYS_FIT = 76  # the width from which the long ones do
_PAGES = ("help", "verify")  # the modes that any key leaves, page by page
_KEEP_PLAYING = frozenset(key for name in ("play", "faster", "slower") for key in command(name).keys)


class MainScreen(Screen[None]):
    """Holds the one state; every change of it goes through `do`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, f"command('{command.name}')", command.help, show=False)
        for command in COMMANDS
        for key in command.keys
    ]

    AUTO_FOCUS = ""
    BLANK = True  # the sheet covers it

    def __init__(self, launch: Launch) -> None:
        super().__init__()
        position = Position(launch.epoch, launch.sample, launch.stage)
        self._first = apply(start(launch.scenario), GoTo(position))
        self._ascii = launch.ascii
        self._pressed = ("", 0)  # what the mouse button went down on
        self.state = self._first
        self.notice = ""
        self.mode = "step"  # or "edit", "go to", "help", "verify"
        self.page = 0  # of the help or the gradient check
        self.chosen = 0  # the stage of the row that was chosen in the table; 0 for none
        self.sheet = Sheet()
        self.form: FormPanel | None = None  # while one is open
        self.player = Autoplay(self, launch.play, loop=launch.loop)
        self.journey = Seek(self)
        self.attendance = IdleReset(self, launch.idle_reset)
        self.trainer = TrainingRunner(self)
        self.foresight = Foresight(self)

    def compose(self) -> ComposeResult:
        """One sheet, and over it a form while one is open."""
        self.draw()  # before the first layout, so that the first frame has everything
        yield self.sheet

    def on_mount(self) -> None:
        """Play if asked to, and notice who is there."""
        self._first_theme = self.app.theme
        self.player.start_if_asked()
        self.attendance.start()

    def start_over(self) -> None:
        """Everything as it was when the application opened."""
        if self.app.screen is not self:  # the command palette
            self.app.pop_screen()
        self.stop_at_once()
        self.leave()
        self.state, self.notice, self.chosen = self._first, "", 0
        self.app.theme = self._first_theme
        self.lay_out()
        self.app.call_later(self.app.run_action, "app.repaint")  # another program may have written on the terminal
        self.player.start_if_asked()

    def on_resize(self) -> None:
        """Use the new size."""
        self.lay_out()

    @property
    def small(self) -> bool:
        """Whether the terminal is too small to show anything else than that."""
        width, height = self.app.size
        return width < frame.LEAST_WIDTH or height < frame.LEAST_HEIGHT

    @property
    def body(self) -> tuple[int, int]:
        """The width and height that title, explanation and footer leave to a form."""
        width, height = self.app.size
        return width, height - panes.TITLE_HEIGHT - panes.TEXT_HEIGHT - panes.FOOTER_HEIGHT

    def look(self) -> ViewState:
        """What decides what is seen."""
        return ViewState(self.state, *self.app.size, self.chosen, self.notice, self._ascii)

    def lay_out(self) -> None:
        """Use the terminal's size and the mode at hand; draw."""
        if self.form is not None:
            self.form.display = not self.small
            if self.small:  # what is typed unseen is no input
                self.set_focus(None)
            else:
                self.form.resize(*self.body)
                self.form.take_focus()
        self.draw()

    def draw(self) -> None:
        """Draw; the sheet paints only what changed."""
        self.sheet.show(self.rows())
        self.foresight.start()

    def rows(self) -> tuple[Row, ...]:
        """What the screen shows."""
        look = self.look()
        if self.small:
            return look.finished(frame.too_small_rows(*self.app.size))
        if self.mode == "step":
            return screen_rows(look)
        if self.form is not None:
            keys = _FORM_KEYS if look.width >= _FORM_KEYS_FIT else _SHORT_FORM_KEYS
            here = frame.place(self.state)
            text = panes.field_pane(self.form.field, look.width, here, edits=self.mode == "edit")
            return covered_rows(look, (), text, keys)
        pages = self.pages()
        self.page = min(self.page, len(pages) - 1)
        closes = "closes the help" if self.mode == "help" else "closes the check"
        says = "turns the page, Esc closes" if self.page < len(pages) - 1 else closes
        return covered_rows(look, pages[self.page], (), (("any key", says),))

    def pages(self) -> tuple[tuple[Row, ...], ...]:
        """The pages that the mode at hand shows."""
        from backprop_tui.present.gradient_check import verification_pages  # noqa: PLC0415
        from backprop_tui.present.help_rows import help_pages  # noqa: PLC0415 - the first frame needs neither

        width, height = self.app.size
        size = width, height - panes.TITLE_HEIGHT - panes.FOOTER_HEIGHT
        return help_pages(*size) if self.mode == "help" else verification_pages(self.state, *size)

    def do(self, command: Command) -> bool:
        """Carry out `command`; where it cannot be, say why.  Whether it was."""
        before = self.state
        try:
            self.state = apply(before, command)
        except IllegalCommand as error:
            self.notice = f"{error}".capitalize()
            self.draw()
            return False
        self.notice, self.chosen = frame.unseen_text(before, command), 0
        self.draw()
        return True

    def stop_at_once(self) -> bool:
        """Stop playing and training; whether training was under way, in which case a key has done its work."""
        self.player.pause()
        return self.journey.stop() or self.trainer.stop()

    async def action_command(self, name: str) -> None:
        """Do what the command `name` says; while a form or the help is open, only quit."""
        if action := {"quit": "quit", "repaint": "repaint", "suspend": "suspend_process"}.get(name):
            await self.app.run_action(f"app.{action}")
            return
        if self.mode != "step" or self.small:  # what nobody could see
            return
        if name in ("faster", "slower"):
            self.player.change_speed(faster=name == "faster")
            return
        playing = self.player.playing
        if not self.stop_at_once():
            await self.perform(name, playing=playing)

    async def perform(self, name: str, *, playing: bool) -> None:
        """Do what the command `name` says, now that nothing goes on by itself; `playing` did until now."""
        match name:
            case "edit" | "go_to":
                await self.open_form(name.replace("_", " "))
            case "help" | "verify":
                self.mode, self.page = name, 0
                self.lay_out()
            case "play":
                if not playing:
                    self.player.play()
            case "train":
                self.trainer.start()
            case "choose_next" | "choose_previous":
                self.chosen = chosen_next(self.state, self.chosen, 1 if name == "choose_next" else -1)
                self.draw()
            case "jump":
                self.jump()
            case _:
                self.do(Move(name))

    def jump(self) -> None:
        """Go to the stage of the row that was chosen."""
        if self.chosen:
            self.do(GoTo(self.state.position._replace(stage=self.chosen)))
        else:
            self.notice = "No row is chosen yet: ↑ and ↓ choose one."
            self.draw()

    def on_key(self, event: events.Key) -> None:
        """Any key stops what goes on by itself, and turns the pages of the help until it closes.

        In a terminal that is too small, where nothing else could be seen, the key to quit does so, others no more.
        """
        small = self.small
        if small and event.key in command("quit").keys:
            return
        if small or self.mode in _PAGES or self.trainer.running:
            event.prevent_default()
            event.stop()
            if not self.stop_at_once() and self.mode in _PAGES and not small:
                if event.key == "escape":
                    self.leave()
                else:
                    self.turn_page(-1 if event.key == "pageup" else 1)
        elif event.key == "escape" and self.chosen:
            self.chosen = 0
            self.draw()
        elif self.player.playing and event.key not in _KEEP_PLAYING:
            self.player.pause()

    def on_screen_suspend(self) -> None:
        """Stop what goes on by itself under the command palette, too."""
        self.stop_at_once()

    def turn_page(self, step: int = 1) -> None:
        """To the next page (or the one before), or back to the panels after the last."""
        if self.page + step < len(self.pages()):
            self.page = max(0, self.page + step)
            self.draw()
        else:
            self.leave()

    async def open_form(self, mode: str) -> None:
        """Show the form to edit the numbers, or to go somewhere, in the panels' place."""
        from backprop_tui.panels.form import FormPanel  # noqa: PLC0415 - see above
        from backprop_tui.present.form import edit_form, go_to_form  # noqa: PLC0415

        form = edit_form(self.state) if mode == "edit" else go_to_form(self.state)
        self.mode, self.form = mode, FormPanel(form, *self.body, ascii=self._ascii)
        await self.mount(self.form)
        self.draw()

    def leave(self) -> None:
        """Back to the panels."""
        if self.form is not None:
            self.form.remove()
            self.form = None
            self.set_focus(None)
        if self.mode != "step":
            self.mode = "step"
            self.draw()

    def refuse(self, form: "Form") -> None:
        """Show `form`, which says why it was refused; nowhere where it has been left."""
        if self.form is not None:
            self.form.refuse(form)

    def on_form_panel_moved(self, message: "FormPanel.Moved") -> None:
        """Say what the field at hand means, and what applying will do."""
        if self.form is not None:
            self.journey.heed(message.form)
            self.draw()

    def on_form_panel_left(self) -> None:
        """Leave everything as it was."""
        self.journey.stop()
        self.leave()

    def on_form_panel_applied(self, message: "FormPanel.Applied") -> None:
        """Apply the form; where the run does not go that far, say so in the form, and lose nothing."""
        from backprop_tui.present.form import edited, position_of  # noqa: PLC0415 - see above

        form = message.form
        if self.mode == "go to":
            self.journey.start(position_of(form), form)
            return
        try:
            scenario = edited(self.state, form)
        except ScenarioError as error:  # what no field can tell: another sample's target does not suit the loss
            self.refuse(replace(form, refusal=f"{error}".capitalize() + "."))
            return
        self.leave()
        if any(form.changed(field.key) for field in form.fields):
            self.do(Edit(scenario))

    def arrive(self, position: Position, form: "Form") -> None:
        """Go to `position`, as far as it was to compute, and leave its form; or keep the form and say why not."""
        try:
            self.state = apply(self.state, GoTo(position))
        except IllegalCommand as error:
            self.refuse(replace(form, refusal=f"{error}".capitalize() + "."))
            return
        self.notice = ""
        self.leave()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Remember what was pressed."""
        self._pressed = self.target_at(event)

    async def on_click(self, event: events.Click) -> None:
        """Go to the stage that was clicked, or do what the word in the footer says; not where a drag ends."""
        name, stage = target = self.target_at(event)
        if target != self._pressed:
            return
        if name:
            await self.action_command(name)
        elif stage and not self.stop_at_once():
            here = self.state.position
            self.do(GoTo(Position(here.epoch, here.sample, stage)))

    def target_at(self, event: events.MouseEvent) -> tuple[str, int]:
        """The command or the stage under the mouse, empty and 0 where there is none."""
        if self.mode != "step" or self.small:
            return "", 0
        look, x, y = self.look(), event.screen_x, event.screen_y
        return command_at(look, x, y), stage_at(look, x, y)

    async def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Choose the row below."""
        await self.scroll_table(event, "choose_next")

    async def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Choose the row above."""
        await self.scroll_table(event, "choose_previous")

    async def scroll_table(self, event: events.MouseEvent, name: str) -> None:
        """Choose another row, where the wheel was turned over the table."""
        if self.mode == "step" and not self.small and in_table(self.look(), event.screen_x, event.screen_y):
            await self.action_command(name)
