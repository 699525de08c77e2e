"""What the words on the command line ask for.

Read by hand, because argparse takes -1e-05 for an option, completes abbreviations and lets a repeated option pass.
"""

import math
from collections import deque
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

APPLICATION, TRACE, CHECK, SCENARIOS = "application", "trace", "check", "scenarios"
HELP, VERSION = "--help", "--version"
"""The commands; the first is the one that needs no word."""

USUAL_PACE = 1.0
"""Seconds from stage to stage where ``--play`` stands alone."""

_FORMS = {
    TRACE: "`backprop-tui trace [SCENARIO] [OPTIONS]`",
    CHECK: "`backprop-tui check [SCENARIO…]`",
    SCENARIOS: "`backprop-tui scenarios`",
}
"""The words that are commands, and only as the first one."""

USAGE = """\
See backpropagation happen: one key press computes one quantity.

  backprop-tui [SCENARIO] [OPTIONS]          open the application
  backprop-tui trace [SCENARIO] [OPTIONS]    print every stage and exit
  backprop-tui check [SCENARIO…]             compare figures with their sources
  backprop-tui scenarios                     list the built-in scenarios
  backprop-tui --help | --version

SCENARIO is a built-in name or the path of a TOML file; left out, it is the
article's neuron, article-7.

check reads the figures that a scenario's source prints and says of each how the
computed one stands to it: exact, rounded, last digit differs, or differs. Left
out, SCENARIO is every built-in one that has such figures. The exit status is 1
where a figure differs.

Of the application and of trace:
  --x X…             inputs                 } for a neuron with one sample
  --w W…             weights, one per input }
  --b B              bias                   }
  --y Y              target                 }
  --activation NAME                         }
  --loss NAME
  --lr RATE          learning rate

Of trace:
  --epochs N         how many epochs to print (1)
  --check            compare the gradients with central differences instead;
                     exit status 1 where one differs
  --format FORMAT    text, jsonl, csv, markdown, python or pytorch (text)

Of the application:
  --epoch E --sample S --stage K
                     start there: K stages of that pass are done
  --play[=SECONDS]   start playing, a stage every so many seconds (1)
  --ascii            draw with plain characters
  --mouse --no-mouse listen to the mouse or not (not over SSH)
  --loop             with --play: start over when there is nothing more to see
  --kiosk            for strangers: nothing of this machine can be reached
  --idle-reset SECONDS
                     back to the start after so long without a key
  --debug            after an unexpected error, say where it came from
"""


class UsageError(ValueError):
    """The input is wrong; the message says in one line what, where, and what would be right."""


class Request(NamedTuple):
    """What is asked for, each number finite; None where it is for others to say what holds without the option."""

    command: str = APPLICATION
    scenarios: tuple[str, ...] = ()  # at most one, but to check
    x: tuple[float, ...] | None = None
    w: tuple[float, ...] | None = None
    b: float | None = None
    y: float | None = None
    activation: str | None = None
    loss: str | None = None
    lr: float | None = None
    epochs: int = 1
    format: str = "text"
    check: bool = False
    epoch: int = 1
    sample: int = 1
    stage: int = 0
    play: float | None = None
    ascii: bool = False
    mouse: bool | None = None
    kiosk: bool = False
    idle_reset: float | None = None
    loop: bool = False
    debug: bool = False


def read(words: Sequence[str]) -> Request:
    """The request that `words` (without the program's name) make.  Raises UsageError where they make none."""
    for word in words:
        if word in (HELP, VERSION):
            return Request(word)
    rest = deque(words)
    command = rest.popleft() if rest and rest[0] in _FORMS else APPLICATION
    scenarios: list[str] = []
    given: dict[str, Any] = {}  # each value as its reader in _OPTIONS gives it, which is as Request has it
    while rest:
        word = rest.popleft()
        if _is_option(word):
            name, equals, value = word.partition("=")
            _check_option(name, command, given)
            given[name] = _OPTIONS[name].reader(name, value if equals else None, rest)
        else:
            _check_scenario(word, command, scenarios)
            scenarios.append(word)
    if "--no-mouse" in given:
        del given["--no-mouse"]
        given["--mouse"] = False
    return Request(command, tuple(scenarios), **{_field(name): value for name, value in given.items()})


def _field(option: str) -> str:
    """The field of `Request` that an option fills."""
    return option.removeprefix("--").replace("-", "_")


def similar(word: str, known: Sequence[str], prefix: str = "") -> str:
    """A question after the one of `known` that `word` may be a misspelling of; empty where none is near."""
    import difflib  # noqa: PLC0415 - needed for a misspelt word only

    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {prefix}{close[0]}? " if close else ""


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _is_option(word: str) -> bool:
    return word.startswith("-") and not _is_number(word)


def _check_scenario(word: str, command: str, before: Sequence[str]) -> None:
    if command == SCENARIOS:
        raise UsageError(f"{word}: one word too many; expected {_FORMS[command]}")
    if _is_number(word) and command != CHECK:
        raise UsageError(f"{word}: a number too many; --x and --w take several, --play=SECONDS and all others one")
    if before and command != CHECK:
        raise UsageError(f"{word}: a second scenario after {before[0]}; expected one")
    if not word:
        raise UsageError("an empty word; expected a built-in scenario or the path of a TOML file")


def _check_option(name: str, command: str, given: Collection[str]) -> None:
    option = _OPTIONS.get(name)
    if option is None:
        hint = similar(name.strip("-"), [known.strip("-") for known in (*_OPTIONS, HELP, VERSION)], "--")
        raise UsageError(f"{name}: unknown option; {hint}`backprop-tui --help` lists all")
    if command in (CHECK, SCENARIOS):
        raise UsageError(f"{name}: no options here; expected {_FORMS[command]}")
    if command not in option.commands:
        here, there = ("`trace`", "application") if command == TRACE else ("the application", "command `trace`")
        raise UsageError(f"{name}: not an option of {here}; it belongs to the {there}")
    if name in given:
        raise UsageError(f"{name}: given twice; expected once")
    if {name, *given} >= {"--mouse", "--no-mouse"}:
        raise UsageError("--mouse and --no-mouse contradict each other; expected one of them")


Words = deque[str]


class _Option(NamedTuple):
    """An option: what reads its value, from behind an = or from the words that follow; who has it; a value."""

    reader: Callable[[str, str | None, Words], object]
    commands: tuple[str, ...]
    example: str = ""


def _number(name: str, attached: str | None, rest: Words) -> float:
    word = _value(name, attached, rest)
    if not _is_number(word):
        likely = word.replace(",", ".").replace("−", "-")
        hint = f"did you mean {likely}?" if _is_number(likely) else f"expected one such as {_OPTIONS[name].example}"
        raise UsageError(f"{name} {word}: not a number; {hint}")
    number = float(word)
    if not math.isfinite(number):
        raise UsageError(f"{name} {word}: not a finite number; expected one of at most 1.79e308")
    return number


def _numbers(name: str, attached: str | None, rest: Words) -> tuple[float, ...]:
    numbers = [_number(name, attached, rest)]
    while rest and _is_number(rest[0]):
        numbers.append(_number(name, None, rest))
    return tuple(numbers)


def _whole(name: str, attached: str | None, rest: Words) -> int:
    word = _value(name, attached, rest)
    try:
        return int(word)
    except ValueError as error:
        problem = f"{name} {word}: not a whole number; expected one such as {_OPTIONS[name].example}"
        raise UsageError(problem) from error


def _seconds(name: str, attached: str | None, rest: Words) -> float:
    seconds = _number(name, attached, rest)
    if seconds <= 0:
        raise UsageError(f"{name} {seconds:g}: expected a number of seconds above 0")
    return seconds


def _pace(name: str, attached: str | None, rest: Words) -> float:
    return USUAL_PACE if attached is None else _seconds(name, attached, rest)


def _value(name: str, attached: str | None, rest: Words) -> str:
    """The word that is the value of option `name`."""
    if attached:
        return attached
    if attached is None and rest and not _is_option(rest[0]):
        return rest.popleft()
    raise UsageError(f"{name}: its value is missing; expected for example {name} {_OPTIONS[name].example}")


def _flag(name: str, attached: str | None, _rest: Words) -> bool:
    if attached is not None:
        raise UsageError(f"{name}={attached}: takes no value; expected {name}")
    return True


_BOTH = (APPLICATION, TRACE)

_OPTIONS = {
    "--x": _Option(_numbers, _BOTH, "2"),
    "--w": _Option(_numbers, _BOTH, "1.5"),
    "--b": _Option(_number, _BOTH, "0.5"),
    "--y": _Option(_number, _BOTH, "4"),
    "--activation": _Option(_value, _BOTH, "relu"),
    "--loss": _Option(_value, _BOTH, "mse"),
    "--lr": _Option(_number, _BOTH, "0.1"),
    "--epochs": _Option(_whole, (TRACE,), "10"),
    "--format": _Option(_value, (TRACE,), "jsonl"),
    "--check": _Option(_flag, (TRACE,)),
    "--epoch": _Option(_whole, (APPLICATION,), "2"),
    "--sample": _Option(_whole, (APPLICATION,), "1"),
    "--stage": _Option(_whole, (APPLICATION,), "3"),
    "--play": _Option(_pace, (APPLICATION,), "0.5"),
    "--ascii": _Option(_flag, (APPLICATION,)),
    "--mouse": _Option(_flag, (APPLICATION,)),
    "--no-mouse": _Option(_flag, (APPLICATION,)),
    "--kiosk": _Option(_flag, (APPLICATION,)),
    "--idle-reset": _Option(_seconds, (APPLICATION,), "60"),
    "--loop": _Option(_flag, (APPLICATION,)),
    "--debug": _Option(_flag, (APPLICATION,)),
}
