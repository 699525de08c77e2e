"""A program of expressions as the nodes of a graph.

The text is read by Python's own parser and never run: of what that finds, a closed list is taken.  ``^`` is a power,
as ``**`` is.
"""

import ast
import keyword
import math
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence

from backprop_tui.core.expression import Expression, Number, evaluate
from backprop_tui.core.frozen import Frozen
from backprop_tui.core.graph import Node
from backprop_tui.core.ops import OPERATIONS
from backprop_tui.core.program_text import (
    FUNCTIONS,
    MOST_OPERATIONS,
    ProgramError,
    Statement,
    Token,
    short,
    statements,
)

RESULT = "f"
"""What a single expression without a name is called."""

CONSTANTS = {"pi": math.pi, "e": math.e}
"""The names of numbers, where no value and no line is called so."""

_BINARY: Mapping[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.Pow: "power",
}
_TOO_DEEP = "nested too deeply; expected a part of it in a line of its own"

Operand = str | float
"""A node by its name, or a number."""


class Program(Frozen):
    """The `text` of a program, and its lines and operations as nodes in the order in which they are computed."""

    text: str
    nodes: tuple[Node, ...]


def parse(text: str, values: Collection[str]) -> Program:
    """The program in `text`, in which `values` are the names of numbers given.

    Every line is a node of its own; the operations within are called v1, v2, …, the same one on the same operands
    being one node (not that of a line, whose gradient tells of the uses of its name alone).  Raises ProgramError for
    everything else, and for a value, or a line but the last, that nothing uses.
    """
    lines = statements(text)
    builder = _Builder(lines, tuple(values))
    for line in lines:
        builder.add_line(line)
    _check_uses(builder, lines, values)
    return Program(text, tuple(builder.nodes))


def _check_uses(builder: "_Builder", lines: Sequence[Statement], values: Collection[str]) -> None:
    used = {argument for node in builder.nodes for argument in node.args}
    for line in lines[:-1]:
        if line.name and line.name.text not in used:
            raise line.error(line.name, line.name, "nothing uses it; expected it in a later line, or not at all")
    reached = {*values}
    for node in builder.nodes:
        if not reached.isdisjoint(node.args):
            reached.add(node.name)
    if builder.nodes[-1].name not in reached:
        last = lines[-1]
        raise last.error(last.name or last.tokens[0], last.tokens[-1], "no value moves it; expected one in it")
    for value in values:
        if value not in used:
            raise ProgramError(None, f"nothing uses {short(value)}; expected it in the program, or no value for it")


class _Builder:
    """The nodes of the lines added so far."""

    def __init__(self, lines: Sequence[Statement], values: Sequence[str]) -> None:
        self.values = frozenset(values)
        self.nodes: list[Node] = []
        self.known: dict[tuple[str, str], str] = {}
        self.names = {*self.values}
        self.lines: dict[str, Statement] = {}
        self.defined: set[str] = set()
        self.count = 0
        for line in lines:
            if line.name:
                self._check_name(line, line.name)
            self.lines[line.name.text if line.name else RESULT] = line
        if lines[0].name is None and RESULT in self.values:
            raise ProgramError(None, f"the result is called {RESULT}, and so is a value; expected name = expression")
        self.names |= {*self.lines}

    def _check_name(self, line: Statement, name: Token) -> None:
        problem = name_problem(name.text)
        if name.text in self.lines:
            problem = f"given twice, the first time in line {self.lines[name.text].line}; expected another name"
        if name.text in self.values:
            problem = "a value is called so, too; expected another name"
        if problem:
            raise line.error(name, name, problem)

    def add_line(self, line: Statement) -> None:
        """The nodes of one line, its own last."""
        _Line(self, line).add()

    def operation(self, operation: str, operands: tuple[Operand, ...]) -> Operand:
        """The result of an unnamed operation: a number, a node that is there, or a new one."""
        if all(isinstance(operand, float) for operand in operands):
            return folded(operation, operands)
        key = operation, repr(operands)  # 0 and −0 are one number, but not to a division
        if key not in self.known:
            self.count += 1
            while f"v{self.count}" in self.names:
                self.count += 1
            self.known[key] = f"v{self.count}"
            self.add(self.known[key], operation, operands)
        return self.known[key]

    def add(self, name: str, operation: str, operands: tuple[Operand, ...]) -> None:
        """The node `name`."""
        constants = tuple((place, operand) for place, operand in enumerate(operands) if isinstance(operand, float))
        args = tuple(operand for operand in operands if isinstance(operand, str))
        self.nodes.append(Node(name, operation, args, constants=constants))
        self.defined.add(name)


def name_problem(name: str) -> str:
    """Why neither a value nor a line can be called `name`; empty where they can."""
    if not (name.isascii() and name.isidentifier()) or name.startswith("_"):
        return "no name; expected an ASCII letter, then letters, digits or _"
    if keyword.iskeyword(name):
        return "a word of Python; expected another name"
    return "a function is called so; expected another name" if name in FUNCTIONS else ""


def folded(operation: str, operands: Sequence[Operand]) -> float:
    """The value of an operation on numbers alone."""
    numbers: tuple[Expression, ...] = tuple(Number(float(operand)) for operand in operands)
    return evaluate(OPERATIONS[operation].value(numbers), {})


class _Line:
    """One line on its way into nodes."""

    def __init__(self, builder: _Builder, statement: Statement) -> None:
        self.builder, self.statement = builder, statement
        first, last = statement.tokens[0], statement.tokens[-1]
        self.start = first.start
        text = statement.text[first.start : last.end]
        self.powers = [place for place, letter in enumerate(text) if letter == "^"]
        # In parentheses, so that no blank at its beginning counts.
        self.code = f"({text.replace('^', '**')})"

    def add(self) -> None:
        """The nodes of the line."""
        line, builder = self.statement, self.builder
        name = line.name.text if line.name else RESULT
        try:
            tree = ast.parse(self.code, mode="eval").body
            top = self.parts(tree)
            if top is None or all(isinstance(operand, float) for operand in top[1]):
                top = "identity", (folded(*top) if top else self.operand(tree),)
        except (SyntaxError, RecursionError, MemoryError) as error:
            raise line.error(line.tokens[0], line.tokens[-1], _TOO_DEEP) from error
        builder.add(name, *top)
        if len(builder.nodes) > MOST_OPERATIONS:
            raise self.too_many()

    def too_many(self) -> ProgramError:
        line = self.statement
        return line.error(line.tokens[0], line.tokens[-1], f"at most {MOST_OPERATIONS} operations; here is one more")

    def operand(self, tree: ast.expr) -> Operand:
        """What `tree` is: a number or a node."""
        waiting: list[ast.BinOp] = []
        while isinstance(tree, ast.BinOp):  # a long sum is deep to the left
            waiting.append(tree)
            tree = tree.left
        found = self.single(tree)
        for one in reversed(waiting):
            found = self.operation(_BINARY[type(one.op)], (found, self.operand(one.right)))
        return found

    def operation(self, operation: str, operands: tuple[Operand, ...]) -> Operand:
        found = self.builder.operation(operation, operands)
        if len(self.builder.nodes) > MOST_OPERATIONS:
            raise self.too_many()
        return found

    def single(self, tree: ast.expr) -> Operand:
        """What a number, a name, a sign or a call is."""
        match tree:
            case ast.Constant(value=int() | float() as value):
                return float(value)
            case ast.Name(id=name):
                return self.name(tree, name)
        parts = self.parts(tree)
        if parts is None:
            return self.operand(tree.operand if isinstance(tree, ast.UnaryOp) else tree)
        return self.operation(*parts)

    def parts(self, tree: ast.expr) -> tuple[str, tuple[Operand, ...]] | None:
        """The operation at the top of `tree` and its operands; None where there is none."""
        match tree:
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return "negative", (self.operand(inner),)
            case ast.UnaryOp(op=ast.UAdd(), operand=inner):
                return self.parts(inner)
            case ast.BinOp(left=left, op=op, right=right):
                return _BINARY[type(op)], (self.operand(left), self.operand(right))
            case ast.Call(func=ast.Name(id=name), args=args):
                return self.call(tree, name, args)
            case ast.Call(func=ast.Attribute(value=value, attr=name), args=args):
                return self.call(tree, name, [value, *args])
            case ast.Constant() | ast.Name():
                return None
        raise self.error(tree, "no part of a program")

    def name(self, tree: ast.expr, name: str) -> Operand:
        """The node called `name`."""
        builder = self.builder
        if name in builder.values or (name in builder.defined and name in builder.names):
            return name
        if name in builder.lines:
            raise self.error(tree, self.too_early(name))
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name in FUNCTIONS:
            raise self.error(tree, f"a function without an argument; expected {name}(x)")
        from backprop_tui.core.names_elsewhere import did_you_mean  # noqa: PLC0415 - needed for a wrong name only

        known = (*sorted(builder.values), *builder.lines)
        raise self.error(
            tree, f"no value and no line is called so; {did_you_mean(name, known[:100])}expected a value for it"
        )

    def too_early(self, name: str) -> str:
        """What is said of a line's name that is used in or before that line."""
        here = self.statement.name.text if self.statement.name else RESULT
        if name == here:
            return "needs itself; expected other names in its own line"
        if here in self.needs(name):
            return f"a cycle: {short(here)} needs {short(name)}, which needs {short(here)}"
        return "defined only later; expected its line before this one"

    def needs(self, name: str) -> set[str]:
        """The names of all lines that the line called `name` is made of."""
        lines = self.builder.lines
        waiting, found = [name], set[str]()
        while waiting:
            names = {token.text for token in lines[waiting.pop()].tokens if token.kind == "name"} & lines.keys()
            waiting.extend(names - found)
            found |= names
        return found

    def call(self, tree: ast.expr, name: str, args: Sequence[ast.expr]) -> tuple[str, tuple[Operand, ...]]:
        operation = FUNCTIONS.get(name)
        if operation is None:
            if name in self.builder.names:
                raise self.error(tree, f"{short(name)} is no function; did you mean {short(name)}*( … )?")
            from backprop_tui.core.names_elsewhere import did_you_mean  # noqa: PLC0415 - needed for a wrong name only

            hint = did_you_mean(name, tuple(FUNCTIONS))
            raise self.error(tree, f"no function is called {short(name)}; {hint}expected one of {', '.join(FUNCTIONS)}")
        if len(args) not in OPERATIONS[operation].arity:
            several = "two or more arguments" if name in ("max", "min") else "one argument"
            raise self.error(tree, f"{name} takes {several}, not {len(args)}")
        return operation, tuple(self.operand(argument) for argument in args)

    def error(self, tree: ast.expr, problem: str) -> ProgramError:
        start, end = self.original(tree.col_offset), self.original(tree.end_col_offset or tree.col_offset + 1)
        return ProgramError(self.statement.place(start, end), problem)

    def original(self, column: int) -> int:
        """Where in the line the character of the translated code at `column` stands."""
        column -= 1  # the parenthesis
        shifted = [place + count for count, place in enumerate(self.powers)]  # where each ** begins
        return self.start + column - bisect_left(shifted, column)
