"""Programs about modules and containers: written as text, or drawn together with a model of what their variables hold.

A line drawn at random means little. `Tree`, here, and `Row` and `Table` of `grader.spec.containers` note what every
line does to the modules it is about, and draw the next one from those that make sense there (model-based testing). See
`grader.spec.program`.
"""

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from hypothesis import strategies as st

from grader.model import DeclaredCase
from grader.spec.cases import listed, program

__all__ = ["NAMES", "Lines", "Tree", "statements", "written"]


Item = TypeVar("Item")

Slot = tuple[str, str | None]
"""What a name holds: its kind (parameter, buffer, module, plain) and the variable in it, if any."""

NAMES = ("x", "y", "z")
"""Names that are set and registered in a `Tree`."""

# Two parameters are equal, and must not be taken for one.
_PARAMETERS = {"p": "torch.ones(2)", "q": "torch.zeros(2, 3)", "w": "torch.ones(2)", "s": "torch.arange(3.0)"}
_TENSORS = {"t": "torch.ones(2)", "u": "torch.arange(3.0)"}
_PLAIN = ("3", "'text'", "[nn.Parameter(torch.ones(1))]")
# Each module may hold those after it, so there is no circle.
_MODULES = ("m", "a", "b")


def statements(text: str) -> list[str]:
    """The statements of Python text, each as it is written there; semicolons separate those on one line."""
    return [ast.get_source_segment(text, node) or "" for node in ast.parse(text).body]


def written(text: str, given: Mapping[str, str]) -> list[DeclaredCase]:
    """Programs that are written out, each on a line of its own, with semicolons between its statements.

    A line like ``# values`` names the criterion of the programs after it, one like ``# errors: a name that is taken``
    also the item of the lesson's list of bad arguments (see `listed`); an indented line goes on with its program.
    ``given`` has the statement that makes a variable or a class, by its name: a program begins with those of the names
    that it uses and does not make itself, in that order.
    """
    cases: list[DeclaredCase] = []
    criterion, item = None, ""
    for line in re.sub(r"\n +", " ", text).split("\n"):
        if line.startswith("# "):
            criterion, _, item = line.removeprefix("# ").partition(": ")
        elif line:
            case = program(*_needed(line, given), *statements(line), criterion=criterion)
            cases += listed(item, case) if item else [case]
    return cases


def _needed(text: str, given: Mapping[str, str]) -> list[str]:
    names = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)]
    made = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    used = {node.id for node in names} - made
    return [statement for name, statement in given.items() if name in used]


class Lines:
    """The lines of a program so far, and the draws that decide how it goes on."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw, self.lines = draw, list[str]()

    def add(self, *lines: str) -> None:
        """Add lines at the end."""
        self.lines += lines

    def pick(self, options: Iterable[Item]) -> Item:
        """One of some options, the first the simplest."""
        return self.draw(st.sampled_from(list(options)))

    def number(self, low: int, high: int) -> int:
        """A number; inclusive bounds."""
        return self.draw(st.integers(low, high))

    def coin(self) -> bool:
        """True every other time."""
        return self.draw(st.booleans())

    def rarely(self, times: int = 4) -> bool:
        """True once in so many times."""
        return self.number(0, times - 1) == times - 1

    def asked(self, queries: Sequence[str]) -> list[str]:
        """One to three of some questions, at most one of them by ``pop``, which comes last."""
        chosen = self.draw(st.lists(st.sampled_from(queries), min_size=1, max_size=3, unique=True))
        taking = [line for line in chosen if ".pop(" in line]
        return [line for line in chosen if line not in taking] + taking[:1]

    def case(self, *more: str, criterion: str) -> DeclaredCase:
        """The program of all lines, and a few more, for a criterion."""
        return program(*self.lines, *more, criterion=criterion)


class Tree(Lines):
    """A program about the module ``m`` and those below it, and a model of what they hold.

    A line that only acts starts with ``_ =``, since what such methods return is another question.
    """

    def __init__(self, draw: st.DrawFn) -> None:
        super().__init__(draw)
        self.held: dict[str, dict[str, Slot]] = {}
        """What each module holds, by name."""
        self.known: set[str] = set()
        """Variables that hold a parameter or a tensor."""
        self.module("m")

    @property
    def parameters(self) -> list[str]:
        """The parameter variables that are in use, in a fixed order."""
        return [name for name in _PARAMETERS if name in self.known]

    def module(self, name: str) -> str:
        """A module variable, made where it is new."""
        if name not in self.held:
            self.add(f"{name} = Module()")
            self.held[name] = {}
        return name

    def parameter(self) -> str:
        """A parameter variable, made where it is new."""
        return self._made(self.pick(_PARAMETERS), _PARAMETERS, "nn.Parameter({})")

    def tensor(self) -> str:
        """A variable that holds a plain tensor, made where it is new."""
        return self._made(self.pick(_TENSORS), _TENSORS, "{}")

    def _made(self, name: str, values: Mapping[str, str], form: str) -> str:
        if name not in self.known:
            self.known.add(name)
            self.add(f"{name} = {form.format(values[name])}")
        return name

    def below(self, owner: str) -> Sequence[str]:
        """The modules that one may hold."""
        return _MODULES[_MODULES.index(owner) + 1 :]

    def free(self, owner: str) -> list[str]:
        """The names that a module does not hold."""
        return [name for name in NAMES if name not in self.held[owner]]

    def slot(self) -> tuple[str, str, Slot | None]:
        """A module, a name, and what the name holds there."""
        owner = self.pick(self.held)
        name = self.pick(self.held[owner] if self.held[owner] and self.coin() else NAMES)
        return owner, name, self.held[owner].get(name)

    def paths(self, kind: str, owner: str = "m", prefix: str = "") -> list[str]:
        """The dotted names, from a module on, of everything of a kind that is not None."""
        names: list[str] = []
        for name, (what, variable) in self.held[owner].items():
            if variable is not None:
                names += [prefix + name] if what == kind else []
                names += self.paths(kind, variable, f"{prefix}{name}.") if what == "module" else []
        return names

    def set_parameter(self, owner: str, name: str) -> None:
        """Any name accepts a parameter."""
        self._set(owner, name, "parameter", self.parameter())

    def set_module(self, owner: str, name: str) -> None:
        """Any name but a parameter's accepts a module."""
        self._set(owner, name, "module", self.module(self.pick(self.below(owner))))

    def set_none(self, owner: str, name: str) -> None:
        """Any name accepts None, and keeps its kind."""
        self._set(owner, name, None, None)

    def set_tensor(self, owner: str, name: str) -> None:
        """A buffer's name, or an ordinary one, accepts a tensor."""
        self._set(owner, name, None, self.tensor())

    def set_plain(self, owner: str, name: str) -> None:
        """An ordinary name accepts anything."""
        self._set(owner, name, "plain", self.pick(_PLAIN))

    def register_parameter(self, owner: str, name: str) -> None:
        """A new name, or a parameter's."""
        variable = self.parameter() if self.pick([True, False]) else None
        self._set(owner, name, "parameter", variable, "_ = {}.register_parameter('{}', {})")

    def register_buffer(self, owner: str, name: str) -> None:
        """A new name, or a buffer's."""
        variable = self.tensor() if self.pick([True, True, True, False]) else None
        persistent = self.pick(["", ", persistent=False", ", persistent=True"])
        self._set(owner, name, "buffer", variable, f"_ = {{}}.register_buffer('{{}}', {{}}{persistent})")

    def register_module(self, owner: str, name: str) -> None:
        """A new name, or a child's."""
        child = self.module(self.pick(self.below(owner))) if self.pick([True, True, False]) else None
        method = self.pick(["add_module", "register_module"])
        self._set(owner, name, "module", child, f"_ = {{}}.{method}('{{}}', {{}})")

    def delete(self, owner: str, name: str) -> None:
        """A name that is there."""
        self.add(f"del {owner}.{name}")
        del self.held[owner][name]

    def _set(self, owner: str, name: str, kind: str | None, variable: str | None, line: str = "{}.{} = {}") -> None:
        self.add(line.format(owner, name, variable))
        self.held[owner][name] = (kind or self.held[owner].get(name, ("plain", None))[0], variable)

    def operations(self, owner: str, slot: Slot | None) -> list[Callable[[str, str], None]]:
        """What can be done to a name that holds this; what is listed twice is drawn twice as often."""
        allowed: list[tuple[Callable[[str, str], None], str]] = [
            (self.set_parameter, "nothing plain parameter buffer module"),
            (self.set_module, "nothing plain buffer module"),
            (self.set_module, "nothing"),
            (self.delete, "plain parameter buffer module"),
            (self.set_none, "nothing plain parameter buffer module"),
            (self.register_parameter, "nothing parameter"),
            (self.register_buffer, "nothing buffer"),
            (self.register_module, "nothing module"),
            (self.set_tensor, "nothing plain buffer"),
            (self.set_plain, "nothing plain"),
        ]
        barren = () if self.below(owner) else (self.set_module, self.register_module)
        kind = slot[0] if slot else "nothing"
        return [operation for operation, kinds in allowed if kind in kinds.split() and operation not in barren]

    def operate(self) -> None:
        """Add a line that does something to a name."""
        owner, name, slot = self.slot()
        self.pick(self.operations(owner, slot))(owner, name)

    def grow(self, low: int, high: int) -> None:
        """Fill a few new names with parameters, buffers and children."""
        for _ in range(self.number(low, high)):
            owner = self.pick(self.held)
            if free := self.free(owner):
                children = [self.set_module] * 3 if self.below(owner) else []
                self.pick([self.set_parameter] * 3 + [self.register_buffer] * 2 + children)(owner, free[0])
