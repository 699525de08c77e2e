"""What can be opened: the built-in scenarios, found by their names and titles, and files."""

import stat
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from backprop_tui.core.names_elsewhere import scenarios_like
from backprop_tui.core.scenario import Scenario, ScenarioError
from backprop_tui.core.scenario_file import builtin_names, load
from backprop_tui.core.text_file import path_of
from backprop_tui.present.sentences import counted
from backprop_tui.stepper.state import State


class Offer(NamedTuple):
    """A built-in scenario."""

    name: str
    title: str


@cache
def offers() -> tuple[Offer, ...]:
    """All of them, in the order of `builtin_names`."""
    return tuple(Offer(name, load(name).title) for name in builtin_names())


def matching(text: str) -> tuple[Offer, ...]:
    """Those with every word of `text` in name or title, in whatever case; the one so called first, then its like."""
    words, name = text.lower().split(), text.strip().lower()
    found = [one for one in offers() if all(word in f"{one.name} {one.title}".lower() for word in words)]
    return tuple(sorted(found, key=lambda one: (one.name != name, not one.name.startswith(name), name not in one.name)))


def is_path(text: str) -> bool:
    """Whether `text` is taken for the path of a file: it has a / in it, ends in .toml, or there is such a file.

    The name of a built-in scenario is none, as on the command line.
    """
    text = text.strip()
    if not text or text in builtin_names():
        return False
    return "/" in text or text.lower().endswith(".toml") or _is_file(text)


def _is_file(text: str) -> bool:
    try:
        return path_of(text).is_file()
    except (OSError, ValueError):
        return False


def read(text: str) -> Scenario:
    """The scenario in the file at the path `text`.  Raises ScenarioError as `load` does, and for every pipe.

    On the command line one that this process was started with is read; here it would be waited for.
    """
    path = path_of(text.strip())
    try:
        is_pipe = stat.S_ISFIFO(path.stat().st_mode)
    except (OSError, ValueError):
        is_pipe = False  # or none: let it be said by what reads it
    if is_pipe:
        raise ScenarioError(text, "is not a regular file; expected a TOML file")
    return load(f"./{path}" if f"{path}" in builtin_names() else f"{path}")  # a Path drops the ./ that was typed


def about_text(text: str, found: Sequence[Offer], chosen: Offer | None, *, files: bool) -> str:
    """What `text` is taken for and what Enter does, where `chosen` is the one of those `found` that it would open."""
    if files and is_path(text):
        return "Taken for the path of a file. Enter opens it."
    if chosen is None:
        likely = _meant(text.strip(), files=files)
        path = "a path has a / in it or ends in .toml" if files else ""
        return "; ".join(filter(None, ("! no built-in scenario has that in its name or title", likely, path)))
    among = f"{len(found)} of {len(offers())} built-in scenarios" if text.strip() else "Type to filter"
    path = ", or the path of a file" if files and not text.strip() else ""
    return f"{among}{path}. Enter opens {chosen.name}."


def _meant(text: str, *, files: bool) -> str:
    """What `text`, which is neither, may stand for, as a question; empty where nothing is near."""
    return f"did you mean {text}.toml?" if files and _is_file(f"{text}.toml") else scenarios_like(text, builtin_names())


def about_leaving(state: State) -> str:
    """What opening another scenario means for the run on screen."""
    edits = len(state.undo)
    lost = "" if not edits else ", and its edit is lost" if edits == 1 else f", and its {counted(edits)} edits are lost"
    return f"The run on screen is given up{lost}."
