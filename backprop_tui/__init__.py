"""See backpropagation happen: one key press computes one quantity."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backprop_tui.core.scenario import Scenario

__version__ = "0.1.0"


def diagnose(
    what: "Scenario | str", stage: int | str, answer: str | float, *, epoch: int = 1, sample: int = 1
) -> tuple[str, ...]:
    """Which mistakes give `answer` for the number of a stage: their names, the commonest first.

    () where it is right, or where no known mistake gives it.  `what` is a scenario, the name of a built-in one, or the
    path of a file.  `stage` counts from 1 within the pass of `sample` in `epoch`, or is the name of the quantity that
    it computes, such as ``"dL_dw"``, of a parameter its update.  The answer is a number or arithmetic (``"-1*2"``) as
    text; it stands for what rounds to its digits.  Raises ValueError, with one line that says what was expected, for a
    wrong one of these.
    """
    from backprop_tui.present.predicting.diagnosis import diagnose as found  # noqa: PLC0415 - a trace needs none of it

    return found(what, stage, answer, epoch=epoch, sample=sample)
