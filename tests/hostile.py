"""An environment full of traps: what springs in a program that nothing protects, and must not in a kiosk."""

from pathlib import Path

from tests.terminal import Terminal

_SPRING = """
from pathlib import Path
Path({sprung!r}, {name!r}).touch()
"""
_DRIVER = """
from textual.drivers.linux_driver import LinuxDriver as Driver
"""
_BROWSER = """\
#!/bin/sh
case "$1" in *xkcd*) touch {sprung}/PYTHONWARNINGS;; *) touch {sprung}/BROWSER;; esac
"""
_UNPROTECTED = """
from textual.app import App

class Unprotected(App):
    def on_mount(self):
        self.log("something")
        self.open_url("http://127.0.0.1/")

Unprotected().run()
"""

PROMPT = ">>>"
"""What the one trap opens that leaves no file: the interpreter, to whoever sits at the keyboard."""

_PALETTE = "🔎"


class Traps:
    """Traps below `folder`: `environment` leads into them, and each leaves a file of its variable's name."""

    UNSEEN = frozenset(
        ("PYTHONDONTWRITEBYTECODE", "PYTHONINSPECT", "TEXTUAL_SCREENSHOT_FILENAME", "TEXTUAL_SCREENSHOT_LOCATION")
    )
    """The variables that leave no file: they only help others to, or open a prompt."""

    BEFORE_US = frozenset(("BASH_ENV", "PYTHONPATH", "PYTHONPYCACHEPREFIX", "PYTHONSTARTUP", "PYTHONWARNINGS"))
    """Those that a shell or Python heeds before a program of theirs can do anything."""

    def __init__(self, folder: Path) -> None:
        self._sprung, modules, cache = (folder / name for name in ("sprung", "modules", "cache"))
        for new in (self._sprung, modules, cache):
            new.mkdir(parents=True)
        self._cache = cache
        (modules / "sitecustomize.py").write_text(self._spring("PYTHONPATH"))
        (modules / "trap_driver.py").write_text(self._spring("TEXTUAL_DRIVER") + _DRIVER)
        (folder / "startup.py").write_text(self._spring("PYTHONSTARTUP"))
        (folder / "startup.sh").write_text(f"touch {self._sprung}/BASH_ENV\n")
        (folder / "browser").write_text(_BROWSER.format(sprung=self._sprung))
        (folder / "browser").chmod(0o755)
        self.unprotected = folder / "unprotected.py"
        self.unprotected.write_text(_UNPROTECTED)
        self.environment = {
            "BASH_ENV": f"{folder}/startup.sh",
            "BROWSER": f"{folder}/browser %s",
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONINSPECT": "1",
            "PYTHONPATH": f"{modules}",
            "PYTHONPYCACHEPREFIX": f"{cache}",
            "PYTHONSTARTUP": f"{folder}/startup.py",
            "PYTHONWARNINGS": "all:0:antigravity.x:0:0",  # imports antigravity, which opens an address
            "TEXTUAL_DRIVER": "trap_driver:Driver",
            "TEXTUAL_LOG": f"{self._sprung}/TEXTUAL_LOG",
            "TEXTUAL_SCREENSHOT": "1",
            "TEXTUAL_SCREENSHOT_FILENAME": "TEXTUAL_SCREENSHOT",
            "TEXTUAL_SCREENSHOT_LOCATION": f"{self._sprung}",
        }

    def _spring(self, name: str) -> str:
        return _SPRING.format(sprung=str(self._sprung), name=name)

    @property
    def sprung(self) -> set[str]:
        """The variables that have had an effect."""
        written = {"PYTHONPYCACHEPREFIX"} if any(self._cache.iterdir()) else set()
        return {file.name for file in self._sprung.iterdir()} | written


def try_everything(terminal: Terminal) -> None:
    """Press what elsewhere stops a program, saves, or opens something; then the palette and the forms, with paths."""
    control = "".join(map(chr, range(1, 32)))
    for letter in "\x03\x10\x11\x1b":  # ctrl+c and ctrl+q leave, ctrl+p comes later, a lone escape takes its time
        control = control.replace(letter, "")
    functions = "".join(f"\x1b[{number}~" for number in range(1, 35)) + "".join(f"\x1bO{letter}" for letter in "PQRS")
    terminal.send(control + functions)
    _close(terminal)  # some of it may have opened something
    terminal.send("\x10")
    terminal.wait_for(_PALETTE)
    terminal.send("screenshot")
    terminal.wait_for("No matches found")
    terminal.send("\r")
    _close(terminal)
    for opening, saying in (("e", "─ Edit ─"), ("g", "─ Go to ─")):
        terminal.send(opening)
        terminal.wait_for(saying)
        terminal.send("/etc/passwd\t$(touch it)\t[@click=app.screenshot()]it[/]\x1b[200~../../it.toml\x1b[201~\r")
        terminal.wait_for("! not a number")
        _close(terminal)
    for text in ("/etc/passwd", "../it.toml", "~/it", "it.toml", "/dev/fd/0", "\x1b[200~./it.toml\x1b[201~"):
        terminal.send("o")
        terminal.wait_for("─ Open ─")
        terminal.send(f"{text}\r")
        terminal.wait_for("! no built-in scenario has that in its name or title")
        _close(terminal)
    terminal.send("\x10")
    terminal.wait_for(_PALETTE)
    terminal.send("save scenario")
    terminal.wait_for("No matches found")
    terminal.send("\r")
    _close(terminal)
    terminal.send("rs\rs\rl")  # had anything been opened, what steps would be typed into it
    terminal.wait_for("stage 1 of 11")


def _close(terminal: Terminal) -> None:
    """Leave whatever may be open."""
    terminal.send("\x1b")
    terminal.wait_for(lambda t: _PALETTE not in t.text and "Computation graph" in t.text)
