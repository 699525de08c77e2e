"""The forms: which fields there are, what is wrong with what was typed, and what the whole amounts to."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from backprop_tui.present.ascii import in_ascii
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import exact, parse
from backprop_tui.stepper.history import MOST_EPOCHS
from backprop_tui.stepper.state import Position, State

_MOST_STRAY = 2  # letters among the digits of what was meant as a number


@dataclass(frozen=True)
class Field:
    """One line of a form: its key in code, its label, the value in use, what it means, and its choices if it has any.

    `lowest` and `highest` bound a field that counts something; both are None for a field that takes any number.
    `names` are words that stand for a count.  Where it `is_text`, the rules of the form alone say what will do.
    """

    key: str
    label: str
    in_use: str
    meaning: str
    choices: tuple[str, ...] = ()
    lowest: int | None = None
    highest: int | None = None
    names: Mapping[str, int] = field(default_factory=dict)
    is_text: bool = False


class Rules:
    """What the fields of a form have to do with each other; here, nothing."""

    def error(self, form: "Form", key: str) -> str:
        """What is wrong with the text of the field `key`, right by itself, beside the others; empty for nothing."""
        del form, key
        return ""

    def applies(self, form: "Form", key: str) -> bool:
        """Whether the field `key` matters, the others being as they are."""
        del form, key
        return True

    def following(self, form: "Form", key: str) -> Mapping[str, str]:
        """The texts of other fields that change with that of the field `key`, which has just changed."""
        del form, key
        return {}

    def consequence(self, form: "Form") -> str:
        """What else applying the form does, in a sentence; empty for nothing."""
        del form
        return ""


NO_RULES = Rules()
"""Each field stands by itself."""


@dataclass(frozen=True)
class Form:
    """The fields of a form and the text typed into each, by key."""

    title: str
    fields: tuple[Field, ...]
    texts: Mapping[str, str]
    rules: Rules = NO_RULES
    refusal: str = ""  # why the whole was refused though no field is wrong, until something else is typed

    @cached_property
    def by_key(self) -> Mapping[str, Field]:
        """Every field by its key."""
        return {field.key: field for field in self.fields}

    def field(self, key: str) -> Field:
        """The field called `key`."""
        return self.by_key[key]

    def typed(self, key: str, text: str) -> "Form":
        """The form with `text` in the field `key`, and in others what follows from it."""
        form = replace(self, texts={**self.texts, key: text}, refusal="")
        return replace(form, texts={**form.texts, **self.rules.following(form, key)})

    def applies(self, key: str) -> bool:
        """Whether the field `key` matters, the others being as they are; one that does not is not shown."""
        return self.rules.applies(self, key)

    def refused(self, reason: str) -> "Form":
        """The same, refused as a whole for `reason`, until something else is typed."""
        return replace(self, refusal=reason)

    def changed(self, key: str) -> bool:
        """Whether the text says something else than the value in use."""
        field = self.field(key)
        if not self.applies(key):
            return False
        return self.texts[key].strip() != field.in_use and self.error(key) == "" and not self._same(field)

    def _same(self, field: Field) -> bool:
        text = self.texts[field.key].strip()
        return not (field.choices or field.is_text) and _equal(str(field.names.get(text, text)), field.in_use)

    def error(self, key: str) -> str:
        """What is wrong with the text of the field `key`; empty where nothing is."""
        field, text = self.field(key), self.texts[key].strip()
        if field.choices:
            return self.rules.error(self, key) if text in field.choices else "unknown; space lists them"
        if text in field.names:
            return ""
        if field.is_text:
            return self.rules.error(self, key)
        problem = number_error(text)
        if problem:
            return _unknown_name(text, field.names) or problem
        if field.lowest is not None and field.highest is not None:
            return _count_error(text, field.lowest, field.highest)
        return self.rules.error(self, key)

    def errors(self) -> dict[str, str]:
        """Every field that has something wrong with it."""
        found = {field.key: self.error(field.key) for field in self.fields if self.applies(field.key)}
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
            return (
                f"{'One field' if new == 1 else f'{new} fields'} changed. Enter applies.{self.rules.consequence(self)}"
            )
        return "This is where you are." if self.title == "Go to" else "Nothing is changed yet."


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
