"""How the application is to open, from what the options on the command line say."""

import os

from backprop_tui.core.scenario import Scenario
from backprop_tui.launch import Launch
from backprop_tui.options.arguments import Request, similar
from backprop_tui.options.numbers import UsageError
from backprop_tui.stepper.machine import GoTo, IllegalCommand, apply
from backprop_tui.stepper.state import Position, State, start


def launch_of(scenario: Scenario, request: Request) -> Launch:
    """How the application is to open.  Raises UsageError where there is no such place in the run."""
    epoch, sample, stage = request.epoch, request.sample, request.stage
    try:
        beginning = apply(start(scenario), GoTo(Position(epoch, sample, 0)))
        number = stage if isinstance(stage, int) else _stage(beginning, stage)
        apply(beginning, GoTo(Position(epoch, sample, number)))
    except IllegalCommand as error:
        option = str(error).partition(" ")[0]
        at = "" if option in ("epoch", "sample", "stage") else f"epoch {epoch}: "
        raise UsageError(f"--{at}{error}") from error
    return Launch(
        scenario,
        epoch=epoch,
        sample=sample,
        stage=number,
        play=request.play,
        ascii=request.ascii,
        mouse="SSH_CONNECTION" not in os.environ if request.mouse is None else request.mouse,
        loop=request.loop,
        idle_reset=request.idle_reset,
        kiosk=request.kiosk,
        no_quit=request.no_quit,
        theme=request.theme,
        predict=request.predict,
    )


def _stage(state: State, name: str) -> int:
    """The stage that computes the quantity called `name`, in data or on screen; of a parameter, its update."""
    from backprop_tui.present.form import stage_names  # noqa: PLC0415 - needed where a stage is named only

    stages = stage_names(state)
    if name in stages:
        return stages[name]
    if name in state.view.given:
        raise UsageError(f"--stage {name}: given, not computed; expected a quantity such as {next(iter(stages))}")
    quantities = tuple(rule.quantity for rule in state.timeline.rules)
    listed = f"{', '.join(quantities[:3])}, … {quantities[-1]}"
    raise UsageError(f"--stage {name}: no quantity of that name; {similar(name, quantities)}expected one of {listed}")
