"""The command line: what is typed in, what comes out, and the exit status.

Everything else is imported where it is first needed: the help needs no mathematics, the trace no textual, and
ctrl+c is to be caught from the first moment.
"""
# ruff: noqa: PLC0415 - as the docstring says

import os
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING

from backprop_tui import __version__
from backprop_tui.arguments import CHECK, HELP, SCENARIOS, TRACE, USAGE, VERSION, Request, UsageError, read, similar

if TYPE_CHECKING:
    from backprop_tui.core.scenario import Scenario
    from backprop_tui.stepper.state import State

DONE, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the words `argv` (without the program's name; the process's own where left out) ask for.

    The exit status: 0 done; 2 wrong input, told in one line on standard error; 130 interrupted; 1 where standard
    output cannot be written, or a published figure differs.  A reader that stops reading (``| head``) is no failure.
    """
    try:
        return _run(read(sys.argv[1:] if argv is None else argv))
    except UsageError as error:
        _say(str(error))
        return WRONG_INPUT
    except BrokenPipeError:
        return DONE
    except KeyboardInterrupt:
        with suppress(BrokenPipeError):
            _write(())  # flushed here, because at the interpreter's exit a reader that is gone makes a noise
        return INTERRUPTED


def _run(request: Request) -> int:
    if request.command == HELP:
        return _write((USAGE,))
    if request.command == VERSION:
        return _write((f"backprop-tui {__version__}\n",))
    if request.command == SCENARIOS:
        return _write(_scenario_lines())
    if request.command == CHECK:
        return _check(request)
    return _trace(request) if request.command == TRACE else _open(request)


def _scenario_lines() -> Iterator[str]:
    from backprop_tui.core.scenario_file import builtin_names, load

    names = builtin_names()
    for name in names:
        yield f"{name:{max(map(len, names))}}  {load(name).title}\n"


def _check(request: Request) -> int:
    from backprop_tui.core.scenario import ScenarioError
    from backprop_tui.core.scenario_file import builtin_names
    from backprop_tui.present.published_values import Closeness, compare_published, report

    compared = []
    for name in request.scenarios or builtin_names():
        scenario = _loaded(name)
        if scenario.expectations or request.scenarios:
            try:
                compared.append((scenario, compare_published(scenario)))
            except ScenarioError as error:
                raise UsageError(f"{name}: {error}") from error
    status = _write(report(compared))
    differs = any(figure.closeness is Closeness.DIFFERS for _, figures in compared for figure in figures)
    return status or (FAILED if differs else DONE)


def _trace(request: Request) -> int:
    from backprop_tui.present.export.trace import FORMATS, trace
    from backprop_tui.stepper.history import MOST_EPOCHS
    from backprop_tui.stepper.state import start

    if not 1 <= request.epochs <= MOST_EPOCHS:
        raise UsageError(f"--epochs {request.epochs}: expected a whole number from 1 to {MOST_EPOCHS:,}")
    _check_known("--format", request.format, FORMATS)
    state = start(_scenario(request))
    if request.check:
        return _verify(state, request)
    status = _write(trace(state, request.epochs, request.format))
    _say_where_it_ends(state, request.epochs)
    return status


def _verify(state: "State", request: Request) -> int:
    """Print the gradients of every pass beside central differences; 1 where one differs."""
    from backprop_tui.present.export.trace import walk
    from backprop_tui.present.gradient_check import check_lines, comparisons, heading, is_mismatch

    if request.format != "text":
        raise UsageError(
            f"--check prints a table of its own, not {request.format}; expected one of --check and --format"
        )
    mismatches = 0

    def lines() -> Iterator[str]:
        nonlocal mismatches
        for one in walk(state, request.epochs):
            if one.position.stage == one.timeline.last:
                yield heading(one)
                yield from check_lines(one)
                mismatches += is_mismatch(comparisons(one))

    status = _write(lines())
    _say_where_it_ends(state, request.epochs)
    return status or (FAILED if mismatches else DONE)


def _say_where_it_ends(state: "State", epochs: int) -> None:
    """Say so where a value stops being finite within `epochs` epochs."""
    epoch, sample = state.history.end or (0, 0)
    if 0 < epoch <= epochs:
        view = state.history.view(epoch, sample)
        quantity = view.timeline.rules[view.first_not_finite - 1].quantity
        _say(f"diverged: {quantity} is not finite in epoch {epoch}, sample {sample}; the trace ends with that pass")


def _open(request: Request) -> int:
    from backprop_tui.stepper.machine import GoTo, IllegalCommand, apply
    from backprop_tui.stepper.state import Position, start
    from backprop_tui.terminal import environment

    scenario = _scenario(request)
    if request.loop and request.play is None:
        raise UsageError("--loop: says what happens after playing; expected --play with it")
    if request.kiosk and request.debug:
        raise UsageError("--debug: shows paths of this host, which --kiosk is to keep; expected one of them")
    try:
        apply(start(scenario), GoTo(Position(request.epoch, request.sample, request.stage)))
    except IllegalCommand as error:
        raise UsageError(str(error)) from error
    if reason := environment.refusal():
        raise UsageError(reason)
    environment.prepare()

    from backprop_tui.launch import Launch
    from backprop_tui.run import run

    launch = Launch(
        scenario,
        epoch=request.epoch,
        sample=request.sample,
        stage=request.stage,
        play=request.play,
        ascii=request.ascii or not environment.speaks_utf8(),
        mouse="SSH_CONNECTION" not in os.environ if request.mouse is None else request.mouse,
        loop=request.loop,
        idle_reset=request.idle_reset,
        kiosk=request.kiosk,
    )
    status = run(launch, debug=request.debug)
    if request.kiosk:
        environment.leave_at_once(status)
    return status


def _scenario(request: Request) -> "Scenario":
    """The scenario that is asked for, with the numbers and names that are."""
    from backprop_tui.core.scenario_file import DEFAULT

    return _changed(_loaded(*request.scenarios or (DEFAULT,)), request)


def _loaded(name: str) -> "Scenario":
    """The scenario of that name, or at that path."""
    from backprop_tui.core.scenario import ScenarioError
    from backprop_tui.core.scenario_file import load

    try:
        return load(name)
    except ScenarioError as error:
        raise UsageError(str(error)) from error


def _changed(scenario: "Scenario", request: Request) -> "Scenario":
    """`scenario` with what the options put in its place."""
    from dataclasses import replace

    from backprop_tui.core.ops import ACTIVATIONS, LOSSES
    from backprop_tui.core.scenario import ScenarioError, neuron_with

    _check_known("--activation", request.activation, ACTIVATIONS)
    _check_known("--loss", request.loss, LOSSES)
    _check_shape(scenario, request)
    loss = scenario.loss if request.loss is None else request.loss
    rate = scenario.learning_rate if request.lr is None else request.lr
    try:
        # The loss comes last, and until then is one that takes any activation and target: they all change at once.
        neuron = neuron_with(
            replace(scenario, loss="mse"),
            x=request.x,
            w=request.w,
            b=request.b,
            y=request.y,
            activation=request.activation,
        )
        changed = replace(neuron, loss=loss, learning_rate=rate)
        return changed if changed == scenario else replace(changed, source="")  # other numbers are not the source's
    except ScenarioError as error:
        blamed = {"weights": "--w", "y": "--y"}.get(error.key.rpartition(" ")[2], "--loss")
        raise UsageError(f"{blamed}: {error.problem}") from error


def _check_shape(scenario: "Scenario", request: Request) -> None:
    """Raise UsageError where options for a neuron with one sample find none, or other inputs than weights."""
    asked = [name for name in ("x", "w", "b", "y", "activation") if getattr(request, name) is not None]
    if not asked:
        return
    samples = len(scenario.samples)
    if not scenario.is_neuron or samples > 1:
        what = f"{samples} samples" if scenario.is_neuron else "more than one neuron"
        raise UsageError(f"--{asked[0]}: needs a neuron with one sample, but {scenario.name} has {what}")
    inputs = len(scenario.samples[0].x if request.x is None else request.x)
    weights = len(scenario.layers[0].weights[0] if request.w is None else request.w)
    if inputs != weights:
        found = f"{_several(inputs, 'input')} but {_several(weights, 'weight')}"
        raise UsageError(f"--{asked[0]}: {found}; expected as many numbers for --x as for --w")


def _several(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _check_known(option: str, name: str | None, known: Collection[str]) -> None:
    if name is not None and name not in known:
        raise UsageError(f"{option} {name}: unknown; {similar(name, tuple(known))}expected one of {', '.join(known)}")


def _write(texts: Iterable[str]) -> int:
    """Write `texts` to standard output, in UTF-8 whatever the locale; the exit status.

    Raises BrokenPipeError where the reader has stopped reading.
    """
    if sys.stdout is None:  # closed from the start (``>&-``)
        return DONE
    try:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
        sys.stdout.writelines(texts)
        sys.stdout.flush()
    except OSError as error:
        # What is left in the buffer would fail once more, and aloud, when the interpreter exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise
        _say(f"standard output cannot be written: {error.strerror}")
        return FAILED
    return DONE


def _say(message: str) -> None:
    """One line on standard error, whatever is in `message`: a file's name may hold a line end or half a letter."""
    line = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in message)
    with suppress(OSError):  # where nobody can be told, the exit status has to do
        if sys.stderr is not None:
            sys.stderr.write(f"backprop-tui: {line}\n")
