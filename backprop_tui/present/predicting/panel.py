"""The explanation's place while a question is open: the headline holds the field, below it what is said."""

import re
import textwrap
from collections.abc import Iterator

from backprop_tui.core.backprop import Phase
from backprop_tui.present.canvas import Row, Style
from backprop_tui.present.chrome import rule_row
from backprop_tui.present.formulas import formula, substituted, symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.predicting.asked import Asked
from backprop_tui.present.predicting.asking import TRIES, Asking, Mode, Question
from backprop_tui.present.sentences import WIDTH, fitted

MARGIN = 2  # cells left and right of the text
_ALL = 1000  # lines: nothing that is said has more
_LEAST_FIELD = 8
_SENTENCES = re.compile(r"(?<=[.!?;:]) ")


def question_panel(
    asking: Asking, width: int, height: int, *, notice: str = "", first: int = 0, focused: bool = False
) -> tuple[Row, ...]:
    """The panel in `height` rows of `width` cells, from the line `first` of the text on."""
    question = asking.question
    if question is None:
        return ((),) * height
    lines = question_lines(asking, width, notice, height - 1)
    if first:
        lines = question_lines(asking, width, notice)[first : first + height - 1]
    head = _headline(question, asking.mode, width)
    tries: Row = ((f" try {question.wrong + 1} of {TRIES} ", Style.STRONG), ("──", Style.DIM))
    return rule_row(width, head, right=tries, focused=focused), *lines, *[()] * (height - 1 - len(lines))


def question_lines(asking: Asking, width: int, notice: str = "", lines: int = _ALL) -> tuple[Row, ...]:
    """What is said while a question is open, in lines for a panel of `width` cells."""
    question = asking.question
    if question is None:
        return ()
    measure = min(width - 2 * MARGIN, WIDTH)
    rule = _left_out(question, asking.mode, width)
    ruled = textwrap.wrap(rule, measure, break_on_hyphens=False)
    told = bool(question.said or notice)  # which then comes before a rule that has been seen
    said = fitted(_said(question, notice), measure, lines if told else max(1, lines - len(ruled)))
    ruled = ruled[: max(0, lines - len(said))]
    style = Style.EVENT if told else Style.PLAIN
    return (
        *(((" " * MARGIN + text, Style.STRONG),) for text in ruled),
        *(((" " * MARGIN + text, style),) for text in said),
    )


def _said(question: Question, notice: str) -> Iterator[str]:
    if notice:
        yield from _SENTENCES.split(notice)
    if question.said:
        first, *others = _SENTENCES.split(question.said)
        more = [one for one in others if not one.startswith("The same number")]
        yield " ".join((first, *more))
        if question.wrong:
            yield "Once more, or → to see it."
        yield from (one for one in others if one not in more)
        return
    yield _meaning(question.asked)
    yield "Type it and press Enter: a number, or arithmetic such as 3*4−1. → shows it."


def _meaning(asked: Asked) -> str:
    """What is asked for, in words."""
    name, node = symbol(asked.rule.quantity), asked.rule.node
    match asked.phase:
        case Phase.FORWARD:
            return f"What will {name} be?"
        case Phase.LOSS:
            return f"What will {name}, the loss, be?"
        case Phase.LOCAL:
            of = symbol(node)
            return f"What will {name} be: how much {of} moves for each bit that {asked.rule.argument} moves?"
        case Phase.CHAIN:
            of = symbol(asked.graph.root.name)
            return f"What will {name} be: how much {of} moves for each bit that {node} moves?"
        case Phase.ACCUMULATE:
            return f"What will {name}, the sum of the gradients so far, be?"
    return (
        f"What will the new {name} be?" if asked.rule.is_step else f"What will {name} be, on the way to the new {node}?"
    )


def parts(asked: Asked, mode: Mode) -> tuple[str, ...]:
    """The rule, and in the first mode the numbers put in; but nothing that is the number asked for."""
    rule = formula(asked.rule.expression)
    rule = f"({rule})" if " if " in rule else rule
    numbers = substituted(asked.rule.expression, asked.view.known) if mode is Mode.NUMBERS else ""
    answer = number(asked.value)
    return tuple(dict.fromkeys(part for part in (rule, numbers) if part not in ("", answer)))


def _headline(question: Question, mode: Mode, width: int) -> str:
    """``? ∂L/∂w = rule = numbers = [ 2 ]``; where that does not fit the rule goes, then the numbers."""
    shown = parts(question.asked, mode)
    field = f"[ {question.text:{_LEAST_FIELD}} ]"
    name = symbol(question.asked.rule.quantity)
    sign = "←" if question.asked.view.timeline.overwrites(question.asked.stage) else "="
    room = width - 6 - len(f" try 1 of {TRIES} ──")
    for some in (shown, shown[1:], ()):
        line = f"? {name} {sign} {''.join(f'{part} = ' for part in some)}{field}"
        if len(line) <= room:
            return line
    return f"? {name} {sign} {field}"


def _left_out(question: Question, mode: Mode, width: int) -> str:
    """The rule and the numbers that the headline had no room for."""
    line = _headline(question, mode, width)
    shown = parts(question.asked, mode)
    missing = [part for part in shown if f"{part} = " not in line]
    return f"{symbol(question.asked.rule.quantity)} = {' = '.join(missing)}" if missing else ""
