"""The form that goes to any epoch and stage."""

from backprop_tui.present.form import go_to_form, position_of
from backprop_tui.screens.form import FormScreen
from backprop_tui.screens.seek import Seek
from backprop_tui.stepper.machine import GoTo, IllegalCommand, apply
from backprop_tui.stepper.state import Position, State


class GoToScreen(FormScreen[Position]):
    """Dismissed with the position, once everything up to there is computed."""

    def __init__(self, state: State) -> None:
        super().__init__(state, go_to_form(state), "Everything up to there is computed at once.")
        self._seek = Seek(self.set_interval, self._progressed, self._arrived)

    def apply(self) -> None:
        """Set out."""
        self._position, self._asked = position_of(self.form), self.form.texts
        self._seek.start(self.state.history, self._position.epoch)

    def on_unmount(self) -> None:
        """Whoever closes the form, nothing goes on."""
        self._seek.stop()

    def action_leave(self) -> None:
        """Stop where a way is under way, and leave."""
        self._seek.stop()
        super().action_leave()

    def _progressed(self, epoch: int) -> None:
        if self.form.texts != self._asked:  # something else has been typed since
            self._seek.stop()
        else:
            self.refuse(f"Computing: epoch {epoch:,} of {self._position.epoch:,}. Esc stops.")

    def _arrived(self) -> None:
        try:
            apply(self.state, GoTo(self._position))
        except IllegalCommand as error:
            self.refuse(f"{error}".capitalize() + ".")
            return
        self.dismiss(self._position)
