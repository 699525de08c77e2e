"""What the words on the command line ask for.

Read by hand, because argparse takes -1e-05 for an option, completes abbreviations and lets a repeated option pass.
"""

import re
from collections import deque
from collections.abc import Callable, Collection, Sequence
from itertools import takewhile
from typing import Any, Literal, NamedTuple

from backprop_tui.options.numbers import UsageError, as_float, assignments, finite, is_number

APPLICATION, TRACE, SCREEN, CHECK, SCENARIOS, NEW = "application", "trace", "screen", "check", "scenarios", "new"
HELP, VERSION = "--help", "--version"
"""The commands; the first is the one that needs no word."""

STANDARD_INPUT = "-"
"""The scenario that is read from there."""

USUAL_PACE = 1.0
"""Seconds from stage to stage where ``--play`` stands alone."""

_FORMS = {
    TRACE: "`backprop-tui trace [SCENARIO] [OPTIONS]`",
    SCREEN: "`backprop-tui screen [SCENARIO] [OPTIONS]`",
    CHECK: "`backprop-tui check [SCENARIO…]`",
    SCENARIOS: "`backprop-tui scenarios`",
    NEW: "`backprop-tui new SHAPE [OPTIONS]`",
}
"""The words that are commands, and only as the first one."""

_SHORT = {"-h": HELP, "-V": VERSION}
_END_OF_OPTIONS = "--"
_MOST_COUNTED = 10_000_000  # a larger whole number is hardly meant as one
_LARGEST = (500, 200)
"""The most columns and rows of a screen that is printed."""


class Request(NamedTuple):
    """What is asked for, each number finite; None where it is for others to say what holds without the option."""

    command: str = APPLICATION
    scenarios: tuple[str, ...] = ()  # at most one, but to check; the shape of a new one
    x: tuple[float, ...] | None = None
    w: tuple[float, ...] | None = None
    b: float | None = None
    y: float | None = None
    activation: str | None = None
    loss: str | None = None
    lr: float | None = None
    optimizer: str | None = None
    batch_size: int | Literal["all"] | None = None
    expr: str | None = None
    at: tuple[tuple[str, float], ...] | None = None
    init: str | None = None
    seed: int | None = None
    epochs: int = 1
    format: str = "text"
    check: bool = False
    epoch: int = 1
    sample: int = 1
    stage: int | str = 0
    theme: str | None = None
    size: tuple[int, int] = (80, 24)
    play: float | None = None
    ascii: bool = False
    mouse: bool | None = None
    kiosk: bool = False
    no_quit: bool = False
    idle_reset: float | None = None
    loop: bool = False
    debug: bool = False


def read(words: Sequence[str]) -> Request:
    """The request that `words` (without the program's name) make.  Raises UsageError where they make none."""
    options = takewhile(lambda word: word != _END_OF_OPTIONS, words)
    for word in options:
        if (asked := _SHORT.get(word, word)) in (HELP, VERSION):
            return Request(asked)
    rest = deque(words)
    command = rest.popleft() if rest and rest[0] in _FORMS else APPLICATION
    scenarios: list[str] = []
    try:
        given = _given(rest, command, scenarios)
    except UsageError:
        misplaced = next((word for word in scenarios if command == APPLICATION and word in _FORMS), None)
        if misplaced:
            raise UsageError(command_first(misplaced)) from None
        raise
    if "--no-mouse" in given:
        del given["--no-mouse"]
        given["--mouse"] = False
    return Request(command, tuple(scenarios), **{_field(name): value for name, value in given.items()})


def _given(rest: "Words", command: str, scenarios: list[str]) -> dict[str, Any]:
    """The options among the words and their values, as `Request` has them; the others are added to `scenarios`."""
    given: dict[str, Any] = {}
    options_end = False
    while rest:
        word = rest.popleft()
        if word == _END_OF_OPTIONS and not options_end:
            options_end = True
        elif _is_option(word) and not options_end:
            name, equals, value = word.partition("=")
            _check_option(name, command, given)
            given[name] = _OPTIONS[name].reader(name, value if equals else None, rest)
        else:
            scenarios.append(word)
            _check_scenario(word, command, scenarios[:-1], may_be_number=options_end)
    return given


def command_first(command: str) -> str:
    """What is said where a command is not the first word."""
    return f"{command}: the command comes first; expected {_FORMS[command]}"


def is_command(word: str) -> bool:
    """Whether `word` is a command in first place."""
    return word in _FORMS


def command_meant(word: str) -> str:
    """The command line that a word, which is no scenario, likely stands for; empty where it stands for none."""
    from backprop_tui.options.elsewhere import command_like  # noqa: PLC0415 - needed for a wrong word only

    return command_like(word, tuple(_FORMS))


def _field(option: str) -> str:
    """The field of `Request` that an option fills."""
    return option.removeprefix("--").replace("-", "_")


def similar(word: str, known: Sequence[str]) -> str:
    """A question after the one of `known` that `word` may be a misspelling of; empty where none is near."""
    from backprop_tui.core.names_elsewhere import did_you_mean  # noqa: PLC0415 - needed for a misspelt word only

    return did_you_mean(word, known)


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != STANDARD_INPUT and not is_number(word)


def _check_scenario(word: str, command: str, before: Sequence[str], *, may_be_number: bool) -> None:
    if command == SCENARIOS:
        raise UsageError(f"{word}: one word too many; expected {_FORMS[command]}")
    if command == NEW:
        if before:
            raise UsageError(f"{word}: a second shape after {before[0]}; expected one, such as 2-3-1")
        return
    if not word:
        raise UsageError("an empty word; expected a built-in scenario or the path of a TOML file")
    if is_number(word) and command != CHECK and not may_be_number:
        raise UsageError(f"{word}: a number too many; --x and --w take several, all other options one")
    if word == STANDARD_INPUT and command == APPLICATION:
        raise UsageError("-: the application reads its keys there; expected a name or path (or trace, screen, check)")
    if word == STANDARD_INPUT and word in before:
        raise UsageError("-: given twice; standard input can be read once")
    if before and command != CHECK:
        if is_command(word) and command == APPLICATION:
            raise UsageError(command_first(word))
        raise UsageError(f"{word}: a second scenario after {before[0]}; expected one")


def _check_option(name: str, command: str, given: Collection[str]) -> None:
    option = _OPTIONS.get(name)
    if option is None:
        from backprop_tui.options.elsewhere import hint  # noqa: PLC0415 - needed for a wrong option only

        raise UsageError(f"{name}: {hint(name, (*_OPTIONS, *_SHORT, HELP, VERSION))}`backprop-tui --help` lists all")
    if command in (CHECK, SCENARIOS):
        raise UsageError(f"{name}: no options here; expected {_FORMS[command]}")
    if command not in option.commands:
        here = "the application" if command == APPLICATION else f"`{command}`"
        there = " and ".join("the application" if one == APPLICATION else f"`{one}`" for one in option.commands)
        raise UsageError(f"{name}: not an option of {here}; it belongs to {there}")
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
    if not is_number(word):
        raise UsageError(f"{name} {word}: {_no_number(name, word)}")
    return finite(name, word)


def _no_number(name: str, word: str) -> str:
    """What is wrong with a word that is no number, and what would be right."""
    from backprop_tui.core.number_spelling import likely_number  # noqa: PLC0415 - needed for a wrong number only

    several = word.replace(",", " ").replace(";", " ").strip("[]() ").split()
    if _OPTIONS[name].reader is _numbers and len(several) > 1 and all(map(is_number, several)):
        return f"not a number; expected several with blanks between, {name} {' '.join(several)}"
    likely = likely_number(word)
    return f"not a number; did you mean {likely}?" if likely else f"not a number; expected one such as {_example(name)}"


def _numbers(name: str, attached: str | None, rest: Words) -> tuple[float, ...]:
    numbers = [_number(name, attached, rest)]
    while rest and is_number(rest[0]):
        numbers.append(_number(name, None, rest))
    return tuple(numbers)


def _program(name: str, attached: str | None, rest: Words) -> str:
    """A program, which may begin with a minus."""
    if attached is None and rest and rest[0].partition("=")[0] not in _OPTIONS:
        return rest.popleft()
    return _value(name, attached, rest)


def _assignments(name: str, attached: str | None, rest: Words) -> tuple[tuple[str, float], ...]:
    """``NAME=NUMBER`` as often as it stands there."""
    words = [_value(name, attached, rest)]
    while rest and "=" in rest[0] and not _is_option(rest[0]):
        words.append(rest.popleft())
    return assignments(name, words, _example(name))


def _whole(name: str, attached: str | None, rest: Words) -> int:
    word = _value(name, attached, rest)
    try:
        return int(word.replace("−", "-"))
    except ValueError as error:
        meant = is_number(word) and as_float(word).is_integer() and abs(as_float(word)) < _MOST_COUNTED
        hint = f"did you mean {as_float(word):.0f}?" if meant else f"expected one such as {_example(name)}"
        raise UsageError(f"{name} {word}: not a whole number; {hint}") from error


def _batch_size(name: str, attached: str | None, rest: Words) -> int | str:
    word = _value(name, attached, rest)
    return "all" if word.lower() == "all" else _whole(name, word, rest)


def _stage(name: str, attached: str | None, rest: Words) -> int | str:
    word = _value(name, attached, rest)
    return _whole(name, word, rest) if is_number(word) else word


def _size(name: str, attached: str | None, rest: Words) -> tuple[int, int]:
    word = _value(name, attached, rest)
    match = re.fullmatch(r"(\d{1,9})[x×](\d{1,9})", word, re.ASCII | re.IGNORECASE)
    if not match:
        numbers = re.fullmatch(r"(\d{1,9})\W+(\d{1,9})", word, re.ASCII)
        hint = f"did you mean {numbers[1]}x{numbers[2]}?" if numbers else f"such as {_example(name)}"
        raise UsageError(f"{name} {word}: not a size; expected columns x rows, {hint}")
    columns, rows = int(match[1]), int(match[2])
    if not (1 <= columns <= _LARGEST[0] and 1 <= rows <= _LARGEST[1]):
        raise UsageError(f"{name} {word}: expected from 1x1 to {_LARGEST[0]}x{_LARGEST[1]}")
    return columns, rows


def _seconds(name: str, attached: str | None, rest: Words) -> float:
    seconds = _number(name, attached, rest)
    if seconds <= 0:
        raise UsageError(f"{name} {seconds:g}: expected a number of seconds above 0")
    return seconds


def _pace(name: str, attached: str | None, rest: Words) -> float:
    alone = attached is None and not (rest and is_number(rest[0]))
    return USUAL_PACE if alone else _seconds(name, attached, rest)


def _value(name: str, attached: str | None, rest: Words) -> str:
    """The word that is the value of option `name`."""
    if attached:
        return attached
    if attached is None and rest and not _is_option(rest[0]):
        return rest.popleft()
    raise UsageError(f"{name}: its value is missing; expected for example {name} {_example(name)}")


def _example(name: str) -> str:
    return _OPTIONS[name].example


def _flag(name: str, attached: str | None, _rest: Words) -> bool:
    if attached is not None:
        raise UsageError(f"{name}={attached}: takes no value; expected {name}")
    return True


_ALL = (APPLICATION, TRACE, SCREEN)
_ALL_AND_NEW = (*_ALL, NEW)
_PLACED = (APPLICATION, SCREEN)

_OPTIONS = {
    "--x": _Option(_numbers, _ALL, "2"),
    "--w": _Option(_numbers, _ALL, "1.5"),
    "--b": _Option(_number, _ALL, "0.5"),
    "--y": _Option(_number, _ALL, "4"),
    "--activation": _Option(_value, _ALL_AND_NEW, "relu"),
    "--loss": _Option(_value, _ALL_AND_NEW, "mse"),
    "--lr": _Option(_number, _ALL_AND_NEW, "0.1"),
    "--optimizer": _Option(_value, _ALL_AND_NEW, "adam"),
    "--batch-size": _Option(_batch_size, _ALL_AND_NEW, "4 or all"),
    "--init": _Option(_value, (NEW,), "xavier"),
    "--seed": _Option(_whole, (NEW,), "1"),
    "--expr": _Option(_program, _ALL, '"(x + y)*z"'),
    "--at": _Option(_assignments, _ALL, "x=-2 y=5 z=-4"),
    "--ascii": _Option(_flag, _ALL),
    "--epochs": _Option(_whole, (TRACE,), "10"),
    "--check": _Option(_flag, (TRACE,)),
    "--format": _Option(_value, (TRACE, SCREEN), "text"),
    "--size": _Option(_size, (SCREEN,), "80x24"),
    "--epoch": _Option(_whole, _PLACED, "2"),
    "--sample": _Option(_whole, _PLACED, "1"),
    "--stage": _Option(_stage, _PLACED, "3"),
    "--theme": _Option(_value, _PLACED, "backprop-light"),
    "--play": _Option(_pace, (APPLICATION,), "0.5"),
    "--mouse": _Option(_flag, (APPLICATION,)),
    "--no-mouse": _Option(_flag, (APPLICATION,)),
    "--kiosk": _Option(_flag, (APPLICATION,)),
    "--no-quit": _Option(_flag, (APPLICATION,)),
    "--idle-reset": _Option(_seconds, (APPLICATION,), "60"),
    "--loop": _Option(_flag, (APPLICATION,)),
    "--debug": _Option(_flag, (APPLICATION,)),
}
