"""What is said of batches and of optimisers that do more than step against the gradient."""

from collections.abc import Iterator

from backprop_tui.core.backprop import BATCH_SIZE, gradient_name
from backprop_tui.core.expression import before
from backprop_tui.present.explanation.step_context import StepContext
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import apart


def accumulate(moment: StepContext) -> Iterator[str]:
    """A sample's share in the gradient of its batch."""
    name, learning = moment.rule.quantity, moment.view.timeline.learning
    gradient = symbol(gradient_name(moment.graph, moment.node.name))
    count = int(moment.of(BATCH_SIZE))
    share = f"{gradient} divided by the {count} samples of the batch" if count > 1 else f"{gradient} of this sample"
    if learning.anew:
        yield f"With {share} the sum {name} starts anew."
    else:
        yield f"{share[0].upper()}{share[1:]} is added to the {number(moment.of(before(name)))} there before."
    if moment.sums_outlast_updates:
        still = "will stay" if learning.anew else "are still"
        yield f"Nothing sets the sum to 0: the gradients of earlier updates {still} in it."
    if not learning.updates:
        yield "No parameter changes until the batch is through."


def optimized_update(moment: StepContext) -> Iterator[str]:
    """A stage of an update by an optimiser, or of a batch."""
    rule, learning = moment.rule, moment.view.timeline.learning
    if rule.is_step:
        was, now = apart(moment.of(moment.node.name), moment.value)
        moved = moment.value != moment.of(moment.node.name)
        yield f"{rule.quantity} goes from {was} to {now}." if moved else f"{rule.quantity} stays {now}."
    else:
        yield f"{rule.quantity} is computed on the way to the new {rule.node}."
    yield f"The optimiser {learning.optimizer} {learning.row.about}."
