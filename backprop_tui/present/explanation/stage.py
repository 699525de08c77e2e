"""A stage in words, made from the numbers on screen: what was computed, by which rule, and what it means."""

import math
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from backprop_tui.core.backprop import LEARNING_RATE, Phase, Rule
from backprop_tui.core.expression import Piecewise
from backprop_tui.present.explanation.chain import chain
from backprop_tui.present.explanation.forward import forward, start
from backprop_tui.present.explanation.local import local
from backprop_tui.present.explanation.loss import loss
from backprop_tui.present.explanation.step_context import StepContext, passes_since_edit
from backprop_tui.present.explanation.training import accumulate, optimized_update
from backprop_tui.present.explanation.update import update
from backprop_tui.present.formulas import formula, substituted, symbol
from backprop_tui.present.numbers import in_words, number
from backprop_tui.present.sentences import LINES, WIDTH, fitted
from backprop_tui.stepper.state import State

_PHASES: Mapping[Phase, Callable[[StepContext], Iterator[str]]] = MappingProxyType(
    {
        Phase.FORWARD: forward,
        Phase.LOSS: loss,
        Phase.LOCAL: local,
        Phase.CHAIN: chain,
        Phase.ACCUMULATE: accumulate,
        Phase.UPDATE: update,
    }
)

_OPERATORS = frozenset("+−·/")


def explain(state: State, width: int = WIDTH, lines: int = LINES) -> tuple[str, ...]:
    """At most `lines` lines of at most `width` characters about the stage on screen, the point first."""
    stage, broken = state.position.stage, state.view.first_not_finite
    if stage == 0:
        return fitted(start(state), width, lines)
    moment = StepContext(state, state.timeline.rules[stage - 1])
    if broken and stage >= broken:
        return fitted(_diverged(moment, broken), width, lines)
    is_plain = moment.view.scenario.descends_plainly and not moment.view.scenario.accumulates
    if moment.rule.phase is Phase.UPDATE and not is_plain:
        return fitted(optimized_update(moment), width, lines)
    return fitted(_PHASES[moment.rule.phase](moment), width, lines)


def headline(state: State, width: int = 0) -> str:
    """``quantity = rule = numbers = value`` of the stage on screen, equal neighbours said once; "" at stage 0.

    Where it does not fit in `width` (0: any width will do) the rule goes first, then the end of the numbers.
    """
    stage = state.position.stage
    if stage == 0:
        return ""
    rule, value = state.timeline.rules[stage - 1], state.view.values[stage - 1]
    name, sign = symbol(rule.quantity), "←" if rule.phase is Phase.UPDATE else "="
    numbers = substituted(rule.expression, state.view.known)
    middle = [] if numbers == number(value) else [numbers]
    for text in _rules(state, rule):
        line = _joined(name, sign, [text, *middle, in_words(value)])
        if not width or len(line) <= width:
            return line
    for text in _shorter(*middle):
        line = _joined(name, sign, [text, in_words(value)])
        if len(line) <= width:
            return line
    return _joined(name, sign, [in_words(value)])


def missing_rule(state: State, line: str) -> str:
    """``quantity = rule`` where the headline `line` had no room for the rule; else empty."""
    stage = state.position.stage
    if stage == 0:
        return ""
    rule = state.timeline.rules[stage - 1]
    if any(text in line for text in _rules(state, rule)):
        return ""
    sign = "←" if rule.phase is Phase.UPDATE else "="
    return f"{symbol(rule.quantity)} {sign} {formula(rule.expression)}"


def _rules(state: State, rule: Rule) -> Iterator[str]:
    """The rule with names, and where it has a shorter form, that."""
    text = formula(rule.expression)
    yield f"({text})" if isinstance(rule.expression, Piecewise) and " if " in text else text
    node = state.timeline.graph.by_name[rule.node]
    if rule.phase is Phase.FORWARD and node.operation == "affine" and state.scenario.is_neuron:
        yield "w·x + b"


def _shorter(numbers: str = "") -> Iterator[str]:
    """The numbers, then cut ever shorter, each time after an operator."""
    words = numbers.split(" ")
    yield numbers
    for kept in range(len(words) - 1, 0, -1):
        if words[kept - 1] in _OPERATORS:
            yield f"{' '.join(words[:kept])} …"


def _joined(name: str, sign: str, parts: list[str]) -> str:
    shown = [part for part, before in zip(parts, [name, *parts], strict=False) if part and part != before]
    return f"{name} {sign} {' = '.join(shown)}"


def _diverged(moment: StepContext, broken: int) -> Iterator[str]:
    """What is said from the first value on that is not finite."""
    rule = moment.view.timeline.rules[broken - 1]
    what = "the loss" if rule.phase is Phase.LOSS else symbol(rule.quantity)
    if rule.phase is Phase.UPDATE:
        what = f"the new {what}"
    value = moment.view.values[broken - 1]
    how = "not a number: infinities met on the way"
    if not math.isnan(value):
        how = f"{'minus ' if value < 0 else ''}infinite, too large for a machine number"
    if moment.state.position.stage == broken:
        yield f"Diverged: {what} is {how}; training stops."
    elif math.isfinite(moment.value):
        yield f"Diverged: {what} is {how}. This number is one that still could be computed; nothing follows the pass."
    else:
        yield f"Diverged: {what} is {how}. What is computed from it says nothing any more."
    yield "Every earlier stage is still there (←)."
    yield _remedy(moment, rule)


def _remedy(moment: StepContext, rule: Rule) -> str:
    rate, before, root = moment.of(LEARNING_RATE), moment.before, moment.graph.root.name
    has_grown = before is not None and not moment.of(root) <= before.known[root]
    if has_grown and rate < 0:
        return f"The learning rate {number(rate)} is negative, so every step goes uphill: change it (e)."
    if has_grown and moment.one_sample:
        return f"The learning rate {number(rate)} is too large: change it (e)."
    if passes_since_edit(moment.state) == 0 and rule.phase is not Phase.UPDATE:
        return "The numbers that it starts from are too large: change them (e)."
    if rule.phase is Phase.UPDATE:
        return "A smaller learning rate makes smaller steps (e)."
    return "Smaller numbers or a smaller learning rate help (e)."
