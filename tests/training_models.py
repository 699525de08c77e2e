"""Scenarios that are trained as it is done: softmax, batches, optimisers."""

from dataclasses import replace

from hypothesis import strategies as st

from backprop_tui.core.optimizers import OPTIMIZERS, settings
from backprop_tui.core.scenario import Layer, Sample, Scenario
from tests.models import TWO_SAMPLES, neuron, scenarios

CLASSES = Scenario(
    "classes",
    (
        Layer("tanh", ((0.7, -0.2), (0.5, 0.8)), (0.2, -0.1)),
        Layer("softmax", ((0.6, -0.5), (-0.9, 0.3), (0.4, 0.8)), (0.1, 0.0, -0.1)),
    ),
    (
        Sample((1.5, -0.4), (1.0, 0.0, 0.0)),
        Sample((-0.8, 0.9), (0.0, 0.25, 0.75)),
        Sample((0.2, 1.1), (0.0, 1.0, 0.0)),
        Sample((0.9, 0.3), (0.5, 0.0, 0.5)),
        Sample((-0.1, -1.2), (0.0, 0.0, 1.0)),
    ),
    "cross_entropy",
    0.3,
)
LARGE = Scenario(  # a probability is held, and the largest z is taken off
    "large",
    (Layer("softmax", ((1000.0,), (-1000.0,)), (0.0, 0.0)),),
    (Sample((1.0,), (0.0, 1.0)), Sample((0.03,), (1.0, 0.0))),
    "cross_entropy",
    0.1,
)


def with_optimizer(scenario: Scenario, name: str, **options: float) -> Scenario:
    return replace(scenario, optimizer=settings(name, **options))


TRAINED = {
    **{name: with_optimizer(TWO_SAMPLES, name) for name in OPTIMIZERS},
    **{f"{name} with decay": with_optimizer(neuron(), name, weight_decay=0.1) for name in OPTIMIZERS},
    **{
        f"{name} in batches": replace(with_optimizer(CLASSES, name, weight_decay=0.02), batch_size=2)
        for name in OPTIMIZERS
    },
    "classes": CLASSES,
    "all at once": replace(CLASSES, batch_size=5),
    "four and one": replace(CLASSES, batch_size=4, loss="huber"),
    "large": LARGE,
    "zero_grad forgotten": replace(TWO_SAMPLES, zero_grad=False),
    "zero_grad forgotten, alone": replace(neuron(), zero_grad=False),
    "zero_grad forgotten in batches": replace(with_optimizer(CLASSES, "adam"), batch_size=3, zero_grad=False),
    "uphill": replace(with_optimizer(CLASSES, "rmsprop", weight_decay=0.1), learning_rate=-0.01),
    "layer fixed": replace(
        with_optimizer(CLASSES, "adam"),
        layers=(replace(CLASSES.layers[0], trainable=False), CLASSES.layers[1]),
        batch_size=2,
    ),
    "all fixed": replace(
        CLASSES, layers=tuple(replace(layer, trainable=False) for layer in CLASSES.layers), batch_size=2
    ),
    "infinite in an update": Scenario(
        "infinite",
        (Layer("identity", ((1.5,),), (0.5,)),),
        tuple(Sample((x,), (9.0,)) for x in (1.0, 2.0, 3.0)),
        "mse",
        1e308,
    ),
    "infinite in a sum": Scenario(
        "infinite",
        (Layer("identity", ((0.0,),), (0.0,)),),
        (Sample((1.0,), (1.0,)), Sample((1e160,), (1e150,)), Sample((1.0,), (1.0,))),
        batch_size=3,
    ),
    "diverging": replace(with_optimizer(CLASSES, "momentum"), loss="mse", learning_rate=1e300, batch_size=3),
}


@st.composite
def trained_scenarios(draw: st.DrawFn) -> Scenario:
    """Any small model with any optimiser and batches, sometimes with softmax; some of them diverge."""
    scenario = draw(scenarios(rates=(0.01, 0.1, 50.0, -0.1)))
    last = scenario.output
    if len(last.weights) > 1 and draw(st.booleans()):
        scenario = _with_softmax(draw, scenario)
    name = draw(st.sampled_from(sorted(OPTIMIZERS)))
    options = {option: draw(st.floats(0.01, 0.99)) for option in OPTIMIZERS[name].options if draw(st.booleans())}
    size = draw(st.integers(1, len(scenario.samples)))
    return replace(scenario, optimizer=settings(name, **options), batch_size=size, zero_grad=draw(st.booleans()))


def _with_softmax(draw: st.DrawFn, scenario: Scenario) -> Scenario:
    layers = (*scenario.layers[:-1], replace(scenario.output, activation="softmax"))
    losses = ("cross_entropy", "mse", "half_squared", "mae", "huber")
    count = len(scenario.output.weights)
    samples = []
    for sample in scenario.samples:
        right = draw(st.integers(0, count - 1))
        share = draw(st.sampled_from((0.0, 0.25)))
        others = share / (count - 1)
        samples.append(Sample(sample.x, tuple(1 - share if k == right else others for k in range(count))))
    plain = replace(scenario, loss="mse", samples=tuple(samples))
    return replace(plain, layers=layers, loss=draw(st.sampled_from(losses)))
