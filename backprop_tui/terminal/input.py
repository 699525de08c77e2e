"""The driver: how what a terminal sends becomes events, and in which order the application is given them.

Textual is 8.2.8 where a fault was seen; numbers are issues and pull requests of Textualize/textual.
"""

import asyncio
import os
import re
import select
import signal
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Iterator
from functools import partial

from textual.app import App
from textual.driver import Driver
from textual.events import Key, Paste
from textual.message import Message

from backprop_tui.terminal.optional import Cure, optional
from backprop_tui.terminal.sequences import ESCAPE, Piece, Sequences

MOST_CELLS = 1000
"""The columns or rows that a terminal can have: a size beyond would take all memory."""

_LONGEST_SEQUENCE = 32  # characters; textual types longer ones letter by letter
_PAUSE = 0.1  # seconds, after which Esc is a key; and from look to look whether to end
_MOST_READ = 4096  # bytes
_MOST_PIXELS = 100_000
_SIZE = re.compile(r"\x1b\[48;(\d+)(?::[\d:]*)?;(\d+)(?::[\d:]*)?;(\d+)(?::[\d:]*)?;(\d+)(?::[\d:]*)?t")
_MOUSE_STATE = ("last_x", "last_y", "mouse_pixels", "terminal_size", "terminal_pixel_size")
_CONTROLS = re.compile(r"[^\S\n ]|[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_RESET_PIXEL_MOUSE = "\x1b[?1016l"
_UNTIL_IT_IS_THERE = 0.005  # seconds from look to look, while there is no screen yet
_QUIET_TURNS = 3  # of the loop without a message anywhere, after which a key has done its work


def plain(pasted: str) -> str:
    """What was pasted, without the characters that would do something to a terminal or cannot be seen."""
    lines = pasted.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub(lambda match: " " if match[0].isspace() else "", lines)


def plausible(report: str) -> str:
    """A report of the terminal's size (mode 2048), held to what one can be; empty where it is none.

    Of a pixel size that cannot be, cells take the place: textual divides by it (ZeroDivisionError).
    """
    size = _SIZE.fullmatch(report)
    if size is None:
        return report
    if max(map(len, size.groups())) > len(f"{_MOST_PIXELS}"):
        return ""
    height, width, pixel_height, pixel_width = map(int, size.groups())
    if not (1 <= height <= MOST_CELLS and 1 <= width <= MOST_CELLS):
        return ""
    if not (height <= pixel_height <= _MOST_PIXELS and width <= pixel_width <= _MOST_PIXELS):
        pixel_height, pixel_width = height, width
    return f"\x1b[48;{height};{width};{pixel_height};{pixel_width}t"


class Reader:
    """Makes events of the pieces that a terminal sends, with textual's parser for each whole one.

    Its own reading types an unknown sequence letter by letter, so that a rare function key or an answer would carry
    out commands; raises on numbers that no key has (``ESC [ 999…;1 H``) and on a byte of invalid UTF-8 (#6456), which
    ends the application; and takes Esc with a character right behind it for Alt, which a form would take in.
    """

    def __init__(self) -> None:
        from textual._xterm_parser import XTermParser  # noqa: PLC0415 - optional

        self._new_parser = XTermParser
        self._parser = XTermParser()
        self._decode = getincrementaldecoder("utf-8")(errors="replace").decode
        self._sequences = Sequences()

    def read(self, data: bytes) -> Iterator[Message]:
        """The events that `data` completes."""
        for piece in self._sequences.feed(self._decode(data)):
            yield from self._events(piece)

    def pause(self) -> Iterator[Message]:
        """The events that are complete because nothing came for a while."""
        for piece in self._sequences.pause():
            yield from self._events(piece)

    def _events(self, piece: Piece) -> Iterator[Message]:
        text = piece.text
        if piece.pasted:
            yield Paste(plain(text))
        elif text == ESCAPE:
            yield Key("escape", ESCAPE)
        elif not text.startswith(ESCAPE):
            yield from self._parsed(text)
        else:
            found = self._parsed(plausible(text)) if len(text) <= _LONGEST_SEQUENCE or _SIZE.fullmatch(text) else []
            if not found and len(text) == len(ESCAPE) + 1:
                found = [Key("escape", ESCAPE), *self._parsed(text[1:])]
            yield from found

    def _parsed(self, text: str) -> list[Message]:
        try:
            found = list(self._parser.feed(text)) if text else []
        except (OverflowError, ValueError, ZeroDivisionError):
            found = []
        if not found:  # it may be waiting for more of what it does not know
            before, self._parser = self._parser, self._new_parser()
            for name in _MOUSE_STATE:
                setattr(self._parser, name, getattr(before, name))
        return found


def driver_for(kind: type[Driver], cures: frozenset[Cure]) -> type[Driver]:
    """`kind` with `cures`: one that reads a terminal itself gets a `Reader`, every one hands keys over in turn."""
    if Cure.IN_TURN in cures:
        kind = _in_turn(kind)
    if Cure.READER in cures:
        kind = optional(Cure.READER, partial(_reading, kind), lambda: kind)
    return kind


def _reading(kind: type[Driver]) -> type[Driver]:
    """`kind`, but with a `Reader`; where it is another's than a terminal's driver, as in a browser, as it is."""
    from textual.drivers.linux_driver import LinuxDriver  # noqa: PLC0415 - there is none on Windows

    if not issubclass(kind, LinuxDriver):
        return kind

    class Reading(kind):  # type: ignore[misc, valid-type]
        def run_input_thread(self, *arguments: object) -> None:
            """Read until told to end."""
            optional(Cure.READER, self._read, partial(super().run_input_thread, *arguments))

        def _read(self) -> None:
            reader, descriptor, waiting = Reader(), self.fileno, select.poll()
            waiting.register(descriptor, select.POLLIN)
            while not self.exit_event.is_set():
                if not waiting.poll(_PAUSE * 1000):
                    events = reader.pause()
                elif data := _read_from(descriptor):
                    events = reader.read(data)
                else:  # the terminal is gone; textual would read on, at 100 % CPU (#6690)
                    os.kill(os.getpid(), signal.SIGHUP)
                    return
                for event in events:
                    self._process(event)

        def _process(self, event: Message) -> None:
            optional(Cure.READER, lambda: self.process_message(event), lambda: self.send_message(event))

        def stop_application_mode(self) -> None:
            """Switch off what textual forgets, too: it had switched mode 1016 on for a terminal with mode 2048."""
            self.write(_RESET_PIXEL_MOUSE)
            super().stop_application_mode()

    return Reading


def _read_from(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _MOST_READ)
    except OSError:
        return b""


def _in_turn(kind: type[Driver]) -> type[Driver]:
    """`kind`, but the application is given a key only when the one before has done its work.

    Textual gives each key to what has the focus when it is read.  Of keys that arrive together, as over a slow line,
    those behind one that opens a form or goes to its next field end up where that one was: ``25 Tab 6`` as 256.
    """

    class InTurn(kind):  # type: ignore[misc, valid-type]
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, **options)
            self._receiver = next(each for each in arguments if isinstance(each, App))
            self._turns = asyncio.get_running_loop()
            self._arrived: deque[Message] = deque()
            self._handing_over: asyncio.Task[None] | None = None  # kept, for the loop itself would forget it

        def send_message(self, *arguments: object) -> None:
            match arguments:
                case [Message() as message]:
                    self._turns.call_soon_threadsafe(self._take, message)
                case _:
                    super().send_message(*arguments)

        def _take(self, message: Message) -> None:
            self._arrived.append(message)
            if len(self._arrived) == 1:
                self._handing_over = self._turns.create_task(self._hand_over())

        async def _hand_over(self) -> None:
            app = self._receiver
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

    return InTurn
