"""Which tensors want a gradient, and what arrives there when a cotangent is pulled back."""

import zlib
from collections.abc import Mapping, Sequence

import torch

from grader.case import recipes
from grader.case.encode import encode_tensor
from grader.model import Leaf, Recipe


def wanting(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Those that ask for a gradient now.

    It is asked before the answer's own code runs: afterwards, a tensor may have been told to ask for none.
    """
    return {name: tensor for name, tensor in tensors.items() if tensor.requires_grad}


def pull_back(
    outputs: Sequence[tuple[str, torch.Tensor]], wanted: Mapping[str, torch.Tensor], seed: int, loss: str = ""
) -> dict[str, Leaf]:
    """The gradients of wanted tensors, from random cotangents of the outputs.

    Zeros stand for a gradient that does not arrive. What asked for one before the call and does not any more is left
    out, so that the judge can tell.

    Args:
        outputs: What the call gave, by path.
        wanted: What asked for a gradient before the call, by name.
        seed: Of the cotangents.
        loss: What is differentiated instead: the ``sum`` of all outputs, or of their ``cubes``.
    """
    asking = wanting(wanted)
    live = [(name, tensor) for name, tensor in outputs if tensor.requires_grad]
    grads: tuple[torch.Tensor | None, ...] = (None,) * len(asking)
    if live and asking:
        cotangents = [_slope(tensor, loss) if loss else _cotangent(tensor, seed, name) for name, tensor in live]
        grads = torch.autograd.grad(
            [tensor for _, tensor in live], list(asking.values()), cotangents, allow_unused=True
        )
    return {
        name: encode_tensor(torch.zeros_like(tensor) if grad is None else grad, False)
        for (name, tensor), grad in zip(asking.items(), grads, strict=True)
    }


def _slope(tensor: torch.Tensor, loss: str) -> torch.Tensor:
    """The gradient of the loss with respect to an output."""
    return torch.ones_like(tensor) if loss == "sum" else 3 * tensor.detach().square()


def _cotangent(tensor: torch.Tensor, seed: int, name: str) -> torch.Tensor:
    recipe: Recipe = {
        "$fill": "normal",
        "shape": list(tensor.shape),
        "seed": (seed + zlib.crc32(name.encode())) % 2**32,
    }
    return recipes.build(recipe, dtype=tensor.dtype).to(tensor.device)
