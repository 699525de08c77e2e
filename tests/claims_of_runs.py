"""Claims that look beyond one pass: at the epoch before, at all samples, at how long it took."""

import math
import re

from tests.claiming import NUMBER, Stage, claim, read
from tests.own_pass import OwnPass


def mean_loss(stage: Stage, epoch: int) -> float:
    """The mean of the losses of `epoch`, each at its pass."""
    history = stage.state.history
    views = [history.view(epoch, sample) for sample in range(1, history.samples + 1)]
    return sum(OwnPass(view.scenario, view.given)["loss"] for view in views) / len(views)


@claim(rf"mean loss of the epoch (?P<way>fell|rose) from (?P<was>{NUMBER}) to (?P<now>{NUMBER})")
def the_mean_loss_fell_or_rose(stage: Stage, match: re.Match[str]) -> bool:
    epoch = stage.state.position.epoch
    was, now = mean_loss(stage, epoch - 1), mean_loss(stage, epoch)
    told = stage.near(match["was"], was) and stage.near(match["now"], now)
    return (now < was) == (match["way"] == "fell") and told


@claim(rf"mean of all samples (?P<way>fell|rose) from (?P<was>{NUMBER}) to (?P<now>{NUMBER}) in the epoch before")
def the_mean_of_the_epoch_before_fell_or_rose(stage: Stage, match: re.Match[str]) -> bool:
    epoch = stage.state.position.epoch
    was, now = mean_loss(stage, epoch - 2), mean_loss(stage, epoch - 1)
    told = stage.near(match["was"], was) and stage.near(match["now"], now)
    return (now < was) == (match["way"] == "fell") and told


@claim(r"It took (?P<steps>[\d,]+) steps|(?P<one>One step was enough)")
def so_many_steps_were_made(stage: Stage, match: re.Match[str]) -> bool:
    """After so many steps the loss is as good as 0 by the contract, or every gradient, and one step before neither."""
    history, here = stage.state.history, stage.state.position
    first = history.segment_at(here.epoch, 1).start + 1
    epoch = first + (1 if match["one"] else int(read(match["steps"])))
    begun, before, after = (
        OwnPass(one.scenario, one.given) for one in map(history.view, (first, epoch - 1, epoch), (1,) * 3)
    )
    small = 1e-12 * min(1.0, begun["loss"])

    def share(own: OwnPass) -> float:
        used = set(own.parameters()) - own.held()
        return min(own["loss"] / small if small else math.inf, max(abs(own.gradient(name)) for name in used) / 1e-9)

    return epoch <= here.epoch and share(after) <= 1.001 and share(before) >= 0.999


@claim(
    rf"(?P<which>Dead ReLU|Gate closed for this sample): "
    rf"(?P<z>z\d*(?:_\d+)?) (?:= {NUMBER}, below|= {NUMBER} is below|is)"
)
def a_gate_is_closed_for_this_or_for_all(stage: Stage, match: re.Match[str]) -> bool:
    own = stage.own
    if own[match["z"]] > 0 or stage.activation(match["z"]) != "relu":
        return False
    is_closed = []
    for sample in stage.state.scenario.samples:
        given = own.given | dict(zip((*own.inputs, *own.targets), (*sample.x, *sample.y), strict=True))
        is_closed.append(OwnPass(own.scenario, given)[match["z"]] <= 0)
    return all(is_closed) or match["which"] != "Dead ReLU"


@claim(rf"although the answer is wrong by (?P<off>{NUMBER})")
def the_answer_is_wrong_by(stage: Stage, match: re.Match[str]) -> bool:
    own = stage.own
    return stage.near(match["off"], abs(own[own.answers[0]] - own[own.targets[0]]))
