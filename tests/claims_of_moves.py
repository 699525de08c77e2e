"""Claims of what moves with what, by how much, and where an update goes: each computed anew."""

import math
import re

from tests.claiming import NAME, NUMBER, SIZE, Stage, claim, count, read
from tests.own_pass import HELD, OwnPass


@claim(
    rf"[Rr]aise (?P<name>{NAME}) a little and the loss (?P<way>rises|falls)(?P<little>, but only)? "
    rf"{SIZE}(?P<rough>, as far)?"
)
def a_gradient_means_what_the_loss_does(stage: Stage, match: re.Match[str]) -> bool:
    slope = stage.gradient(match["name"])
    if match["little"] and abs(slope) >= 0.0101:
        return False
    if match["rough"] or not math.isfinite(slope):  # the checker's own way there may overflow
        return True
    return (
        stage.is_smooth(match["name"])
        and (slope > 0) == (match["way"] == "rises")
        and stage.is_size(match["size"], slope)
    )


@claim(rf"raise (?P<name>{NAME}) a little and the loss would (rise|fall)")
def only_at_a_corner_something_would_happen(stage: Stage, match: re.Match[str]) -> bool:
    return not stage.is_smooth(match["name"])


@claim(rf"If (?P<name>{NAME}) rises a little, the loss (?P<way>rises|falls)(?:, but only)? {SIZE}")
def an_answer_moves_the_loss(stage: Stage, match: re.Match[str]) -> bool:
    slope = stage.gradient(match["name"])
    if abs(slope) <= 1e-13 * stage.own.size():  # the answer, to its last digits, is another here
        return True
    return (slope > 0) == (match["way"] == "rises") and stage.is_size(match["size"], slope)


@claim(rf"If (?P<of>{NAME}) moves(?: a little)?, (?P<name>{NAME}) moves(?: only)? {SIZE}(?P<other>, the other way)?")
def one_number_moves_with_another(stage: Stage, match: re.Match[str]) -> bool:
    slope = stage.own.numbers(match["of"]).slopes[match["name"]]
    return bool(match["other"]) == (slope < 0) and stage.is_size(match["size"], slope)


@claim(rf"If (?P<of>{NAME}) moves(?: a little)?, (?P<name>{NAME}) (?:does not move at all|stays)")
def one_number_stays_while_another_moves(stage: Stage, match: re.Match[str]) -> bool:
    return abs(stage.own.numbers(match["of"]).slopes[match["name"]]) < 1e-15


@claim(rf"(?P<name>{NAME}) (?P<sign>[+−]) (?P<move>{NUMBER}) → (?P<rest>[^:]*?L [+−] {NUMBER})")
def a_nudge_does_what_is_told(stage: Stage, match: re.Match[str]) -> bool:
    move = read(match["move"])
    after, before = stage.own.numbers(match["name"], move).values, stage.own.numbers().values
    told = re.findall(rf"(L|{NAME}) ([+−]) ({NUMBER})", match["rest"])
    names = ["loss" if name == "L" else name for name, _, _ in told]
    steps = [f"{'−' if sign == '−' else ''}{size}" for _, sign, size in told]
    return match["sign"] == "+" and all(
        stage.near(step, after[name] - before[name]) for name, step in zip(names, steps, strict=True)
    )


@claim(
    rf"(?P<name>{NAME}) \+ (?P<move>{NUMBER}) → [^:]*?L [+−] {NUMBER}\..*?The gradient says "
    rf"(?P<said>{NUMBER}), (?:not (?P<came>{NUMBER})|and so)"
)
def the_gradient_foretells_the_nudge(stage: Stage, match: re.Match[str]) -> bool:
    move = read(match["move"])
    came = stage.own.numbers(match["name"], move).values["loss"] - stage.own["loss"]
    said = stage.gradient(match["name"]) * move
    return stage.near(match["said"], said) and stage.near(match["came"] or match["said"], came)


@claim(
    rf"(?P<name>{NAME}) goes (?P<way>up|down), (?:from (?P<was>{NUMBER}) to (?P<now>{NUMBER})|by (?P<step>{NUMBER}))"
)
def an_update_goes_where_it_is_told(stage: Stage, match: re.Match[str]) -> bool:
    name = match["name"]
    old, new = stage.own[name], stage.view.after[stage.own.parameters().index(name)]
    if (new > old) != (match["way"] == "up"):
        return False
    if match["step"]:
        return stage.near(match["step"], abs(new - old))
    return (read(match["now"]) > read(match["was"])) == (new > old) and all(
        math.isclose(read(told), value, rel_tol=1e-3) for told, value in ((match["was"], old), (match["now"], new))
    )


@claim(
    rf"The step is the learning rate times the gradient: (?P<rate>{NUMBER}) · \(?(?P<gradient>{NUMBER})\)? "
    rf"= (?P<step>{NUMBER}) is taken off"
)
def the_step_is_rate_times_gradient(stage: Stage, match: re.Match[str]) -> bool:
    assert stage.rule
    gradient = stage.gradient(stage.rule.quantity)
    return (
        math.isclose(read(match["rate"]), stage.rate, rel_tol=1e-3)
        and (stage.near(match["gradient"], gradient) or not stage.is_smooth(stage.rule.quantity))
        and math.isclose(
            read(match["step"]), read(match["rate"]) * read(match["gradient"]), rel_tol=2e-3, abs_tol=5e-324
        )
    )


def taylor(own: OwnPass, after: dict[str, float]) -> float:
    return sum(own.gradient(name) * (value - own[name]) for name, value in after.items())


@claim(rf"By the gradients the loss is to change by (?P<said>{NUMBER})")
def all_steps_together_foretell(stage: Stage, match: re.Match[str]) -> bool:
    expected = taylor(stage.own, dict(zip(stage.own.parameters(), stage.view.after, strict=True)))
    return not all(map(stage.is_smooth, stage.own.parameters())) or stage.near(match["said"], expected)


@claim(
    rf"By the gradients of epoch (?P<epoch>\d+) the loss was to change by (?P<said>{NUMBER}); (?:and so|it "
    rf"changed by (?P<came>{NUMBER}))"
)
def what_was_foretold_is_compared(stage: Stage, match: re.Match[str]) -> bool:
    before = stage.before
    assert before
    expected = taylor(before, {name: stage.own[name] for name in stage.own.parameters()})
    came = stage.own["loss"] - before["loss"]
    noise = 1e-13 * before.size()
    held = stage.state.scenario.loss == "bce"
    return stage.near(match["came"] or match["said"], came, noise) and (
        held or stage.near(match["said"], expected, noise)
    )


@claim(rf"(?:loss|loss of this sample) (?P<way>fell|rose) from (?P<was>{NUMBER}) to (?P<now>{NUMBER})")
def the_loss_fell_or_rose(stage: Stage, match: re.Match[str]) -> bool:
    assert stage.before
    was, now = stage.before["loss"], stage.own["loss"]
    rounding = 1e-13 * stage.own.size()
    if max(was, now) <= rounding * rounding:  # a loss is a square
        return True
    beyond_rounding = abs(now - was) > 1e-13 * max(abs(was), abs(now))
    return (now < was) == (match["way"] == "fell") and beyond_rounding and stage.near(match["now"], now)


@claim(rf"(?P<name>[az]\d*(?:_\d+)?) was (?P<was>{NUMBER}); now it is (?P<now>{NUMBER})")
def a_number_was_another(stage: Stage, match: re.Match[str]) -> bool:
    assert stage.before
    was, now = stage.before[match["name"]], stage.own[match["name"]]
    return (
        abs(now - was) > 1e-13 * max(abs(was), abs(now))
        and stage.near(match["was"], was)
        and stage.near(match["now"], now)
    )


@claim(
    rf"(?P<name>{NAME}) leaves by (?P<count>\w+) links, to (?P<to>[^,]*(?:, [^,]*)*?), which bring "
    rf"(?P<parts>.*?): together (?P<sum>{NUMBER})"
)
def links_bring_what_they_bring(stage: Stage, match: re.Match[str]) -> bool:
    own = stage.own
    layer, neuron = own.place(match["name"])
    if match["name"].startswith("z"):  # softmax: a z has a link to every answer
        parts = [own.gradient(a) * own.numbers(match["name"]).slopes[a] for a in own.answers]
    else:
        users = range(1, len(stage.state.scenario.layers[layer].weights) + 1)
        parts = [own.gradient(own.name("z", layer + 1, j)) * own[own.weight(layer + 1, j, neuron)] for j in users]
    told = re.findall(NUMBER, match["parts"])
    if not stage.is_smooth(match["name"]):
        return count(match["count"]) == len(parts)
    return count(match["count"]) == len(parts) and (
        len(told) != len(parts) or all(stage.near(text, part) for text, part in zip(told, parts, strict=True))
    )


@claim(r"it is used for (?P<count>\w+) more gradients")
def a_gradient_is_used_again(stage: Stage, match: re.Match[str]) -> bool:
    assert stage.rule
    layer, _ = stage.own.place(stage.rule.node)
    width = len(stage.state.scenario.layers[layer - 1].weights[0])
    return count(match["count"]) == width + 1 + (width if layer > 1 else 0)


@claim(r"The first two factors are used again")
def a_neurons_factors_are_used_again(stage: Stage, _match: re.Match[str]) -> bool:
    return stage.own.plain


@claim(
    rf"That link is the (?:input|activation) (?P<x>{NAME}) = (?P<told>{NUMBER}): it "
    r"(?P<does>leaves|doubles|halves|turns the sign|multiplies)(?P<what>[^.]*?arrives at "
    r"[az]\d*(?:_\d+)?)(?P<as> as it is)?(?P<turns> and turns its sign)?(?: by (?:about "
    rf")?(?P<by>{NUMBER}))?\."
)
def a_link_does_to_what_arrives(stage: Stage, match: re.Match[str]) -> bool:
    x = stage.own[match["x"]]
    sizes = {"leaves": 1.0, "doubles": 2.0, "halves": 0.5, "turns the sign": -1.0}
    if match["does"] == "multiplies":
        return stage.near(match["by"], x)
    size = sizes[match["does"]]
    return x == (-size if match["turns"] else size)


@claim(
    rf"Samples pull in different directions: samples? (?P<up>[\d, and]+) would have (?P<name>{NAME}) "
    r"larger, samples? (?P<down>[\d, and]+) smaller"
)
def samples_pull_each_its_way(stage: Stage, match: re.Match[str]) -> bool:
    own, scenario = stage.own, stage.state.scenario
    up, down = set(), set()
    if max(abs(y) for sample in scenario.samples for y in sample.y) > 1e9:
        return True  # what is level for the machine is not for the definition, where so much pulls
    for place, sample in enumerate(scenario.samples, start=1):
        given = own.given | dict(zip((*own.inputs, *own.targets), (*sample.x, *sample.y), strict=True))
        one = OwnPass(scenario, given)
        if any(one[a] == HELD for a in one.answers):
            return True  # likewise
        if scenario.loss == "bce" and any(one[a] * (1 - one[a]) < 1e-12 for a in one.answers):
            return True  # likewise
        slope = one.gradient(match["name"])
        if abs(slope) > 1e-9:
            (down if slope > 0 else up).add(place)
    return {int(one) for one in re.findall(r"\d+", match["up"])} == up and {
        int(one) for one in re.findall(r"\d+", match["down"])
    } == down
