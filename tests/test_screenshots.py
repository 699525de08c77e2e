"""The README's pictures show the application as it is."""

import os
import shutil
import subprocess
import sys
from html import unescape
from importlib.metadata import version
from pathlib import Path
from re import findall

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "screenshots"


def make(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `script` as people do, in an environment that would change the pictures if it were let."""
    odd = {"NO_COLOR": "1", "TEXTUAL_THEME": "nord", "TEXTUAL_COLOR_SYSTEM": "256", "COLUMNS": "40", "LC_ALL": "C"}
    environment = {**os.environ, **odd, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, script, *arguments], env=environment, capture_output=True, text=True, check=False
    )


def pictures(folder: Path) -> dict[str, str]:
    """The SVGs in `folder` by their files' names."""
    return {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.svg")}


def letters(svg: str) -> str:
    """What can be read in `svg`, without blanks."""
    return "".join(unescape("".join(findall(r"<text[^>]*>([^<]*)</text>", svg))).split())


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every picture as it is drawn now."""
    folder = tmp_path_factory.mktemp("screenshots")
    done = make(FOLDER / "make.py", "--into", str(folder))
    assert done.returncode == 0, done.stderr
    return pictures(folder)


def test_no_picture_is_stale(drawn: dict[str, str]) -> None:
    """Compared to the byte with the versions that drew them, with others, which may draw otherwise, to the letter."""
    kept = pictures(FOLDER)
    recorded = (FOLDER / "made-with.txt").read_text(encoding="utf-8").strip()
    installed = f"textual {version('textual')}, rich {version('rich')}"
    compared = str if installed == recorded else letters
    stale = [name for name in {*drawn, *kept} if compared(drawn.get(name, "")) != compared(kept.get(name, ""))]
    advice = f"made with {recorded}, installed is {installed}; `python screenshots/make.py` draws them anew"
    assert not stale, f"{', '.join(sorted(stale))}: not what the application shows; {advice}"


def test_a_picture_holds_what_is_on_the_screen_and_loads_nothing(drawn: dict[str, str]) -> None:
    assert "∂L/∂w=∂L/∂a·∂a/∂z·∂z/∂w=−1·1·2=−2" in letters(drawn["chain-rule.svg"])
    assert not [name for name, svg in drawn.items() if "url(http" in svg or "href" in svg]


def test_nothing_is_written_where_other_versions_draw(tmp_path: Path) -> None:
    script = Path(shutil.copy(FOLDER / "make.py", tmp_path))
    (tmp_path / "made-with.txt").write_text("textual 1.0, rich 1.0\n", encoding="utf-8")
    done = make(script)
    assert done.returncode == 1
    assert "drawn by textual 1.0, rich 1.0, but installed is textual " in done.stderr
    assert not pictures(tmp_path)
