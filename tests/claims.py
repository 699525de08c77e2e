"""What the sentences claim, read from their words and checked against `own_pass`.

`python -m tests.claims N [SEED [1]]` checks N generated stages and reports the claims that are false.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from backprop_tui.stepper.state import State
from tests import claims_of_facts, claims_of_moves, claims_of_runs, claims_of_training
from tests.claiming import CLAIMS, NAME, NUMBER, Stage
from tests.many_scenarios import stages
from tests.many_trainings import training_stages

KINDS = (claims_of_moves, claims_of_facts, claims_of_runs, claims_of_training)
"""Where the claims are; to import them is to add them to the table."""


class Finding(NamedTuple):
    """A claim met at a stage; `text` is the words of it."""

    text: str
    is_true: bool


def findings(state: State) -> Iterator[Finding]:
    """Every claim made at the stage of `state`."""
    if state.view.first_not_finite:
        return
    stage = Stage(state)
    for words, holds in CLAIMS:
        for match in words.finditer(stage.text):
            yield Finding(match[0], holds(stage, match))


def main(wanted: int, seed: int = 1, training: int = 0) -> int:
    """Check `wanted` stages, of `many_trainings` where `training` is not 0; print the false claims, and count them."""
    seen, made, false = 0, Counter[str](), Counter[str]()
    examples: dict[str, list[str]] = {}
    for state in training_stages(seed, 8) if training else stages(seed):
        if seen >= wanted:
            break
        seen += 1
        for text, is_true in findings(state):
            kind = re.sub(NAME, "w", re.sub(NUMBER, "1", text))[:60]
            made[kind] += 1
            if not is_true:
                false[kind] += 1
                examples.setdefault(kind, []).append(f"{text!r} at {state.position} of {state.scenario}")
    for kind, number in false.most_common():
        print(f"{number:7,} of {made[kind]:,}  {kind}\n         e.g. {min(examples[kind], key=len)}")
    print(f"{seen:,} stages, {sum(made.values()):,} claims of {len(made)} wordings, {sum(false.values()):,} false")
    return sum(false.values())


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])) > 0)
