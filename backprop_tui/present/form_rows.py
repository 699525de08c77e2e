"""How a form looks: labels, what is typed, what is in use, and what is wrong, each in its column."""

from rich.cells import cell_len

from backprop_tui.present.canvas import Canvas, Row, Style
from backprop_tui.present.chrome import rule_row
from backprop_tui.present.form import Form

INPUT_AT = 21
"""The column of the text of the field at hand."""

INPUT_WIDTH = 14
"""The cells of a text; longer ones scroll."""

_LABEL, _IN_USE, _NOTE = 3, 38, 50


def rows_in_view(form: Form, key: str, height: int) -> tuple[str, ...]:
    """Which field each of the `height` rows shows, empty for the others; the field `key` is always in view."""
    keys: list[str] = []
    for field in form.fields:
        if field.key == "lr" and keys:
            keys.append("")
        keys.append(field.key)
    room = height - 4  # the rule, the column heads, the sentence at the foot and a blank above it
    start = 0
    if len(keys) > room:
        keys = [one for one in keys if one]
        start = min(max(0, keys.index(key) - room // 2), len(keys) - room)
    return ("", "", *keys[start : start + room])


def form_rows(form: Form, key: str, width: int, height: int) -> tuple[Row, ...]:
    """The form in `height` rows of `width` cells, the field `key` at hand."""
    canvas = Canvas(width, height - 1)
    canvas.put(INPUT_AT, 0, "new", Style.DIM)
    canvas.put(_IN_USE, 0, "in use", Style.DIM)
    errors = form.errors()
    shown = rows_in_view(form, key, height)
    for y, field_key in enumerate(shown):
        if field_key:
            _draw_field(canvas, y - 1, form, field_key, errors.get(field_key, ""), at_hand=field_key == key)
    foot = min(height - 2, len(shown))
    error = errors.get(key, "")
    if error and _note(form, key, error, width) != f"! {error}":
        canvas.put(_LABEL, foot, f"! {error}", Style.ERROR)
    else:
        summary = form.summary()
        fits = len(summary) <= width - _LABEL
        canvas.put(_LABEL, foot, summary if fits else f"{summary.partition('.')[0]}.")
    return (rule_row(width, form.title), *canvas.rows())


def _draw_field(canvas: Canvas, y: int, form: Form, key: str, error: str, *, at_hand: bool) -> None:
    field, note = form.field(key), _note(form, key, error, canvas.width)
    style = Style.STRONG if at_hand else Style.PLAIN
    if at_hand:
        canvas.put(1, y, ">", Style.STRONG)
    canvas.put(_LABEL, y, field.label, style)
    canvas.put(INPUT_AT - 2, y, "[ ", Style.DIM)
    canvas.put(INPUT_AT, y, _cut(form.texts[key], INPUT_WIDTH), style)
    canvas.put(INPUT_AT + INPUT_WIDTH, y, "]", Style.DIM)
    end = canvas.put(_IN_USE, y, _cut(field.in_use, _room(note, canvas.width)), Style.DIM)
    note_at = max(end + 2, min(_NOTE, canvas.width - len(note) - 1))
    canvas.put(note_at, y, note, Style.ERROR if error else Style.STRONG)


def _note(form: Form, key: str, error: str, width: int) -> str:
    """What stands beside the value in use, so that this stays in view: all of an error, its point or just its mark."""
    if not error:
        return "changed" if form.changed(key) else ""
    notes = (f"! {error}", f"! {error.partition(';')[0]}", "!")
    return next((note for note in notes if len(form.field(key).in_use) <= _room(note, width)), "!")


def _room(note: str, width: int) -> int:
    """The cells that a note leaves to the value in use."""
    return width - _IN_USE - (len(note) + 3 if note else 0)


def _cut(text: str, room: int) -> str:
    text = "".join(character if cell_len(character) == 1 else "?" for character in text)  # no number has others
    return text if len(text) <= room else f"{text[: room - 1]}…"
