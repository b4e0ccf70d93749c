"""What a part of an answer reaches: every use, in code that it can come to run, of something from outside the answer.

The search begins at the part's definition and follows names to the functions, classes and values of the file. A *use*
is a dotted path (``torch.nn.BatchNorm2d``), found through imports, aliases, `getattr` with constant text and the like,
an attribute (``.f_back``), or a sentence of its own: ``!...`` is off limits wherever it stands, ``?...`` where a part
has limits. What cannot be determined without running it is left to the guard in the worker, but for code: `exec` of
text that cannot be read is a use, and so is an answer that is too large to be searched.
"""

import ast
import re
from collections.abc import Callable

from grader.answer import machinery
from grader.answer.computed import Use
from grader.answer.nodes import Nodes
from grader.answer.patches import Patch, patches
from grader.answer.scopes import Scope
from grader.answer.tree import Function, Step, Tree
from grader.answer.values import GLOBALS, TooLarge, Values

__all__ = ["Use", "machinery_uses", "uses"]

_MAX_NODES = 300_000
TOO_LARGE = "?more code than can be searched"
_DYNAMIC = re.compile(r"\b(globals|locals|vars|exec|setattr|builtins)\b|(?<!\.)\beval\b")
"""Words of an answer that may bind a name which its text does not bind."""
_GIVEN = {"display", "get_ipython", "__file__"}
"""Names that a notebook or a script has without binding them."""


def uses(tree: Tree, symbol: str, exists: Callable[[str], bool]) -> list[Use]:
    """What the definition of a symbol reaches, in no particular order.

    Args:
        tree: The answer.
        symbol: The part.
        exists: Whether a dotted path is something, to resolve ``from module import *``.
    """
    if not tree.steps:
        return []
    search = Search(tree, exists)
    for name in {symbol, "__getattr__"} & tree.bindings.keys():
        search.reach(name, None)
    bindings = tree.bound(symbol)
    return search.run(bindings[0].step if bindings else tree.steps[0])


def machinery_uses(tree: Tree, exists: Callable[[str], bool]) -> list[Use]:
    """The uses of the judge's machinery in all of a tree, reached or not.

    Args:
        tree: What is loaded of an answer.
        exists: Whether a dotted path is something.
    """
    if not tree.steps or not any(map(machinery.may_be_in, tree.texts)):
        return []
    search = Search(tree, exists, everything=True)
    for step in tree.steps:
        search.take(step)
    found = search.run(tree.steps[0])
    return [
        use if use.dotted.startswith("!") else use._replace(dotted="!" + use.dotted)
        for use in found
        if use.dotted.startswith("!") or use.dotted == TOO_LARGE or machinery.is_machinery(use.dotted)
    ]


class Search:
    """A search through the code that a part can come to run."""

    def __init__(self, tree: Tree, exists: Callable[[str], bool], everything: bool = False) -> None:
        """Begin with nothing.

        Args:
            tree: The answer.
            exists: Whether a dotted path is something.
            everything: Look at all code of the answer, for machinery only.
        """
        self._tree = tree
        self._values = Values(tree, exists)
        self._nodes = Nodes(tree, self._values, self, everything)
        self._reached: set[str] = set()
        self._followed: set[tuple[str, int | None]] = set()
        self._steps: set[int] = set()
        self._pending: list[tuple[ast.AST, Scope]] = []
        self._globals = _global_statements(tree) if any("global" in text for text in tree.texts) else {}
        self._is_unbound = False

    def reach(self, name: str, before: int | None) -> None:
        """Follow a name of the top level to what it is bound to."""
        if (name, before) in self._followed:
            return
        self._followed.add((name, before))
        self._reached.add(name)
        bindings = self._tree.bound(name, before)
        for binding in bindings:
            if not binding.path:
                self.take(binding.step)
        for node, step in self._globals.pop(name, ()):
            self._pending.append((node, Scope(step.cell, None)))
        if not bindings and name not in _GIVEN:
            where = Scope(self._tree.steps[0].cell, before)
            self._is_unbound |= None in self._values.of(ast.Name(name, ast.Load()), where)

    def reach_all(self) -> None:
        """Follow every name of the top level: one is looked up by a key that cannot be determined."""
        for name in self._tree.bindings:
            self.reach(name, None)

    def take(self, step: Step) -> None:
        """Reach a statement of the top level."""
        if step.order not in self._steps:
            self._steps.add(step.order)
            self._pending.append((step.node, Scope(step.cell, step.order)))

    def run(self, where: Step) -> list[Use]:
        """Go on until nothing new is reached: the uses.

        Args:
            where: What to name where there is too much to look at.
        """
        try:
            self._go_on()
        except (TooLarge, RecursionError):
            self._nodes.use(TOO_LARGE, where.node, Scope(where.cell, None))
        return [*self._nodes.found, *self._nodes.computed.uses()]

    def _go_on(self) -> None:
        visited = 0
        changes = [(step, patch) for step in self._tree.steps for patch in patches(step.node)]
        while self._pending:
            while self._pending:
                visited += 1
                if visited > _MAX_NODES:
                    raise TooLarge
                self._pending += self._nodes.visit(*self._pending.pop())
            for step, patch in changes:
                if step.order not in self._steps and self._is_reached(patch, step):
                    self._steps.add(step.order)
                    self._pending += [(node, Scope(step.cell, step.order)) for node in patch.given]
            if self._is_unbound and any(_DYNAMIC.search(text) for text in self._tree.texts):
                # Something has to bind the name: any statement that is run for its effect may.
                for step in self._tree.steps:
                    if isinstance(step.node, ast.Expr):
                        self.take(step)
            self._pending += self._nodes.late()

    def _is_reached(self, patch: Patch, step: Step) -> bool:
        """Whether a part meets a change: of what it uses, or of a module."""
        if patch.root == GLOBALS or patch.root in self._reached:
            return True
        return patch.sets and any(binding.path for binding in self._tree.bound(patch.root, step.order))


def _global_statements(tree: Tree) -> dict[str, list[tuple[ast.AST, Step]]]:
    """The functions that bind names of the top level, by these names."""
    found: dict[str, list[tuple[ast.AST, Step]]] = {}
    for step in tree.steps:
        for function in ast.walk(step.node):
            if isinstance(function, Function):
                for inner in ast.walk(function):
                    if isinstance(inner, ast.Global):
                        for name in inner.names:
                            found.setdefault(name, []).append((function, step))
    return found
