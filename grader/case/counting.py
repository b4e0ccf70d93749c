"""Count what a call costs: the tensor operations that it dispatches and, where its work leaves torch, lines of Python.

Nothing of torch is patched. What a counted call returns is judged like what any other returns, so an answer that finds
out that it is counted gains nothing by returning something else.
"""

import _thread
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from types import FrameType, TracebackType
from typing import Any

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from grader.model import Observation

_LEAVING = frozenset(("tolist", "numpy", "untyped_storage", "_to_dlpack", "_to_dlpack_versioned", "to_dlpack"))
"""Functions of torch by which numbers leave it in bulk; one by one, they are operations."""
_STARTING = frozenset(("start_new_thread", "start_joinable_thread"))
_NUMPY = os.path.dirname(np.__file__) + os.sep


class _History(IntEnum):
    """How much of what a call has done is in autograd's graph."""

    WHOLE = 0
    IN_PYTHON = 1
    """A `torch.autograd.Function` is in it, which may have done anything."""
    NONE = 2


class Counter:
    """Counts while it is entered, as often as it is entered."""

    def __init__(self, answer_file: str, all_lines: bool = False) -> None:
        """Count nothing yet.

        Args:
            answer_file: File name under which the answer was compiled; without one, lines are not counted.
            all_lines: Count them whatever the graph holds: it may be the graph of something else.
        """
        self._mode, self._file, self._all_lines = _Dispatched(), answer_file, all_lines
        self._lines = 0
        self._left = False
        """Whether floating numbers left torch, as far as Python sees it."""
        self._escaped = False
        self._history = _History.WHOLE
        self._traces = bool(answer_file)
        self._hooks = 0

    def __enter__(self) -> None:
        self._mode.__enter__()  # type: ignore[no-untyped-call]
        if self._traces:
            sys.setprofile(self._called)
            sys.settrace(self._frame)
            self._hooks = _Audit.hooks

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._traces:
            self._escaped |= _thread._count() > _Audit.threads or self._hooks != _Audit.hooks
            sys.settrace(None)
            sys.setprofile(None)
        self._mode.__exit__(kind, error, traceback)  # type: ignore[no-untyped-call]

    def look_at(self, outputs: Iterable[torch.Tensor]) -> bool:
        """Look at the history of what a call returned with gradients on: whether some of it is not in the graph.

        In the graph no loop can hide: what is done there is done again, backward, and counted. To be called once.
        """
        self._history = max([self._history, *map(_history, outputs)])
        # Then a backward pass runs no line of Python, and to look for them takes longer than the pass.
        self._traces &= self._history is not _History.WHOLE
        return self._history is not _History.WHOLE

    def note(self, observation: Observation) -> None:
        """Add what was counted to an observation."""
        observation["ops"] = observation.get("ops", 0) + sum(self._mode.seen.values())
        names = {str(operation) for operation in self._mode.asked}
        observation["seen"] = sorted(names.union(observation.get("seen", ())))
        outside = self._all_lines or self._history is _History.NONE
        outside = outside or (self._history is _History.IN_PYTHON and self._left)
        observation["own_lines"] = observation.get("own_lines", 0) + (self._lines if outside else 0)
        escaped = self._escaped and self._history is not _History.WHOLE
        observation["uncounted"] = observation.get("uncounted", False) or escaped

    def _frame(self, frame: FrameType, event: str, argument: object) -> Callable[..., Any] | None:
        """Trace the answer's frames line by line; of NumPy's own, which may loop for it, only that they begin."""
        file = frame.f_code.co_filename
        if file == self._file or (file.startswith("<") and not file.startswith("<frozen")):
            return self._line(frame, "line", None)
        if file.startswith(_NUMPY) and not file.endswith("arrayprint.py"):
            self._lines += 1
        return None

    def _called(self, frame: FrameType, event: str, function: object) -> None:
        """Note where threads start, and where floating numbers leave torch; integers may be indices, computed so."""
        name = getattr(function, "__name__", "") if event == "c_call" else ""
        self._escaped |= name in _STARTING
        if name in _LEAVING:
            tensor = getattr(function, "__self__", None)
            self._left |= not isinstance(tensor, torch.Tensor) or tensor.is_floating_point()
        # A loop over these may be one line: map(operator.mul, ...).
        self._lines += _plain_numbers(name, getattr(function, "__self__", None)) if name else 0

    def _line(self, frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
        if event == "line":
            self._lines += 1
            self._escaped |= not _are_dispatched()
        return self._line


def _plain_numbers(name: str, owner: object) -> int:
    """How many floating numbers a call makes Python's own, or finds to be so already."""
    if isinstance(owner, np.ndarray):
        return owner.size if owner.dtype == object or (name == "tolist" and owner.dtype.kind in "fc") else 0
    if name == "tolist" and isinstance(owner, torch.Tensor) and owner.is_floating_point():
        return owner.numel()
    return len(owner) if name == "tolist" and isinstance(owner, memoryview) else 0


class _Dispatched(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the operations dispatched while it is active; torch switches it off while it prints a tensor."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen: dict[object, int] = {}
        self.asked: dict[object, None] = {}
        """Those among them that are not torch's own backward pass of something else."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # Else torch imports its compiler, two thirds of a second in every child.
        return False

    def __torch_dispatch__(
        self,
        func: Callable[..., object],
        types: object,
        args: Sequence[object] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        self.seen[func] = self.seen.get(func, 0) + 1
        if func not in self.asked and not _is_torchs_backward():
            self.asked[func] = None
        return func(*args, **(kwargs or {}))


def _is_torchs_backward() -> bool:
    """Whether autograd computes the gradient of an operation of torch's; who asked for it is the guard's to say."""
    node: object = torch._C._current_autograd_node()
    return node is not None and not isinstance(node, torch._C._FunctionBase)


def _are_dispatched() -> bool:
    """Whether operations of this thread come by, rather than having been told to pass."""
    python = torch._C.DispatchKey.Python
    return torch._C._len_torch_dispatch_stack() > 0 and not torch._C._dispatch_tls_is_dispatch_key_excluded(python)


class _Audit:
    """What Python reports of traces, to a hook that an answer can neither see nor remove."""

    threads = 0
    """Threads that ran before the first case, besides this one."""
    hooks = 0
    """Times that a trace or profile was set, or taken away."""
    _installed = False

    @classmethod
    def install(cls) -> None:
        """Begin to listen, for as long as the process lives."""
        if not cls._installed:
            cls._installed = True
            cls.threads = _thread._count()
            sys.addaudithook(cls._heard)

    @classmethod
    def _heard(cls, event: str, arguments: object) -> None:
        if event in ("sys.settrace", "sys.setprofile"):
            cls.hooks += 1


def watch() -> None:
    """Begin to look, before the first case, at what could escape counting: threads, and traces taken away."""
    _Audit.install()


def _history(output: torch.Tensor) -> _History:
    """How much of the history of an output is in autograd's graph."""
    if not output.is_floating_point():
        return _History.WHOLE
    if not output.requires_grad:
        return _History.NONE
    seen: set[object] = set()
    waiting: list[Any] = [output.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        if isinstance(node, torch._C._FunctionBase):
            return _History.IN_PYTHON
        seen.add(node)
        waiting += [following for following, _ in node.next_functions]
    return _History.WHOLE
