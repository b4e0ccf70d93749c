"""nbgrader's submissions, and grades for the systems that schools use."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from grader.commands import USAGE, report_errors
from grader.course.paths import root_of
from grader.course.settings import read_settings
from grader.exports import READ_BY_STUDENTS
from grader.model import CourseError
from grader.model.names import tame
from grader.model.words import clean

TOOLS = ("jplag", "dolos")
"""Tools that compare answers."""


@click.command("nbgrader-import")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.argument("student_dirs", metavar="STUDENT_DIR...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.pass_obj
@report_errors
def nbgrader_import(root: Path | None, directory: Path, student_dirs: Sequence[Path]) -> None:
    """Put plain .py answers into DIRECTORY/submitted, for nbgrader autograde."""
    from grader.classroom.intake import import_submissions
    from grader.kit.load import load_course

    written, refused = import_submissions(load_course(root_of(root)), directory.resolve(), student_dirs)
    for path in written:
        click.echo(f"Wrote {tame(str(path))}.")
    for why in refused:
        click.echo(clean(f"Not imported: {why.what} {why.fix}"), err=True)
    if refused:
        sys.exit(USAGE)
    if not written:
        raise CourseError("Nothing was found that answers a released exercise.", "`course list` names the exercises.")


@click.command()
@click.argument("form", metavar="FORMAT", type=click.Choice(["csv", "canvas", "moodle", *READ_BY_STUDENTS, *TOOLS]))
@click.argument("results", metavar="RESULTS...", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--gradebook",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The CSV file that you exported from Canvas, or Moodle's grading worksheet.",
)
@click.option("--assignment", help="The one assignment to export (default: all).")
@click.option("--column", help="The gradebook's column to fill (default: the one named like the assignment).")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="The file (of gradescope, prairielearn, jplag and dolos: directory).",
)
@click.pass_obj
@report_errors
def export(
    root: Path | None,
    form: str,
    results: Sequence[Path],
    gradebook: Path | None,
    assignment: str | None,
    column: str | None,
    output: Path,
) -> None:
    """Write grades as csv, canvas, moodle, gradescope, prairielearn or junit; or a class's answers for jplag or dolos.

    RESULTS is the grades.json (or the directory) of `course grade --output`, or nbgrader's gradebook.db. For jplag and
    dolos they are the students' directories, as for `course similar`.
    """
    if form in TOOLS:
        _hand_over(form, root_of(root), results, assignment, output)
        return
    if len(results) > 1:
        raise CourseError("Grades are exported from one place.", "Name one file or directory.", usage=True)
    from grader.exports import ExportRequest, write

    request = ExportRequest(
        form=form, results=results[0], gradebook=gradebook, assignment=assignment, column=column, output=output
    )
    if form in READ_BY_STUDENTS:
        request = replace(request, feedback=read_settings(root_of(root)).feedback)
    notes = write(request)
    for note in notes:
        click.echo(clean(note), err=True)
    click.echo(f"Wrote {tame(str(output))}.")


def _hand_over(tool: str, root: Path, students: Sequence[Path], assignment: str | None, output: Path) -> None:
    """Write a class's answers for a tool that compares them, and say how it is called."""
    from grader.similar.hand_over import hand_over
    from grader.similar.read import Class

    found = Class(root, students, [assignment] if assignment else [])
    command = hand_over(tool, found, output)
    for note in found.notes:
        click.echo(clean(note), err=True)
    click.echo(f"Wrote {tame(str(output))}. Now:\n\n{clean(command)}")
    if found.refused:
        sys.exit(USAGE)
