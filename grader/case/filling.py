"""Construct a large network without drawing weights that the case's state replaces at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

_LARGE = 2**18
"""Elements from which on a tensor is not filled at random: no layer that a suite judges by itself has as many."""
_FILLING = ("uniform_", "normal_")
"""What torch's layers and `torch.nn.init` draw their weights with."""


@contextmanager
def without_large_draws() -> Iterator[None]:
    """Let large tensors be filled with zeros where they would be filled at random.

    An AlexNet spends two thirds of a second on drawing 57 million numbers, as often as it is constructed.
    """
    drawn = {name: getattr(torch.Tensor, name) for name in _FILLING}

    def zeroed(name: str) -> Any:
        def fill(self: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
            return self.zero_() if self.numel() >= _LARGE else drawn[name](self, *args, **kwargs)

        return fill

    for name in _FILLING:
        setattr(torch.Tensor, name, zeroed(name))
    try:
        yield
    finally:
        for name in _FILLING:
            delattr(torch.Tensor, name)
