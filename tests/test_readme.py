"""What the README says is so: keys, options, names, examples, pictures."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from backprop_tui import __version__
from backprop_tui.cli import main
from backprop_tui.core import ops
from backprop_tui.core.expression import Name, evaluate
from backprop_tui.core.scenario_file import builtin_names, parse
from backprop_tui.options.usage import USAGE
from backprop_tui.present.commands import COMMANDS, Command
from tests.driving import lines, shown
from tests.test_architecture import ROOMS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")

VALUES = {
    "X…": "2",
    "W…": "1.5",
    "B": "0.5",
    "Y": "0.8",
    "RATE": "0.2",
    "PROGRAM": "-x^2",
    "NAME=NUMBER…": "x=-2",
    "N": "2",
    "FORMAT": "csv",
    "E": "2",
    "S": "1",
    "K": "3",
    "SIZE": "all",
    "SECONDS": "0.5",
    "COLUMNSxROWS": "100x30",
}
"""What may stand for each placeholder of the options' table; a NAME depends on its option."""
NAMES = {"--activation": "sigmoid", "--loss": "bce", "--optimizer": "adam", "--theme": "nord", "--init": "he"}
NEEDED = {"--loop": ["--play"], "--expr": ["--at", "x=-2"], "--at": ["--expr", "x^2"]}
"""What an option cannot do without."""


def section(title: str) -> str:
    """The README's text under the heading `title`."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def blocks(language: str, text: str = README) -> list[str]:
    """The code blocks in `language`."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def key_table() -> str:
    """The table of keys as the commands' declarations have it, two commands a row."""

    def cells(command: Command) -> str:
        return f"{' '.join(f'`{key}`' for key in command.shown)} | {command.help}"

    every = [*map(cells, COMMANDS), " | "][: len(COMMANDS) + len(COMMANDS) % 2]  # an odd one stands beside nothing
    rows = (f"| {left} | {right} |" for left, right in zip(every[::2], every[1::2], strict=True))
    return "\n".join(("| key | does | key | does |", "|---|---|---|---|", *rows))


def test_the_key_table_is_what_the_commands_declare() -> None:
    table = "\n".join(line for line in section("Keys").splitlines() if line.startswith("|"))
    assert table == key_table(), f"the README's table of keys should be\n{key_table()}"


OPTIONS = re.findall(
    r"`(--[a-z-]+)([ =[]*)([A-Za-z]+(?:=[A-Z]+)?…?)?\]?`", section("Command line").split("\n|---|---|\n")[1]
)
EXAMPLES = [shlex.split(line, comments=True) for line in blocks("sh", section("Command line"))[0].splitlines()]


def test_the_options_are_those_of_the_help() -> None:
    assert sorted(name for name, _, _ in OPTIONS) == sorted(set(re.findall(r"(?<![\w-])--[a-z]+[a-z-]*", USAGE)))
    for name, between, placeholder in OPTIONS:
        assert f"{name}{between}{placeholder}" in USAGE


def accepted(words: list[str], capsys: pytest.CaptureFixture[str]) -> bool:
    """Whether the program does what `words` ask for, or would if there were a terminal."""
    status = main(words)
    output, said = capsys.readouterr()
    # A terminal is what is asked for last: words that are wrong are refused before.
    return (status, said) == (0, "") if output else said.startswith("backprop-tui: no terminal")


@pytest.mark.parametrize(("name", "between", "placeholder"), OPTIONS, ids=[name for name, _, _ in OPTIONS])
def test_every_option_is_accepted(
    name: str, between: str, placeholder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    value = NAMES[name] if placeholder == "NAME" else VALUES.get(placeholder, "")
    words = [f"{name}={value}"] if "=" in between else [name, value] if value else [name]
    words += NEEDED.get(name, [])
    commands = (["sigmoid"], ["trace", "sigmoid"], ["screen", "sigmoid"], ["new", "2-1"])
    commands = ([], ["trace"], ["screen"]) if "--expr" in words else commands
    assert any(accepted([*command, *words], capsys) for command in commands)


@pytest.mark.parametrize("words", EXAMPLES, ids=shlex.join)
def test_every_example_of_the_command_line_runs(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert words[0] == "backprop-tui"
    assert accepted(words[1:], capsys)


def test_what_is_built_in_is_named() -> None:
    names = section("Scenarios").split(".")[0]
    assert re.findall(r"`(.*?)`", names) == list(builtin_names())
    ((activations, losses),) = re.findall(r"Activations: (.*?)\. Losses: (.*?)\.", section("Command line"))
    assert re.findall(r"`(.*?)`", activations) == list(ops.ACTIVATIONS)
    assert re.findall(r"`(.*?)`", losses) == list(ops.LOSSES)


@pytest.mark.parametrize("text", blocks("toml"))
def test_a_scenario_in_the_readme_runs_and_gives_what_it_expects(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expectations = parse(text, "readme").expectations
    assert expectations
    (tmp_path / "readme.toml").write_text(text, encoding="utf-8")
    assert main(["trace", str(tmp_path / "readme.toml"), "--format", "jsonl"]) == 0
    stages = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    values = {(stage["epoch"], stage["sample"], stage["quantity"]): stage["value"] for stage in stages}
    for epoch, sample, quantity, printed, _tolerance in expectations:
        assert values[epoch, sample, quantity] == pytest.approx(float(printed), abs=1e-12)


def test_the_activation_in_the_readme_is_one() -> None:
    (text,) = blocks("python", section("The code"))
    row = eval(text, vars(ops).copy())  # noqa: S307 - the text is the project's own
    assert isinstance(row, ops.Activation)
    answer, slope = row.rule(Name("z")), row.slope(Name("z"), Name("a"))
    for z in (-7.5, -1.0, -0.01, 0.25, 3.0, 40.0):
        below, a, above = (evaluate(answer, {"z": z + move}) for move in (-1e-5, 0.0, 1e-5))
        assert row.low <= a <= row.high
        assert evaluate(slope, {"z": z, "a": a}) == pytest.approx((above - below) / 2e-5, rel=1e-5)


async def test_the_application_in_the_readme_embeds_the_panels() -> None:
    (text,) = blocks("python", section("In a browser, and in an application of your own"))
    program, _, last = text.strip().rpartition("\n")
    assert last == "Lesson().run()"
    names: dict[str, Any] = {"__name__": __name__}
    exec(program, names)  # noqa: S102 - the text is the project's own
    app = names["Lesson"]()
    async with app.run_test(size=(100, 240)) as pilot:
        assert "0.3775" not in shown(app)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert "= 0.3775" in shown(app)  # the first stage that there is; Mazur prints net_h1 = 0.3775
        row = next(y for y, line in enumerate(lines(app)) if line.lstrip().startswith("∂L/∂w1_1_1"))
        await pilot.click(offset=(10, row))
        await pilot.pause()
        assert "0.0004386" in shown(app)  # and ∂E/∂w1 = 0.000438568


def test_every_file_that_is_named_is_there_and_every_picture_is_shown() -> None:
    linked = set(re.findall(r"\]\(([\w./-]+)\)", README))
    named = set(re.findall(r"`(?:python )?([\w/]+\.py)`", README))
    assert [file for file in linked if not (ROOT / file).is_file()] == []
    assert [file for file in named if not any((ROOT / room / file).is_file() for room in (".", "backprop_tui"))] == []
    assert {f"screenshots/{file.name}" for file in (ROOT / "screenshots").glob("*.svg")} <= linked


def test_the_rooms_are_those_of_the_package() -> None:
    """Those of the picture, in the order of the architecture's test; and nothing at the top is left unexplained."""
    code = section("The code")
    assert re.findall(r"\w+", blocks("", code)[0]) == ROOMS
    files = [file for file in (ROOT / "backprop_tui").iterdir() if not file.name.startswith("__")]
    there = {file.name for file in files if file.suffix == ".py" or (file / "__init__.py").is_file()}
    explanations = [line for line in code.splitlines() if line.startswith("- ")]
    assert there <= set(re.findall(r"`([\w.]+)`", "\n".join(explanations)))


def test_the_checks_find_the_one_command_that_runs_the_tests() -> None:
    (pattern,) = re.findall(r"grep -E '(.*)' README.md", (ROOT / ".ci" / "run").read_text(encoding="utf-8"))
    commands = [line for line in README.splitlines() if re.search(pattern, line)]
    assert commands == [blocks("sh")[1].strip()]


def test_the_changelog_has_this_version() -> None:
    assert f"\n## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
