"""Corners: where an operation has no slope, and one is taken by convention."""

from backprop_tui.core.elementary import EXTREMES
from backprop_tui.core.graph import Node
from backprop_tui.core.ops import OPERATIONS
from backprop_tui.stepper.history import Pass


def is_at_kink(one: Pass, node: Node) -> bool:
    """Whether `node` stands at a corner in a pass: a lone argument at one, or two arguments of a maximum level."""
    row, known = OPERATIONS.get(node.operation), one.known
    if row is None:
        return False
    if node.operation in EXTREMES:
        different = dict.fromkeys(node.operands)
        numbers = [operand if isinstance(operand, float) else known[operand] for operand in different]
        return numbers.count(known[node.name]) > 1
    return bool(row.kinks) and known[node.args[0]] in row.kinks
