"""What is said of a program of expressions, sentence by sentence, and how each is checked by forward differentiation.

A sentence that no claim here reads, and that is no general one of `GENERAL`, is a finding of its own: nothing is said
that is not checked.
"""

import math
import re
from collections.abc import Callable, Iterator

from backprop_tui.core.backprop import Phase
from backprop_tui.core.graph import Node
from backprop_tui.core.ops import OPERATIONS
from backprop_tui.present.explanation.stage import explain
from backprop_tui.stepper.state import State
from tests.claiming import NUMBER, count, read
from tests.forward_mode import slopes_of, slopes_of_root

_N = r"[a-zA-Z]\w*"
_SIZES = {"just as much": 1.0, "twice as much": 2.0, "half as much": 0.5, "about as much": 1.0}
_SIZE = rf"(?P<size>{'|'.join(_SIZES)}|{NUMBER} times as much)"
_SENTENCES = re.compile(r"(?<=\.) (?=\S)")

GENERAL = {
    "The forward pass computes each operation from what it is made of.",
    "Each → is one stage.",
    "With the new values the program runs again.",
    "In PyTorch all of this is one call, optimizer.step().",
    "Every earlier stage is still there (←).",
    "A smaller learning rate makes smaller steps (key e).",
    "All that was computed belongs to the old number.",
}


class ProgramStage:
    """A stage of a program, and what is said of it."""

    def __init__(self, state: State) -> None:
        self.state, self.view, self.graph = state, state.view, state.timeline.graph
        self.rule = state.timeline.rules[state.position.stage - 1]
        self.node, self.known = self.graph.by_name[self.rule.node], state.view.known
        self.value = state.view.values[state.position.stage - 1]
        self.text = " ".join(explain(state, 76, 1000))

    @property
    def name(self) -> str:
        """What is moved at a derivative."""
        return self.rule.argument if self.rule.phase is Phase.LOCAL else self.rule.node

    def local(self) -> tuple[float, float]:
        return slopes_of(self.node, self.known, self.rule.argument)

    def whole(self) -> tuple[float, float]:
        return slopes_of_root(self.graph.computed, self.known, self.name)

    def agrees(self, told: float, real: float) -> bool:
        """Whether a slope told in four digits is the real one, but for what cancels on the way."""
        derivatives = (abs(value) for name, value in self.known.items() if "_d" in name and math.isfinite(value))
        noise = 1e-14 * max(derivatives, default=0.0)
        return math.isclose(told, real, rel_tol=1e-3, abs_tol=max(noise, 1e-14) * len(self.known))


Check = Callable[[ProgramStage, re.Match[str]], bool]
CLAIMS: list[tuple[re.Pattern[str], Check]] = []


def claim(words: str) -> Callable[[Check], Check]:
    def add(holds: Check) -> Check:
        CLAIMS.append((re.compile(words), holds))
        return holds

    return add


def false_sentences(state: State) -> Iterator[str]:
    """What is said at the stage of `state` and is not so, or is not known here."""
    if not state.position.stage or state.view.first_not_finite:
        return
    stage = ProgramStage(state)
    for sentence in _SENTENCES.sub("\n", stage.text).split("\n"):
        if sentence in GENERAL or _is_about_its_operation(stage, sentence):
            continue
        met = [(match, holds) for words, holds in CLAIMS if (match := words.fullmatch(sentence))]
        if not met:
            yield f"not checked: {sentence}"
        for match, holds in met:
            try:
                if not holds(stage, match):
                    yield sentence
            except (ArithmeticError, ValueError):
                if "convention" in sentence or abs(stage.value) > 1e-3:  # else the definition is out of range itself
                    yield sentence


def _is_about_its_operation(stage: ProgramStage, sentence: str) -> bool:
    """Whether an operation's sentence stands where that operation is at work, at an argument that it is about."""
    node = stage.node if stage.rule.phase is Phase.LOCAL else next(iter(stage.graph.consumers[stage.node.name]), None)
    if node is None or stage.rule.phase not in (Phase.LOCAL, Phase.CHAIN):
        return False
    row = OPERATIONS[node.operation]
    places = [place for place, operand in enumerate(node.operands) if operand == stage.name]
    return (sentence == row.sentence and (not row.second or 0 in places)) or (sentence == row.second and 1 in places)


def _size(text: str) -> float:
    return _SIZES[text] if text in _SIZES else read(text.removesuffix(" times as much"))


def _is_exact(text: str, slope: float) -> bool:
    return text not in ("twice as much", "half as much", "just as much") or math.isclose(
        _SIZES[text], abs(slope), rel_tol=1e-9
    )


@claim(
    rf"If (?P<name>{_N}) moves a little, (?P<node>{_N}) (?:moves (?P<only>only )?{_SIZE}(?P<other>, the other way)?"
    rf"|does not move at all): (?P<value>{NUMBER})\."
)
def it_moves_along(stage: ProgramStage, match: re.Match[str]) -> bool:
    left, right = stage.local()
    told = 0.0 if not match["size"] else (-1 if match["other"] else 1) * _size(match["size"])
    return (
        (match["name"], match["node"]) == (stage.name, stage.node.name)
        and stage.agrees(told, left)
        and stage.agrees(told, right)
        and stage.agrees(read(match["value"]), told)
        and bool(match["only"]) == (0 < abs(stage.value) < 0.01)
        and (told == 0 or _is_exact(match["size"], stage.value))
    )


@claim(rf"Raise (?P<name>{_N}) a little and (?P<root>{_N}) (?P<way>rises|falls)(?P<only>, but only)? {_SIZE}\.")
def the_root_moves(stage: ProgramStage, match: re.Match[str]) -> bool:
    left, right = stage.whole()
    told = (1 if match["way"] == "rises" else -1) * _size(match["size"])
    return (
        (match["name"], match["root"]) == (stage.name, stage.graph.root.name)
        and stage.agrees(told, left)
        and stage.agrees(told, right)
        and bool(match["only"]) == (abs(stage.value) < 0.01)
        and _is_exact(match["size"], stage.value)
    )


@claim(rf"0: a small move of (?P<name>{_N}) moves (?P<root>{_N}) next to nothing\.")
def the_root_does_not_move(stage: ProgramStage, match: re.Match[str]) -> bool:
    told = (match["name"], match["root"]) == (stage.name, stage.graph.root.name)
    return told and all(stage.agrees(0.0, slope) for slope in stage.whole())


def has_no_slope(stage: ProgramStage, node: Node, moved: set[str]) -> bool:
    """Whether `node` moves otherwise to the left than to the right as one of its arguments among `moved` does."""
    for name in moved.intersection(node.args):
        try:
            left, right = slopes_of(node, stage.known, name)
        except ValueError:
            return True
        if left != right:
            return True
    return False


def _ahead(stage: ProgramStage) -> set[str]:
    found = {stage.name}
    for node in stage.graph.computed:
        if found.intersection(node.args):
            found.add(node.name)
    return found


_CONVENTIONS = {"relu": 0.0, "leaky_relu": 0.01, "abs": 0.0, "power": 0.0}
"""PyTorch's slopes at a corner; equal arguments of a maximum get equal shares."""


@claim(rf"(?P<value>{NUMBER}) by convention, as (?P<node>{_N}) has no slope here: .*\.")
def one_has_no_slope(stage: ProgramStage, match: re.Match[str]) -> bool:
    level = [one for one in stage.node.operands if _number(stage, one) == stage.known[stage.node.name]]
    told = _CONVENTIONS.get(stage.node.operation, level.count(stage.name) / max(1, len(level)))
    is_told = stage.agrees(read(match["value"]), told)
    return match["node"] == stage.node.name and is_told and has_no_slope(stage, stage.node, {stage.name})


def _number(stage: ProgramStage, operand: str | float) -> float:
    return stage.known[operand] if isinstance(operand, str) else operand


@claim(rf"(?P<value>{NUMBER}) is the gradient by convention, as (?P<nodes>[\w, …]+?) (?:has|have) no slope here\.")
def these_have_no_slope(stage: ProgramStage, match: re.Match[str]) -> bool:
    named = set(re.findall(_N, match["nodes"])) - {"and"}
    ahead, by_name = _ahead(stage), stage.graph.by_name
    is_told = stage.agrees(read(match["value"]), stage.value)
    return is_told and named <= ahead and all(has_no_slope(stage, by_name[name], ahead) for name in named)


@claim(rf"(?P<root>{_N}) is all that (?P<name>{_N}) goes into, so this is its gradient already\.")
def its_gradient_already(stage: ProgramStage, match: re.Match[str]) -> bool:
    users = {node.name for node in stage.graph.computed if match["name"] in node.args}
    return users == {match["root"]} == {stage.graph.root.name} and match["name"] == stage.name


@claim(rf"(?P<name>{_N}) goes (?:on )?into (?P<users>[\w, …]+?)(?P<sum>; what each of them brings is added up)?\.")
def it_goes_into(stage: ProgramStage, match: re.Match[str]) -> bool:
    users = [node.name for node in stage.graph.computed if match["name"] in node.args]
    named = re.findall(_N, match["users"].replace(" and ", ", "))
    whole = named == users or ("…" in match["users"] and named == [*users[:2], users[-1]])
    if match["sum"]:
        return whole and len(users) > 1 and (_is_cornered(stage) or stage.agrees(_brought(stage, users), stage.value))
    return whole and match["name"] == stage.node.name


def _is_cornered(stage: ProgramStage) -> bool:
    ahead = _ahead(stage)
    return any(has_no_slope(stage, node, ahead) for node in stage.graph.computed)


def _brought(stage: ProgramStage, users: list[str]) -> float:
    """What each of the users of a node brings to its gradient, added up."""
    found = 0.0
    for user in users:
        whole = slopes_of_root(stage.graph.computed, stage.known, user)[1] if user != stage.graph.root.name else 1.0
        found += slopes_of(stage.graph.by_name[user], stage.known, stage.name)[1] * whole
    return found


@claim(rf"(?P<root>{_N}) is the result(?:: the walk back asks how it moves with each value)?\.")
def it_is_the_result(stage: ProgramStage, match: re.Match[str]) -> bool:
    return match["root"] == stage.node.name == stage.graph.root.name


@claim(rf"In PyTorch this walk back is (?P<root>{_N})\.backward\(\)\.")
def the_walk_back_ends(stage: ProgramStage, match: re.Match[str]) -> bool:
    later = stage.state.timeline.rules[stage.state.position.stage :]
    return match["root"] == stage.graph.root.name and all(rule.phase is Phase.UPDATE for rule in later)


@claim(rf"(?P<over>Overshoot: )?(?P<root>{_N}) (?P<way>fell|rose) from (?P<was>{NUMBER}) to (?P<now>{NUMBER})\.")
def the_root_fell_or_rose(stage: ProgramStage, match: re.Match[str]) -> bool:
    was, now = _results(stage)
    return (
        (now < was) == (match["way"] == "fell")
        and (not match["over"] or (now > was and stage.state.scenario.learning_rate > 0))
        and math.isclose(read(match["was"]), was, rel_tol=6e-4)
        and math.isclose(read(match["now"]), now, rel_tol=6e-4)
    )


@claim(rf"(?P<root>{_N}) is (?P<now>{NUMBER}), as an epoch ago(?P<but> but for the last digits)?\.")
def the_root_is_as_before(stage: ProgramStage, match: re.Match[str]) -> bool:
    was, now = _results(stage)
    alike = math.isclose(was, now, rel_tol=2e-12) if match["but"] else was == now
    return alike and bool(match["but"]) == (was != now) and math.isclose(read(match["now"]), now, rel_tol=6e-4)


def _results(stage: ProgramStage) -> tuple[float, float]:
    epoch, root = stage.state.position.epoch, stage.graph.root.name
    return stage.state.history.view(epoch - 1, 1).known[root], stage.known[root]


@claim(
    rf"(?P<name>{_N}) goes (?P<way>up|down), "
    rf"(?:from (?P<was>{NUMBER}) to (?P<now>{NUMBER})|by (?P<by>{NUMBER}), .*)\."
)
def a_value_is_moved(stage: ProgramStage, match: re.Match[str]) -> bool:
    was, now = stage.view.given[stage.node.name], stage.value
    if match["by"]:
        return (now > was) == (match["way"] == "up") and math.isclose(read(match["by"]), abs(now - was), rel_tol=1e-3)
    told = (read(match["was"]), read(match["now"]))
    return (now > was) == (match["way"] == "up") == (told[1] > told[0]) and all(
        math.isclose(one, other, rel_tol=6e-4) for one, other in zip(told, (was, now), strict=True)
    )


@claim(
    rf"The step is the learning rate times .*: (?P<lr>{NUMBER}) · \(?(?P<g>{NUMBER})\)? = (?P<step>{NUMBER}) "
    r"is taken off\."
)
def the_step_is_taken_off(stage: ProgramStage, match: re.Match[str]) -> bool:
    lr, g, step = (read(match[part]) for part in ("lr", "g", "step"))
    is_smooth = stage.state.scenario.descends_plainly and not _is_cornered(stage)
    return (
        math.isclose(step, lr * g, rel_tol=2e-3, abs_tol=1e-320)
        and math.isclose(lr, stage.state.scenario.learning_rate, rel_tol=6e-4)
        and (not is_smooth or stage.agrees(g, stage.whole()[0]))
    )


@claim(rf"(?P<name>{_N}) stays (?P<value>{NUMBER}): (?P<why>.*)\.")
def a_value_stays(stage: ProgramStage, match: re.Match[str]) -> bool:
    was, g = stage.view.given[stage.node.name], stage.known.get(f"d{stage.graph.root.name}_d{stage.node.name}", 0.0)
    why = {
        "its gradient is 0": g == 0,
        "the learning rate is 0": stage.state.scenario.learning_rate == 0,
        "the step is too small for the digits of a machine number": g != 0,
    }
    return was == stage.value and (why[match["why"]] if stage.state.scenario.descends_plainly else True)


@claim(r"Standing still: (?P<why>.*)\.")
def it_stands_still(stage: ProgramStage, _match: re.Match[str]) -> bool:
    return stage.view.after == tuple(stage.view.given[node.name] for node in stage.graph.parameters)


@claim(r"(?:No value has changed in this epoch|So every epoch from here on is the same as this one)\.")
def nothing_has_changed(stage: ProgramStage, match: re.Match[str]) -> bool:
    return it_stands_still(stage, match)


@claim(r"(?P<word>Converged|Stuck) (?:in epoch (?P<epoch>\d+)|already, since epoch (?P<first>\d+)): (?P<why>.*)\.")
def it_has_ended(stage: ProgramStage, match: re.Match[str]) -> bool:
    gradients = [abs(stage.known[f"d{stage.graph.root.name}_d{node.name}"]) for node in stage.graph.parameters]
    here = stage.state.position.epoch
    told = int(match["epoch"] or match["first"])
    result = re.search(rf"is ({NUMBER})$", match["why"])
    root = stage.known[stage.graph.root.name]
    return (
        max(gradients) <= 1e-9
        and (told == here if match["epoch"] else told < here)
        and (match["word"] == "Stuck" or (result is not None and math.isclose(read(result[1]), root, rel_tol=6e-4)))
    )


@claim(r"Oscillating: every (?P<period>\w+) epochs the parameters are back where they were, and .*\.")
def it_goes_round(stage: ProgramStage, match: re.Match[str]) -> bool:
    before = stage.state.history.view(stage.state.position.epoch - count(match["period"]), 1)
    names = [node.name for node in stage.graph.parameters]
    return all(math.isclose(before.given[name], stage.view.given[name], rel_tol=1e-6, abs_tol=1e-9) for name in names)
