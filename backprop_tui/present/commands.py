"""Every command, declared once: bindings, footer, help, command palette and the README's table come from here."""

from typing import NamedTuple


class Command(NamedTuple):
    """What a key does.

    `name` is the command's name in code, `keys` are the keys as the terminal library names them, `shown` the same
    as people write them, `help` says what happens, `footer` is the word for it in the footer (empty: not there).
    Neighbours with the same word share it there.
    """

    name: str
    keys: tuple[str, ...]
    shown: tuple[str, ...]
    help: str
    footer: str = ""


COMMANDS: tuple[Command, ...] = (
    Command("next", ("right", "space", "l"), ("→", "space", "l"), "compute the next stage", "step"),
    Command("back", ("left", "h"), ("←", "h"), "go back one stage", "step"),
    Command("next_phase", ("pagedown", "right_square_bracket"), ("PgDn", "]"), "to the end of the phase", "phase"),
    Command("previous_phase", ("pageup", "left_square_bracket"), ("PgUp", "["), "back to the phase before"),
    Command("next_stop", ("full_stop",), (".",), "on by a neuron or a layer"),
    Command("previous_stop", ("comma",), (",",), "back by a neuron or a layer"),
    Command("next_epoch", ("n",), ("n",), "same stage, an epoch later", "epoch"),
    Command("previous_epoch", ("N",), ("N",), "the same, an epoch earlier", "epoch"),
    Command("first", ("home",), ("Home",), "to the start of the epoch"),
    Command("last", ("end",), ("End",), "to the epoch's last stage"),
    Command("choose_next", ("down",), ("↓",), "choose below, or scroll"),
    Command("choose_previous", ("up",), ("↑",), "choose above, or scroll"),
    Command("jump", ("enter",), ("Enter",), "go to what is chosen"),
    Command("focus_next", ("tab",), ("Tab",), "focus the next panel"),
    Command("focus_previous", ("shift+tab",), ("shift+Tab",), "focus the one before"),
    Command("maximise", ("z",), ("z",), "this panel alone, and back", "zoom"),
    Command("edit", ("e",), ("e",), "edit any number, or a rule", "edit"),
    Command("undo", ("u",), ("u",), "undo the latest edit"),
    Command("reset", ("r",), ("r",), "to the start; edits stay"),
    Command("play", ("p",), ("p",), "play and pause", "play"),
    Command("faster", ("plus",), ("+",), "play faster"),
    Command("slower", ("minus",), ("-",), "play slower"),
    Command("go_to", ("g",), ("g",), "go to any epoch and stage"),
    Command("train", ("c",), ("c",), "train on: many epochs", "train"),
    Command("verify", ("v",), ("v",), "verify the gradients"),
    Command("answers", ("a",), ("a",), "answers to every sample"),
    Command("open", ("o",), ("o",), "open another scenario"),
    Command("save", ("s",), ("s",), "save scenario or screen"),
    Command("repaint", ("ctrl+l",), ("ctrl+l",), "paint everything anew"),
    Command("suspend", ("ctrl+z",), ("ctrl+z",), "suspend the program"),
    Command("help", ("question_mark",), ("?",), "this help", "help"),
    Command("quit", ("q",), ("q",), "quit", "quit"),
)


def command(name: str) -> Command:
    """The command called `name`.  Raises KeyError for an unknown name."""
    return _BY_NAME[name]


_BY_NAME = {one.name: one for one in COMMANDS}
