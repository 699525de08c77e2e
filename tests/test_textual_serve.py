"""In a browser: textual-serve opens the application and hands it keys over its websocket; never in a kiosk."""

import asyncio
import os
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from socket import socket

import aiohttp
import pyte
import pytest

from backprop_tui.terminal.environment import WEB_DRIVER
from tests.terminal import PATIENCE

pytestmark = pytest.mark.system

COLUMNS, ROWS = 90, 26
SERVER = """
import sys
from textual_serve.server import Server
Server(sys.argv[1], host="127.0.0.1", port=int(sys.argv[2])).serve()
"""
# As `textual run` does: import the class, and call it.
CLASS = "from backprop_tui.app import BackpropApp; BackpropApp().run()"
COMMANDS = {
    "the class": (sys.executable, "-c", CLASS),
    "the command": (sys.executable, "-m", "backprop_tui", "article-7"),
}


class Browser:
    """The other end of the websocket: a screen that shows what comes, and a keyboard."""

    def __init__(self, websocket: aiohttp.ClientWebSocketResponse) -> None:
        self._websocket = websocket
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)

    async def wait_for(self, wanted: str) -> None:
        while wanted not in self.text:
            assert await self._receive(), self.text

    async def closed(self) -> None:
        while await self._receive():
            pass

    async def send(self, what: str, value: object) -> None:
        await self._websocket.send_json([what, value])

    async def _receive(self) -> bool:
        message = await asyncio.wait_for(self._websocket.receive(), PATIENCE)
        if message.type is aiohttp.WSMsgType.BINARY:
            self._stream.feed(message.data)
        return message.type is aiohttp.WSMsgType.BINARY


@asynccontextmanager
async def served(command: tuple[str, ...]) -> AsyncIterator[Browser]:
    """A browser in which textual-serve has opened `command`; the server knows no terminal and speaks no UTF-8."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "TERM": "dumb", "LC_ALL": "C"}
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, shlex.join(command), f"{port}"], env=env, stdout=subprocess.DEVNULL
    ) as server:
        try:
            async with aiohttp.ClientSession() as session, asyncio.timeout(PATIENCE * 2):
                while True:
                    with suppress(aiohttp.ClientConnectionError):
                        address = f"ws://127.0.0.1:{port}/ws?width={COLUMNS}&height={ROWS}"
                        websocket = await session.ws_connect(address)
                        break
                    assert server.poll() is None
                    await asyncio.sleep(0.05)  # it is not listening yet
                async with websocket:
                    yield Browser(websocket)
        finally:
            server.terminate()


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
async def test_it_opens_in_a_browser_and_hears_keys_sizes_and_the_last_one(command: tuple[str, ...]) -> None:
    async with served(command) as browser:
        await browser.wait_for("q quit")
        title = browser.text.splitlines()[0]
        assert title.endswith("epoch 1 · stage 0 of 11")
        assert len(title) >= COLUMNS - 2  # drawn at the browser's size, not at 80 × 24
        assert "○" in browser.text  # UTF-8, whatever the server's locale
        await browser.send("stdin", "\x1a")  # nothing is suspended there
        await browser.send("stdin", "l")
        await browser.wait_for("stage 1 of 11")
        await browser.send("resize", {"width": 50, "height": 10})
        await browser.wait_for("60 × 18")
        await browser.send("resize", {"width": COLUMNS, "height": ROWS})
        await browser.wait_for("stage 1 of 11")
        await browser.send("stdin", "q")
        await browser.closed()


@pytest.mark.parametrize(
    ("driver", "options"),
    [(WEB_DRIVER, ("--kiosk",)), (WEB_DRIVER, ("--kiosk", "--theme", "nord")), ("tests.hostile:Driver", ())],
    ids=["kiosk", "kiosk with a theme", "another driver"],
)
def test_no_other_driver_and_none_in_a_kiosk(driver: str, options: tuple[str, ...]) -> None:
    env = {**os.environ, "TEXTUAL_DRIVER": driver}
    command = [sys.executable, "-m", "backprop_tui", *options]
    done = subprocess.run(command, env=env, input=b"", capture_output=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2
    assert b"no terminal" in done.stderr
    assert done.stdout == b""
