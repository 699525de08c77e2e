"""The one screen with the panels: keys become commands, commands become states, a state goes down to the panels."""

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive

from backprop_tui.core.scenario_file import load
from backprop_tui.launch import Launch
from backprop_tui.panels import (
    ComputationGraph,
    DerivativeTable,
    Explanation,
    LossSparkline,
    PhaseBar,
    StageSelected,
)
from backprop_tui.panels.footer import KeyFooter
from backprop_tui.panels.panel import Panel
from backprop_tui.panels.title import TitleRow
from backprop_tui.present.chrome import unseen_text
from backprop_tui.present.commands import COMMANDS, Command, command
from backprop_tui.screens.autoplay import Autoplay
from backprop_tui.screens.pages import PAGES, Pages
from backprop_tui.screens.sized import SizedScreen
from backprop_tui.screens.training_runner import TrainingRunner
from backprop_tui.stepper import machine
from backprop_tui.stepper.machine import GoTo, IllegalCommand, Move, apply
from backprop_tui.stepper.state import Position, State, start

if TYPE_CHECKING:
    from backprop_tui.present.predicting.asking import Asking
    from backprop_tui.screens.predicting import Predicting

_KEEP_PLAYING = frozenset(key for name in ("play", "faster", "slower") for key in command(name).keys)


def binding(one: Command, key: str) -> Binding:
    """What the footer and Textual are told of a key of `one`; neighbours with one word in the footer share it."""
    shared = [other for other in COMMANDS if one.footer and other.footer == one.footer]
    return Binding(
        key,
        f"command('{one.name}')",
        one.footer or one.help,
        show=bool(one.footer) and key == one.keys[0],
        key_display=one.shown[0],
        group=_GROUPS[one.footer] if len(shared) > 1 else None,
    )


_GROUPS = {one.footer: Binding.Group(one.footer, compact=True) for one in COMMANDS if one.footer}


class MainScreen(SizedScreen[None]):
    """Holds the one state; every change of it goes through `do`."""

    BINDINGS: ClassVar[list[BindingType]] = [binding(one, key) for one in COMMANDS for key in one.keys]
    ALLOW_IN_MAXIMIZED_VIEW = "#header, Footer, #too-small"

    state: reactive[State] = reactive[State](lambda: start(load()), repaint=False)
    """The one state."""

    ascii_only: reactive[bool] = reactive(False, repaint=False)
    """Whether to draw with ASCII characters only."""

    notice: reactive[str] = reactive("", repaint=False)
    """What happened just now, in words; empty for nothing."""

    asking: reactive["Asking | None"] = reactive["Asking | None"](None, repaint=False)
    """How the next number is asked for; None before anything was."""

    def __init__(self, launch: Launch) -> None:
        super().__init__()
        self._first = start_of(launch)
        self.set_reactive(MainScreen.state, self._first)
        self.set_reactive(MainScreen.ascii_only, launch.ascii)
        self.autoplay = Autoplay(self, launch.play, self.start_over if launch.loop else None)
        self.training = TrainingRunner(self)
        self.possible = possible(launch)
        self.pages = Pages(self, files=not launch.kiosk)
        self._predicts = launch.predict

    def compose(self) -> ComposeResult:
        """The panels; where each stands, the style sheet says."""
        shared = {"state": MainScreen.state, "ascii_only": MainScreen.ascii_only}
        yield self.message()
        with Vertical(id="header"):
            yield TitleRow().data_bind(**shared)
            yield PhaseBar().data_bind(**shared)
        yield ComputationGraph().data_bind(**shared)
        with Horizontal(id="derivatives-and-loss"):
            yield DerivativeTable().data_bind(**shared, asking=MainScreen.asking)
            yield LossSparkline().data_bind(**shared)
        yield Explanation().data_bind(**shared, notice=MainScreen.notice, asking=MainScreen.asking)
        yield KeyFooter()

    def watch_state(self, after: State) -> None:
        """Leave no room for a loss where nothing learns; and a question is about the stage after the one on screen."""
        self.close_question()
        for panel in self.query(LossSparkline):
            if panel.display is not after.scenario.learns:
                panel.display = after.scenario.learns

    def on_mount(self) -> None:
        """Play, if asked to."""
        self.watch_state(self.state)
        self._first_theme = self.app.theme
        self.autoplay.start_if_asked()
        if self._predicts:
            self.call_after_refresh(self.predict_from_the_start)

    def predict_from_the_start(self) -> None:
        """Ask for the first number, at once where nothing is playing."""
        if self.asking is None:
            self.predicting.change_mode(asks=not self.autoplay.playing)

    def start_over(self) -> None:
        """Everything as it was when the application opened, on the scenario that it opened with."""
        while self.app.screen is not self:
            self.app.pop_screen()
        self.stop_at_once()
        self.minimize()
        self.set_focus(None)
        self.asking = None
        self.show_run(self._first)
        self.app.theme = self._first_theme
        self.app.call_later(self.app.run_action, "app.repaint")  # another program may have written on the terminal
        self.autoplay.start_if_asked()
        if self._predicts:
            self.predict_from_the_start()

    def say(self, notice: str) -> None:
        """Say in words what happened, until the next command."""
        self.notice = notice

    def do(self, command: machine.Command) -> bool:
        """Carry out `command`; where it cannot be, say why.  Whether it was."""
        before = self.state
        try:
            after = apply(before, command)
        except IllegalCommand as error:
            self.say(f"{error}".capitalize())
            return False
        self.say(unseen_text(before, command))
        self.state = after
        return True

    @property
    def predicting(self) -> "Predicting":
        """What asks for the next number; imported only now, for the first frame to come sooner."""
        from backprop_tui.screens.predicting import Predicting  # noqa: PLC0415 - as the docstring says

        return Predicting(self)

    def close_question(self) -> None:
        """Ask no more for what comes next; where nothing is asked, nothing happens."""
        if self.asking is not None and self.asking.question is not None:
            self.asking = self.asking.closed()

    def show_explanation(self) -> None:
        """Have the explanation in view, where another panel is shown alone."""
        if self.maximized is not None and not isinstance(self.maximized, Explanation):
            self.minimize()

    def stop_at_once(self) -> bool:
        """Stop playing and training; whether training was under way, in which case a key has done its work."""
        self.autoplay.pause()
        return self.training.stop()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether an action can be carried out: what is not possible here no key does, and nothing offers it."""
        if action == "command" and not self.possible.issuperset(parameters):
            return False
        return super().check_action(action, parameters)

    async def action_command(self, name: str) -> None:
        """Do what the command `name` says."""
        if name == "quit":
            await self.app.action_quit()
        elif self.too_small or name not in self.possible:
            return  # nobody could see it, or nobody may
        elif name in ("faster", "slower"):
            self.autoplay.change_speed(faster=name == "faster")
        else:
            playing = self.autoplay.playing
            if not self.stop_at_once():
                await self.perform(name, playing=playing)

    async def perform(self, name: str, *, playing: bool) -> None:
        """Do what the command `name` says, now that nothing goes on by itself; `playing` did until now."""
        match name:
            case _ if name in PAGES:
                await self.pages.open(name)
            case "play":
                self.close_question()
                if not playing:
                    self.autoplay.play()
            case "train":
                self.close_question()
                self.training.start()
            case "predict":
                self.predicting.change_mode()
            case "next" if self.asking is not None:
                self.predicting.step()
            case "choose_next" | "choose_previous":
                self.panel.action_choose(1 if name == "choose_next" else -1)
            case "jump":
                self.jump()
            case "focus_next" | "focus_previous":
                self.focus_another(1 if name == "focus_next" else -1)
            case "maximise":
                self.toggle_maximised()
            case "repaint" | "suspend":
                action = "app.repaint" if name == "repaint" else "app.suspend_process"
                self.app.call_later(self.app.run_action, action)
            case _:
                self.do(Move(name))

    @property
    def panel(self) -> Panel:
        """The panel that arrow keys act on: the one with the focus, or that alone is shown, else the table."""
        for widget in (self.focused, self.maximized):
            if isinstance(widget, Panel):
                return widget
        return self.query_one(DerivativeTable)

    def focus_another(self, step: int) -> None:
        """Focus the panel `step` places on, round and round; the first or the last where none has the focus."""
        panels = [widget for widget in self.focus_chain if isinstance(widget, Panel)]
        at = panels.index(self.focused) if self.focused in panels else min(-step, 0)
        self.set_focus(panels[(at + step) % len(panels)])

    def jump(self) -> None:
        """Go to the stage that was chosen, in whichever panel."""
        if self.panel.chosen:
            self.panel.action_jump()
        else:
            self.say("Nothing is chosen yet: ↑ and ↓ choose.")

    def toggle_maximised(self) -> None:
        """Show the focused panel alone (the graph where none has the focus), or all of them again."""
        if self.maximized is not None:
            self.minimize()
            return
        panel = self.focused if isinstance(self.focused, Panel) else self.query_one(ComputationGraph)
        self.maximize(panel, container=False)

    def show_run(self, state: State) -> None:
        """Go to another run, in which nothing is chosen yet."""
        for panel in self.query(Panel):
            panel.chosen = 0
        self.state, self.notice = state, ""
        self.asking = self.asking and self.asking.in_another_run()

    def picture(self, form: str) -> str:
        """The panels, whatever is over them, in one of the forms that a screen can have as a file."""
        from backprop_tui.present.export.picture import FORMS  # noqa: PLC0415 - needed for saving only
        from backprop_tui.screens.cells import cells_of  # noqa: PLC0415 - likewise

        return FORMS[form](cells_of(self))

    def on_stage_selected(self, message: StageSelected) -> None:
        """Go to the stage that was chosen in a panel."""
        message.stop()
        if not self.too_small and not self.stop_at_once():
            self.do(GoTo(self.state.position._replace(stage=message.stage)))

    async def on_key(self, event: events.Key) -> None:
        """Any key stops what goes on by itself, or is for the field of a question; Esc takes back a choice."""
        if self.too_small:
            self.stop_at_once()
        elif self.training.running:
            event.prevent_default()
            event.stop()
            self.stop_at_once()
        elif self.asking is not None and self.predicting.takes(event, chosen=bool(self.panel.chosen)):
            event.prevent_default()
            event.stop()
            self.autoplay.pause()
        elif event.key == "escape" and self.panel.chosen:
            self.panel.chosen = 0
        elif self.autoplay.playing and event.key not in _KEEP_PLAYING:
            self.autoplay.pause()

    def on_screen_suspend(self) -> None:
        """Stop what goes on by itself under other screens, too."""
        self.stop_at_once()


def possible(launch: Launch) -> frozenset[str]:
    """The commands that the application is to have.

    In a kiosk it is not suspended and writes no file, and with `no_quit` it is not ended.
    """
    forbidden = {"quit": launch.no_quit, "suspend": launch.kiosk, "save": launch.kiosk}
    return frozenset(one.name for one in COMMANDS if not forbidden.get(one.name, False))


def start_of(launch: Launch) -> State:
    """The state that `launch` names."""
    position = Position(launch.epoch, launch.sample, launch.stage)
    return apply(start(launch.scenario), GoTo(position))
