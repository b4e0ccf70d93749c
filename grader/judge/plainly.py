"""Say of a failure what is at the bottom of it, where that takes more than comparing: another run, or torch's ways."""

import ast
import builtins
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from torch import nn

from grader.answer.load import Answer
from grader.compare.lines import spoken
from grader.model import Case, Finding, FindingKind, Line, Observed, Step, Stopped

Again = Callable[[Iterable[Case]], list[Observed]]
"""Runs further cases on the answer."""

_LINE_RAISED = (FindingKind.LINE_RAISED, FindingKind.LINE_RAISED_ABOUT_DTYPE)
_MISSING = re.compile(r"AttributeError: '(\w+)' object has no attribute '(\w+)'")
_SET_BY_MODULE = frozenset(vars(nn.Module()))
"""What a module has once `nn.Module.__init__` has run, and not before."""
_NOT_THE_ANSWERS = frozenset(("torch", "nn", "np", *dir(builtins)))
"""Names of which nothing is called that an answer may have written."""
_FOUND = "__own"
"""A variable of the judge's own among those of a case's lines."""


def unset_by(finding: Finding) -> tuple[str, str] | None:
    """The class and the attribute that shows that `super().__init__()` was not called; None where it was.

    The judge looks at a module as soon as it is constructed, so the exception passes through no line of the answer.
    """
    said = _MISSING.fullmatch(finding.got)
    if finding.kind is not FindingKind.RAISED or finding.criterion != "interface" or finding.line or said is None:
        return None
    return (said[1], said[2]) if said[2] in _SET_BY_MODULE else None


def plainly(finding: Finding, case: Case, answer: Answer, again: Again | None) -> Finding:
    """A finding with what is at the bottom of it, where that can be found out.

    Args:
        finding: What was found on a case.
        case: The case.
        answer: The answer, whole.
        again: Runs further cases on it; None where none are to be run.
    """
    if unset := unset_by(finding):
        owner, name = unset
        message = (
            f"`super().__init__()` was not called when `{owner}` was constructed, so nn.Module has not set it up: it "
            f"has no `{name}`."
        )
        return replace(finding, message=message)
    if finding.kind is FindingKind.LINE_VALUE:
        return _of_a_question(finding)
    if finding.kind not in _LINE_RAISED or "\n" in finding.where or again is None:
        return finding
    return _raised_in(finding, case, answer, again)


def _of_a_question(finding: Finding) -> Finding:
    """A line that asks whether something is so."""
    asked = spoken(finding.where)
    if not asked.startswith("Whether "):
        return finding
    asked = f"{asked[:1].lower()}{asked[1:]}"
    return replace(finding, message=f"The check {asked} should give {finding.expected}, but gives {finding.got}.")


def _raised_in(finding: Finding, case: Case, answer: Answer, again: Again) -> Finding:
    """A line of the case that raises: the answer's line from which that came, or a call of the answer's that gave None.

    The line is run once more, this time to follow the exception.
    """
    before = _up_to(case, finding.where)
    if before is None:
        return finding
    (got,) = again([_with_lines(before, _followed(finding.where, answer.path))])
    numbers = _last(got).get("value")
    if isinstance(numbers, list) and numbers:
        line = numbers[0]
        if type(line) is not int or not 0 < line <= len(answer.lines):
            return finding
        return replace(finding, line=line, source=answer.lines[line - 1].strip())
    if numbers != [] or "NoneType" not in finding.got:
        return finding
    calls = [*_used_calls(finding.where)]
    if not calls:
        return finding
    (got,) = again([_with_lines(before, [f"({call}) is None" for call in calls])])
    for call, answered in zip(calls, _lines(got)[-len(calls) :], strict=False):
        if answered.get("value") is True:
            message = f"`{call}` returned None: perhaps a `return` is missing."
            wanted = f" {spoken(finding.where)} should be {finding.expected}." if finding.expected != "None" else ""
            return replace(finding, message=message + wanted)
    return finding


def _up_to(case: Case, line: str) -> Case | None:
    """A case up to a line of Python, without it; None where it has no such line, or more than one."""
    places = [
        (number, index)
        for number, step in enumerate(case["steps"])
        for index, text in enumerate(step.get("lines", []))
        if text == line
    ]
    if len(places) != 1:
        return None
    ((number, index),) = places
    step = case["steps"][number]
    last: Step = {**step, "lines": step["lines"][:index]}
    return {**case, "steps": [*case["steps"][:number], last]}


def _with_lines(case: Case, lines: Sequence[str]) -> Case:
    *before, last = case["steps"]
    longer: Step = {**last, "lines": [*last["lines"], *lines]}
    return {**case, "steps": [*before, longer]}


def _followed(line: str, path: str) -> list[str]:
    """Lines that run a line, and give the number of the answer's innermost line that its exception passed through."""
    follow = f"""\
try:
    {line}
except Exception as error:
    {_FOUND}, {_FOUND}_trace = [], error.__traceback__
    while {_FOUND}_trace is not None:
        if {_FOUND}_trace.tb_frame.f_code.co_filename == {path!r}:
            {_FOUND} = [{_FOUND}_trace.tb_lineno]
        {_FOUND}_trace = {_FOUND}_trace.tb_next"""
    return [follow, _FOUND]


def _lines(got: Observed) -> Sequence[Line]:
    return got["steps"][-1].get("lines", []) if not isinstance(got, Stopped) and got["steps"] else []


def _last(got: Observed) -> Line:
    lines = _lines(got)
    nothing: Line = {}
    return lines[-1] if lines else nothing


def _used_calls(line: str) -> Iterator[str]:
    """The calls in a line that may be of the answer's, and of which something is made there, the innermost first."""
    try:
        tree = ast.parse(line)
    except SyntaxError:
        return
    inner = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    found: list[str] = []

    def visit(node: ast.AST, is_used: bool) -> None:
        if isinstance(node, inner):
            # Its variables are not there outside of it; what the first loop goes through is.
            if not isinstance(node, ast.Lambda):
                visit(node.generators[0].iter, True)
            return
        for child in ast.iter_child_nodes(node):
            visit(child, not isinstance(node, (ast.Module, ast.Expr, ast.Assign)))
        if isinstance(node, ast.Call) and is_used and _root(node.func) not in _NOT_THE_ANSWERS:
            found.append(ast.unparse(node))

    visit(tree, False)
    yield from found


def _root(node: ast.expr) -> str:
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
