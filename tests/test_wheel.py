"""What is published works: the wheel, and the README's opening line, each in an empty environment and a terminal."""

import os
import pty
import select
import shutil
import subprocess
import sys
import termios
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from backprop_tui import __version__
from backprop_tui.core.scenario_file import builtin_names

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("wheel")]  # what they share is started once

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TEXTUAL", "VIRTUAL_ENV"))},
    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    "TERM": "xterm-256color",
    "LC_ALL": "C.UTF-8",
}
MINUTES = 5 * 60
"""How long anything here may take: packages are fetched."""


def run(*command: str | Path, cwd: Path) -> str:
    """The standard output of `command`, which must succeed and say nothing else."""
    done = subprocess.run(
        command, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, timeout=MINUTES, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run_in_terminal(command: Sequence[str | Path], keys: bytes, cwd: Path) -> tuple[int, str]:
    """Run `command` in a terminal of 80×24, press `keys` once the panels are drawn; its exit status and output."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    with subprocess.Popen(command, cwd=cwd, env=ENVIRONMENT, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        output, end = b"", time.monotonic() + MINUTES
        try:
            while chunk := _read(ours, end - time.monotonic()):
                output += chunk
                if keys and b"Computation graph" in output:
                    os.write(ours, keys)
                    keys = b""
            return process.wait(timeout=10), output.decode(errors="replace")
        finally:
            process.kill()
            os.close(ours)


def _read(terminal: int, seconds: float) -> bytes:
    """What is written next; empty where nobody can write any more, or nobody does in time."""
    if not select.select([terminal], [], [], max(seconds, 0))[0]:
        return b""
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux's word for an end of file here
        return b""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT, cwd=folder)
    (file,) = folder.iterdir()
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, in an environment that holds what the wheel brings and no more."""
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", folder, cwd=folder)
    run(folder / "bin" / "python", "-m", "pip", "install", "-q", wheel, cwd=folder)
    return folder / "bin" / "backprop-tui"


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        files = {name for name in archive.namelist() if not name.startswith(f"backprop_tui-{__version__}.dist-info/")}
    package = {file.relative_to(ROOT).as_posix() for file in (ROOT / "backprop_tui").rglob("*") if file.is_file()}
    assert files == {name for name in package if "__pycache__" not in name}
    assert {f"backprop_tui/scenarios/{name}.toml" for name in builtin_names()} < files


def test_the_installed_program_prints(installed: Path, tmp_path: Path) -> None:
    assert run(installed, "--version", cwd=tmp_path) == f"backprop-tui {__version__}\n"
    assert [line.split()[0] for line in run(installed, "scenarios", cwd=tmp_path).splitlines()] == [*builtin_names()]
    assert len(run(installed, "trace", "--epochs", "2", "--format", "jsonl", cwd=tmp_path).splitlines()) == 22
    python = installed.parent / "python"
    assert run(python, "-m", "backprop_tui", "--version", cwd=tmp_path) == f"backprop-tui {__version__}\n"


def test_the_installed_program_opens_and_q_quits_it(installed: Path, tmp_path: Path) -> None:
    status, output = run_in_terminal([installed], b"q", tmp_path)
    assert status == 0, output
    assert "\x1b[?1049h" in output  # to the alternate screen, and back:
    assert output.rindex("\x1b[?1049l") > output.rindex("\x1b[?1049h")


def test_ctrl_c_ends_it_with_130(installed: Path, tmp_path: Path) -> None:
    status, output = run_in_terminal([installed], b"\x03", tmp_path)
    assert status == 130, output


def test_the_first_line_of_the_readme_sets_up_and_opens_the_application(tmp_path: Path) -> None:
    unwanted = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "dist")
    checkout = shutil.copytree(ROOT, tmp_path / "checkout", ignore=unwanted)
    line = (checkout / "README.md").read_text(encoding="utf-8").split("```sh\n")[1].split("\n```")[0]
    status, output = run_in_terminal(["sh", "-c", line], b"\x1b[Cq", checkout)
    assert status == 0, output
