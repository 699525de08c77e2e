"""What the fields of the edit form have to do with each other."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backprop_tui.core.optimizers import OPTIMIZERS
from backprop_tui.core.scenario import SUM_TOLERANCE, Scenario, option_problem
from backprop_tui.core.softmax import SOFTMAX
from backprop_tui.present.form import Form, Rules, number_error, parse_number
from backprop_tui.present.numbers import exact, number

CLASS = "class"
"""The field that takes a class in place of its targets."""

NO_CLASS = "none"
"""What stands there where the targets are those of no single class."""

_PLACES = sorted((place, option) for row in OPTIMIZERS.values() for place, option in enumerate(row.options))
OPTIONS = tuple(dict.fromkeys(option for _, option in reversed(_PLACES)))[::-1]
"""The options of all optimisers, each once, what they have in common last."""

_NEEDS = {"bce": "sigmoid", "cross_entropy": SOFTMAX}
_INSTEAD = {"sigmoid": "bce", SOFTMAX: "cross_entropy"}


def switch(*, on: bool) -> str:
    """How a form spells yes and no."""
    return "true" if on else "false"


def class_of(targets: Sequence[float]) -> int:
    """Which class, from 1, `targets` call the right one with certainty; 0 where they do not."""
    return targets.index(1.0) + 1 if sorted(targets) == [0.0] * (len(targets) - 1) + [1.0] else 0


@dataclass(frozen=True)
class EditRules(Rules):
    """Those of an edit of `scenario`, where the fields `remembered` hold what is carried from pass to pass."""

    scenario: Scenario
    remembered: frozenset[str]

    def error(self, form: Form, key: str) -> str:
        """Whether the loss admits activation and targets, and an optimiser its options."""
        if key in OPTIONS:
            problem = option_problem(_text(form, "optimizer"), key, parse_number(form.texts[key]))
            return problem.removeprefix("expected a number ")
        if key == "loss":
            return self._error_of_loss(form)
        if key == "y" or key in self._targets(form):
            return self._error_of_target(form, key)
        if key.startswith("v_") and key in self.remembered and "momentum" not in self.scenario.optimizer.row.options:
            return "" if parse_number(form.texts[key]) >= 0 else "of squares: from 0"
        return ""

    def _error_of_loss(self, form: Form) -> str:
        loss, last = _text(form, "loss"), _text(form, "activation")
        needed = _NEEDS.get(loss, last)
        if last == needed:
            return ""
        instead = _INSTEAD.get(last)
        return f"needs {needed}" + (f"; with {last}: {instead}" if instead else "")

    def _error_of_target(self, form: Form, key: str) -> str:
        loss = _text(form, "loss")
        if loss not in _NEEDS:
            return ""
        if not 0 <= parse_number(form.texts[key]) <= 1:
            return f"{loss} needs 0 to 1"
        if loss != "cross_entropy":
            return ""
        targets = self._targets(form)
        if any(number_error(form.texts[name]) for name in targets):
            return ""
        whole = math.fsum(parse_number(form.texts[name]) for name in targets)
        edited = [name for name in targets if form.texts[name].strip() != form.field(name).in_use]
        # It is said once, at the first target that was changed, if one was.
        at_fault = (edited or targets)[0] == key and abs(whole - 1) > SUM_TOLERANCE
        return f"sum {number(whole)}; it must be 1" if at_fault else ""

    def applies(self, form: Form, key: str) -> bool:
        """Whether the optimiser has the option; whether what is remembered goes on; whether there are classes."""
        if key in OPTIONS:
            row = OPTIMIZERS.get(_text(form, "optimizer"))
            return row is not None and key in row.options
        if key == CLASS:
            return _text(form, "activation") == SOFTMAX
        return key not in self.remembered or not self._begins_anew(form)

    def following(self, form: Form, key: str) -> Mapping[str, str]:
        """An optimiser brings its options along, a class its targets, and these their class."""
        if key == "optimizer" and (row := OPTIMIZERS.get(_text(form, "optimizer"))):
            chosen = self.scenario.optimizer
            numbers = dict(chosen.options) if chosen.name == row.name else row.options
            return {option: exact(value) for option, value in numbers.items()}
        if CLASS not in form.texts:
            return {}
        targets = self._targets(form)
        if key == CLASS and not form.error(CLASS) and form.texts[CLASS].strip() != NO_CLASS:
            right = int(form.texts[CLASS])
            return {name: exact(float(place == right)) for place, name in enumerate(targets, start=1)}
        if key in targets and not any(number_error(form.texts[name]) for name in targets):
            right = class_of([parse_number(form.texts[name]) for name in targets])
            return {CLASS: str(right) if right else NO_CLASS}
        return {}

    def consequence(self, form: Form) -> str:
        """That what is remembered is forgotten, where it is."""
        return " What was remembered starts at 0." if self.remembered and self._begins_anew(form) else ""

    def _begins_anew(self, form: Form) -> bool:
        """Whether optimiser, size of batches or zero_grad is another."""
        keys = ("optimizer", "batch_size", "zero_grad")
        return any(form.changed(key) for key in keys if key in form.texts)

    def _targets(self, form: Form) -> list[str]:
        count = len(self.scenario.output.weights)
        return [name for name in (f"y{place}" for place in range(1, count + 1)) if name in form.texts]


def _text(form: Form, key: str) -> str:
    return form.texts[key].strip()
