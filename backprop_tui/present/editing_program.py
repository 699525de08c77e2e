"""The form that edits a program of expressions: its values, its text, and how it learns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from backprop_tui.core.backprop import LEARNING_RATE
from backprop_tui.core.models.program import ProgramScenario, program_of
from backprop_tui.core.optimizers import OPTIMIZERS, SGD, settings
from backprop_tui.core.program_text import names_in, on_one_line
from backprop_tui.core.scenario import ScenarioError, option_problem
from backprop_tui.present.edit_rules import OPTIONS
from backprop_tui.present.form import Field, Form, Rules, parse_number
from backprop_tui.present.numbers import exact
from backprop_tui.present.remembered import remembered_fields
from backprop_tui.stepper.machine import Edit
from backprop_tui.stepper.state import State

PROGRAM = "program"
"""The field of the program's text."""

NO_RATE = "none"
"""What stands for a learning rate where nothing learns."""

_OPTIMIZER = "optimizer"
_NOWHERE = 10**15  # a number that nobody types in place of the word for none


def program_form(state: State, scenario: ProgramScenario) -> Form:
    """The form of everything that can be edited in the pass on screen."""
    remembered = remembered_fields(state)
    fields = (*_value_fields(state, scenario), *remembered, *_learning_fields(scenario))
    rules = ProgramRules(scenario, frozenset(field.key for field in remembered))
    return Form("Edit", fields, {field.key: field.in_use for field in fields}, rules)


def program_edit(state: State, scenario: ProgramScenario, form: Form) -> Edit:
    """The edit that a form without errors describes: the scenario, and what is remembered where that is edited."""
    changed = (field.key for field in remembered_fields(state) if form.changed(field.key))
    carried = tuple((key, parse_number(form.texts[key])) for key in changed)
    return Edit(_edited(scenario, form), carried)


@dataclass(frozen=True)
class ProgramRules(Rules):
    """Those of an edit of `scenario`, where the fields `remembered` hold what is carried from pass to pass."""

    scenario: ProgramScenario
    remembered: frozenset[str]

    def error(self, form: Form, key: str) -> str:
        """What is wrong with the program, or with an optimiser's option."""
        if key == PROGRAM:
            try:
                _with_program(self.scenario, form.texts[PROGRAM])
            except ScenarioError as error:
                return error.problem
        elif key in OPTIONS and key in OPTIMIZERS[form.texts[_OPTIMIZER].strip()].options:
            problem = option_problem(form.texts[_OPTIMIZER].strip(), key, parse_number(form.texts[key]))
            return problem.removeprefix("expected a number ")
        return ""

    def following(self, form: Form, key: str) -> Mapping[str, str]:
        """An optimiser brings its options along."""
        row = OPTIMIZERS.get(form.texts[_OPTIMIZER].strip())
        if key != _OPTIMIZER or row is None:
            return {}
        chosen = self.scenario.optimizer
        numbers = dict(chosen.options) if chosen.name == row.name else row.options
        return {option: exact(value) for option, value in numbers.items()}

    def applies(self, form: Form, key: str) -> bool:
        """Whether the optimiser has that option, and anything learns."""
        if key == _OPTIMIZER or key in OPTIONS or key in self.remembered:
            row = OPTIMIZERS.get(form.texts[_OPTIMIZER].strip())
            if form.texts[LEARNING_RATE].strip() == NO_RATE or row is None:
                return False
            return key not in OPTIONS or key in row.options
        return True


def _value_fields(state: State, scenario: ProgramScenario) -> Iterator[Field]:
    text = on_one_line(scenario.program.text)
    yield Field(PROGRAM, "program", text, "lines of the form q = x + y, with ; between", is_text=True)
    for name, _ in scenario.values:
        kind = "input" if name in scenario.inputs else "value"
        learned = "given, not learned" if kind == "input" else "what the gradient is taken of"
        yield Field(name_key(name), f"{kind} {name}", exact(state.view.given[name]), f"{learned}; any finite number")


def name_key(name: str) -> str:
    """The key of the field of a value, which may be called as another field is."""
    return f"value {name}"


def _learning_fields(scenario: ProgramScenario) -> Iterator[Field]:
    rate = exact(scenario.learning_rate) if scenario.learns else NO_RATE
    meaning = f"with one, epochs follow and values step against the gradient; {NO_RATE}: one pass"
    yield Field(LEARNING_RATE, "learning rate", rate, meaning, names={NO_RATE: _NOWHERE})
    chosen = scenario.optimizer
    yield Field(_OPTIMIZER, "optimiser", chosen.name, "what makes a step of a gradient", tuple(OPTIMIZERS))
    numbers = dict(chosen.options)
    for option in OPTIONS:
        usual = next(row.options[option] for row in OPTIMIZERS.values() if option in row.options)
        yield Field(option, option, exact(numbers.get(option, usual)), "an option of the optimiser")


def _with_program(scenario: ProgramScenario, text: str) -> ProgramScenario:
    """`scenario` with the program in `text`; values that it does not mention are left out."""
    if text.strip() == on_one_line(scenario.program.text):
        return scenario
    mentioned = names_in(text)
    values = tuple((name, value) for name, value in scenario.values if name in mentioned)
    inputs = tuple(name for name in scenario.inputs if name in mentioned)
    program = program_of(text, [name for name, _ in values])
    return replace(scenario, program=program, values=values, inputs=inputs)


def _edited(scenario: ProgramScenario, form: Form) -> ProgramScenario:
    changed = _with_program(scenario, form.texts[PROGRAM])
    values = tuple((name, parse_number(form.texts[name_key(name)])) for name, _ in changed.values)
    rate, optimizer = form.texts[LEARNING_RATE].strip(), form.texts[_OPTIMIZER].strip()
    learns = rate != NO_RATE
    options = {option: parse_number(form.texts[option]) for option in OPTIMIZERS[optimizer].options}
    return replace(
        changed,
        values=values,
        learns=learns,
        learning_rate=parse_number(rate) if learns else 0.0,
        optimizer=settings(optimizer, **options) if learns else SGD,
    )
