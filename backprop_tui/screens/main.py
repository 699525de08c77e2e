"""The one screen: panels from top to bottom, and keys that become commands, that become states."""

from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen

from backprop_tui.core.scenario import ScenarioError
from backprop_tui.launch import Launch
from backprop_tui.panels.form import FormPanel
from backprop_tui.panels.panel import Panel
from backprop_tui.panels.views import (
    CommandChosen,
    ExplanationPanel,
    FooterPanel,
    GraphPanel,
    LossPanel,
    StageChosen,
    TablePanel,
    TitlePanel,
)
from backprop_tui.present import frame
from backprop_tui.present.commands import COMMANDS, command
from backprop_tui.present.form import Form, edit_form, edited, go_to_form, position_of
from backprop_tui.present.graph import graph_heights
from backprop_tui.present.picture import Row
from backprop_tui.present.table_lines import chosen_next, line_count, spaced_count
from backprop_tui.screens.pace import Attendance, Journey, Player, Trainer
from backprop_tui.stepper.machine import Command, Edit, GoTo, IllegalCommand, Move, apply
from backprop_tui.stepper.state import Position, start

_BODY_FRAME = 7  # title 2, headline 1, text 3, footer 1: the rows that a form or the help leave
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

    def __init__(self, launch: Launch) -> None:
        super().__init__()
        position = Position(launch.epoch, launch.sample, launch.stage)
        self._first = apply(start(launch.scenario), GoTo(position))
        self.state = self._first
        self.notice = ""
        self.mode = "step"  # or "edit", "go to", "help", "verify"
        self.page = 0  # of the help or the gradient check
        self.chosen = 0  # the stage of the row that was chosen in the table; 0 for none
        self.player = Player(self, launch.play, loop=launch.loop)
        self.journey = Journey(self)
        self.attendance = Attendance(self, launch.idle_reset)
        self.trainer = Trainer(self)

    def compose(self) -> ComposeResult:
        """The panels, top to bottom."""
        yield TitlePanel(id="title")
        yield GraphPanel(id="graph")
        with Horizontal(id="middle"):
            yield TablePanel(id="table")
            yield LossPanel(id="loss")
        yield FormPanel(id="form")
        yield Panel(id="pages")
        yield ExplanationPanel(id="explanation")
        yield Panel(id="spare")
        yield FooterPanel(id="footer")
        yield Panel(id="too-small")

    def on_mount(self) -> None:
        """Show the first state at once, and play if asked to."""
        self._first_theme = self.app.theme
        self.lay_out()
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
        self.player.start_if_asked()

    def on_resize(self) -> None:
        """Use the new size."""
        self.lay_out()

    def lay_out(self) -> None:
        """Share the terminal between the panels, and draw them."""
        width, height = self.app.size
        small, form = width < frame.LEAST_WIDTH or height < frame.LEAST_HEIGHT, self.mode in ("edit", "go to")
        self.set_class(small, "small")
        self.set_class(form and not small, "form")
        self.set_class(self.mode in _PAGES and not small, "pages")
        state = self.state
        lines = line_count(state)
        heights = graph_heights(state, width)
        self.room = frame.room_for(width, height, heights, lines, spaced_count(state))
        room = self.room
        self.query_one("#graph").styles.height = room.graph
        self.query_one("#middle").styles.height = room.table
        self.query_one("#loss").styles.width = room.loss
        self.query_one("#loss").display = room.loss > 0
        self.query_one("#spare").styles.height = room.spare
        self.query_one("#spare").display = room.spare > 0 and self.mode == "step"
        body = height - _BODY_FRAME
        self.query_one("#form").styles.height = body
        self.query_one("#pages").styles.height = height - 3
        if form:  # what is typed unseen is no input
            self.set_focus(None if small else self.query_one("#form Input"))
        self.draw()

    def draw(self) -> None:
        """Draw every panel in view; each paints only the rows that changed."""
        if self.has_class("small"):
            self.query_one("#too-small", Panel).show(frame.too_small_rows(*self.app.size))
            return
        state, room = self.state, self.room
        self.query_one(TitlePanel).draw(state, room.width)
        footer = self.query_one(FooterPanel)
        if self.mode == "step":
            self.query_one(GraphPanel).draw(state, room.width, room.graph)
            self.query_one(TablePanel).draw(state, room.table_width, room.table, self.chosen, with_loss=not room.loss)
            if room.loss:
                self.query_one(LossPanel).draw(state, room.loss, room.table)
            self.query_one(ExplanationPanel).draw(state, room.width, self.notice)
            footer.draw(room.width)
        elif self.mode in _PAGES:
            pages = self.pages()
            self.page = min(self.page, len(pages) - 1)
            self.query_one("#pages", Panel).show(pages[self.page])
            closes = "closes the help" if self.mode == "help" else "closes the check"
            footer.draw_keys((("any key", "turns the page, Esc closes" if self.page < len(pages) - 1 else closes),))
        else:
            self.query_one(FormPanel).resize(room.width, self.app.size.height - _BODY_FRAME)
            footer.draw_keys(_FORM_KEYS if room.width >= _FORM_KEYS_FIT else _SHORT_FORM_KEYS)

    def pages(self) -> tuple[tuple[Row, ...], ...]:
        """The pages that the mode at hand shows."""
        from backprop_tui.present.help_rows import help_pages  # noqa: PLC0415 - the first frame needs neither
        from backprop_tui.present.verification import verification_pages  # noqa: PLC0415

        size = self.room.width, self.app.size.height - 3
        return help_pages(*size) if self.mode == "help" else verification_pages(self.state, *size)

    def do(self, command: Command) -> bool:
        """Carry out `command`; where it cannot be, say why.  Whether it was."""
        try:
            self.state = apply(self.state, command)
        except IllegalCommand as error:
            self.notice = f"{error}".capitalize()
            self.draw()
            return False
        self.notice, self.chosen = "", 0
        self.draw()
        return True

    def stop_at_once(self) -> bool:
        """Stop playing and training; whether training was under way, in which case a key has done its work."""
        self.player.pause()
        return self.journey.stop() or self.trainer.stop()

    def action_command(self, name: str) -> None:
        """Do what the command `name` says; while a form or the help is open, only quit."""
        if name == "quit":
            self.app.exit(0)
            return
        if self.mode != "step":
            return
        if name in ("faster", "slower"):
            self.player.change_speed(faster=name == "faster")
            return
        playing = self.player.playing
        if not self.stop_at_once():
            self.perform(name, playing=playing)

    def perform(self, name: str, *, playing: bool) -> None:
        """Do what the command `name` says, now that nothing goes on by itself; `playing` did until now."""
        match name:
            case "edit":
                self.open_form("edit", edit_form(self.state))
            case "go_to":
                self.open_form("go to", go_to_form(self.state))
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
        small = self.has_class("small")
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

    def open_form(self, mode: str, form: Form) -> None:
        """Show `form` in the panels' place."""
        self.mode = mode
        self.query_one(FormPanel).open(form, self.room.width, self.app.size.height - _BODY_FRAME)
        self.lay_out()

    def leave(self) -> None:
        """Back to the panels."""
        if self.mode != "step":
            self.mode = "step"
            self.set_focus(None)
            self.lay_out()

    def on_form_panel_moved(self, message: FormPanel.Moved) -> None:
        """Say what the field at hand means, and what applying will do."""
        if self.mode in ("edit", "go to"):
            self.journey.heed(message.form)
            field, here = message.form.field(message.key), frame.place(self.state)
            self.query_one(ExplanationPanel).draw_field(field, self.room.width, here, edits=self.mode == "edit")

    def on_form_panel_left(self) -> None:
        """Leave everything as it was."""
        self.journey.stop()
        self.leave()

    def on_form_panel_applied(self, message: FormPanel.Applied) -> None:
        """Apply the form; where the run does not go that far, say so in the form, and lose nothing."""
        form = message.form
        if self.mode == "go to":
            self.journey.start(position_of(form), form)
            return
        try:
            scenario = edited(self.state, form)
        except ScenarioError as error:  # what no field can tell: another sample's target does not suit the loss
            self.query_one(FormPanel).refuse(replace(form, refusal=f"{error}".capitalize() + "."))
            return
        self.leave()
        if any(form.changed(field.key) for field in form.fields):
            self.do(Edit(scenario))

    def arrive(self, position: Position, form: Form) -> None:
        """Go to `position`, as far as it was to compute, and leave its form; or keep the form and say why not."""
        try:
            self.state = apply(self.state, GoTo(position))
        except IllegalCommand as error:
            self.query_one(FormPanel).refuse(replace(form, refusal=f"{error}".capitalize() + "."))
            return
        self.notice = ""
        self.leave()

    def on_stage_chosen(self, message: StageChosen) -> None:
        """Go to the stage that was clicked."""
        if self.mode == "step" and not self.stop_at_once():
            here = self.state.position
            self.do(GoTo(Position(here.epoch, here.sample, message.stage)))

    def on_command_chosen(self, message: CommandChosen) -> None:
        """Do what was clicked."""
        self.action_command(message.name)
