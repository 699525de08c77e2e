"""A stage in words, made from the numbers on screen: what was computed, by which rule, and what it means."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from types import MappingProxyType

from backprop_tui.core.backprop import Phase, Rule
from backprop_tui.core.expression import Piecewise
from backprop_tui.core.models import is_program
from backprop_tui.present.events import Kind
from backprop_tui.present.explanation.forward import forward, start
from backprop_tui.present.explanation.step_context import StepContext, passes_since_edit
from backprop_tui.present.formulas import formula, substituted, symbol
from backprop_tui.present.numbers import in_words, number
from backprop_tui.present.sentences import LINES, WIDTH, fitted
from backprop_tui.stepper.state import State

# What is said of the later phases, and of the rarer cases, is imported when there is something to say.
# ruff: noqa: PLC0415


def _loss(moment: StepContext) -> Iterator[str]:
    from backprop_tui.present.explanation.judgement import judged

    return judged(moment)


def _local(moment: StepContext) -> Iterator[str]:
    from backprop_tui.present.explanation.local import local

    return local(moment)


def _gradient(moment: StepContext) -> Iterator[str]:
    from backprop_tui.present.explanation.chain import chain as gradient

    return gradient(moment)


def _accumulate(moment: StepContext) -> Iterator[str]:
    from backprop_tui.present.explanation.batches import accumulate

    return accumulate(moment)


def _update(moment: StepContext) -> Iterator[str]:
    scenario = moment.view.scenario
    if scenario.descends_plainly and not scenario.accumulates:
        from backprop_tui.present.explanation.update import update

        return update(moment)
    from backprop_tui.present.explanation.optimizing import optimized_update

    return optimized_update(moment)


def _start_of_program(state: State) -> Iterator[str]:
    from backprop_tui.present.explanation.program import start

    return start(state)


def _program(moment: StepContext) -> Iterator[str]:
    from backprop_tui.present.explanation.program import program

    return program(moment)


_PHASES: Mapping[Phase, Callable[[StepContext], Iterator[str]]] = MappingProxyType(
    {
        Phase.FORWARD: forward,
        Phase.LOSS: _loss,
        Phase.LOCAL: _local,
        Phase.CHAIN: _gradient,
        Phase.ACCUMULATE: _accumulate,
        Phase.UPDATE: _update,
    }
)

_OPERATORS = frozenset("+−·/")


def explain(state: State, width: int = WIDTH, lines: int = LINES) -> tuple[str, ...]:
    """At most `lines` lines of at most `width` characters about the stage on screen, or its stop, the point first."""
    if state.stop is None:
        return fitted(_sentences(state), width, lines)
    from backprop_tui.present.explanation.stops import summed_up

    return fitted(summed_up(state, state.stop, _sentences, width, lines), width, lines)


def _sentences(state: State) -> Iterator[str]:
    """All that there is to say of the stage of `state`."""
    stage, broken = state.position.stage, state.view.first_not_finite
    of_program = is_program(state.scenario)
    if stage == 0:
        return _start_of_program(state) if of_program else start(state)
    moment = StepContext(state, state.timeline.rules[stage - 1])
    if broken and stage >= broken:
        from backprop_tui.present.explanation.end_of_run import not_finite

        return not_finite(moment)
    if moment.rule.phase is Phase.UPDATE and Kind.STANDING_STILL in moment.kinds:
        from backprop_tui.present.explanation.end_of_run import standing_still

        return chain(standing_still(moment), _edited(state))
    said = _program if of_program else _PHASES[moment.rule.phase]
    return chain(said(moment), _edited(state))


def _edited(state: State) -> Iterator[str]:
    if state.undo and passes_since_edit(state) == 0:
        yield "This pass runs with edited numbers; u takes the edit back."


def headline(state: State, width: int = 0) -> str:
    """``quantity = rule = numbers = value`` of the stage on screen, equal neighbours said once; "" at stage 0.

    Where it does not fit in `width` (0: any width will do) the rule goes first, then the end of the numbers.
    """
    stage = state.position.stage
    if stage == 0:
        return ""
    rule, value = state.timeline.rules[stage - 1], state.view.values[stage - 1]
    name, sign = symbol(rule.quantity), "←" if state.timeline.overwrites(stage) else "="
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
    """``quantity = rule`` where the headline `line` had no room for the rule and the text is about it; else empty."""
    stage = state.position.stage
    if stage == 0 or len(state.stages) > 1:
        return ""
    rule = state.timeline.rules[stage - 1]
    if any(text in line for text in _rules(state, rule)):
        return ""
    sign = "←" if state.timeline.overwrites(stage) else "="
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
