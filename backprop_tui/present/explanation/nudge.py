"""A move carried through the forward pass: what happens when one number is raised a little, found by trying it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from backprop_tui.core.backprop import Phase
from backprop_tui.core.expression import evaluate
from backprop_tui.core.ops import ACTIVATIONS
from backprop_tui.present.explanation.step_context import StepContext
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import change

_MOVES = (0.01, 0.001, 0.0001)
_STRAIGHT = 0.25  # a move is small where the loss goes as the gradient says but for this share
_ROUNDING = 1e-11  # a change is told to four digits; below this share of the numbers it is made from it is not
_MOST_RULES = 2_000  # beyond these the pass takes longer than a key press should
_MOST_USERS = 2


class Nudge(NamedTuple):
    """`name` raised by `move`: the quantities that follow, step by step, each with its change, the loss last.

    `skips` says whether there are more between the loss and those before it.
    """

    name: str
    move: float
    follow: tuple[tuple[tuple[str, float], ...], ...]
    skips: bool

    @property
    def of_loss(self) -> float:
        """By how much the loss changes."""
        return self.follow[-1][0][1]

    def __str__(self) -> str:
        steps = [", ".join(f"{name} {change(step)}" for name, step in together) for together in self.follow]
        if self.skips:
            steps.insert(-1, "…")
        return " → ".join((f"{self.name} {change(self.move)}", *steps))


def nudge(moment: StepContext) -> Nudge | None:
    """The moment's node raised a little, its gradient being the moment's value.

    None where no move is small enough for the gradient to hold and large enough to be told from rounding.
    """
    timeline, view, name = moment.view.timeline, moment.view, moment.node.name
    last = timeline.phases[Phase.LOSS][-1]
    if len(timeline.rules) > _MOST_RULES or view.first_not_finite:
        return None
    groups = tuple(_follow(moment))
    ends = {user.name for one in (groups[-2] if len(groups) > 1 else (name,)) for user in moment.graph.consumers[one]}
    skips = ends != {moment.graph.root.name}
    noise = _noise(moment, last)
    before = view.known
    for move in _MOVES:
        after = _forward(moment, name, move, last)
        follow = tuple(tuple((_sign(moment, one), after[one] - before[one]) for one in group) for group in groups)
        found = Nudge(name, after[name] - before[name], follow, skips)
        changes = [step for group in follow for _, step in group]
        is_clear = all(abs(step) > noise for step in (found.move, *changes))
        expected = moment.value * move
        if is_clear and abs(found.of_loss - expected) <= _STRAIGHT * abs(expected):
            return found
    return None


def foretold(moment: StepContext, found: Nudge) -> str:
    """How the change of the loss compares with what the gradient says of it."""
    said, came = number(moment.value * found.move), number(found.of_loss)
    if said == came:
        return f"The gradient says {said}, and so it is."
    return f"The gradient says {said}, not {came}: the smaller the move, the nearer the two are."


def _follow(moment: StepContext) -> Iterator[tuple[str, ...]]:
    """The quantities on the way from the moment's node to the loss that are told."""
    graph, name = moment.graph, moment.node.name
    users = graph.consumers[name]
    if len(users) > _MOST_USERS:
        users = ()
    while users and users[0] is not graph.root:
        yield tuple(user.name for user in users)
        goes_on = len(users) == 1 and users[0].operation not in ACTIVATIONS
        users = graph.consumers[users[0].name] if goes_on else ()
    yield (graph.root.name,)


def _sign(moment: StepContext, name: str) -> str:
    return "L" if name == moment.graph.root.name else name


def _forward(moment: StepContext, name: str, move: float, last: int) -> Mapping[str, float]:
    """The numbers of the forward pass and the loss, with `move` added to `name`."""
    values = dict(moment.view.given)
    if name in values:
        values[name] += move
    for rule in moment.view.timeline.rules[:last]:
        values[rule.quantity] = evaluate(rule.expression, values)
        if rule.quantity == name:
            values[name] += move
    return values


def _noise(moment: StepContext, last: int) -> float:
    """A change no larger than this may have wrong digits: rounding, grown on its way to the loss."""
    view = moment.view
    slopes = view.values[last : view.timeline.phases[Phase.CHAIN][-1]]
    size = _largest((*view.given.values(), *view.values[:last]))
    return _ROUNDING * size * size * _largest(slopes)


def _largest(numbers: Sequence[float]) -> float:
    return max(1.0, *map(abs, numbers))
