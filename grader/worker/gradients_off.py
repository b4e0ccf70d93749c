"""Take out autograd, for parts in which the gradient is what the student writes.

Nothing is recorded in the thread that runs the cases, and what would run a recorded graph, or carry tangents along,
refuses: reached by whatever name, in whatever thread.
"""

import sys
import types
from collections.abc import Callable

import torch

from grader.case import simulated

_RECORDERS = ("AutogradCPU", "AutogradCUDA", "AutogradPrivateUse1", "AutogradOther", "AutogradMeta", "ADInplaceOrView")
"""The dispatcher's keys under which operations are recorded."""
_RUNNERS = (
    # Every backward pass of Python goes through the first, torch.func's too.
    ("torch.autograd.graph", "_engine_run_backward"),
    ("torch._functorch.eager_transforms", "_grad_increment_nesting"),
    ("torch._functorch.eager_transforms", "_jvp_increment_nesting"),
    ("torch.autograd.forward_ad", "enter_dual_level"),
    ("torch.autograd.forward_ad", "make_dual"),
)  # fmt: skip


def take_out(refuse: Callable[[str], None]) -> None:
    """Take it out of this process.

    Args:
        refuse: Called with a name where an answer asks for it; raises.
    """

    def refusing(*args: object, **kwargs: object) -> None:
        refuse("torch.autograd")

    # It goes backward once, so that it has to be there before.
    simulated.register()
    for key in _RECORDERS:
        torch._C._dispatch_tls_set_dispatch_key_excluded(getattr(torch._C.DispatchKey, key), True)
    for dotted, name in _RUNNERS:
        original = getattr(sys.modules.get(dotted), name, None)
        # Others of torch's modules have it under the same name.
        for module in list(sys.modules.values()) if original is not None else ():
            if isinstance(module, types.ModuleType) and vars(module).get(name) is original:
                setattr(module, name, refusing)
    # The engine itself is a type that cannot be changed: the only object of it that torch has, and the type's name, go.
    vars(torch.autograd.variable)["Variable"]._execution_engine = None
    for name in ("_ImperativeEngine", "_EngineBase"):
        vars(torch._C).pop(name, None)
