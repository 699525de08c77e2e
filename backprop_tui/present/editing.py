"""The form that edits a pass: its fields, what they have to do with each other, and the edit that comes of them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from backprop_tui.core.backprop import LEARNING_RATE
from backprop_tui.core.graph import Role
from backprop_tui.core.models import is_program
from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.optimizers import OPTIMIZERS, settings
from backprop_tui.core.scenario import Layer, Sample, Scenario, with_parameters, with_sample
from backprop_tui.core.softmax import SOFTMAX
from backprop_tui.present.edit_rules import CLASS, NO_CLASS, OPTIONS, EditRules, class_of, switch
from backprop_tui.present.form import Field, Form, parse_number
from backprop_tui.present.numbers import exact
from backprop_tui.present.remembered import remembered_fields
from backprop_tui.stepper.machine import Edit
from backprop_tui.stepper.state import State

_LETTERS = {"x": "input", "w": "weight", "b": "bias", "y": "target"}
_MEANINGS = {
    "x": "what goes in; any finite number",
    "w": "how strongly the input counts; any finite number",
    "b": "what is added in any case; any finite number",
    "y": "the answer that would be right; any finite number",
}
_OF_OPTIONS = {
    "momentum": "what share of the velocity stays",
    "alpha": "what share of the mean square stays",
    "beta1": "what share of the mean gradient stays",
    "beta2": "what share of the mean square stays",
    "epsilon": "added to the root, so that it is not 0",
    "weight_decay": "pulls each parameter towards 0",
}


def edit_form(state: State) -> Form:
    """The form of everything that can be edited in the pass on screen."""
    scenario, given = state.scenario, state.view.given
    if is_program(scenario):
        from backprop_tui.present.editing_program import program_form  # noqa: PLC0415 - networks need none of it

        return program_form(state, scenario)
    graph = state.timeline.graph

    def numbers(*roles: Role) -> Iterator[Field]:
        for name in (node.name for role in roles for node in graph.nodes if node.role is role):
            yield Field(name, f"{_LETTERS[name[0]]} {name}", exact(given[name]), _MEANINGS[name[0]])

    rate = exact(scenario.learning_rate)
    remembered = remembered_fields(state)
    fields = (
        *numbers(Role.INPUT, Role.TARGET),
        *_class_field(state),
        *numbers(Role.PARAMETER),
        *remembered,
        *_training_fields(scenario),
        Field(
            LEARNING_RATE,
            "learning rate",
            rate,
            "a plain step is this times the gradient, against it; any finite number",
        ),
        *_activation_fields(scenario),
        Field("loss", "loss", scenario.loss, "what a wrong answer costs", _losses(scenario)),
    )
    rules = EditRules(scenario, frozenset(field.key for field in remembered))
    return Form("Edit", fields, {field.key: field.in_use for field in fields}, rules)


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
    optimizer = texts["optimizer"].strip()
    options = {option: parse_number(texts[option]) for option in OPTIMIZERS[optimizer].options}
    return replace(
        safe,
        layers=layers,
        loss=texts["loss"].strip(),
        learning_rate=parse_number(texts[LEARNING_RATE]),
        optimizer=settings(optimizer, **options),
        batch_size=_batch_size(scenario, form),
        zero_grad=texts["zero_grad"].strip() == switch(on=True),
    )


def _batch_size(scenario: Scenario, form: Form) -> int:
    text = form.texts.get("batch_size", str(scenario.batch_size)).strip()
    return len(scenario.samples) if text == "all" else int(text)


def edit_of(state: State, form: Form) -> Edit:
    """The edit that a form without errors describes: the scenario, and what is remembered where that is edited."""
    if is_program(state.scenario):
        from backprop_tui.present.editing_program import program_edit  # noqa: PLC0415 - likewise

        return program_edit(state, state.scenario, form)
    changed = (field.key for field in remembered_fields(state) if form.changed(field.key))
    return Edit(edited(state, form), tuple((key, parse_number(form.texts[key])) for key in changed))


def _class_field(state: State) -> Iterator[Field]:
    scenario = state.scenario
    if scenario.output.activation == SOFTMAX:
        sample, count = scenario.samples[state.position.sample - 1], len(scenario.output.weights)
        right = class_of(sample.y)
        in_use = str(right) if right else NO_CLASS
        meaning = f"in place of the targets: the right one, 1 to {count}"
        yield Field(CLASS, "class", in_use, meaning, (), 1, count, {NO_CLASS: 0})


def _activation_keys(scenario: Scenario) -> tuple[str, ...]:
    """The field of each layer's activation; the last layer's is the one that a loss may have an opinion on."""
    return (*(f"activation{number}" for number in range(1, len(scenario.layers))), "activation")


def _activation_fields(scenario: Scenario) -> Iterator[Field]:
    several = len(scenario.layers) > 1
    for number, (layer, key) in enumerate(zip(scenario.layers, _activation_keys(scenario), strict=True), start=1):
        label, z, a = ("activation", "z", "the answer a")
        if several:
            label, z, a = f"activation {number}", f"every z{number}", f"its a{number}"
        choices = _activations(layer, is_last=layer is scenario.output)
        yield Field(key, label, layer.activation, f"what turns {z} into {a}", choices)


def _activations(layer: Layer, *, is_last: bool) -> tuple[str, ...]:
    """Those that `layer` may have; softmax only where there is more than one answer."""
    return (*ACTIVATIONS, *((SOFTMAX,) if is_last and len(layer.weights) > 1 else ()))


def _losses(scenario: Scenario) -> tuple[str, ...]:
    """Those that may go with the scenario's last layer; one neuron has no classes."""
    return tuple(name for name in LOSSES if name != "cross_entropy" or len(scenario.output.weights) > 1)


def _training_fields(scenario: Scenario) -> Iterator[Field]:
    chosen, samples = scenario.optimizer, len(scenario.samples)
    yield Field("optimizer", "optimiser", chosen.name, "what makes a step of a gradient", tuple(OPTIMIZERS))
    numbers: Mapping[str, float] = dict(chosen.options)
    for option in OPTIONS:
        in_use = exact(numbers[option]) if option in numbers else "none"
        yield Field(option, option, in_use, _OF_OPTIONS[option])
    if samples > 1:
        meaning = f"samples to an update; 1 to {samples}, or all"
        yield Field("batch_size", "batch size", str(scenario.batch_size), meaning, (), 1, samples, {"all": samples})
    meaning = "whether sums start at 0 with each batch"
    yield Field("zero_grad", "zero_grad", switch(on=scenario.zero_grad), meaning, (switch(on=True), switch(on=False)))
