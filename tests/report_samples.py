"""Reports to render: one student, a class, and text that means harm."""

from typing import Any

from grader.model import (
    Counterexample,
    CriterionReport,
    Diagnosis,
    GradeReport,
    OffLimitsUse,
    PartReport,
    SubmissionReport,
    Verdict,
)

EVIL = (
    "\x1b[31m\x1b]0;owned\x07[bold]red[/bold] [link=file:///etc/passwd]x[/link] <script>alert(1)</script>"
    "\u202egnp\r\x00 :boom: \ud800"
)
"""Terminal escapes, rich markup, HTML, a direction override, NUL, an emoji code and half a surrogate pair."""

SNIPPET = """\
import torch
from batchnorm import BatchNorm2d

torch.set_default_dtype(torch.float64)
torch.manual_seed(3)
layer = BatchNorm2d(2, momentum=0.5).double()
layer.load_state_dict({
    "weight": torch.tensor([1.0, 2.0]),
    "bias": torch.tensor([0.0, 0.5]),
})
x = torch.tensor([
    [[[1.764052345967664, 0.4001572083672233]], [[0.5, -1.25]]],
    [[[0.9787379841057392, 2.240893199201458]], [[3.0, 0.125]]],
], requires_grad=True)
out = layer(x)
print("output:", out)
"""


def criterion(
    name: str, verdict: Verdict = Verdict.ACCEPTED, score: float = 0, best: float = 1, **more: Any
) -> CriterionReport:
    """A criterion's report; an accepted one has all its points."""
    score = best if verdict is Verdict.ACCEPTED else score
    return CriterionReport(name=name, verdict=verdict, score=score, max_score=best, **more)


def counterexample(**more: Any) -> Counterexample:
    """A failing case."""
    fields: dict[str, Any] = {
        "case": {"symbol": "BatchNorm2d", "new": {"args": [2], "kwargs": {"momentum": 0.5}}, "steps": [], "seed": 3},
        "snippet": SNIPPET,
        "where": "running_var after call 1",
        "expected": "tensor([1.2304, 0.9871])",
        "got": "tensor([1.1152, 0.7403])",
        "difference": 0.2468,
        "index": (1,),
        "shrunk": True,
    }
    return Counterexample(**(fields | more))


def part(name: str, exercise: str, verdict: Verdict, criteria: list[CriterionReport], **more: Any) -> PartReport:
    """A part's report, its score the sum of its criteria's."""
    return PartReport(
        part=name,
        exercise=exercise,
        verdict=verdict,
        score=None if verdict is Verdict.JUDGE_ERROR else sum(item.score for item in criteria),
        max_score=sum(item.max_score for item in criteria) or 14,
        suite="9f2c41d07ab3",
        seconds=0.41,
        criteria=criteria,
        **more,
    )


def right(name: str = "LayerNorm", exercise: str = "normalization/layernorm") -> PartReport:
    """A part with nothing wrong."""
    names = ("own_work", "interface", "parameters", "shapes", "values", "gradients")
    return part(
        name, exercise, Verdict.ACCEPTED, [criterion(each, best=0 if each == "own_work" else 2) for each in names]
    )


def wrong() -> PartReport:
    """A part whose running variance is wrong, diagnosed."""
    return part(
        "BatchNorm2d",
        "normalization/batchnorm",
        Verdict.WRONG,
        [
            criterion("own_work", best=0),
            criterion("interface"),
            criterion("shapes"),
            criterion(
                "state",
                Verdict.WRONG,
                best=2,
                message="The buffers were compared after a training call with momentum 0.5; running_var differs.",
                counterexample=counterexample(),
                diagnosis=Diagnosis(
                    misconception="biased_running_variance",
                    hint="torch tracks the unbiased variance (divided by n - 1), and normalises with the biased one.",
                ),
            ),
            criterion("values", best=4),
            criterion(
                "numerics", Verdict.SKIPPED, message="Not judged: too few cases are left whose values are right."
            ),
        ],
    )


def raised() -> PartReport:
    """A part that raises from a line of its own."""
    message = "BatchNorm1d(3) was called on a tensor of shape (2, 3), and raised IndexError: Dimension out of range."
    example = counterexample(
        where="",
        expected="a tensor of shape (2, 3)",
        got="IndexError",
        difference=None,
        index=None,
        line=42,
        source="    mean = x.mean((0, 2))",
    )
    return part(
        "BatchNorm1d",
        "normalization/batchnorm",
        Verdict.RAISED,
        [
            criterion("interface"),
            criterion("shapes", Verdict.RAISED, message=message, counterexample=example),
            criterion("values", Verdict.SKIPPED, best=4, message="Not judged, because shapes did not hold."),
        ],
    )


def delegated() -> PartReport:
    """A part that uses what is off limits."""
    use = OffLimitsUse(used="torch.nn.functional.batch_norm", line=17, source="    return F.batch_norm(x, mean, var)")
    items = [
        criterion("own_work", Verdict.OFF_LIMITS, best=0, message="It uses torch.nn.functional.batch_norm (line 17).")
    ]
    return part("BatchNorm3d", "normalization/batchnorm", Verdict.OFF_LIMITS, items, off_limits=[use])


def broken() -> PartReport:
    """A part with an internal error of the judge."""
    message = "The oracle raised ValueError on case 12; this is the course's fault."
    return part("GroupNorm", "normalization/groupnorm", Verdict.JUDGE_ERROR, [], message=message)


def missing(name: str, exercise: str) -> PartReport:
    """A part that is still the stub."""
    return part(name, exercise, Verdict.NOT_ATTEMPTED, [])


def submission(student: str, *parts: PartReport) -> SubmissionReport:
    """A student's report."""
    score, best = sum(each.score or 0 for each in parts), sum(each.max_score for each in parts)
    return SubmissionReport(
        student=student, path=f"/srv/course/submissions/{student}", score=score, max_score=best, parts=parts
    )


def ana() -> SubmissionReport:
    """One student with one part of each kind."""
    return submission(
        "ana",
        wrong(),
        raised(),
        delegated(),
        right(),
        broken(),
        missing("SwitchableNorm2d", "normalization/switchable"),
        missing("Flatten", "linear/linear"),
    )


def evil() -> SubmissionReport:
    """A student whose every text means harm."""
    example = counterexample(snippet=f"# {EVIL}\nx = 1", where=EVIL, expected=EVIL, got=EVIL, line=3, source=EVIL)
    item = criterion(
        "values",
        Verdict.RAISED,
        message=EVIL,
        counterexample=example,
        diagnosis=Diagnosis(misconception="Evil", hint=EVIL),
    )
    return submission(
        f"../../{EVIL}",
        part(
            "BatchNorm2d",
            "normalization/batchnorm",
            Verdict.RAISED,
            [item],
            message=EVIL,
            off_limits=[OffLimitsUse(used=EVIL, line=1, source=EVIL)],
        ),
        part("LayerNorm", "normalization/layernorm", Verdict.JUDGE_ERROR, [], message=EVIL),
    )


def report(*students: SubmissionReport, **more: Any) -> GradeReport:
    """A run's report."""
    fields: dict[str, Any] = {
        "device": "cpu",
        "sandbox": "L2 (rlimits, Landlock, seccomp)",
        "versions": {"python": "3.11.7", "torch": "2.13.0", "hypothesis": "6.170.0"},
        "notes": ("The course seed was created in .course-seed; keep it.",),
    }
    return GradeReport(submissions=students or (ana(),), **(fields | more))


def classroom(students: int, parts: int = 5) -> GradeReport:
    """A class whose results vary by number, not by chance."""
    made = []
    for number in range(students):
        items = []
        for index in range(parts):
            exercise = f"assignment{index // 8}/exercise{index // 2}"
            kind = (number * 7 + index * 3) % 10
            if kind < 5:
                items.append(right(f"Layer{index}", exercise))
            elif kind < 8:
                made_part = wrong()
                items.append(part(f"Layer{index}", exercise, Verdict.WRONG, list(made_part.criteria)))
            elif kind == 8:
                items.append(missing(f"Layer{index}", exercise))
            else:
                items.append(part(f"Layer{index}", exercise, Verdict.RAISED, list(raised().criteria)))
        made.append(submission(f"student{number:03d}", *items))
    return report(*made)
