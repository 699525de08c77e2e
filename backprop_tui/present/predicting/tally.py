"""Looking back: what was predicted, rule by rule; counts, no marks."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from backprop_tui.core.backprop import Phase
from backprop_tui.present.canvas import Row, Style
from backprop_tui.present.formulas import PHASE_NAMES
from backprop_tui.present.sentences import counted

_NOTHING = (
    "Nothing has been predicted yet. t asks for each number before it is shown; "
    "once more, and it asks without the numbers put in."
)
_TIMES = {1: "once", 2: "twice"}
_MOST_NAMED = 2  # mistakes in the summary of one rule; the page has all


class Record(NamedTuple):
    """A question that is over: in which epoch, by which rule, whether it was right, at first try, and what slipped."""

    epoch: int
    phase: Phase
    right: bool
    at_first: bool
    slips: tuple[str, ...]


def summary(records: Sequence[Record]) -> str:
    """``Chain rule: 5 of 6 at first try; once the slope was forgotten.`` for each rule; empty where nothing was.

    Those that were all known share one sentence: ``Forward: 2 of 2, update: 2 of 2 at first try.``
    """
    groups = _by_phase(records)
    known = [f"{PHASE_NAMES[phase]}: {len(some)} of {len(some)}" for phase, some in groups if _all_known(some)]
    others = [f"{_of_phase(phase, some, _MOST_NAMED)}." for phase, some in groups if not _all_known(some)]
    together = ", ".join(known)
    return " ".join((*others, *[f"{together[:1].upper()}{together[1:]} at first try."] * bool(known)))


def _all_known(records: Iterable[Record]) -> bool:
    return all(one.at_first for one in records)


def _by_phase(records: Iterable[Record]) -> list[tuple[Phase, list[Record]]]:
    groups = {phase: [one for one in records if one.phase is phase] for phase in Phase}
    return [(phase, some) for phase, some in groups.items() if some]


def _of_phase(phase: Phase, records: Sequence[Record], most: int) -> str:
    name = PHASE_NAMES[phase].capitalize()
    first = sum(one.at_first for one in records)
    slips = Counter(slip for one in records for slip in one.slips).most_common(most)
    told = "; ".join(f"{_TIMES.get(count, f'{counted(count)} times')} {slip}" for slip, count in slips)
    return f"{name}: {first} of {len(records)} at first try" + (f"; {told}" if told else "")


def tally_rows(records: Sequence[Record], width: int) -> tuple[Row, ...]:
    """The page of all predictions of the session, in rows of at most `width` cells."""
    if not records:
        return tuple(_wrapped(_NOTHING, width, Style.PLAIN))
    rows: list[Row] = []
    for phase, some in _by_phase(records):
        rows += _wrapped(_of_phase(phase, some, 0), width, Style.STRONG)
        later = sum(one.right and not one.at_first for one in some)
        shown = sum(not one.right for one in some)
        parts = [f"{later} at the second"] * bool(later) + [f"{shown} shown"] * bool(shown)
        slips = Counter(slip for one in some for slip in one.slips).most_common()
        told = [f"{_TIMES.get(count, f'{counted(count)} times')}: {slip}" for slip, count in slips]
        for line in ([", ".join(parts)] if parts else []) + told:
            rows += _wrapped(line, width, Style.PLAIN, indent="   ")
        rows.append(())
    return (*rows, *_wrapped("Counted since the program was started; nothing of it is kept.", width, Style.DIM))


def _wrapped(text: str, width: int, style: Style, indent: str = "") -> list[Row]:
    lines = textwrap.wrap(text, max(20, min(width - 1, 76)), initial_indent=indent, subsequent_indent=indent)
    return [((line, style),) for line in lines]
