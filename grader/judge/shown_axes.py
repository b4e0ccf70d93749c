"""The names of a tensor's axes, where a layer's name or its declaration says what they are."""

import re
from collections.abc import Sequence

_OF_AN_IMAGE = ("depth", "height", "width")
_LAYER = re.compile(r"[A-Za-z]([123])d$")


def axis_names(symbol: str, dims: int, *, spatial: bool = False) -> Sequence[str]:
    """A name for each axis of a tensor that a part is called with.

    Args:
        symbol: The part; of ``…2d`` it is known what the axes of a batch are.
        dims: How many axes the tensor has.
        spatial: Whether the part is about images.
    """
    named = _LAYER.search(symbol)
    inner = int(named[1]) if named else dims - 2 if spatial and dims in (4, 5) else 0
    if inner and dims == inner + 2:
        return ("batch", "channels", *(("length",) if inner == 1 else _OF_AN_IMAGE[-inner:]))
    return tuple(f"axis {axis}" if axis < dims - 1 else "the last axis" for axis in range(dims))
