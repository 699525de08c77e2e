"""The form that edits any number of the pass on screen, and how it is trained."""

from backprop_tui.core.scenario import ScenarioError
from backprop_tui.present.chrome import place
from backprop_tui.present.editing import edit_form, edit_of
from backprop_tui.screens.form import FormScreen
from backprop_tui.stepper.machine import Edit
from backprop_tui.stepper.state import State


class EditScreen(FormScreen[Edit]):
    """Dismissed with the edit that the form describes; None where nothing was changed."""

    def __init__(self, state: State) -> None:
        hints = (
            "Applying computes this pass anew; earlier epochs stay. "
            f"You keep your place: {place(state)}. u takes the edit back."
        )
        super().__init__(state, edit_form(state), hints)

    def apply(self) -> None:
        """Dismiss the form with the edit; where that cannot be, say why."""
        if not any(self.form.changed(field.key) for field in self.form.fields):
            self.dismiss(None)
            return
        try:
            edit = edit_of(self.state, self.form)
        except ScenarioError as error:  # what no field can tell: another sample's target does not suit the loss
            self.refuse(f"{error}".capitalize() + ".")
            return
        self.dismiss(edit)
