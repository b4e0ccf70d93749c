"""What can be said of a case: its arguments, how the part is called, what it is called with.

A case is a list of *situations*, one for each call in it, and each is a set of `Atom`: statements that hold there. What
a whole case has (how the layer is constructed, say) is in each of its situations. Nothing here knows an exercise.
"""

import ast
import builtins
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Any, NamedTuple

from grader.judge.atoms import UNKNOWN, Atom, entries, of_arguments
from grader.judge.shown_axes import axis_names
from grader.model import Argument, Case, Recipe, Step, is_recipe
from grader.model.signature import Signature, plain, signature_of

_ROUND = (10, 100, 1000, 10_000)
"""Sizes from which numbers are large, or how many of their spread they are far from zero; below 1 by these, small."""


_USED = re.compile(
    r"(?<=\.)([A-Za-z]\w+)|\b([A-Za-z]\w+)\(|\b([a-z]\w+=(?:True|False|None|'\w+'))|('[A-Z]\w{2,15}')|^(del) "
)
"""Attributes, what is called, flags, names of kinds, and deleting."""
_INCIDENTAL = frozenset(dir(builtins)) - {"hasattr", "getattr", "setattr", "delattr", "repr"}
"""What is called to look at something else."""
_ASSIGNED = re.compile(r"(\w+) = ([\[({'\"\d-].*)$", re.DOTALL)


Situation = frozenset[Atom]


@dataclass(frozen=True, slots=True)
class Features:
    """Says what can be said of a part's cases."""

    symbol: str
    source: str
    """Python text with the part's signature (see `grader.course.exercise.CourseExercise.signatures`)."""
    spatial: bool = False
    """Whether the last axes of its inputs are those of an image."""
    _signatures: dict[str, Signature] = field(default_factory=dict, repr=False, compare=False)

    def of(self, case: Case) -> list[Situation]:
        """The situations of a case, in order; one where nothing is called."""
        shared = {*_of_the_case(case)}
        if "new" not in case:
            # Of a program that is all there is; the lines of a layer's case are only the judge's way to look at it.
            shared |= {*_of_lines(case)}
        else:
            new = case["new"]
            signature = self._signature("__init__")
            shared |= {*of_arguments("argument", signature, new.get("args", ()), new.get("kwargs", {}))}
            if new.get("args") and not new.get("kwargs"):
                shared.add(Atom("case", "", "by position"))
        called = [*self._calls(case)] or [*self._called_in_lines(case)]
        return [frozenset(shared | atoms) for atoms in called] or [frozenset(shared)]

    def _signature(self, method: str) -> Signature:
        if method not in self._signatures:
            self._signatures[method] = signature_of(self.source, self.symbol, method)
        return self._signatures[method]

    def _calls(self, case: Case) -> Iterator[Set[Atom]]:
        training, before, reloaded = True, set[str](), False
        shape: Sequence[int] | None = None
        for step in case["steps"]:
            if step["do"] == "call":
                mode = "training" if training else "evaluation"
                atoms = {Atom("call", "", "mode", mode), Atom("call", "", "later" if before else "first")}
                atoms |= {Atom("call", "", "after", other) for other in before if other != mode}
                if reloaded:
                    atoms.add(Atom("call", "", "reloaded"))
                atoms |= {*self._of_call(step, is_function="new" not in case)}
                now = _first_shape(step)
                if before:
                    atoms.add(Atom("call", "", "another shape" if now != shape else "same shape"))
                    if now and shape and now[-2:] != shape[-2:]:
                        atoms.add(Atom("call", "", "another size"))
                yield atoms
                shape, before = now, before | {mode}
            elif step["do"] == "run":
                reloaded |= any("load_state_dict" in line for line in step["lines"])
            else:
                training = step["do"] == "train"

    def _of_call(self, step: Step, *, is_function: bool) -> Iterator[Atom]:
        method = step.get("method")
        args, kwargs = step.get("args", ()), step.get("kwargs", {})
        signature = self._signature("__init__" if is_function else method or "forward")
        about = "argument" if is_function else "call"
        yield Atom("call", "", "with gradient" if "cotangent" in step else "without gradient")
        if method:
            yield Atom("call", method, "method")
        if kwargs:
            yield Atom("call", "", "by name")
        yield from of_arguments(about, signature, args, kwargs)
        tensors = [(name, item) for name, value in signature.given(args, kwargs).items() for item in _tensors(value)]
        for number, (name, recipe) in enumerate(tensors):
            yield from _of_tensor("" if number == 0 else name, recipe, self._axes(recipe))

    def _axes(self, recipe: Recipe) -> Sequence[str]:
        return axis_names(self.symbol, len(recipe["shape"]), spatial=self.spatial)

    def _called_in_lines(self, case: Case) -> Iterator[Set[Atom]]:
        """The calls of the function in lines of Python, where their arguments are literals."""
        known: dict[str, Argument] = {}
        number = 0
        for line in (line for step in case["steps"] for line in step.get("lines", ())):
            if (assigned := _assigned(line)) is not None:
                known[assigned[0]] = assigned[1]
            for args, kwargs in _calls_of(line, self.symbol):
                given = [known.get(item.name, UNKNOWN) if isinstance(item, _Name) else item for item in args]
                named = {
                    key: known.get(item.name, UNKNOWN) if isinstance(item, _Name) else item
                    for key, item in kwargs.items()
                }
                atoms = {*of_arguments("argument", self._signature("__init__"), given, named)}
                atoms |= {Atom("call", "", "by name")} if named else set()
                yield atoms | {Atom("call", "", "later" if number else "first")}
                number += 1


class _Name(NamedTuple):
    """A variable in a line of Python."""

    name: str


# Tensors.


def _tensors(value: Argument) -> Iterator[Recipe]:
    if is_recipe(value):
        yield value
    else:
        yield from (item for item in entries(value) or () if is_recipe(item))


def _first_shape(step: Step) -> Sequence[int] | None:
    given = [*step.get("args", ()), *step.get("kwargs", {}).values()]
    return next((recipe["shape"] for value in given for recipe in _tensors(value)), None)


def _of_tensor(name: str, recipe: Recipe, axes: Sequence[str]) -> Iterator[Atom]:
    shape, dims = recipe["shape"], len(recipe["shape"])

    def said(test: str, value: str = "") -> Atom:
        return Atom("input", name, test, value)

    yield said("dims", str(dims))
    yield from (said("other dims", str(other)) for other in range(1, 6) if other != dims)
    if 0 in shape:
        yield said("empty")
    yield said("one" if 1 in shape else "no one")
    for axis, size in zip(axes, shape, strict=True):
        yield said("size is one" if size == 1 else "size above one", axis)
        if axis not in ("batch", "channels"):
            yield said("odd" if size % 2 else "even", axis)
    inner = [(axis, size) for axis, size in zip(axes, shape, strict=True) if axis not in ("batch", "channels")]
    for (one, size), (other, wide) in combinations(inner, 2):
        yield said("sizes differ" if size != wide else "sizes equal", f"{one} and {other}")
    if recipe.get("layout"):
        yield said("layout", recipe["layout"])
        yield said("not contiguous")
    yield said("wants gradient" if recipe.get("grad", True) else "wants no gradient")
    if recipe["$fill"] in ("zeros", "ones"):
        yield said("constant")
    if recipe["$fill"] == "integers":
        yield said("integers")
    scale, shift = recipe.get("scale", 1.0), recipe.get("shift", 0.0)
    for bound in _ROUND:
        if max(scale, abs(shift)) >= bound:
            yield said("large", str(bound))
        if scale * bound <= 1 and abs(shift) * bound <= 1:
            yield said("small", str(1 / bound))
        if abs(shift) >= bound * scale:
            yield said("far", str(bound))
    if "dtype" in recipe:
        yield said("dtype", recipe["dtype"])


# The case, and its lines of Python.


def _of_the_case(case: Case) -> Iterator[Atom]:
    calls = sum(step["do"] == "call" for step in case["steps"])
    if calls:
        yield Atom("case", "", "several calls" if calls > 1 else "one call")
    if "new" in case:
        yield Atom("case", "", "loaded" if case.get("state") else "as constructed")
    yield Atom("case", "", "dtype", case.get("dtype", "float64"))
    if "default" in case:
        yield Atom("case", "", "default dtype", case["default"])
    if case.get("elsewhere"):
        yield Atom("case", "", "elsewhere")
    if case.get("backward") == "last":
        yield Atom("case", "", "backward last")
    if "listed" in case:
        yield Atom("case", "", "listed", case["listed"])


def _of_lines(case: Case) -> Iterator[Atom]:
    for step in case["steps"]:
        for line in step.get("lines", ()):
            yield from (Atom("lines", "", "use", used) for used in _used(line))


@lru_cache(maxsize=4096)
def _used(line: str) -> frozenset[str]:
    """What a line of Python uses that says what it is about: attributes, what it calls, flags and short texts."""
    used = frozenset(name for groups in _USED.findall(line) for name in groups if name)
    return used - _INCIDENTAL


@lru_cache(maxsize=4096)
def _assigned(line: str) -> tuple[str, Any] | None:
    """The variable to which a line gives a literal's value, and the value."""
    match = _ASSIGNED.match(line)
    return (match[1], _literal(match[2])) if match else None


@lru_cache(maxsize=4096)
def _calls_of(line: str, symbol: str) -> tuple[tuple[tuple[Any, ...], dict[str, Any]], ...]:
    """The arguments of a function's calls in a line: literals as plain data, variables as a `_Name`."""
    if f"{symbol}(" not in line:
        return ()
    try:
        tree = ast.parse(line.strip())
    except SyntaxError:
        return ()
    return tuple(
        (tuple(map(_literal, node.args)), {item.arg: _literal(item.value) for item in node.keywords if item.arg})
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == symbol
    )


def _literal(node: ast.expr | str) -> Any:
    """A literal as plain data; a `_Name` for anything else."""
    try:
        return plain(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, RecursionError):
        return _Name(node.id if isinstance(node, ast.Name) else "")
