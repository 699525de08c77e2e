"""The command line: what is typed in, what comes out, and the exit status.

Everything else is imported where it is first needed: the help needs no mathematics, the trace no textual, and
ctrl+c is to be caught from the first moment.
"""
# ruff: noqa: PLC0415 - as the docstring says

import gc
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING

from backprop_tui import __version__
from backprop_tui.options.arguments import (
    APPLICATION,
    CHECK,
    HELP,
    NEW,
    SCENARIOS,
    SCREEN,
    STANDARD_INPUT,
    TRACE,
    VERSION,
    Request,
    command_first,
    command_meant,
    is_command,
    read,
    similar,
)
from backprop_tui.options.numbers import UsageError

if TYPE_CHECKING:
    from backprop_tui.core.scenario import Scenario
    from backprop_tui.stepper.state import State

HOW_TO_REPORT = "please report it with what `backprop-tui --debug` says"

DONE, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130

_NEW_OBJECTS = 50_000
"""After so many the process looks for garbage.

Next to nothing that a start makes is any, and to look at every 700th, as is usual, takes a tenth of the time.
"""

_PICTURES = ("text", "ansi", "svg")
_TRACES = ("text", "jsonl", "csv", "markdown", "python", "pytorch")
_FOR_PEOPLE = ("text", "markdown")
"""The formats of a screen, of a trace, and those of a trace that can be in ASCII."""

_FORMATS_ELSEWHERE = {
    **dict.fromkeys(("json", "ndjson", "jsonlines"), "jsonl"),
    **dict.fromkeys(("md", "gfm"), "markdown"),
    **dict.fromkeys(("txt", "plain", "table", "human"), "text"),
    **dict.fromkeys(("py", "numpy"), "python"),
    **dict.fromkeys(("torch", "pt"), "pytorch"),
    **dict.fromkeys(("png", "html", "pdf"), "svg"),
    **dict.fromkeys(("color", "colour"), "ansi"),
    **dict.fromkeys(("tsv", "excel"), "csv"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the words `argv` (without the program's name; the process's own where left out) ask for.

    The exit status: 0 done; 2 wrong input, told in one line on standard error; 130 interrupted; 1 where standard
    output cannot be written, or a published figure differs.  A reader that stops reading (``| head``) is no failure.
    """
    if argv is None:
        gc.set_threshold(_NEW_OBJECTS)
        argv = sys.argv[1:]
    try:
        return _run(read(argv))
    except UsageError as error:
        _say(str(error))
        return WRONG_INPUT
    except BrokenPipeError:
        return DONE
    except OSError as error:  # what the system has not enough of, while modules are loaded: no path of it is told
        if "--debug" in argv:
            raise
        _say(f"unexpected {type(error).__name__}: {error.strerror}; {HOW_TO_REPORT}")
        return FAILED
    except KeyboardInterrupt:
        with suppress(BrokenPipeError):
            _write(())  # flushed here, because at the interpreter's exit a reader that is gone makes a noise
        return INTERRUPTED


def _run(request: Request) -> int:
    if request.command == HELP:
        from backprop_tui.options.usage import USAGE

        return _write((USAGE,))
    if request.command == VERSION:
        return _write((f"backprop-tui {__version__}\n",))
    if request.command == SCENARIOS:
        return _write(_scenario_lines())
    if request.command == NEW:
        from backprop_tui.options.new import new_file

        return _write((new_file(request),))
    if request.command == CHECK:
        return _check(request)
    if request.command == SCREEN:
        return _screen(request)
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
                raise UsageError(f"{scenario.name if name == STANDARD_INPUT else name}: {error}") from error
    status = _write(report(compared))
    differs = any(figure.closeness is Closeness.DIFFERS for _, figures in compared for figure in figures)
    return status or (FAILED if differs else DONE)


def _trace(request: Request) -> int:
    from backprop_tui.present.export.trace import FORMATS, trace
    from backprop_tui.stepper.history import MOST_EPOCHS
    from backprop_tui.stepper.state import start

    if not 1 <= request.epochs <= MOST_EPOCHS:
        raise UsageError(f"--epochs {request.epochs}: expected a whole number from 1 to {MOST_EPOCHS:,}")
    _check_format(request, FORMATS, _PICTURES)
    if request.ascii and request.format not in _FOR_PEOPLE:
        spelled = " or ".join(_FOR_PEOPLE)
        raise UsageError(f"--ascii: {request.format} is for programs, in UTF-8; expected --format {spelled} with it")
    state = start(_scenario(request))
    if request.check:
        return _verify(state, request)
    status = _write(_spelled(trace(state, request.epochs, request.format), request))
    _say_where_it_ends(state, request.epochs)
    return status


def _spelled(lines: Iterable[str], request: Request) -> Iterable[str]:
    """`lines` as they are, or in ASCII."""
    if not request.ascii:
        return lines
    from backprop_tui.present.ascii import ascii_lines

    return ascii_lines(lines)


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

    status = _write(_spelled(lines(), request))
    _say_where_it_ends(state, request.epochs)
    return status or (FAILED if mismatches else DONE)


def _say_where_it_ends(state: "State", epochs: int) -> None:
    """Say so where a value stops being finite within `epochs` epochs."""
    if state.history.end:
        from backprop_tui.present.not_finite import where_it_ends

        if words := where_it_ends(state, epochs):
            _say(words)


def _open(request: Request) -> int:
    from backprop_tui.options.launch import launch_of
    from backprop_tui.terminal import environment

    scenario = _scenario(request)
    if request.loop and request.play is None:
        raise UsageError("--loop: says what happens after playing; expected --play with it")
    if request.kiosk and request.debug:
        raise UsageError("--debug: shows paths of this host, which --kiosk is to keep; expected one of them")
    launch = launch_of(scenario, request)
    if request.kiosk:
        environment.leave_browser()
    _check_theme(request.theme)
    if reason := environment.refusal():
        raise UsageError(reason)
    environment.prepare()

    from backprop_tui.run import run

    launch = launch._replace(ascii=request.ascii or not environment.speaks_utf8())
    status = run(launch, debug=request.debug)
    if request.kiosk:
        environment.leave_at_once(status)
    return status


def _screen(request: Request) -> int:
    from backprop_tui.options.launch import launch_of
    from backprop_tui.terminal.environment import clean

    _check_format(request, _PICTURES, _TRACES)
    launch = launch_of(_scenario(request), request)
    _check_theme(request.theme)
    clean()

    from backprop_tui.screenshot import screenshot

    return _write((screenshot(launch, size=request.size, form=request.format),))


def _check_theme(name: str | None) -> None:
    """Raise UsageError where there is no theme called `name`."""
    if name is None:
        return
    from backprop_tui.terminal.environment import clean

    clean()  # for what follows imports textual

    from backprop_tui.panels.themes import theme_names

    names = theme_names()
    if name not in names:
        ours = f"backprop-{name.lower()}"  # dark and light
        hint = similar(ours if ours in names else name, names)
        raise UsageError(f"--theme {name}: unknown; {hint}expected one of {', '.join(names)}")


def _scenario(request: Request) -> "Scenario":
    """The scenario that is asked for, with the numbers and names that are."""
    from backprop_tui.core.scenario_file import DEFAULT
    from backprop_tui.options.scenario import changed

    if request.expr is not None:
        from backprop_tui.options.expression import expression_of

        return expression_of(request)
    if request.at is not None:
        raise UsageError("--at: gives the values of a program; expected --expr with it")
    (name,) = request.scenarios or (DEFAULT,)
    if request.command == APPLICATION and not os.access(name, os.F_OK):
        _check_no_command(name)
    return changed(_loaded(name, kiosk=request.kiosk), request)


def _check_no_command(name: str) -> None:
    """Raise UsageError where `name`, which is no file, is no built-in scenario either but likely meant as a command."""
    from backprop_tui.core.scenario_file import builtin_names

    if is_command(name):
        raise UsageError(command_first(name))
    if name not in builtin_names() and (meant := command_meant(name)):
        raise UsageError(f"{name}: no command, built-in scenario or file; did you mean `{meant}`?")


def _loaded(name: str, *, kiosk: bool = False) -> "Scenario":
    """The scenario of that name, or at that path, or on standard input."""
    from backprop_tui.core.scenario import ScenarioError
    from backprop_tui.core.scenario_file import load, load_standard_input

    try:
        return load_standard_input() if name == STANDARD_INPUT else load(name, kiosk=kiosk)
    except ScenarioError as error:
        raise UsageError(str(error)) from error


def _check_format(request: Request, known: Collection[str], elsewhere: Collection[str]) -> None:
    """Raise UsageError where there is no such format, or another command has it."""
    if request.format in known:
        return
    if request.format.lower() in elsewhere:
        other = SCREEN if request.command == TRACE else TRACE
        hint = f"`backprop-tui {other}` has it; "
    else:
        hint = similar(_FORMATS_ELSEWHERE.get(request.format.lower(), request.format), tuple(known))
    raise UsageError(f"--format {request.format}: unknown; {hint}expected one of {', '.join(known)}")


def _write(texts: Iterable[str]) -> int:
    """Write `texts` to standard output, in UTF-8 whatever the locale; the exit status.

    Raises BrokenPipeError where the reader has stopped reading.
    """
    if sys.stdout is None:  # closed from the start (``>&-``)
        _say("standard output cannot be written: it is closed")
        return FAILED
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
