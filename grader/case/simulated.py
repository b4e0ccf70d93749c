"""A simulated second device: its tensors compute on the CPU, and refuse to mix with the CPU's where CUDA's do.

It is the device that PyTorch keeps for backends written in Python. A tensor of it wraps one of the CPU, so every result
is that of the CPU, bit for bit. As on CUDA, tensors without dimensions mix with those of any device, an index may stay
on the CPU, `copy_` crosses over, and `Tensor.numpy` has to be preceded by `Tensor.cpu`.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from grader.case.simulated_tensor import SIMULATED, Simulated, is_simulated, run
from grader.model import Behind

_CPU = torch.device("cpu")
_FROM_DATA = (torch.tensor, torch.as_tensor, torch.asarray)
_TO_NUMPY = (torch.Tensor.numpy, torch.Tensor.__array__)
_SET_DATA = torch.Tensor.data.__set__  # type: ignore[attr-defined]
_INDEXED = (torch.Tensor.__getitem__, torch.Tensor.__setitem__)
_MOST_MADE = 64
_IN_PIECES = torch._C.DispatchKey.CompositeImplicitAutograd
"""Of operators that torch does by calling others."""
_HOMES = tuple(os.path.dirname(file) + os.sep for file in (torch.__file__, __file__))
"""Where the code is whose exceptions are about the device: torch's, and that which runs cases."""


class Simulation:
    """The device while a case runs on it, and what was seen there."""

    def __init__(self, answer_file: str = "") -> None:
        """See nothing yet.

        Args:
            answer_file: File name under which the answer was compiled, to find its lines.
        """
        self._file = answer_file
        self._made: dict[int, tuple[torch.Tensor, Behind]] = {}
        """By id, with themselves (so that no other gets the id): tensors that were made without asking for a device."""
        self.culprit: Behind | None = None
        """What made a tensor that was left on the CPU."""
        self._last: Behind | None = None
        self._failed: BaseException | None = None
        self._late: RuntimeError | None = None

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Let torch know the device, for the lines of a block."""
        register()
        with ExitStack() as stack:
            # The device has no thread of its own to go backward in.
            stack.enter_context(torch.autograd.set_multithreading_enabled(False))
            stack.enter_context(_Operators(self))
            stack.enter_context(_Functions(self))
            yield

    def cannot(self, error: BaseException) -> bool:
        """Whether a case ended in this exception because the simulation cannot do what was asked for.

        What an answer raises by itself is no such exception, whatever it says: it never passed through here.
        """
        return error is self._failed

    def note_failure(self, error: BaseException) -> None:
        """Remember an exception of torch's own about what has no kernel for the device."""
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        own = frame is not None and frame.tb_frame.f_code.co_filename.startswith(_HOMES)
        if own and (isinstance(error, NotImplementedError) or "INTERNAL ASSERT FAILED" in str(error)):
            self._failed = error

    def note_made(self, function: Callable[..., object], made: object, given: Sequence[object]) -> None:
        """Remember which call of the answer's made a tensor of the CPU: this one, or that which made what it got."""
        if isinstance(made, torch.Tensor) and not isinstance(made, Simulated):
            known = next((self._made[id(item)][1] for item in given if id(item) in self._made), None)
            called = known or self._called(_name_of(function))
            if called is not None:
                self._made[id(made)] = made, called
                self._last = called
            if len(self._made) > _MOST_MADE:
                del self._made[next(iter(self._made))]

    def blame(self, left: Iterable[object]) -> None:
        """Find out what made the tensors that were left behind."""
        known = [self._made[id(item)][1] for item in left if id(item) in self._made]
        self.culprit = self.culprit or next(iter(known), self._last)

    def refuse(self, left: Sequence[torch.Tensor], error: RuntimeError) -> None:
        """Raise because of tensors that were left behind; in a backward pass only when `settle` is called.

        Autograd ends the process where anything raises on its way back through this device.
        """
        if torch._C._current_graph_task_id() < 0:
            self.blame(left)
            raise error
        # Nothing is noted there: what an answer does in a backward pass of its own is called by autograd.
        self.culprit = self.culprit or self._called("")
        self._late = self._late or error

    def settle(self) -> None:
        """Raise what had to wait for the end of a backward pass."""
        late, self._late = self._late, None
        if late is not None:
            raise late

    def _called(self, used: str) -> Behind | None:
        """A function of torch, and where the answer called it; None where it did not."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename != self._file:
            frame = frame.f_back
        return None if frame is None else {"used": used, "within": frame.f_code.co_name, "line": frame.f_lineno}


def raw(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor on the CPU, without a history, where it is one of the simulated device; else itself."""
    return tensor.raw if isinstance(tensor, Simulated) else tensor


def move(module: nn.Module, device: str, dtype: torch.dtype) -> nn.Module:
    """``module.to(device, dtype)``, after which every parameter is still the same object, as on any other device."""
    if not is_simulated(device):
        return module.to(device=device, dtype=dtype)
    swaps, torchs = torch.__future__.get_swap_module_params_on_conversion(), torch.utils.swap_tensors
    torch.__future__.set_swap_module_params_on_conversion(True)
    torch.utils.swap_tensors = _swap
    try:
        return module.to(device=device, dtype=dtype)
    finally:
        torch.utils.swap_tensors = torchs
        torch.__future__.set_swap_module_params_on_conversion(swaps)


def _swap(one: Any, other: Any) -> None:
    """Exchange what two tensors are, whoever holds a view of them: a view stays with the old memory, as on CUDA."""
    one.__class__, other.__class__ = other.__class__, one.__class__
    one.__dict__, other.__dict__ = other.__dict__, one.__dict__
    hooks = one._backward_hooks
    torch._C._swap_tensor_impl(one, other)
    one._backward_hooks = hooks  # They are kept with what was exchanged, and a parameter takes its own along.


class _Operators(TorchDispatchMode):
    """Runs the operators that make tensors of the device."""

    def __init__(self, simulation: Simulation) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._simulation = simulation

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # Else torch imports its compiler, two thirds of a second in every child.
        return False

    def __torch_dispatch__(self, func: Any, types: object, args: Any = (), kwargs: Any = None) -> Any:
        # Where autograd is off limits, what it would have taken apart before arrives in one piece.
        if torch._C._dispatch_has_kernel_for_dispatch_key(func.name(), _IN_PIECES):
            with self:
                # Not by `decompose`, which would take torch's Python for it, where that has been taken out.
                return func._op_dk(_IN_PIECES, *args, **(kwargs or {}))
        return run(func, args, kwargs or {}, self._simulation.refuse)


class _Functions(TorchFunctionMode):
    """Does what ends in torch's own code before it reaches an operator."""

    def __init__(self, simulation: Simulation) -> None:
        super().__init__()
        self._simulation = simulation

    def __torch_function__(self, func: Any, types: object, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        try:
            done = _function(func, args, kwargs)
        except Exception as error:
            self._simulation.note_failure(error)
            raise
        self._simulation.note_made(func, done, args)
        return done


def _function(func: Any, args: Any, kwargs: Mapping[str, Any]) -> Any:
    """Call a function of torch, or what does the same without a kernel of the device's own."""
    first = args[0] if args else None
    if func in _FROM_DATA:
        data, rest = (first, args[1:]) if args else (kwargs["data"], ())
        return _from_data(func, data, rest, {key: item for key, item in kwargs.items() if key != "data"})
    if not isinstance(first, Simulated):
        return func(*args, **kwargs)
    if func is torch.Tensor.new_tensor:
        return _from_data(torch.tensor, args[1], (), {"dtype": first.dtype, "device": first.device, **kwargs})
    if func in _TO_NUMPY:
        raise TypeError(
            f"can't convert {first.device} device type tensor to numpy. "
            "Use Tensor.cpu() to copy the tensor to host memory first."
        )
    if func is torch.Tensor.tolist:
        return first.raw.tolist()
    if func is torch.Tensor.__format__:
        return format(first.raw, *args[1:])
    if func == _SET_DATA and isinstance(args[1], Simulated):
        first.raw = args[1].raw
    if func in _INDEXED:
        index = args[1]
        index = tuple(map(_index, index)) if isinstance(index, tuple) else _index(index)
        return func(first, index, *args[2:], **kwargs)
    return func(*args, **kwargs)


def _index(index: object) -> object:
    """An index as a tensor of the CPU where it is made of numbers."""
    return torch.tensor(index) if isinstance(index, (list, range, np.ndarray)) else index


def _from_data(func: Any, data: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """``torch.tensor`` and its like: where the device is asked for, made on the CPU and moved."""
    wanted = kwargs.get("device")
    device = torch.device(wanted) if wanted is not None else data.device if isinstance(data, torch.Tensor) else _CPU
    if device.type != SIMULATED and not isinstance(data, Simulated):
        return func(data, *args, **kwargs)
    dtype, grad = kwargs.get("dtype"), kwargs.get("requires_grad")
    if isinstance(data, torch.Tensor):
        # `torch.tensor` copies; the others give the same tensor back, with its history, where they can.
        copies = func is torch.tensor or kwargs.get("copy")
        made = (data.detach().clone() if copies else data).to(device=device, dtype=dtype or data.dtype)
    else:
        made = func(data, *args, dtype=dtype).to(device)
    return made.requires_grad_(grad) if grad else made


def _name_of(function: Callable[..., object]) -> str:
    """A function of torch as a person writes it."""
    name = getattr(function, "__name__", type(function).__name__)
    return f"torch.{name}" if getattr(torch, name, None) is function else name


_registered = False


def register() -> None:
    """Give torch's spare device its name, once in a process."""
    global _registered
    if _registered:
        return
    from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

    # The threads of autograd are counted at its first use: what was not there then gets none, and needs none.
    leaf = torch.zeros((), requires_grad=True)
    torch.autograd.grad(leaf + 1, leaf)
    _setup_privateuseone_for_python_backend(SIMULATED)
    # What looks for a device to use by itself (nn.DataParallel) must find what it found before.
    vars(torch)[SIMULATED].is_available = lambda: False
    _registered = True
