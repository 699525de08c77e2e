"""The small change of the explanations: how much, which way, which of several, and what fits on three lines."""

from collections.abc import Iterable, Sequence

from backprop_tui.present.numbers import DIGITS, FULL, number, parse

WIDTH = 76
LINES = 3

ROUNDING = 1e-12
"""Two results nearer to each other than this share of the larger may differ by nothing but rounding."""

_READABLE = 8  # digits that one still compares at a glance
_SMALL = 0.01  # a move that comes through so weakened is called small

_FACTORS = {1.0: "just as much", 2.0: "twice as much", 0.5: "half as much"}
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_STAY = "\u00a0"  # a blank at which no line ends: "y = 4" is read as one


def fitted(sentences: Iterable[str], width: int = WIDTH, lines: int = LINES) -> tuple[str, ...]:
    """As many of `sentences`, from the first on, as `lines` lines of `width` hold whole.

    Where there is no room even for the first, as many of its words as there is room for.
    """
    shown: list[str] = []
    text = ""
    for sentence in sentences:
        text = f"{text} {sentence}".lstrip()
        wrapped = _wrapped(_glued(text).split(" "), width)
        if len(wrapped) > lines:
            shown = shown or _cut(_glued(text).split(" "), width, lines)
            break
        shown = wrapped
    return tuple(line.replace(_STAY, " ") for line in shown)


def fits(sentences: Iterable[str], width: int, lines: int) -> bool:
    """Whether `lines` lines of `width` hold all of `sentences`."""
    return len(_wrapped(_glued(" ".join(sentences)).split(" "), width)) <= lines


def _wrapped(words: Iterable[str], width: int) -> list[str]:
    """`words` on lines of `width`, on each as many as fit (textwrap is a twentieth of the start of a trace)."""
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _cut(words: Sequence[str], width: int, lines: int) -> list[str]:
    """As many of `words`, and ``…``, as `lines` lines of `width` hold."""
    kept = len(words)
    while kept and len(_wrapped((*words[:kept], "…"), width)) > lines:
        kept -= 1
    return _wrapped((*words[:kept], "…"), width)


def times(factor: float) -> str:
    """How much of a move comes through a link: ``twice as much``, ``0.3 times as much``; `factor` is not 0."""
    size = abs(factor)
    if size in _FACTORS:
        return _FACTORS[size]
    text = number(size)
    return "about as much" if text == "1" else f"{text} times as much"


def moves(derivative: float) -> str:
    """What something does when that is raised by which `derivative` was taken: ``falls twice as much``."""
    if derivative == 0:
        return "does not move"
    return f"{'rises' if derivative > 0 else 'falls'}{_but_little(derivative)} {times(derivative)}"


def would_move(derivative: float) -> str:
    """Likewise of what does not quite happen: ``would fall twice as much``; `derivative` is not 0."""
    return f"would {'rise' if derivative > 0 else 'fall'}{_but_little(derivative)} {times(derivative)}"


def follows(derivative: float) -> str:
    """How far something goes along: ``moves twice as much, the other way``."""
    if derivative == 0:
        return "does not move at all"
    only = " only" if abs(derivative) < _SMALL else ""
    return f"moves{only} {times(derivative)}{', the other way' if derivative < 0 else ''}"


def _but_little(derivative: float) -> str:
    return ", but only" if abs(derivative) < _SMALL else ""


def apart(before: float, after: float) -> tuple[str, str]:
    """Two numbers with the fewest digits that tell one from the other."""
    for digits in range(DIGITS, FULL + 1):
        texts = number(before, digits), number(after, digits)
        if parse(texts[0]) != parse(texts[1]):  # 1000000 and 1e+06 are one number, spelled in two ways
            break
    else:
        return number(before), number(after)
    return texts


def is_rounding(before: float, after: float) -> bool:
    """Whether two results of the same rule, which are not equal, may differ by rounding alone."""
    return before != after and abs(after - before) <= ROUNDING * max(abs(before), abs(after))


def from_to(before: float, after: float) -> str:
    """``from 1.5 to 1.7``; where one would have to compare many digits, ``by 3e-12, too little for the eye, from …``.

    For what was moved on purpose, be it by ever so little; the two are not equal.
    """
    texts = apart(before, after)
    if max(len(text.lstrip("−").replace(".", "").partition("e")[0].lstrip("0")) for text in texts) <= _READABLE:
        return f"from {texts[0]} to {texts[1]}"
    return f"by {number(abs(after - before))}, too little to see in {number(before)}"


def change(step: float) -> str:
    """What is added to something, sign first: ``+ 0.01``, ``− 0.0196``."""
    return f"{'−' if step < 0 else '+'} {number(abs(step))}"


def listed(items: Sequence[str], most: int = 4) -> str:
    """``w and b``, ``w1, w2 and b``; more than `most` become ``w1, w2, … and b``."""
    if len(items) > most:
        items = (*items[:2], "…", items[-1])
    return " and ".join(part for part in (", ".join(items[:-1]), items[-1]) if part)


def counted(count: int) -> str:
    """A small number as a word."""
    return _COUNTS[count] if count < len(_COUNTS) else str(count)


def both(count: int, noun: str) -> str:
    """``The gradient``, ``Both gradients``, ``All three gradients``."""
    if count == 1:
        return f"The {noun}"
    return f"Both {noun}s" if count == 2 else f"All {counted(count)} {noun}s"


def beginning(words: str) -> str:
    """`words` in first place of a sentence; the name of a quantity stays as it is."""
    return f"The {words[4:]}" if words.startswith("the ") else words


def printable(text: str) -> str:
    """`text` in one line, whatever is in it."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def _glued(text: str) -> str:
    for sign in (" = ", " · ", " + ", " − ", " ← ", " ⊙ "):
        text = text.replace(sign, sign.replace(" ", _STAY))
    return text
