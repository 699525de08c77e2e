"""Cures that do not depend on luck: where one cannot be had, the program goes on with Textual's own way.

A cure that uses a name which Textual does not promise to keep is optional.  It can be turned off, by
`TerminalApp.cures`; and where a name is missing, has another signature or raises, it is left out.
"""

from collections.abc import Callable
from enum import Enum
from types import MappingProxyType
from typing import TypeVar

Result = TypeVar("Result")


class Cure(Enum):
    """What can be left out, and what is worse without it."""

    CELL_DIFF = "whole regions are written, not the cells that changed"
    READER = "what the terminal answers is read as Textual reads it"
    IN_TURN = "of keys that arrive together, those behind one that opens something may miss it"
    SIGNALS = "after a plain SIGSTOP and SIGCONT two threads read the keys"
    FAILURE = "an unexpected error is not named"


PRIVATE_NAMES = MappingProxyType(
    {
        Cure.CELL_DIFF: (
            "_compositor",
            "_display",
            "LayoutUpdate",
            "ChopsUpdate",
            "render_segments",
            "LayoutUpdate.strips",
            "LayoutUpdate.region",
            "ChopsUpdate.chops",
            "ChopsUpdate.spans",
        ),
        Cure.READER: (
            "_xterm_parser",
            "XTermParser",
            "run_input_thread",
            "exit_event",
            "last_x",
            "mouse_pixels",
            "terminal_size",
            "terminal_pixel_size",
            "linux_driver",
            "LinuxDriver",
            "process_message",
        ),
        Cure.IN_TURN: ("send_message",),
        Cure.SIGNALS: ("_driver", "_must_signal_resume"),
        Cure.FAILURE: ("_exception",),
    }
)
"""The names that the cures use of Textual and that its documentation does not promise; of a class, its attributes."""

left_out: dict[Cure, Exception] = {}
"""The cures that could not be had in this process, and why."""


def optional(cure: Cure, attempt: Callable[[], Result], otherwise: Callable[[], Result]) -> Result:
    """What `attempt` gives; where it raises, what `otherwise`, which is Textual's own way, does.

    That is remembered in `left_out`, which `--debug` tells and the tests look into: an error of ours is no luck.
    """
    try:
        return attempt()
    except Exception as error:
        left_out[cure] = error
        return otherwise()
