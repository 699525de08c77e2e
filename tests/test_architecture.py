"""The shape of the code: who may know whom, read from the imports and, once, from a running interpreter."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Set
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import backprop_tui

PACKAGE = Path(backprop_tui.__file__).parent
TESTS = Path(__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

# core → stepper → present → panels → screens → app → cli: each may know those before it.  `terminal` is what we
# override in textual, for any application; and some modules belong to no room.
ROOMS = ["core", "stepper", "present", "panels", "screens", "app", "cli"]
KNOWS = {room: {*ROOMS[:number]} for number, room in enumerate(ROOMS)} | {
    "panels": {"present", "stepper"},
    "terminal": set(),
    "launch": {"core"},
    "options": {"core", "stepper", "present", "launch"},
    "screenshot": {"app", "launch", "present", "screens"},
    "run": {"app", "launch", "terminal"},
    "__main__": {"cli"},
    "__init__": set(),
}
KNOWS["screens"] |= {"launch"}
KNOWS["app"] |= {"launch", "terminal"}
KNOWS["cli"] |= {"options", "run", "screenshot", "terminal"}
LIBRARIES = {
    "present": {"rich"},
    **{room: {"rich", "textual"} for room in ("terminal", "panels", "screens", "app", "screenshot")},
}


def room_of(file: Path) -> str:
    first = file.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def module_of(file: Path) -> str:
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


MODULES = {module_of(file): file for file in FILES}


def imports(file: Path) -> Iterator[str]:
    """The dotted name of every import in `file`; those inside functions and under TYPE_CHECKING are knowledge, too."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else str(node.module) for name in names)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_module_imports_only_what_its_room_may_know(file: Path) -> None:
    room = room_of(file)
    assert room in KNOWS, f"{room} is no room: say in this test what it may know"
    for name in imports(file):
        top, _, rest = name.partition(".")
        if top == "backprop_tui":
            known = rest.partition(".")[0]
            assert known in {"", room} | KNOWS[room], f"{room} must not know {name}"
        else:
            assert top in sys.stdlib_module_names | LIBRARIES.get(room, set()), f"{room} must not know {name}"


def circle(knows: Mapping[str, Set[str]]) -> list[str]:
    """The modules of one circle in which each knows the next, and the last the first; none where there is no circle."""
    try:
        TopologicalSorter(knows).prepare()
    except CycleError as error:
        return list(error.args[1][:0:-1])  # it lists who is known before who knows
    return []


def test_no_modules_know_each_other_in_a_circle() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert sorted(circle({"a": {"b"}, "b": {"c"}, "c": {"b"}})) == ["b", "c"]
    known = {module: {name for name in imports(file) if name in MODULES} for module, file in MODULES.items()}
    assert circle(known) == []


def test_panels_know_of_the_stepper_only_the_state() -> None:
    known = {name for file in FILES if room_of(file) == "panels" for name in imports(file)}
    assert {name for name in known if name.startswith("backprop_tui.stepper")} <= {"backprop_tui.stepper.state"}


def loaded_after(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after `code`."""
    report = "; import sys; print('\\n', *{name.partition('.')[0] for name in sys.modules})"
    where = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}  # the package under test, installed or not
    command = [sys.executable, "-P", "-c", code + report]
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=where)
    return set(run.stdout.splitlines()[-1].split())


@pytest.mark.system
def test_everything_below_the_panels_and_the_command_line_load_without_textual() -> None:
    rooms = ("core", "stepper", "present", "launch", "options", "cli")
    modules = [module for module, file in MODULES.items() if room_of(file) in rooms]
    assert len(modules) > 20
    loaded = loaded_after("; ".join(f"import {module}" for module in modules))
    assert "backprop_tui" in loaded
    assert "textual" not in loaded


@pytest.mark.system
def test_trace_and_new_load_neither_textual_nor_rich() -> None:
    if not (PACKAGE / "cli.py").exists():
        pytest.skip("there is no command line yet")
    forms = ("text", "jsonl", "csv", "markdown", "python", "pytorch")
    for words in (["new", "2-3-1"], *(["trace", "--format", form] for form in forms)):
        loaded = loaded_after(f"from backprop_tui.cli import main; assert main({words}) == 0")
        assert "backprop_tui" in loaded
        assert not loaded & {"textual", "rich"}


@pytest.mark.parametrize("folder", [PACKAGE, TESTS], ids=["package", "tests"])
def test_files_stay_within_350_lines_and_functions_within_60(folder: Path) -> None:
    long = []
    for file in sorted(folder.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        if text.count("\n") > 350:
            long.append(f"{file.relative_to(folder)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > 60:
                    long.append(f"{file.relative_to(folder)}: {node.name} has {length} lines")
    assert not long, "\n".join(long)
