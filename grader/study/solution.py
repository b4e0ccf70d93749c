"""The part of the reference that answers one part."""

import ast


def excerpt(source: str, symbol: str) -> str:
    """The imports, the part, and what of the file it rests on, in the order of the file."""
    body = ast.parse(source).body
    named: dict[str, ast.stmt] = {}
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
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
            pieces.append(_text(source, node))
        elif id(node) in nodes:
            pieces.append("\n" + _text(source, node))
    return "\n".join(pieces).strip()


def _text(source: str, node: ast.stmt) -> str:
    decorators = node.decorator_list if isinstance(node, ast.ClassDef | ast.FunctionDef) else []
    first = min([node.lineno, *(item.lineno for item in decorators)])
    return "\n".join(source.splitlines()[first - 1 : node.end_lineno])
