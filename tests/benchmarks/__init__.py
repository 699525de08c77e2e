"""What the program costs, beside programs that do as little as possible: ``python -m tests.benchmarks``.

Both run in turns on the same machine, so that what else it does hits both; of each the median counts, and of the
two medians the ratio.  No test asserts a time.
"""
