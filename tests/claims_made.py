"""The claims one by one: the words, and the computation that they must agree with."""

import math
import re

from tests.claims import NAME, NUMBER, SIZE, SLOPES, VALUES, Stage, claim, count, read
from tests.own_pass import OwnPass, loss_slope


@claim(
    rf"[Rr]aise (?P<name>{NAME}) a little and the loss (?P<way>rises|falls)(?P<little>, but only)? {SIZE}(?P<rough>, as far)?"
)
def a_gradient_means_what_the_loss_does(stage: Stage, match: re.Match[str]) -> bool:
    slope = stage.gradient(match["name"])
    if match["little"] and abs(slope) >= 0.0101:
        return False
    if match["rough"]:
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
    rf"(?P<name>{NAME}) \+ (?P<move>{NUMBER}) → [^:]*?L [+−] {NUMBER}\..*?The gradient says (?P<said>{NUMBER}), (?:not (?P<came>{NUMBER})|and so)"
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
    rf"The step is the learning rate times the gradient: (?P<rate>{NUMBER}) · \(?(?P<gradient>{NUMBER})\)? = (?P<step>{NUMBER}) is taken off"
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
    rf"By the gradients of epoch (?P<epoch>\d+) the loss was to change by (?P<said>{NUMBER}); (?:and so|it changed by (?P<came>{NUMBER}))"
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
    rf"(?P<name>{NAME}) leaves by (?P<count>\w+) links, to (?P<to>[^,]*(?:, [^,]*)*?), which bring (?P<parts>.*?): together (?P<sum>{NUMBER})"
)
def links_bring_what_they_bring(stage: Stage, match: re.Match[str]) -> bool:
    own = stage.own
    layer, neuron = own.place(match["name"])
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
def a_neurons_factors_are_used_again(stage: Stage, match: re.Match[str]) -> bool:
    return stage.own.plain


@claim(
    rf"That link is the (?:input|activation) (?P<x>{NAME}) = (?P<told>{NUMBER}): it (?P<does>leaves|doubles|halves|turns the sign|multiplies)(?P<what>[^.]*?arrives at [az]\d*(?:_\d+)?)(?P<as> as it is)?(?P<turns> and turns its sign)?(?: by (?:about )?(?P<by>{NUMBER}))?\."
)
def a_link_does_to_what_arrives(stage: Stage, match: re.Match[str]) -> bool:
    x = stage.own[match["x"]]
    sizes = {"leaves": 1.0, "doubles": 2.0, "halves": 0.5, "turns the sign": -1.0}
    if match["does"] == "multiplies":
        return stage.near(match["by"], x)
    size = sizes[match["does"]]
    return x == (-size if match["turns"] else size)


@claim(
    rf"Samples pull in different directions: samples? (?P<up>[\d, and]+) would have (?P<name>{NAME}) larger, samples? (?P<down>[\d, and]+) smaller"
)
def samples_pull_each_its_way(stage: Stage, match: re.Match[str]) -> bool:
    own, scenario = stage.own, stage.state.scenario
    up, down = set(), set()
    if max(abs(y) for sample in scenario.samples for y in sample.y) > 1e9:
        return True  # what is level for the machine is not for the definition, where so much pulls
    for place, sample in enumerate(scenario.samples, start=1):
        given = own.given | dict(zip((*own.inputs, *own.targets), (*sample.x, *sample.y), strict=True))
        one = OwnPass(scenario, given)
        if scenario.loss == "bce" and any(one[a] * (1 - one[a]) < 1e-12 for a in one.answers):
            return True  # likewise
        slope = one.gradient(match["name"])
        if abs(slope) > 1e-9:
            (down if slope > 0 else up).add(place)
    return {int(one) for one in re.findall(r"\d+", match["up"])} == up and {
        int(one) for one in re.findall(r"\d+", match["down"])
    } == down


@claim(rf"The answer should be (?P<target>{NUMBER}); it is (?P<off>{NUMBER}|far) too (?P<way>high|low)")
def an_answer_is_off(stage: Stage, match: re.Match[str]) -> bool:
    assert stage.rule
    own, a = stage.own, stage.rule.node
    y = own.targets[own.answers.index(a)]
    is_far = match["off"] == "far" or stage.near(match["off"], abs(own[a] - own[y]))
    return (own[a] > own[y]) == (match["way"] == "high") and is_far and stage.near(match["target"], own[y])


@claim(rf"(?P<loss>{NUMBER}) means (?P<words>[a-z, ]+): (?P<off>{NUMBER}) off a target of (?P<target>{NUMBER})")
def a_loss_is_judged(stage: Stage, match: re.Match[str]) -> bool:
    own = stage.own
    off, target = abs(own[own.answers[0]] - own[own.targets[0]]), own[own.targets[0]]
    words = {
        "wrong by a hair": (0, 0.01),
        "wrong, but not by much": (0.01, 0.25),
        "wrong": (0.25, 1),
        "far off": (1, math.inf),
    }
    low, high = words[match["words"]]
    fits = low * 0.999 <= off / abs(target) <= high * 1.001
    return (
        fits
        and stage.near(match["off"], off)
        and stage.near(match["target"], target)
        and stage.near(match["loss"], own["loss"])
    )


@claim(rf"At the same (?P<z>{NAME}) the slopes of the others are: (?P<rest>.*?)\.(?: |$)")
def the_others_have_these_slopes(stage: Stage, match: re.Match[str]) -> bool:
    z = stage.own[match["z"]]
    told = re.findall(rf"([a-z_]+) ({NUMBER})", match["rest"])
    return {name for name, _ in told} == set(SLOPES) - {stage.activation(match["z"])} and all(
        math.isclose(read(text), SLOPES[name](z), rel_tol=1e-3, abs_tol=1e-12) for name, text in told
    )


@claim(rf"(?P<z>z\d*(?:_\d+)?) times (?:a factor|its own sigmoid)[^.]*?, here (?P<share>{NUMBER})\.")
def a_share_of_z(stage: Stage, match: re.Match[str]) -> bool:
    z, kind = stage.own[match["z"]], stage.activation(match["z"])
    share = VALUES[kind](z) / z if abs(z) > 1e-300 else 0.5
    return math.isclose(read(match["share"]), share, rel_tol=1e-3, abs_tol=1e-15)


@claim(rf"Gate closed: (?P<z>z\d*(?:_\d+)?) = (?P<told>{NUMBER}) is below 0")
def a_gate_is_closed(stage: Stage, match: re.Match[str]) -> bool:
    return stage.own[match["z"]] < 0 and stage.activation(match["z"]) == "relu"


@claim(
    rf"Saturated: at (?P<z>z\d*(?:_\d+)?) = {NUMBER} [a-zA-Z ]+ is almost flat, its slope (?P<slope>{NUMBER}) \(at most (?P<most>{NUMBER})\)"
)
def a_saturated_slope(stage: Stage, match: re.Match[str]) -> bool:
    z, slope = stage.own[match["z"]], SLOPES[stage.activation(match["z"])]
    most = max(abs(slope(step / 512)) for step in range(-5120, 5121))
    return abs(read(match["slope"]) - slope(z)) <= 1e-3 * abs(slope(z)) + 1e-15 and stage.near(match["most"], most)


@claim(
    rf"(?P<name>{NAME}) is above 0, where every move|(?P<other>z\d*(?:_\d+)?) = {NUMBER} is (?P<side>above|below) 0, where"
)
def z_is_on_its_side(stage: Stage, match: re.Match[str]) -> bool:
    if not match["other"]:
        return True
    return (stage.own[match["other"]] > 0) == (match["side"] == "above")


@claim(r"A network of (?P<neurons>\d+) neurons in (?P<layers>\w+) layers? takes")
def the_networks_shape(stage: Stage, match: re.Match[str]) -> bool:
    layers = stage.state.scenario.layers
    return int(match["neurons"]) == sum(len(one.weights) for one in layers) and count(match["layers"]) == len(layers)


@claim(
    r"Only (?P<free>.*?) may change(?:, so their (?P<count>\d+) gradients)?(?P<held>; the (?:rest|bias|biases) (?:is|are) held fixed)?"
)
def only_what_is_not_held_may_change(stage: Stage, match: re.Match[str]) -> bool:
    own = stage.own
    free = set(own.parameters()) - own.held()
    if match["count"] and int(match["count"]) != len(free):
        return False
    if match["held"] and not own.held():
        return False
    named = set(re.findall(r"\b[wb]\d*(?:_\d+)*\b", match["free"]))
    if "weights" not in match["free"]:
        return named == free
    has_biases = any(name.startswith("b") for name in free)
    return ("biases" in match["free"] or "b" in named) == has_biases


@claim(
    rf"(?P<name>w{NAME[8:]}) is the weight of neuron (?P<neuron>\d+) of layer (?P<layer>\d+) for its input (?P<input>\d+)"
)
def a_weights_place(stage: Stage, match: re.Match[str]) -> bool:
    return match["name"] == stage.own.weight(int(match["layer"]), int(match["neuron"]), int(match["input"]))


@claim(rf"(?P<name>{NAME}) is held fixed: no update")
def a_parameter_is_held(stage: Stage, match: re.Match[str]) -> bool:
    return match["name"] in stage.own.held()


@claim(r"In PyTorch these (?P<count>\w+) lines are optimizer")
def lines_of_the_update(stage: Stage, match: re.Match[str]) -> bool:
    return count(match["count"]) == len(set(stage.own.parameters()) - stage.own.held())


@claim(r"but (?P<count>\w+) have moved at once")
def so_many_have_moved(stage: Stage, match: re.Match[str]) -> bool:
    after = zip(stage.own.parameters(), stage.view.after, strict=True)
    return count(match["count"]) == sum(stage.own[name] != value for name, value in after)


@claim(r"(?P<name>the (?:neuron|network) has learned)")
def it_has_learned(stage: Stage, match: re.Match[str]) -> bool:
    own = stage.own
    pairs = zip(own.answers, own.targets, strict=True)
    return stage.state.position.epoch > 1 and all(abs(own[a] - own[y]) <= 1e-15 * own.size() for a, y in pairs)


@claim(r"a wrong answer still weighs in full")
def bce_cancels_the_slope(stage: Stage, match: re.Match[str]) -> bool:
    assert stage.rule
    own, a = stage.own, stage.rule.node
    y, slope = own[own.targets[own.answers.index(a)]], SLOPES["sigmoid"](own[stage.rule.argument])
    return math.isclose(loss_slope("bce", own[a], y) * slope, own[a] - y, rel_tol=1e-2, abs_tol=1e-300)


@claim(rf"(?P<share>{NUMBER}) of what it asks for is left")
def bce_leaves_a_share(stage: Stage, match: re.Match[str]) -> bool:
    assert stage.rule
    return math.isclose(read(match["share"]), SLOPES["sigmoid"](stage.own[stage.rule.argument]) / 1e-12, rel_tol=0.2)


@claim(r"and these cancel")
def contributions_cancel(stage: Stage, match: re.Match[str]) -> bool:
    assert stage.rule
    return abs(stage.gradient(stage.rule.node)) <= 1e-12 * stage.own.size()


# Claims that the sentences made once, and must not make again where they are false.


@claim(r"Another activation would weaken it here, or stop it")
def every_other_weakens(stage: Stage, match: re.Match[str]) -> bool:
    assert stage.rule
    z = stage.own[stage.rule.argument]
    return all(abs(slope(z)) < 1 for name, slope in SLOPES.items() if name != "identity")


@claim(r"The next forward pass shows whether it helped")
def the_next_pass_shows(stage: Stage, match: re.Match[str]) -> bool:
    return stage.samples == 1


@claim(rf"as far as the learning rate (?P<rate>{NUMBER}) says")
def the_step_is_as_long_as_the_rate(stage: Stage, match: re.Match[str]) -> bool:
    assert stage.rule
    return math.isclose(abs(stage.rate * stage.gradient(stage.rule.quantity)), abs(stage.rate), rel_tol=1e-3)


@claim(rf"(?P<name>{NAME}) feeds [^.]*?, so it reaches the loss along (?P<count>\w+) paths")
def so_many_paths_lead_to_the_loss(stage: Stage, match: re.Match[str]) -> bool:
    layer, _ = stage.own.place(match["name"])
    return count(match["count"]) == math.prod(len(one.weights) for one in stage.state.scenario.layers[layer:])


@claim(rf"[Tt]he saturated \w+ let only (?P<told>{NUMBER}) through")
def an_amount_gets_through(stage: Stage, match: re.Match[str]) -> bool:
    return stage.near(match["told"], abs(stage.gradient("z")))


@claim(rf"nothing of the loss gets through to (?P<name>{NAME})\.")
def nothing_gets_through(stage: Stage, match: re.Match[str]) -> bool:
    own = stage.own
    layer, neuron = own.place(match["name"])
    if match["name"][0] != "a" or layer == len(stage.state.scenario.layers):
        return abs(stage.gradient(match["name"])) < 1e-15
    users = range(1, len(stage.state.scenario.layers[layer].weights) + 1)
    return all(
        abs(own.gradient(own.name("z", layer + 1, j)) * own[own.weight(layer + 1, j, neuron)]) < 1e-300 for j in users
    )


@claim(r"At most 1 from the target it is the distance itself")
def huber_is_the_distance_itself(stage: Stage, match: re.Match[str]) -> bool:
    return len(stage.own.answers) == 1
