"""Every term and sign on the screen, in one line each; what is a row of a table elsewhere is told by that row."""

from collections.abc import Mapping

from backprop_tui.core.backprop import Phase
from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.optimizers import OPTIMIZERS
from backprop_tui.present.formulas import PHASE_NAMES

LONGEST = 57
"""So many characters a meaning may have that is written here, so that it stands in one line of 80 columns."""

_SIGNS = {
    "x, x1": "an input: what the network is given",
    "w, w1": "a weight: what an input is multiplied by; it is learned",
    "b": "a bias: what is added to weighted inputs; it is learned",
    "z": "the pre-activation: inputs times weights, and the bias",
    "a": "the activation: what a neuron answers, made from z",
    "y": "the target: what the answer should be",
    "L": "the loss: one number for how wrong the answer is",
    "w2_1_2": "of layer 2, the weight of neuron 1 for its input 2",
    "z1_2, a1_2, b1_2": "of layer 1, what belongs to neuron 2",
    "∂": "∂L/∂w is how much L moves for each bit that w moves",
    "δ": "in books ∂L/∂z, the gradient at a neuron's z",
    "σ": "the sigmoid; in formulas, its value at z",
    "′": "the slope of a function: relu′(0) is that of relu at 0",
    "·": "times; alone, a number that is not computed yet",
    "←": "becomes: the old value is replaced",
    "e^z": "e = 2.718 to the power z",
    "ln": "the natural logarithm, to the base e",
    "lr": "the learning rate: how long a step a gradient of 1 makes",
    "n": "the number of samples in the batch",
    "g_w": "the gradient of w after weight decay",
    "grad_w": "the gradients of w added up over the batch",
    "v_w, m_w": "what the optimiser remembers of the gradients of w",
    "mhat_w, vhat_w": "m_w and v_w, corrected for having begun at 0",
    "step_w": "nesterov's step: the gradient, and the velocity ahead",
    "t": "the number of the update, from 1",
    "μ, β1, β2, α": "how much of what is remembered is kept at an update",
    "ε": "a tiny number, so that nothing is divided by 0",
    "λ": "weight decay: how strongly parameters are pulled to 0",
    "∞, NaN": "too large for a number here; no number at all",
}
_TERMS = {
    "accuracy": "the share of samples that are answered right",
    "backward pass": "from the loss back to every weight, link by link",
    "batch": "the samples whose gradients go into one update",
    "chain rule": "multiply the slopes of a path, add up paths that meet",
    "class": "one of the answers that softmax gives probabilities to",
    "contribution": "what one of several paths brings to a gradient",
    "converged": "the loss is 0, or no gradient moves anything any more",
    "dead": "of a ReLU: closed for every sample; it learns nothing",
    "diverged": "a value has left the range of numbers",
    "epoch": "every sample visited once",
    "expression": "a formula, line by line, in place of a network",
    "gate": "a ReLU: open where z is above 0, else closed",
    "gradient": "how much the loss moves for each bit a number moves",
    "hidden layer": "a layer whose answers are the next layer's inputs",
    "Jacobian": "of softmax: how each answer moves with each z",
    "layer": "neurons that have the same inputs",
    "local derivative": "how much a number moves with one it is computed from",
    "momentum": "a velocity that goes on; also its share, μ, that is kept",
    "neuron": "weights, a bias, and an activation",
    "one-hot": "a target of 1 for the right class and 0 for the others",
    "oscillating": "the losses repeat, to and fro",
    "out of reach": "a target that the activation can never answer",
    "overshoot": "the step led past the lowest point, and the loss rose",
    "parameter": "a weight or a bias",
    "pass": "one sample's way forward and back, and its update",
    "phase": "a part of a pass: forward, loss, and so on",
    "sample": "inputs with the target that belongs to them",
    "saturated": "almost flat: hardly anything gets through",
    "slope": "of an activation: how far a moves for each bit z moves",
    "stage": "one quantity computed: what a press of → does",
    "standing still": "no update moves a parameter any more",
    "stuck": "level, but at a wrong answer",
    "upstream": "what arrives from the loss, before the next link",
    "zero_grad": "false: gradients are never set to 0",
}
_PHASES: Mapping[Phase, str] = {
    Phase.FORWARD: "the phase from the inputs to the answers",
    Phase.LOSS: "the phase that compares answers with targets",
    Phase.LOCAL: "the phase of the slopes, one for each link",
    Phase.CHAIN: "the phase that joins slopes into gradients",
    Phase.ACCUMULATE: "the phase that adds up the gradients of a batch",
    Phase.UPDATE: "the phase in which parameters make a step",
}


def glossary() -> tuple[tuple[str, str], ...]:
    """Each term or sign with its meaning: signs first, then words, phases, activations, losses and optimisers."""
    phases = {PHASE_NAMES[phase]: meaning for phase, meaning in _PHASES.items()}
    phases["chain rule"] = _TERMS["chain rule"]
    activations = {row.name: row.about for row in ACTIVATIONS.values()}
    softmax = {"softmax": "makes probabilities of all z of a layer, with the sum 1"}
    losses = {row.name: row.about for row in LOSSES.values()}
    optimizers = {row.name: row.about for row in OPTIMIZERS.values()}
    words = dict(sorted({**_TERMS, **phases}.items(), key=lambda entry: entry[0].lower()))
    return tuple({**_SIGNS, **words, **activations, **softmax, **losses, **optimizers}.items())
