"""What all tests share: how hypothesis searches, and what PyTorch computed."""

import json
from pathlib import Path
from typing import Any

import pytest
import textual
from hypothesis import settings

# The same examples on every run and nothing written; `--hypothesis-profile=search` looks for new ones.
settings.register_profile("tests", deadline=None, derandomize=True, database=None)
settings.register_profile("search", deadline=None, max_examples=2000, database=None)
settings.load_profile("tests")


@pytest.fixture(scope="session")
def pytorch() -> dict[str, Any]:
    """What `data/make_pytorch.py` wrote."""
    return json.loads((Path(__file__).parent / "data" / "pytorch.json").read_text(encoding="utf-8"))


RECORDED_WITH = Path(__file__).parent / "data" / "snapshots-textual-version.txt"


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to rewrite recorded screens under another Textual than they were recorded with.

    Otherwise a change in the library would slip into them unseen.  Whoever moves to a newer Textual changes the
    version in the file first, rewrites, and looks at every difference.
    """
    recorded = RECORDED_WITH.read_text(encoding="utf-8").strip()
    if config.getoption("update_snapshots", default=False) and recorded != textual.__version__:
        message = f"screens were recorded with textual {recorded}, this is {textual.__version__}: see {RECORDED_WITH}"
        raise pytest.UsageError(message)
