"""Turn the recipes of a case into tensors, the same bits on either side of the wire.

A recipe is plain data: ``{"$fill": family, "shape": [...], "seed": n, ...}``. Values come from numpy's ``RandomState``,
whose stream is frozen for good, so a case means the same on every machine and version of torch.
"""

import math

import numpy as np
import torch

from grader.model import Recipe

_GENERATOR = np.random.RandomState(0)


def build(recipe: Recipe, *, dtype: torch.dtype, plain: bool = False) -> torch.Tensor:
    """Make the tensor of a recipe on the CPU.

    Args:
        recipe: ``$fill`` names the family; ``shape``, ``seed``; ``scale`` and ``shift`` for the continuous
            families, ``low`` and ``high`` (exclusive) for ``integers``, ``values`` for ``choice`` (each about as often
            as the others) and ``values`` (given whole); ``dtype`` where it is not the case's; ``layout`` of the memory;
            ``grad``. ``jitter`` rounds the values to float32 and, unless it is 0, moves each by half a unit in its last
            place.
        dtype: The case's floating dtype.
        plain: Contiguous whatever the layout says (for the oracle).
    """
    values = _values(recipe)
    if "jitter" in recipe:
        signs = generator(recipe["jitter"]).randint(0, 2, values.shape) * 2.0 - 1.0 if recipe["jitter"] else 0.0
        values = np.asarray(values.astype(np.float32) * (1.0 + signs * 2.0**-24), dtype=np.float64)
    tensor = torch.from_numpy(values).to(getattr(torch, recipe["dtype"]) if "dtype" in recipe else dtype)
    layout = "contiguous" if plain else recipe.get("layout", "contiguous")
    return _LAYOUTS[layout](tensor.reshape(recipe["shape"]))


def generator(seed: int) -> np.random.RandomState:
    """A generator at the start of a seed's stream; the next call reuses it."""
    # Reseeding one generator gives the stream of a new one, without a new one's 0.2 ms of system entropy.
    _GENERATOR.seed(seed)
    return _GENERATOR


def _values(recipe: Recipe) -> np.ndarray:
    shape, family = tuple(recipe["shape"]), recipe["$fill"]
    rng = generator(recipe.get("seed", 0))
    if family == "normal":
        values = rng.standard_normal(shape)
    elif family == "uniform":
        values = rng.uniform(-1.0, 1.0, shape)
    elif family == "integers":
        values = rng.randint(recipe.get("low", -3), recipe.get("high", 4), shape).astype(np.float64)
    elif family == "arange":
        values = np.arange(math.prod(shape), dtype=np.float64).reshape(shape)
    elif family == "zeros":
        values = np.zeros(shape)
    elif family == "ones":
        values = np.ones(shape)
    elif family == "choice":
        # Each about as often as the others: of values drawn one by one, some would be missing now and then.
        listed, count = np.asarray(recipe["values"], dtype=np.float64), math.prod(shape)
        values = rng.permutation(np.resize(listed, max(count, len(listed))))[:count].reshape(shape)
    elif family == "values":
        return np.array(recipe["values"], dtype=np.float64).reshape(shape)
    else:
        raise ValueError(f"unknown fill {family!r}")
    return np.asarray(values * recipe.get("scale", 1.0) + recipe.get("shift", 0.0))


def _contiguous(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.contiguous()


def _transposed(tensor: torch.Tensor) -> torch.Tensor:
    """The same values in memory ordered with the axes reversed."""
    axes = list(range(tensor.dim()))[::-1]
    return tensor.permute(axes).contiguous().permute(axes)


def _strided(tensor: torch.Tensor) -> torch.Tensor:
    """The same values as every second element of a larger buffer that starts before them."""
    if not tensor.dim():
        return tensor
    buffer = torch.zeros((*tensor.shape[:-1], 2 * tensor.shape[-1] + 1), dtype=tensor.dtype)
    view = buffer[..., 1::2]
    view.copy_(tensor)
    return view


def _channels_last(tensor: torch.Tensor) -> torch.Tensor:
    if tensor.dim() == 4:
        return tensor.contiguous(memory_format=torch.channels_last)
    if tensor.dim() == 5:
        return tensor.contiguous(memory_format=torch.channels_last_3d)
    return _transposed(tensor)


_LAYOUTS = {
    "contiguous": _contiguous,
    "transposed": _transposed,
    "strided": _strided,
    "channels_last": _channels_last,
}
