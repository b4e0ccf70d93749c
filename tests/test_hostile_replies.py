"""Whatever a worker sends, the judge judges it: 10,000 broken replies, and not one exception."""

import contextlib
import io
import math
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from rich.console import Console

from grader.answer.load import Answer, Cell
from grader.compare.observation import Malformed, validate
from grader.host.allowance import Allowance
from grader.judge.board import Board
from grader.judge.grade import PartGrader
from grader.kit.recorded import RecordedExercise, recorded_exercises
from grader.model import Case, CaseKind, GradeReport, Limits, PartReport, Stopped, SubmissionReport, Verdict, codec
from grader.report import html, json, terminal
from grader.spec import OffLimits, Part
from grader.suite.data import Suite, SuiteCase, from_bytes
from tests.mutants import copied, disguised, mutated, places

ROOT = Path(__file__).parents[1]
PARTS = (
    "Linear", "Flatten", "Module", "ModuleDict", "optimizer_step", "receptive_field", "Conv1d", "Unfold", "batch_norm",
    "BatchNorm1d", "InstanceNorm2d", "LSTM", "GRUCell", "Upsample", "AlexNet", "GlobalAvgPoolHead",
)  # fmt: skip
"""Parts of every kind: layers with and without state, programs, functions, networks, random values."""
SOURCE = "class {0}:\n    def forward(self, x):\n        return x * 2\n"
ERROR = {
    "stage": "call", "step": 0, "type": "E", "kinds": ["E", "Exception", "BaseException"], "message": "no", "line": 3,
}  # fmt: skip
MUTANTS = 10_000
AT_ONCE = 32
"""Cases judged together: a whole suite would take too long a thousand times."""


class Liar:
    """A worker, and where workers come from: it answers as the oracle would, but for what is broken at random."""

    def __init__(self, part: Part, suite: Suite, rng: random.Random) -> None:
        self.loaded: Mapping[str, Any] = {"symbols": [part.symbol], "errors": []}
        self.weight, self.spent = 0, 0.0
        self.output = ""
        self.mutants = 0
        self._rng, self._careful = rng, rng.random() < 0.7
        self._replies = [(entry.case, _reply(entry, suite)) for entry in suite.cases]

    def begin(self, answer: Answer, off_limits: OffLimits) -> "Liar":
        return self

    def finish(self) -> None:
        """Nothing stopped it."""

    def close(self) -> None:
        """Nothing to end."""

    def limit(self, seconds: float) -> None:
        """It takes no time."""

    def prepare_next(self, off_limits: object) -> None:
        """There is one already."""

    def run(self, cases: Iterable[Case], allowance: Allowance | None = None) -> Iterator[Any]:
        for case in cases:
            yield self._answer(case)

    def _answer(self, case: Case) -> Any:
        rng = self._rng
        own = [reply for known, reply in self._replies if known is case]
        reply = copied(own[0] if own else rng.choice(self._replies)[1])
        dice = rng.random()
        if dice < 0.01:
            return Stopped(rng.choice((Verdict.CRASHED, Verdict.TIME_LIMIT)), rng.choice(("new", "call")), 0, "Gone.")
        if dice < 0.013:
            reply["off_limits"] = [{"used": "torch.nn.functional.linear", "line": 1}]
        elif dice < 0.06:
            reply["error"] = copied(ERROR)
        if dice > (0.4 if self._careful else 0.9):
            return reply
        self.mutants += 1
        return disguised(reply, rng) if self._careful else mutated(reply, rng)


def _reply(entry: SuiteCase, suite: Suite) -> dict[str, Any]:
    """A reply to a case: the oracle's where there is one, else that to the first."""
    known = entry if entry.expected is not None and "truth" not in entry.expected else suite.cases[0]
    return {**known.answered, "off_limits": [], "ops": 7, "seen": ["aten.add.Tensor"]}


def some_of(suite: Suite, rng: random.Random) -> Suite:
    """A few cases of a suite, with those that they are judged with."""
    chosen = [rng.choice([item for item in suite.cases if item.kind is CaseKind.MAIN])]
    kinds = sorted({entry.kind for entry in suite.cases})
    while len(chosen) < AT_ONCE:
        kind = rng.choice(kinds)
        entry = rng.choice([item for item in suite.cases if item.kind is kind])
        if entry.kind in (CaseKind.PROPERTY, CaseKind.GROWTH):
            chosen += [item for item in suite.cases if (item.kind, item.group) == (entry.kind, entry.group)]
        elif entry.kind is CaseKind.POSITIONAL:
            chosen += [suite.cases[entry.group], replace(entry, group=len(chosen))]
        else:
            chosen.append(entry)
    return replace(suite, cases=chosen, planned=dict.fromkeys(suite.planned, 2))


@pytest.fixture(scope="module")
def parts() -> list[tuple[RecordedExercise, Part, Suite]]:
    names = [path.name for path in (ROOT / "assignments").iterdir()]
    return [
        (exercise, part, from_bytes(exercise.recorded_suite(part.symbol)))
        for exercise in recorded_exercises(ROOT / "assignments", names)
        for part in exercise.parts
        if part.symbol in PARTS
    ]


@pytest.mark.slow
def test_no_reply_raises_in_the_judge(parts: list[tuple[RecordedExercise, Part, Suite]], tmp_path: Path) -> None:
    assert {part.symbol for _, part, _ in parts} == set(PARTS)
    rng = random.Random(13)
    found: list[PartReport] = []
    mutants = 0
    while mutants < MUTANTS:
        exercise, part, suite = rng.choice(parts)
        few = some_of(suite, rng)
        liar = Liar(part, few, rng)
        answer = Answer("a/a.py", "a", (Cell(SOURCE.format(part.symbol)),), "")
        grader = PartGrader(server=liar, exercise=exercise, part=part, suite=few, limits=Limits())  # type: ignore[arg-type]
        report = grader.grade(answer).report
        assert codec.loads(PartReport, codec.dumps(report)).verdict is report.verdict
        mutants += liar.mutants
        found.append(report)
    verdicts = Counter(item.verdict for report in found for item in report.criteria)
    assert verdicts.keys() >= {Verdict.ACCEPTED, Verdict.WRONG, Verdict.RAISED, Verdict.CRASHED, Verdict.OFF_LIMITS}
    assert Verdict.JUDGE_ERROR not in verdicts
    assert max(len(codec.dumps(report)) for report in found) < 200_000
    _render(rng.sample(found, 40), tmp_path)


def _odd(like: torch.Tensor) -> Iterator[Any]:
    """Tensors of the same shape in which no property is computed as it should be."""
    yield from (
        torch.full(like.shape, number, dtype=like.dtype) for number in (0.0, math.nan, math.inf, -math.inf, 1e30)
    )
    yield from (
        torch.ones(like.shape, dtype=dtype) for dtype in (torch.complex128, torch.bool, torch.int64, torch.half)
    )
    yield like.float()
    yield {"$sketch": torch.zeros(2112, dtype=like.dtype), "shape": list(like.shape), "dtype": str(like.dtype)}


def _looked_at(reply: Any) -> list[tuple[Any, Any]]:
    """Where the floating tensors are that a property may compute with."""
    found = []
    for step in reply["steps"]:
        sections = [step.get(name) for name in ("inputs", "buffers", "grads")]
        for holder, key in places(step):
            if isinstance(holder[key], torch.Tensor) and not any(holder is section for section in sections):
                found.append((holder, key))
    return [(holder, key) for holder, key in found if holder[key].is_floating_point()]


@pytest.mark.slow
def test_no_odd_tensor_raises_in_a_property(parts: list[tuple[RecordedExercise, Part, Suite]]) -> None:
    judged = 0
    for _, part, suite in parts:
        cases = [entry for entry in suite.cases if entry.kind is CaseKind.PROPERTY]
        replies = [copied(entry.answered) for entry in cases]
        for reply in replies:
            for holder, key in _looked_at(reply):
                like = holder[key]
                for odd in _odd(like):
                    holder[key] = odd
                    _judge_properties(part, replace(suite, cases=cases), replies)
                    judged += 1
                holder[key] = like
    assert judged > 300


def _judge_properties(part: Part, suite: Suite, replies: list[Any]) -> Board:
    board = Board(part, suite, {item.criterion: 1.0 for item in part.properties})
    for index, reply in enumerate(replies):
        with contextlib.suppress(Malformed):
            board.add(index, validate(reply))
    board.complete(lambda cases: [])
    return board


def test_an_output_where_nothing_is_called_raises_in_no_property(
    parts: list[tuple[RecordedExercise, Part, Suite]],
) -> None:
    for _, part, suite in parts:
        cases = [entry for entry in suite.cases if entry.kind is CaseKind.PROPERTY]
        replies = [copied(entry.answered) for entry in cases]
        for step in [step for reply in replies for step in reply["steps"]]:
            step["out"] = torch.ones(3)
        board = _judge_properties(part, replace(suite, cases=cases), replies)
        assert not any(outcome.held for outcome in board.outcomes.values())


def _render(reports: list[PartReport], folder: Path) -> None:
    """Write reports in every form."""
    student = SubmissionReport(student="s", path="s", parts=tuple(reports), score=0, max_score=1)
    report = GradeReport(device="cpu", sandbox="L2", versions={}, submissions=(student,))
    assert json.dumps(report)
    html.write(report, folder, "counterexample")
    screen = io.StringIO()
    terminal.render(report, Console(file=screen, width=100), verbose=True)
    assert "s" in screen.getvalue()
