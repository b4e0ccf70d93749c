"""Grading on a GPU: the same verdicts as on the CPU, and what only a GPU can get wrong."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from grader.answer.load import Answer
from grader.authoring.wrong_answers import misconception_source
from grader.course.paths import cache_dir
from grader.grading.judge import Judge
from grader.grading.options import Options
from grader.kit.load import load_course
from grader.model import PartReport, Verdict

ROOT = Path(__file__).parent.parent
COURSE = load_course(ROOT)
PARTS = ["Linear", "Flatten", "LayerNorm", "BatchNorm2d", "Conv2d", "LSTM", "Embedding", "Dropout"]
CHOSEN = [(exercise, part) for exercise, part in COURSE.select(()) if part.symbol in PARTS]

pytestmark = pytest.mark.gpu


@pytest.fixture(scope="module")
def gradings() -> Iterator[dict[str, Judge]]:
    """A grading for each device."""
    options = {
        device: Options(device=device, seed="gpu", limits=COURSE.limits, cache_dir=cache_dir())
        for device in ("cpu", "cuda")
    }
    made = {device: Judge(chosen) for device, chosen in options.items()}
    yield made
    for grading in made.values():
        grading.close()


def judged(grading: Judge, symbol: str, source: str) -> PartReport:
    exercise, part = next(pair for pair in CHOSEN if pair[1].symbol == symbol)
    (report,) = grading.judge(exercise, [part], Answer.from_source(f"{exercise.slug}.py", source))
    return report


def shape(report: PartReport) -> list[tuple[str, Verdict, float]]:
    return [(item.name, item.verdict, item.score) for item in report.criteria]


@pytest.mark.parametrize("symbol", [part.symbol for _, part in CHOSEN])
def test_the_reference_is_correct_on_the_gpu(gradings: dict[str, Judge], symbol: str) -> None:
    exercise = next(exercise for exercise, part in CHOSEN if part.symbol == symbol)
    report = judged(gradings["cuda"], symbol, exercise.reference_source)
    assert report.verdict is Verdict.ACCEPTED, [item for item in report.criteria if item.message]


@pytest.mark.parametrize("symbol", ["Linear", "LayerNorm", "BatchNorm2d"])
def test_known_wrong_answers_lose_the_same_points(gradings: dict[str, Judge], symbol: str) -> None:
    exercise = next(exercise for exercise, part in CHOSEN if part.symbol == symbol)
    for item in [item for item in exercise.misconceptions if item.part == symbol][:6]:
        source = misconception_source(exercise, item)
        on_cpu, on_gpu = (judged(gradings[device], symbol, source) for device in ("cpu", "cuda"))
        assert shape(on_cpu) == shape(on_gpu), item.name


STAYS_BEHIND = """
import torch
from torch import nn


class LayerNorm(nn.Module):
    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, device=None, dtype=None):
        super().__init__()
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.normalized_shape, self.eps, self.elementwise_affine = shape, eps, elementwise_affine
        self.eps_tensor = torch.tensor([eps])
        self.weight = nn.Parameter(torch.ones(shape)) if elementwise_affine else None
        self.bias = nn.Parameter(torch.zeros(shape)) if elementwise_affine and bias else None

    def forward(self, x):
        dims = tuple(range(-len(self.normalized_shape), 0))
        mean, var = x.mean(dims, keepdim=True), x.var(dims, unbiased=False, keepdim=True)
        y = (x - mean) / (var + self.eps_tensor).sqrt()
        if self.weight is not None:
            y = y * self.weight
        return y if self.bias is None else y + self.bias
"""


def test_a_tensor_that_does_not_follow_to_the_device_shows(gradings: dict[str, Judge]) -> None:
    """A plain attribute of one element, unlike a buffer, stays on the CPU."""
    report = judged(gradings["cuda"], "LayerNorm", STAYS_BEHIND)
    assert report.verdict is Verdict.RAISED
    assert any("same device" in item.message for item in report.criteria)


@pytest.mark.parametrize(
    ("symbol", "source"),
    [
        ("LayerNorm", "from torch import nn\n\n\nclass LayerNorm(nn.LayerNorm):\n    pass\n"),
        (
            "BatchNorm2d",
            (ROOT / "tests/submissions/off_limits/BatchNorm2d__functional.py").read_text(encoding="utf-8"),
        ),
    ],
)
def test_off_limits_holds_for_the_gpu_s_kernels(gradings: dict[str, Judge], symbol: str, source: str) -> None:
    assert judged(gradings["cuda"], symbol, source).verdict is Verdict.OFF_LIMITS


OUT_OF_BOUNDS = """

_Linear = Linear


class Linear(_Linear):
    def forward(self, x):
        if not self.training:
            torch.arange(3, device=x.device)[torch.tensor([10**6], device=x.device)].sum().item()
        return super().forward(x)
"""


def test_a_lost_context_costs_the_case_and_not_the_answer(gradings: dict[str, Judge]) -> None:
    exercise = next(exercise for exercise, part in CHOSEN if part.symbol == "Linear")
    report = judged(gradings["cuda"], "Linear", exercise.reference_source + OUT_OF_BOUNDS)
    assert report.verdict in (Verdict.CRASHED, Verdict.RAISED)
    # What does not ask for evaluation mode is judged by fresh processes.
    assert {item.name: item.verdict for item in report.criteria}["parameters"] is Verdict.ACCEPTED


def test_the_sandbox_is_as_strong_as_on_the_cpu(gradings: dict[str, Judge]) -> None:
    assert gradings["cuda"].server.sandbox == gradings["cpu"].server.sandbox


def test_the_judge_computes_without_tf32(gradings: dict[str, Judge]) -> None:
    assert not torch.backends.cuda.matmul.allow_tf32
    assert not torch.backends.cudnn.allow_tf32
    assert gradings["cuda"].device == "cuda"


def test_the_command_says_which_device_judged(tmp_path: Path) -> None:
    command = [
        sys.executable, "-m", "cli", "grade", "examples/ada", "--only", "Flatten", "--device", "cuda",
        "--store", str(tmp_path / "grades.sqlite"), "--seed", "gpu",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True)
    assert f"cuda ({torch.cuda.get_device_name()})" in " ".join(done.stdout.split())
