"""Tensors and arguments as Python source that makes the same bits, laid out to fit a terminal."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch

from grader.case import recipes
from grader.model import Recipe

WIDTH = 76
"""Columns that code is laid out for, so that it can be copied from a terminal of 80."""


RAND = "rand = np.random.RandomState"
"""The line above expressions that need numpy: its stream is frozen, so the values are the judge's."""


@dataclass(frozen=True, slots=True)
class Group:
    """Source between brackets: what opens it, what is inside, what closes it."""

    opening: str
    items: Sequence["str | Group"]
    closing: str


Node = str | Group


def flat(node: Node) -> str:
    """A node on one line."""
    if isinstance(node, str):
        return node
    is_tuple = node.opening == "(" or node.opening.endswith(("=(", ": ("))
    comma = "," if is_tuple and len(node.items) == 1 else ""
    return node.opening + ", ".join(flat(item) for item in node.items) + comma + node.closing


def lay_out(node: Node, prefix: str = "", suffix: str = "", indent: int = 0) -> list[str]:
    """A node as lines of at most `WIDTH` columns, where breaking at its brackets can do that."""
    line = " " * indent + prefix + flat(node) + suffix
    if isinstance(node, str) or len(line) <= WIDTH or not node.items:
        return [line]
    first, margin = node.items[0], " " * indent
    if isinstance(first, Group) and all(isinstance(item, str) for item in node.items[1:]) and node.opening[-1] == "(":
        # f([1, 2], option) breaks inside the list, so that only one level is indented.
        merged = Group(
            node.opening + first.opening, first.items, ", ".join([first.closing, *map(flat, node.items[1:])])
        )
        return lay_out(Group(merged.opening, merged.items, merged.closing + node.closing), prefix, suffix, indent)
    texts = [flat(item) for item in node.items]
    keyed = isinstance(first, Group) and ": " in first.opening
    if not keyed and all(indent + 4 + len(text) < WIDTH for text in texts):
        inside = [*_filled(texts, indent + 4)]
    else:
        inside = [line for item in node.items for line in lay_out(item, suffix=",", indent=indent + 4)]
    return [margin + prefix + node.opening, *inside, margin + node.closing + suffix]


def _filled(items: Sequence[str], indent: int) -> Iterator[str]:
    """Short items, as many on a line as fit."""
    line = ""
    for item in items:
        if line and indent + len(line) + len(item) + 2 > WIDTH:
            yield " " * indent + line
            line = ""
        line += f"{' ' if line else ''}{item},"
    yield " " * indent + line


def plain(value: object) -> str:
    """The source of a number, string, truth value or None."""
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, str) and "'" in repr(value)[:1] and '"' not in value:
        return '"' + repr(value)[1:-1] + '"'
    return repr(value)


def tensor_code(recipe: Recipe, default: torch.dtype, *, grad: bool, literal_up_to: int) -> tuple[Node, bool]:
    """The contiguous tensor of a recipe as an expression, and whether it needs numpy (`RAND` explains).

    Args:
        recipe: The recipe; its layout is left to the caller.
        default: torch's default dtype where the code will run, which is the case's.
        grad: Whether the tensor asks for a gradient.
        literal_up_to: Elements up to which the values are written out.
    """
    tensor = recipes.build(recipe, dtype=default, plain=True)
    family, shape = recipe["$fill"], list(tensor.shape)
    untouched = recipe.get("scale", 1.0) == 1.0 and recipe.get("shift", 0.0) == 0.0 and "jitter" not in recipe
    dtype = [] if tensor.dtype == default else [f"dtype={tensor.dtype}"]
    options = [*dtype, *(["requires_grad=True"] if grad else [])]
    sizes = [str(size) for size in shape]
    is_zero = family == "zeros" and recipe.get("shift", 0.0) == 0.0 and "jitter" not in recipe
    if is_zero or (family == "ones" and untouched):
        return Group(f"torch.{family}(", [*(sizes or ["()"]), *options], ")"), False
    if not tensor.numel():
        return Group("torch.zeros(", [*sizes, *options], ")"), False
    if family == "values" and tensor.numel() > literal_up_to and not options:
        return _terse(tensor), False
    if tensor.numel() <= literal_up_to or family == "values":
        # Whole numbers without a dot would be taken for int64.
        return Group("torch.tensor(", [_nested(tensor.tolist(), tensor.dtype), *_inferred(options, tensor)], ")"), False
    closing = ")" if tensor.dtype == torch.float64 else f").to({tensor.dtype})"
    closing += ".requires_grad_()" if grad else ""
    return Group("torch.from_numpy(", [_numpy_code(recipe, untouched)], closing), True


def _terse(tensor: torch.Tensor) -> Node:
    """Values written out, with what repeats written once where that is all there is to them."""
    if tensor.dim() == 1:
        runs = _runs(tensor.tolist())
        if [value for value, _ in runs] in ([0.0], [1.0]):
            return f"torch.{'ones' if runs[0][0] else 'zeros'}({len(tensor)})"
        if 3 * len(runs) <= len(tensor):
            return Group("torch.tensor(", [" + ".join(f"[{plain(value)}] * {count}" for value, count in runs)], ")")
    if tensor.dim() == 2:
        rows, columns = tensor.nonzero(as_tuple=True)
        offsets = set((columns - rows).tolist())
        if len(offsets) == 1:
            offset = offsets.pop()
            diagonal = _terse(tensor.diagonal(offset).contiguous())
            zeros = f"torch.zeros({', '.join(map(str, tensor.shape))})"
            return Group("torch.diagonal_scatter(", [zeros, diagonal, f"offset={offset}"], ")")
    return Group("torch.tensor(", [_nested(tensor.tolist(), tensor.dtype)], ")")


def _runs(values: Sequence[float]) -> list[tuple[float, int]]:
    """Values with how often each is repeated."""
    return [(value, len([*group])) for value, group in groupby(values)]


def _inferred(options: Sequence[str], tensor: torch.Tensor) -> list[str]:
    """The options without a dtype that ``torch.tensor`` sees from the values."""
    seen = tensor.dtype in (torch.int64, torch.bool)
    return [option for option in options if not (seen and option.startswith("dtype="))]


def _numpy_code(recipe: Recipe, untouched: bool) -> str:
    """What `grader.case.recipes` computes, as an expression."""
    shape, family = tuple(recipe["shape"]), recipe["$fill"]
    state = f"rand({recipe.get('seed', 0)})"
    if family == "normal":
        code = f"{state}.standard_normal({shape})"
    elif family == "uniform":
        code = f"{state}.uniform(-1.0, 1.0, {shape})"
    elif family == "integers":
        code = f"{state}.randint({recipe.get('low', -3)}, {recipe.get('high', 4)}, {shape}).astype(float)"
    elif family == "choice":
        values = [float(value) + 0.0 for value in recipe["values"]]
        count = math.prod(shape)
        listed = f"np.resize([{', '.join(map(_array_item, values))}], {max(count, len(values))})"
        few = f"[:{count}]" if count < len(values) else ""
        code = f"{state}.permutation({listed}){few}.reshape({shape})"
    elif family in ("zeros", "ones"):
        code = f"np.{family}({shape})"
    elif family == "arange":
        code = f"np.arange({math.prod(shape)}.0).reshape({shape})"
    else:
        raise ValueError(f"unknown fill {family!r}")
    if untouched:
        return code
    scale, shift = recipe.get("scale", 1.0), recipe.get("shift", 0.0)
    code = code if scale == 1.0 else f"{code} * {scale!r}"
    code = f"{code} - {-shift!r}" if shift < 0 else f"{code} + {shift!r}"
    if recipe.get("jitter"):
        signs = f"rand({recipe['jitter']}).randint(0, 2, {shape}) * 2.0 - 1.0"
        code = f"({code}).astype(np.float32)\n    * (1.0 + ({signs}) * 2.0**-24)"
    elif "jitter" in recipe:
        code = f"({code}).astype(np.float32).astype(float)"
    return code


def _array_item(value: float) -> str:
    return repr(value) if math.isfinite(value) else f'float("{value}")'


def _nested(values: object, dtype: torch.dtype) -> Node:
    if isinstance(values, list):
        return Group("[", [_nested(item, dtype) for item in values], "]")
    if isinstance(values, float) and dtype == torch.float32:
        # The shortest text that is this float32, not the many digits of the same number as a float64.
        short = float(str(np.float32(values)))
        return plain(short if float(np.float32(short)) == values else values)
    return plain(values)


def layout_code(name: str, recipe: Recipe) -> list[str]:
    """The lines that give the tensor called ``name`` the memory layout of its recipe; none where it is contiguous."""
    layout, sizes = recipe.get("layout", "contiguous"), list(recipe["shape"])
    if layout == "contiguous" or not sizes:
        return []
    if layout == "channels_last" and len(sizes) in (4, 5):
        form = "channels_last" if len(sizes) == 4 else "channels_last_3d"
        return [f"{name} = {name}.contiguous(memory_format=torch.{form})"]
    if layout == "strided":
        room = ", ".join(str(size) for size in [*sizes[:-1], 2 * sizes[-1] + 1])
        return [
            f"room = torch.zeros({room}, dtype={name}.dtype)",
            f"room[..., 1::2] = {name}",
            f"{name} = room[..., 1::2]  # the same values, every second element of memory",
        ]
    axes = ", ".join(str(axis) for axis in reversed(range(len(sizes))))
    return [f"{name} = {name}.permute({axes}).contiguous().permute({axes})  # the same values, other strides"]
