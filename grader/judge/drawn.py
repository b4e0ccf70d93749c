"""A failing case drawn anew, as a learner would write it: inputs by ``torch.randn``, the state as torch made it.

What is drawn here is what the code of `grader.judge.short_code` draws: the same calls of the same generator, in the
same order. The case holds the values, so that the judge can run it and see whether the code will show anything.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from grader.case import recipes
from grader.model import Argument, Case, Recipe, StateItem, Step, is_recipe

MOST_VALUES = 20_000
"""Numbers that a case drawn anew may hold, as it is sent."""
_MOST_ROUNDED = 60
"""Numbers that are rounded and written out."""
_FIRST_SEED = 2**31
"""Seeds from here on stand for what was drawn."""
_LITERAL = 8
"""Elements up to which a tensor that is not drawn stays as it is."""


class Unfit(Exception):
    """The case cannot be drawn anew."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """How to draw a case."""

    reference: str = ""
    """What of torch stands beside the answer, such as ``nn.Linear``; empty where the answer stands alone."""
    state: str = "none"
    """``fresh``: the reference's own; ``normal``: that with normal parameters; ``own``: each of the answer's entries
    drawn; ``none``: what the answer's constructor leaves there."""
    plainly: bool = True
    """Every input normal and contiguous, whatever the case has."""
    seed: int = 0
    """Of torch's generator."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """A case drawn anew."""

    case: Case
    way: Way
    sources: Mapping[int, str] = field(default_factory=dict)
    """The expression of each tensor that was drawn, by the ``seed`` of its recipe."""
    count: int = 0
    """How many numbers it holds."""


def reference_of(symbol: str, *, is_function: bool) -> tuple[str, Callable[..., Any]] | None:
    """The layer or function of torch that has the name of a part, and how it is written; None where there is none."""
    home, path = (nn.functional, "nn.functional") if is_function else (nn, "nn")
    found = getattr(home, symbol, None)
    if found is None or isinstance(found, type) == is_function or not callable(found):
        return None
    return f"{path}.{symbol}", found


def draw(case: Case, way: Way, reference: Callable[..., Any] | None = None) -> Drawn:
    """Draw a case.

    Args:
        case: The case, whose arguments and shapes stay.
        way: How.
        reference: What ``way.reference`` names.

    Raises:
        Unfit: where it cannot be drawn so.
    """
    pen = _Pen(case, way)
    with _seeded(pen.dtype, way.seed):
        state = _with_reference(case, way, reference, pen) if reference is not None else case.get("state")
        steps = [pen.step(step) for step in case["steps"]]
        if way.state == "own":
            state = _own(case, pen)
    drawn: Case = {**case, "seed": 0, "steps": steps}
    if way.state == "none":
        drawn.pop("state", None)
    elif state is not None:
        drawn["state"] = state
    return Drawn(case=drawn, way=way, sources=pen.sources, count=pen.count)


@contextmanager
def _seeded(dtype: torch.dtype, seed: int) -> Iterator[None]:
    """torch's generator and default dtype as the code sets them."""
    before = torch.get_default_dtype()
    with torch.random.fork_rng(devices=[]):
        try:
            torch.set_default_dtype(dtype)
            torch.default_generator.manual_seed(seed)
            yield
        finally:
            torch.set_default_dtype(before)


def _with_reference(case: Case, way: Way, reference: Callable[..., Any], pen: "_Pen") -> list[StateItem] | None:
    """Construct the reference, as the code does first, and give its state; None for a function."""
    new = case.get("new")
    if new is None:
        return None
    theirs = reference(*_made(new.get("args", [])), **_made(new.get("kwargs", {})))
    if not isinstance(theirs, nn.Module):
        raise Unfit
    if way.state == "normal":
        for item in theirs.parameters():
            nn.init.normal_(item)
    if case.get("state") is None:
        return None
    roles = {name: "parameter" for name, _ in theirs.named_parameters()}
    return [
        [name, {**pen.values(item), "role": roles.get(name, "buffer")}] for name, item in theirs.state_dict().items()
    ]


def _own(case: Case, pen: "_Pen") -> list[StateItem]:
    """The state, drawn by the order of its names."""
    drawn: dict[str, StateItem] = {}
    names = never_negative(case)
    for name, recipe in sorted(case.get("state") or []):
        values = torch.randn(recipe["shape"])
        values = values.abs() if name.endswith(names) else values
        kept = values.to(torch.int64) if "dtype" in recipe else values
        drawn[name] = [name, {**pen.values(kept), "role": recipe.get("role", "parameter")}]
    return [drawn[name] for name, _ in case.get("state") or []]


def never_negative(case: Case) -> tuple[str, ...]:
    """How the names of the state end that may not be negative: variances and counters."""
    last = {name.rpartition(".")[2] for name, recipe in case.get("state") or [] if recipe.get("role") == "buffer"}
    return tuple(sorted(name for name in last if name.endswith("var") or "num" in name))


def _made(value: Argument) -> Any:
    """The constructor's arguments; only plain ones."""
    if isinstance(value, list):
        return [_made(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if is_recipe(value) or "$torch" in value or "$dict" in value:
        raise Unfit
    if "$tuple" in value:
        return tuple(_made(item) for item in value["$tuple"])
    return {key: _made(item) for key, item in value.items()}


class _Pen:
    """Draws the tensors of calls, and notes how each was drawn."""

    def __init__(self, case: Case, way: Way) -> None:
        self.dtype: torch.dtype = getattr(torch, case.get("dtype", "float64"))
        self.plainly, self.only_shapes = way.plainly, way.state == "none"
        self.sources: dict[int, str] = {}
        self.count = 0

    def step(self, step: Step) -> Step:
        if step["do"] != "call":
            return step
        drawn: Step = {**step, "args": self._value(step.get("args", []))}
        if "kwargs" in step:
            drawn["kwargs"] = self._value(step["kwargs"])
        return drawn

    def _value(self, value: Argument) -> Any:
        if is_recipe(value):
            return self._tensor(value)
        if isinstance(value, Mapping):
            return {key: self._value(item) for key, item in value.items()}
        return [self._value(item) for item in value] if isinstance(value, list) else value

    def _tensor(self, recipe: Recipe) -> Recipe:
        drawn = self._drawn(recipe)
        if drawn is None:
            if math.prod(recipe["shape"]) > _LITERAL and recipe["$fill"] not in ("zeros", "ones"):
                raise Unfit
            return recipe
        source, tensor = drawn
        number = _FIRST_SEED + len(self.sources)
        self.sources[number] = source
        if self.only_shapes and tensor.numel() > MOST_VALUES:
            return {"$fill": "normal", "shape": recipe["shape"], "seed": number, "grad": recipe.get("grad", True)}
        kept: Recipe = {**self.values(tensor), "seed": number}
        if "grad" in recipe:
            kept["grad"] = recipe["grad"]
        if self.plainly:
            return kept
        if "layout" in recipe:
            kept["layout"] = recipe["layout"]
        # What kind of numbers they are can still be told.
        return {**kept, "scale": recipe.get("scale", 1.0), "shift": recipe.get("shift", 0.0)}

    def _drawn(self, recipe: Recipe) -> tuple[str, torch.Tensor] | None:
        """A tensor and the expression that draws it; None for one that stays as it is."""
        fill, scale, shift = recipe["$fill"], recipe.get("scale", 1.0), recipe.get("shift", 0.0)
        if "dtype" in recipe or (fill not in ("normal", "uniform") and not (self.plainly and fill == "integers")):
            return None
        shape = recipe["shape"]
        size = ", ".join(map(str, shape)) or "()"
        if fill == "uniform" and shift > abs(scale):
            return f"torch.rand({size}) + 0.5", torch.rand(shape) + 0.5
        source, tensor = f"torch.randn({size})", torch.randn(shape)
        if not self.plainly and scale != 1.0:
            source, tensor = f"{source} * {scale!r}", tensor * scale
        if not self.plainly and shift:
            source, tensor = f"{source} {'-' if shift < 0 else '+'} {abs(shift)!r}", tensor + shift
        return source, tensor

    def values(self, tensor: torch.Tensor) -> Recipe:
        """The recipe of a tensor's values."""
        self.count += tensor.numel()
        if self.count > MOST_VALUES:
            raise Unfit
        recipe: Recipe = {"$fill": "values", "shape": list(tensor.shape), "values": tensor.double().flatten().tolist()}
        if not tensor.is_floating_point():
            recipe["dtype"] = str(tensor.dtype).removeprefix("torch.")
        return recipe


def only_last_call(case: Case, step: int) -> Sequence[Step]:
    """The call at an index, after the last change of mode before it."""
    modes = [item for item in case["steps"][:step] if item["do"] in ("train", "eval")]
    return [*modes[-1:], case["steps"][step]]


def rounded(case: Case, digits: int) -> Case | None:
    """A case whose drawn values are rounded to so many digits after the point; None where they are too many to read."""
    dtype: torch.dtype = getattr(torch, case.get("dtype", "float64"))
    count = 0

    def visit(value: Any) -> Any:
        nonlocal count
        if is_recipe(value):
            if value["$fill"] not in ("normal", "uniform") or "dtype" in value:
                return value
            tensor = recipes.build(value, dtype=dtype, plain=True)
            count += tensor.numel()
            kept = {key: value[key] for key in ("grad", "layout", "role", "shape") if key in value}
            values = [round(item, digits) + 0.0 for item in tensor.flatten().tolist()] if count <= _MOST_ROUNDED else []
            return {"$fill": "values", "values": values, **kept}
        if isinstance(value, Mapping):
            return {key: visit(item) for key, item in value.items()}
        return [visit(item) for item in value] if isinstance(value, list) else value

    made: Case = {**case, "steps": visit(case["steps"])}
    if case.get("state"):
        made["state"] = visit(case["state"])
    return made if count <= _MOST_ROUNDED else None
