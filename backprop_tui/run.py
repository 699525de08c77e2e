"""Open the application, and whatever happens leave a terminal as it was and one line to read."""

import re
import sys
import termios
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from backprop_tui.launch import Launch
from backprop_tui.terminal import signals
from backprop_tui.terminal.environment import draw_in_ascii
from backprop_tui.terminal.optional import left_out

if TYPE_CHECKING:
    from backprop_tui.app import BackpropApp

HOW_TO_REPORT = "please report it with what `backprop-tui --debug` says"

_PATH = re.compile(r"\S*/[^\s/]+/\S*")
_LONGEST = 200  # characters of what an error says
_OFF = (1000, 1003, 1006, 1015, 1016, 1004, 2004, 1049)  # the private modes that textual switches on
_RESTORE = "".join(("\x1b[<u", *(f"\x1b[?{mode}l" for mode in _OFF), "\x1b[?7h\x1b[?25h"))


def run(launch: Launch, *, debug: bool = False) -> int:
    """Open the application and wait until it is quit; the exit status, 1 after an unexpected error.

    No error, wherever it arises, says more than one line, which names no path; with `debug` all there is to say.
    """
    if not debug:
        _keep_short()
    with _terminal_restored():
        failure, status = _opened(launch, debug=debug)
    if debug:
        for cure, error in left_out.items():
            sys.stderr.write(f"backprop-tui: left out: {cure.name}, so {cure.value}: {error!r}\n")
    elif failure:
        line = "".join(letter if letter.isprintable() else " " for letter in _PATH.sub("…", failure))
        sys.stderr.write(f"backprop-tui: unexpected {line[:_LONGEST]}; {HOW_TO_REPORT}\n")
    return status


def _opened(launch: Launch, *, debug: bool) -> tuple[str, int]:
    """What ended it unexpectedly, if anything, and the exit status."""
    try:
        app = _application(launch, debug=debug)
        if launch.ascii:
            draw_in_ascii()
        app.run(mouse=launch.mouse)
    except Exception as error:
        if debug:
            raise
        return f"{type(error).__name__}: {error}", 1
    return app.failure, 1 if app.failure else app.return_code or 0


def _application(launch: Launch, *, debug: bool) -> "BackpropApp":
    from backprop_tui.app import BackpropApp  # noqa: PLC0415 - an error on the way is to be one line, too

    if not launch.kiosk:
        return BackpropApp(launch, debug=debug)
    from backprop_tui.terminal.kiosk import Kiosk  # noqa: PLC0415 - likewise

    class KioskApp(Kiosk, BackpropApp):
        """`BackpropApp` cut off from its host."""

    return KioskApp(launch, debug=debug)


def _keep_short() -> None:
    """Have threads and objects that fail on their way out keep it to themselves: Python would print tracebacks."""

    def silent(_: object) -> None:
        """Say nothing."""

    warnings.simplefilter("ignore")
    threading.excepthook = silent
    sys.unraisablehook = silent


@contextmanager
def _terminal_restored() -> Iterator[None]:
    """Leave the terminal as it was, should textual have failed before or while it did."""
    keyboard, screen, modes = sys.__stdin__, sys.__stderr__, None
    with suppress(termios.error, OSError, ValueError):
        modes = termios.tcgetattr(keyboard) if keyboard else None
    try:
        yield
    finally:
        with suppress(termios.error, OSError, ValueError):
            if keyboard and screen and modes and modes != termios.tcgetattr(keyboard):
                termios.tcsetattr(keyboard, termios.TCSANOW, modes)
                screen.write(_RESTORE)
                screen.flush()
        signals.ended()
