"""The scenario that ``--expr`` and ``--at`` make, and what other options do to a program of expressions."""

from dataclasses import replace

from backprop_tui.core.models.program import ProgramScenario, program_of
from backprop_tui.core.program import name_problem
from backprop_tui.core.scenario import ScenarioError, with_training
from backprop_tui.options.arguments import Request
from backprop_tui.options.numbers import UsageError

NAME = "expression"
"""What a scenario is called that comes from the command line."""

_OF_NETWORKS = ("x", "w", "b", "y", "activation", "loss", "batch_size")


def expression_of(request: Request) -> ProgramScenario:
    """The scenario of ``--expr``.  Raises UsageError, which names the option."""
    if request.scenarios:
        raise UsageError(
            f"--expr: stands in place of a scenario, but there is {request.scenarios[0]}; expected one of them"
        )
    text, values = request.expr or "", request.at or ()
    names = [name for name, _ in values]
    for name in names:
        if problem := name_problem(name):
            raise UsageError(f"--at {name}: {problem}")
    try:
        program = program_of(text, names)
    except ScenarioError as error:
        raise UsageError(f"--expr: {error.problem}") from error
    try:
        scenario = ProgramScenario(NAME, program=program, values=values)
    except ScenarioError as error:
        raise UsageError(f"--expr: {error.problem}") from error
    return changed_program(scenario, request, NAME)


def changed_program(scenario: ProgramScenario, request: Request, name: str) -> ProgramScenario:
    """`scenario` with the learning rate and optimiser asked for.  Raises UsageError for what networks alone have."""
    for option in _OF_NETWORKS:
        if getattr(request, option) is not None:
            raise UsageError(
                f"--{option.replace('_', '-')}: belongs to networks, but {name} is a program of expressions"
            )
    if request.optimizer is not None and request.lr is None and not scenario.learns:
        raise UsageError("--optimizer: needs a learning rate; expected --lr with it, such as --lr 0.1")
    option = "lr"
    try:
        if request.lr is not None:
            scenario = replace(scenario, learning_rate=request.lr, learns=True)
        option = "optimizer"
        changed = with_training(scenario, optimizer=request.optimizer)
    except ScenarioError as error:  # an update brings names of its own, which a value may have
        raise UsageError(f"--{option}: {error.problem}") from error
    assert isinstance(changed, ProgramScenario)  # noqa: S101 - it is `scenario` with another optimiser
    return changed
