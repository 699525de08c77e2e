"""What the process is started in: whether there is a terminal, what it can show, and what must have no say.

Nothing here imports textual, whose constants are read from the environment when it is imported.
"""

import os
import sys
from contextlib import suppress
from io import BufferedWriter, RawIOBase, TextIOWrapper
from pathlib import Path

from backprop_tui.terminal.signals import block_ending

SILENT_TERMS = ("", "dumb", "unknown")
"""Values of TERM for which textual would send colours and the alternate screen all the same."""

WEB_DRIVER = "textual.drivers.web_driver:WebDriver"
"""What textual-serve names in TEXTUAL_DRIVER: the application is drawn in a browser, through pipes."""

_MOST_COLUMNS = 1000
_GIVE_WAY = 0.0005  # seconds
_LOCALE = ("LC_ALL", "LC_CTYPE", "LANG")  # the first that is set and not empty holds, says POSIX


def in_browser() -> bool:
    """Whether textual-serve has started the process, with Textual's own driver for it and no other."""
    return os.environ.get("TEXTUAL_DRIVER") == WEB_DRIVER


def leave_browser() -> None:
    """Have it that nothing but a terminal will do, as in a kiosk; to be called before anything else here."""
    os.environ.pop("TEXTUAL_DRIVER", None)


def refusal() -> str:
    """Why the application cannot open here, in one line; empty where it can."""
    if in_browser():
        return ""
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
    """Make the process fit to run textual, in a terminal or a browser; to be called before textual is imported."""
    clean()
    if not has_colours():
        os.environ["NO_COLOR"] = "1"  # which textual and rich heed; of TERM they know only what ends in 256color
    # Textual writes in a thread of its own, which waits so long for the main one to give way: five milliseconds by
    # default, several times over before the first frame is out.
    sys.setswitchinterval(_GIVE_WAY)
    write_whole()
    if not in_browser():  # there textual listens to signals itself
        block_ending()


def clean() -> None:
    """Take out what would change how textual runs; to be called before textual is imported."""
    kept = _for_browser() if in_browser() else {}
    # COLUMNS and LINES override the real size and freeze it against resizing.  TEXTUAL_DRIVER imports any module,
    # TEXTUAL_LOG and TEXTUAL_SCREENSHOT write files, TEXTUAL_PRESS presses keys, and a TEXTUAL_COLOR_SYSTEM of
    # nonsense is a KeyError: none of them is ours.
    for name in [*os.environ]:
        if name in ("COLUMNS", "LINES", "TEXTUAL") or name.startswith("TEXTUAL_"):
            del os.environ[name]
    os.environ.update(kept)


def _for_browser() -> dict[str, str]:
    """What holds in a browser, whose first size comes in COLUMNS and ROWS: nothing of what else could be asked for."""
    columns = os.environ.get("COLUMNS", "")
    usable = columns.isdecimal() and 0 < int(columns) <= _MOST_COLUMNS
    return {
        "TEXTUAL_DRIVER": WEB_DRIVER,
        "TEXTUAL_COLOR_SYSTEM": "truecolor",
        **({"COLUMNS": columns} if usable else {}),
    }


def has_colours() -> bool:
    """Whether the terminal shows colours, as far as COLORTERM, or the terminfo entry that TERM names, tells."""
    if in_browser() or os.environ.get("COLORTERM"):
        return True
    term = os.environ.get("TERM", "")
    with suppress(ImportError):
        import curses  # noqa: PLC0415 - not everywhere, and needed only here

        with suppress(curses.error):
            curses.setupterm(term, sys.__stderr__.fileno() if sys.__stderr__ else 2)
            return curses.tigetnum("colors") > 0
    return not (term.startswith("vt") or term.endswith(("-m", "-mono")))


def speaks_utf8() -> bool:
    """Whether the terminal reads what textual writes as UTF-8; elsewhere box lines would show as escapes.

    Python reads the locale "C" as UTF-8 (PEP 538, PEP 540), because more often than not nobody has chosen it.  Where
    it was chosen, or another encoding was, it holds.  A browser reads UTF-8.
    """
    if in_browser():
        return True
    encoding = (getattr(sys.__stderr__, "encoding", "") or "").lower().replace("-", "").replace("_", "")
    given = _given_environment()
    locale = next((given[name] for name in _LOCALE if given.get(name)), "")
    _, dot, codeset = locale.partition("@")[0].partition(".")
    other = dot and codeset.lower().replace("-", "") != "utf8"
    return encoding == "utf8" and not other and locale not in ("C", "POSIX")


def _given_environment() -> dict[str, str]:
    """The environment that the process was started with: Python may have put a locale of its own in it since."""
    try:
        words = Path("/proc/self/environ").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return dict(os.environ)
    return dict(word.split("=", 1) for word in words if "=" in word)


def write_whole() -> None:
    """Have everything that is written reach the terminal, whatever interrupts it.

    With PYTHONUNBUFFERED set, as in many containers, standard error, which textual draws on, is a bare file.  That
    writes a part of a frame only where the process is stopped meanwhile (SIGSTOP, ctrl+z), and the text stream above
    it lets the rest go, in the middle of an escape sequence; a buffer writes on.
    """
    stream = sys.__stderr__
    if isinstance(stream, TextIOWrapper) and isinstance(stream.buffer, RawIOBase):
        whole = TextIOWrapper(BufferedWriter(stream.buffer), stream.encoding, stream.errors)
        vars(sys).update(__stderr__=whole)  # documented, though the stubs call it final


def draw_in_ascii() -> None:
    """Let a character that ASCII lacks come out as ``?``, should one get through all the same."""
    if isinstance(sys.__stderr__, TextIOWrapper):
        sys.__stderr__.reconfigure(errors="replace")


def leave_at_once(status: int) -> None:
    """End the process here: with PYTHONINSPECT in the environment, Python would open its prompt to the visitor."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            if stream is not None:
                stream.flush()
    os._exit(status)
