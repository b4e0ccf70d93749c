"""Reduce an answer and what it returns to plain data and tensors: all that crosses the wire."""

import functools
import numbers
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from grader.case import recipes
from grader.case.simulated import raw
from grader.model import Description, Encoded

SKETCH_ABOVE = 20_000
"""Elements from which a tensor is sent as a sketch (samples and signed sums) rather than whole."""
_SAMPLES, _SUMS = 2048, 64
SKETCH_SIZE = _SAMPLES + _SUMS
"""Elements of a sketch."""
MOST_TEXT = 2000
"""Characters that are kept of a text."""
_AT_ONCE = 2**16
"""Elements that a sketch signs at a time; as many doubles fit the processor's cache."""
_KEPT = 2**22
"""Elements up to which the signs of a sketch are kept: a network has many tensors of one size, in every case again."""
_MAX_DEPTH = 6
_MAX_ITEMS = 10_000


def describe(target: object, *, keys: bool = True) -> Description:
    """Names, shapes, dtypes and kinds of the parameters and saved buffers of a module, and the keys of its state dict.

    A buffer that is not saved is what a layer keeps for itself: a cache, a mask.
    """
    if not isinstance(target, nn.Module):
        return {"module": False}
    members = Members(target)
    return {
        "module": True,
        "parameters": [
            [name, list(item.shape), str(item.dtype), item.device.type, item.requires_grad]
            for name, item in _unique(members.parameters)
        ],
        "buffers": [
            [name, list(item.shape), str(item.dtype), item.device.type] for name, item in _unique(members.saved)
        ],
        "state": list(target.state_dict().keys()) if keys else [],
        "training": [_mode(target.training), *sorted(members.lasting, key=str)],
    }


def _mode(mode: object) -> bool | str:
    """A module's mode as a truth value, or the name of its type where it is no such thing: anyone may set it."""
    if mode is True or mode is False:
        return mode
    if isinstance(mode, (int, float)) and mode in (0, 1):
        return bool(mode)
    return type(mode).__name__


class Members:
    """The parameters and buffers of a module's tree by name, in torch's order, each under every name it has.

    One walk for all of them: with torch's iterators it would be one per question, a large share of a small case's cost.
    """

    def __init__(self, module: nn.Module) -> None:
        """Walk the tree."""
        self.parameters: list[tuple[str, torch.Tensor]] = []
        self.buffers: list[tuple[str, torch.Tensor]] = []
        self.training: set[bool | str] = set()
        self.lasting: set[bool | str] = {_mode(module.training)}
        """The modes of what has parameters or buffers, and its own: a ReLU may be shared with another layer, and in
        that one's mode."""
        self.unsaved: set[str] = set()
        """The buffers that no state dict holds."""
        self._walk(module, "")

    @property
    def saved(self) -> list[tuple[str, torch.Tensor]]:
        """The buffers that a state dict holds."""
        return [item for item in self.buffers if item[0] not in self.unsaved]

    def _walk(self, module: nn.Module, prefix: str) -> bool:
        """Note a module and those below it; whether any of them has parameters or buffers."""
        mode = _mode(module.training)
        self.training.add(mode)
        has_state = bool(module._parameters or module._buffers)
        self.parameters += [(prefix + name, item) for name, item in module._parameters.items() if item is not None]
        self.buffers += [(prefix + name, item) for name, item in module._buffers.items() if item is not None]
        if module._non_persistent_buffers_set:
            self.unsaved |= {prefix + name for name in module._non_persistent_buffers_set}
        for name, child in module._modules.items():
            if child is not None:
                has_state |= self._walk(child, f"{prefix}{name}.")
        if has_state:
            self.lasting.add(mode)
        return has_state


def _unique(items: Iterable[tuple[str, torch.Tensor]]) -> Iterable[tuple[str, torch.Tensor]]:
    """Each tensor under its first name alone."""
    first: dict[int, tuple[str, torch.Tensor]] = {}
    for name, item in items:
        first.setdefault(id(item), (name, item))
    return first.values()


def encode(value: object, labels: Mapping[int, str] | None = None, depth: int = 0, *, copy: bool = True) -> Encoded:
    """Reduce a value to what the wire carries; what it cannot carry becomes the name of its type.

    Tuples and lists become lists, mappings ``{"$dict": [[key, value], ...]}``, tensors plain contiguous ones, or
    sketches above `SKETCH_ABOVE` elements; an object that is a variable of the case becomes ``{"$is": name}``.
    """
    if labels and id(value) in labels and not isinstance(value, type):
        return {"$is": labels[id(value)]}
    if type(value) is torch.Tensor:
        return encode_tensor(value, copy)
    if value is None or isinstance(value, (bool, str)):
        return value[:MOST_TEXT] if isinstance(value, str) else value
    if isinstance(value, torch.Tensor):
        return encode_tensor(value, copy)
    if isinstance(value, numbers.Integral):
        return int(value) if abs(int(value)) < 2**200 else {"$type": "huge integer"}
    if isinstance(value, numbers.Real):
        return {"$float": float(value)}
    if depth < _MAX_DEPTH:
        if isinstance(value, (list, tuple)):
            return [encode(item, labels, depth + 1, copy=copy) for item in value[:_MAX_ITEMS]]
        if isinstance(value, Mapping):
            pairs = ([key, item] for key, item in list(value.items())[:_MAX_ITEMS])
            return {"$dict": [[encode(one, labels, depth + 1, copy=copy) for one in pair] for pair in pairs]}
    if isinstance(value, (torch.dtype, torch.device)):
        return str(value)
    return {"$type": "module" if isinstance(value, nn.Module) else type(value).__name__}


def encode_tensor(value: torch.Tensor, copy: bool) -> Any:
    """A tensor as it is sent, or its sketch where it is large; ``copy`` where it may still be changed."""
    tensor = raw(value.detach())
    if type(tensor) is not torch.Tensor:
        tensor = tensor.as_subclass(torch.Tensor)
    if tensor.layout is not torch.strided or tensor.is_quantized or tensor.is_meta:
        return {"$type": f"{tensor.layout} tensor"}
    if tensor.numel() <= SKETCH_ABOVE or not tensor.is_floating_point():
        return tensor.clone(memory_format=torch.contiguous_format) if copy else tensor
    return {"$sketch": sketch(tensor), "shape": list(tensor.shape), "dtype": str(tensor.dtype)}


def sketch(tensor: torch.Tensor) -> torch.Tensor:
    """Sample a large tensor and add signed sums of all of it, so that one wrong element shows.

    The positions and signs depend on the shape alone; `_SAMPLES` elements, then `_SUMS` sums over the square root of
    their length.
    """
    flat = tensor.reshape(-1).cpu()
    picked, signs = (_sketching if flat.numel() <= _KEPT else _sketching.__wrapped__)(flat.numel())
    length = -(-flat.numel() // _SUMS)
    # A few sums at a time: the memory of a copy of everything costs more to get than all of the sums.
    step = length * max(1, _AT_ONCE // length)
    signed = torch.zeros(step, dtype=flat.dtype)
    sums = []
    for start in range(0, flat.numel(), step):
        some = flat[start : start + step]
        torch.mul(some, signs[start : start + step], out=signed[: some.numel()])
        signed[some.numel() :] = 0
        sums.append(signed.reshape(-1, length).sum(1))
    return torch.cat([flat[picked], torch.cat(sums)[:_SUMS] / length**0.5])


@functools.lru_cache(maxsize=16)
def _sketching(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The positions to sample among so many elements, and their signs."""
    rng = recipes.generator(count % 2**32)
    picked = torch.from_numpy(rng.randint(0, count, _SAMPLES))
    return picked, torch.from_numpy(rng.randint(0, 2, count, dtype=np.int8) * 2 - 1)


def tensors(value: object, path: str) -> Iterator[tuple[str, torch.Tensor]]:
    """The tensors of nested lists, tuples and mappings, each with its path."""
    if isinstance(value, torch.Tensor):
        yield path, value
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from tensors(item, f"{path}.{index}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from tensors(item, f"{path}.{key}" if path else str(key))
