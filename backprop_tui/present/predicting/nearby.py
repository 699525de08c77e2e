"""More rows of the table: slips on the way to the loss, and numbers nearby that are taken for the right one."""

from backprop_tui.present.predicting import edge_mistakes as edges
from backprop_tui.present.predicting import forward_mistakes as forward
from backprop_tui.present.predicting import update_mistakes as updates
from backprop_tui.present.predicting.mistake import Mistake

NEARBY = (
    Mistake(
        "bias-forgotten",
        forward.bias_forgotten,
        "{answer} comes with the bias {b} {how}: it is added last.",
        "the bias was forgotten",
    ),
    Mistake(
        "weights-crossed",
        forward.crossed,
        "{answer} gives inputs one another's weights: each is multiplied by its own.",
        "weights were crossed",
    ),
    Mistake(
        "one-product-only",
        forward.one_product_only,
        "{answer} has only the product with {w}: every weighted input is added.",
        "a product was left out",
    ),
    Mistake(
        "sum-and-product",
        forward.sum_and_product,
        "{answer} mixes sum and product: {how}.",
        "sum and product were mixed",
    ),
    Mistake(
        "activation-forgotten",
        forward.activation_forgotten,
        "{answer} is {z} as it is: {activation} is still to be applied.",
        "the activation was forgotten",
    ),
    Mistake(
        "other-activation",
        forward.other_activation,
        "{answer} is {what}: asked for is {activation} of {z}.",
        "another activation was taken",
    ),
    Mistake(
        "not-normalised",
        forward.unnormalised,
        "{answer} is no share: e^{z} is divided by the sum of all e^z, its own among them.",
        "softmax was not divided by its sum",
    ),
    Mistake(
        "not-squared", forward.not_squared, "{answer} is {what}, not yet the loss.", "the error stood for the loss"
    ),
    Mistake(
        "other-loss", forward.other_loss, "{answer} is {what}: the loss here is another.", "another loss was taken"
    ),
    Mistake(
        "answer-for-error",
        forward.target_forgotten,
        "{answer} comes of {what} alone: the derivative of {loss} needs answer and target.",
        "answer or target stood alone",
    ),
    Mistake(
        "part-of-slope",
        forward.half_slope,
        "{answer} is {what}, which is not the slope.",
        "another number stood for the slope",
    ),
    Mistake(
        "zero-for-bias",
        forward.local_alone,
        "{answer} would mean that {b} moves nothing: it is added to z, so z moves with it.",
        "the bias was taken for a constant",
    ),
    Mistake(
        "rate-folded-in",
        edges.rate_folded_in,
        "{answer} has the learning rate {lr} in it: that comes with the update; a gradient is without it.",
        "the learning rate came too early",
    ),
    Mistake(
        "answer-for-input",
        edges.answer_for_input,
        "{answer} comes with {wrong}, what leaves the neuron: the last factor is {right}, what enters it.",
        "the activation stood for the input",
    ),
    Mistake(
        "other-weight",
        edges.other_weight,
        "{answer} comes with {wrong}, the weight of another link: here it is {right}.",
        "another weight was taken",
    ),
    Mistake(
        "other-gradient",
        updates.other_gradient,
        "{answer} comes with {other}: the gradient of this parameter is {right}.",
        "another gradient was taken",
    ),
    Mistake(
        "gradient-for-update",
        updates.gradient_itself,
        "{answer} is {what}: {p} goes from the old value, by a step made of the gradient.",
        "gradient or old value stood for the new one",
    ),
)
"""The rows, after those that go back to the chain rule."""
