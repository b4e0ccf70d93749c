"""A suite's cases run in this process, and nothing else: no judge, no worker. Torch is all that it loads."""

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import torch

from grader.case import recipes
from grader.case.simulated import SIMULATED, Simulation, move


def run_case(case: Mapping[str, Any], namespace: Mapping[str, Any], *, simulated: bool = True) -> list[torch.Tensor]:
    """The case's construction, forward and backward; what came out, and the gradients of what went in.

    Args:
        case: The case.
        namespace: What the answer defines.
        simulated: Whether what a case asks of another device is computed on the simulated one, as when it is judged.
    """
    dtype = getattr(torch, case.get("dtype", "float64"))
    elsewhere = simulated and bool(case.get("elsewhere"))
    torch.set_default_dtype(getattr(torch, case.get("default", case.get("dtype", "float64"))))
    try:
        with Simulation().entered() if elsewhere else contextlib.nullcontext():
            return _run(case, namespace, dtype, SIMULATED if elsewhere else "cpu")
    finally:
        torch.set_default_dtype(torch.float32)


def _run(case: Mapping[str, Any], namespace: Mapping[str, Any], dtype: torch.dtype, device: str) -> list[torch.Tensor]:
    found: list[torch.Tensor] = []
    target = namespace[case["symbol"]]
    if "new" in case:
        new = case["new"]
        target = target(*_values(new.get("args", []), dtype, device), **_values(new.get("kwargs", {}), dtype, device))
        if isinstance(target, torch.nn.Module) and (device != "cpu" or "default" in case):
            target = move(target, device, dtype)
        if case.get("state"):
            target.load_state_dict({name: recipes.build(recipe, dtype=dtype) for name, recipe in case["state"]})
    for step in case["steps"]:
        if step["do"] in ("train", "eval"):
            getattr(target, step["do"])()
        elif step["do"] == "call":
            found += _call(target, step, dtype, device)
        else:
            variables = {**namespace, "torch": torch, "nn": torch.nn, "layer": target}
            for line in step["lines"]:
                exec(line, variables)
    return found


def _call(target: Callable[..., Any], step: Mapping[str, Any], dtype: torch.dtype, device: str) -> list[torch.Tensor]:
    args, kwargs = _values(step.get("args", []), dtype, device), _values(step.get("kwargs", {}), dtype, device)
    if "cotangent" not in step:
        with torch.no_grad():
            return _tensors(target(*args, **kwargs))
    out = _tensors(target(*args, **kwargs))
    live = [item for item in out if item.requires_grad]
    if live:
        torch.autograd.backward(live, [torch.randn_like(item) for item in live])
    return out + [item.grad for item in (*args, *kwargs.values()) if getattr(item, "grad", None) is not None]


def _tensors(out: Any) -> list[torch.Tensor]:
    return [item for item in (out if isinstance(out, tuple) else (out,)) if isinstance(item, torch.Tensor)]


def _values(value: Any, dtype: torch.dtype, device: str) -> Any:
    if isinstance(value, list):
        return [_values(item, dtype, device) for item in value]
    if isinstance(value, Mapping):
        if "$fill" in value:
            tensor = recipes.build(dict(value), dtype=dtype).to(device)
            return tensor.requires_grad_(tensor.is_floating_point() and value.get("grad", True))
        if "$tuple" in value:
            return tuple(_values(item, dtype, device) for item in value["$tuple"])
        return {key: _values(item, dtype, device) for key, item in value.items()}
    return value
