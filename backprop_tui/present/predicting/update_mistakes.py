"""Mistakes of an update: its direction, its length, and what the optimiser remembers."""

from collections.abc import Callable, Iterator
from math import nan

from backprop_tui.core.backprop import Phase, accumulated_name
from backprop_tui.core.expression import Apply, Expression, before, evaluate
from backprop_tui.core.floats import power
from backprop_tui.core.optimizers import quantity
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.predicting.asked import Asked, computed
from backprop_tui.present.predicting.mistake import Wrong
from backprop_tui.present.predicting.rewriting import rewritten
from backprop_tui.present.sentences import listed

_MEANS = {"mhat": ("m", "beta1"), "vhat": ("v", "beta2")}


def uphill(asked: Asked) -> Iterator[Wrong]:
    """The step added."""
    if parts := _parts(asked):
        kept, step = parts
        yield kept + step, {"p": asked.rule.node}


def rate_forgotten(asked: Asked) -> Iterator[Wrong]:
    """The step as if the learning rate were 1."""
    if parts := _parts(asked):
        step = computed(_step(asked), {**asked.view.known, "lr": 1.0})
        yield parts[0] - step, {"lr": number(asked.of("lr"))}


def rate_times_weight(asked: Asked) -> Iterator[Wrong]:
    """The learning rate times the parameter."""
    if _parts(asked):
        p = asked.of(asked.rule.node)
        yield p - asked.of("lr") * p, {"p": asked.rule.node, "lr": number(asked.of("lr"))}


def step_only(asked: Asked) -> Iterator[Wrong]:
    """The step, not where it leads."""
    if parts := _parts(asked):
        for step in (-parts[1], parts[1]):
            yield step, {"p": asked.rule.node}


def not_cleared(asked: Asked) -> Iterator[Wrong]:
    """The gradient counted twice, as where it is not set to 0 between two equal steps."""
    if asked.phase is Phase.UPDATE:
        gradient = _gradient(asked)
        yield asked.changed({gradient: 2 * asked.of(gradient)}), {"gradient": symbol(gradient)}


def batch_mean(asked: Asked) -> Iterator[Wrong]:
    """No division by the number of samples, or a second one."""
    count = asked.view.known.get("n")
    if count is None or count == 1:
        return
    words = (("forgotten", count), ("taken twice", 1 / count))
    for word, factor in words:
        if asked.phase is Phase.ACCUMULATE:
            own = asked.gradient(asked.rule.node)
            yield asked.computed(asked.rule.expression, **{own: factor * asked.of(own)}), _mean(word, count)
            yield factor * asked.value, _mean(word, count)
        elif asked.phase is Phase.UPDATE:
            gradient = accumulated_name(asked.rule.node)
            yield asked.changed({gradient: factor * asked.of(gradient)}), _mean(word, count)


def _mean(word: str, count: float) -> dict[str, str]:
    return {"how": word, "n": number(count)}


def no_correction(asked: Asked) -> Iterator[Wrong]:
    """Adam's means as they are, not corrected for their beginning at 0."""
    plain = {hat: asked.of(_of(asked, mean)) for hat, (mean, _) in _hats(asked).items()}
    yield from _with_hats(asked, plain, {})


def wrong_power(asked: Asked) -> Iterator[Wrong]:
    """Another power of β than the number of the update: β·t, β alone, or one before or after."""
    t = asked.view.known.get("t", 0.0)
    shares: dict[str, Callable[[float], float]] = {
        "times t": lambda beta: 1 - beta * t,
        "to the power 1": lambda beta: 1 - beta,
        "to the power t − 1": lambda beta: 1 - power(beta, t - 1) if t > 1 else nan,
        "to the power t + 1": lambda beta: 1 - power(beta, t + 1),
    }
    for word, share in shares.items():
        changes = {}
        for hat, (mean, beta) in _hats(asked).items():
            divisor = share(asked.of(beta))
            changes[hat] = asked.of(_of(asked, mean)) / divisor if divisor else nan
        yield from _with_hats(asked, changes, {"how": word, "t": number(t)})


def correction_multiplied(asked: Asked) -> Iterator[Wrong]:
    """Multiplied by 1 − β^t, not divided."""
    t = asked.view.known.get("t", 0.0)
    changes = {
        hat: asked.of(_of(asked, mean)) * (1 - power(asked.of(beta), t)) for hat, (mean, beta) in _hats(asked).items()
    }
    yield from _with_hats(asked, changes, {})


def _hats(asked: Asked) -> dict[str, tuple[str, str]]:
    """Adam's corrected means that the stage is or goes back to."""
    if asked.phase is not Phase.UPDATE or "t" not in asked.view.known:
        return {}
    reached = {one.quantity for one in asked.own_and_earlier}
    return {hat: row for hat, row in _MEANS.items() if _of(asked, hat) in reached}


def _with_hats(asked: Asked, hats: dict[str, float], words: dict[str, str]) -> Iterator[Wrong]:
    """What comes out with other corrected means: all of them, then each alone."""
    own = {_of(asked, hat): value for hat, value in hats.items()}
    if asked.rule.quantity in own:
        yield own[asked.rule.quantity], words
    elif own and asked.rule.is_step:
        yield asked.changed(own), words
        for name, value in own.items():
            yield asked.changed({name: value}), words


def _of(asked: Asked, prefix: str) -> str:
    return quantity(prefix, asked.rule.node)


def root_forgotten(asked: Asked) -> Iterator[Wrong]:
    """No square root below the fraction."""
    if asked.rule.is_step:
        other = rewritten(asked.rule.expression, _without_root)
        if other != asked.rule.expression:
            yield asked.computed(other), {}


def _without_root(part: Expression) -> Expression | None:
    return part.args[0] if isinstance(part, Apply) and part.function == "√" else None


def velocity_forgotten(asked: Asked) -> Iterator[Wrong]:
    """Nothing remembered from the update before."""
    slots = [before(name) for name in _slots(asked)]
    if slots:
        yield asked.changed(dict.fromkeys(slots, 0.0)), {"old": listed([symbol(name) for name in _slots(asked)])}


def ema(asked: Asked) -> Iterator[Wrong]:
    """(1 − μ)·g for g, as a running mean has it."""
    for name, mu in _velocity(asked):
        words = {"mu": number(mu)}
        for value in ((1 - mu) * asked.of(name), asked.of(name) - mu * asked.of(_used(asked))):
            yield (value if name == asked.rule.quantity else asked.changed({name: value})), words


def rate_twice(asked: Asked) -> Iterator[Wrong]:
    """The learning rate in the velocity and in the step."""
    if parts := _parts(asked):
        yield parts[0] - asked.of("lr") * parts[1], {"lr": number(asked.of("lr"))}


def velocity_sign(asked: Asked) -> Iterator[Wrong]:
    """The velocity with the other sign, the old one or the new."""
    for name, _ in _velocity(asked):
        words = {"v": symbol(name)}
        yield asked.changed({before(name): -asked.of(before(name))}), words
        if asked.rule.is_step:
            yield asked.changed({name: -asked.of(name)}), words


def _velocity(asked: Asked) -> Iterator[tuple[str, float]]:
    """The velocity of momentum that the stage is or goes back to, and μ."""
    if asked.phase is Phase.UPDATE and "momentum" in asked.view.known:
        name = _of(asked, "v")
        if any(one.quantity == name for one in asked.own_and_earlier):
            yield name, asked.of("momentum")


def _slots(asked: Asked) -> list[str]:
    """What the optimiser remembers of the parameter and the stage is or goes back to."""
    if asked.phase is not Phase.UPDATE:
        return []
    row = asked.view.timeline.learning.row
    names = {_of(asked, slot) for slot in row.slots}
    return [one.quantity for one in asked.own_and_earlier if one.quantity in names]


def other_gradient(asked: Asked) -> Iterator[Wrong]:
    """The step by the gradient of another parameter of the same neuron."""
    if asked.phase is Phase.UPDATE:
        gradient = _gradient(asked)
        users = asked.graph.consumers[asked.rule.node]
        for node in (one for one in asked.graph.free if asked.graph.consumers[one.name] == users):
            other = gradient.removesuffix(asked.rule.node) + node.name
            if node.name != asked.rule.node and other in asked.view.known:
                yield asked.changed({gradient: asked.of(other)}), {"other": symbol(other), "right": symbol(gradient)}


def gradient_itself(asked: Asked) -> Iterator[Wrong]:
    """The gradient, or the parameter as it was."""
    if _parts(asked):
        for name, words in ((_gradient(asked), "the gradient"), (asked.rule.node, "the old value")):
            yield asked.of(name), {"what": words, "p": asked.rule.node}


def _gradient(asked: Asked) -> str:
    """The gradient that the update starts from."""
    accumulated = accumulated_name(asked.rule.node)
    return accumulated if accumulated in asked.view.known else asked.gradient(asked.rule.node)


def _used(asked: Asked) -> str:
    """Likewise after weight decay."""
    decayed = _of(asked, "g")
    return decayed if decayed in asked.view.known else _gradient(asked)


def _parts(asked: Asked) -> tuple[float, float] | None:
    """Of a parameter's new value what is kept of the old one, and the step taken off it."""
    rule = asked.rule.expression
    if not asked.rule.is_step or not isinstance(rule, Apply):
        return None
    kept, step = (evaluate(part, asked.view.known) for part in rule.args)
    return kept, step


def _step(asked: Asked) -> Expression:
    rule = asked.rule.expression
    return rule.args[1] if isinstance(rule, Apply) else rule
