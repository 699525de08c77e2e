"""How the application is to open: what the command line hands to it."""

from typing import NamedTuple

from backprop_tui.core.scenario import Scenario


class Launch(NamedTuple):
    """The application's start: a valid position of the scenario's run, and how to play, draw and listen.

    `play` is the number of seconds from stage to stage, None where nothing is to play yet; `ascii` says whether to
    draw with ASCII characters only, `mouse` whether the terminal is to report the mouse.  With `loop` playing starts
    over when there is nothing more to see; `idle_reset` is the number of seconds without a key after which everything
    is as at the start, None for never; in a `kiosk` nothing of the host can be reached from the screen.  With `no_quit`
    no key and no entry of the palette ends it, only a signal does; `theme` names one of the application's themes,
    None where it is to choose.  With `predict` each number is asked for before it is shown.
    """

    scenario: Scenario
    epoch: int = 1
    sample: int = 1
    stage: int = 0
    play: float | None = None
    ascii: bool = False
    mouse: bool = True
    loop: bool = False
    idle_reset: float | None = None
    kiosk: bool = False
    no_quit: bool = False
    theme: str | None = None
    predict: bool = False
