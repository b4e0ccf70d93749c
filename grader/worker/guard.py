"""Refuse what an answer may not use, while it runs: torch's classes, functions and kernels raise and are recorded.

Everything is in place and armed before the first line of the answer. The kernels themselves are replaced in torch's
dispatcher, which cannot be undone from Python. All of this shares a process with the answer, so it is strong, not
proof.
"""

import os
import sys
import types
import weakref
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import nn

from grader.case import probe
from grader.model import Use
from grader.worker import callers, executors, gradients_off, kernels, reimplementations
from grader.worker.torch_surface import Patterns, classes, function_homes

_FOUNDATIONS = ("torch.nn.modules.module", "torch.nn.modules.container", "torch.nn.parameter")
_MAKER = probe._CaseRun.values.__code__
"""The code that makes what the judge hands to an answer."""

_FOREIGN_ROOTS = (
    os.path.dirname(os.path.dirname(torch.__file__)) + os.sep,
    os.path.dirname(os.__file__) + os.sep,
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep,
    "<frozen",
)
"""Where code that is not part of an answer comes from: packages, the standard library, the grader."""


class Guard:
    """What one part may not use.

    Args:
        off_limits: The fields of `grader.spec.OffLimits` as a plain dictionary.
    """

    answer_file = ""
    """The name under which the answer is compiled, to say on which line a use is."""

    def __init__(self, off_limits: Mapping[str, Any]) -> None:
        self.off_limits = off_limits
        self._kernels = Patterns(off_limits.get("kernels", ()), off_limits.get("allow", ()))
        self._classes = Patterns(off_limits.get("classes", ()), off_limits.get("allow", ()))
        self._functions = tuple(off_limits.get("functions", ()))
        named = [name.rpartition(".")[2] for name in self._functions]
        self._written = Patterns((*off_limits.get("kernels", ()), *named), off_limits.get("allow", ()))
        self._found: list[Use] = []
        self._banned: dict[type, str] = {}
        # Objects that the judge passes to the answer do not count as a use by the answer.
        self._given: weakref.WeakSet[object] = weakref.WeakSet()

    # In place before the answer is loaded.

    def give(self, thing: object) -> None:
        """Let the judge's own object be used, whatever its class is."""
        self._given.add(thing)

    def arm(self) -> None:
        """Refuse from now on; the kernels are replaced for good."""
        self._wrap()
        if self._written:
            reimplementations.take_out(self._written)
        if self._kernels:
            executors.take_out(self._refuse)
            kernels.replace(self._kernels, self._refuse, callers.is_answer_running)
        if self.off_limits.get("autograd"):
            gradients_off.take_out(self._refuse)

    def _wrap(self) -> None:
        if self._classes:
            names, kinds = classes()
            self._banned = dict(item for name in self._classes.among(names) for item in kinds[name])
            for kind, path in self._banned.items():
                # Without Module and the containers, of which the others are made, the others are of no use.
                if nn.Module not in self._banned or kind.__module__ in _FOUNDATIONS:
                    self._wrap_class(kind, path)
        wrapped: _Wrapped = {}
        for home, dotted, names in function_homes():
            listed = [name.rpartition(".") for name in self._functions]
            own = [name for module, _, name in listed if module == dotted]
            for name in [*own, *self._kernels.among(names)]:
                self._wrap_function(home, name, f"{dotted}.{name}", wrapped)

    def _wrap_class(self, kind: type, name: str) -> None:
        for attribute, function in list(vars(kind).items()):
            if isinstance(function, types.FunctionType) and attribute not in ("__new__", "__del__"):
                setattr(kind, attribute, self._method(function, name, attribute))

    def _method(self, function: types.FunctionType, used: str, attribute: str) -> Callable[..., object]:
        guard = self

        def method(*args: object, **kwargs: object) -> object:
            target = args[0] if args else None
            if not guard._is_given(target, attribute):
                guard._refuse(guard._banned_name(type(target)) or used)
            return function(*args, **kwargs)

        return _disguised(method, function)

    def _is_given(self, target: object, attribute: str) -> bool:
        try:
            if target in self._given:
                return True
            if attribute == "__init__" and callers.are_known(sys._getframe(2), maker=_MAKER):
                self._given.add(target)
                return True
        except TypeError:
            pass
        return False

    def _wrap_function(self, home: object, name: str, used: str, wrapped: "_Wrapped") -> None:
        original = getattr(home, name, None)
        if original is None or isinstance(original, type | types.ModuleType) or getattr(original, "_is_guard", False):
            return
        if id(original) not in wrapped:
            users: dict[int, int] = {}
            wrapped[id(original)] = (self._function(original, used, users), original, users)
        wrapped[id(original)][2].update(callers.users(name))
        try:
            setattr(home, name, wrapped[id(original)][0])
        except (AttributeError, TypeError):
            # A namespace that cannot be changed: the kernels are what is left.
            return

    def _function(self, original: Callable[..., object], used: str, users: dict[int, int]) -> Callable[..., object]:
        guard = self

        def function(*args: object, **kwargs: object) -> object:
            if not callers.is_user(sys._getframe(1), users):
                guard._refuse(used)
            return original(*args, **kwargs)

        function._is_guard = True  # type: ignore[attr-defined]
        return _disguised(function, original)

    # Once the answer is there.

    def check(self, value: object) -> None:
        """Record off-limits classes among the bases of a class, or in a module's tree."""
        if not self._banned:
            return
        kinds: Iterable[type] = [type(value)]
        if isinstance(value, type):
            kinds = [value]
        elif isinstance(value, nn.Module):
            try:
                kinds = [type(item) for item in nn.Module.modules(value) if item not in self._given]
            except Exception:
                kinds = [type(value)]
        for kind in kinds:
            used = self._banned_name(kind)
            if used:
                self._note(used, None)

    def _banned_name(self, kind: type) -> str | None:
        """The first off-limits class among a class and its bases, a public one where there is one."""
        names = [self._banned[base] for base in type.__dict__["__mro__"].__get__(kind) if base in self._banned]
        return next((name for name in names if name.count(".") == 2), names[0] if names else None)

    def take(self) -> list[Use]:
        """What was found since the last call: ``{"used": name, "line": line or None}``, each once."""
        uses, self._found = self._found, []
        return uses

    # When something is used.

    def _refuse(self, used: str) -> None:
        self._note(used, self._line())
        raise RuntimeError(f"off limits: {used}")

    def _note(self, used: str, line: int | None) -> None:
        finding: Use = {"used": used, "line": line}
        if finding not in self._found and len(self._found) < 100:
            self._found.append(finding)

    def _line(self) -> int | None:
        """The line of the innermost frame of the answer, where there is one."""
        frame: types.FrameType | None = sys._getframe(1)
        while frame is not None:
            file = frame.f_code.co_filename
            if file == self.answer_file or (not self.answer_file and not file.startswith(_FOREIGN_ROOTS)):
                return frame.f_lineno
            frame = frame.f_back
        return None


_Wrapped = dict[int, tuple[Callable[..., object], object, dict[int, int]]]
"""By the id of a function: its wrapper, itself (so that no other gets its id), and the code that may use it."""


def _disguised(function: Callable[..., object], original: object) -> Callable[..., object]:
    """Give a wrapper the name and signature's text of the original, but no way to it."""
    for attribute in ("__name__", "__qualname__", "__doc__", "__module__"):
        value = getattr(original, attribute, None)
        if isinstance(value, str):
            setattr(function, attribute, value)
    return function
