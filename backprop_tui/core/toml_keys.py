"""The keys of a scenario file, and what is said of one that stands where it does not belong."""

from backprop_tui.core.scenario import ScenarioError
from backprop_tui.core.toml_values import Table, shown
from backprop_tui.core.training_keys import TRAINING

_TABLES = ("layer", "sample", "expression", "expect")
TOP = ("title", "source", "learning_rate", "loss", *TRAINING, "seed", "samples", *_TABLES)
LAYER = ("activation", "weights", "biases", "neurons", "init", "trainable", "train_biases")
SAMPLE = ("x", "y", "class")
EXPECT = ("epoch", "sample", "quantity", "printed", "tolerance")
"""Those at the top, and in each kind of table."""


def check_keys(where: str, table: Table, known: tuple[str, ...], required: tuple[str, ...] = ()) -> None:
    """Raise ScenarioError, naming the place `where`, for a key that is not `known`, and for one missing."""
    for key in table:
        if key not in known:
            name = key if key.isidentifier() and len(key) <= 40 else shown(key)
            raise ScenarioError(f"{where}, {name}" if where else name, _unknown_key(key, known))
    for key in required:
        if key not in table:
            raise ScenarioError(where, f"{key} is missing")


def _unknown_key(key: str, known: tuple[str, ...]) -> str:
    """What is wrong with `key`, which is none of those `known` here: it belongs elsewhere, or is called otherwise."""
    from backprop_tui.core.names_elsewhere import key_here  # noqa: PLC0415 - needed for an unknown key only

    tables = {"[[layer]]": LAYER, "[[sample]]": SAMPLE, "[[expect]]": EXPECT}
    likely = key_here(key, known)
    if not likely:
        if key_here(key, TOP) == key:
            return "belongs to the top of the file, before the first [[layer]] or other table"
        table = next((table for table, keys in tables.items() if key in keys), "")
        if table:
            return f"belongs below {table}"
    expected = f"expected one of {', '.join(known)}"
    return f"unknown key; {f'did you mean {likely}? ' if likely else ''}{expected}"
