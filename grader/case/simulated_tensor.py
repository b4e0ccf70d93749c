"""A tensor of the simulated second device: it computes on the CPU, and refuses to mix with the CPU's as CUDA's do."""

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils._mode_utils import no_dispatch

SIMULATED = "simulated"
"""The device's type, in `torch.device` too."""
_CPU = torch.device("cpu")
_CROSSING = frozenset(("aten::copy_", "aten::_to_copy", "aten::_pack_padded_sequence", "aten::_pad_packed_sequence"))
"""Operators whose tensors may be on two devices: the lengths of a packed sequence are on the CPU."""
_INDEXING = frozenset(
    ("aten::index", "aten::_unsafe_index", "aten::index_put", "aten::index_put_", "aten::_unsafe_index_put",
     "aten::_index_put_impl_")
)  # fmt: skip
"""Operators whose indices, their second argument, may be on the CPU."""
Refuse = Callable[[Sequence[torch.Tensor], RuntimeError], None]
"""Told which tensors were left on the CPU, and what to raise for it."""


def is_simulated(device: str) -> bool:
    """Whether this names the simulated device."""
    return device == SIMULATED


class Simulated(torch.Tensor):
    """A tensor of the device."""

    raw: torch.Tensor
    """The same on the CPU, without a history."""

    @staticmethod
    def __new__(cls, raw: torch.Tensor) -> "Simulated":
        """Wrap a tensor of the CPU."""
        made: Simulated = torch.Tensor._make_wrapper_subclass(
            cls, raw.size(), strides=raw.stride(), storage_offset=raw.storage_offset(), dtype=raw.dtype,
            device=torch.device(SIMULATED, 0),
        )  # fmt: skip
        made.raw = raw
        return made

    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:  # type: ignore[override]
        """Run an operator, outside of `Simulation` too."""
        return run(func, args, kwargs or {}, _raise)

    def __repr__(self, *, tensor_contents: Any = None) -> str:  # type: ignore[override]
        """As torch shows a tensor of a device."""
        return f"{self.raw!r}"[:-1] + f", device='{self.device}')"


@dataclass(frozen=True, slots=True)
class _Operator:
    """What an operator's schema says."""

    name: str
    names: tuple[str, ...]
    """Of its arguments."""
    written: tuple[str, ...]
    """Of those that it writes to and gives back."""
    reshapes: bool
    """Whether it changes the shape of a tensor in place."""


@functools.cache
def _operator(func: Any) -> _Operator:
    schema = func._schema
    written = [item.name for item in schema.arguments if item.alias_info is not None and item.alias_info.is_write]
    returned = any(item.alias_info is not None and item.alias_info.is_write for item in schema.returns)
    return _Operator(
        name=schema.name,
        names=tuple(item.name for item in schema.arguments),
        written=tuple(written) if returned else (),
        reshapes=torch.Tag.inplace_view in func.tags,
    )


def run(func: Any, args: Any, kwargs: Any, refuse: Refuse) -> Any:
    """Run an operator on what the tensors wrap."""
    operator = _operator(func)
    tensors = [*_tensors(args), *_tensors(kwargs.values())]
    here = any(isinstance(item, Simulated) for item in tensors)
    if here and not all(isinstance(item, Simulated) for item in tensors):
        _refuse_mixing(operator, args, kwargs, tensors, refuse)
    wanted = kwargs.get("device")
    # Below here it is the operator's own business: what it makes is nobody else's.
    with torch._C.DisableTorchFunction():
        out = func(*_each(_unwrapped, args), **{key: _each(_unwrapped, item) for key, item in kwargs.items()})
    if operator.reshapes and isinstance(args[0], Simulated):
        # The wrapper's own shape changes too.
        with no_dispatch():
            func(*args, **kwargs)
    if operator.written:
        given = dict(zip(operator.names, args, strict=False)) | kwargs
        written = tuple(given[name] for name in operator.written if given.get(name) is not None)
        if written:
            return written if isinstance(out, tuple) else written[0]
    if here if wanted is None else torch.device(wanted).type == SIMULATED:
        return _each(_wrapped, out)
    return out


def _refuse_mixing(operator: _Operator, args: Any, kwargs: Any, tensors: Sequence[Any], refuse: Refuse) -> None:
    """Refuse what CUDA would: some tensors are here, others on the CPU."""
    name = operator.name
    if name in _CROSSING:
        return
    away = [item for item in tensors if not isinstance(item, Simulated)]
    written = args[0] if name.endswith("_") and args else kwargs.get("out")
    if name in _INDEXING:
        away = [item for item in away if item is args[0] or (len(args) > 2 and item is args[2])]
    away = [item for item in away if item.dim() or item is written]
    if away:
        message = (
            f"Expected all tensors to be on the same device, but found at least two devices, {SIMULATED}:0 and cpu!"
        )
        refuse(away, RuntimeError(f"{message} (in {name.removeprefix('aten::')})"))


def _raise(left: Sequence[torch.Tensor], error: RuntimeError) -> None:
    raise error


def _tensors(values: Iterable[Any]) -> Iterator[torch.Tensor]:
    """The tensors among an operator's arguments, and in its lists of them."""
    for item in values:
        if isinstance(item, torch.Tensor):
            yield item
        elif isinstance(item, (list, tuple)):
            yield from _tensors(item)


def _each(change: Callable[[Any], Any], value: Any) -> Any:
    """A value, or the items of a list or tuple of them, changed."""
    if isinstance(value, (list, tuple)):
        return type(value)([_each(change, item) for item in value])
    return change(value)


def _wrapped(item: Any) -> Any:
    # A wrapper does not know of a conjugate that is still to be taken, and torch asks it.
    return Simulated(item.resolve_conj().resolve_neg()) if isinstance(item, torch.Tensor) else item


def _unwrapped(item: Any) -> Any:
    if isinstance(item, Simulated):
        return item.raw
    return _CPU if isinstance(item, torch.device) and item.type == SIMULATED else item
