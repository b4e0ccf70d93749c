"""Start a new exercise: one folder with a tiny layer that already grades, to be replaced by the author's own."""

import keyword
import re
import string
from collections.abc import Mapping
from pathlib import Path

from grader.model import CourseError

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


def new_exercise(root: Path, slug: str, symbol: str | None = None) -> Path:
    """Scaffold ``solutions/<assignment>/<exercise>/``.

    Args:
        root: The course.
        slug: ``normalization/rmsnorm``.
        symbol: The class students will write; by default the exercise's name in capitals: ``Rmsnorm``.

    Returns:
        The new folder.

    Raises:
        CourseError: for a name that cannot be one, or a folder that is there already.
    """
    assignment, name = _names(slug)
    symbol = symbol or "".join(word.capitalize() for word in name.split("_"))
    if not symbol.isidentifier() or keyword.iskeyword(symbol) or symbol.startswith("_"):
        raise CourseError(f"{symbol!r} cannot be the name of a class.", usage=True)
    folder = root / "solutions" / assignment / name
    if folder.exists():
        raise CourseError(f"{folder} is there already.", "Choose another name, or remove the folder first.", usage=True)
    values = {"name": name, "symbol": symbol, "title": name.replace("_", " ").capitalize()}
    try:
        for path, text in _files(name).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(string.Template(text).substitute(values), encoding="utf-8")
    except OSError as error:
        raise CourseError(f"{folder} cannot be written: {error}") from None
    return folder


def _names(slug: str) -> tuple[str, str]:
    names = slug.strip("/").split("/")
    if len(names) != 2:
        raise CourseError(
            f"{slug!r} is not the name of an exercise.", "Write ASSIGNMENT/EXERCISE: normalization/rmsnorm.", usage=True
        )
    for name in names:
        if not _NAME.match(name) or keyword.iskeyword(name):
            raise CourseError(
                f"{name!r} cannot be a name here.", "Use small letters, digits and _, a letter first.", usage=True
            )
    if names[1] in {"exercise", "misconceptions", "torch", "figure", "capstone"}:
        raise CourseError(f"An exercise cannot be called {names[1]!r}: that file has another use.", usage=True)
    return names[0], names[1]


def _files(name: str) -> Mapping[str, str]:
    return {
        "exercise.py": _EXERCISE,
        f"{name}.py": _REFERENCE,
        "handout.md": _HANDOUT,
        "misconceptions.py": _MISCONCEPTIONS,
        "right/by_hand.py": _RIGHT,
    }


_EXERCISE = '''"""$title: what is judged, and against what."""

from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor, nn

from grader.spec import Exercise, OffLimits, Part, call, layer_case, tensor
from grader.spec.strategies import cotangents, flags, keywords, normal_tensor, seeds, sizes


class Oracle(nn.Module):
    """What computes the expected answer, made of torch.nn; where torch.nn has the layer, name that instead."""

    def __init__(self, num_features: int, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(num_features))
        self.register_parameter("bias", nn.Parameter(torch.zeros(num_features)) if bias else None)

    def forward(self, x: Tensor) -> Tensor:
        """Scale, and shift where there is a bias."""
        if x.shape[-1] != len(self.weight):
            raise ValueError("wrong number of features")
        y = x * self.weight
        return y if self.bias is None else y + self.bias


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    """One call, on a vector or a batch."""
    features = draw(sizes(1, 5))
    shape = [*draw(st.lists(sizes(1, 4), max_size=2)), features]
    steps = [call(draw(normal_tensor(shape)), cotangent=draw(cotangents()))]
    return layer_case((features,), draw(keywords(bias=flags)), steps, seed=draw(seeds))


exercise = Exercise(
    title="$title",
    parts=[
        Part(
            symbol="$symbol",
            oracle=Oracle,
            cases=cases(),
            examples=[layer_case((3,), {}, [call(tensor(2, 3))])],
            arguments=["num_features", "bias"],
            errors=[layer_case((3,), {}, [call(tensor(2, 4))])],
            off_limits=OffLimits(classes=["$symbol"]),
        ),
    ],
)
'''

_REFERENCE = '''"""$title."""

import torch
from torch import Tensor, nn


class $symbol(nn.Module):
    r"""Scale every feature, and shift it.

    $$$$y = x \\cdot w + b$$$$

    Args:
        num_features: Size of the last dimension of the input.
        bias: Whether there is a `bias`; if not, it is registered as None.

    Shape:
        - Input: $$(*, num\\_features)$$
        - Output: as the input

    Attributes:
        weight: Parameter of shape $$(num\\_features,)$$, at first ones.
        bias: Parameter of shape $$(num\\_features,)$$, at first zeros.
    """

    def __init__(self, num_features: int, bias: bool = True) -> None:
        """Create the parameters."""
        super().__init__()
        self.weight = nn.Parameter(torch.ones(num_features))
        self.register_parameter("bias", nn.Parameter(torch.zeros(num_features)) if bias else None)

    def forward(self, x: Tensor) -> Tensor:
        """Scale and shift `x`.

        Raises:
            ValueError: if the last dimension of `x` is not `num_features`.
        """
        if x.shape[-1] != self.weight.shape[0]:
            raise ValueError(f"expected {self.weight.shape[0]} features, got {x.shape[-1]}")
        scaled = x * self.weight
        return scaled if self.bias is None else scaled + self.bias
'''

_HANDOUT = """# $title

What the layer does, and why one wants it.

## The formula

$$$$y = x \\cdot w + b$$$$

## Try it

```python
import torch
from $name import $symbol

layer = $symbol(3)
assert layer(torch.ones(2, 3)).shape == (2, 3)
```

## Pitfalls

- With `bias=False` the name `bias` is still there, and is None: `register_parameter("bias", None)`.

## Out of scope

`device` and `dtype` arguments. Off limits: a ready-made `$symbol`.
"""

_MISCONCEPTIONS = '''"""Known-wrong answers; each docstring is the hint that a student reads who made that mistake."""

from $name import $symbol
from torch import Tensor, nn

from grader.spec import misconception


@misconception(part="$symbol", criterion="values")
class ForgetsBias($symbol):
    """The result is right only while the bias is zero: is `bias` added at the end?"""

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight


@misconception(part="$symbol", criterion="gradients")
class DetachesWeight($symbol):
    """The values are right, but no gradient reaches `weight`: `.data` and `.detach()` cut it off."""

    def forward(self, x: Tensor) -> Tensor:
        scaled = x * self.weight.detach()
        return scaled if self.bias is None else scaled + self.bias


@misconception(part="$symbol", criterion="parameters")
class AlwaysHasBias($symbol):
    """With `bias=False` there is nothing to learn: register the bias as None."""

    def __init__(self, num_features: int, bias: bool = True) -> None:
        super().__init__(num_features)
        if not bias:
            self.bias = nn.Parameter(self.bias.data, requires_grad=False)
'''

_RIGHT = '''"""The same layer with einsum."""

import torch
from torch import nn


class $symbol(nn.Module):
    def __init__(self, num_features, bias=True):
        super().__init__()
        self.num_features = num_features
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features)) if bias else None

    def forward(self, x):
        if x.size(-1) != self.num_features:
            raise ValueError("wrong number of features")
        y = torch.einsum("...i,i->...i", x, self.weight)
        if self.bias is not None:
            y = y + self.bias
        return y
'''
