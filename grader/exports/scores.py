"""Scores of students by assignment, as an export needs them, from our reports or from nbgrader's gradebook."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.model import CourseError, GradeReport, Verdict, codec


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Points by student and assignment; None where a part is ungraded, which is not a zero."""

    points: Mapping[str, Mapping[str, float | None]]
    most: Mapping[str, float]
    """The points of each assignment."""
    notes: Sequence[str] = ()
    known_as: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What else students are known by: number, address, name."""

    def only(self, assignment: str) -> "Scores":
        """The scores of one assignment.

        Raises:
            CourseError: where there is none of that name.
        """
        if assignment not in self.most:
            raise CourseError(
                f"There are no results for {assignment!r}.", f"There are for: {', '.join(self.most)}.", usage=True
            )
        return replace(
            self,
            points={student: {assignment: row.get(assignment)} for student, row in self.points.items()},
            most={assignment: self.most[assignment]},
        )


def scores_of(report: GradeReport) -> Scores:
    """The scores that a report holds."""
    points: dict[str, dict[str, float | None]] = {}
    most: dict[str, float] = {}
    notes = list(report.refused)
    for submission in report.submissions:
        if submission.student in points:
            raise CourseError(f"Two submissions are by {submission.student!r}.", "Give the folders different names.")
        row: dict[str, float | None] = {}
        maxima: dict[str, float] = {}
        for part in submission.parts:
            assignment = part.exercise.split("/")[0]
            before = row.setdefault(assignment, 0.0)
            maxima[assignment] = maxima.get(assignment, 0.0) + part.max_score
            if part.score is None or part.verdict is Verdict.JUDGE_ERROR:
                row[assignment] = None
                notes.append(f"Ungraded: {part.part} of {submission.student}; {assignment} is left empty.")
            elif before is not None:
                row[assignment] = before + part.score
        points[submission.student] = row
        for assignment, value in maxima.items():
            most[assignment] = max(value, most.get(assignment, 0.0))
    return Scores(points=points, most=most, notes=notes)


def read_report(path: Path) -> GradeReport:
    """The report that `course grade --output` wrote.

    Raises:
        CourseError: where it is not one.
    """
    path = path / "grades.json" if path.is_dir() else path
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["schema"] != codec.REPORT_SCHEMA:
            raise CourseError(f"{path} is of schema {document['schema']}, not {codec.REPORT_SCHEMA}.", "Grade again.")
        return codec.made(GradeReport, document)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CourseError(
            f"{path} holds no grades: {type(error).__name__}: {error}",
            "Write them with: course grade STUDENT_DIR... --output RESULTS",
            usage=True,
        ) from None
