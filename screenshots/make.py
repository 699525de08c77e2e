"""Draws the README's pictures: the real application at work, one SVG each.

    python screenshots/make.py

draws them anew, in place.  Another version of Textual or Rich may draw the same screen differently, so those that
drew are recorded in made-with.txt, and under others nothing is written unless --new-versions says that it is meant.
"""

import argparse
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

for name in [name for name in os.environ if name == "NO_COLOR" or name.startswith("TEXTUAL_")]:
    del os.environ[name]  # read when textual is imported, they would change the pictures

from backprop_tui.core.scenario_file import load  # noqa: E402 - as above
from backprop_tui.launch import Launch  # noqa: E402
from backprop_tui.screenshot import screenshot  # noqa: E402

FOLDER = Path(__file__).resolve().parent
RECORD = FOLDER / "made-with.txt"


class Picture(NamedTuple):
    """A screen: where the application opens, what is pressed then, the terminal's size, and the theme."""

    scenario: str = "article-7"
    epoch: int = 1
    stage: int = 0
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = (80, 24)
    theme: str | None = None


PICTURES = {
    "start": Picture(),
    "chain-rule": Picture(stage=8),
    "update": Picture(stage=10),
    "converged": Picture(epoch=2, stage=3),
    "dead-relu": Picture("relu-dead", stage=8),
    "overshoot": Picture("overshoot", epoch=6, stage=3),
    "diverged": Picture("diverge", epoch=163, stage=3),
    "network": Picture("mazur", stage=40),
    "softmax": Picture("practice-softmax", stage=18),
    "circuit": Picture("cs231n-gates", stage=22),
    "predict": Picture(stage=7, keys=("t", "2", "enter")),
    "answers": Picture("xor-2-2-1", epoch=299, keys=("end", "a")),
    "verify": Picture("xor-2-2-1", epoch=5, stage=36, keys=("v",)),
    "edit": Picture(stage=8, keys=("e", "tab", "tab", *"1,5")),
    "wide": Picture(stage=8, size=(120, 40)),
    "light": Picture(stage=8, theme="backprop-light"),
}


def draw(picture: Picture) -> str:
    """The SVG of `picture`, the same on every run and every machine."""
    launch = Launch(load(picture.scenario), epoch=picture.epoch, stage=picture.stage, theme=picture.theme)
    return screenshot(launch, size=picture.size, form="svg", keys=picture.keys)


def installed() -> str:
    """What draws here, in the words of RECORD."""
    return ", ".join(f"{package} {version(package)}" for package in ("textual", "rich"))


def recorded() -> str:
    """What drew the pictures as they are; empty before the first."""
    return RECORD.read_text(encoding="utf-8").strip() if RECORD.exists() else ""


def write(folder: Path) -> None:
    """Write every picture into `folder`, and remove those that are no longer made."""
    for file in folder.glob("*.svg"):
        if file.stem not in PICTURES:
            file.unlink()
    for name, picture in PICTURES.items():
        (folder / f"{name}.svg").write_text(draw(picture), encoding="utf-8", newline="\n")


def main(arguments: list[str]) -> str | None:
    """Write the pictures, or give the reason why not."""
    parser = argparse.ArgumentParser(description="Draw the README's pictures anew.")
    parser.add_argument("--new-versions", action="store_true", help="drawn by other versions than before, as is meant")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="write there, whatever draws, and record nothing")
    options = parser.parse_args(arguments)
    if options.into:
        write(options.into)
    elif recorded() in ("", installed()) or options.new_versions:
        write(FOLDER)
        RECORD.write_text(f"{installed()}\n", encoding="utf-8")
    else:
        return f"nothing written: drawn by {recorded()}, but installed is {installed()}; --new-versions if it is meant"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
