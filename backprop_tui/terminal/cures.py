"""What the stack below does wrong, and the cure for each fault, so that it can be taken out when upstream is mended.

Textual is 8.2.8 where a fault was seen; numbers are issues and pull requests of Textualize/textual.  Nothing here
imports textual before `prepare` has cleaned the environment, because its constants are read on import.
"""

import asyncio
import os
import re
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, partial
from io import TextIOWrapper
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual._widget_navigation import Direction
    from textual.driver import Driver
    from textual.events import Key
    from textual.message import Message

SILENT_TERMS = ("", "dumb", "unknown")
"""Values of TERM for which textual would send colours and the alternate screen all the same."""

LAST_SECONDS = 3
"""How long a program that was told to end may take before the system ends it."""

_GIVE_WAY = 0.0005  # seconds
_END = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
_WHOLE_REPORT = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-Z\\-~]|O[A-Za-z])")  # but the Linux console's "ESC [ [ A"
_ESCAPED = re.compile(r"\x1b[^\x00-\x1f\x7f\[OPX\]^_]")  # the others begin a longer report
_NO_KEY = re.compile(r"\x1b\[(?:<|M|\?[0-9;]+\$y)")
_RESET_PIXEL_MOUSE = "\x1b[?1016l"
_UNTIL_IT_IS_THERE = 0.005  # seconds from look to look, while there is no screen yet
_QUIET_TURNS = 3  # of the loop without a message anywhere, after which a key has done its work


def refusal() -> str:
    """Why the application cannot open here, in one line; empty where it can."""
    # At end of file textual starts, spins at 100 % CPU and cannot be quit (#6690); it reads standard input and
    # draws on standard error.
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        return "no terminal to draw on and to read keys from; expected one, or `backprop-tui trace`"
    term = os.environ.get("TERM", "")
    if term in SILENT_TERMS:
        shown = f"TERM is {term}" if term else "TERM is not set"
        return f"{shown}, which names no terminal to draw on; expected one such as xterm, or `backprop-tui trace`"
    return ""


def prepare() -> None:
    """Make the process fit to run textual in a terminal; to be called before textual is imported."""
    clean_environment()
    # Textual writes in a thread of its own, which waits so long for the main one to give way: five milliseconds by
    # default, several times over before the first frame is out.
    sys.setswitchinterval(_GIVE_WAY)
    # Threads that textual starts inherit this, so that only the main one, which Python's handlers run in, is woken.
    signal.pthread_sigmask(signal.SIG_BLOCK, _END)


def clean_environment() -> None:
    """Take out what would change how textual runs; to be called before textual is imported."""
    # COLUMNS and LINES override the real size and freeze it against resizing.  TEXTUAL_DRIVER imports any module,
    # TEXTUAL_LOG and TEXTUAL_SCREENSHOT write files, TEXTUAL_PRESS presses keys, and a TEXTUAL_COLOR_SYSTEM of
    # nonsense is a KeyError: none of them is ours.
    for name in [*os.environ]:
        if name in ("COLUMNS", "LINES", "TEXTUAL") or name.startswith("TEXTUAL_"):
            del os.environ[name]


def speaks_utf8() -> bool:
    """Whether the terminal reads what textual writes as UTF-8; elsewhere box lines would show as escapes."""
    encoding = (getattr(sys.__stderr__, "encoding", "") or "").lower().replace("-", "").replace("_", "")
    return encoding == "utf8"


def draw_in_ascii() -> None:
    """Let a character that ASCII lacks come out as ``?``: textual's own palette is not ours to redraw."""
    if isinstance(sys.__stderr__, TextIOWrapper):
        sys.__stderr__.reconfigure(errors="replace")


def tolerate_invalid_utf8() -> None:
    """Read a byte that is no UTF-8 as �: otherwise one such byte on the input ends the application (#6456)."""
    with suppress(ImportError):  # there is no such driver on Windows
        from textual.drivers import linux_driver  # noqa: PLC0415 - only once the environment is clean

        decoder = linux_driver.getincrementaldecoder  # type: ignore[attr-defined]  # textual imports it there
        linux_driver.getincrementaldecoder = lambda name: partial(decoder(name), errors="replace")  # type: ignore[attr-defined]


def tolerate_unknown_keys() -> None:
    """Let a key report that textual does not know be no key.

    Its parser types an unknown sequence letter by letter, so that a rare function key would carry out commands, and
    raises on numbers that no key has (``ESC [ 999…;1 H``).  Mouse and mode reports are read elsewhere.  And Esc with a
    character right behind it is Alt and that character, which a form would take in: here it is Esc, then the character.
    """
    from textual._xterm_parser import XTermParser  # noqa: PLC0415 - only once the environment is clean
    from textual.events import Key  # noqa: PLC0415
    from textual.keys import Keys  # noqa: PLC0415

    known = XTermParser._sequence_to_key_events

    def tolerant(parser: XTermParser, sequence: str, alt: bool = False) -> "Iterator[Key]":
        try:
            keys = list(known(parser, sequence, alt))
        except (OverflowError, ValueError):
            keys = []
        if not keys and _ESCAPED.fullmatch(sequence):
            keys = [Key("escape", "\x1b"), *known(parser, sequence[1:])]
        elif not keys and _WHOLE_REPORT.fullmatch(sequence) and not _NO_KEY.match(sequence):
            keys = [Key(Keys.Ignore, sequence)]
        yield from keys

    XTermParser._sequence_to_key_events = tolerant  # type: ignore[method-assign, assignment]


@cache
def tolerate_early_pages() -> None:
    """Let PgUp and PgDn do nothing in a list that has not been laid out yet: they end the application (KeyError)."""
    from textual.widgets import OptionList  # noqa: PLC0415 - only when the first list, the palette's, opens

    known = OptionList._move_page

    def move_page(options: OptionList, direction: "Direction") -> None:
        if options._index_to_line:
            known(options, direction)

    OptionList._move_page = move_page  # type: ignore[method-assign, assignment]


def end_on_signals(end: Callable[[int], None]) -> None:
    """Have SIGTERM, SIGHUP and SIGINT call ``end(128 + n)``, which restores the terminal.

    Without handlers SIGTERM dies without restoring screen, cursor and mouse, and SIGINT ends with status 0.  SIGHUP
    may be ignored by the parent, who hands that down: the client gone, the application would stay at 100 % CPU.
    To be called within the running event loop.
    """
    loop = asyncio.get_running_loop()

    def tell(number: int, _frame: object) -> None:
        # A terminal that is gone or frozen may never take the last bytes: then the system ends us.  Textual waits for
        # it even within the loop, whose own signal handlers would wait with it; this one is heard all the same.
        signal.alarm(LAST_SECONDS)
        if not loop.is_closed():
            loop.call_soon_threadsafe(end, 128 + number)

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    for number in _END:
        signal.signal(number, tell)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _END)


def continue_once(driver: object, repaint: Callable[[], object]) -> None:
    """After a SIGCONT that follows no SIGTSTP (a plain ``kill -STOP``), do nothing but `repaint`.

    Textual's driver starts its input thread on every SIGCONT, be it running or not; two of them then tear the keys
    apart between them.  And from now on take sizes in their order, which resuming undoes.  To be called within the
    running event loop, with the application's driver.
    """
    loop = asyncio.get_running_loop()
    resume = signal.getsignal(signal.SIGCONT)

    def continued(number: int, frame: FrameType | None) -> None:
        if getattr(driver, "_must_signal_resume", True) and callable(resume):
            resume(number, frame)
            _resize_in_order(loop)
        loop.call_soon_threadsafe(repaint)

    signal.signal(signal.SIGCONT, continued)
    _resize_in_order(loop)


def _resize_in_order(loop: asyncio.AbstractEventLoop) -> None:
    """Let only the loop read the terminal's size.

    Textual reads it in its handler of SIGWINCH, then posts it; where the next SIGWINCH comes in between, the new size
    is posted before the old one, which the screen then keeps.
    """
    resize = signal.getsignal(signal.SIGWINCH)
    if callable(resize):
        signal.signal(signal.SIGWINCH, lambda number, frame: loop.call_soon_threadsafe(resize, number, frame))


def one_by_one(driver_class: "type[Driver]") -> "type[Driver]":
    """`driver_class`, but the application is given a key only when the one before has done its work.

    Textual gives each key to what has the focus when it is read.  Of keys that arrive together, as over a slow line,
    those behind one that opens a form or goes to its next field end up where that one was: ``25 Tab 6`` as 256.
    """
    from textual.events import Key, Paste  # noqa: PLC0415 - only once the environment is clean

    class OneByOne(driver_class):  # type: ignore[misc, valid-type]
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, **options)
            self._arrived: deque[Message] = deque()
            self._handing_over: asyncio.Task[None] | None = None  # kept, for the loop itself would forget it

        def send_message(self, message: "Message") -> None:
            self._loop.call_soon_threadsafe(self._take, message)

        def _take(self, message: "Message") -> None:
            self._arrived.append(message)
            if len(self._arrived) == 1:
                self._handing_over = self._loop.create_task(self._hand_over())

        async def _hand_over(self) -> None:
            app = self._app
            while self._arrived:
                message, quiet = self._arrived[0], 0
                app.post_message(message)
                while isinstance(message, (Key, Paste)) and len(self._arrived) > 1 and quiet < _QUIET_TURNS:
                    await asyncio.sleep(0 if app.screen_stack else _UNTIL_IT_IS_THERE)
                    if not app.is_running:
                        return
                    pumps = (app, app.screen, *app.screen.walk_children()) if app.screen_stack else (app,)
                    quiet = 0 if any(pump.message_queue_size for pump in pumps) else quiet + 1
                self._arrived.popleft()

    return OneByOne


def restore() -> None:
    """Take back what textual forgets: the pixel mouse mode 1016, where a terminal with mode 2048 had switched it on."""
    with suppress(OSError, ValueError):
        if sys.__stderr__ is not None:
            sys.__stderr__.write(_RESET_PIXEL_MOUSE)
            sys.__stderr__.flush()
    signal.alarm(0)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _END)


def leave_at_once(status: int) -> None:
    """End the process here: with PYTHONINSPECT in the environment, Python would open its prompt to the visitor."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            if stream is not None:
                stream.flush()
    os._exit(status)
