"""The panels of the main screen: each draws one part of a state into the room it has."""

from textual import events
from textual.message import Message

from backprop_tui.panels.panel import Panel
from backprop_tui.present import frame, table, table_lines
from backprop_tui.present.explanation import explain, headline, missing_rule
from backprop_tui.present.form import Field
from backprop_tui.present.graph import graph_rows, graph_stage_at, graph_title
from backprop_tui.present.loss import loss_brief, loss_rows
from backprop_tui.present.picture import Row, Span, Style
from backprop_tui.present.seen import PENDING
from backprop_tui.present.sentences import LINES, WIDTH, fitted
from backprop_tui.stepper.state import State


class StageChosen(Message):
    """A stage of the pass on screen was clicked."""

    def __init__(self, stage: int) -> None:
        super().__init__()
        self.stage = stage


class CommandChosen(Message):
    """A command in the footer was clicked."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class TitlePanel(Panel):
    """Title and phase bar; a click on a phase goes to its end."""

    def draw(self, state: State, width: int) -> None:
        """Show `state`."""
        self._chips = frame.phase_chips(state, width)
        self.show((frame.title_row(state, width), frame.phase_row(state, width)))

    def on_click(self, event: events.Click) -> None:
        """Go to the end of the phase under the mouse."""
        for chip in self._chips:
            if event.y == 1 and chip.start <= event.x < chip.end:
                self.post_message(StageChosen(chip.stage))


class GraphPanel(Panel):
    """The computation graph; a click on a node or a derivative goes to its stage."""

    def draw(self, state: State, width: int, height: int) -> None:
        """Show `state`."""
        self._drawn = state, width, height - 1
        title = graph_title(state, width, height - 1)
        self.show((frame.graph_rule(width, title), *graph_rows(state, width, height - 1)))

    def on_click(self, event: events.Click) -> None:
        """Go to the stage under the mouse."""
        stage = graph_stage_at(*self._drawn, event.x, event.y - 1)
        if stage:
            self.post_message(StageChosen(stage))


class TablePanel(Panel):
    """The derivative table; a click on a row goes to its stage, the wheel chooses another row."""

    def draw(self, state: State, width: int, height: int, chosen: int, *, with_loss: bool) -> None:
        """Show `state` around the stage `chosen`, where not 0; the loss in the rule where it has no panel."""
        self._state, self._height, self._chosen = state, height, chosen
        brief = loss_brief(state)
        style = Style.PENDING if brief.endswith(PENDING) else Style.STRONG
        right: Row = ((f" {brief} ", style), ("──", Style.DIM)) if with_loss else ()
        words = ("with numbers", "value")[: 1 if with_loss else 2]
        inserts = tuple(zip(table.heading_columns(width), words, strict=False))
        rule = frame.rule_row(width, table_lines.table_title(state, height - 1, chosen), inserts, right)
        self.show((rule, *table.table_rows(state, width, height - 1, chosen)))

    def on_click(self, event: events.Click) -> None:
        """Go to the stage of the row under the mouse."""
        stage = table_lines.stage_at(self._state, self._height - 1, event.y - 1, self._chosen)
        if stage:
            self.post_message(StageChosen(stage))

    def on_mouse_scroll_down(self) -> None:
        """Choose the row below."""
        self.post_message(CommandChosen("choose_next"))

    def on_mouse_scroll_up(self) -> None:
        """Choose the row above."""
        self.post_message(CommandChosen("choose_previous"))


class LossPanel(Panel):
    """The loss over the epochs, left of it the line that parts it from the table."""

    def draw(self, state: State, width: int, height: int) -> None:
        """Show `state`."""
        rule: Row = (("┬─ ", Style.DIM), ("Loss", Style.STRONG), (" " + "─" * (width - 8), Style.DIM))
        bar: Span = ("│ ", Style.DIM)
        self.show((rule, *((bar, *row) for row in loss_rows(state, width - 2, height - 1))))


class ExplanationPanel(Panel):
    """The headline, under it its rule where that had no room, and what it means, in up to three lines."""

    def draw(self, state: State, width: int, notice: str = "") -> None:
        """Show `state`; a `notice` comes first."""
        room = width - 18 - len(frame.next_text(state))
        said = fitted((notice,), min(width - 4, WIDTH)) if notice else ()
        line = headline(state, room)
        rule = missing_rule(state, line)
        ruled = 0 < len(rule) <= WIDTH <= width - 4 and not said  # in a small terminal the sentences come first
        meant = explain(state, min(width - 4, WIDTH), LINES - len(said) - ruled)
        lines: list[Row] = [((f"  {text}", Style.EVENT),) for text in said]
        lines += [((f"  {rule}", Style.STRONG),)] if ruled else []
        lines += [((f"  {text}", Style.PLAIN),) for text in meant]
        lines += [()] * (LINES - len(lines))
        self.show((frame.headline_row(state, line, width), *lines))

    def draw_field(self, field: Field, width: int, here: str, *, edits: bool) -> None:
        """Show what `field` means and what applying will do, at the position `here`."""
        said: tuple[str, ...] = ("Everything up to there is computed at once.",)
        if edits:
            stays = f"You keep your place: {here}."
            said = ("Applying computes this pass anew; earlier epochs stay.", stays, "u takes the edit back.")
        lines: list[Row] = [((f"  {text}", Style.PLAIN),) for text in fitted(said, min(width - 4, WIDTH))]
        title = f"{field.label}: {field.meaning}"
        title = title if len(title) + 4 <= width else title.partition(";")[0]
        self.show((frame.rule_row(width, title), *lines, *[()] * (LINES - len(lines))))


class FooterPanel(Panel):
    """The keys; a click on one does what the key does."""

    def draw(self, width: int) -> None:
        """Show the commands that have a place in the footer, as many as fit."""
        self._commands = frame.footer_commands(width)
        spans: list[Span] = [(" ", Style.PLAIN)]
        for command in self._commands:
            spans += [(command.shown[0], Style.KEY), (f" {command.footer}  ", Style.PLAIN)]
        self.show((tuple(spans),))

    def draw_keys(self, keys: tuple[tuple[str, str], ...]) -> None:
        """Show other keys, those of a form."""
        self._commands = ()
        spans = [span for key, text in keys for span in ((f" {key}", Style.KEY), (f" {text} ", Style.PLAIN))]
        self.show((tuple(spans),))

    def on_click(self, event: events.Click) -> None:
        """Do what the word under the mouse says."""
        shown, end = self.render_line(0).text, 0  # as it stands on screen: in ASCII keys are longer
        for command in self._commands:
            begin = end + len(shown[end:]) - len(shown[end:].lstrip())
            end = shown.index(f" {command.footer} ", begin) + len(command.footer) + 1
            if begin <= event.x < end:
                self.post_message(CommandChosen(command.name))
