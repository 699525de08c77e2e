"""The sentences: those of the design for the article's epoch, and for other numbers, rules and shapes their own."""

import pytest

from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.present.chrome import title_row
from backprop_tui.present.explanation.activation import WORDS
from backprop_tui.present.explanation.stage import explain
from backprop_tui.stepper.machine import Edit, GoTo, apply
from backprop_tui.stepper.state import Position, start
from tests.models import neuron
from tests.speaking import DA_DZ, DL_DA, DL_DB, DL_DW, DZ_DB, DZ_DW, LOSS, A, B, W, Z, at, said
from tests.training_models import CLASSES

ARTICLE = {
    0: "A neuron turns input x into answer a, by a weight w, a bias b and an activation. For x = 2 the right answer, "
    "the target, is y = 4. Only w and b may change. mse is the loss L, lr the learning rate. Each → is one stage.",
    Z: "The neuron weighs its input, weight times input, and adds its bias: this is the pre-activation z. w and b "
    "decide z, z decides a, and a decides the loss L: a chain. So far nothing is right or wrong.",
    A: "The activation turns z into the answer a. Here it is the identity: a is z itself. The answer should be 4; it "
    "is 0.5 too low.",
    LOSS: "0.25 means wrong, but not by much: 0.5 off a target of 4. The loss is one number for how wrong the answer "
    "is: the distance to the target, squared, so that too high and too low both count. To train is to make it smaller.",
    DL_DA: "If a rises a little, the loss falls just as much: −1. The sign tells which way, the size how strongly. A "
    "derivative says how much one number moves with another; by ∂, nothing but a moves.",
    DA_DZ: "If z moves a little, a moves just as much: the identity hands every move on as it is, factor 1.",
    DZ_DW: "If w moves, z moves twice as much: w is multiplied by x = 2. The local derivative of a weight is its "
    "input.",
    DZ_DB: "If b moves, z moves just as much: the bias is only added, factor 1. Only w and b may change, so ∂L/∂w and "
    "∂L/∂b are wanted. Every link on the way to them is known; next they are joined.",
    DL_DW: "−2 is the gradient: raise w a little and the loss falls twice as much. Chain rule: links multiply, as a "
    "nudge shows: w + 0.01 → z + 0.02 → a + 0.02 → L − 0.0196. A gradient only describes: w is still 1.5.",
    DL_DB: "−1 is the gradient: raise b a little and the loss falls just as much. The first two factors are used "
    "again. This process, not one formula, is backpropagation: loss.backward() in PyTorch. Nothing has changed yet.",
    W: "Now something changes, against the gradient: w goes up, from 1.5 to 1.7. The step is the learning rate times "
    "the gradient: 0.1 · (−2) = −0.2 is taken off. b is still to come; z, a and L still belong to the old w.",
    B: "b goes up, from 0.5 to 0.6, by the gradient of the same pass: the new w plays no part in it. In PyTorch these "
    "two lines are optimizer.step(). By the gradients the loss is to change by −0.5; epoch 2 shows what it does.",
}
FURTHER = {
    0: "identity is the activation. mse is short for mean squared error.",
    LOSS: "0 would be perfect.",
    DA_DZ: "At the same z the slopes of the others are: relu 1, leaky_relu 1, sigmoid 0.02845, tanh 0.003641,",
    DL_DW: "Walk from the loss back to w and multiply the links on the way. The gradient says −0.02, not −0.0196: the "
    "smaller the move, the nearer the two are.",
    DL_DB: "Tried: b + 0.01 → z + 0.01 → a + 0.01 → L − 0.0099.",
    B: "Each gradient takes the other numbers as fixed, but two have moved at once. The step is the learning rate "
    "times the gradient: 0.1 · (−1) = −0.1 is taken off.",
}
"""What is said besides where there is more room."""


@pytest.mark.parametrize("stage", ARTICLE)
def test_the_articles_epoch(stage: int) -> None:
    assert said(neuron(), stage) == ARTICLE[stage]


@pytest.mark.parametrize("stage", FURTHER)
def test_a_taller_terminal_says_more(stage: int) -> None:
    state = at(neuron(), stage)
    more = " ".join(explain(state, 76, 1000))
    assert more.startswith(ARTICLE[stage])
    assert FURTHER[stage] in more
    assert len(explain(state)) <= 3 < len(explain(state, 76, 1000)) + 1


@pytest.mark.parametrize(
    ("stage", "text"),
    [
        (0, "w went from 1.5 to 1.7, b went from 0.5 to 0.6. All derivatives are computed afresh"),
        (Z, "The forward pass again, with w = 1.7 and b = 0.6. z was 3.5; now it is 4. The derivatives are gone"),
        (A, "The answer should be 4, and it is: the neuron has learned it."),
        (
            LOSS,
            "fell from 0.25 to 0. By the gradients of epoch 1 the loss was to change by −0.5; it changed by −0.25",
        ),
        (DL_DA, "Here the answer is the target: the loss is at its lowest, where it is level: 0."),
        (DL_DW, "The answer is right, so nothing asks w to change: its gradient is 0."),
        (
            DL_DB,
            "Zero gradient: no small move of w or b lowers the loss; the answer is the target. Converged: updates",
        ),
        (W, "w stays 1.7: its gradient is 0, for the answer is right: the neuron has learned. b is still to come."),
        (B, "Nothing has changed, so the next forward pass will give the same answer."),
    ],
)
def test_the_epoch_after_the_articles(stage: int, text: str) -> None:
    assert text in said(neuron(), stage, epoch=2)


@pytest.mark.parametrize(
    ("activation", "z", "answer", "slope"),
    [
        ("relu", 3.5, "a positive z passes as it is. The gate is open.", "above 0, where every move gets through"),
        ("relu", -1.0, "z is not above 0, so the gate is closed and a is 0.", "Dead ReLU: z = −1 is below 0"),
        ("leaky_relu", 3.5, "a positive z passes as it is.", "factor 1. Below 0 a hundredth would."),
        ("leaky_relu", -1.0, "of a negative z only a hundredth passes.", "where a hundredth gets through, factor 0.01"),
        (
            "leaky_relu",
            0.0,
            "0 stays 0.",
            "its slope is 0.01 to the left, 1 to the right. By convention it counts as 0.01",
        ),
        ("sigmoid", 0.5, "it squeezes any z into the range from 0 to 1", "a(1 − a): 0.25 at z = 0, less"),
        ("tanh", 0.5, "it squeezes any z into the range from −1 to 1", "1 − a²: 1 at z = 0, less"),
        ("softplus", 0.0, "a ReLU with a rounded corner", "the sigmoid of z: near 1 far above 0, near 0 far below."),
        ("elu", 3.5, "a positive z passes as it is.", "factor 1. Below 0 less would."),
        (
            "elu",
            -1.0,
            "so that a never falls below −1.",
            "where the slope is e^(z), less the lower z is.",
        ),
        ("elu", 0.0, "0 stays 0.", "both with slope 1."),
        ("gelu", 1.0, "z times a factor from 0 to 1 that grows with z, here 0.8413.", "a moves 1.083 times"),
        (
            "gelu",
            -1.0,
            "here 0.1587.",
            "a moves 0.08332 times as much, the other way: left of the bottom",
        ),
        ("silu", 1.0, "z times its own sigmoid, a factor from 0 to 1, here 0.7311.", "a moves 0.9277 times"),
        ("silu", -1.2784645, "here 0.2178.", "at the bottom of its dip SiLU is almost level."),
    ],
)
def test_each_activation_in_its_own_words(activation: str, z: float, answer: str, slope: str) -> None:
    scenario = neuron(x=[1.0], w=[z], b=0.0, y=0.25, activation=activation)
    assert answer in said(scenario, A)
    assert slope in said(scenario, DA_DZ)


@pytest.mark.parametrize(
    ("loss", "y", "meaning", "slope"),
    [
        ("half_squared", 4.0, "half the squared distance to the target", "falls half as much: −0.5. The sign tells"),
        ("mae", 4.0, "the plain distance to the target", "it is 1 or −1, however far off a is: only the sign matters"),
        ("mae", 3.5, "Converged: the loss is 0.", "where the distance has a corner: by convention 0, |·|′(0) = 0."),
        (
            "huber",
            4.0,
            "at most 1 from the target half the squared distance, as here",
            "At most 1 from the target it is a − y; beyond, it stays at 1 or −1.",
        ),
        ("huber", 9.0, "more than 1 from the target the plain distance less 0.5, as here", "it stays at 1 or −1"),
        ("huber", 2.5, "at most 1 from the target half the squared distance, as here", "rises just as much: 1."),
    ],
)
def test_each_loss_in_its_own_words(loss: str, y: float, meaning: str, slope: str) -> None:
    assert meaning in said(neuron(y=y, loss=loss), LOSS)
    assert slope in said(neuron(y=y, loss=loss), DL_DA)


@pytest.mark.parametrize(
    ("w", "y", "meaning", "slope"),
    [
        (
            0.0,
            1.0,
            "the surprise at the target 1 when it was given the probability a. To train is",
            "The surer a wrong",
        ),
        (0.0, 0.0, "the surprise at the target 0 when it was given the probability 1 − a.", "The surer a wrong"),
        (0.0, 0.25, "when a is taken as a probability. It is lowest where a is 0.25.", "The surer a wrong"),
        (-800.0, 1.0, "given the probability a (held at 100).", "the divisor a(1 − a) is held at 1e-12: −1e+12."),
    ],
)
def test_bce_takes_the_answer_as_a_probability(w: float, y: float, meaning: str, slope: str) -> None:
    scenario = neuron(w=[w], y=y, activation="sigmoid", loss="bce")
    assert meaning in said(scenario, LOSS)
    assert slope in said(scenario, DL_DA)


def test_where_the_input_is_0_its_weight_does_nothing() -> None:
    scenario = neuron(x=[0.0])
    assert "Here only the bias is left, for the input is 0." in said(scenario, Z)
    assert "This input is 0, so its weight does nothing for this sample" in said(scenario, DZ_DW)
    assert "The gradient of w is 0: what w is multiplied by, the input x, is 0." in said(scenario, DL_DW)
    assert "Now something changes, against the gradient: b goes up, from 0.5 to 1.2." in said(scenario, B)


def test_further_inputs_say_what_their_link_does() -> None:
    scenario = neuron(x=[1.0, -2.0, 3.0], w=[-3.0, -1.0, 2.0], b=1.0, y=0.0, activation="relu", learning_rate=0.001)
    assert said(scenario, 11) == (
        "−24 is the gradient: raise w2 a little and the loss falls 24 times as much. The first two factors are used "
        "again. That link is the input x2 = −2: it doubles what arrives at z and turns its sign."
    )
    assert said(scenario, 13).endswith("Nothing has changed yet.")
    assert "w3 and b are still to come" in said(scenario, 15)
    assert "In PyTorch these four lines are optimizer.step()." in said(scenario, 17)


@pytest.mark.parametrize(
    ("scenario", "stage", "text"),
    [
        (neuron(learning_rate=0.0), W, "w stays 1.5: the learning rate is 0."),
        (
            neuron(learning_rate=-0.1),
            W,
            "but uphill, the learning rate −0.1 being negative: w goes down, from 1.5 to 1.3.",
        ),
        (neuron(y=3.0), W, "against the gradient: w goes down, from 1.5 to 1.3. The step is the learning rate times"),
        (neuron(b=1 - 1e-16, w=[1e9], x=[1e-9], y=1.0), W, "the step is too small for the digits of a machine"),
        (neuron(y=3.5 - 1e-6), W, "w goes down, from 1.5 to 1.4999996."),
        (
            neuron(w=[0.0], b=0.0, activation="leaky_relu"),
            DL_DW,
            "would fall 0.16 times as much, if at its corner, z = 0, the leaky ReLU had",
        ),
    ],
)
def test_a_sentence_is_true_for_odd_numbers(scenario: Scenario, stage: int, text: str) -> None:
    assert text in said(scenario, stage)


def test_a_factor_that_only_looks_like_1_is_about_1() -> None:
    scenario = neuron(x=[1.0, 1.00001], w=[1.0, 1.0])
    assert "it multiplies what arrives at z by about 1." in said(scenario, 10)


def test_several_samples_take_turns() -> None:
    layer = Layer("identity", ((1.5,),), (0.5,))
    scenario = Scenario("two", (layer,), (Sample((1.0,), (2.0,)), Sample((2.0,), (-1.0,))))
    assert said(scenario, 0, sample=2).startswith("Epoch 1, sample 2 of 2. For x = 2 the right answer, the target, is")
    assert "w and b are as the sample before left them" in said(scenario, 0, sample=2)
    assert said(scenario, Z, sample=2).startswith("Epoch 1, sample 2 of 2. For x = 2")
    assert "The loss of this sample rose from 0 to 7.29. Its own step did not raise it" in said(scenario, LOSS, 2)
    assert said(scenario, DL_DB).endswith("the answer is the target. This sample asks for no change.")


def test_an_edit_is_told_at_the_start_of_its_pass() -> None:
    state = apply(at(neuron(), 0, 2), Edit(neuron(y=7.0)))
    assert " ".join(explain(state)).startswith("From here on the edited numbers hold")
    assert "The loss is one number" in " ".join(explain(apply(state, GoTo(Position(2, 1, LOSS)))))


def test_parameters_held_fixed() -> None:
    free = neuron()
    layer = free.layers[0]
    fixed = Scenario("fixed", (Layer(layer.activation, layer.weights, layer.biases, trainable=False),), free.samples)
    assert said(fixed, 0).startswith("A neuron turns input x")
    assert "All parameters are held fixed" in said(fixed, 0)
    assert "Nothing may change here, all parameters being held" in said(fixed, DZ_DB)
    assert said(fixed, DL_DB).endswith("Held fixed, w and b stay.")
    biased = Scenario("b", (Layer(layer.activation, layer.weights, layer.biases, train_biases=False),), free.samples)
    assert "Only w may change; the bias is held fixed." in said(biased, 0)
    assert "Only w may change, so ∂L/∂w is wanted." in said(biased, DZ_DB)
    assert "In PyTorch this line is optimizer.step()." in said(biased, W)


def test_where_paths_meet_their_contributions_are_told() -> None:
    layers = (
        Layer("sigmoid", ((0.15, 0.2), (0.25, 0.3)), (0.35, 0.35), train_biases=False),
        Layer("sigmoid", ((0.4, 0.45), (0.5, 0.55)), (0.6, 0.6), train_biases=False),
    )
    mazur = Scenario("mazur", layers, (Sample((0.05, 0.1), (0.01, 0.99)),), "half_squared", 0.5)
    stage = start(mazur).timeline.find("dL_da1_1")
    assert said(mazur, stage) == (
        "0.03635 is the gradient of a1_1: raise a1_1 a little and the loss rises 0.03635 times as much. a1_1 leaves by "
        "two links, to z2_1 and z2_2, which bring 0.0554 and −0.01905: together 0.03635."
    )


def test_a_corner_on_the_way_is_told_in_a_network_too() -> None:
    layers = Layer("leaky_relu", ((1.0,),), (-1.0,)), Layer("identity", ((2.0,),), (0.5,))
    cornered = Scenario("corner", layers, (Sample((1.0,), (4.0,)),))
    stage = start(cornered).timeline.find("dL_dz1_1")
    assert "if at its corner, z1_1 = 0, the leaky ReLU had the slope of convention" in said(cornered, stage)


def test_every_row_of_operations_has_words() -> None:
    assert WORDS.keys() == ACTIVATIONS.keys()
    assert "the surprise at the right class" in said(CLASSES, start(CLASSES).timeline.find("loss"))
    for loss in LOSSES.keys() - {"cross_entropy"}:
        activation = "sigmoid" if loss == "bce" else "identity"
        assert "one number for how wrong" in said(neuron(y=0.25, activation=activation, loss=loss), LOSS)


def test_an_edit_leaves_a_sign_at_every_stage_of_its_pass() -> None:
    state = apply(at(neuron(), DL_DW, 2), Edit(neuron(y=7.0)))
    said_there = " ".join(explain(state, 76, 1000))
    assert said_there.endswith("This pass runs with edited numbers; u takes the edit back.")
    later = apply(state, GoTo(Position(3, 1, DL_DW)))
    assert "edited numbers" not in " ".join(explain(later, 76, 1000))


def test_several_samples_pull_each_its_own_way() -> None:
    layer = Layer("identity", ((0.0,),), (0.0,))
    samples = Sample((1.0,), (2.0,)), Sample((1.0,), (-1.0,)), Sample((2.0,), (4.0,))
    text = said(Scenario("three", (layer,), samples), B)
    assert "Samples pull in different directions: samples 1 and 3 would have b larger, sample 2 smaller." in text
    assert "pull" not in said(Scenario("two", (layer,), (samples[0], samples[2])), B)


def test_a_difference_that_is_rounding_is_called_so() -> None:
    almost = Scenario("w", (Layer("identity", ((1.0,),), (0.0,)),), (Sample((1.0,), (1 + 4e-16,)),), learning_rate=0.5)
    assert "z is 1, as an epoch ago but for rounding." in said(almost, Z, epoch=2)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (3.5001, "wrong by a hair"),
        (4.0, "wrong, but not by much"),
        (2.0, "wrong"),
        (1.0, "far off"),
    ],
)
def test_a_loss_is_judged_beside_its_target(wanted: float, words: str) -> None:
    assert f" means {words}: " in said(neuron(y=wanted), LOSS)


def test_hidden_zeros_say_why() -> None:
    layers = Layer("identity", ((1.0,),), (0.0,)), Layer("identity", ((1.0,), (1.0,)), (0.0, 0.0))
    cancelling = Scenario("cancel", layers, (Sample((1.0,), (0.0, 2.0)),))
    stage = start(cancelling).timeline.find("dL_da1_1")
    assert said(cancelling, stage).startswith("0: the links of a1_1 bring 1 and −1, and these cancel.")
    unheard = Scenario("0", (layers[0], Layer("identity", ((0.0,),), (0.0,))), (Sample((1.0,), (1.0,)),))
    assert said(unheard, start(unheard).timeline.find("dL_da1_1")).startswith(
        "On the way back to a1_1 stands the weight w2_1_1 = 0"
    )


def test_a_gradient_is_hedged_where_rounding_makes_it() -> None:
    assert "as far as rounding lets one tell" in said(
        neuron(y=3.5 - 1e-15, learning_rate=1.0, x=[1e6], w=[3.5e-6], b=0.0), DL_DW
    )


def test_an_edit_is_told_in_the_title_at_every_stage_it_holds_for() -> None:
    edited = apply(at(neuron(), DL_DW, 2), Edit(neuron(b=1.0)))
    for place, is_told in ((Position(2, 1, B), True), (Position(3, 1, Z), True), (Position(1, 1, B), False)):
        title = title_row(apply(edited, GoTo(place)), 80)[0][0]
        assert title.startswith(" neuron (edited) · ") == is_told
