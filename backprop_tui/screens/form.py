"""What forms share: a field per line, each with what is in use and what is wrong with what was typed."""

from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.validation import ValidationResult, Validator
from textual.widget import Widget
from textual.widgets import Input, Label, Select, Static

from backprop_tui.panels.footer import KeyFooter
from backprop_tui.panels.title import TitleRow
from backprop_tui.present.form import Field, Form
from backprop_tui.screens.sized import SizedScreen, ruled
from backprop_tui.stepper.state import State

Result = TypeVar("Result")

_AT_ONCE = 32  # fields; the others come while the first are looked at


class Choice(Select[str], inherit_bindings=False):
    """One of several names; opened with the space bar, so that arrow keys pass by without changing anything."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "show_overlay", "choose")]


class Line(Input):
    """A text; Enter applies the form."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", "apply", key_display="Enter")]


class FieldCheck(Validator):
    """Asks the form what is wrong with the text of a field."""

    def __init__(self, row: "FieldRow") -> None:
        super().__init__()
        self._row = row

    def validate(self, value: str) -> ValidationResult:
        """Whether `value` will do, all other fields being as they are."""
        error = self._row.form.typed(self._row.field.key, value).error(self._row.field.key)
        return self.failure(error) if error else self.success()


class FieldRow(Horizontal):
    """A field: its label, its text or its choices, the value in use, and what there is to say."""

    def __init__(self, field: Field, form: Form) -> None:
        super().__init__()
        self.field, self.form = field, form
        self.display = form.applies(field.key)

    def compose(self) -> ComposeResult:
        """The widgets of the line."""
        field, text = self.field, self.form.texts[self.field.key]
        yield Label(self._label(), markup=False, classes="label")
        if field.choices:
            yield Choice(((name, name) for name in field.choices), value=text, allow_blank=False, compact=True)
        else:
            line = Line(text, compact=True, validators=[FieldCheck(self)], select_on_focus=False)
            line.cursor_blink = False  # an idle screen writes nothing
            yield line
        yield Static(f"]  {field.in_use}", markup=False, classes="in-use")
        yield Static("", markup=False, classes="note")

    def _label(self, mark: str = " ") -> str:
        return f" {mark} {self.field.label:<16}["

    def on_descendant_focus(self) -> None:
        """Mark the line, without colour too."""
        self.query_one(".label", Label).update(self._label(">"))

    def on_descendant_blur(self) -> None:
        """Take the mark away, and show a long text from its beginning."""
        if not getattr(self.screen, "too_small", False):  # there the place in the text is to stay
            for line in self.query(Input):
                line.action_home()
        self.query_one(".label", Label).update(self._label())

    def show(self, form: Form) -> None:
        """Say what is wrong in `form`, or that the field was changed."""
        self.form = form
        self.display = form.applies(self.field.key)
        error = form.error(self.field.key)
        note = f"! {error}" if error else "changed" if form.changed(self.field.key) else ""
        if not self.is_mounted or not self.children:
            return
        shown = self.query_one(".note", Static)
        if str(shown.content) != note:
            shown.update(note)
        self.set_class(bool(error), "-wrong")
        for line in self.query(Input):
            line.validate(line.value)

    def follow(self, text: str) -> None:
        """Take the `text` that another field brings along."""
        for widget in self.query(Input):
            widget.value = text
        for choice in self.query(Choice):
            choice.value = text

    def take_focus(self) -> None:
        """Let what is typed go into this field, over what it holds."""
        widget = self.children[1]
        self.screen.set_focus(widget)
        if isinstance(widget, Input):
            widget.action_select_all()


class Fields(VerticalScroll, can_focus=False, inherit_bindings=False):
    """The lines; they scroll with the field at hand."""


class FormScreen(SizedScreen[Result], ModalScreen[Result]):
    """A form over the panels; dismissed with what it describes, or with None where it is left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "move(1)", "next field", key_display="Tab"),
        Binding("shift+tab", "move(-1)", show=False),
        Binding("down", "move(1)", "next", key_display="↓", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("enter", "apply", "apply", key_display="Enter"),
        Binding("escape", "leave", "leave everything as it was", key_display="Esc"),
    ]
    AUTO_FOCUS = ""

    def __init__(self, state: State, form: Form, hints: str) -> None:
        super().__init__()
        self.state, self.form, self._hints = state, form, hints
        self._left: Widget | None = None

    def compose(self) -> ComposeResult:
        """Title, fields, how things stand, what the field at hand means, and the keys."""
        yield self.message()
        title = TitleRow()
        title.state = self.state
        title.ascii_only = getattr(self.app, "ascii_only", False)
        yield title
        yield ruled(self.form.title)
        yield Static("new               now", markup=False, id="heads")
        with Fields(id="fields"):
            for field in self.form.fields[:_AT_ONCE]:
                yield FieldRow(field, self.form)
        yield Static(self.form.summary(), markup=False, id="summary")
        yield ruled("", id="meaning")
        yield Static(self._hints, markup=False, id="hints")
        yield KeyFooter(show_command_palette=False)

    async def on_mount(self) -> None:
        """Begin with the first field; the others follow."""
        self.rows[0].take_focus()
        if rest := self.form.fields[_AT_ONCE:]:
            await self.query_one(Fields).mount_all(FieldRow(field, self.form) for field in rest)

    @property
    def rows(self) -> list[FieldRow]:
        """The lines to be seen, in order."""
        return [row for row in self.query(FieldRow) if row.display]

    @property
    def row(self) -> FieldRow:
        """The line at hand."""
        focused = self.focused
        found = next((one for one in focused.ancestors if isinstance(one, FieldRow)), None) if focused else None
        return found or self.rows[0]

    def resized(self) -> None:
        """Where there is no room, what is typed unseen is no input; back with some, go on where it was."""
        if self.too_small:
            self._left = self.focused or self._left
            self.set_focus(None)
        elif self.focused is None and self._left is not None:
            self.set_focus(self._left)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Say what the field at hand means."""
        del event
        field = self.row.field
        self.query_one("#meaning", Static).border_title = f" {field.label}: {field.meaning} "
        self.sum_up()
        self.call_after_refresh(self.row.scroll_visible, animate=False)  # what is said may take another line

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take what was typed, and say at once whether it will do."""
        event.stop()
        self.take(event.input, event.input.value)

    def on_select_changed(self, event: Select.Changed) -> None:
        """Take what was chosen."""
        event.stop()
        self.take(event.select, str(event.value))

    def take(self, widget: Widget, text: str) -> None:
        """Another text in a field."""
        row = widget.parent
        if isinstance(row, FieldRow) and self.form.texts[row.field.key] != text:
            before, after = self.form.texts, self.form.typed(row.field.key, text)
            self.show(after)
            for other in self.query(FieldRow):
                key = other.field.key
                if other is not row and after.texts[key] != before[key]:
                    other.follow(after.texts[key])

    def show(self, form: Form) -> None:
        """Show how `form` stands."""
        self.form = form
        for row in self.query(FieldRow):
            row.show(form)
        self.sum_up()

    def sum_up(self) -> None:
        """Say in full what is wrong with the field at hand, else how the whole stands."""
        error = self.form.error(self.row.field.key)
        self.query_one("#summary", Static).update(f"! {error}" if error else self.form.summary())

    def refuse(self, reason: str) -> None:
        """Say why the whole was refused, and lose nothing."""
        self.show(self.form.refused(reason))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Apply the form."""
        event.stop()
        self.action_apply()

    def action_apply(self) -> None:
        """Apply the form, or go to the first field that has something wrong."""
        if errors := self.form.errors():
            key = next(iter(errors))
            next(row for row in self.rows if row.field.key == key).take_focus()
        else:
            self.apply()

    def apply(self) -> None:
        """Dismiss the form, in which nothing is wrong, with what it describes, or refuse it."""
        raise NotImplementedError

    def action_move(self, step: int) -> None:
        """To the field `step` fields on, round and round."""
        rows = self.rows
        rows[(rows.index(self.row) + step) % len(rows)].take_focus()

    def action_leave(self) -> None:
        """Leave everything as it was."""
        self.dismiss(None)
