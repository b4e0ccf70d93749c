"""Grades in the forms that schools' systems take in: CSV, Canvas, Moodle, Gradescope, JUnit XML."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.model import CourseError


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What to export, and where to."""

    form: str
    results: Path
    """``grades.json``, the directory that holds it, or nbgrader's ``gradebook.db``."""
    gradebook: Path | None = None
    """The file to fill in: the system's own export."""
    assignment: str | None = None
    column: str | None = None
    output: Path


def write(wanted: Wanted, root: Path) -> Sequence[str]:
    """Write the export.

    Args:
        wanted: What to export.
        root: The course's directory, whose feedback policy holds where students read the export.

    Returns:
        What the person should know: who was not matched, what was left ungraded.

    Raises:
        CourseError: where the results or the gradebook cannot be read, or do not fit together.
    """
    try:
        return _write(wanted, root)
    except OSError as error:
        raise CourseError(f"{wanted.output} cannot be written: {error}.", "Name another with --output.") from None


def _write(wanted: Wanted, root: Path) -> Sequence[str]:
    from grader.exports import canvas, gradescope, junit, moodle, table
    from grader.exports.scores import read_report, read_scores

    if wanted.form in ("gradescope", "junit"):
        from grader.course.settings import read_settings
        from grader.model.policy import redact

        report = redact(read_report(wanted.results), read_settings(root).feedback)
        if wanted.form == "junit":
            wanted.output.write_text(junit.dumps(report), encoding="utf-8", newline="\n")
            return []
        return gradescope.write(report, wanted.output)
    scores = read_scores(wanted.results)
    notes: list[str] = []
    if wanted.assignment is not None:
        scores = scores.only(wanted.assignment)
    if wanted.form == "csv":
        text = table.dumps(scores)
    else:
        if wanted.gradebook is None:
            raise CourseError(
                f"{wanted.form} needs the file that you exported from there.", "Name it with --gradebook.", usage=True
            )
        fill = canvas.fill if wanted.form == "canvas" else moodle.fill
        text, notes = fill(scores, wanted.gradebook.read_bytes(), wanted.column)
    wanted.output.write_text(text, encoding="utf-8", newline="")
    return [*notes, *scores.notes]
