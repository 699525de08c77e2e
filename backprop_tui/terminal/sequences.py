r"""What a terminal sends, cut into whole pieces: texts, keys and reports, pastes; and its answers are left out.

The grammar is ECMA-48's: a control sequence is ``ESC [``, parameters, intermediates and one final; a control string
begins with ``ESC`` and one of ``] P X ^ _`` (OSC, DCS, SOS, PM, APC) and ends with ``ESC \\``, or BEL as xterm has it.
Textual's parser types whatever it does not know letter by letter, so that an answer carries out commands.
"""

import re
from typing import NamedTuple

ESCAPE = "\x1b"
LONGEST_STRING = 1 << 20  # characters: more than a terminal holds of titles, colours and clipboards
PATIENCE = 10  # pauses after which a control string that nobody ends is over

_PASTE_BEGINS, _PASTE_ENDS = "\x1b[200~", "\x1b[201~"
_STRING_BEGINS = re.compile(r"\x1b[\]PX^_]|[\x90\x98\x9d-\x9f]")
_STRING_ENDS = re.compile(r"\x07|\x9c|\x1b\\|[\x00-\x06\x0e-\x1f]")  # what no string may hold breaks it off
_TEXT = re.compile(r"[^\x1b\x90\x98\x9b\x9d-\x9f]+")
_SEQUENCE = re.compile(r"(?:\x1b\[|\x9b)(?:\[[A-Za-z]|M.{3}|(?!\[|M)[0-?]*[ -/]*[@-~])|\x1bO[ -~]", re.DOTALL)
_INCOMPLETE = re.compile(r"(?:\x1b\[|\x9b)(?:\[|M.{0,2}|[0-?]*[ -/]*)\Z|\x1bO?\Z", re.DOTALL)
_BROKEN = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*|\x1bO")  # and then what belongs to none


class Piece(NamedTuple):
    """A text without ``ESC``, one whole sequence that begins with it, ``ESC`` alone, or what was pasted."""

    text: str
    pasted: bool = False


class Sequences:
    """Cuts what is read into pieces, however it was torn apart on the way; the clock is the caller's."""

    def __init__(self) -> None:
        self._held = ""  # the beginning of a sequence
        self._pasted: list[str] | None = None  # what came of a paste so far
        self._string = 0  # characters of a control string so far
        self._pauses = 0

    @property
    def is_waiting(self) -> bool:
        """Whether a pause would mean something."""
        return bool(self._held or self._string)

    def feed(self, text: str) -> list[Piece]:
        """The pieces that `text` completes."""
        data, self._held = self._held + text, ""
        self._pauses = 0 if text else self._pauses
        pieces: list[Piece] = []
        at = 0
        while at < len(data):
            if self._pasted is not None:
                at = self._paste(data, at, pieces)
            elif self._string:
                at = self._swallow(data, at)
            else:
                at = self._take(data, at, pieces)
        return pieces

    def pause(self) -> list[Piece]:
        """The pieces that are complete because nothing came behind them for a while."""
        if self._pasted is not None:
            return []
        if self._string and not self._held:
            self._pauses += 1
            if self._pauses >= PATIENCE:
                self._string = 0
            return []
        held, self._held, self._string = self._held, "", 0
        return [Piece(held)] if held else []

    def _take(self, data: str, at: int, pieces: list[Piece]) -> int:
        """Take one piece that begins at `at`; where the next one does."""
        if text := _TEXT.match(data, at):
            pieces.append(Piece(text[0]))
            return text.end()
        if _INCOMPLETE.match(data, at):
            self._held = data[at:]
            return len(data)
        if begins := _STRING_BEGINS.match(data, at):
            self._string = 1
            return begins.end()
        if sequence := _SEQUENCE.match(data, at):
            if sequence[0] == _PASTE_BEGINS:
                self._pasted = []
            elif sequence[0] != _PASTE_ENDS:
                pieces.append(Piece(sequence[0].replace("\x9b", "\x1b[", 1)))
            return sequence.end()
        if broken := _BROKEN.match(data, at):
            return broken.end()
        if data[at + 1] == ESCAPE:
            pieces.append(Piece(ESCAPE))
            return at + 1
        pieces.append(Piece(data[at : at + 2]))
        return at + 2

    def _swallow(self, data: str, at: int) -> int:
        """Pass over a control string; where what is behind it begins."""
        ends = _STRING_ENDS.search(data, at)
        until = ends.start() if ends else len(data)
        self._string += until - at
        if ends is None:
            if self._string > LONGEST_STRING:
                self._string = 0
        elif ends[0] == ESCAPE and until == len(data) - 1:  # the end, or a key
            self._held = ESCAPE
            return len(data)
        else:
            self._string = 0
            return ends.start() if ends[0] < " " and ends[0] not in ("\x07", "\x1b\\") else ends.end()
        return until

    def _paste(self, data: str, at: int, pieces: list[Piece]) -> int:
        """Take what is pasted; where what is behind it begins."""
        pasted = self._pasted or []
        ends = data.find(_PASTE_ENDS, at)
        if ends >= 0:
            pieces.append(Piece("".join((*pasted, data[at:ends])), pasted=True))
            self._pasted = None
            return ends + len(_PASTE_ENDS)
        lengths = range(min(len(_PASTE_ENDS) - 1, len(data) - at), 0, -1)
        kept = next((length for length in lengths if _PASTE_ENDS.startswith(data[-length:])), 0)
        self._pasted = [*pasted, data[at : len(data) - kept]]
        self._held = data[len(data) - kept :]
        return len(data)
