"""The command line as a process: what its output, its ending and its start depend on outside of Python."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

pytestmark = pytest.mark.system

MODULE = ("-m", "backprop_tui")

# A process as users start it: above all, its output is buffered.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
ENVIRONMENT["PYTHONPATH"] = str(Path(__file__).parent.parent)


def start_process(
    *words: str, program: tuple[str, str] = MODULE, env: Mapping[str, str] | None = None
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, *program, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**ENVIRONMENT, **(env or {})},
    )


def unread(process: "subprocess.Popen[bytes]") -> tuple[int, bytes]:
    """The status and the errors of a process whose output nobody reads."""
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()
    return process.returncode, errors


@pytest.mark.parametrize(
    "words", ["trace", "trace --format jsonl --epochs 100000", "check", "scenarios", "--help", "screen"]
)
def test_a_reader_may_stop_reading(words: str) -> None:
    assert unread(start_process(*words.split())) == (0, b"")


@pytest.mark.parametrize(
    "locale",
    [{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONIOENCODING": "ascii:strict"}],
)
def test_output_is_utf8_whatever_the_locale(locale: Mapping[str, str]) -> None:
    out, err = start_process("trace", "--format", "jsonl", env=locale).communicate()
    assert out.splitlines()[3].endswith('"formula": "2(a − y)", "substituted": "2(3.5 − 4)", "value": -1.0}'.encode())
    assert b"\r" not in out
    assert err == b""
    out, err = start_process("trace", "∂", env=locale).communicate()
    assert (out, err.count(b"\n"), b"Traceback" in err) == (b"", 1, False)


def test_ctrl_c_ends_with_130_and_without_a_word() -> None:
    with start_process("trace", "--format", "csv", "--epochs", "1000000") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.stderr.read() == b""
    assert process.returncode == 130


def test_ctrl_c_is_as_quiet_where_the_reader_has_gone_too() -> None:
    code = """
import sys
from backprop_tui import cli

def interrupted(request):
    sys.stdout.write("the beginning")
    raise KeyboardInterrupt

cli._trace = interrupted
sys.exit(cli.main(["trace"]))
"""
    assert unread(start_process(program=("-c", code))) == (130, b"")


@pytest.mark.parametrize("words", ["trace", "screen --format svg"])
def test_a_full_disk_is_told_in_one_line(words: str) -> None:
    command = [sys.executable, *MODULE, *words.split()]
    with Path("/dev/full").open("wb") as full:
        process = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=ENVIRONMENT, check=False)
    assert process.returncode == 1
    assert process.stderr.startswith(b"backprop-tui: standard output cannot be written: ")
    assert process.stderr.count(b"\n") == 1


@pytest.mark.parametrize("words", ["trace", "--help", "scenarios", "screen"])
def test_a_closed_output_is_told_in_one_line(words: str) -> None:
    command = f"exec '{sys.executable}' -m backprop_tui {words} >&-"
    process = subprocess.run(["/bin/sh", "-c", command], stderr=subprocess.PIPE, env=ENVIRONMENT, check=False)
    assert process.returncode == 1
    assert process.stderr == b"backprop-tui: standard output cannot be written: it is closed\n"


SCENARIO = b"""\xef\xbb\xbf[[layer]]
activation = "tanh"
weights = [[0.5]]
biases = [0.0]
[[sample]]
x = [2.0]
y = [1.0]
"""


def test_a_wrong_figure_on_standard_input_is_said_to_be_there() -> None:
    wrong = SCENARIO + b'[[expect]]\nquantity = "dL_dv"\nprinted = 1\n'
    command = [sys.executable, *MODULE, "check", "-"]
    process = subprocess.run(command, input=wrong, capture_output=True, env=ENVIRONMENT, check=False)
    assert process.returncode == 2
    assert process.stderr.startswith(b"backprop-tui: standard input: expect 1, quantity: ")


@pytest.mark.parametrize("command", ["trace - --format csv", "screen -", "check -"])
def test_a_dash_is_standard_input(command: str) -> None:
    program = [sys.executable, *MODULE, *command.split()]
    process = subprocess.run(program, input=SCENARIO, capture_output=True, env=ENVIRONMENT, check=False)
    assert (process.returncode, process.stderr) == (0, b"")
    assert process.stdout
    process = subprocess.run(program, input=b"x = 1/3", capture_output=True, env=ENVIRONMENT, check=False)
    assert (process.returncode, process.stdout) == (2, b"")
    assert process.stderr.startswith(b"backprop-tui: standard input: line 1, column 5: '1/3'")
    shell = f"exec '{sys.executable}' -m backprop_tui {command} <&-"  # closed, not empty
    process = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, env=ENVIRONMENT, check=False)
    assert process.returncode == 2
    assert process.stderr == b"backprop-tui: standard input: is closed; expected a TOML file\n"


@pytest.mark.parametrize(
    "words",
    [
        "trace",
        "trace --ascii",
        "trace --format jsonl",
        "trace --format markdown",
        "check article-7 logistic",
        "scenarios",
        "--help",
    ],
)
def test_printing_loads_neither_textual_nor_rich(words: str) -> None:
    code = """
import sys
from backprop_tui.cli import main

status = main(sys.argv[1:])
loaded = {"textual", "rich"} & set(sys.modules)
sys.exit(str(loaded) if loaded else status)
"""
    process = start_process(*words.split(), program=("-c", code))
    errors = process.communicate()[1]
    assert (process.returncode, errors) == (0, b"")


def test_without_a_terminal_the_application_names_the_trace() -> None:
    out, err = start_process().communicate()
    assert out == b""
    assert err.count(b"\n") == 1
    assert b"`backprop-tui trace`" in err
