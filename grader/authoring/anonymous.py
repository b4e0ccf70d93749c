"""An answer without what could say whose it is: no comments, no docstrings, its author's name in none of its own."""

import ast
import re
from collections.abc import Iterable, Mapping

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_SHORTEST = 3
_OWN = "own"


def bare(source: str, student: str) -> ast.Module:
    """A source text as a tree without docstrings and annotations, the student's name taken out of names and strings.

    Args:
        source: The text.
        student: What the student is called.
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [each for each in node.body if not (_is_text(each) or _is_future(each))] or [ast.Pass()]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
    words = words_of(student)
    names = {name: without(name, words) for name in _bound(tree)}
    renamed = Renamed({old: new for old, new in names.items() if old != new}, words).visit(tree)
    assert isinstance(renamed, ast.Module)
    return renamed


def without(text: str, words: Iterable[str]) -> str:
    """A text with other words in the place of a student's name."""
    found = {word.casefold() for word in words}

    def other(match: re.Match[str]) -> str:
        return _OWN if match[0].casefold() in found else match[0]

    for whole in found:
        text = re.sub(rf"(?<![^\W_]){re.escape(whole)}(?![^\W_])", _OWN, text, flags=re.IGNORECASE)
    return _WORDS.sub(other, text)


def words_of(student: str) -> set[str]:
    """The words that make up what a student is called, the whole of it included."""
    pieces = {student, *re.split(r"[\W_]+", student), *_WORDS.findall(student)}
    return {piece for piece in pieces if len(piece) >= _SHORTEST}


class Renamed(ast.NodeTransformer):
    """Gives names of an answer's own other ones, wherever they stand."""

    def __init__(self, names: Mapping[str, str], words: Iterable[str] = (), *, attributes: bool = True) -> None:
        """Rename.

        Args:
            names: New names by old.
            words: Words that no string may hold.
            attributes: Whether attributes and arguments have new names, too; else only what has a name of itself.
        """
        self.names, self.words, self.attributes = names, frozenset(words), attributes

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Rename what a node names."""
        for kind, attribute in (*_NAMED, *(_INSIDE if self.attributes else ())):
            old = getattr(node, attribute, None) if isinstance(node, kind) else None
            if isinstance(old, str):
                setattr(node, attribute, self.names.get(old, old))
        if isinstance(node, ast.Global | ast.Nonlocal):
            node.names = [self.names.get(name, name) for name in node.names]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = without(node.value, self.words)
        return super().generic_visit(node)


_NAMED: tuple[tuple[type[ast.AST], str], ...] = (
    (ast.Name, "id"),
    (ast.ClassDef, "name"),
    (ast.FunctionDef, "name"),
    (ast.AsyncFunctionDef, "name"),
    (ast.alias, "asname"),
    (ast.ExceptHandler, "name"),
)


_INSIDE: tuple[tuple[type[ast.AST], str], ...] = (
    (ast.Attribute, "attr"),
    (ast.arg, "arg"),
    (ast.keyword, "arg"),
)


def _bound(tree: ast.Module) -> set[str]:
    """The names that an answer gives: its own, that is."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.id if isinstance(node, ast.Name) else node.attr)
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias) and node.asname:
            found.add(node.asname)
    return found


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
