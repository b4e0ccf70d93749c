"""What of an answer is still the stub: methods to be written yet are no mistakes, though calling them raises.

A stub's line is known by its text, and what it raises by the sentence, which names class and method.
"""

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from grader.kit.outline import Lesson
from grader.model import EXCEPTIONS, CriterionReport, PartReport, Verdict
from grader.model.source import Definition, definitions
from grader.report.order import failures

_RAISED = re.compile(r"\bNotImplementedError: (Write [\w.]+\.)")


def left(lesson: Lesson, symbol: str, texts: Iterable[str]) -> list[str]:
    """The methods of a class that are not written yet, in the order of the stub.

    Args:
        lesson: The exercise.
        symbol: The part; where it has stages, only their methods count: others may rightly raise.
        texts: The answer, file or cells.
    """
    lines = {line.strip() for text in texts for line in text.splitlines()}
    counted = {method for stage in lesson.stages(symbol) for method in stage.methods}
    return [
        method for line, (owner, method) in _stubs(lesson.stub).items()
        if owner == symbol and line in lines and (not counted or method in counted)
    ]  # fmt: skip


def waiting(report: PartReport, lesson: Lesson) -> Mapping[str, str]:
    """The criteria that fail because a stub was called, each with what is to be written first."""
    found = {}
    for item in report.criteria:
        said = _RAISED.search(item.message) if item.kind in EXCEPTIONS else None
        stub = _stubs(lesson.stub).get(f'raise NotImplementedError("{said[1]}")') if said else None
        if stub is not None:
            owner, method = stub
            found[item.name] = method if owner in ("", report.part) else f"{owner}.{method}"
    return found


def to_mend(report: PartReport | None, lesson: Lesson) -> CriterionReport | None:
    """The failure to mend first: a mistake before what is not written yet; None where nothing failed or was begun."""
    if report is None or report.verdict is Verdict.NOT_ATTEMPTED:
        return None
    failed, later = failures(report), waiting(report, lesson)
    return next((item for item in failed if item.name not in later), failed[0] if failed else None)


def docstring(lesson: Lesson, symbol: str, name: str) -> str:
    """What the stub says of a method: ``children`` of the part, ``Module.children`` of another."""
    owner, _, method = name.rpartition(".")
    for node in definitions(lesson.stub):
        inside = [each for each in ast.walk(node) if isinstance(each, Definition) and each.name == method]
        if node.name == (owner or symbol) and inside:
            return ast.get_docstring(inside[0]) or ""
    return ""


@lru_cache(maxsize=8)
def _stubs(stub: str) -> Mapping[str, tuple[str, str]]:
    """The lines that stand for what is to be written, each with its class (of a function: nothing) and name."""
    lines, found = stub.splitlines(), {}
    for node in definitions(stub):
        methods: Sequence[ast.stmt] = node.body if isinstance(node, ast.ClassDef) else [node]
        for method in methods:
            if isinstance(method, ast.FunctionDef) and isinstance(method.body[-1], ast.Raise):
                owner = node.name if isinstance(node, ast.ClassDef) else ""
                found[lines[method.body[-1].lineno - 1].strip()] = (owner, method.name)
    return found
