"""Answers of a few lines, graded on the public cases of one part."""

import os
import textwrap
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from types import TracebackType

from grader.answer.load import Answer
from grader.host.session import Server
from grader.judge.grade import PartGrader
from grader.kit.load import load_course
from grader.model import CriterionReport, PartReport
from grader.suite.cache import PUBLIC, compile_suite
from tests.sessions import LIMITS

ROOT = Path(__file__).parent.parent

PLAIN = (ROOT / "tests" / "submissions" / "accepted" / "Linear__plain.py").read_text(encoding="utf-8")
LINEAR = (
    "import sys\nimport threading\nimport numpy as np\nimport torch\n@before\n"
    + PLAIN.replace("def forward(", "def plain(")
    + "\n@forward\n"
)
"""A right Linear whose own forward is called ``plain``."""

BATCH_NORM = """
import torch
from torch import nn

class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        else:
            self.running_mean = self.running_var = self.num_batches_tracked = None

    def forward(self, x):
        if x.dim() not in (2, 3) or x.shape[1] != self.num_features:
            raise ValueError("expected N, C or N, C, L")
        batch = self.training or not self.track_running_stats
        if batch and x.numel() == x.shape[1]:
            raise ValueError("expected more than one value per channel")
        form = (1, -1) + (1,) * (x.dim() - 2)
        if batch:
            axes = [0] if x.dim() == 2 else [0, 2]
            mean, var = x.mean(axes), x.var(axes, correction=0)
            if self.track_running_stats and self.training:
                self.learn(mean.detach(), var.detach() * x.numel() / (x.numel() - x.shape[1]))
        else:
            mean, var = self.running_mean, self.running_var
        y = (x - mean.view(form)) * torch.rsqrt(var.view(form) + self.eps)
        return y if self.weight is None else y * self.weight.view(form) + self.bias.view(form)

    def share(self):
        return 1 / int(self.num_batches_tracked) if self.momentum is None else self.momentum

@forward
"""


class Grader(AbstractContextManager["Grader"]):
    """Grades answers to one part."""

    def __init__(self, exercise: str, symbol: str, frame: str) -> None:
        """Begin without a worker.

        Args:
            exercise: The exercise's slug.
            symbol: The part.
            frame: The answer's text, with ``@before`` in front of the class and ``@forward`` among its methods.
        """
        self.exercise, self.frame = load_course(ROOT).exercise(exercise), frame
        self.part, self.server = self.exercise.part(symbol), Server(LIMITS)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.server.close()

    @cached_property
    def grader(self) -> PartGrader:
        cache = Path(os.environ["COURSE_CACHE"])
        suite = compile_suite(self.exercise, self.part, "layers", visibility=PUBLIC, cache_dir=cache)
        return PartGrader(
            server=self.server, exercise=self.exercise, part=self.part, suite=suite, limits=LIMITS, shrink_seconds=0
        )

    def report(self, forward: str, before: str = "") -> PartReport:
        methods = textwrap.indent(textwrap.dedent(forward), "    ")
        source = self.frame.replace("@forward", methods).replace("@before", textwrap.dedent(before))
        return self.grader.grade(Answer.from_source(f"{self.exercise.slug}.py", source)).report

    def lost(self, forward: str, before: str = "") -> dict[str, CriterionReport]:
        """The criteria that earn nothing, by name."""
        report = self.report(forward, before)
        return {item.name: item for item in report.criteria if item.max_score and not item.score}
