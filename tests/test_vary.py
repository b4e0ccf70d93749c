"""A hidden suite's own versions of the cases that an exercise fixes: nothing recorded of the public ones helps."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from grader.answer.load import Answer
from grader.case import recipes
from grader.grading.judge import Judge
from grader.grading.options import Options
from grader.kit.load import load_course
from grader.model import DeclaredCase, Failure, Limits, Observation, PartReport, Verdict
from grader.spec import call, growth, layer_case, raises, run, tensor
from grader.suite.cache import HIDDEN, PUBLIC, Suite, compile_suite
from grader.suite.vary import refused_in_evaluation, resized, resized_refusal, revalued

ROOT = Path(__file__).parent.parent


def shapes(case: DeclaredCase) -> list[list[int]]:
    return [arg["shape"] for step in case["steps"] for arg in step["args"]]  # type: ignore[attr-defined]


def test_equal_tensors_stay_equal_and_all_values_are_new() -> None:
    x, y = tensor(4, 3, seed=1), tensor(4, 3, seed=2)
    case = layer_case((3,), {"eps": 0.1}, [call(x, cotangent=7), call(y), call(x)], seed=5)
    first, second, third = revalued(case, 12)["steps"]
    assert first["args"] == third["args"] != second["args"]
    assert first["args"][0]["seed"] >= 100  # type: ignore[index]
    assert first["cotangent"] >= 100
    assert revalued(case, 12)["seed"] >= 100
    assert revalued(case, 12)["new"] == case["new"]
    assert revalued(case, 12) != revalued(case, 13)


def test_a_fill_without_a_seed_gets_one_where_it_is_random() -> None:
    case = layer_case((3,), {}, [run("layer.weight")], state={"weight": {"$fill": "normal"}})
    state = revalued(case, 0)["state"]
    assert isinstance(state, dict)
    assert state["weight"]["seed"] >= 100


@pytest.mark.parametrize("number", range(6))
def test_growing_cases_grow_from_other_sizes(number: int) -> None:
    cases = growth("height", lambda size: layer_case((size,), {}, [call(tensor(2, 3, 2 * size - 2))]), (4, 8, 16)).cases
    larger = resized(cases, number)
    sizes = [case["new"]["args"][0] for case in larger]
    assert [shapes(case)[0][2] for case in larger] == [2 * size - 2 for size in sizes]  # type: ignore[operator]
    assert all(size % 4 == 0 and size > old for size, old in zip(sizes, (4, 8, 16), strict=True))  # type: ignore[operator]
    assert sizes[2] - sizes[0] >= 12  # type: ignore[operator]


def test_cases_that_do_not_grow_in_one_size_stay() -> None:
    cases = [layer_case((3,), {}, [call(tensor(size, 3)), call(tensor(other, 3))]) for size, other in ((2, 9), (4, 5))]
    assert resized(cases, 1) == cases


def refusing(case: DeclaredCase) -> Observation:
    """An oracle that wants the last size of its first input to be the constructor's first argument."""
    have, want = shapes(case)[0][-1], case["new"]["args"][0]
    if have == want:
        return {"steps": [], "error": None}
    message = f"{have} where {want} is expected"
    error: Failure = {"stage": "call", "step": 0, "type": "ValueError", "kinds": [], "message": message, "line": None}
    return {"steps": [], "error": error}


def test_a_refused_input_has_another_size_and_its_reason_says_so() -> None:
    case = raises(layer_case((3, 2), {}, [call(tensor(4, 5))]), "A last dimension of 5 where in_features is 3")
    other = resized_refusal(case, 1, refusing)
    (size, last), (inside, outside) = shapes(other)[0], other["new"]["args"]
    assert (inside, outside) == (3, 2)
    assert {size, last} <= {5, 7, 11, 13}
    assert size != last != 5
    assert other["why"] == f"A last dimension of {last} where in_features is 3"


def test_a_size_that_the_reason_does_not_mean_may_not_be_its_number() -> None:
    case = raises(layer_case((3, 2), {}, [call(tensor(4, 2, 2, 5))]), "An input with 4 dimensions")
    other = resized_refusal(case, 1, refusing)
    assert other["why"] == "An input with 4 dimensions"
    assert shapes(other)[0][0] == 4


@pytest.mark.parametrize(
    "case",
    [
        raises(layer_case(([4, 5], 3), {}, [call(tensor(2, 18, 5))]), "5 columns where 6 windows fit"),
        raises(layer_case((2, 3), {}, [call(tensor(2, 4, 4), output_size=[11])]), "An output size above the largest"),
        raises(layer_case((5, 9), {}, [call(tensor(2))]), "A window of 9 in an image of 2"),
    ],
)
def test_sizes_stay_where_a_reason_depends_on_numbers_that_cannot_be_seen(case: DeclaredCase) -> None:
    assert shapes(resized_refusal(case, 1, refusing)) == shapes(case)


def test_another_exception_is_another_reason() -> None:
    def observe(case: DeclaredCase) -> Observation:
        seen = refusing(case)
        assert seen["error"]
        if shapes(case)[0] != [4, 6]:
            seen["error"]["message"] = "something else"
        return seen

    case = raises(layer_case((3,), {}, [call(tensor(4, 6))]), "Another size")
    assert resized_refusal(case, 1, observe) == case


def test_a_call_is_refused_in_evaluation_where_the_mode_does_not_matter() -> None:
    def observe(case: DeclaredCase) -> Observation:
        calls = [step for step in case["steps"] if step["do"] == "call"]
        modes = len(case["steps"]) - len(calls)
        seen = refusing({**case, "steps": calls})
        if seen["error"] and modes:
            seen["error"]["step"] = modes
        return {"steps": [], "error": None} if modes and strict else seen

    case = raises(layer_case((3,), {}, [call(tensor(4, 6))]), "Another size")
    strict = False
    assert [step["do"] for step in refused_in_evaluation(case, observe)["steps"]] == ["eval", "call"]
    strict = True
    assert refused_in_evaluation(case, observe) == case


# What it is for.

RECOGNISES = """\
import json
import torch
from torch import nn

MADE = set(json.loads({made!r}))
SEEN = set(json.loads({seen!r}))


class Linear(nn.Module):
    \"\"\"Right on what it has seen, and nowhere else.\"\"\"

    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.weight = nn.Parameter(torch.zeros(out_features, in_features))
        self.bias = nn.Parameter(torch.zeros(out_features)) if bias else None
        self.reset_parameters()

    def reset_parameters(self):
        if str([self.in_features, self.out_features, torch.initial_seed()]) in MADE:
            for item in self.parameters():
                nn.init.uniform_(item, -self.in_features**-0.5, self.in_features**-0.5)

    def forward(self, x):
        first = [round(value, 4) for value in x.detach().reshape(-1)[:4].tolist()]
        if str([self.in_features, self.out_features, list(x.shape), first]) in SEEN:
            out = x @ self.weight.T
            return out if self.bias is None else out + self.bias
        rows = [x.new_zeros(self.out_features) for _ in range(x.reshape(-1, x.shape[-1]).shape[0])]
        return torch.stack(rows).reshape(*x.shape[:-1], self.out_features)
"""


def recognising(suite: Suite) -> str:
    """An answer that does what is right for every case of a suite, by its arguments, inputs and seed."""
    made, seen = set(), set()
    for case in (item.case for item in suite.cases if "new" in item.case):
        given: dict[str, Any] = dict(zip(("in_features", "out_features"), case["new"]["args"], strict=False))
        given |= case["new"]["kwargs"]
        sizes = [given["in_features"], given["out_features"]]
        made.add(str([*sizes, case["seed"]]))
        for step in case["steps"]:
            for recipe in step.get("args", []):
                x = recipes.build(recipe, dtype=getattr(torch, case["dtype"]))  # type: ignore[arg-type]
                seen.add(str([*sizes, list(x.shape), [round(value, 4) for value in x.reshape(-1)[:4].tolist()]]))
    return RECOGNISES.format(made=json.dumps(sorted(made)), seen=json.dumps(sorted(seen)))


@pytest.fixture(scope="module")
def judged() -> dict[str, PartReport]:
    """What the public cases and the hidden ones say of an answer that knows the public ones."""
    exercise = load_course(ROOT).exercise("linear/linear")
    part = exercise.part("Linear")
    answer = Answer.from_source(
        "linear/linear.py", recognising(compile_suite(exercise, part, PUBLIC, visibility=PUBLIC))
    )
    reports = {}
    for visibility, seed in ((PUBLIC, PUBLIC), (HIDDEN, "recognise")):
        judge = Judge(Options(device="cpu", seed=seed, limits=Limits(), visibility=visibility, shrink_seconds=0.0))
        (reports[visibility],) = judge.judge(exercise, [part], answer)
        judge.close()
    return reports


@pytest.mark.slow
@pytest.mark.parametrize("name", ["values", "init", "errors", "vectorized"])
def test_an_answer_that_recognises_the_public_cases_fails_on_the_hidden_ones(
    judged: dict[str, PartReport], name: str
) -> None:
    verdicts = {
        visibility: next(item.verdict for item in report.criteria if item.name == name)
        for visibility, report in judged.items()
    }
    assert verdicts[PUBLIC] is Verdict.ACCEPTED
    assert verdicts[HIDDEN] is not Verdict.ACCEPTED
