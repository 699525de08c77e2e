"""How training on ended, in a sentence, and what is in the way where it is stuck."""

from backprop_tui.core.backprop import LEARNING_RATE, SMALL_GRADIENT, used_gradient
from backprop_tui.core.ops import LOSSES
from backprop_tui.present.explanation.activation import words_of
from backprop_tui.present.numbers import number
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.obstacles import Obstacle, Obstruction, obstruction
from backprop_tui.stepper.state import State
from backprop_tui.stepper.training import Ending, is_right, obstruction_of, since

FREE = "Other numbers can free it (key e)."


def sentence(state: State, word: Ending) -> str:
    """What is said where training on has ended at `state` with `word`; "" where the stage's own words say it."""
    match word:
        case Ending.CONVERGED:
            return _converged(state)
        case Ending.STUCK:
            return _stuck(state)
        case Ending.OSCILLATING:
            return f"Oscillating{_since(state)}: {goes_round(state)}."
        case Ending.STANDING_STILL:
            return f"Standing still in epoch {state.position.epoch}: {why_still(state)}."
    return ""


def interrupted(epoch: int) -> str:
    """What is said where a key has stopped training on."""
    return f"Interrupted in epoch {epoch}."


def gave_up(epoch: int, epochs: int) -> str:
    """What is said where there has been no ending in `epochs` epochs."""
    words = "neither converged, stuck, oscillating nor diverged"
    return f"Stopped in epoch {epoch}: {words} within {epochs:,} epochs."


def _converged(state: State) -> str:
    epoch, history = state.position.epoch, state.history
    loss, small = history.losses[epoch - 1], history.small_loss(epoch)
    first = since(state, epoch)
    when = f"in epoch {epoch}" if first == epoch else f"already, since epoch {first}"
    if loss <= small:
        return f"Converged {when}: the loss is {number(loss)}{', as good as 0' if loss else ''}."
    level = f"no gradient is above {number(SMALL_GRADIENT)}"
    if not _outputs(state.view):
        return f"Converged {when}: {level}; {state.timeline.graph.root.name} is {number(loss)}."
    answers = "every answer is right" if history.samples > 1 or _outputs(state.view) > 1 else "the answer is right"
    return f"Converged {when}: {level}, and {answers}; the loss is {number(loss)}."


def _stuck(state: State) -> str:
    epoch, history = state.position.epoch, state.history
    found = obstruction_of(history, epoch)
    views = (history.view(epoch, sample) for sample in range(1, history.samples + 1))
    wrong = next((one for one in views if not is_right(one)), state.view)
    if found is None:
        return f"Stuck in epoch {epoch}."
    first = since(state, epoch)
    when = f"in epoch {epoch}" if first == epoch else f"already, since epoch {first}"
    whose = f" of sample {wrong.sample}" if history.samples > 1 else ""
    if not _outputs(wrong):
        return f"Stuck {when}: {in_the_way(wrong, found)}. {FREE}"
    return f"Stuck {when}, though the answer{whose} is wrong: {in_the_way(wrong, found)}. {FREE}"


def in_the_way(one: Pass, found: Obstruction) -> str:
    """What keeps a gradient back, as a clause."""
    graph, known = one.timeline.graph, one.known
    node = graph.by_name[found.node]
    value = f"{node.name} = {number(known[node.name])}"
    match found.kind:
        case Obstacle.GATE:
            return f"the gate of {node.name} is closed, and nothing gets back past it"
        case Obstacle.SATURATION if node.layer:
            return f"softmax is sure, {value}, and hardly anything gets back past it"
        case Obstacle.SATURATION | Obstacle.DIP:
            name, at = words_of(node.operation).name, f"{node.args[0]} = {number(known[node.args[0]])}"
            if found.kind is Obstacle.DIP:
                return f"{at} is at the bottom of the dip of {name}, where it is level"
            return f"at {at} {name} is saturated, and hardly anything gets back past it"
        case Obstacle.CANCELLATION:
            return f"what comes back to {node.name} along several links cancels out"
        case Obstacle.SYMMETRY:
            return f"{value} is a factor of 0 in the way"
        case Obstacle.INPUT:
            left = "nothing" if known[node.name] == 0 else "next to nothing"
            return f"the input {value} leaves its weight {left} to learn from"
    return "a plateau: on the way back the factors leave next to nothing"


def goes_round(state: State) -> str:
    """How an oscillating run comes back, as a clause."""
    epoch, history = state.position.epoch, state.history
    period = history.period(epoch)
    losses = history.losses[epoch - period : epoch]
    low, high = number(min(losses)), number(max(losses))
    loss = "loss" if _outputs(state.view) else state.timeline.graph.root.name
    mean = f"mean {loss}" if history.samples > 1 else loss
    the = f"the {mean}" if _outputs(state.view) else mean
    if period == 1:
        return f"every epoch ends where it began, as the samples' steps cancel; {the} stays {low}"
    stays = f"stays {low}" if low == high else f"goes between {low} and {high}"
    return f"every {period} epochs the parameters are back where they were, and {the} {stays}"


def why_still(state: State) -> str:
    """Why no update moves anything, as a clause."""
    view = state.view
    graph = view.timeline.graph
    used = [used_gradient(graph, node.name, view.timeline.learning) for node in graph.free]
    if not view.timeline.graph.free:
        return "every parameter is held fixed"
    if view.given[LEARNING_RATE] == 0:
        return "the learning rate is 0"
    if any(view.known[name] != 0 for name in used):
        return "every step is too small for the digits of a machine number"
    found = obstruction(view)
    return f"every gradient that an update uses is 0{f', as {in_the_way(view, found)}' if found else ''}"


def _since(state: State) -> str:
    """Since which epoch a run goes round: that to which it first came back."""
    epoch = state.position.epoch
    return f" since epoch {since(state, epoch) - state.history.period(epoch)}"


def _outputs(one: Pass) -> int:
    root = one.timeline.graph.root
    return len(root.args) // 2 if root.operation in LOSSES else 0
