"""Count the tensor operations that a call dispatches."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from grader.model import Observation


class _Count(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the operations dispatched while it is active."""

    def __init__(self, seen: dict[object, int]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen = seen

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
        return func(*args, **(kwargs or {}))


@contextlib.contextmanager
def counted(observation: Observation) -> Iterator[None]:
    """Count the tensor operations dispatched inside, and the floating elements that leave torch for Python."""
    seen: dict[object, int] = {}
    leaks: dict[str, Callable[..., object]] = {
        "tolist": torch.Tensor.tolist,
        "numpy": torch.Tensor.numpy,
        "__array__": torch.Tensor.__array__,
    }

    def leaking(name: str, original: Callable[..., object]) -> Callable[..., object]:
        def counted(self: torch.Tensor, *args: object, **kwargs: object) -> object:
            # Integers may be indices, which may well be computed in Python.
            seen[name] = seen.get(name, 0) + (self.numel() if self.is_floating_point() else 1)
            return original(self, *args, **kwargs)

        return counted

    for name, original in leaks.items():
        setattr(torch.Tensor, name, leaking(name, original))
    try:
        with _Count(seen):
            yield
    finally:
        for name, original in leaks.items():
            setattr(torch.Tensor, name, original)
        observation["ops"] = sum(seen.values())
        observation["seen"] = sorted({str(operation) for operation in seen})
