"""Write cases: what is constructed, what is called with which tensors, which lines are run."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Unpack

from grader.model import Argument, DeclaredCase, Fills, New, Recipe, Step


def tensor(
    *shape: int,
    fill: str = "normal",
    seed: int = 0,
    grad: bool = True,
    layout: str = "contiguous",
    **more: Unpack[Fills],
) -> Recipe:
    """A tensor's recipe.

    Args:
        shape: Its sizes.
        fill: ``normal``, ``uniform`` (-1 to 1), ``integers`` (``low`` to ``high``, exclusive), ``arange``, ``zeros``,
            ``ones``, ``choice`` (from ``values``, each about as often as the others) or ``values`` (all of them, in
            order).
        seed: Seed of the values.
        grad: Whether a gradient is asked for (floating tensors only).
        layout: ``contiguous``, ``transposed``, ``strided`` or ``channels_last`` memory.
        more: ``scale`` and ``shift`` of any fill, ``low``, ``high``, ``values``, and ``dtype`` where it is not the
            case's.
    """
    recipe: Recipe = {"$fill": fill, "shape": list(shape), "seed": seed}
    if layout != "contiguous":
        recipe["layout"] = layout
    if not grad:
        recipe["grad"] = False
    if "values" in more:
        more["values"] = list(more["values"])
    return {**recipe, **more}


def tuple_of(*items: Argument) -> dict[str, list[Argument]]:
    """A tuple among a case's arguments (a list stays a list)."""
    return {"$tuple": list(items)}


def module(path: str, *args: Argument, **kwargs: Argument) -> dict[str, Argument]:
    """An object of torch among a case's arguments: ``module("nn.Linear", 2, 3)`` is ``torch.nn.Linear(2, 3)``."""
    return {"$torch": path, "args": list(args), "kwargs": kwargs}


def function(path: str) -> dict[str, Argument]:
    """A function of torch among a case's arguments: ``function("nn.functional.silu")``."""
    return {"$torch": path}


def train() -> Step:
    """The step ``layer.train()``."""
    return {"do": "train"}


def evaluate() -> Step:
    """The step ``layer.eval()``."""
    return {"do": "eval"}


def call(
    *args: Argument, cotangent: int | None = 0, method: str | None = None, count: bool = False, **kwargs: Argument
) -> Step:
    """The step that calls the layer or function, and pulls a random cotangent back to inputs and parameters.

    Args:
        args: Plain values, recipes, `tuple_of`, `module`.
        cotangent: Seed of the cotangent; None runs under ``torch.no_grad()``.
        method: Name of the method to call instead of the object.
        count: Whether the tensor operations that it dispatches are counted (see `growth`).
        kwargs: As ``args``, by name.
    """
    step: Step = {"do": "call", "args": [_plain(arg) for arg in args]}
    if kwargs:
        step["kwargs"] = {key: _plain(value) for key, value in kwargs.items()}
    if cotangent is not None:
        step["cotangent"] = cotangent
    if method is not None:
        step["method"] = method
    if count:
        step["count"] = True
    return step


def run(*lines: str) -> Step:
    """The step that runs lines of Python, each compared by its value (or by whether it raises).

    They see the answer's symbols, ``torch``, ``nn``, ``layer`` (the object of a `layer_case`) and earlier variables.
    """
    return {"do": "run", "lines": list(lines)}


def reload() -> Step:
    """The step that loads halves of all values: what a layer keeps of its old parameters is then out of date."""
    halves = "{name: item / 2 if item.is_floating_point() else item for name, item in layer.state_dict().items()}"
    return run(f"loaded = layer.load_state_dict({halves})")


def layer_case(
    args: Sequence[Argument] = (),
    kwargs: Mapping[str, Argument] | None = None,
    steps: Iterable[Step] = (),
    *,
    state: str | Mapping[str, Recipe] | None = "normal",
    dtype: str = "float64",
    seed: int = 0,
    patience: int = 1,
) -> DeclaredCase:
    """A case that constructs the part's symbol and takes steps with the object.

    Args:
        args: Positional arguments of the constructor.
        kwargs: Arguments by name.
        steps: What is done, in order: `train`, `evaluate`, `call`, `run`.
        state: What is loaded into parameters and buffers first. ``"normal"`` draws each at random (variances
            positive, counts small); a mapping gives recipes for some names; None keeps the fresh state, which then
            must not be random.
        dtype: ``float64``, or ``float32`` for `Part.numerics`.
        seed: Seed of the state, and of torch's generator while the case runs.
        patience: How many times longer than other cases it may take, where a correct answer needs more than a second.
    """
    new: New = {
        "args": [_plain(arg) for arg in args],
        "kwargs": {key: _plain(item) for key, item in (kwargs or {}).items()},
    }
    case: DeclaredCase = {
        "new": new,
        "state": _plain(state),
        "steps": [step.copy() for step in steps],
        "dtype": dtype,
        "seed": seed,
    }
    if patience != 1:
        case["patience"] = patience
    return case


def function_case(
    *args: Argument, dtype: str = "float64", cotangent: int | None = 0, seed: int = 0, **kwargs: Any
) -> DeclaredCase:
    """A case that calls a function once; its ``steps`` may be added to, with `call`, where one call is not enough."""
    return {"steps": [call(*args, cotangent=cotangent, **kwargs)], "dtype": dtype, "seed": seed}


def raises(case: DeclaredCase, why: str) -> DeclaredCase:
    """A case for `Part.errors`: the answer has to raise, as the oracle does.

    Args:
        case: The case.
        why: What is wrong with the input, for the student to read: "A last dimension of another size".
    """
    return {**case, "why": why}


def listed(item: str, *cases: DeclaredCase) -> list[DeclaredCase]:
    """Cases of one item of the lesson's list of bad arguments (see `raises`, and `program` for `errors`).

    Args:
        item: The item, in the words of the list below "Bad arguments" in ``handout.md``; `course verify` compares.
        cases: What falls under it.
    """
    return [{**case, "listed": item} for case in cases]


def program(*lines: str, criterion: str | None = None, dtype: str = "float32", seed: int = 0) -> DeclaredCase:
    """A case that is a program: lines of Python run on the answer's symbols, every line's value compared.

    Args:
        lines: One or more statements each; the value of an expression, or whether it raises, is what is compared.
        criterion: The criterion that the program judges (default: the part's ``judged_lines``).
        dtype: The default dtype while it runs.
        seed: Seed of torch's generator.
    """
    case: DeclaredCase = {"steps": [run(*lines)], "dtype": dtype, "seed": seed}
    if criterion is not None:
        case["lines"] = criterion
    return case


def _plain(value: Argument) -> Any:
    """Plain data for what authors may write: tuples become `tuple_of`."""
    if isinstance(value, tuple):
        return {"$tuple": [_plain(item) for item in value]}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value
