"""What judging costs beyond the student's own work, and how soon a check answers."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from grader.catalog import Course
from grader.judge.grade import PartGrader
from grader.judge.session import Server
from grader.loader import Answer
from grader.suite import Suite, compile_suite
from grader.worker import recipes

SEED = "bench"


def judging(course: Course, cache_dir: Path, rounds: int) -> list[tuple[str, int, float, float]]:
    """For each part: its name, cases, seconds of grading the reference, seconds of the bare loop; medians over rounds."""
    rows = []
    with Server(course.limits) as server:
        for exercise in course.exercises:
            answer = Answer.from_source(f"{exercise.slug}.py", exercise.reference_source)
            for part in exercise.parts:
                suite = compile_suite(exercise, part, SEED, cache_dir=cache_dir)
                grader = PartGrader(server, exercise, part, suite, course.limits)
                namespace = vars(exercise.reference)
                grader.grade(answer)
                bare(suite, namespace)
                graded, looped = [], []
                for _ in range(rounds):
                    graded.append(_seconds(lambda grader=grader, answer=answer: grader.grade(answer)))
                    looped.append(_seconds(lambda suite=suite, namespace=namespace: bare(suite, namespace)))
                rows.append((part.symbol, len(suite.cases), statistics.median(graded), statistics.median(looped)))
    return rows


def bare(suite: Suite, namespace: Mapping[str, Any]) -> None:
    """The suite's cases in this process: the answer's construction, forward and backward, and nothing else."""
    for entry in suite.cases:
        try:
            _bare_case(entry.case, namespace)
        except Exception:
            continue


def _bare_case(case: Mapping[str, Any], namespace: Mapping[str, Any]) -> None:
    dtype = getattr(torch, case.get("dtype", "float64"))
    torch.set_default_dtype(dtype)
    try:
        target = namespace[case["symbol"]]
        if "new" in case:
            target = target(
                *_values(case["new"].get("args", []), dtype), **_values(case["new"].get("kwargs", {}), dtype)
            )
            if case.get("state"):
                target.load_state_dict({name: recipes.build(recipe, dtype=dtype) for name, recipe in case["state"]})
        for step in case["steps"]:
            if step["do"] in ("train", "eval"):
                getattr(target, step["do"])()
            elif step["do"] == "call":
                _bare_call(target, step, dtype)
            else:
                variables = {**namespace, "torch": torch, "nn": torch.nn, "layer": target}
                for line in step["lines"]:
                    exec(line, variables)
    finally:
        torch.set_default_dtype(torch.float32)


def _bare_call(target: Callable[..., Any], step: Mapping[str, Any], dtype: torch.dtype) -> None:
    args, kwargs = _values(step.get("args", []), dtype), _values(step.get("kwargs", {}), dtype)
    if "cotangent" not in step:
        with torch.no_grad():
            target(*args, **kwargs)
        return
    out = target(*args, **kwargs)
    live = [
        item
        for item in (out if isinstance(out, tuple) else (out,))
        if isinstance(item, torch.Tensor) and item.requires_grad
    ]
    if live:
        torch.autograd.backward(live, [torch.randn_like(item) for item in live])


def _values(value: Any, dtype: torch.dtype) -> Any:
    if isinstance(value, list):
        return [_values(item, dtype) for item in value]
    if isinstance(value, Mapping):
        if "$fill" in value:
            tensor = recipes.build(dict(value), dtype=dtype)
            return tensor.requires_grad_(tensor.is_floating_point() and value.get("grad", True))
        if "$tuple" in value:
            return tuple(_values(item, dtype) for item in value["$tuple"])
        return {key: _values(item, dtype) for key, item in value.items()}
    return value


def _seconds(work: Callable[[], Any]) -> float:
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
