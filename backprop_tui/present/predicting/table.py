"""The table of mistakes, the commonest first: collected from issues, course forums and papers.

Each row says what is done to the factors of the stage at hand; none was written for one scenario.  The first six are
the ones made most often; after them come the rest in the order of the chain rule, the last table what happens on the
way to the loss and with numbers that stand nearby.
"""

from backprop_tui.present.predicting import edge_mistakes as edges
from backprop_tui.present.predicting import error_mistakes as errors
from backprop_tui.present.predicting import path_mistakes as paths
from backprop_tui.present.predicting import slope_mistakes as slopes
from backprop_tui.present.predicting import softmax_mistakes as softmax
from backprop_tui.present.predicting import update_mistakes as updates
from backprop_tui.present.predicting.forward_mistakes import power_rule
from backprop_tui.present.predicting.mistake import Mistake
from backprop_tui.present.predicting.nearby import NEARBY

_COMMONEST = (
    Mistake(
        "slope-forgotten",
        slopes.forgotten,
        "{answer} is what comes without {slope}, the slope of {activation} at {z}: it is one of the factors.",
        "the slope was forgotten",
    ),
    Mistake(
        "sign-of-error",
        errors.sign,
        "{answer} has the right size and the wrong sign: {because}.",
        "the error had the wrong sign",
    ),
    Mistake(
        "factor-two",
        errors.factor_two,
        "{answer} comes of {times} {what}: {why}.",
        "a factor 2 was wrong",
    ),
    Mistake(
        "weight-for-input",
        edges.other_end,
        "{answer} comes with {wrong} as the last factor: what {own} is multiplied by is needed, {right}.",
        "the number itself stood for what it is multiplied by",
    ),
    Mistake(
        "one-path-only",
        paths.one_path_only,
        "{answer} comes of {path} alone: several paths meet at {node}, and all of them count.",
        "a path was left out",
    ),
    Mistake(
        "upstream-forgotten",
        paths.upstream_forgotten,
        "{answer} is {local} alone: {each} to be multiplied by what arrives from {end}, {upstream}.",
        "what arrives from further on was forgotten",
    ),
)

_CHAIN = (
    Mistake(
        "added-not-multiplied",
        paths.added,
        "{answer} adds {upstream} and {local}: along a path factors are multiplied; only paths are added.",
        "factors were added",
    ),
    Mistake(
        "slope-at-output",
        slopes.at_output,
        "{answer} comes with the slope of {activation} at {a} = {other}: it is taken at {z}, before the activation.",
        "the slope was taken at a",
    ),
    Mistake(
        "slope-with-raw-z",
        slopes.with_raw_z,
        "{answer} comes with {z} = {other} in the rule of the slope, where {a} belongs.",
        "the argument stood in the slope for the activation",
    ),
    Mistake(
        "slope-of-another",
        slopes.of_another,
        "{answer} comes with the slope of {other}; this activation is {activation}.",
        "the slope was another activation's",
    ),
    Mistake(
        "output-as-slope",
        slopes.output_itself,
        "{answer} comes with {a} = {other} itself as its slope: a height is no slope.",
        "the activation stood for its slope",
    ),
    Mistake(
        "slope-twice",
        slopes.twice,
        "{answer} comes with the slope {slope} as a factor twice; it counts once.",
        "the slope was applied twice",
    ),
    Mistake(
        "loss-as-derivative",
        errors.loss_itself,
        "{answer} comes with {taken}, where its derivative {derivative} belongs.",
        "the loss stood for its derivative",
    ),
    Mistake(
        "z-for-a",
        errors.sum_for_answer,
        "{answer} compares {z} with the target: the loss compares {a}, after the activation.",
        "z stood for a",
    ),
    Mistake(
        "other-input",
        edges.other_input,
        "{answer} comes with {wrong} as the last factor: that is another link; here it is {right}.",
        "another input was taken",
    ),
    Mistake(
        "input-forgotten",
        edges.input_forgotten,
        "{answer} comes without the last link: {w} is multiplied by {right}, so that is a factor.",
        "the input was forgotten",
    ),
    Mistake(
        "times-bias",
        edges.times_bias,
        "{answer} comes with {b} as a factor: a bias is only added, so its link is 1.",
        "the bias was multiplied",
    ),
    Mistake(
        "paths-averaged",
        paths.averaged,
        "{answer} is what the paths that meet at {node} give on average: their contributions are added.",
        "paths were averaged",
    ),
    Mistake(
        "paths-multiplied",
        paths.multiplied,
        "{answer} comes of the paths that meet at {node} multiplied: their contributions are added.",
        "paths were multiplied",
    ),
    Mistake(
        "sent-too-early",
        paths.sent_too_early,
        "{answer} counts a part more than once: the gradient of {node} goes on only when all its paths have arrived.",
        "a gradient was sent on too early",
    ),
    Mistake(
        "overwritten",
        paths.overwritten,
        "{answer} keeps one contribution to {node} and overwrites the others: they are added up.",
        "a contribution was overwritten",
        case_of="one-path-only",
    ),
)

_HIDDEN = (
    Mistake(
        "not-transposed",
        paths.not_transposed,
        "{answer} comes with {row}, a row of the weights: the way back takes the column {column}.",
        "the weights were not transposed",
    ),
    Mistake(
        "updated-weights",
        paths.updated_weights,
        "{answer} comes with {weights} as a step would leave them: gradients belong to the weights of this pass.",
        "updated weights were used",
    ),
    Mistake(
        "weights-left-out",
        paths.weights_left_out,
        "{answer} comes without {weights}: on its way back a gradient is multiplied by the weight of its link.",
        "the weights were left out",
    ),
    Mistake(
        "output-slope-forgotten",
        paths.next_slope_forgotten,
        "{answer} comes without {slopes} of the layer after: the way back leads through it.",
        "the slope of the layer after was forgotten",
        case_of="slope-forgotten",
    ),
    Mistake(
        "hidden-slope-forgotten",
        slopes.hidden_forgotten,
        "{answer} comes without {slope}: a hidden neuron has a slope of its own on the way back.",
        "the hidden slope was forgotten",
        case_of="slope-forgotten",
    ),
    Mistake(
        "input-crossed",
        edges.hidden_other_input,
        "{answer} comes with {wrong}: the second index of a weight names its input, {right}.",
        "the indices were crossed",
        case_of="other-input",
    ),
)

_UPDATES = (
    Mistake(
        "uphill",
        updates.uphill,
        "{answer} adds the step: it is taken off {p}, as the gradient points to where {end} rises.",
        "the step went uphill",
    ),
    Mistake(
        "rate-forgotten",
        updates.rate_forgotten,
        "{answer} steps without the learning rate {lr}: it is a factor of every step.",
        "the learning rate was forgotten",
    ),
    Mistake(
        "rate-times-weight",
        updates.rate_times_weight,
        "{answer} takes off the learning rate {lr} times {p} itself: the rate is a factor of the step.",
        "the rate multiplied the number itself",
    ),
    Mistake(
        "step-only",
        updates.step_only,
        "{answer} is the step alone: {p} goes from its old value by that much.",
        "only the step was given",
    ),
    Mistake(
        "not-cleared",
        updates.not_cleared,
        "{answer} counts {gradient} twice, as if the gradient of the step before were still there.",
        "the gradient was counted twice",
    ),
    Mistake(
        "batch-mean",
        updates.batch_mean,
        "{answer} comes where the mean over the {n} samples is {how}: each sample counts 1/{n}, once.",
        "the mean over the batch was wrong",
    ),
)

_CLASSES = (
    Mistake(
        "one-hot-forgotten",
        softmax.one_hot_forgotten,
        "{answer} comes of {p} without its target {y}: with cross-entropy the gradient in z is {a} − {y}.",
        "the target was not taken off",
    ),
    Mistake(
        "softmax-sign",
        softmax.sign,
        "{answer} comes of {y} − {a}: the gradient in z is {a} − {y}.",
        "target and probability were exchanged",
        case_of="sign-of-error",
    ),
    Mistake(
        "extra-slope",
        softmax.extra_slope,
        "{answer} comes with one more factor {a}(1 − {a}): in {a} − {y} the slopes are all used up.",
        "a slope was left in",
    ),
    Mistake(
        "derivative-by-probability",
        softmax.by_probability,
        "{answer} comes of −{y}/{a}: that is the derivative in {a}, not yet in z.",
        "the derivative in p stood for that in z",
    ),
    Mistake(
        "jacobian-diagonal",
        softmax.diagonal,
        "{answer} follows {z} through {a} only as far as the Jacobian's diagonal goes: each z moves every probability.",
        "only the Jacobian's diagonal was used",
    ),
    Mistake(
        "log10",
        errors.log10,
        "{answer} comes of the logarithm to the base 10: ln is the one to the base e.",
        "the logarithm had the base 10",
    ),
)

_OPTIMISERS = (
    Mistake(
        "no-bias-correction",
        updates.no_correction,
        "{answer} comes of a mean as it is: having begun at 0, it is too near 0 and is divided by 1 − β^t.",
        "the correction was left out",
    ),
    Mistake(
        "wrong-power",
        updates.wrong_power,
        "{answer} comes with β {how}: it is β to the power t, and this is update t = {t}.",
        "β had another power",
    ),
    Mistake(
        "root-forgotten",
        updates.root_forgotten,
        "{answer} comes without the square root: a mean of squares is brought back to size by √.",
        "the square root was forgotten",
    ),
    Mistake(
        "correction-multiplied",
        updates.correction_multiplied,
        "{answer} comes of a multiplication by 1 − β^t: the mean is too near 0, so it is divided.",
        "the correction was multiplied",
    ),
    Mistake(
        "velocity-forgotten",
        updates.velocity_forgotten,
        "{answer} begins {old} anew: what is remembered from the update before is a part of it.",
        "what was remembered was forgotten",
    ),
    Mistake(
        "ema-convention",
        updates.ema,
        "{answer} weighs the gradient by 1 − {mu}, as a running mean does: another convention; here it counts whole.",
        "the gradient was weighed by 1 − μ",
        remark=True,
    ),
    Mistake(
        "rate-twice",
        updates.rate_twice,
        "{answer} comes with the learning rate {lr} twice: it belongs to the step alone.",
        "the learning rate was applied twice",
    ),
    Mistake(
        "velocity-sign",
        updates.velocity_sign,
        "{answer} comes of {v} with another sign: the old velocity is added to g, and the new one taken off.",
        "the velocity had the wrong sign",
        case_of="uphill",
    ),
    Mistake(
        "power-rule-on-exp",
        power_rule,
        "{answer} takes e^{x} for a power of {x}: it is its own derivative, {node}.",
        "the power rule was used on exp",
    ),
    Mistake(
        "zero-slope-doubted",
        slopes.zero_doubted,
        "0 is no slip: {a} is level at this {z}, and through a level place nothing moves.",
        "a slope of 0 was doubted",
        remark=True,
    ),
)

MISTAKES: tuple[Mistake, ...] = (
    *_COMMONEST,
    *_CHAIN,
    *_HIDDEN,
    *_UPDATES,
    *_CLASSES,
    *_OPTIMISERS,
    *NEARBY,
)
"""Every mistake that a wrong number is looked up among, in the order in which they are named."""
