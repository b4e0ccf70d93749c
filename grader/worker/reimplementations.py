"""Torch's layers written once more in Python, on top of allowed kernels: their code is taken out of the worker.

For quantization torch has cells and layers of its own; for its compiler, for shapes without data (``meta``) and for
differentiation it decomposes operators. With these an answer could have a layer computed without any kernel that is off
limits. What torch does not use itself while it runs as usual is taken out by the server, before any answer is there; of
the decompositions, each child takes out those of what its part has off limits. To take out is to put other code into
the function itself, wherever else it is referenced: in tables, in closures, in modules by another name. What is not in
the process, and in no file that can be read (`sources`), cannot be run.
"""

import contextlib
import functools
import gc
import importlib
import linecache
import sys
import types
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.worker.torch_surface import Patterns

_GONE = (
    "torch.ao.nn", "torch.quantization", "torch.nn.quantized", "torch.nn.quantizable", "torch.nn.qat",
    "torch.nn.intrinsic", "torch.testing._internal", "torch.jit._decompositions", "torch._dynamo", "torch._inductor",
    "torch._numpy", "torch.onnx",
)  # fmt: skip
"""Packages and modules that torch does without: they are in no worker."""
_DECOMPOSITIONS = ("torch._decomp", "torch._refs", "torch._prims")
"""Packages that torch does not do without: what is off limits is taken out of them, and no answer imports them."""
_OUT: list[object] = []
"""The modules themselves: to take them apart would touch, and so copy, all of their memory in each child."""
_HELPERS = {
    "_normalize": "native_layer_norm", "_im2col_col2im_indices_along_dim": "im2col",
    "_compute_source_index": "upsample_linear1d", "_compute_scale": "upsample_linear1d",
    "_make_base_grid_4d": "affine_grid_generator", "_make_base_grid_5d": "affine_grid_generator",
}  # fmt: skip
"""Functions in them that do most of an operator's work, and that operator."""
_FILES = (
    "_decomp", "_refs", "_prims", "_inductor", "_dynamo", "_numpy", "ao", "quantization", "testing/_internal", "onnx",
    "nn/quantized", "nn/quantizable", "nn/qat", "nn/intrinsic", "nn/modules", "nn/functional.py", "nn/grad.py",
    "nn/__pycache__", "functional.py", "_tensor.py", "__pycache__", "jit", "_functorch", "_higher_order_ops", "csrc",
    "include",
)  # fmt: skip
"""What nobody reads of torch's folder: these, and what is in the process but whose text is nobody's business."""


def sources(torch_folder: Path) -> list[str]:
    """The files and folders of an installed torch that no answer may read."""
    return [str(torch_folder / name) for name in _FILES]


def refused_modules() -> tuple[str, ...]:
    """How the names of modules begin that no answer may import, each with a dot at the end."""
    return tuple(f"{name}." for name in (*_GONE, *_DECOMPOSITIONS))


def preload() -> None:
    """Take out what torch does without, and list the decompositions, once, before any answer is there."""
    _settle_torch()
    for function in _functions_of(_GONE):
        _take_out(function)
    _forget_modules(_loaded(_GONE))
    _stand_in_for_compiler()
    _stand_in_for_exporter()
    linecache.clearcache()  # torch has read its own text when it was imported
    # All that a child needs, so that it need not be made in each.
    functions = [function for found in _decompositions()[1].values() for function in found]
    for cells in {len(function.__code__.co_freevars) for function in functions}:
        _refusing(cells)
    _loaded(_DECOMPOSITIONS)


def take_out(patterns: Patterns) -> None:
    """Take out the decompositions of operators of these names, and hide all of them from the answer."""
    text, functions = _decompositions()
    for name in patterns.among(text):
        for function in functions[name]:
            _take_out(function)
    _forget_modules(_loaded(_DECOMPOSITIONS))


@functools.cache
def _decompositions() -> tuple[str, Mapping[str, list[types.FunctionType]]]:
    """The names of what torch decomposes, one per line, and the functions of each, with those defined inside."""
    by_name: dict[str, list[types.FunctionType]] = {}
    for function in _functions_of(_DECOMPOSITIONS):
        for plain in function.__qualname__.split("."):
            for name in {plain, plain.lstrip("_"), _HELPERS.get(plain, plain)}:
                by_name.setdefault(name, []).append(function)
    return "\n".join(by_name), by_name


def _functions_of(packages: tuple[str, ...]) -> list[types.FunctionType]:
    namespaces = {id(vars(sys.modules[name])) for name in _loaded(packages)}
    everything = gc.get_objects()
    return [item for item in everything if type(item) is types.FunctionType and id(item.__globals__) in namespaces]


@functools.cache
def _loaded(packages: tuple[str, ...]) -> list[str]:
    """The modules of these packages that have been imported, as it was when this was first asked."""
    beginnings = tuple(f"{package}." for package in packages)
    return [name for name in sys.modules if f"{name}.".startswith(beginnings)]


def _forget_modules(names: Iterable[str]) -> None:
    for name in names:
        home, _, last = name.rpartition(".")
        if home in sys.modules:
            vars(sys.modules[home]).pop(last, None)
        _OUT.append(sys.modules.pop(name, None))


def _take_out(function: types.FunctionType) -> None:
    function.__code__ = _refusing(len(function.__code__.co_freevars))


@functools.cache
def _refusing(cells: int) -> types.CodeType:
    """The code of a function that refuses; a function's new code must have as many variables of its surroundings."""
    names = [f"v{number}" for number in range(cells)]
    lines = ["def around():", *(f"    {name} = None" for name in names)]
    lines += ["    def refused(*args, **kwargs):", "        raise RuntimeError('off limits: torch in Python')"]
    lines += [f"        {name}" for name in names]
    space: dict[str, Any] = {}
    exec("\n".join([*lines, "    return refused"]), space)
    code: types.CodeType = space["around"]().__code__
    return code


def _settle_torch() -> None:
    """Have torch look for what it may want, for ``torch.vmap`` and forward differentiation, for the last time."""
    with contextlib.suppress(ImportError, AttributeError):
        vmap: Any = importlib.import_module("torch._functorch.vmap")
        vmap.lazy_load_decompositions()
    for home, name, settled in (
        ("torch.autograd.forward_ad", "_maybe_load_decompositions", lambda: None),
        ("torch.testing._comparison", "_HAS_DTENSOR", False),
    ):
        module = importlib.import_module(home)
        if hasattr(module, name):
            setattr(module, name, settled)
    torch: Any = importlib.import_module("torch")
    torch.broadcast_shapes = torch.functional.broadcast_shapes = _broadcast_shapes


def _broadcast_shapes(*shapes: int | Sequence[int]) -> Any:
    """What ``torch.broadcast_shapes`` asks of the decompositions.

    Raises:
        RuntimeError: where a dimension has two sizes, neither of them 1, or a negative one.
    """
    result: list[int] = []
    for shape in shapes:
        sizes = [shape] if isinstance(shape, int) else [*shape]
        result[:0] = [1] * (len(sizes) - len(result))
        for place, size in enumerate(reversed(sizes), 1):
            if size < 0:
                raise RuntimeError(f"Trying to create tensor with negative dimension ({size}): ({size})")
            if result[-place] == 1:
                result[-place] = size
            elif size not in (1, result[-place]):
                raise RuntimeError(f"Shape mismatch: objects cannot be broadcast to a single shape: {shapes}")
    return sys.modules["torch"].Size(result)


def _stand_in_for_compiler() -> None:
    """Give torch something to call where it says what is not to be compiled, in optimizers, checkpoints, torch.func."""

    def unchanged(thing: Any = None, *args: object, **kwargs: object) -> Any:
        return thing if callable(thing) else lambda function: function

    compiler: Any = types.ModuleType("torch._dynamo")
    compiler.disable = compiler.allow_in_graph = compiler.disallow_in_graph = unchanged
    compiler.assume_constant_result = compiler.forbid_in_graph = compiler.nonstrict_trace = unchanged
    compiler.graph_break = compiler.reset = compiler.mark_static = compiler.mark_dynamic = lambda *args, **kwargs: None
    compiler.is_compiling = compiler.is_dynamo_supported = lambda: False
    compiler.config = types.SimpleNamespace(error_on_nested_fx_trace=True)
    compiler.compiled_autograd = types.SimpleNamespace(_disable=contextlib.nullcontext)
    sys.modules["torch._dynamo"] = compiler
    vars(sys.modules["torch"])["_dynamo"] = compiler


def _stand_in_for_exporter() -> None:
    """Answer the layers that ask whether they are being exported: they are not."""
    exporter: Any = types.ModuleType("torch.onnx")
    exporter.is_in_onnx_export = lambda: False
    sys.modules["torch.onnx"] = exporter
    vars(sys.modules["torch"])["onnx"] = exporter
