"""What a failing call is given, and where the learner's answer uses it."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.model import CriterionReport
from grader.model.source import definition

_MOST_LINES = 6
_NOTHING = object()


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of the call on which an answer fails."""

    values: Mapping[str, object]
    """Every argument that has a plain value: as given, else its default."""
    defaults: Mapping[str, object]
    decisive: Sequence[str]
    """The arguments that the failure's condition names: with others, the answer is right."""
    is_known: bool
    """Whether there is a condition."""

    @classmethod
    def of(cls, failure: CriterionReport, stub: str, symbol: str) -> "Call":
        """The call that a failure shows, by the names that the stub gives its arguments."""
        names, defaults = _signature(stub, symbol)
        given = dict(_given(failure.counterexample.case, names)) if failure.counterexample else {}
        said = failure.condition.text if failure.condition else ""
        decisive = [name for name in names if re.search(rf"`{re.escape(name)}[`=]", said)]
        return cls({**defaults, **given}, defaults, decisive, failure.condition is not None)

    def gives(self, argument: str) -> bool:
        """Whether the failure is about calls that give an argument.

        Args:
            argument: ``name``, for a value other than the default, or ``name=value``.
        """
        name, is_equal, value = argument.partition("=")
        if self.is_known and name not in self.decisive:
            return False
        have = self.values.get(name, _NOTHING)
        if is_equal:
            return str(have) == value
        return have is not _NOTHING and have != self.defaults.get(name, _NOTHING)


def _signature(stub: str, symbol: str) -> tuple[list[str], dict[str, object]]:
    """The names of a part's arguments in order, and the defaults of those that have a plain one."""
    node: ast.AST | None = definition(stub, symbol)
    if isinstance(node, ast.ClassDef):
        node = next((each for each in node.body if getattr(each, "name", "") == "__init__"), None)
    if not isinstance(node, ast.FunctionDef):
        return [], {}
    names = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
    plain = dict(zip(reversed(names), reversed(node.args.defaults), strict=False))
    plain |= {each.arg: value for each, value in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if value}
    names += [each.arg for each in node.args.kwonlyargs]
    defaults = {name: value for name, node in plain.items() if (value := _plain(node)) is not _NOTHING}
    return [name for name in names if name != "self"], defaults


def _plain(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return _NOTHING


def _given(case: Mapping[str, Any], names: Sequence[str]) -> Iterator[tuple[str, object]]:
    """The arguments of a case's constructor, or of the function that it calls, by name."""
    calls = [case["new"]] if case.get("new") else [step for step in case.get("steps", ()) if step.get("do") == "call"]
    for call in calls[:1]:
        yield from zip(names, call.get("args", ()), strict=False)
        yield from call.get("kwargs", {}).items()


def lines_with(name: str, symbol: str, written: str) -> list[str]:
    """The lines of a part's definition that use a name, or an attribute of that name; not those that define it."""
    try:
        node = definition(written, symbol)
    except (SyntaxError, ValueError):
        return []
    if node is None:
        return []
    numbers = {
        each.lineno
        for each in ast.walk(node)
        if (isinstance(each, ast.Name) and each.id == name) or (isinstance(each, ast.Attribute) and each.attr == name)
    }
    lines = written.splitlines()
    return [lines[number - 1].strip() for number in sorted(numbers)][:_MOST_LINES]
