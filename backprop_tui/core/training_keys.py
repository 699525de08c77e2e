"""The keys of a scenario file that say how it is trained: the optimiser, batches, and classes as targets."""

from backprop_tui.core.optimizers import OPTIMIZERS, Settings, settings
from backprop_tui.core.scenario import ScenarioError
from backprop_tui.core.toml_values import Table, flag, number, shown

TRAINING = ("batch_size", "zero_grad", "optimizer")
"""Those at the top of a file."""


def batch_size(table: Table, samples: int) -> int:
    """How many samples go into an update: 1 where nothing is said, `samples` for "all"."""
    size = table.get("batch_size", 1)
    if size == "all":
        return max(samples, 1)
    if isinstance(size, bool) or not isinstance(size, int):
        raise ScenarioError("batch_size", f'expected a whole number from 1 to {samples}, or "all", not {shown(size)}')
    return size


def zero_grad(table: Table) -> bool:
    """Whether gradients are set to 0 before each batch."""
    return flag("zero_grad", table.get("zero_grad", True))


def optimizer(table: Table) -> Settings:
    """The optimiser: a name, or a table of its name and options."""
    value = table.get("optimizer", "sgd")
    if isinstance(value, str):
        return settings(_known(value, "optimizer"))
    if not isinstance(value, dict):
        raise ScenarioError("optimizer", f"expected a name or a table with one, not {shown(value)}")
    name = value.get("name")
    if not isinstance(name, str):
        problem = "name is missing" if name is None else f"expected a name, not {shown(name)}"
        raise ScenarioError("optimizer", f"{problem}; it is one of {', '.join(OPTIMIZERS)}")
    name = _known(name, "optimizer, name")
    options = OPTIMIZERS[name].options
    for option in value:
        if option not in ("name", *options):
            raise ScenarioError(f"optimizer, {_key(option)}", f"unknown option of {name}; it has {', '.join(options)}")
    given = {option: number(f"optimizer, {option}", value[option]) for option in options if option in value}
    return settings(name, **given)


def target(key: str, value: object, classes: int) -> tuple[float, ...]:
    """The probabilities that say that class number `value`, from 1, is the right one of `classes`."""
    if not classes:
        raise ScenarioError(key, 'a class needs loss = "cross_entropy"; for other losses there is y')
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= classes:
        raise ScenarioError(key, f"expected a whole number from 1 to {classes}, not {shown(value)}")
    return tuple(float(number == value) for number in range(1, classes + 1))


def _known(name: str, key: str) -> str:
    """`name` in lower case, which must be that of an optimiser."""
    if name.lower() in OPTIMIZERS:
        return name.lower()
    from backprop_tui.core.names_elsewhere import OPTIMIZER, unknown  # noqa: PLC0415 - needed for an unknown name only

    raise ScenarioError(key, f"{name[:40]!r} is {unknown(OPTIMIZER, name, OPTIMIZERS)}")


def _key(name: str) -> str:
    return name if name.isidentifier() and len(name) <= 40 else repr(name[:40])
