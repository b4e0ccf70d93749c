"""The steps of a case by which every module shows its modes and dtypes."""

from collections.abc import Callable

from grader.model import Case, Observation, Step
from grader.spec import evaluate, run, train


def module_steps(observe: Callable[[Case], Observation], case: Case) -> list[Step]:
    """Steps that every module must support, for oracles that are modules."""
    if not observe({**case, "steps": []})["new"]["module"]:
        return []
    return [
        run("layer.training", "layer.eval() is layer", "any(child.training for child in layer.modules())"),
        evaluate(),
        run("layer.training", "layer.train() is layer", "all(child.training for child in layer.modules())"),
        train(),
        run(
            "layer.to(torch.float64) is layer",
            "all(item.dtype is torch.float64 for item in layer.parameters())",
            "layer.float() is layer",
            "all(item.dtype is torch.float32 for item in layer.parameters())",
        ),
    ]
