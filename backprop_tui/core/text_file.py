"""Text files, written whole or not at all, and never over another without being told to."""

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path


class NotWritten(Exception):
    """A file cannot be written; the message says why, in one line, and nothing has been changed."""


class Exists(NotWritten):
    """There is a file of that name, which could be written over."""

    def __init__(self) -> None:
        super().__init__("there is a file of that name")


def write_text(path: Path, text: str, *, over: bool = False) -> None:
    """Write `text`, in UTF-8, to a new file at `path`; to one that is there only where it may be written `over`.

    What is there stays as it is until all is written beside it.  Raises Exists where there is a file and `over` is
    false, and NotWritten for whatever else: a folder, a link, a device, a folder that is missing or closed.
    """
    try:
        _write(path, text.encode(), over=over)
    except FileNotFoundError as error:
        is_there = path.parent.is_dir()  # but takes no files, as /proc
        reason = f"cannot be written: {error.strerror}" if is_there else f"there is no folder {path.parent}"
        raise NotWritten(reason) from error
    except NotADirectoryError as error:
        raise NotWritten(f"{path.parent} is no folder") from error
    except OSError as error:
        raise NotWritten(f"cannot be written: {error.strerror}") from error
    except ValueError as error:  # a NUL byte, or half a character
        raise NotWritten("no file can have such a name") from error


def _write(path: Path, data: bytes, *, over: bool) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        _write_new(path, data)
        return
    _check_kind(mode)
    if not over:
        raise Exists
    if not os.access(path, os.W_OK):
        raise NotWritten("cannot be written: the file is write-protected")
    beside = path.parent / f".backprop-tui-{secrets.token_hex(8)}"
    _write_new(beside, data, mode=stat.S_IMODE(mode))
    try:
        beside.replace(path)
    except OSError:
        beside.unlink()
        raise


def _check_kind(mode: int) -> None:
    """Raise NotWritten for what is no file that could be written over."""
    if stat.S_ISDIR(mode):
        raise NotWritten("is a folder; a file's name is needed")
    if stat.S_ISLNK(mode):
        raise NotWritten("is a link to something else; another name is needed")
    if not stat.S_ISREG(mode):
        raise NotWritten("is no regular file; another name is needed")


def _write_new(path: Path, data: bytes, *, mode: int | None = None) -> None:
    """Make a file that was not there, with `mode` where that is given; nothing is left of one that is not whole."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError as error:  # since it was looked for
        raise Exists from error
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, for the file to be new
            if mode is not None:
                os.fchmod(descriptor, mode)
            file.write(data)
            file.flush()
            os.fsync(descriptor)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


def path_of(text: str) -> Path:
    """The path that somebody has typed; ``~/`` is where that is at home."""
    return Path(os.path.expanduser("~") + text[1:] if text.startswith("~/") else text)  # noqa: PTH111 - never raises
