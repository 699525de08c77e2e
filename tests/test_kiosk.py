"""A kiosk: what a stranger might try, over ssh, with a hostile environment, from the screen; and none of it works.

Each attempt is shown to succeed where nothing prevents it: what does not happen in a kiosk happens elsewhere.
"""

import asyncio
import inspect
import io
import os
import re
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.app import App
from textual.driver import Driver

import backprop_tui
from backprop_tui.app import BackpropApp
from backprop_tui.core.scenario_file import load
from backprop_tui.launch import Launch
from backprop_tui.terminal.kiosk import Kiosk
from tests.driving import DESIGN_SIZE
from tests.hostile import PROMPT, Traps, try_everything
from tests.sshd import PACKAGES, ROOT, USER, Server, needed, remaining, until
from tests.terminal import PATIENCE, Terminal
from tests.test_terminal import READY

pytestmark = pytest.mark.system


class KioskApp(Kiosk, BackpropApp):
    """As `run` puts it together."""


RECIPE = Path(__file__).parent.parent / "README.md"
SECTION = "A kiosk over SSH"


def recipe(folder: Path) -> str:
    """The README's configuration of sshd, with the user, the keys and the Python of a server below `folder`."""
    section = RECIPE.read_text(encoding="utf-8").split(f"## {SECTION}\n")[1].split("\n## ")[0]
    (text,) = re.findall(r"^```sshdconfig\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)
    replaced = {
        "Match User demo\n": f"Match User {USER}\n",
        "/etc/ssh/demo_keys": f"{folder}/user_key.pub",
        "/opt/backprop-tui/bin/python": f"{folder}/program/bin/python",
    }
    for theirs, ours in replaced.items():
        assert text.count(theirs) == 1
        text = text.replace(theirs, ours)
    return text


def served(folder: Path, config: str) -> Iterator[Server]:
    """A server that by itself takes any variable from its visitors and hands out files."""
    with Server(folder, f"AcceptEnv *\nSubsystem sftp internal-sftp\n{config}") as server:
        yield server


@pytest.fixture(scope="module")
def unguarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server where all is allowed."""
    yield from served(tmp_path_factory.mktemp("unguarded") / "host", "")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The same with the README's configuration."""
    folder = tmp_path_factory.mktemp("kiosk") / "host"
    yield from served(folder, recipe(folder))


@pytest.fixture
def kiosk(guarded: Server) -> Iterator[Server]:
    """The same for a test that leaves no process behind."""
    yield guarded
    assert remaining(guarded.sessions()) == []


@pytest.fixture
def traps(tmp_path: Path) -> Traps:
    return Traps(tmp_path / "traps")


def leave(terminal: Terminal, keys: str = "\x03", status: int = 130) -> None:
    """Quit; nothing may come after the application, no prompt above all."""
    terminal.send(keys)
    assert terminal.wait() == status
    after = terminal.received.rpartition(b"\x1b[?1049l")[2]  # the screen as it was before
    assert re.sub(rb"\x1b\[[?<]?[\d;]*[a-z]", b"", after).strip() == b""


# What ssh is asked for


@pytest.mark.parametrize("wish", ["", "touch {marker}; exec sh -i"])
def test_whatever_is_asked_for_the_application_is_given_and_nothing_after_it(
    kiosk: Server, wish: str, tmp_path: Path
) -> None:
    marker = tmp_path / "marker"
    with kiosk.terminal(*filter(None, [wish.format(marker=marker)])) as terminal:
        terminal.wait_for(READY)
        terminal.send("l")
        terminal.wait_for("● z = w·x + b = 1.5 · 2 + 0.5 = 3.5")
        leave(terminal, "q", 0)
    assert not marker.exists()


def test_without_a_terminal_nothing_is_given(kiosk: Server, unguarded: Server, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    for options, wish in ((["-T"], f"touch {marker}"), (["-T"], "cat /etc/passwd"), (["-T", "-s"], "sftp")):
        done = kiosk.run(wish, options=options)
        assert (done.returncode, done.stdout) == (2, "")
        assert re.fullmatch(r"(backprop-tui: no terminal .*\n)?", done.stderr)
    assert not marker.exists()
    assert unguarded.run(f"touch {marker}", options=["-T"]).returncode == 0
    assert unguarded.run("sftp", options=["-T", "-s"]).returncode == 0
    assert marker.exists()


def test_no_connection_is_passed_on(kiosk: Server, unguarded: Server) -> None:
    for options in (["-W", f"127.0.0.1:{kiosk.port}"], ["-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1"]):
        assert unguarded.run(*["true"][: "-R" in options], options=options).returncode == 0
        done = kiosk.run(options=options)
        assert done.returncode == 255
        assert done.stdout == ""


def test_what_the_visitors_terminal_is_called_is_no_command(kiosk: Server, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    name = f'../x"; touch {marker}; "; $(touch {marker}) `touch {marker}`'
    with Terminal(command=kiosk.client(options=["-tt"]), env={"TERM": name}) as terminal:
        terminal.wait_for(READY)
        leave(terminal)
    assert not marker.exists()


def test_keys_pressed_before_the_application_listens_stop_and_show_nothing(kiosk: Server) -> None:
    with kiosk.terminal() as terminal:
        assert until(kiosk.applications)
        terminal.send("\x03\x1a\x1c\x04")  # ctrl+c, ctrl+z, ctrl+\\ and ctrl+d
        terminal.wait_for(READY)
        assert b".py" not in terminal.received
        terminal.send("l")
        terminal.wait_for("stage 1 of 11")
        leave(terminal)


# The environment


def test_the_traps_work_where_nothing_protects(traps: Traps) -> None:
    with Terminal(command=[sys.executable, str(traps.unprotected)], env=traps.environment) as terminal:
        terminal.wait_for(PROMPT)  # PYTHONINSPECT
    with Terminal(command=[sys.executable], env=traps.environment) as terminal:
        terminal.wait_for(PROMPT)
    subprocess.run([needed("bash"), "-c", "true"], env={**os.environ, **traps.environment}, check=True)
    assert traps.sprung == set(traps.environment) - Traps.UNSEEN


def test_by_itself_the_application_is_no_prey_to_the_environment(traps: Traps) -> None:
    own = {name: value for name, value in traps.environment.items() if name not in Traps.BEFORE_US}
    with Terminal("--kiosk", env=own) as terminal:
        terminal.wait_for(READY)
        leave(terminal)
    assert traps.sprung == set()


def sent(traps: Traps, *names: str) -> list[str]:
    """The options of ssh that send the variables `names`, or all, along."""
    words = [f'{name}="{value}"' for name, value in traps.environment.items() if not names or name in names]
    return ["-tt", "-o", f"SetEnv={' '.join(words)}"]


def test_nothing_of_a_visitors_environment_gets_through(kiosk: Server, traps: Traps) -> None:
    home = sorted(kiosk.home.rglob("*"))
    with Terminal(command=kiosk.client(options=sent(traps))) as terminal:
        terminal.wait_for(READY)
        (application,) = kiosk.applications()
        folder = Path(f"/proc/{application.number}")
        environment = dict(word.split("=", 1) for word in (folder / "environ").read_text().strip("\0").split("\0"))
        assert environment == {"TERM": "xterm-256color", "LANG": "C.UTF-8"}
        limits = re.sub(r" {2,}", "  ", (folder / "limits").read_text())
        assert "Max file size  0  0  bytes" in limits
        assert "Max address space  1024000000  1024000000  bytes" in limits
        try_everything(terminal)
        leave(terminal)
    assert traps.sprung == set()
    assert sorted(kiosk.home.rglob("*")) == home


def test_nor_where_a_server_takes_it(traps: Traps, tmp_path: Path) -> None:
    config = recipe(tmp_path / "host")
    assert config.count("    AcceptEnv TERM\n") == 1
    read_by_the_shell = {"BASH_ENV"}  # before it comes to the line that it is to carry out
    with Server(tmp_path / "host", config.replace("AcceptEnv TERM", "AcceptEnv *")) as server:
        options = sent(traps, *traps.environment.keys() - read_by_the_shell)
        with Terminal(command=server.client(options=options)) as terminal:
            terminal.wait_for(READY)
            leave(terminal)
        assert traps.sprung == set()
        assert remaining(server.sessions()) == []


def test_a_server_without_the_configuration_hands_all_of_it_on(unguarded: Server, traps: Traps) -> None:
    handed = unguarded.run("env", options=sent(traps)).stdout.splitlines()
    assert {f"{name}={value}" for name, value in traps.environment.items()} <= {line.strip() for line in handed}


# The screen


AUDITED = """
import os, sys
from backprop_tui import cli
from backprop_tui.terminal import environment
log = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
def note(event, arguments):
    if event.partition(".")[0] in {areas!r}:
        os.write(log, ascii("\\t".join(map(str, (event, *arguments[:2])))).encode() + b"\\n")
environment.prepare()
from backprop_tui.app import BackpropApp
{leak}
sys.addaudithook(note)
sys.exit(cli.main(["--kiosk"]))
"""
SCENARIOS = f"{Path(backprop_tui.__file__).parent}/scenarios"
AREAS = {"open", "os", "subprocess", "socket", "shutil", "pty", "webbrowser", "urllib", "tempfile", "glob", "ctypes"}
"""The first words of audit events that have to do with the host."""
LEAK = """
def leak(app):
    app.exit(return_code=130, message=open("/etc/passwd").close())
BackpropApp.action_copy_or_interrupt = leak
"""


@pytest.mark.parametrize("leak", ["", LEAK], ids=["", "but for a leak"])
def test_no_key_reaches_the_host(tmp_path: Path, leak: str) -> None:
    log = tmp_path / "log"
    with Terminal(command=[sys.executable, "-c", AUDITED.format(areas=AREAS, leak=leak), str(log)]) as terminal:
        terminal.wait_for(READY)
        before = len(log.read_bytes())
        assert before
        if not leak:
            try_everything(terminal)
        leave(terminal)
    reached = [line.strip("'").split("\\t") for line in log.read_bytes()[before:].decode().splitlines()]
    assert [event for event in reached if not is_import(*event)] == [["open", "/etc/passwd", "r"]] * bool(leak)


def is_import(event: str, path: str = "", mode: str = "") -> bool:
    """Whether an audit event is part of importing a module, or reading a scenario, that is needed only now."""
    if event in ("os.scandir", "open") and path.startswith(SCENARIOS) and mode in ("", "None"):
        return True  # what is built in is part of the program
    code = event == "os.listdir" or (event == "open" and mode in ("r", "rb") and path.endswith((".py", ".pyc", ".so")))
    return code and path.startswith((str(ROOT), str(PACKAGES), sys.prefix, sys.base_prefix))


Attempt = Callable[[App[int], Path], object]


def suspend(app: App[int], _: Path) -> None:
    with app.suspend():
        pass


ATTEMPTS: dict[str, Attempt] = {
    "save_screenshot": lambda app, folder: app.save_screenshot("trace", str(folder)),
    "deliver_screenshot": lambda app, folder: app.deliver_screenshot("trace", str(folder)),
    "action_screenshot": lambda app, folder: app.action_screenshot("trace", str(folder)),
    "deliver_text": lambda app, folder: app.deliver_text(
        io.StringIO("text"), save_directory=folder, save_filename="trace"
    ),
    "deliver_binary": lambda app, folder: app.deliver_binary(
        io.BytesIO(b"data"), save_directory=folder, save_filename="trace"
    ),
    "open_url": lambda app, folder: app.open_url("http://127.0.0.1/"),
    "suspend": suspend,
    "action_suspend_process": lambda app, folder: app.action_suspend_process(),
}
"""Whatever in an application of textual's has to do with the host; each would leave a file called trace."""


@pytest.mark.parametrize("name", ATTEMPTS)
@pytest.mark.parametrize("kind", [BackpropApp, KioskApp])
async def test_no_method_of_the_application_reaches_the_host(
    kind: type[BackpropApp], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(*_: object) -> bool:
        (tmp_path / "trace").touch()
        return True

    monkeypatch.setattr(webbrowser, "open", leave)
    monkeypatch.setattr(os, "kill", leave)
    monkeypatch.setattr(Driver, "can_suspend", True)
    monkeypatch.setattr(Driver, "suspend_application_mode", leave)
    app = kind(Launch(load("article-7"), kiosk=kind is KioskApp))
    async with app.run_test(size=DESIGN_SIZE):
        before = set(threading.enumerate())
        ATTEMPTS[name](app, tmp_path)
        for thread in set(threading.enumerate()) - before:
            await asyncio.to_thread(thread.join, PATIENCE)
        assert (tmp_path / "trace").exists() is (kind is BackpropApp)


def test_no_other_method_of_the_library_reaches_the_host() -> None:
    reaching = re.compile(r"\bopen\(|_driver\.(open_url|deliver|suspend)|os\.(kill|system|exec|popen|spawn)|subprocess")
    methods = {name: value for name, value in vars(App).items() if inspect.isfunction(inspect.unwrap(value))}
    found = {name for name, value in methods.items() if reaching.search(code_of(value))}
    only_called_by_these = {"_deliver_binary"}
    assert found - only_called_by_these <= vars(Kiosk).keys()
    assert {"save_screenshot", "open_url", "suspend", "deliver_text", "deliver_binary"} <= found


def code_of(function: Callable[..., object]) -> str:
    """The source of `function` without its docstring."""
    source = inspect.getsource(inspect.unwrap(function))
    return source.replace(function.__doc__ or "\0", "")


def test_in_a_kiosk_is_nothing_that_says_where_it_is_installed() -> None:
    with Terminal("--kiosk", "--debug") as terminal:
        assert terminal.wait() == 2
        assert ".py" not in terminal.text
