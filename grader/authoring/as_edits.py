"""A wrong answer as edits of the reference, where it differs from it in a few statements."""

import ast
import copy
from collections.abc import Mapping, Sequence

from grader.course.edits import edited
from grader.model import CourseError
from grader.model.source import definition

_FEW = 3


def as_edits(reference: str, answer: ast.Module, part: str) -> Mapping[str, str]:
    """The statements in which an answer differs from the reference, new text by old; none where it is more than a few.

    Args:
        reference: The reference, as text.
        answer: The answer, without docstrings.
        part: The part.
    """
    ours = definition(reference, part)
    theirs = next((node for node in answer.body if getattr(node, "name", "") == part), None)
    others = [node for node in answer.body if not isinstance(node, ast.Import | ast.ImportFrom) and node is not theirs]
    pairs: list[tuple[ast.stmt, ast.stmt]] = []
    if ours is None or theirs is None or others or not _differences(ours, theirs, pairs) or len(pairs) > _FEW:
        return {}
    edits = {ast.get_source_segment(reference, old) or "": ast.unparse(new) for old, new in pairs}
    try:
        made = definition(edited(reference, part, edits), part)
    except CourseError:
        return {}
    is_whole = (
        made is not None and _said(made) == _said(theirs) and _names(*(new for _, new in pairs)) <= _known(reference)
    )
    return edits if is_whole else {}


def _differences(ours: ast.stmt, theirs: ast.stmt, found: list[tuple[ast.stmt, ast.stmt]]) -> bool:
    """Gather the simple statements that differ; False where more than these does."""
    if _said(ours) == _said(theirs):
        return True
    bodies = [(_block(ours, name), _block(theirs, name)) for name in ("body", "orelse")]
    if not any(one or other for one, other in bodies):
        found.append((ours, theirs))
        return True
    if _said(ours, whole=False) != _said(theirs, whole=False) or any(len(one) != len(other) for one, other in bodies):
        return False
    return all(_differences(*pair, found) for one, other in bodies for pair in zip(one, other, strict=True))


def _block(node: ast.stmt, name: str) -> Sequence[ast.stmt]:
    """The statements of a block, its docstring aside."""
    block: Sequence[ast.stmt] = getattr(node, name, ())
    return [each for each in block if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]


def _said(node: ast.stmt, *, whole: bool = True) -> str:
    """A statement as text to be compared, without annotations and docstrings; of a block, or its first line alone."""
    node = copy.deepcopy(node)
    for each in ast.walk(node):
        if isinstance(each, ast.arg):
            each.annotation = None
        elif isinstance(each, ast.FunctionDef):
            each.returns = None
        for name in ("body", "orelse"):
            if isinstance(each, ast.stmt) and hasattr(each, name):
                setattr(each, name, _block(each, name) if whole or each is not node else [])
    return ast.dump(node)


def _names(*nodes: ast.AST) -> set[str]:
    return {each.id for node in nodes for each in ast.walk(node) if isinstance(each, ast.Name)}


def _known(reference: str) -> set[str]:
    """The names that the reference uses or imports."""
    tree = ast.parse(reference)
    imported = {
        alias.asname or alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    return imported | _names(tree) | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
