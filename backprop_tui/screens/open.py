"""The form that opens another scenario: one of those built in, or, outside a kiosk, a file."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from backprop_tui.core.scenario import Scenario, ScenarioError
from backprop_tui.core.scenario_file import load
from backprop_tui.panels.footer import KeyFooter
from backprop_tui.present.opening import Offer, about_leaving, about_text, is_path, matching, offers, read
from backprop_tui.present.sentences import printable
from backprop_tui.screens.sized import SizedScreen, ruled, title_of
from backprop_tui.stepper.state import State


class Sought(Input):
    """What is looked for; Enter opens it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", "open", key_display="Enter")]


class OpenScreen(SizedScreen[Scenario], ModalScreen[Scenario]):
    """Dismissed with the scenario, or with None where it is left; a path is one only where there are `files`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "choose", key_display="↑ ↓"),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("escape", "leave", "leave everything as it was", key_display="Esc"),
    ]
    AUTO_FOCUS = "Sought"

    def __init__(self, state: State, *, files: bool) -> None:
        super().__init__()
        self.state, self._files = state, files
        self._found: tuple[Offer, ...] = offers()

    def compose(self) -> ComposeResult:
        """Title, what is looked for, what it is taken for, what there is, what opening means, and the keys."""
        yield self.message()
        yield title_of(self.state, self.app)
        yield ruled("Open")
        with Horizontal(id="sought"):
            yield Label(" > scenario        [", markup=False, classes="label")
            line = Sought(compact=True)
            line.cursor_blink = False  # an idle screen writes nothing
            yield line
            yield Static("]", markup=False)
        yield Static("", markup=False, id="summary")
        listed = OptionList(*self._options(), id="found", compact=True)
        listed.can_focus = False  # the keys that choose are heard wherever one types
        yield listed
        yield ruled("", id="meaning")
        yield Static("", markup=False, id="hints")
        yield KeyFooter(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin with the first."""
        self._list.highlighted = 0

    @property
    def _list(self) -> OptionList:
        return self.query_one(OptionList)

    @property
    def _text(self) -> str:
        return self.query_one(Sought).value

    def _options(self) -> list[Option]:
        width = max(len(one.name) for one in offers())
        return [Option(Content(f"{one.name:{width}}  {one.title}")) for one in self._found]

    def on_input_changed(self, event: Input.Changed) -> None:
        """Offer what has the text in it."""
        event.stop()
        found = () if self._is_path else matching(self._text)
        if found != self._found:
            self._found = found
            self._list.clear_options().add_options(self._options())
        self._list.highlighted = 0 if found else None
        self.sum_up()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say what Enter would open."""
        event.stop()
        self.sum_up()

    async def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open what was clicked on."""
        event.stop()
        self.dismiss(load(self._found[event.option_index].name))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Open what was typed or chosen."""
        event.stop()
        if self._is_path:
            try:
                self.dismiss(read(self._text))
            except ScenarioError as error:
                self._say(f"! {printable(f'{error}')}")
        elif self._chosen:
            self.dismiss(load(self._chosen.name))

    @property
    def _is_path(self) -> bool:
        return self._files and is_path(self._text)

    @property
    def _chosen(self) -> Offer | None:
        return self._found[self._list.highlighted or 0] if self._found else None

    def sum_up(self) -> None:
        """Say what the text is taken for, what Enter would open, and what that means."""
        chosen = self._chosen
        self._say(about_text(self._text, self._found, chosen, files=self._files))
        other = "a file" if self._is_path else "nothing found"
        self.query_one("#meaning", Static).border_title = f" {chosen.name if chosen else other} "
        title = f"{chosen.title}\n" if chosen else ""
        self.query_one("#hints", Static).update(f"{title}{about_leaving(self.state)}")

    def _say(self, text: str) -> None:
        self.query_one("#summary", Static).update(text)

    def action_move(self, step: int) -> None:
        """Choose the one `step` places on, as far as there are any."""
        if self._found:
            self._list.highlighted = min(max((self._list.highlighted or 0) + step, 0), len(self._found) - 1)

    def action_leave(self) -> None:
        """Leave everything as it was."""
        self.dismiss(None)
