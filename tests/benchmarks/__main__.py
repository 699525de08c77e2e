"""``python -m tests.benchmarks [WHAT…] [--runs N]``: a table of what was measured, everything where nothing is named.

Another measurement is a function from the environment and the number of runs to lines, and a row of `MEASUREMENTS`.
"""

import argparse

from tests.benchmarks.answers import answers_map
from tests.benchmarks.comparisons import COMPARISONS, micrograd
from tests.benchmarks.expressions import readme_beside_micrograd
from tests.benchmarks.haste import at_once, held
from tests.benchmarks.million import million
from tests.benchmarks.output import bytes_per_key, idle
from tests.benchmarks.programs import environment
from tests.benchmarks.table import HEADING, Measurement

MEASUREMENTS: dict[str, Measurement] = {
    **COMPARISONS,
    "micrograd": micrograd,
    "readme": readme_beside_micrograd,
    "million": million,
    "answers": answers_map,
    "bytes": bytes_per_key,
    "idle": idle,
    "held": held,
    "burst": at_once,
}
"""All of them, by the names that they have on the command line."""


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Times as ratios of medians.")
    parser.add_argument("what", nargs="*", choices=(*MEASUREMENTS, []), default=[], help="left out: everything")
    parser.add_argument("--runs", type=int, default=21, help="how often both of a comparison are measured (default 21)")
    asked = parser.parse_args()
    print(HEADING, flush=True)
    with environment() as env:
        for name, measurement in MEASUREMENTS.items():
            if name in (asked.what or MEASUREMENTS):
                for line in measurement(env, asked.runs):
                    print(line, flush=True)


main()
