"""The forms: which fields there are, what is wrong with what was typed, and what the whole amounts to."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from backprop_tui.core.backprop import LEARNING_RATE
from backprop_tui.core.graph import Role
from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.scenario import Sample, Scenario, with_parameters, with_sample
from backprop_tui.present.ascii import in_ascii
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import exact, parse
from backprop_tui.stepper.history import MOST_EPOCHS
from backprop_tui.stepper.state import Position, State

_EDIT = "Edit"
_MOST_STRAY = 2  # letters among the digits of what was meant as a number
_LETTERS = {"x": "input", "w": "weight", "b": "bias", "y": "target"}
_MEANINGS = {
    "x": "what goes in; any finite number",
    "w": "how strongly the input counts; any finite number",
    "b": "what is added in any case; any finite number",
    "y": "the answer that would be right; any finite number",
}


@dataclass(frozen=True)
class Field:
    """One line of a form: its key in code, its label, the value in use, what it means, and its choices if it has any.

    `lowest` and `highest` bound a field that counts something; both are None for a field that takes any number.
    `names` are words that stand for a count.
    """

    key: str
    label: str
    in_use: str
    meaning: str
    choices: tuple[str, ...] = ()
    lowest: int | None = None
    highest: int | None = None
    names: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Form:
    """The fields of a form and the text typed into each, by key."""

    title: str
    fields: tuple[Field, ...]
    texts: Mapping[str, str]
    refusal: str = ""  # why the whole was refused though no field is wrong, until something else is typed

    @cached_property
    def by_key(self) -> Mapping[str, Field]:
        """Every field by its key."""
        return {field.key: field for field in self.fields}

    def field(self, key: str) -> Field:
        """The field called `key`."""
        return self.by_key[key]

    def typed(self, key: str, text: str) -> "Form":
        """The form with `text` in the field `key`."""
        return replace(self, texts={**self.texts, key: text}, refusal="")

    def refused(self, reason: str) -> "Form":
        """The same, refused as a whole for `reason`, until something else is typed."""
        return replace(self, refusal=reason)

    def changed(self, key: str) -> bool:
        """Whether the text says something else than the value in use."""
        field = self.field(key)
        return self.texts[key].strip() != field.in_use and self.error(key) == "" and not self._same(field)

    def _same(self, field: Field) -> bool:
        text = self.texts[field.key].strip()
        return not field.choices and _equal(str(field.names.get(text, text)), field.in_use)

    def error(self, key: str) -> str:
        """What is wrong with the text of the field `key`; empty where nothing is."""
        field, text = self.field(key), self.texts[key].strip()
        if field.choices:
            return self._together(key, text) if text in field.choices else "unknown; ↑ ↓ choose one"
        if text in field.names:
            return ""
        problem = number_error(text)
        if problem:
            return _unknown_name(text, field.names) or problem
        if field.lowest is not None and field.highest is not None:
            return _count_error(text, field.lowest, field.highest)
        return self._together(key, text)

    def _together(self, key: str, text: str) -> str:
        """What a text alone does not tell: whether the loss in the form admits the target and the activation."""
        if self.texts.get("loss", "").strip() != "bce":
            return ""
        if key == "loss" and self.texts["activation"].strip() != "sigmoid":
            return "needs sigmoid"
        return "bce needs 0 to 1" if key.startswith("y") and not 0 <= parse_number(text) <= 1 else ""

    def errors(self) -> dict[str, str]:
        """Every field that has something wrong with it."""
        found = {field.key: self.error(field.key) for field in self.fields}
        return {key: error for key, error in found.items() if error}

    def summary(self) -> str:
        """One sentence on how things stand."""
        if self.refusal:
            return self.refusal
        wrong, new = len(self.errors()), sum(self.changed(field.key) for field in self.fields)
        if wrong:
            several = "One field to correct" if wrong == 1 else f"{wrong} fields to correct"
            also = f", {'one' if new == 1 else new} changed" if new else ""
            return f"{several}{also}. Nothing applies until all are right."
        if new:
            return f"{'One field' if new == 1 else f'{new} fields'} changed. Enter applies."
        return "Nothing is changed yet." if self.title == _EDIT else "This is where you are."


def edit_form(state: State) -> Form:
    """The form of everything that can be edited in the pass on screen."""
    scenario, given = state.scenario, state.view.given
    graph = state.timeline.graph
    roles = (Role.INPUT, Role.TARGET, Role.PARAMETER)
    names = [node.name for role in roles for node in graph.nodes if node.role is role]
    fields = [Field(name, f"{_LETTERS[name[0]]} {name}", exact(given[name]), _MEANINGS[name[0]]) for name in names]
    rate = exact(scenario.learning_rate)
    fields += [
        Field(LEARNING_RATE, "learning rate", rate, "a step is the gradient times this, against it; any finite number"),
        *_activation_fields(scenario),
        Field("loss", "loss", scenario.loss, "what a wrong answer costs", tuple(LOSSES)),
    ]
    return Form(_EDIT, tuple(fields), {field.key: field.in_use for field in fields})


def edited(state: State, form: Form) -> Scenario:
    """The scenario that a form without errors describes, for the pass on screen."""
    graph, texts = state.timeline.graph, form.texts

    def values(role: Role) -> tuple[float, ...]:
        # A number left as it was keeps all its digits, whatever the form shows of them.
        nodes = (node.name for node in graph.nodes if node.role is role)
        return tuple(parse_number(texts[name]) for name in nodes)

    scenario = with_parameters(state.scenario, values(Role.PARAMETER))
    keys = _activation_keys(scenario)
    layers = tuple(
        replace(layer, activation=texts[key].strip()) for layer, key in zip(scenario.layers, keys, strict=True)
    )
    # All at once: a loss may only be admissible together with the new activation and target.
    sample = Sample(values(Role.INPUT), values(Role.TARGET))
    safe = with_sample(replace(scenario, loss="mse"), state.position.sample, sample)
    rate = parse_number(texts[LEARNING_RATE])
    return replace(safe, layers=layers, loss=texts["loss"].strip(), learning_rate=rate)


def _activation_keys(scenario: Scenario) -> tuple[str, ...]:
    """The field of each layer's activation; the last layer's is the one that a loss may have an opinion on."""
    return (*(f"activation{number}" for number in range(1, len(scenario.layers))), "activation")


def _activation_fields(scenario: Scenario) -> Iterator[Field]:
    several = len(scenario.layers) > 1
    for number, (layer, key) in enumerate(zip(scenario.layers, _activation_keys(scenario), strict=True), start=1):
        label, z, a = ("activation", "z", "the answer a")
        if several:
            label, z, a = f"activation {number}", f"every z{number}", f"its a{number}"
        yield Field(key, label, layer.activation, f"what turns {z} into {a}", tuple(ACTIVATIONS))


def go_to_form(state: State) -> Form:
    """The form that asks for a position."""
    here, samples = state.position, state.history.samples
    fields = [Field("epoch", "epoch", str(here.epoch), f"from 1 to {MOST_EPOCHS:,}", (), 1, MOST_EPOCHS)]
    if samples > 1:
        fields.append(Field("sample", "sample", str(here.sample), f"from 1 to {samples}", (), 1, samples))
    last = state.timeline.last
    names = stage_names(state)
    meaning = f"how many are done, from 0 to {last}; or a name such as {state.timeline.rules[last // 2].quantity}"
    fields.append(Field("stage", "stage", str(here.stage), meaning, (), 0, last, names))
    return Form("Go to", tuple(fields), {field.key: field.in_use for field in fields})


def position_of(form: Form) -> Position:
    """The position that a go-to form without errors asks for."""
    texts, names = form.texts, form.field("stage").names
    stage = texts["stage"].strip()
    return Position(int(texts["epoch"]), int(texts.get("sample", "1")), names.get(stage) or int(stage))


def stage_names(state: State) -> Mapping[str, int]:
    """The stage of every quantity, by its name in code and on screen; of a parameter, its update."""
    stages = {rule.quantity: number for number, rule in enumerate(state.timeline.rules, start=1)}
    on_screen = {symbol(name): number for name, number in stages.items()}
    return {in_ascii(name): number for name, number in on_screen.items()} | on_screen | stages


def _unknown_name(text: str, names: Mapping[str, int]) -> str:
    """What is said of a word that is no name, where names are taken; empty for what looks like a number."""
    if not names or not text[:1].isalpha():
        return ""
    from difflib import get_close_matches  # noqa: PLC0415 - needed for a misspelt name only

    close = get_close_matches(text, names, n=1)
    return f"unknown; did you mean {close[0]}?" if close else "no quantity of that name"


def _equal(text: str, other: str) -> bool:
    try:
        return parse_number(text) == parse_number(other)
    except ValueError:
        return False


def parse_number(text: str) -> float:
    """The number that `text` spells, by Python's rules or with a true minus.  Raises ValueError where it is none."""
    return parse(text.strip())


def number_error(text: str) -> str:
    """Why `text` is no finite number, and what was likely meant; empty where it is one."""
    if not text.strip():
        return "empty; a number is needed"
    try:
        value = parse_number(text)
    except ValueError:
        return f"not a number{_suggestion(text)}"
    if math.isnan(value):
        return "not a number"
    return "" if math.isfinite(value) else "too large; a finite number is needed"


def _suggestion(text: str) -> str:
    """A decimal comma, a stray letter or blank: the number without it, if that is one."""
    if "/" in text:  # without it a third would be thirteen
        return "; a fraction is written as a decimal"
    digits = "".join(character for character in text if character in "0123456789.-+e−")
    stray = (digits,) if len(text.strip()) - len(digits) <= _MOST_STRAY else ()
    for likely in (text.replace(",", "."), text.replace(" ", ""), *stray):
        try:
            value = parse_number(likely)
        except ValueError:
            continue
        if math.isfinite(value):
            return f"; did you mean {exact(value)}?"
    return ""


def _count_error(text: str, lowest: int, highest: int) -> str:
    try:
        value = int(text)
    except ValueError:
        return "not a whole number"
    return "" if lowest <= value <= highest else f"not from {lowest} to {highest:,}"
