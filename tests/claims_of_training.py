"""Claims of softmax, of batches and of optimisers: what they add up, divide, remember and step by, computed anew."""

import math
import re

from backprop_tui.core.expression import before
from tests.claiming import NAME, NUMBER, Stage, claim, count, read
from tests.own_pass import HELD, OwnPass

P = r"[bw]\d*(?:_\d+)*"
FIRST = rf"^(?P<value>{NUMBER}): "


def samples_of_batch(stage: Stage) -> range:
    """Those of the batch, counted from the last edit of how it is trained; none is made in these runs."""
    scenario, sample = stage.view.scenario, stage.state.position.sample
    first = (sample - 1) // scenario.batch_size * scenario.batch_size + 1
    return range(first, min(first + scenario.batch_size, len(scenario.samples) + 1))


def own_gradient(stage: Stage, name: str, epoch: int, sample: int) -> float:
    view = stage.state.history.view(epoch, sample)
    return OwnPass(view.scenario, view.given).gradient(name)


def parameter(stage: Stage) -> str:
    assert stage.rule
    return stage.rule.node


def is_edited(stage: Stage) -> bool:
    return bool(stage.state.undo)


def is_rough(stage: Stage) -> bool:
    """Whether the definition's own digits do not bear four places, or a convention stands in for a slope."""
    sizes = [stage.own.size()]
    epoch = stage.state.position.epoch
    for sample in samples_of_batch(stage):
        view = stage.state.history.view(epoch, sample)
        sizes.append(OwnPass(view.scenario, view.given).size())
    return max(sizes) > 1e4 or stage.state.scenario.loss in ("bce", "mae") or not stage.is_smooth(parameter(stage))


def used(stage: Stage) -> float:
    """The gradient that the update takes, from this pass's own gradient and the sum before it."""
    name, scenario, given = parameter(stage), stage.state.scenario, stage.view.given
    found = stage.gradient(name)
    if scenario.batch_size > 1 or not scenario.zero_grad:
        batch, sample = samples_of_batch(stage), stage.state.position.sample
        starts = scenario.zero_grad and sample == batch.start
        old = 0.0 if starts else given[before(f"grad_{name}")]
        found = old + found / len(batch)
    decay = dict(scenario.optimizer.options)["weight_decay"]
    return found + (0.0 if scenario.optimizer.name == "adamw" else decay * stage.own[name])


def option(stage: Stage, name: str) -> float:
    return dict(stage.state.scenario.optimizer.options)[name]


def near(text: str, value: float, size: float = 1.0) -> bool:
    return math.isclose(read(text), value, rel_tol=1.2e-3, abs_tol=1e-9 * max(1.0, size))


@claim(rf"^(?P<share>{NUMBER}) is a share: of (?:all )?(?P<many>\w+) e\^z together, e\^\((?P<z>z[\d_]*)\) has so much")
def a_share_is_one_of_all(stage: Stage, match: re.Match[str]) -> bool:
    sums = [stage.own[name.replace("a", "z", 1)] for name in stage.own.answers]
    mine = stage.own[match["z"]]
    share = 1 / sum(math.exp(min(z - mine, 700.0)) for z in sums)
    return (2 if match["many"] == "both" else count(match["many"])) == len(sums) and math.isclose(
        read(match["share"]), share, rel_tol=1e-3
    )


@claim(r"(?P<a>a[\d_]+) depends on every z: raise (?P<z>z[\d_]+) and it falls")
def another_z_lowers_a_share(stage: Stage, match: re.Match[str]) -> bool:
    return stage.own.numbers(match["z"]).slopes[match["a"]] < 0


@claim(r"All shares together are 1")
def the_shares_are_1(stage: Stage, _match: re.Match[str]) -> bool:
    return math.isclose(sum(stage.view.known[a] for a in stage.own.answers), 1.0, rel_tol=1e-12)


@claim(rf"(?P<a>{NAME}) is held at 2\.225e-308|Held: (?P<b>a[\d_]+) is 2\.225e-308")
def a_probability_is_held(stage: Stage, match: re.Match[str]) -> bool:
    return stage.own[match["a"] or match["b"]] <= HELD * (1 + 1e-9)


@claim(
    rf"is −ln (?P<a>a[\d_]+), the surprise at the right class, (?P<class>\d): .*?probability (?P<p>{NUMBER}|all but 1)"
)
def the_loss_is_the_surprise(stage: Stage, match: re.Match[str]) -> bool:
    own, place = stage.own, int(match["class"]) - 1
    p = own[own.answers[place]]
    told = p < 1 and 1 - p < 1e-3 if match["p"] == "all but 1" else math.isclose(read(match["p"]), p, rel_tol=1e-3)
    return own.answers[place] == match["a"] and own[own.targets[place]] == 1 and told


@claim(r"(?P<y>y\d) is 0: the loss has no term with (?P<a>a[\d_]+)")
def no_target_no_term(stage: Stage, match: re.Match[str]) -> bool:
    own = stage.own
    return own[match["y"]] == 0 and own.targets.index(match["y"]) == own.answers.index(match["a"])


@claim(
    rf"Added up: (?P<parts>[^=]*?) = (?P<a>a[\d_]+) − (?P<y>y\d) = (?P<p>{NUMBER}) − (?P<t>{NUMBER})(?P<rough>, but)?"
)
def contributions_collapse(stage: Stage, match: re.Match[str]) -> bool:
    own = stage.own
    signed = re.findall(r"(?:^|[+−] )(−?\d[\d.]*(?:e[+-]\d+)?)", match["parts"])
    minus = re.findall(r"(?:^|([+−]) )−?\d", match["parts"])
    parts = [-read(text) if sign == "−" else read(text) for sign, text in zip(minus, signed, strict=True)]
    value = stage.gradient(parameter(stage))
    wanted = own[match["a"]] - own[match["y"]]
    told = math.isclose(read(match["p"]) - read(match["t"]), wanted, rel_tol=1e-3, abs_tol=1e-13)
    return (
        len(parts) == len(own.answers)
        and own.name("z", *own.place(match["a"])) == parameter(stage)
        and own.answers.index(match["a"]) == own.targets.index(match["y"])
        and math.isclose(sum(parts), wanted, rel_tol=1e-3, abs_tol=1e-8)
        and (told or bool(match["rough"]))
        and (math.isclose(value, wanted, rel_tol=1e-8, abs_tol=2e-9) or not stage.is_smooth(parameter(stage)))
    )


@claim(r"this is the first of (?P<many>\d+) slopes, the Jacobian")
def so_many_slopes(stage: Stage, match: re.Match[str]) -> bool:
    return int(match["many"]) == len(stage.own.answers) ** 2


@claim(rf"{FIRST}this sample's gradient, (?P<g>{NUMBER})(?:, over the (?P<n>\d+) samples of the batch)?; the sum")
def a_sum_starts(stage: Stage, match: re.Match[str]) -> bool:
    g, n = stage.gradient(parameter(stage)), len(samples_of_batch(stage))
    if is_edited(stage) or is_rough(stage):
        return True
    return int(match["n"] or 1) == n and near(match["g"], g) and near(match["value"], g / n)


@claim(
    rf"{FIRST}(?P<old>{NUMBER}) was there; this sample adds (?P<share>{NUMBER}), its gradient"
    rf"(?:, (?P<g>{NUMBER}), over (?P<n>\d+))?\."
)
def a_sum_goes_on(stage: Stage, match: re.Match[str]) -> bool:
    if is_edited(stage) or is_rough(stage):
        return True
    g, n = stage.gradient(parameter(stage)), len(samples_of_batch(stage))
    old, share = read(match["old"]), read(match["share"])
    adds = math.isclose(read(match["value"]), old + share, rel_tol=1e-3, abs_tol=2e-3 * max(abs(old), abs(share)))
    return adds and near(match["share"], g / n) and int(match["n"] or 1) == n and near(match["g"] or match["share"], g)


@claim(r"(?P<k>\d+) of (?P<n>\d+) samples in: nothing is updated")
def so_many_are_in(stage: Stage, match: re.Match[str]) -> bool:
    batch = samples_of_batch(stage)
    after = zip(stage.own.parameters(), stage.view.after, strict=True)
    counts = int(match["k"]) == stage.state.position.sample - batch.start + 1 and int(match["n"]) == len(batch)
    return all(stage.own[name] == value for name, value in after) and (counts or is_edited(stage))


@claim(r"this is the gradient of the batch's mean loss")
def the_sum_is_the_gradient_of_the_mean(stage: Stage, _match: re.Match[str]) -> bool:
    if is_rough(stage):
        return True
    name, batch = parameter(stage), samples_of_batch(stage)
    slopes = []
    for sample in batch:
        one = stage.state.scenario.samples[sample - 1]
        pairs = zip((*stage.own.inputs, *stage.own.targets), (*one.x, *one.y), strict=True)
        slopes.append(OwnPass(stage.state.scenario, stage.own.given | dict(pairs)).gradient(name))
    known = stage.view.known[f"grad_{name}"]
    return is_edited(stage) or math.isclose(known, sum(slopes) / len(slopes), rel_tol=1e-6, abs_tol=1e-9)


@claim(
    rf"(?P<how>different directions|the same way|samples' gradients so far)[^.]*?are (?P<all>{NUMBER}[^:]*?)\.(?: |$)"
)
def each_sample_pulls(stage: Stage, match: re.Match[str]) -> bool:
    if is_edited(stage) or is_rough(stage):
        return True
    here = stage.state.position
    told = [read(text) for text in re.findall(NUMBER, match["all"])]
    past = range(samples_of_batch(stage).start, here.sample + 1)
    own = [own_gradient(stage, parameter(stage), here.epoch, sample) for sample in past]
    signs = {"different directions": min(told) < 0 < max(told), "the same way": min(told) > 0 or max(told) < 0}
    alike = all(math.isclose(a, b, rel_tol=1e-3, abs_tol=1e-9) for a, b in zip(told, own, strict=True))
    return len(told) == len(own) and alike and signs.get(match["how"], min(told) * max(told) == 0)


@claim(rf"(?P<old>{NUMBER}) (?:of it )?is old")
def so_much_of_the_sum_is_old(stage: Stage, match: re.Match[str]) -> bool:
    """Every gradient of every batch before this one, each over the size of its batch."""
    here, samples = stage.state.position, stage.samples
    if is_edited(stage) or is_rough(stage) or here.epoch > 4:
        return True
    size, total, most = stage.state.scenario.batch_size, 0.0, 0.0
    passes = range((here.epoch - 1) * samples + samples_of_batch(stage).start - 1)
    for epoch, place in (divmod(number, samples) for number in passes):
        view = stage.state.history.view(epoch + 1, place + 1)
        if any(view.known[a] == HELD for a in stage.own.answers):
            return True
        n = min(size, samples - place // size * size)
        part = own_gradient(stage, parameter(stage), epoch + 1, place + 1) / n
        total, most = total + part, max(most, abs(part))
    return math.isclose(read(match["old"]), total, rel_tol=1.2e-3, abs_tol=1e-7 * most + 1e-13) or most > 1e4


@claim(rf"{FIRST}weight decay adds λ · (?P<p>{P}) = (?P<pull>{NUMBER}) to")
def decay_adds(stage: Stage, match: re.Match[str]) -> bool:
    pull = option(stage, "weight_decay") * stage.own[match["p"]]
    return near(match["pull"], pull, 0) and (is_rough(stage) or near(match["value"], used(stage)))


@claim(rf"Weight decay takes lr · λ · (?P<p>{P}) = (?P<pull>{NUMBER}) off it directly(?P<to>, towards 0)?")
def decay_takes(stage: Stage, match: re.Match[str]) -> bool:
    p = stage.own[match["p"]]
    pull = stage.rate * option(stage, "weight_decay") * p
    return math.isclose(read(match["pull"]), pull, rel_tol=1e-3) and bool(match["to"]) == (pull * p > 0)


@claim(rf"{FIRST}(?P<v>v_{P}), the velocity, was 0; now it is the gradient itself")
def the_first_velocity(stage: Stage, match: re.Match[str]) -> bool:
    return is_rough(stage) or near(match["value"], used(stage))


@claim(
    rf"{FIRST}(?:the gradient is 0, but )?(?P<v>v_{P}), the velocity, keeps (?:μ = )?(?P<mu>{NUMBER}) of what it was"
)
def a_velocity_keeps_a_part(stage: Stage, match: re.Match[str]) -> bool:
    told = re.search(
        rf"of what it was, so (?P<kept>{NUMBER})\. The gradient is added, (?P<g>{NUMBER})(?:: it pushes |, )"
        r"(?P<how>the way|the other|next)",
        stage.text,
    )
    if read(match["mu"]) != option(stage, "momentum"):
        return False
    if not told:
        return is_rough(stage) or abs(used(stage)) < 1e-9
    kept, g = read(told["kept"]), read(told["g"])
    added = math.isclose(read(match["value"]), kept + g, rel_tol=1e-3, abs_tol=2e-3 * max(abs(kept), abs(g)))
    ways = {"the way": (kept > 0) == (g > 0), "the other": (kept > 0) != (g > 0), "next": abs(g) <= 1.1e-9 * abs(kept)}
    return added and ways[told["how"]] and (is_rough(stage) or near(told["g"], used(stage)))


@claim(rf"So (?P<p>{P}) moves on where its gradient says nothing|still (?P<q>{P}) moves:")
def it_moves_without_a_gradient(stage: Stage, match: re.Match[str]) -> bool:
    name = match["p"] or match["q"]
    new = stage.view.after[stage.own.parameters().index(name)]
    tiny = abs(stage.own[name]) > 1e3
    return (new != stage.own[name] or tiny) and (is_rough(stage) or abs(used(stage)) < 1e-8)


@claim(rf"Its gradient, (?P<g>{NUMBER}), asks for the other way")
def it_is_carried_on(stage: Stage, match: re.Match[str]) -> bool:
    name = parameter(stage)
    moved = stage.view.after[stage.own.parameters().index(name)] - stage.own[name]
    pull = stage.rate * option(stage, "weight_decay") * stage.own[name] if "directly" in stage.text else 0.0
    return (moved + pull) * read(match["g"]) >= 0 and (is_rough(stage) or near(match["g"], used(stage)))


@claim(
    rf"{FIRST}(?P<s>[mv])_{P}, a running mean of the (?P<sq>squared )?gradients, is (?P<kept>{NUMBER}) of the old, "
    rf"(?P<old>{NUMBER}), and (?P<share>{NUMBER}) of \(?(?P<g>{NUMBER})\)?(?P<two>²)?"
)
def a_running_mean(stage: Stage, match: re.Match[str]) -> bool:
    g, kept, old = read(match["g"]), read(match["kept"]), read(match["old"])
    names = {"adam": {"m": "beta1", "v": "beta2"}, "adamw": {"m": "beta1", "v": "beta2"}, "rmsprop": {"v": "alpha"}}
    beta = option(stage, names[stage.state.scenario.optimizer.name][match["s"]])
    new = g * g if match["two"] else g
    terms = kept * old, read(match["share"]) * new
    size = 3e-3 * max(map(abs, terms))
    return (
        bool(match["sq"]) == bool(match["two"]) == (match["s"] == "v")
        and math.isclose(kept, beta)
        and math.isclose(read(match["share"]), 1 - beta, rel_tol=1e-3)
        and math.isclose(read(match["value"]), sum(terms), rel_tol=1e-3, abs_tol=size)
        and (is_rough(stage) or near(match["g"], used(stage)))
    )


@claim(rf"after (?:1 update|t = (?P<t>[\d,]+) updates) too small, by the factor (?P<f>{NUMBER})")
def the_correction(stage: Stage, match: re.Match[str]) -> bool:
    assert stage.rule
    t = read(match["t"] or "1")
    beta = option(stage, "beta1" if stage.rule.quantity.startswith("m") else "beta2")
    epoch, size = stage.state.position.epoch, stage.state.scenario.batch_size
    batches = -(-stage.samples // size)
    updates = (epoch - 1) * batches + (stage.state.position.sample - 1) // size + 1
    return math.isclose(read(match["f"]), 1 - beta**t, rel_tol=1e-3) and (t == updates or is_edited(stage))


@claim(rf"{FIRST}.*?1 − β[12]\^t, it is the (?P<sq>squared )?gradient itself")
def the_first_mean_is_the_gradient(stage: Stage, match: re.Match[str]) -> bool:
    g = used(stage)
    return is_rough(stage) or math.isclose(
        read(match["value"]), g * g if match["sq"] else g, rel_tol=2e-3, abs_tol=1e-9
    )


@claim(rf"{FIRST}.*?Its root, (?P<root>{NUMBER}), is the size")
def a_root(_stage: Stage, match: re.Match[str]) -> bool:
    return math.isclose(read(match["root"]) ** 2, read(match["value"]), rel_tol=2e-3, abs_tol=1e-323)


def moved_by_the_optimizer(stage: Stage) -> float:
    name = parameter(stage)
    p, new = stage.own[name], stage.view.after[stage.own.parameters().index(name)]
    decay = stage.rate * option(stage, "weight_decay") * p if stage.state.scenario.optimizer.name == "adamw" else 0.0
    return p - decay - new


@claim(rf"The step is (?P<step>{NUMBER}), (?:as long as the learning rate|(?P<times>{NUMBER}) times the learning rate)")
def a_step_is_so_long(stage: Stage, match: re.Match[str]) -> bool:
    moved, step = abs(moved_by_the_optimizer(stage)), read(match["step"])
    noise = 1e-12 * abs(stage.own[parameter(stage)])
    rate = abs(stage.rate) * read(match["times"] or "1")
    return math.isclose(step, moved, rel_tol=1.5e-3, abs_tol=noise) and math.isclose(step, rate, rel_tol=2e-3)


@claim(
    rf"The step is the learning rate times (?:the velocity )?(?!the gradient)[^:]*?: "
    rf"(?P<lr>{NUMBER}) · \(?(?P<f>{NUMBER})\)? = (?P<step>{NUMBER}) is taken off"
)
def a_step_is_taken_off(stage: Stage, match: re.Match[str]) -> bool:
    step = read(match["step"])
    noise = 1e-12 * abs(stage.own[parameter(stage)])
    product = math.isclose(step, read(match["lr"]) * read(match["f"]), rel_tol=2e-3)
    return product and math.isclose(step, moved_by_the_optimizer(stage), rel_tol=1.5e-3, abs_tol=noise)


@claim(rf"The gradient, (?P<g>{NUMBER}), is divided by its own size: only its sign is left")
def only_the_sign_is_left(stage: Stage, match: re.Match[str]) -> bool:
    return moved_by_the_optimizer(stage) * read(match["g"]) * stage.rate >= 0 and (
        is_rough(stage) or near(match["g"], used(stage))
    )


@claim(rf"of grad_{P} = (?P<all>{NUMBER}), (?P<old>{NUMBER}) is old and only (?P<new>{NUMBER}) new")
def old_and_new(_stage: Stage, match: re.Match[str]) -> bool:
    whole, old, new = (read(match[part]) for part in ("all", "old", "new"))
    return math.isclose(whole, old + new, rel_tol=1e-3, abs_tol=2e-3 * max(abs(old), abs(new)))
