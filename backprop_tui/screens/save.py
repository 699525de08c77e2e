"""The form that saves the scenario, or a picture of the panels, as a file."""

from collections.abc import Callable
from dataclasses import replace

from textual.widgets import Static

from backprop_tui.core.text_file import Exists, NotWritten, path_of, write_text
from backprop_tui.present.form import Form
from backprop_tui.present.saving import (
    FORMS,
    NAME,
    SCENARIO,
    WHAT,
    SaveForm,
    about_what_is_saved,
    save_form,
    scenario_text,
)
from backprop_tui.present.sentences import printable
from backprop_tui.screens.form import FormScreen
from backprop_tui.stepper.state import State


class SaveScreen(FormScreen[str]):
    """Dismissed with the name under which something was saved; `picture` gives the panels in a form of that name."""

    form: SaveForm

    def __init__(self, state: State, picture: Callable[[str], str]) -> None:
        super().__init__(state, save_form(state), about_what_is_saved(state, SCENARIO))
        self._picture = picture
        self._asked_about: SaveForm | None = None

    def show(self, form: Form) -> None:
        """Show how `form` stands, and what is not saved."""
        super().show(form)
        self.query_one("#hints", Static).update(about_what_is_saved(self.state, form.texts[WHAT]))

    async def action_apply(self) -> None:
        """Try once more what could not be written, since that may have changed."""
        self.form = replace(self.form, problem="")
        await super().action_apply()

    def apply(self) -> None:
        """Save; over a file that is there only at the second Enter."""
        form, name = self.form, self.form.texts[NAME].strip()
        try:
            write_text(path_of(name), self._contents(), over=form == self._asked_about)
        except Exists as error:
            self.refuse(f"{error}".capitalize() + ": Enter once more writes over it.")
            self._asked_about = self.form
        except NotWritten as error:
            self.show(replace(form, refusal="", problem=printable(f"{error}"), tried=form.texts))
            self.call_later(self.go_to, 0)
        else:
            self.dismiss(printable(name))

    def _contents(self) -> str:
        what = self.form.texts[WHAT]
        return scenario_text(self.state) if what == SCENARIO else self._picture(FORMS[what])
