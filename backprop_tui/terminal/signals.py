"""How the process hears that it is to end, stop, go on, or have another size."""

import asyncio
import signal
from collections.abc import Callable
from types import FrameType

LAST_SECONDS = 3
"""How long a program that was told to end may take before the system ends it."""

ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def block_ending() -> None:
    """Hold back what ends the process, until `end_on_signals`.

    Threads that textual starts inherit this, so that only the main one, which Python's handlers run in, is woken.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)


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
    for number in ENDING:
        signal.signal(number, tell)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def ended() -> None:
    """The terminal is restored: nothing is to be waited for, or held back, any more."""
    signal.alarm(0)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def continue_once(was_suspended: Callable[[], bool], repaint: Callable[[], object]) -> None:
    """After a SIGCONT that follows no SIGTSTP (a plain ``kill -STOP``), do nothing but `repaint`.

    Textual's driver starts its input thread on every SIGCONT, be it running or not; two of them then tear the keys
    apart between them.  And from now on take sizes in their order, which resuming undoes.  To be called within the
    running event loop, when the driver has set its handlers; `was_suspended` says whether it needs to resume.
    """
    loop = asyncio.get_running_loop()
    resume = signal.getsignal(signal.SIGCONT)

    def continued(number: int, frame: FrameType | None) -> None:
        if was_suspended() and callable(resume):
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
