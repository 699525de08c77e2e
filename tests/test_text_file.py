"""Writing text files: whole or not at all, over nothing unasked, and one line for what cannot be."""

import errno
import os
import stat
from pathlib import Path

import pytest

from backprop_tui.core.text_file import Exists, NotWritten, write_text


def everything(folder: Path) -> dict[str, object]:
    """What is in a folder, and in its files."""
    found = sorted(folder.rglob("*"))
    return {str(one): one.read_bytes() if one.is_file() else one.lstat().st_mode for one in found}


def test_a_new_file_is_written_in_utf_8_with_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    write_text(tmp_path / "new", "−1 é\n")
    assert (tmp_path / "new").read_bytes() == "−1 é\n".encode()
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_file_that_is_there_is_written_over_only_when_told_to(tmp_path: Path) -> None:
    path = tmp_path / "there"
    path.write_text("before")
    path.chmod(0o640)
    with pytest.raises(Exists):
        write_text(path, "after")
    assert path.read_text() == "before"
    write_text(path, "after", over=True)
    assert path.read_text() == "after"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [*everything(tmp_path)] == [str(path)]


@pytest.mark.parametrize("over", [False, True])
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("folder", "is a folder; a file's name is needed"),
        ("link", "is a link to something else; another name is needed"),
        ("broken", "is a link to something else; another name is needed"),
        ("pipe", "is no regular file; another name is needed"),
        ("missing/new", "there is no folder "),
        ("file/new", "is no folder"),
        ("x" * 300, f"cannot be written: {os.strerror(errno.ENAMETOOLONG)}"),
        ("a\0b", "no file can have such a name"),
        ("a\ud800b", "no file can have such a name"),
    ],
)
def test_what_is_no_name_for_a_file_is_refused_and_nothing_is_touched(
    tmp_path: Path, name: str, reason: str, *, over: bool
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("before")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "broken").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    before = everything(tmp_path)
    with pytest.raises(NotWritten) as caught:
        write_text(tmp_path / name, "after", over=over)
    assert reason in str(caught.value)
    assert not isinstance(caught.value, Exists)
    assert everything(tmp_path) == before


def test_a_device_is_never_written_to() -> None:
    with pytest.raises(NotWritten, match="no regular file"):
        write_text(Path("/dev/null"), "after", over=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_what_may_not_be_written_says_so(tmp_path: Path) -> None:
    path = tmp_path / "there"
    path.write_text("before")
    path.chmod(0o400)
    with pytest.raises(NotWritten, match="write-protected"):
        write_text(path, "after", over=True)
    tmp_path.chmod(0o500)
    with pytest.raises(NotWritten, match=os.strerror(errno.EACCES)):
        write_text(tmp_path / "new", "after")
    assert path.read_text() == "before"
    tmp_path.chmod(0o700)


@pytest.mark.parametrize("over", [False, True])
def test_where_there_is_no_room_nothing_is_lost_and_nothing_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, over: bool
) -> None:
    path = tmp_path / "there"
    if over:
        path.write_text("before")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = everything(tmp_path)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotWritten, match=os.strerror(errno.ENOSPC)):
        write_text(path, "after", over=over)
    assert everything(tmp_path) == before
