"""All that torch offers by name: its operators, its classes, and where it keeps its functions."""

import functools
import re
import sys
import types
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

import torch
from torch import nn

_KEYS = (
    "CPU", "CUDA", "MkldnnCPU", "SparseCPU", "SparseCUDA", "SparseCsrCPU", "SparseCsrCUDA", "QuantizedCPU",
    "QuantizedCUDA", "NestedTensorCPU", "NestedTensorCUDA", "NestedTensorHPU", "FuncTorchVmapMode",
    "CompositeImplicitAutograd",
    "CompositeImplicitAutogradNestedTensor", "CompositeExplicitAutograd", "CompositeExplicitAutogradNonFunctional",
)  # fmt: skip
"""The dispatcher's keys under which a kernel can compute something: others pass on to one of these, or know shapes."""


_NO_KERNELS = ("_convert_", "convert_", "__")
"""How names begin that are not meant: what converts has "conv" in its name too."""


class Patterns:
    """Patterns of names, and those that are allowed all the same."""

    def __init__(self, patterns: Iterable[str], allowed: Iterable[str]) -> None:
        # To look for a pattern's longest literal piece is many times quicker than to match every name.
        self._patterns = [(pattern, max(re.split(r"[*?]|\[.*?\]", pattern), key=len)) for pattern in patterns]
        self._allowed = tuple(allowed)

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def among(self, lines: str) -> list[str]:
        """The names meant, in a text of one name per line; of functions also those in place (``relu_``)."""
        matching: dict[str, None] = {}
        for pattern, piece in self._patterns:
            at = lines.find(piece)
            while 0 <= at < len(lines):
                start, end = lines.rfind("\n", 0, at) + 1, lines.find("\n", at)
                name = lines[start:end] if end >= 0 else lines[start:]
                if fnmatchcase(name, pattern) or fnmatchcase(name.removesuffix("_"), pattern):
                    matching[name] = None
                at = lines.find(piece, end + 1) if end >= 0 else -1
        return [name for name in matching if not name.startswith(_NO_KERNELS) and not self._allows(name)]

    def _allows(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self._allowed)


def preload() -> None:
    """List torch's operators, classes and functions once, in the process from which the children are forked."""
    _operators()
    classes()
    function_homes()


def namespaces() -> list[str]:
    """The namespaces of torch's operators (``aten``, ``quantized`` and others)."""
    return list(_operators())


def operators(namespace: str) -> tuple[str, Mapping[str, Mapping[str, list[str]]]]:
    """The operators of a namespace, one per line, and of each the overloads, with the keys that have a kernel."""
    return _operators()[namespace]


@functools.cache
def _operators() -> dict[str, tuple[str, Mapping[str, Mapping[str, list[str]]]]]:
    found: dict[str, dict[str, dict[str, list[str]]]] = {}
    for key in _KEYS:
        for name in torch._C._dispatch_get_registrations_for_dispatch_key(key):
            namespace, _, overload = name.partition("::")
            base = overload.partition(".")[0]
            if _passes_on(namespace, overload, key):
                continue
            found.setdefault(namespace, {}).setdefault(base, {}).setdefault(overload, []).append(key)
    return {namespace: ("\n".join(bases), bases) for namespace, bases in found.items()}


def _passes_on(namespace: str, overload: str, key: str) -> bool:
    """Whether a kernel calls another overload of the operator, or only reads what packed weights were made with."""
    if namespace == "aten":
        return key == "CompositeExplicitAutograd" and overload.endswith("out")
    return key == "CompositeImplicitAutograd"


@functools.cache
def classes() -> tuple[str, Mapping[str, list[tuple[type, str]]]]:
    """The names of the classes of ``torch.nn``, one per line, and of each the classes, with the path people know."""
    by_name: dict[str, list[tuple[type, str]]] = {}
    for module in [nn, *(item for name, item in sys.modules.items() if name.startswith("torch.nn.modules."))]:
        for kind in list(vars(module).values()):
            if isinstance(kind, type) and kind.__module__.startswith("torch.nn"):
                public = vars(nn).get(kind.__name__) is kind
                path = f"torch.nn.{kind.__name__}" if public else f"{kind.__module__}.{kind.__name__}"
                if not public and not issubclass(kind, nn.Module):
                    # A metaclass, a named tuple: nothing that does the work of a layer.
                    continue
                if (kind, path) not in by_name.setdefault(kind.__name__, []):
                    by_name[kind.__name__].append((kind, path))
    return "\n".join(by_name), by_name


@functools.cache
def function_homes() -> list[tuple[Any, str, str]]:
    """Where torch keeps functions, the most public place first: the object, its name, and its members, one per line."""
    homes: list[tuple[Any, str]] = [
        (nn.functional, "torch.nn.functional"), (torch, "torch"), (torch.Tensor, "torch.Tensor"),
        (torch.special, "torch.special"), (torch.functional, "torch.functional"), (torch._C._nn, "torch._C._nn"),
    ]  # fmt: skip
    for dotted in (
        "torch._VF",
        "torch._refs",
        "torch._refs.nn.functional",
        "torch._refs.special",
        "torch._decomp.decompositions",
    ):
        module = sys.modules.get(dotted)
        if isinstance(module, types.ModuleType):
            homes.append((module, dotted))
    return [
        (home, dotted, "\n".join(name for name in dir(home) if callable(getattr(home, name, None))))
        for home, dotted in homes
    ]
