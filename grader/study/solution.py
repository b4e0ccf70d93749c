"""The part of the reference that answers one part."""

import ast

from grader.kit.outline import Lesson
from grader.model.source import Definition, span
from grader.study.session import Session


def solution(session: Session, lesson: Lesson, symbol: str) -> str:
    """Our answer to a part, noted as seen; nothing where this is a kit without solutions."""
    source = session.reference(lesson)
    if not source:
        return ""
    progress = session.workspace.progress(lesson.slug, symbol)
    progress.solution = progress.solution or ("after a pass" if progress.passed else "gave up")
    return excerpt(source, symbol)


def excerpt(source: str, symbol: str) -> str:
    """The imports, the part, and what it depends on in the file, in the order of the file."""
    body = ast.parse(source).body
    named: dict[str, ast.stmt] = {}
    for node in body:
        if isinstance(node, Definition):
            named[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            named.update({target.id: node for target in targets if isinstance(target, ast.Name)})
    todo, kept = [symbol], set()
    while todo:
        name = todo.pop()
        if name in kept:
            continue
        kept.add(name)
        todo += [item.id for item in ast.walk(named[name]) if isinstance(item, ast.Name) and item.id in named]
    nodes = {id(named[name]) for name in kept}
    pieces: list[str] = []
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            pieces.append(source[span(source, node)])
        elif id(node) in nodes:
            pieces.append("\n" + source[span(source, node)])
    return "\n".join(pieces).strip()
