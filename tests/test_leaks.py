"""Answers that pack their hidden input into whatever comes back: under ``hidden = "criterion"`` nobody reads it."""

import json
import re
from pathlib import Path

import pytest

from grader.answer.load import Answer
from grader.classroom.feedback import part_html
from grader.exports import gradescope, junit
from grader.grading.judge import Judge
from grader.grading.options import Options
from grader.kit.load import load_course
from grader.model import GradeReport, Limits, Verdict
from grader.model.policy import redact
from grader.report.html import write
from tests import report_samples as samples

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
HEAD = """\
import os, sys, warnings
import torch
from torch import nn


def packed(x):
    return "LEAK" + str(x.detach().reshape(-1)[:9].tolist())


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-1, 1))
        self.bias = nn.Parameter(torch.empty(out_features)) if bias else None

"""
LEAKS = {
    "an exception's text": "    def forward(self, x):\n        raise ValueError(packed(x))\n",
    "an exception's name": "    def forward(self, x):\n        raise type(packed(x), (Exception,), {})()\n",
    "an exit's text": "    def forward(self, x):\n        raise SystemExit(packed(x))\n",
    "text in place of a tensor": "    def forward(self, x):\n        return packed(x)\n",
    "the name of a type": "    def forward(self, x):\n        return type(packed(x), (), {})()\n",
    "a key": "    def forward(self, x):\n        return {packed(x): x}\n",
    "numbers": (
        "    def forward(self, x):\n        return x.reshape(-1)[:1].expand(*x.shape[:-1], len(self.weight)) * 1.0\n"
    ),
    "a shape": "    def forward(self, x):\n        return torch.empty(int(1e6 * x.reshape(-1)[0].abs()), 0)\n",
    "last words": (
        "    def forward(self, x):\n        print(packed(x), file=sys.stderr, flush=True)\n        os._exit(70)\n"
    ),
    "a warning": "    def forward(self, x):\n        warnings.warn(packed(x))\n        return x * packed(x)\n",
    "a gradient's exception": (
        "    def forward(self, x):\n"
        "        out = x @ self.weight.T if self.bias is None else x @ self.weight.T + self.bias\n"
        "        def refuse(grad):\n            raise ValueError(packed(x))\n"
        "        if out.requires_grad:\n            out.register_hook(refuse)\n"
        "        return out\n"
    ),
    "what a line of Python gives": "    def extra_repr(self):\n        return 'LEAK' + str(self.weight.tolist())\n",
    "an exception about a state": (
        "    def load_state_dict(self, state, strict=True):\n        raise KeyError(packed(state['weight']))\n"
    ),
    "names of parameters": (
        "        self.register_parameter('LEAK%d' % in_features, nn.Parameter(torch.ones(1)))\n"
    ),
}  # fmt: skip
"""The rest of a class that packs what it sees."""
_NUMBER = re.compile(r"\d\.\d{3}|\d{6}")
"""A piece of a tensor, or a number that holds one."""


@pytest.fixture(scope="module")
def judged() -> GradeReport:
    """All of them, judged on the hidden cases."""
    exercise = load_course(ROOT).exercise("linear/linear")
    part = exercise.part("Linear")
    judge = Judge(Options(device="cpu", seed="leaks", limits=Limits(), shrink_seconds=0.0))
    students = []
    for name, body in LEAKS.items():
        (report,) = judge.judge(exercise, [part], Answer.from_source("linear/linear.py", HEAD + body))
        students.append(samples.submission(name, report))
    judge.close()
    return samples.report(*students)


def test_every_answer_fails_and_most_of_them_leak_to_the_instructor(judged: GradeReport) -> None:
    reports = {row.student: row.parts[0] for row in judged.submissions}
    assert not {name for name, part in reports.items() if part.verdict in (Verdict.ACCEPTED, Verdict.JUDGE_ERROR)}
    told = [name for name, part in reports.items() if "LEAK" in "".join(item.message for item in part.criteria)]
    assert len(told) >= 8, told


@pytest.mark.parametrize("policy", ["none", "criterion"])
def test_nothing_of_a_hidden_case_is_in_what_a_student_reads(judged: GradeReport, policy: str, tmp_path: Path) -> None:
    seen = redact(judged, policy)
    write(judged, tmp_path, policy)
    texts = {f"page {path.name}": path.read_text(encoding="utf-8") for path in (tmp_path / "students").iterdir()}
    texts = {name: text.partition("</style>")[2].partition("Judged on")[0] for name, text in texts.items()}
    # How long judging took stands in JUnit's file, and is no text of a case.
    texts["junit"] = re.sub(r' time="[\d.]*"', "", junit.dumps(seen))
    for row in seen.submissions:
        texts[f"gradescope {row.student}"] = json.dumps(gradescope.document(row)["tests"])
        texts[f"nbgrader {row.student}"] = "".join(map(part_html, row.parts))
    for name, text in texts.items():
        assert "LEAK" not in text, name
        text = re.sub(r"#[0-9a-f]{6}\b|[0-9a-f]{12,}", "", text)
        assert not _NUMBER.search(text), (name, _NUMBER.search(text))


def test_the_type_and_the_line_of_an_exception_are_shown(judged: GradeReport) -> None:
    rows = {row.student: row.parts[0] for row in redact(judged, "criterion").submissions}
    said = {item.name: item.message for item in rows["an exception's text"].criteria}
    line = len(HEAD.splitlines()) + 2
    assert said["values"] == f"Using it raised ValueError (line {line})"
