"""The forms and pages over the panels, each imported only when it is opened, for the first frame to come sooner."""

from typing import TYPE_CHECKING, Any, Protocol

from textual.app import App

from backprop_tui.core.models import is_program
from backprop_tui.core.scenario import Scenario
from backprop_tui.stepper import machine
from backprop_tui.stepper.machine import Edit, GoTo
from backprop_tui.stepper.state import Position, State, start

if TYPE_CHECKING:
    from backprop_tui.present.predicting.asking import Asking

PAGES = frozenset({"answers", "edit", "go_to", "help", "open", "predictions", "save", "verify"})
"""The commands that open one."""


class Host(Protocol):
    """The screen with the panels."""

    state: State
    asking: "Asking | None"
    possible: frozenset[str]

    @property
    def app(self) -> App[Any]:
        """The application, which shows one screen over the other."""

    def say(self, notice: str) -> None:
        """Show `notice`, or none where it is empty."""

    def do(self, command: machine.Command) -> bool:
        """Carry out `command`."""

    def show_run(self, state: State) -> None:
        """Go to another run."""

    def picture(self, form: str) -> str:
        """The panels in one of the forms that a screen can have as a file."""


class Pages:
    """Opens them for `host`, and does what a form was filled in for; `files` says whether any may be read."""

    def __init__(self, host: Host, *, files: bool) -> None:
        self._host = host
        self._files = files

    async def open(self, name: str) -> None:
        """Open what the command `name` does."""
        host, push = self._host, self._host.app.push_screen
        match name:
            case "answers" if is_program(host.state.scenario):
                host.say("A program has no samples to answer: its values and gradients are all in the picture.")
            case "answers":
                from backprop_tui.screens.answers import AnswersScreen  # noqa: PLC0415 - as the docstring says

                await push(AnswersScreen(host.state))
            case "edit":
                from backprop_tui.screens.edit import EditScreen  # noqa: PLC0415

                await push(EditScreen(host.state), self._edited)
            case "go_to":
                from backprop_tui.screens.go_to import GoToScreen  # noqa: PLC0415

                await push(GoToScreen(host.state), self._gone_to)
            case "help":
                from backprop_tui.screens.help import HelpScreen  # noqa: PLC0415

                await push(HelpScreen(host.state, host.possible))
            case "open":
                from backprop_tui.screens.open import OpenScreen  # noqa: PLC0415

                await push(OpenScreen(host.state, files=self._files), self._opened)
            case "predictions":
                from backprop_tui.screens.predictions import PredictionsScreen  # noqa: PLC0415

                await push(PredictionsScreen(host.state, host.asking.records if host.asking else ()))
            case "save":
                from backprop_tui.screens.save import SaveScreen  # noqa: PLC0415

                await push(SaveScreen(host.state, host.picture), self._saved)
            case "verify":
                from backprop_tui.screens.verify import VerifyScreen  # noqa: PLC0415

                await push(VerifyScreen(host.state))

    def _edited(self, edit: Edit | None) -> None:
        """Go on with what the form describes; None where it was left as it was."""
        if edit is not None:
            self._host.do(edit)

    def _gone_to(self, position: Position | None) -> None:
        """Go where the form says; None where it was left."""
        if position is not None:
            self._host.do(GoTo(position))

    def _opened(self, scenario: Scenario | None) -> None:
        """Begin the run of another scenario; None where the form was left."""
        if scenario is not None:
            self._host.show_run(start(scenario))
            self._host.say(f"Opened: {scenario.title or scenario.name}")

    def _saved(self, name: str | None) -> None:
        """Say where something was saved; None where nothing was."""
        if name is not None:
            self._host.say(f"Saved as {name}.")
