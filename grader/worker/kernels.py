"""Replace kernels in torch's dispatcher by ones that refuse, for every kind of tensor; this cannot be undone."""

import ctypes
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch

from grader.worker.torch_surface import Patterns, namespaces, operators

_GRADIENTS = {
    "col2im": "im2col", "im2col": "col2im", "pixel_shuffle": "pixel_unshuffle", "pixel_unshuffle": "pixel_shuffle",
    "threshold_backward": "relu",
}  # fmt: skip
"""Kernels that are also the gradient of another operator: where that one is allowed, so is its gradient."""
_OF_GRADIENTS = ("CPU", "CUDA")
"""The keys under which autograd may need such a kernel."""


def replace(patterns: Patterns, refuse: Callable[[str], None], is_answers: Callable[[], bool]) -> None:
    """Replace the kernels of all operators of these names.

    Args:
        patterns: The names.
        refuse: Called with the operator's name when it is used; raises.
        is_answers: Whether a line of the answer is being executed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for namespace in namespaces():
            text, overloads = operators(namespace)
            bases = patterns.among(text)
            if bases:
                library: Any = torch._C._dispatch_library("IMPL", namespace, "", "", 0)
                for base in bases:
                    gradient_of = _GRADIENTS.get(base, "") if namespace == "aten" else ""
                    allowed = gradient_of if not patterns.among(gradient_of) else ""
                    _replace(library, f"{namespace}::{base}", overloads[base], allowed, refuse, is_answers)
                # With one reference too many and none in Python, nothing finds the library to remove its kernels.
                ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))


def _replace(
    library: Any,
    used: str,
    overloads: Mapping[str, Iterable[str]],
    gradient_of: str,
    refuse: Callable[[str], None],
    is_answers: Callable[[], bool],
) -> None:
    def refusing(*args: object, **kwargs: object) -> None:
        refuse(used)

    for name, keys in overloads.items():
        for key in keys:
            if not gradient_of:
                library.impl(name, key, refusing)
            elif key in _OF_GRADIENTS:
                kernel = torch.library.get_kernel(f"aten::{name}", key)
                library.impl(name, key, _gradient(used, gradient_of, kernel, refuse, is_answers), True)
            else:
                library.impl(name, key, refusing)


def _gradient(
    used: str, gradient_of: str, kernel: Any, refuse: Callable[[str], None], is_answers: Callable[[], bool]
) -> Callable[..., object]:
    """Let a kernel run where autograd needs it for an allowed operator, and the answer did not call it."""
    node_name = gradient_of.replace("_", "")

    def refusing(keys: object, *args: object, **kwargs: object) -> object:
        node = torch._C._current_autograd_node()
        if node is None or not node.name().lower().startswith(node_name + "backward") or is_answers():
            refuse(used)
        return kernel.call_boxed(keys, *args, **kwargs)

    return refusing
