"""What can be saved, as a form: the scenario with the parameters of the pass on screen, and pictures of the screen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from backprop_tui.core.backprop import remembered, sums
from backprop_tui.core.models import at_parameters, is_program
from backprop_tui.core.scenario import Scenario, ScenarioError
from backprop_tui.core.scenario_file import MOST_BYTES
from backprop_tui.core.scenario_text import to_toml
from backprop_tui.core.text_file import NotWritten
from backprop_tui.present.form import Field, Form, Rules
from backprop_tui.present.sentences import listed
from backprop_tui.stepper.state import START, State

NAME, WHAT = "name", "what"
"""The fields."""

SCENARIO, SVG, TEXT = "scenario as TOML", "screen as SVG", "screen as text"
"""What can be saved."""

ENDINGS: Mapping[str, str] = {SCENARIO: ".toml", SVG: ".svg", TEXT: ".txt"}
"""How a file's name ends, by what is in it."""

FORMS: Mapping[str, str] = {SVG: "svg", TEXT: "text"}
"""What the forms of a screen are called elsewhere."""

_LONGEST = 80  # characters of a scenario's name


class _Rules(Rules):
    """The ending of a name and what is saved go together."""

    def following(self, form: Form, key: str) -> Mapping[str, str]:
        """The other field, where it has to change."""
        name, what = form.texts[NAME].strip(), form.texts[WHAT]
        known = next((one for one, ending in ENDINGS.items() if name.lower().endswith(ending)), None)
        if known in (None, what):
            return {}
        return {WHAT: known} if key == NAME else {NAME: name[: -len(ENDINGS[known])] + ENDINGS[what]}


@dataclass(frozen=True)
class SaveForm(Form):
    """Where to save what.

    `unsavable` is why the scenario cannot be, empty where it can; `problem` why a file could not be written with the
    texts `tried`.
    """

    unsavable: str = ""
    problem: str = ""
    tried: Mapping[str, str] = field(default_factory=dict)

    def error(self, key: str) -> str:
        """What is wrong with the text of the field `key`; empty where nothing is."""
        if key == WHAT:
            return self.unsavable if self.texts[WHAT] == SCENARIO else ""
        name = self.texts[NAME].strip()
        if not name:
            return "empty; a name is needed"
        if name.endswith("/"):
            return "is a folder's name; a file's is needed"
        return self.problem if self.texts == self.tried else ""

    def changed(self, key: str) -> bool:
        """Nothing here is in use yet."""
        del key
        return False

    def summary(self) -> str:
        """What Enter does."""
        for error in self.errors().values():
            return f"! {error}"
        return self.refusal or f"Enter saves the {self.texts[WHAT]}."


def save_form(state: State) -> SaveForm:
    """The form that asks where to save what of `state`."""
    fields = (
        Field(NAME, "name", "", "a file's name or path"),
        Field(WHAT, "what", "", "space lists what can be saved", tuple(ENDINGS)),
    )
    unsavable = ""
    try:
        scenario_to_save(state)
    except ScenarioError:
        unsavable = "a parameter is not finite after this pass; an earlier one can be saved"
    return SaveForm("Save", fields, {NAME: _usual_name(state), WHAT: SCENARIO}, _Rules(), unsavable=unsavable)


def _usual_name(state: State) -> str:
    letters = (one if one.isalnum() or one in "-_." else "-" for one in state.scenario.name[:_LONGEST])
    return f"{''.join(letters).strip('-.') or 'scenario'}-epoch-{state.position.epoch}{ENDINGS[SCENARIO]}"


def scenario_to_save(state: State) -> Scenario:
    """The scenario of the pass on screen with the parameters that it began with; at its last stage, ends with.

    Raises ScenarioError where one of them is not finite.
    """
    names = (node.name for node in state.timeline.graph.parameters)
    values = state.view.after if _is_done(state) else tuple(state.view.given[name] for name in names)
    return replace(at_parameters(state.scenario, values), expectations=())


def scenario_text(state: State) -> str:
    """The same as the text of a scenario file.  Raises NotWritten where that could not be opened again."""
    text = to_toml(scenario_to_save(state))
    if len(text.encode()) > MOST_BYTES:
        raise NotWritten("too large to be opened again: a scenario has at most 1 MB")
    return text


def about_what_is_saved(state: State, what: str) -> str:
    """What is saved of `state`, and what is not."""
    if what != SCENARIO:
        return "Saved: the panels as they are behind this form."
    which = "ends" if _is_done(state) else "began"
    what = "the program" if is_program(state.scenario) else "layers, samples"
    names = "values" if is_program(state.scenario) else "parameters"
    saved = f"Saved: {what} and how it is trained, with the {names} that this pass {which} with."
    left_out = [*_left_out(state)]
    return f"{saved} Not saved: {listed(left_out, len(left_out))}." if left_out else saved


def _left_out(state: State) -> Iterator[str]:
    """What there is of the run, and is not in the file."""
    here, learning = state.position, state.timeline.learning
    segment = state.history.segment_at(here.epoch, here.sample)
    names, starts_anew = segment.carried_names, learning.anew
    carried: Mapping[str, float] = dict(zip(segment.names, state.history.state(here.epoch, here.sample), strict=True))
    if _is_done(state):
        carried, starts_anew = state.view.carried(names), learning.updates and state.scenario.zero_grad
    if any(carried[name] for name in remembered(segment.graph, learning)):
        yield f"what {state.scenario.optimizer.name} remembers"
    if not starts_anew and any(carried[name] for name in sums(segment.graph, learning)):
        yield "the gradients added up so far"
    if state.undo:
        yield "the edits that u takes back"
    if state.scenario.expectations:
        yield "the figures that its source prints"
    if here != START:
        yield "the place in the run (it opens at epoch 1, stage 0)"


def _is_done(state: State) -> bool:
    """Whether the pass on screen is at its last stage."""
    return state.position.stage == state.timeline.last
