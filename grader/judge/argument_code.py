"""Arguments as Python source: each tensor gets its own assignment above the call."""

import keyword
from collections.abc import Mapping, Sequence

import torch

from grader.judge.tensor_code import Group, Node, lay_out, layout_code, plain, tensor_code
from grader.model import Argument, Recipe, is_recipe


class ArgumentCode:
    """The lines written so far, and the names they have taken."""

    def __init__(self, dtype: torch.dtype, reserved: frozenset[str], literal_up_to: int) -> None:
        """Begin with no lines.

        Args:
            dtype: torch's default dtype where the code will run.
            reserved: Names that no tensor may have.
            literal_up_to: Elements up to which tensors are written out.
        """
        self.dtype, self.reserved, self.literal_up_to = dtype, reserved, literal_up_to
        self.lines: list[str] = []
        self.imports: set[str] = set()
        """The imports that the lines need besides torch."""
        self.taken: set[str] = set()
        """The names of the tensors of this block."""
        self.with_grad: list[str] = []
        """Those of them that require a gradient."""

    def name(self, wish: str) -> str:
        """A name of that kind that nothing else in this block has."""
        name = wish if wish.isidentifier() and not keyword.iskeyword(wish) else "tensor"
        while name in self.reserved or name in self.taken:
            name += "_"
        self.taken.add(name)
        return name

    def value(self, value: Argument, wish: str) -> Node:
        """An argument as source; tensors get an assignment of their own above."""
        if isinstance(value, (list, tuple)):
            return Group("[", [self.value(item, f"{wish}_{index}") for index, item in enumerate(value)], "]")
        if is_recipe(value):
            return self.tensor(value, self.name(wish))
        if not isinstance(value, Mapping):
            return plain(value)
        if "$tuple" in value:
            return Group("(", [self.value(item, f"{wish}_{index}") for index, item in enumerate(value["$tuple"])], ")")
        if "$torch" in value:
            path: str = "torch." + value["$torch"]
            if "args" not in value and "kwargs" not in value:
                return path
            return Group(f"{path}(", self.arguments(value.get("args", []), value.get("kwargs", {}), wish), ")")
        items = value["$dict"] if "$dict" in value else value.items()
        return Group("{", [prefixed(f"{plain(key)}: ", self.value(item, str(key))) for key, item in items], "}")

    def arguments(self, args: Sequence[Argument], kwargs: Mapping[str, Argument], wish: str) -> list[Node]:
        """Arguments as source; tensors among those by position are named after ``wish``."""
        alone = sum(isinstance(arg, Mapping) and ("$fill" in arg or "$tuple" in arg) for arg in args) == 1
        nodes = [self.value(arg, wish if alone else f"{wish}{index}") for index, arg in enumerate(args)]
        return nodes + [prefixed(f"{key}=", self.value(item, key)) for key, item in kwargs.items()]

    def tensor(self, recipe: Recipe, name: str, *, grad: bool | None = None) -> str:
        """Write the assignment of a tensor and give back its name."""
        wants = recipe.get("grad", True) if grad is None else grad
        wants = wants and (getattr(torch, recipe["dtype"]) if "dtype" in recipe else self.dtype).is_floating_point
        layout = layout_code(name, recipe)
        node, needs_numpy = tensor_code(recipe, self.dtype, grad=wants and not layout, literal_up_to=self.literal_up_to)
        self.imports |= {"import numpy as np"} if needs_numpy else set()
        self.lines += [*lay_out(node, f"{name} = "), *layout]
        if layout and wants:
            self.lines.append(f"{name}.requires_grad_()")
        if wants:
            self.with_grad.append(name)
        return name


def prefixed(prefix: str, node: Node) -> Node:
    """Source with something before it: a name, or the key of a mapping."""
    return prefix + node if isinstance(node, str) else Group(prefix + node.opening, node.items, node.closing)
