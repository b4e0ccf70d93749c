"""The top level of an answer: which of its units bind a name, and when."""

import ast
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence

from grader.answer.parse import imported
from grader.answer.units import Unit


class TopLevel:
    """The units of an answer, by the names that they bind."""

    def __init__(self, units: Sequence[Unit]) -> None:
        """Index what every unit binds.

        Args:
            units: The units, in the order in which they run.
        """
        self.units = units
        self._binding: dict[str, list[Unit]] = defaultdict(list)
        for unit in units:
            for name in unit.names.binds:
                self._binding[name].append(unit)

    def bound(self, name: str, before: int | None = None) -> list[Unit]:
        """The units that may have bound a name at the end, or just before one runs, the last first."""
        binding = self._binding.get(name, [])
        last = len(binding)
        if before is not None:
            last = bisect_left(binding, before, key=lambda unit: unit.order) or last
        holding: list[Unit] = []
        for index in range(last - 1, -1, -1):
            unit = binding[index]
            holding.append(unit)
            if unit.certain and not adds(unit, name):
                break
        return holding

    def binding(self, name: str) -> Sequence[Unit]:
        """All units that bind a name, whenever they do."""
        return self._binding.get(name, [])


def adds(unit: Unit, name: str) -> bool:
    """Whether a name is what it was before, too, and the statement does not say so: after ``import a.b``."""
    if not isinstance(unit.node, ast.Import):
        return False
    (alias,) = unit.node.names
    return not alias.asname and alias.name != name


def is_star(unit: Unit) -> bool:
    """Whether a unit imports everything from a module."""
    return isinstance(unit.node, ast.ImportFrom) and unit.node.names[0].name == "*"


def paths(node: ast.AST, name: str) -> Iterator[str]:
    """The dotted path of what a statement imports by a name; nothing where it binds it otherwise."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from (path for bound, path in imported(node) if bound == name)
