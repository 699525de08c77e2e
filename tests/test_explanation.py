"""The sentences: those of the design for the article's epoch, and for other numbers, rules and shapes their own."""

import pytest

from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.present.explanation.activation import WORDS
from backprop_tui.present.explanation.stage import explain
from backprop_tui.stepper.machine import Edit, GoTo, apply
from backprop_tui.stepper.state import Position, start
from tests.models import neuron
from tests.speaking import DA_DZ, DL_DA, DL_DB, DL_DW, DZ_DB, DZ_DW, LOSS, A, B, W, Z, at, said
from tests.training_models import CLASSES

ARTICLE = {
    0: "A neuron takes a number x and answers with a number a. For x = 2 the right answer, the target, is y = 4. "
    "Each press of → computes one quantity: it appears where the ○ is.",
    Z: "The neuron weighs its input, weight times input, and adds its bias: this is the pre-activation z. So far "
    "nothing is right or wrong.",
    A: "The activation turns z into the answer a. Here it is the identity: a is z itself. Others bend z or cut it "
    "off. The answer should be 4; it is 0.5 too low.",
    LOSS: "The loss is one number for how wrong the answer is: the distance to the target, squared, so that too high "
    "and too low both count. 0 would be perfect. To train is to make it smaller.",
    DL_DA: "A derivative answers: if this number moves a little, how much does that one move? Raise a a little and "
    "the loss falls just as much: −1. The sign tells which way, the size how strongly.",
    DA_DZ: "How much does a move when z moves? The identity hands every move on as it is: factor 1. Another "
    "activation would weaken it here, or stop it.",
    DZ_DW: "How much does z move when w moves? In w·x + b the weight is multiplied by x = 2, so z moves twice as "
    "much. The local derivative of a weight is its input.",
    DZ_DB: "How much does z move when b moves? The bias is only added, so z moves just as much: 1. Every link from "
    "the loss back to w and b is known; next they are joined.",
    DL_DW: "Chain rule: walk from the loss back to w and multiply the links on the way. −2 is the gradient: raise w a "
    "little and the loss falls twice as much. It only describes what would happen; w is still 1.5.",
    DL_DB: "The same walk, but its last link leads to b; the first two factors are used again. This process, not one "
    "formula, is backpropagation; in PyTorch, loss.backward(). Both gradients are there; still nothing has changed.",
    W: "Now something changes. Step against the gradient, as far as the learning rate 0.1 says: the gradient is "
    "negative, so w goes up, from 1.5 to 1.7. b is still to come; z, a and L still belong to the old w.",
    B: "b steps too, from 0.5 to 0.6, by the gradient of the same pass: the new w plays no part in it. In PyTorch "
    "these two lines are optimizer.step(). The next forward pass shows whether it helped.",
}


@pytest.mark.parametrize("stage", ARTICLE)
def test_the_articles_epoch(stage: int) -> None:
    assert said(neuron(), stage) == ARTICLE[stage]


def test_the_lines_of_the_design() -> None:
    assert explain(at(neuron(), DL_DW)) == (
        "Chain rule: walk from the loss back to w and multiply the links on the way.",
        "−2 is the gradient: raise w a little and the loss falls twice as much. It",
        "only describes what would happen; w is still 1.5.",
    )


@pytest.mark.parametrize(
    ("stage", "text"),
    [
        (0, "w went from 1.5 to 1.7, b went from 0.5 to 0.6. All derivatives are computed afresh"),
        (Z, "The forward pass again, with w = 1.7 and b = 0.6. z was 3.5; now it is 4. The derivatives are gone"),
        (A, "The answer should be 4, and it is."),
        (LOSS, "the answer is now the target exactly, the loss fell from 0.25 to 0. One step was enough because"),
        (DL_DA, "Here the answer is the target: the loss is at its lowest, where it is level: 0."),
        (DL_DW, "The answer is right, so nothing asks w to change: its gradient is 0."),
        (DL_DB, "Zero gradient: no small move of w or b lowers the loss; the answer is the target. Updates change"),
        (W, "w stays 1.7: its gradient is 0. b is still to come."),
        (B, "Nothing has changed, so the next forward pass will give the same answer."),
    ],
)
def test_the_epoch_after_the_articles(stage: int, text: str) -> None:
    assert text in said(neuron(), stage, epoch=2)


@pytest.mark.parametrize(
    ("activation", "z", "answer", "slope"),
    [
        ("relu", 3.5, "a positive z passes as it is. The gate is open.", "above 0: every move gets through"),
        ("relu", -1.0, "z is not above 0, so the gate is closed and a is 0.", "Gate closed: z = −1 is below 0"),
        ("leaky_relu", 3.5, "a positive z passes as it is.", "factor 1. Below 0 a hundredth would."),
        ("leaky_relu", -1.0, "of a negative z only a hundredth passes.", "only a hundredth gets through, factor 0.01"),
        ("leaky_relu", 0.0, "0 stays 0.", "by convention it counts as 0.01: leaky_relu′(0) = 0.01."),
        ("sigmoid", 0.5, "it squeezes any z into the range from 0 to 1", "a(1 − a): 0.25 at z = 0, less"),
        ("tanh", 0.5, "it squeezes any z into the range from −1 to 1", "1 − a²: 1 at z = 0, less"),
        ("softplus", 0.0, "a ReLU with a rounded corner", "the sigmoid of z: near 1 far above 0, near 0 far below. "),
        ("elu", 3.5, "a positive z passes as it is.", "factor 1. Below 0 less would."),
        (
            "elu",
            -1.0,
            "so that a never falls below −1.",
            "there the slope is e^(z), less the lower z is.",
        ),
        ("elu", 0.0, "0 stays 0.", "both with slope 1: factor 1."),
        ("gelu", 1.0, "z times a factor from 0 to 1 that grows with z, here 0.8413.", "Here a moves 1.083 times"),
        (
            "gelu",
            -1.0,
            "here 0.1587.",
            "Here a moves 0.08332 times as much, the other way.",
        ),
        ("silu", 1.0, "z times its own sigmoid, a factor from 0 to 1, here 0.7311.", "Here a moves 0.9277 times"),
        ("silu", -1.2784645, "here 0.2178.", "at the bottom of its dip, SiLU is almost level."),
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
        ("huber", 4.0, "at most 1 from the target half the squared distance, as here", "it is the distance itself"),
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
        (0.0, 1.0, "the surprise at the target 1 when it was given the probability a. 0 would be", "The surer a wrong"),
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
    assert "this input is 0, so its weight does nothing here" in said(scenario, DZ_DW)
    assert "The last link of the walk is the input x = 0" in said(scenario, DL_DW)
    assert "so b goes up, from 0.5 to 1.2" in said(scenario, B)


def test_further_inputs_say_what_their_link_does() -> None:
    scenario = neuron(x=[1.0, -2.0, 3.0], w=[-3.0, -1.0, 2.0], b=1.0, y=0.0, activation="relu", learning_rate=0.001)
    assert said(scenario, 11) == (
        "The same walk, its last link leading to w2. That link is the input x2 = −2: it doubles what arrives at z and "
        "turns its sign. −24 is the gradient: raise w2 a little and the loss falls 24 times as much."
    )
    assert "All four gradients are there" in said(scenario, 13)
    assert "w3 and b are still to come" in said(scenario, 15)
    assert "In PyTorch these four lines are optimizer.step()." in said(scenario, 17)


@pytest.mark.parametrize(
    ("scenario", "stage", "text"),
    [
        (neuron(learning_rate=0.0), W, "w stays 1.5: the learning rate is 0."),
        (neuron(learning_rate=-0.1), W, "uphill: the gradient is negative, so w goes down, from 1.5 to 1.3."),
        (neuron(y=3.0), W, "the gradient is positive, so w goes down, from 1.5 to 1.3."),
        (neuron(b=1 - 1e-16, w=[1e9], x=[1e-9], y=1.0), W, "the step is too small for the digits of a machine"),
        (neuron(y=3.5 - 1e-6), W, "so w goes down, from 1.5 to 1.4999996."),
        (neuron(w=[0.0], b=0.0, activation="leaky_relu"), DL_DW, "−0.16 is the gradient, with the slope that conv"),
    ],
)
def test_a_sentence_is_true_for_odd_numbers(scenario: Scenario, stage: int, text: str) -> None:
    assert text in said(scenario, stage)


def test_several_samples_take_turns() -> None:
    layer = Layer("identity", ((1.5,),), (0.5,))
    scenario = Scenario("two", (layer,), (Sample((1.0,), (2.0,)), Sample((2.0,), (-1.0,))))
    assert said(scenario, 0, sample=2).startswith("Epoch 1, sample 2 of 2. For x = 2 the right answer, the target, is")
    assert "w and b are as the sample before left them" in said(scenario, 0, sample=2)
    assert said(scenario, Z, sample=2).startswith("Epoch 1, sample 2 of 2. For x = 2")
    assert "the loss of this sample rose from 0 to 7.29. Since then every sample" in said(scenario, LOSS, 2)
    assert said(scenario, DL_DB).endswith("the answer is the target. This sample asks for no change.")


def test_an_edit_is_told_at_the_start_of_its_pass() -> None:
    state = apply(at(neuron(), 0, 2), Edit(neuron(y=7.0)))
    assert " ".join(explain(state)).startswith("From here on the edited numbers hold")
    assert "The loss is one number" in " ".join(explain(apply(state, GoTo(Position(2, 1, LOSS)))))


def test_parameters_held_fixed() -> None:
    free = neuron()
    layer = free.layers[0]
    fixed = Scenario("fixed", (Layer(layer.activation, layer.weights, layer.biases, trainable=False),), free.samples)
    assert said(fixed, DL_DB).endswith("Both gradients are there; held fixed, w and b stay.")
    biased = Scenario("b", (Layer(layer.activation, layer.weights, layer.biases, train_biases=False),), free.samples)
    assert "from 1.5 to 1.7. In PyTorch this line is optimizer.step()." in said(biased, W)


def test_where_paths_meet_their_contributions_are_told() -> None:
    layers = (
        Layer("sigmoid", ((0.15, 0.2), (0.25, 0.3)), (0.35, 0.35), train_biases=False),
        Layer("sigmoid", ((0.4, 0.45), (0.5, 0.55)), (0.6, 0.6), train_biases=False),
    )
    mazur = Scenario("mazur", layers, (Sample((0.05, 0.1), (0.01, 0.99)),), "half_squared", 0.5)
    stage = start(mazur).timeline.find("dL_da1_1")
    assert said(mazur, stage) == (
        "a1_1 feeds both z2_1 and z2_2, so it reaches the loss along two paths. Each path contributes: 0.0554 through "
        "z2_1 and −0.01905 through z2_2. What a1_1 does to the loss is their sum, 0.03635."
    )


def test_a_corner_on_the_way_is_told_in_a_network_too() -> None:
    layers = Layer("leaky_relu", ((1.0,),), (-1.0,)), Layer("identity", ((2.0,),), (0.5,))
    cornered = Scenario("corner", layers, (Sample((1.0,), (4.0,)),))
    stage = start(cornered).timeline.find("dL_dz1_1")
    assert "the gradient of z1_1, with the slope that convention takes at the corner" in said(cornered, stage)


def test_every_row_of_operations_has_words() -> None:
    assert WORDS.keys() == ACTIVATIONS.keys()
    assert "one number for how wrong" in said(CLASSES, start(CLASSES).timeline.find("loss"))
    for loss in LOSSES.keys() - {"cross_entropy"}:
        activation = "sigmoid" if loss == "bce" else "identity"
        assert "one number for how wrong" in said(neuron(y=0.25, activation=activation, loss=loss), LOSS)
