"""The panel of a form: it takes the other panels' rows; one input line moves from field to field."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from backprop_tui.panels.sheet import Sheet
from backprop_tui.present.ascii import spelled
from backprop_tui.present.form import Field, Form, neighbours
from backprop_tui.present.form_rows import INPUT_AT, INPUT_WIDTH, form_rows, rows_in_view


class FormPanel(Sheet):
    """Shows a form and edits it; says `Applied` with the finished form, or `Left`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "move(1)", show=False),
        Binding("shift+tab", "move(-1)", show=False),
        Binding("down", "choose(1)", show=False),
        Binding("up", "choose(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("escape", "leave", show=False),
    ]

    class Applied(Message):
        """The form was entered and nothing is wrong with it."""

        def __init__(self, form: Form) -> None:
            super().__init__()
            self.form = form

    class Left(Message):
        """The form was left as it was."""

    class Moved(Message):
        """The field at hand, or a text, is another: what is said about it has to change."""

        def __init__(self, form: Form) -> None:
            super().__init__()
            self.form = form

    def __init__(self, form: Form, width: int, height: int, *, ascii: bool) -> None:  # noqa: A002 - as the option
        super().__init__()
        self._form, self._width, self._height, self._ascii = form, width, height, ascii
        self._key = form.fields[0].key

    def compose(self) -> ComposeResult:
        """One input line, which stands over the field at hand."""
        line = Input(compact=True, select_on_focus=False)  # selected when a field is entered, not when one comes back
        line.cursor_blink = False  # an idle screen writes nothing
        yield line

    def on_mount(self) -> None:
        """Begin with the first field."""
        self._go_to(self._key)
        self.take_focus()

    @property
    def field(self) -> Field:
        """The field at hand."""
        return self._form.field(self._key)

    def take_focus(self) -> None:
        """Let what is typed go into the field at hand, from the very next key on: `focus` would let some pass."""
        self.screen.set_focus(self.query_one(Input))

    def resize(self, width: int, height: int) -> None:
        """Show the same in another room."""
        self._width, self._height = width, height
        self._draw()

    def refuse(self, form: Form) -> None:
        """Show `form`, which says why it was refused."""
        self._form = form
        self._draw()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take what was typed, and say at once whether it will do."""
        event.stop()
        text = event.input.value  # not the event's, which is late where the line has moved to another field since
        if self.display and text != self._form.texts[self._key]:
            self._form = self._form.typed(self._key, text)
            self._draw()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Apply the form, or go to the first field that has something wrong."""
        event.stop()
        errors = self._form.errors()
        if errors:
            self._go_to(next(iter(errors)))
        else:
            self.post_message(self.Applied(self._form))

    def action_move(self, step: int) -> None:
        """To the next field, or the one before."""
        self._go_to(neighbours(self._form.fields, self._key, step))

    def action_choose(self, step: int) -> None:
        """To the next choice of the field at hand; to the next field where it has none."""
        field = self.field
        if not field.choices:
            self.action_move(step)
            return
        text = self._form.texts[self._key]
        index = field.choices.index(text) if text in field.choices else -step
        self._form = self._form.typed(self._key, field.choices[(index + step) % len(field.choices)])
        self._go_to(self._key)

    def action_leave(self) -> None:
        """Leave everything as it was."""
        self.post_message(self.Left())

    def on_click(self, event: events.Click) -> None:
        """To the field whose row was clicked."""
        event.stop()
        keys = rows_in_view(self._form, self._key, self._height)
        if 0 <= event.y < len(keys) and keys[event.y]:
            self._go_to(keys[event.y])
            self.take_focus()

    def _go_to(self, key: str) -> None:
        self._key = key
        line = self.query_one(Input)
        line.value = self._form.texts[key]
        line.action_select_all()
        self._draw()

    def _draw(self) -> None:
        rows = form_rows(self._form, self._key, self._width, self._height)
        self.show(spelled(rows, self._width, ascii=self._ascii))
        line = self.query_one(Input)
        line.styles.offset = (INPUT_AT, rows_in_view(self._form, self._key, self._height).index(self._key))
        line.styles.width = INPUT_WIDTH
        self.post_message(self.Moved(self._form))
