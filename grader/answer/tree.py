"""What an answer's top level binds: its statements in the order of loading, and what each name may be."""

import ast
from dataclasses import dataclass, field

from grader.answer.text import Cell

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Step:
    """A statement that runs at the top level when the answer is loaded (a compound one by its header and its parts)."""

    order: int
    node: ast.AST
    cell: Cell
    certain: bool
    """Whether it runs whenever its cell does: it is in no branch, loop or `try`."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One statement of the top level that gives a name a value."""

    step: Step
    value: ast.expr | None
    """The value itself, where the statement says no more than ``name = value``."""
    path: str = ""
    """The dotted path of what is imported, for an import."""
    adds: bool = False
    """Whether the name keeps its earlier value too (``+=``)."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell that is not Python."""

    cell: Cell
    message: str
    """What Python says about it."""
    line: int
    """Line of the file."""
    text: str
    """The text of that line."""


@dataclass(frozen=True, slots=True)
class Tree:
    """What could be parsed of an answer."""

    steps: list[Step] = field(default_factory=list)
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    """Modules from which everything is imported."""
    broken: list[Broken] = field(default_factory=list)
    """Cells that do not parse."""

    @property
    def texts(self) -> list[str]:
        """The text of each cell that could be parsed."""
        return list({id(step.cell): step.cell.source for step in self.steps}.values())

    def bound(self, name: str, before: int | None = None) -> list[Binding]:
        """The bindings that may hold at the end, or just before a step, the last first."""
        bindings = self.bindings.get(name, [])
        earlier = [binding for binding in bindings if before is None or binding.step.order < before] or bindings
        holding: list[Binding] = []
        for binding in reversed(earlier):
            holding.append(binding)
            if binding.step.certain and not binding.adds:
                break
        return holding
