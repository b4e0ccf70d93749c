"""Refuse what an answer may not use, while it runs: torch's classes, functions and kernels raise and are recorded.

Everything is put in place before the answer is loaded, and lets it pass until then: an answer may well have scratch
code. Once armed, the kernels themselves are replaced in torch's dispatcher, which cannot be undone from Python. All of
this shares a process with the answer, so it is strong, not proof.
"""

import ctypes
import itertools
import os
import sys
import types
import warnings
import weakref
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import nn

from grader.model import Use
from grader.worker.torch_surface import OTHER_NAMESPACES, Patterns, classes, function_homes, operators

_KEYS = ("CPU", *(("CUDA",) if torch.version.cuda or torch.version.hip else ()))
"""A kernel of a device is all it takes: with one there, autograd passes composite operators on to it."""
_GRADIENTS = {
    "col2im": "im2col", "im2col": "col2im", "pixel_shuffle": "pixel_unshuffle", "pixel_unshuffle": "pixel_shuffle",
    "threshold_backward": "relu",
}  # fmt: skip
"""Kernels that are also the gradient of another operator: where that one is allowed, so is its gradient."""
_IMPLEMENTERS = (
    "torch.nn.functional", "torch.functional", "torch._tensor", "torch._tensor_str", "torch.nn.init", "torch.special",
    "torch.nn.modules", "torch.optim", "torch.distributions", "torch.linalg",
)  # fmt: skip
"""Modules of torch that call functions of torch as part of their own work."""
_CALL_BACK = ("torch.nn.modules.module", "torch.nn.modules.container", "torch.nn.modules.lazy")
"""Modules of torch that call what they are given."""

_FOUNDATIONS = ("torch.nn.modules.module", "torch.nn.modules.container", "torch.nn.parameter")

_TORCH_ROOT = os.path.dirname(torch.__file__) + os.sep
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
        answer_file: The name under which the answer is compiled, to say on which line a use is.
    """

    def __init__(self, off_limits: Mapping[str, Iterable[str]], answer_file: str = "") -> None:
        self._kernels = Patterns(off_limits.get("kernels", ()), off_limits.get("allow", ()))
        self._classes = Patterns(off_limits.get("classes", ()), off_limits.get("allow", ()))
        self._functions = tuple(off_limits.get("functions", ()))
        self._answer_file = answer_file
        self._armed = False
        self._found: list[Use] = []
        self._banned: dict[type, str] = {}
        # Objects that the judge passes to the answer do not count as a use by the answer.
        self._given: weakref.WeakSet[object] = weakref.WeakSet()

    # In place before the answer is loaded.

    def prepare(self) -> None:
        """Wrap classes and functions, so that references the answer takes while it is loaded are caught later."""
        if self._classes:
            names, kinds = classes()
            self._banned = dict(item for name in self._classes.among(names) for item in kinds[name])
            for kind, path in self._banned.items():
                # Without Module and the containers, of which the others are made, the others are of no use.
                if nn.Module not in self._banned or kind.__module__ in _FOUNDATIONS:
                    self._wrap_class(kind, path)
        wrapped: dict[int, tuple[Callable[..., object], object]] = {}
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
            if guard._armed:
                target = args[0] if args else None
                if not guard._is_given(target, attribute):
                    guard._refuse(guard._banned_name(type(target)) or used)
            return function(*args, **kwargs)

        return _disguised(method, function)

    def _is_given(self, target: object, attribute: str) -> bool:
        try:
            if target in self._given:
                return True
            if attribute == "__init__" and _is_judges(sys._getframe(2)):
                self._given.add(target)
                return True
        except TypeError:
            pass
        return False

    def _wrap_function(
        self, home: object, name: str, used: str, wrapped: dict[int, tuple[Callable[..., object], object]]
    ) -> None:
        original = getattr(home, name, None)
        if original is None or isinstance(original, type | types.ModuleType) or getattr(original, "_is_guard", False):
            return
        if id(original) not in wrapped:
            wrapped[id(original)] = (self._function(original, used), original)
        try:
            setattr(home, name, wrapped[id(original)][0])
        except (AttributeError, TypeError):
            # A namespace that cannot be changed: the kernels are what is left.
            return

    def _function(self, original: Callable[..., object], used: str) -> Callable[..., object]:
        guard = self

        def function(*args: object, **kwargs: object) -> object:
            if guard._armed and not _is_torchs_own(sys._getframe(1)):
                guard._refuse(used)
            return original(*args, **kwargs)

        function._is_guard = True  # type: ignore[attr-defined]
        return _disguised(function, original)

    # Once the answer is loaded.

    def arm(self) -> None:
        """Refuse from now on, and replace the kernels; this cannot be undone."""
        self._armed = True
        if not self._kernels:
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for namespace in ("aten", *OTHER_NAMESPACES):
                text, overloads = operators(namespace)
                bases = self._kernels.among(text)
                if bases:
                    self._replace(namespace, {base: overloads[base] for base in bases})

    def _replace(self, namespace: str, operators: Mapping[str, Iterable[str]]) -> None:
        library: Any = torch._C._dispatch_library("IMPL", namespace, "", "", 0)
        for base, names in operators.items():
            gradient_of = _GRADIENTS.get(base, "") if namespace == "aten" else ""
            if self._kernels.among(gradient_of):
                gradient_of = ""
            refuse = self._kernel(f"{namespace}::{base}")
            for name, key in itertools.product(names, _KEYS):
                if not torch._C._dispatch_has_computed_kernel_for_dispatch_key(f"{namespace}::{name}", key):
                    continue
                if gradient_of:
                    kernel = torch.library.get_kernel(f"aten::{name}", key)
                    library.impl(name, key, self._gradient_kernel(base, gradient_of, kernel), True)
                else:
                    library.impl(name, key, refuse)
        # With one reference too many and none in Python, nothing can find the library to remove its kernels.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))

    def _kernel(self, used: str) -> Callable[..., object]:
        def refuse(*args: object, **kwargs: object) -> None:
            self._refuse(used)

        return refuse

    def _gradient_kernel(self, base: str, gradient_of: str, kernel: Any) -> Callable[..., object]:
        """Let a kernel run where autograd needs it for an allowed operator, and the answer did not call it."""
        node_name = gradient_of.replace("_", "")

        def refuse(keys: object, *args: object, **kwargs: object) -> object:
            node = torch._C._current_autograd_node()
            if node is None or not node.name().lower().startswith(node_name + "backward") or self._line()[1]:
                self._refuse(f"aten::{base}")
            return kernel.call_boxed(keys, *args, **kwargs)

        return refuse

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
        self._note(used, self._line()[0])
        raise RuntimeError(f"off limits: {used}")

    def _note(self, used: str, line: int | None) -> None:
        finding: Use = {"used": used, "line": line}
        if finding not in self._found and len(self._found) < 100:
            self._found.append(finding)

    def _line(self) -> tuple[int | None, bool]:
        """The line of the innermost frame of the answer, and whether there is such a frame."""
        frame: types.FrameType | None = sys._getframe(1)
        while frame is not None:
            file = frame.f_code.co_filename
            if file == self._answer_file or (not self._answer_file and not file.startswith(_FOREIGN_ROOTS)):
                return frame.f_lineno, True
            frame = frame.f_back
        return None, False


def _disguised(function: Callable[..., object], original: object) -> Callable[..., object]:
    """Give a wrapper the name and signature's text of the original, but no way to it."""
    for attribute in ("__name__", "__qualname__", "__doc__", "__module__"):
        value = getattr(original, attribute, None)
        if isinstance(value, str):
            setattr(function, attribute, value)
    return function


def _is_torchs_own(frame: types.FrameType) -> bool:
    """Whether a call comes from code of torch that does its own work, rather than passing on what it was given."""
    name = frame.f_globals.get("__name__")
    if not isinstance(name, str) or not name.startswith(_IMPLEMENTERS) or name in _CALL_BACK:
        return False
    module = sys.modules.get(name)
    return module is not None and vars(module) is frame.f_globals


def _is_judges(frame: types.FrameType | None) -> bool:
    """Whether the first caller outside torch is the probe, making the arguments of a case."""
    while frame is not None and frame.f_code.co_filename.startswith(_TORCH_ROOT):
        frame = frame.f_back
    probe = sys.modules.get("grader.case.probe")
    return (
        frame is not None and probe is not None and frame.f_globals is vars(probe) and frame.f_code.co_name == "values"
    )
