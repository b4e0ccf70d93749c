"""A long part in stages: which of its cases can be judged once the methods of a stage are written.

The part stays one part, whose cases and points decide what it is worth when graded. A stage takes those of its public
cases that use no method of a later stage, so that a learner is judged by what is written so far.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from grader.course.road import Stage
from grader.model import CaseKind, PartReport, Verdict
from grader.suite.data import Suite, SuiteCase

_CALLED = re.compile(r"\.(\w+)\(")
_SHOWN = "__repr__"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one is in a part that has stages."""

    stages: Sequence[Stage]
    held: int
    """How many of them hold."""

    @property
    def now(self) -> Stage | None:
        """The stage that one is at; None where all hold."""
        return self.stages[self.held] if self.held < len(self.stages) else None

    @property
    def earned(self) -> float:
        """The points of those that hold."""
        return sum(stage.points for stage in self.stages[: self.held])

    def __str__(self) -> str:
        """``Stage 2 of 5, look up: children, get_submodule``, and what all methods of the stage are."""
        if self.now is None:
            return f"All {len(self.stages)} stages hold."
        return f"Stage {self.held + 1} of {len(self.stages)}, {self.now.name}: {', '.join(self.now.methods)}"

    def scored(self, report: PartReport) -> PartReport:
        """The report of a stage with the points of the whole part: what the stages before it have earned."""
        if report.verdict in (Verdict.NOT_ATTEMPTED, Verdict.JUDGE_ERROR):
            return report
        return replace(report, score=self.earned, max_score=sum(stage.points for stage in self.stages))


def split(suite: Suite, stages: Sequence[Stage]) -> Iterator[Suite]:
    """The suite of each stage; every case is in exactly one of them."""
    known = {method: index for index, stage in enumerate(stages) for method in stage.methods}
    placed: list[list[SuiteCase]] = [[] for _ in stages]
    for entry in suite.cases:
        placed[max((known.get(name, 0) for name in _used(entry)), default=0)].append(entry)
    for cases in placed:
        yield replace(suite, cases=cases, planned=Counter(_criterion(entry) for entry in cases))


def _used(entry: SuiteCase) -> Iterator[str]:
    """The methods that a program calls."""
    for step in entry.case["steps"]:
        for line in step.get("lines", ()):
            yield from _CALLED.findall(line)
            if "repr(" in line:
                yield _SHOWN


def _criterion(entry: SuiteCase) -> str:
    return "interface" if entry.kind is CaseKind.INTERFACE else entry.case.get("lines", "values")
