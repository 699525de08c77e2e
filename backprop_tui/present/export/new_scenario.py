"""A scenario file of one's own to begin with: a network by its shape, samples that it can learn, and what to change."""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import NamedTuple

from backprop_tui.core.example_samples import examples
from backprop_tui.core.initialization import INITIALIZATIONS
from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.optimizers import OPTIMIZERS
from backprop_tui.core.softmax import CROSS_ENTROPY

_COLUMN, _WIDTH = 25, 80  # where comments behind a value begin, and where others end


class NewNetwork(NamedTuple):
    """What the file is to say: the widths, inputs first, and the names and numbers for the keys of the same names."""

    widths: tuple[int, ...]
    hidden: str
    last: str
    loss: str
    learning_rate: float
    optimizer: str
    batch_size: int | str
    init: str
    seed: int

    @property
    def shape(self) -> str:
        """As the command line has it, 2-3-1."""
        return "-".join(map(str, self.widths))


def new_scenario(network: NewNetwork) -> Iterator[str]:
    """The lines of the file, in ASCII."""
    yield from _comment(f"Made by `backprop-tui new {network.shape}`. Everything here can be changed.")
    yield from _top(network)
    yield "\n"
    yield from _comment(
        f"The layers, the first takes the inputs. activation is one of {_names(ACTIVATIONS)}; "
        f"init, how weights are drawn, one of {_names(INITIALIZATIONS)}. "
        "In place of neurons and init a layer may have weights = [[0.5, -1.0], ...], a row for each neuron, in it "
        "a number for each input, and biases = [0.0, ...]."
    )
    for number, neurons in enumerate(network.widths[1:], start=1):
        yield from _layer(network, number, neurons)
    yield from _samples(network)


def _top(network: NewNetwork) -> Iterator[str]:
    rows = [
        ("title", _quoted(network.shape), "stands at the top of the screen"),
        ("learning_rate", repr(network.learning_rate), "how far a step goes; if the loss goes up, less"),
        ("loss", _quoted(network.loss), _names(LOSSES)),
        ("optimizer", _quoted(network.optimizer), _names(OPTIMIZERS)),
        ("batch_size", _value(network.batch_size), 'so many samples to an update, or "all"'),
        ("seed", str(network.seed), "another one draws other weights"),
    ]
    yield from (_line(f"{key} = {value}", comment) for key, value, comment in rows)
    yield "\n"
    yield from _comment(
        "Samples may come from a CSV file beside this one, whose first line is "
        f"{_header(network)}. Then take the # off the next line, and take out each [[sample]] below."
    )
    yield '# samples = "points.csv"\n'


def _layer(network: NewNetwork, number: int, neurons: int) -> Iterator[str]:
    is_last = number == len(network.widths) - 1
    needed = {"bce": "bce needs sigmoid here", CROSS_ENTROPY: "cross_entropy needs softmax here"}.get(network.loss, "")
    activation = f"activation = {_quoted(network.last if is_last else network.hidden)}"
    yield "\n"
    yield _line("[[layer]]", f"layer {number}{': its neurons are the answer' if is_last else ''}")
    yield _line(activation, needed if is_last else "")
    yield f"neurons = {neurons}\n"
    yield f"init = {_quoted(network.init)}\n"


def _samples(network: NewNetwork) -> Iterator[str]:
    widths = network.widths
    found = examples(
        widths[0],
        widths[-1],
        hidden=len(widths) > 2,
        classes=network.loss == CROSS_ENTROPY,
        line=network.last == "identity",
    )
    target = "class" if found.classes else "y"
    yield "\n"
    yield from _comment(f"The samples. x is what goes in, {target} what should come out. {found.text}")
    for sample in found.samples:
        target = f"class = {sample.y.index(1.0) + 1}" if found.classes else f"y = {_list(sample.y)}"
        yield f"\n[[sample]]\nx = {_list(sample.x)}\n{target}\n"


def _header(network: NewNetwork) -> str:
    targets = "class" if network.loss == CROSS_ENTROPY else _columns("y", network.widths[-1])
    return f"{_columns('x', network.widths[0])},{targets}"


def _columns(letter: str, count: int) -> str:
    """The names of so many columns, those in the middle left out where they are many."""
    if count == 1:
        return letter
    names = [f"{letter}{number}" for number in range(1, count + 1)]
    return ",".join(names if count <= 4 else [*names[:2], "...", names[-1]])


def _comment(text: str) -> Iterator[str]:
    """`text` in lines of a comment."""
    for line in wrap(text, _WIDTH - 2, break_on_hyphens=False):
        yield f"# {line}\n"


def _line(text: str, comment: str) -> str:
    return f"{text:{_COLUMN - 2}}  # {comment}\n" if comment else f"{text}\n"


def _names(known: Iterable[str]) -> str:
    return " ".join(known)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _value(value: int | str) -> str:
    return _quoted(value) if isinstance(value, str) else str(value)


def _list(numbers: Sequence[float]) -> str:
    return f"[{', '.join(map(repr, numbers))}]"
