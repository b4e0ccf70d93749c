"""What a piece of an answer's code uses, and what is to be looked at inside it."""

import ast
import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from grader.answer import machinery, plain
from grader.answer.annotated import READ_BY, READ_BY_ATTRIBUTE, Annotations
from grader.answer.calls import CODE, Calls, is_this
from grader.answer.computed import Computed, Use
from grader.answer.parse import annotations
from grader.answer.scopes import Path, Scope, class_scope, comprehension_scope, function_scope
from grader.answer.tree import Function, Tree
from grader.answer.values import GLOBALS, Value, Values

_SELF_CHECKS = (
    "test", "check", "compare", "verify", "demo", "debug", "reference", "expected", "baseline", "sanity", "matches",
    "assert", "validate", "benchmark", "torch",
)  # fmt: skip
_PLAIN_OPERATORS = (ast.Is, ast.IsNot, ast.Eq, ast.NotEq, ast.In, ast.NotIn)
_LEAVES = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
Visit = Iterable[tuple[ast.AST, Scope]]
"""What is to be visited next, each in its scope."""


class Reach(Protocol):
    """A search, as far as nodes need it."""

    def reach(self, name: str, before: int | None) -> None:
        """Follow a name of the top level."""

    def reach_all(self) -> None:
        """Follow every name of the top level."""


class Nodes:
    """Visits nodes and gathers what they use."""

    def __init__(self, tree: Tree, values: Values, search: Reach, everything: bool) -> None:
        """Begin with nothing.

        Args:
            tree: The answer.
            values: What its expressions may be.
            search: Follows names.
            everything: Whether all code is looked at, for machinery only.
        """
        self.found: dict[Use, None] = {}
        self.values = values
        self.computed = Computed()
        self.search = search
        self._tree = tree
        self.everything = everything
        self._calls = Calls(self)
        self._annotations = Annotations(self._is_own)
        self._attributes: set[str] = set()
        self._parked: dict[str, list[tuple[ast.AST, Scope]]] = {}
        self.looked_up: set[ast.AST] = set()
        """Tables of names in which a name is looked up that the text tells."""
        self._composed: list[tuple[ast.expr, Scope]] = []
        """Expressions that may put texts together."""
        self._is_plain = not any(map(plain.is_changed_in, tree.texts))
        self._visitors: dict[type, Callable[[Any, Scope], Visit]] = {
            ast.Name: self._visit_name, ast.Attribute: self.value, ast.Call: self._calls.visit,
            ast.FunctionDef: self._visit_function, ast.AsyncFunctionDef: self._visit_function,
            ast.Lambda: self._visit_function, ast.ClassDef: self._visit_class, ast.Constant: self._visit_constant,
            ast.Expr: self._visit_expression, ast.Import: _nothing, ast.ImportFrom: _nothing, ast.Pass: _nothing,
            ast.Assign: self._visit_assignment, ast.AnnAssign: self._visit_annotated, ast.Subscript: self._visit_item,
            ast.Compare: self._visit_compare, ast.Dict: self._visit_dict, ast.MatchClass: self._visit_match,
            ast.If: self._visit_branch, ast.ListComp: self._visit_comprehension, ast.SetComp: self._visit_comprehension,
            ast.DictComp: self._visit_comprehension, ast.GeneratorExp: self._visit_comprehension,
            ast.keyword: self._visit_keyword, ast.BinOp: self._visit_composed, ast.JoinedStr: self._visit_composed,
        }  # fmt: skip

    def visit(self, node: ast.AST, scope: Scope) -> Visit:
        """Take note of what a node uses; what is to be visited of it."""
        visitor = self._visitors.get(type(node))
        return children(node, scope) if visitor is None else visitor(node, scope)

    def unparked(self) -> Visit:
        """Methods that were left aside, and may be called by a computed name."""
        for name in [name for name in self._parked if self.computed.may_be_called(name)]:
            yield from self._parked.pop(name)

    # Definitions.

    def _visit_class(self, node: ast.ClassDef, scope: Scope) -> Visit:
        self.spell(node.name, node, scope)
        yield from ((item, scope) for item in (*node.decorator_list, *node.bases, *node.keywords))
        inside = class_scope(node, scope)
        for item in node.body:
            if isinstance(item, Function) and self._is_self_check(item):
                self._parked.setdefault(item.name, []).append((item, inside))
            else:
                yield item, inside

    def _is_self_check(self, item: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        """Whether a method only compares with torch, and nothing calls it so far: then it is not part of the answer."""
        if item.name in self._attributes or self.everything:
            return False
        return item.name.lstrip("_").startswith(_SELF_CHECKS)

    def _visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope) -> Visit:
        arguments = node.args
        outer: list[ast.AST] = [*arguments.defaults, *(item for item in arguments.kw_defaults if item)]
        body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else [*node.body]
        if not isinstance(node, ast.Lambda):
            outer += [*node.decorator_list, *getattr(node, "type_params", ())]
            yield from self._annotations.met(annotations(node), scope)
        yield from ((item, scope) for item in outer)
        inside = function_scope(node, scope)
        yield from ((item, inside) for item in body)

    # Statements.

    def _visit_expression(self, node: ast.Expr, scope: Scope) -> Visit:
        # A text that is a statement does nothing.
        return () if isinstance(node.value, ast.Constant) and not self.everything else ((node.value, scope),)

    def _visit_assignment(self, node: ast.Assign, scope: Scope) -> Visit:
        if isinstance(node.value, ast.Name | ast.Attribute) and self._is_alias(node.targets, scope):
            return self.base(node.value, scope)
        return ((item, scope) for item in (*node.targets, node.value))

    def _is_alias(self, targets: list[ast.expr], scope: Scope) -> bool:
        """Whether an assignment gives a name to something, so that the name says what it is."""
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        if scope.is_open or len(names) < len(targets):
            return False
        return all(name in scope.names for name in names) or (scope.parent is None and scope.before is not None)

    def _visit_annotated(self, node: ast.AnnAssign, scope: Scope) -> Visit:
        yield from ((item, scope) for item in (node.target, node.value) if item)
        yield from self._annotations.met([node.annotation], scope)

    def _visit_branch(self, node: ast.If, scope: Scope) -> Visit:
        if isinstance(node.test, ast.Constant) and not node.test.value:
            return ((item, scope) for item in node.orelse)
        return children(node, scope)

    def _visit_match(self, node: ast.MatchClass, scope: Scope) -> Visit:
        return ((item, scope) for item in (*node.patterns, *node.kwd_patterns))

    # Expressions.

    def _visit_constant(self, node: ast.Constant, scope: Scope) -> Visit:
        if isinstance(node.value, str):
            self.spell(node.value, node, scope)
            if self.everything and machinery.is_process_file(node.value):
                self.use(f"!{node.value[:40]}", node, scope)
        return ()

    def _visit_keyword(self, node: ast.keyword, scope: Scope) -> Visit:
        if node.arg:
            self.spell(node.arg, node, scope)
        yield node.value, scope

    def _visit_comprehension(self, node: Any, scope: Scope) -> Visit:
        return children(node, comprehension_scope(node, scope))

    def _visit_composed(self, node: ast.BinOp | ast.JoinedStr, scope: Scope) -> Visit:
        self.compose(node, scope)
        return children(node, scope)

    def compose(self, node: ast.expr, scope: Scope) -> None:
        """An expression may put a text together."""
        self._composed.append((node, scope))

    def _visit_item(self, node: ast.Subscript, scope: Scope) -> Visit:
        values = self.note(node, scope)
        inside = self.values.of(node.value, scope)
        yield node.slice, scope
        if self.everything and Path("sys.modules") in inside and (None not in values or _is_own_name(node.slice)):
            return
        if None not in values:
            self.looked_up.add(node.value)
            yield from self.base(node.value, scope)
            return
        if Path(GLOBALS) in inside and None in values:
            self.search.reach_all()
        yield node.value, scope

    def _visit_compare(self, node: ast.Compare, scope: Scope) -> Visit:
        free = self._is_plain and all(isinstance(operator, _PLAIN_OPERATORS) for operator in node.ops)
        for item in (node.left, *node.comparators):
            # To ask whether a module is loaded is common: 'google.colab' in sys.modules.
            table = item.func.value if isinstance(item, ast.Call) and isinstance(item.func, ast.Attribute) else item
            if isinstance(node.ops[0], ast.In | ast.NotIn) and Path("sys.modules") in self.values.of(table, scope):
                continue
            if not (free and self._is_class(item, scope)):
                yield item, scope

    def _visit_dict(self, node: ast.Dict, scope: Scope) -> Visit:
        types = [key for key in node.keys if key and self._is_class(key, scope)]
        free = bool(types) and self._is_plain and plain.is_only_looked_up(node, self._parents)
        yield from ((key, scope) for key in node.keys if key and not (free and key in types))
        yield from ((value, scope) for value in node.values)

    @functools.cached_property
    def _parents(self) -> dict[ast.AST, ast.AST]:
        return plain.parents_of(step.node for step in self._tree.steps)

    def _is_class(self, node: ast.expr, scope: Scope) -> bool:
        """Whether an operand is a class of torch, or several: to compare with a class is not to use it."""
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            return bool(node.elts) and all(self._is_class(item, scope) for item in node.elts)
        values = self.values.of(node, scope) if plain.is_name(node) else ()
        return any(isinstance(value, Path) and value.dotted.startswith("torch.nn.") for value in values)

    def _is_own(self, node: ast.expr, scope: Scope) -> bool:
        """Whether a name is that of something that the answer defines."""
        return plain.is_name(node) and None in self.values.of(node, scope)

    def is_plain_type(self, node: ast.expr) -> bool:
        """Whether an argument of `isinstance` only names types."""
        return self._is_plain and plain.is_type(node)

    # Names and attributes.

    def _visit_name(self, node: ast.Name, scope: Scope) -> Visit:
        return self.value(node, scope) if isinstance(node.ctx, ast.Load) else ()

    def value(self, node: ast.Name | ast.Attribute, scope: Scope) -> Visit:
        """A name, or a name's attribute, that is used as a value."""
        for value in self.values.of(node, scope):
            if isinstance(value, Path):
                self.hand_on(value.dotted, node, scope)
        yield from self.base(node, scope)

    def hand_on(self, dotted: str, node: ast.expr, scope: Scope) -> None:
        """Something from outside is used as a value: what may be done with it is not told."""
        self.computed.hand_on(dotted)
        if dotted in CODE:
            self.use(f"?{CODE[dotted]} of text that cannot be read", node, scope)
        elif dotted == GLOBALS:
            self.search.reach_all()
        elif dotted.startswith("torch") and dotted.endswith(".__dict__"):
            self.use(f"?all that is in {dotted.removesuffix('.__dict__')}", node, scope)

    def base(self, node: ast.expr, scope: Scope) -> Visit:
        """A name with attributes of which something is taken, or which is called."""
        chain: list[ast.Attribute] = []
        root = node
        while isinstance(root, ast.Attribute):
            chain.append(root)
            root = root.value
        roots = self.values.of(root, scope)
        paths = [value.dotted for value in roots if isinstance(value, Path)]
        is_open = None in roots and not (len(chain) == 1 and is_this(root, scope))
        # A name that is nothing but an import says no more than the whole path.
        whole = None if None in roots or not isinstance(root, ast.Name) else chain[0] if chain else root
        for part in reversed(chain):
            paths = [f"{dotted}.{part.attr}" for dotted in paths]
            if whole is None or part is whole:
                self._use_all(paths, part, scope)
            yield from self.attribute(part.attr, part, scope)
            if is_open and (part.value is not root or not is_this(root, scope)):
                self.take(part.attr, part, scope)
        if not isinstance(root, ast.Name):
            yield root, scope
            return
        if not chain or whole is None:
            self._use_all([value.dotted for value in roots if isinstance(value, Path)], root, scope)
        if scope.owner(root.id) is None:
            self.search.reach(root.id, scope.before)

    def attribute(self, name: str, node: ast.expr, scope: Scope) -> Visit:
        """Something is looked up by this name: methods that were left aside so far are part of the answer."""
        self._attributes.add(name)
        if name in machinery.ATTRIBUTES:
            self.use("." + name, node, scope)
        if name in READ_BY_ATTRIBUTE:
            yield from self._annotations.read()
        yield from self._parked.pop(name, ())

    def take(self, name: str, node: ast.expr, scope: Scope) -> None:
        """An attribute is taken of something that cannot be determined."""
        if name not in self.computed.attributes:
            self.computed.attributes[name] = self.place(name, node, scope)

    def spell(self, text: str, node: ast.AST, scope: Scope) -> None:
        """A text stands in the code, or a name that can be had as text."""
        if self.computed.is_name(text):
            self.computed.spelt[text] = self.place(text, node, scope)

    def note(self, node: ast.expr, scope: Scope) -> tuple[Value, ...]:
        """Take note of what an expression is."""
        values = self.values.of(node, scope)
        self._use_all([value.dotted for value in values if isinstance(value, Path)], node, scope)
        return values

    def _use_all(self, paths: Iterable[str], node: ast.AST, scope: Scope) -> None:
        for dotted in paths:
            self.use(dotted, node, scope)
            if dotted in READ_BY:
                self._annotations.are_read = True

    def use(self, dotted: str, node: ast.AST, scope: Scope) -> None:
        """Take note of a use."""
        self.found[self.place(dotted, node, scope)] = None

    def place(self, dotted: str, node: ast.AST, scope: Scope) -> Use:
        """A use that stands where a node does."""
        line = scope.line if scope.line is not None else int(getattr(node, "lineno", 1))
        return Use(dotted, scope.cell, line)

    def late(self) -> Visit:
        """What is to be visited because of what was found so far."""
        yield from self.unparked()
        if self._annotations.are_read:
            yield from self._annotations.read()
        composed, self._composed = (self._composed, []) if self.computed.looks_up else ([], self._composed)
        for node, scope in composed:
            for text in self.values.texts([node], scope):
                self.spell(text, node, scope)


def children(node: ast.AST, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
    """All that is inside a node."""
    for name in node._fields:
        inner = getattr(node, name, None)
        if isinstance(inner, list):
            for item in inner:
                if isinstance(item, ast.AST) and not isinstance(item, _LEAVES):
                    yield item, scope
        elif isinstance(inner, ast.AST) and not isinstance(inner, _LEAVES):
            yield inner, scope


def _nothing(node: ast.AST, scope: Scope) -> Visit:
    """Of an import nothing is to be visited: what it binds is found by its name."""
    return ()


def _is_own_name(node: ast.expr) -> bool:
    """Whether an expression is the name of the module in which it stands."""
    return isinstance(node, ast.Name) and node.id == "__name__"
