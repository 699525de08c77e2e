"""What forms share: a field per line, each with what is in use and what is wrong with what was typed."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.validation import ValidationResult, Validator
from textual.widget import Widget
from textual.widgets import Input, Label, Select, Static

from backprop_tui.panels.footer import KeyFooter
from backprop_tui.present.form import Field, Form
from backprop_tui.screens.sized import SizedScreen, ruled, title_of
from backprop_tui.stepper.state import State

Result = TypeVar("Result")

_TOGETHER = 16  # fields that are made together; with all of a thousand at once no key would be heard for seconds
_FAR = 64  # lines out of view, where they are forgotten


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
        form, key = self._row.form, self._row.field.key
        error = (form if form.texts[key] == value else form.typed(key, value)).error(key)
        return self.failure(error) if error else self.success()


class FieldRow(Horizontal):
    """A field: its label, its text or its choices, the value in use, and what there is to say."""

    def __init__(self, field: Field, form: Form) -> None:
        super().__init__()
        self.field, self.form = field, form
        self.display = form.applies(field.key)
        self.set_class(field.is_text, "-text")

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
        self.add_class("-at-hand")
        self.query_one(".label", Label).update(self._label(">"))

    def on_descendant_blur(self) -> None:
        """Take the mark away, and show a long text from its beginning."""
        if not getattr(self.screen, "too_small", False):  # there the place in the text is to stay
            for line in self.query(Input):
                line.action_home()
        self.remove_class("-at-hand")
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


class Block(Vertical):
    """Room for some of the lines; they are made when they come into view, or one of them is gone to."""

    def __init__(self, fields: Sequence[Field], screen: "FormScreen[Result]") -> None:
        super().__init__()
        self._fields, self._form_screen = fields, screen
        self.make_room(screen.form)
        self.filled = False

    def make_room(self, form: Form) -> None:
        """Be as high as there are lines that apply."""
        self.styles.height = sum(form.applies(field.key) for field in self._fields)

    def compose(self) -> ComposeResult:
        """None of the lines, but in the first block."""
        if self._fields[0] is self._form_screen.form.fields[0]:
            self.filled = True
            yield from self._lines()

    def _lines(self) -> Iterator[FieldRow]:
        return (FieldRow(field, self._form_screen.form) for field in self._fields)

    async def fill(self) -> None:
        """Make the lines where there are none."""
        if not self.filled and self.is_attached:
            self.filled = True
            await self.mount_all(self._lines())
            for row in self.query(FieldRow):
                row.show(self._form_screen.form)

    async def clear(self) -> None:
        """Forget the lines; what was typed into them the form knows."""
        if self.filled and not self.has_focus_within:
            self.filled = False
            await self.remove_children()


class Fields(VerticalScroll, can_focus=False, inherit_bindings=False):
    """The lines; they scroll with the field at hand."""

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Make the lines that come into view."""
        super().watch_scroll_y(old_value, new_value)
        self.call_later(self.make_lines)

    def on_resize(self) -> None:
        """Likewise where there is more room."""
        self.call_later(self.make_lines)

    async def make_lines(self) -> None:
        """Make the lines in view, and forget those that are far from it."""
        if not self.size.height:
            return
        near = Region(0, round(self.scroll_y), 1, self.size.height)
        for block in self.query(Block):
            room = block.virtual_region
            if room.overlaps(near):
                await block.fill()
            elif not room.overlaps(near.grow((_FAR, 0, _FAR, 0))):
                await block.clear()


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

    def compose(self) -> ComposeResult:
        """Title, fields, how things stand, what the field at hand means, and the keys."""
        yield self.message()
        yield title_of(self.state, self.app)
        yield ruled(self.form.title)
        yield Static("new               now", markup=False, id="heads")
        with Fields(id="fields"):
            for start in range(0, len(self.form.fields), _TOGETHER):
                yield Block(self.form.fields[start : start + _TOGETHER], self)
        yield Static(self.form.summary(), markup=False, id="summary")
        yield ruled("", id="meaning")
        yield Static(self._hints, markup=False, id="hints")
        yield KeyFooter(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin with the first field."""
        self.rows[0].take_focus()

    @property
    def rows(self) -> list[FieldRow]:
        """The lines that are made, in order."""
        return list(self.query(FieldRow))

    async def go_to(self, index: int) -> None:
        """Let what is typed go into the field of that index."""
        block = self.query(Block)[index // _TOGETHER]
        await block.fill()
        block.query(FieldRow)[index % _TOGETHER].take_focus()

    @property
    def row(self) -> FieldRow:
        """The line at hand."""
        focused = self.focused
        found = next((one for one in focused.ancestors if isinstance(one, FieldRow)), None) if focused else None
        return found or self.rows[0]

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
        for block in self.query(Block):
            block.make_room(form)
        self.sum_up()

    def sum_up(self) -> None:
        """Say in full what is wrong with the field at hand, else how the whole stands."""
        error = self.form.error(self.row.field.key)
        self.query_one("#summary", Static).update(f"! {error}" if error else self.form.summary())

    def refuse(self, reason: str) -> None:
        """Say why the whole was refused, and lose nothing."""
        self.show(self.form.refused(reason))

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Apply the form."""
        event.stop()
        await self.action_apply()

    async def action_apply(self) -> None:
        """Apply the form, or go to the first field that has something wrong."""
        if errors := self.form.errors():
            await self.go_to(list(self.form.by_key).index(next(iter(errors))))
        else:
            self.apply()

    def apply(self) -> None:
        """Dismiss the form, in which nothing is wrong, with what it describes, or refuse it."""
        raise NotImplementedError

    async def action_move(self, step: int) -> None:
        """To the field `step` fields on, round and round, of those that apply."""
        shown = [index for index, field in enumerate(self.form.fields) if self.form.applies(field.key)]
        at = shown.index(self.form.fields.index(self.row.field))
        await self.go_to(shown[(at + step) % len(shown)])

    def action_leave(self) -> None:
        """Leave everything as it was."""
        self.dismiss(None)
