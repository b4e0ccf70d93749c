"""Grades in the forms that schools' systems take in: CSV, Canvas, Moodle, Gradescope, PrairieLearn, JUnit XML.

May import: model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.model import CourseError
from grader.model.files import write_whole
from grader.model.policy import redact
from grader.model.sheet import UTF_8, read

READ_BY_STUDENTS = ("gradescope", "prairielearn", "junit")
"""Forms that show messages and counterexamples, so that the feedback policy holds for them."""


@dataclass(frozen=True, kw_only=True)
class ExportRequest:
    """What to export, and where to."""

    form: str
    results: Path
    """``grades.json``, the directory that holds it, or nbgrader's ``gradebook.db``."""
    gradebook: Path | None = None
    """The file to fill in: the system's own export."""
    assignment: str | None = None
    column: str | None = None
    output: Path
    feedback: str = "counterexample"
    """What students may see of hidden cases, in the forms that they read (see `grader.model.policy`)."""


def write(request: ExportRequest) -> Sequence[str]:
    """Write the export.

    Args:
        request: What to export, and where to.

    Returns:
        What the user should know: who was not matched, what was left ungraded.

    Raises:
        CourseError: where the results or the gradebook cannot be read, or do not fit together.
    """
    try:
        return _write(request)
    except OSError as error:
        raise CourseError(f"{request.output} cannot be written: {error}.", "Name another with --output.") from None


def _write(request: ExportRequest) -> Sequence[str]:
    from grader.exports import canvas, gradescope, junit, moodle, prairielearn, table
    from grader.exports.each import write_each
    from grader.exports.scores import read_report, scores_of

    if request.form in READ_BY_STUDENTS:
        report = redact(read_report(request.results), request.feedback)
        if request.form == "junit":
            write_whole(request.output, junit.dumps(report), private=True)
            return report.refused
        system = gradescope if request.form == "gradescope" else prairielearn
        return [*write_each(report, request.output, system.document), *report.refused]
    if request.results.suffix == ".db":
        from grader.exports.nbgrader_scores import read_gradebook

        scores = read_gradebook(request.results)
    else:
        scores = scores_of(read_report(request.results))
    notes: list[str] = []
    if request.assignment is not None:
        scores = scores.only(request.assignment)
    if request.form == "csv":
        text = table.dumps(scores)
    else:
        if request.gradebook is None:
            raise CourseError(
                f"{request.form} needs the file that you exported from there.", "Name it with --gradebook.", usage=True
            )
        fill = canvas.fill if request.form == "canvas" else moodle.fill
        exported = request.gradebook.read_bytes()
        text, notes = fill(scores, exported, request.column)
        if (encoding := read(exported).encoding) != UTF_8:
            notes = [
                *notes,
                f"{request.gradebook} was {encoding}; what was written is UTF-8, which it is to be read as.",
            ]
    write_whole(request.output, text, private=True)
    return [*notes, *scores.notes]
