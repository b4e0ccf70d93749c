"""What float32 may lose: the float64 answer to a float32 case, and how far from it an answer may be."""

from collections.abc import Callable, Mapping
from typing import Any

import torch

from grader.case.recipes import build
from grader.compare import separate
from grader.compare import tensors as compare
from grader.model import Case, Observation, Truth, is_recipe
from grader.spec import Part


def truth_of(part: Part, case: Case, observe: Callable[[Case], Observation]) -> Truth:
    """The float64 answer to a float32 case, and how far from it an answer may be.

    The allowance is a multiple of the largest of torch's own error, how far the truth moves when inputs move by
    half a float32 unit in the last place, and one such unit of the result.
    """
    exact = dict(separate.numeric_leaves(observe(in_float64(case))))
    moved = [dict(separate.numeric_leaves(observe(in_float64(case, jitter)))) for jitter in (1, 2, 3)]
    torch_own = dict(separate.numeric_leaves(observe(case)))
    # A buffer moves from its old value: what is lost there is lost in the new one, however small that is.
    before = {
        f"buffer {name} after": float(build(recipe, dtype=torch.float64).abs().max())
        for name, recipe in case.get("state") or []
        if recipe["role"] == "buffer"
    }
    allowed = {}
    for path, leaf in exact.items():
        truth = compare.body(leaf)
        size = max(compare.magnitude(leaf), before.get(path.partition(" step")[0], 0.0))
        errors = [_largest(compare.body(other[path]).double() - truth) for other in [torch_own, *moved]]
        allowed[path] = part.numerics_multiple * max(*errors, size * 2.0**-23)
    return {"truth": exact, "allowed": allowed}


def in_float64(case: Case, jitter: int = 0) -> Case:
    """A float32 case in float64 on its float32 values.

    They are moved by half a unit in the last place where ``jitter`` is not 0.
    """

    def visit(value: object) -> Any:
        if is_recipe(value) and "dtype" not in value:
            return {**value, "jitter": jitter}
        if isinstance(value, Mapping):
            return {key: visit(item) for key, item in value.items()}
        return [visit(item) for item in value] if isinstance(value, list) else value

    moved: Case = visit(case)
    moved["dtype"] = "float64"
    return moved


def _largest(values: torch.Tensor) -> float:
    finite = values[values.isfinite()]
    return float(finite.abs().max()) if finite.numel() else 0.0
