"""Take out what runs torch's operators beside its dispatcher: TorchScript's compiler and executors.

A kernel that is off limits is replaced in the dispatcher (`kernels`), and what goes through it meets the replacement.
TorchScript has operators of its own, for oneDNN, and executors that call the functions behind the kernels directly
(the static runtime, NNC). What only serves these is taken out of parts that have kernels off limits.
"""

import sys
from collections.abc import Callable
from typing import Any

import torch

_KEPT = frozenset((
    "_jit_get_operation", "_jit_get_schemas_for_operator", "_jit_resolve_packet", "_jit_set_autocast_mode",
    "_jit_get_emit_hooks", "_jit_set_emit_hooks", "_jit_try_infer_type",
))  # fmt: skip
"""What ``torch.ops`` looks its operators up with, and what torch sets without compiling anything (``autocast``)."""
_GONE = (
    "parse_ir", "import_ir_module", "import_ir_module_from_buffer", "_create_function_from_graph",
    "_create_function_from_trace", "_create_function_from_trace_with_dict", "_create_graph_by_tracing",
    "_create_module_with_type", "_create_object_with_type", "_freeze_module", "_fuse_to_static_module",
    "_import_ir_module_from_package", "_load_for_lite_interpreter", "_load_for_lite_interpreter_from_buffer",
    "_load_jit_module_from_bytes", "_load_jit_module_from_file", "_load_mobile_module_from_bytes",
    "_load_mobile_module_from_file", "_nn_module_to_mobile", "_parse_source_def", "StaticModule", "LiteScriptModule",
    "_te", "_nativert", "_aoti", "_lazy", "_lazy_ts_backend",
)  # fmt: skip
"""Functions, classes and modules of ``torch._C`` that make, load or run graphs."""
_METHODS = {
    "CompilationUnit": ("define", "create_function"),
    "ScriptModule": ("_define", "_create_method_from_trace", "_create_method_from_trace_with_dict"),
    "StaticModule": ("__call__", "__init__"),
    "LiteScriptModule": ("__call__", "forward", "run_method"),
}
"""The same among the methods of its classes, which Python finds without their names."""
_LOOKUPS = ("_jit_get_operation", "_get_operation_overload")
_OWN = ("prim::mkldnn", "prim::onednn", "prim::static", "prim::tensorexpr", "prim::fusiongroup", "static_runtime::")
"""How the names of TorchScript's own operators begin that do the work of a layer, in small letters."""


def take_out(refuse: Callable[[str], None]) -> None:
    """Take them out of this process.

    Args:
        refuse: Called with a name where an answer asks for one of them; raises.
    """

    def refusing(*args: object, **kwargs: object) -> None:
        try:
            refuse("torch.jit")
        except RuntimeError as error:
            # Torch takes a RuntimeError, from what looks up its operators, for one that is not there.
            raise PermissionError(str(error)) from None

    bindings: dict[str, Any] = vars(torch._C)
    for kind, methods in _METHODS.items():
        for name in methods:
            if name in vars(bindings.get(kind, object)):
                setattr(bindings[kind], name, refusing)
    for kind in list(vars(bindings.get("_te", object)).values()):
        if isinstance(kind, type) and "__init__" in vars(kind):
            kind.__init__ = refusing  # type: ignore[misc]
    for name in [name for name in bindings if name.startswith("_jit_") and name not in _KEPT]:
        bindings[name] = refusing
    for name in _GONE:
        for home in (bindings, vars(torch)):
            if name in home:
                home[name] = refusing
        sys.modules.pop(f"torch._C.{name}", None)
    for name in _LOOKUPS:
        bindings[name] = _lookup(bindings[name], refusing)


def _lookup(original: Callable[..., object], refusing: Callable[[], None]) -> Callable[..., object]:
    def lookup(name: str, *args: object) -> object:
        # A text of an answer's own class could be one thing here and another below.
        plain = str.__str__(name)
        if plain.lower().startswith(_OWN):
            refusing()
        return original(plain, *args)

    return lookup
