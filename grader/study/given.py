"""What a failing call is given, and where the learner's answer uses it."""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.model import CriterionReport
from grader.model.signature import Signature, signature_of
from grader.model.source import definition

_MOST_LINES = 6
_NOTHING = object()


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments with which an answer fails: those of its constructor, and of the calls."""

    situations: Sequence[Mapping[str, object]]
    """For each call, every argument that has a plain value: as given, else its default."""
    defaults: Mapping[str, object]
    decisive: Sequence[str]
    """The arguments that the failure's condition names: with others, the answer is right."""
    is_known: bool
    """Whether there is a condition."""

    @classmethod
    def of(cls, failure: CriterionReport, stub: str, symbol: str) -> "Call":
        """The calls that a failure shows, by the names that the stub gives their arguments."""
        new, call = (signature_of(stub, symbol, method) for method in ("__init__", "forward"))
        case: Mapping[str, Any] = failure.counterexample.case if failure.counterexample else {}
        if not case.get("new"):
            new = Signature()
        calls = [step for step in case.get("steps", ()) if step.get("do") == "call" and not step.get("method")]
        made = _values(new, case.get("new") or {})
        situations = [made | _values(call, step) for step in calls] or [made]
        said = failure.condition.text if failure.condition else ""
        decisive = [name for name in (*new.names, *call.names) if re.search(rf"`{re.escape(name)}[`=]", said)]
        return cls(situations, {**new.defaults, **call.defaults}, decisive, failure.condition is not None)

    def gives(self, argument: str) -> bool:
        """Whether the failure is about calls that give an argument.

        Args:
            argument: ``name``, for a value other than the default, or ``name=value``.
        """
        name, is_equal, value = argument.partition("=")
        if self.is_known and name not in self.decisive:
            return False
        have = [values[name] for values in self.situations if name in values]
        if is_equal:
            return value in map(str, have)
        return any(each != self.defaults.get(name, _NOTHING) for each in have)


def _values(signature: Signature, call: Mapping[str, Any]) -> dict[str, object]:
    """The value of every argument in a call, as far as it is known."""
    return {**signature.defaults, **signature.given(call.get("args", ()), call.get("kwargs", {}))}


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
