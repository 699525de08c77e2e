"""`backprop-tui new SHAPE`: the scenario file that its words ask for."""

import re
from itertools import pairwise

from backprop_tui.core.initialization import DEFAULT_INIT, INITIALIZATIONS
from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.optimizers import OPTIMIZERS
from backprop_tui.core.scenario import MOST_PARAMETERS, ScenarioError
from backprop_tui.core.scenario_file import parse
from backprop_tui.core.softmax import CROSS_ENTROPY, LAYER_OPERATIONS
from backprop_tui.options.arguments import Request
from backprop_tui.options.numbers import UsageError
from backprop_tui.options.scenario import known_name
from backprop_tui.present.export.new_scenario import NewNetwork, new_scenario

HIDDEN = "tanh"
SEED = 15
"""Where nothing else is asked for; XOR is learned from this seed by most networks, even small ones."""

_LAST = {"bce": "sigmoid", CROSS_ENTROPY: "softmax"}
_RATES = {"bce": 0.3, CROSS_ENTROPY: 0.3, "mae": 0.03}
_USUAL_RATE = 0.1
_SHARES = {"momentum": 0.2, "nesterov": 0.2}
_OWN_RATES = {"adagrad": 0.1, "rmsprop": 0.01, "adam": 0.01, "adamw": 0.01}
"""Learning rates by loss; what share of one suits an optimiser that steps on; those of steps of a size of their own."""


def new_file(request: Request) -> str:
    """The text of the scenario file.  Raises UsageError where there is no such network."""
    loss = known_name("loss", request.loss, LOSSES) or "mse"
    optimizer = known_name("optimizer", request.optimizer, OPTIMIZERS) or "sgd"
    given = known_name("activation", request.activation, (*ACTIVATIONS, *LAYER_OPERATIONS))
    widths = _widths(request)
    has_hidden = len(widths) > 2
    if loss == CROSS_ENTROPY and widths[-1] == 1:
        one_output = f"{request.scenarios[0]} has one output; cross_entropy needs two or more, one for each class"
        raise UsageError(f"--loss cross_entropy: {one_output}; for one there is bce")
    last = _LAST.get(loss, "identity")
    network = NewNetwork(
        widths=widths,
        hidden=given or HIDDEN,
        last=last if has_hidden or given is None else given,
        loss=loss,
        learning_rate=_rate(loss, optimizer) if request.lr is None else request.lr,
        optimizer=optimizer,
        batch_size=1 if request.batch_size is None else request.batch_size,
        init=known_name("init", request.init, INITIALIZATIONS) or DEFAULT_INIT,
        seed=SEED if request.seed is None else request.seed,
    )
    text = "".join(new_scenario(network))
    try:
        parse(text, network.shape)
    except ScenarioError as error:
        raise UsageError(f"{_blamed(error, request)}: {error.problem}") from error
    return text


def _rate(loss: str, optimizer: str) -> float:
    return _OWN_RATES.get(optimizer) or round(_RATES.get(loss, _USUAL_RATE) * _SHARES.get(optimizer, 1.0), 3)


def _blamed(error: ScenarioError, request: Request) -> str:
    """The option that the scenario takes exception to."""
    if error.key == "batch_size":
        return "--batch-size"
    return f"--activation {request.activation}" if request.activation else "--loss"


def _widths(request: Request) -> tuple[int, ...]:
    """How many inputs, then how many neurons each layer has.  Raises UsageError where the word is no such shape."""
    if not request.scenarios:
        raise UsageError("new: the shape is missing; expected for example `backprop-tui new 2-3-1`")
    (word,) = request.scenarios
    if not re.fullmatch(r"\d{1,9}(-\d{1,9})+", word, re.ASCII):
        raise UsageError(f"{word[:40]}: {_no_shape(word)}" if word else "an empty word; expected a shape such as 2-3-1")
    widths = tuple(map(int, word.split("-")))
    if 0 in widths:
        raise UsageError(f"{word[:40]}: each number of a shape is at least 1, such as 2-3-1")
    parameters = sum((inputs + 1) * neurons for inputs, neurons in pairwise(widths))
    if parameters > MOST_PARAMETERS:
        raise UsageError(f"{word[:40]}: at most {MOST_PARAMETERS:,} parameters, here are {parameters:,}")
    return widths


def _no_shape(word: str) -> str:
    """What is wrong with a word that is no shape, and what would be right."""
    if re.fullmatch(r"\d+(-\d+)+", word, re.ASCII):
        return f"at most {MOST_PARAMETERS:,} parameters"
    if re.fullmatch(r"\d+", word, re.ASCII):
        return f"one number is no shape; expected inputs and outputs, hidden layers between, such as 2-{word[:9]}-1"
    if re.fullmatch(r"\W*\d{1,9}(?:(?:\W+|x|->)\d{1,9})+\W*", word, re.ASCII | re.IGNORECASE):
        return f"no shape; did you mean {'-'.join(re.findall(r'[0-9]+', word))}?"
    return "no shape; expected the inputs, the neurons of each hidden layer and the outputs, such as 2-3-1"
