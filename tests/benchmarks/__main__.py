"""``python -m tests.benchmarks [start] [frame] [key] [bytes] [idle] [--runs N]``: a table of what was measured."""

import argparse
from collections.abc import Mapping

from tests.benchmarks.comparisons import COMPARISONS, Comparison, ratio
from tests.benchmarks.output import idling, traffic
from tests.benchmarks.programs import environment

_IDLE_SECONDS = 10.0
_ROW = "{:<30} {:>10} {:>10} {:>6} {:>7} {:>5}  {}"


def main() -> None:
    """Measure what is asked for, everything but idling where nothing is."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Times as ratios of medians.")
    known = (*COMPARISONS, "bytes", "idle")
    parser.add_argument("what", nargs="*", choices=(*known, []), default=[], help="left out: everything but idle")
    parser.add_argument("--runs", type=int, default=21, help="processes started of each kind (default 21)")
    parser.add_argument("--idle", action="store_true", help=f"idle, too, which takes {_IDLE_SECONDS:.0f} seconds")
    asked = parser.parse_args()
    what = asked.what or (*COMPARISONS, "bytes")
    print(_ROW.format("what", "ours", "reference", "ratio", "target", "runs", "the reference"))
    with environment() as env:
        for name, comparison in COMPARISONS.items():
            if name in what:
                _compare(comparison, env, asked.runs)
        if "bytes" in what:
            for seen in traffic(env):
                size = f"{seen.columns}×{seen.rows}"
                _inform(f"bytes per key, {size}", f"{seen.bytes_per_key:.0f}", seen.keys)
                _inform(f"cells changed per key, {size}", f"{seen.cells_per_key:.0f}", seen.keys)
        if asked.idle or "idle" in what:
            sent, share = idling(env, _IDLE_SECONDS)
            _inform(f"idle for {_IDLE_SECONDS:.0f} s, bytes", str(sent), 1)
            _inform(f"idle for {_IDLE_SECONDS:.0f} s, processor", f"{share:.1%}", 1)


def _compare(comparison: Comparison, env: Mapping[str, str], runs: int) -> None:
    pairs = list(comparison.measure(env, runs))
    ours, reference, times = ratio(pairs)
    good = f"≤ {comparison.target:g}"
    shown = (f"{ours * 1e3:.1f} ms", f"{reference * 1e3:.1f} ms", f"{times:.2f}", good, len(pairs))
    print(_ROW.format(comparison.what, *shown, comparison.reference), flush=True)


def _inform(what: str, value: str, runs: int) -> None:
    print(_ROW.format(what, value, "", "", "", runs, "").rstrip(), flush=True)


main()
