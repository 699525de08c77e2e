"""Claims of what is so at a stage: distances, slopes, shapes, counts; and claims that were false once."""

import math
import re

from tests.claiming import NAME, NUMBER, Stage, claim, count, read
from tests.own_pass import SLOPES, VALUES, loss_slope


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
    z = stage.view.known[match["z"]]  # its own last digits, next to a corner
    told = re.findall(rf"([a-z_]+) ({NUMBER})", match["rest"])
    return {name for name, _ in told} == set(SLOPES) - {stage.activation(match["z"])} and all(
        math.isclose(read(text), SLOPES[name](z), rel_tol=1e-3, abs_tol=1e-12) for name, text in told
    )


@claim(rf"(?P<z>z\d*(?:_\d+)?) times (?:a factor|its own sigmoid)[^.]*?, here (?P<share>{NUMBER})\.")
def a_share_of_z(stage: Stage, match: re.Match[str]) -> bool:
    z, kind = stage.own[match["z"]], stage.activation(match["z"])
    share = VALUES[kind](z) / z if abs(z) > 1e-300 else 0.5
    return math.isclose(read(match["share"]), share, rel_tol=1e-3, abs_tol=1e-15)


@claim(rf"(?:Dead ReLU|Gate closed for this sample): (?P<z>z\d*(?:_\d+)?) = (?P<told>{NUMBER}) is below 0")
def a_gate_is_closed(stage: Stage, match: re.Match[str]) -> bool:
    return stage.own[match["z"]] < 0 and stage.activation(match["z"]) == "relu"


@claim(
    rf"Saturated: at (?P<z>z\d*(?:_\d+)?) = {NUMBER} [a-zA-Z ]+ is almost flat, its slope "
    rf"(?P<slope>{NUMBER}) \(at most (?P<most>{NUMBER})\)"
)
def a_saturated_slope(stage: Stage, match: re.Match[str]) -> bool:
    z, slope = stage.own[match["z"]], SLOPES[stage.activation(match["z"])]
    most = max(abs(slope(step / 512)) for step in range(-5120, 5121))
    return abs(read(match["slope"]) - slope(z)) <= 1e-3 * abs(slope(z)) + 1e-15 and stage.near(match["most"], most)


@claim(
    rf"(?P<name>{NAME}) is above 0, where every move|(?P<other>z\d*(?:_\d+)?) = {NUMBER} is "
    r"(?P<side>above|below) 0, where"
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
    r"Only (?P<free>.*?) may change(?:, so their (?P<count>\d+) gradients)?(?P<held>; the "
    r"(?:rest|bias|biases) (?:is|are) held fixed)?"
)
def only_what_is_not_held_may_change(stage: Stage, match: re.Match[str]) -> bool:
    own = stage.own
    free = set(own.parameters()) - own.held()
    if match["count"] and int(match["count"]) != len(free):
        return False
    biases = {name for name in own.parameters() if name.startswith("b")}
    if match["held"] and not (biases if "bias" in match["held"] else set()) <= own.held():
        return False
    if match["held"] and not own.held():
        return False
    layers = re.search(r"weights(?: and biases)?(?: of layers? ([\d, and]+\d|\d))?", match["free"])
    if layers and not own.plain:
        open_layers = {own.place(name)[0] for name in free if name.startswith("w")}
        told = {int(one) for one in re.findall(r"\d+", layers[1] or "")} or set(range(1, len(own.scenario.layers) + 1))
        if told != open_layers:
            return False
    named = set(re.findall(r"\b[wb]\d*(?:_\d+)*\b", match["free"]))
    if "weights" not in match["free"]:
        return named == free
    has_biases = any(name.startswith("b") for name in free)
    return ("biases" in match["free"] or "b" in named) == has_biases


@claim(
    rf"(?P<name>w{NAME[8:]}) is the weight of neuron (?P<neuron>\d+) of layer (?P<layer>\d+) for its input "
    r"(?P<input>\d+)"
)
def a_weights_place(stage: Stage, match: re.Match[str]) -> bool:
    return match["name"] == stage.own.weight(int(match["layer"]), int(match["neuron"]), int(match["input"]))


@claim(rf"Its weight for input (?P<input>\d+) is (?P<name>w{NAME[8:]})\.")
def a_weight_of_the_first_neuron(stage: Stage, match: re.Match[str]) -> bool:
    assert stage.rule
    return match["name"] == stage.own.weight(*stage.own.place(stage.rule.node), int(match["input"]))


@claim(r"Symmetry: (?:neurons (?P<listed>[\d, and]+)|(?:all )?(?P<count>\w+) neurons) of layer (?P<layer>\d+) have the")
def neurons_are_alike(stage: Stage, match: re.Match[str]) -> bool:
    """By the gradients themselves: those of each weight and bias, and of the weights behind, are the same."""
    layer = int(match["layer"])
    neurons = range(1, len(stage.state.scenario.layers[layer - 1].weights) + 1)
    if match["listed"]:
        told = [int(one) for one in re.findall(r"\d+", match["listed"])]
        return len(told) > 1 and all(_are_alike(stage, layer, told[0], other) for other in told[1:])
    sizes = [sum(_are_alike(stage, layer, one, other) for other in neurons) for one in neurons]
    size = count(match["count"])
    return size in sizes and ("all" not in match[0] or size == len(neurons))


def _are_alike(stage: Stage, layer: int, one: int, other: int) -> bool:
    pairs = zip(_around(stage, layer, one), _around(stage, layer, other), strict=True)
    own = stage.own
    return all(own[a] == own[b] and math.isclose(own.gradient(a), own.gradient(b), abs_tol=1e-300) for a, b in pairs)


def _around(stage: Stage, layer: int, neuron: int) -> list[str]:
    """The names of a hidden neuron's weights and bias, then of the weights behind it."""
    own, layers = stage.own, stage.state.scenario.layers
    before = [own.weight(layer, neuron, i + 1) for i in range(len(layers[layer - 1].weights[0]))]
    behind = [own.weight(layer + 1, after + 1, neuron) for after in range(len(layers[layer].weights))]
    return [*before, own.name("b", layer, neuron), *behind]


@claim(r"All gradients of layers? (?P<layers>[\d, and]+) are 0: every weight that leads out of (?:it|them) is 0")
def a_layer_gets_no_gradient(stage: Stage, match: re.Match[str]) -> bool:
    own, layers = stage.own, stage.state.scenario.layers
    for layer in map(int, re.findall(r"\d+", match["layers"])):
        behind = len(layers[layer].weights)
        for neuron in range(1, len(layers[layer - 1].weights) + 1):
            names = _around(stage, layer, neuron)
            if any(own.gradient(name) for name in names[:-behind]) or any(own[name] for name in names[-behind:]):
                return False
    return True


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
def it_has_learned(stage: Stage, _match: re.Match[str]) -> bool:
    own = stage.own
    pairs = zip(own.answers, own.targets, strict=True)
    return stage.state.position.epoch > 1 and all(abs(own[a] - own[y]) <= 1e-15 * own.size() for a, y in pairs)


@claim(r"a wrong answer still weighs in full")
def bce_cancels_the_slope(stage: Stage, _match: re.Match[str]) -> bool:
    assert stage.rule
    own, a = stage.own, stage.rule.node
    y, slope = own[own.targets[own.answers.index(a)]], SLOPES["sigmoid"](own[stage.rule.argument])
    return math.isclose(loss_slope("bce", own[a], y) * slope, own[a] - y, rel_tol=1e-2, abs_tol=1e-300)


@claim(rf"(?P<share>{NUMBER}) of what it asks for is left")
def bce_leaves_a_share(stage: Stage, match: re.Match[str]) -> bool:
    assert stage.rule
    return math.isclose(
        read(match["share"]), SLOPES["sigmoid"](stage.own[stage.rule.argument]) / 1e-12, rel_tol=0.2, abs_tol=2e-4
    )


@claim(r"and these cancel")
def contributions_cancel(stage: Stage, _match: re.Match[str]) -> bool:
    assert stage.rule
    return abs(stage.gradient(stage.rule.node)) <= 1e-12 * stage.own.size()


# Claims that the sentences made once, and must not make again where they are false.


@claim(r"Another activation would weaken it here, or stop it")
def every_other_weakens(stage: Stage, _match: re.Match[str]) -> bool:
    assert stage.rule
    z = stage.own[stage.rule.argument]
    return all(abs(slope(z)) < 1 for name, slope in SLOPES.items() if name != "identity")


@claim(r"The next forward pass shows whether it helped")
def the_next_pass_shows(stage: Stage, _match: re.Match[str]) -> bool:
    return stage.samples == 1


@claim(rf"as far as the learning rate (?P<rate>{NUMBER}) says")
def the_step_is_as_long_as_the_rate(stage: Stage, _match: re.Match[str]) -> bool:
    assert stage.rule
    return math.isclose(abs(stage.rate * stage.gradient(stage.rule.quantity)), abs(stage.rate), rel_tol=1e-3)


@claim(rf"(?P<name>{NAME}) feeds [^.]*?, so it reaches the loss along (?P<count>\w+) paths")
def so_many_paths_lead_to_the_loss(stage: Stage, match: re.Match[str]) -> bool:
    layer, _ = stage.own.place(match["name"])
    return count(match["count"]) == math.prod(len(one.weights) for one in stage.state.scenario.layers[layer:])


@claim(rf"[Tt]he saturated \w+ let only (?P<told>{NUMBER}) through")
def an_amount_gets_through(stage: Stage, match: re.Match[str]) -> bool:
    return stage.near(match["told"], abs(stage.gradient("z")))


@claim(rf"nothing of the loss gets through to (?P<name>{NAME})[.:]")
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
def huber_is_the_distance_itself(stage: Stage, _match: re.Match[str]) -> bool:
    return len(stage.own.answers) == 1
