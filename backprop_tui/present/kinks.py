"""Corners: where an operation has no slope, and one is taken by convention."""

from collections.abc import Container

from backprop_tui.core.elementary import EXTREMES
from backprop_tui.core.graph import Node
from backprop_tui.core.ops import OPERATIONS
from backprop_tui.stepper.history import Pass


def is_at_kink(one: Pass, node: Node, moved: Container[str]) -> bool:
    """Whether a move of the arguments `moved` of `node` starts from a corner of it in a pass.

    That is a lone argument at one, one of several arguments that are level at the top of a maximum, or 0^0, which a
    move of the exponent leaves with a jump.
    """
    row, known = OPERATIONS.get(node.operation), one.known
    if row is None:
        return False
    numbers = {operand: operand if isinstance(operand, float) else known[operand] for operand in node.operands}
    if node.operation in EXTREMES:
        level = [operand for operand, value in numbers.items() if value == known[node.name]]
        return len(level) > 1 and any(operand in moved for operand in level if isinstance(operand, str))
    if node.operation == "power":
        return node.operands[1] in moved and not any(numbers.values())
    return bool(row.kinks) and node.args[0] in moved and known[node.args[0]] in row.kinks
