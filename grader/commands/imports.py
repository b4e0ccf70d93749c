"""Students' work from the systems that schools use."""

import sys
from pathlib import Path

import click

from grader.commands import USAGE, report_errors
from grader.course.paths import root_of
from grader.model import CourseError
from grader.model.names import tame
from grader.model.words import clean


@click.command("import")
@click.argument("system", metavar="SYSTEM", type=click.Choice(["canvas", "moodle", "gradescope"]))
@click.argument("download", metavar="ZIP", type=click.Path(path_type=Path))
@click.option(
    "--roster",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Canvas's gradebook, Moodle's grading worksheet or Gradescope's roster, as CSV.",
)
@click.option("--assignment", help="The assignment that was handed in (default: the files tell).")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("submissions"),
    show_default=True,
    help="Where to; what is there is kept.",
)
@click.pass_obj
@report_errors
def import_(
    root: Path | None, system: str, download: Path, roster: Path | None, assignment: str | None, output: Path
) -> None:
    """Take in a bulk download of canvas, moodle or gradescope.

    ZIP is the download as it comes, or the folder that it was unpacked to. Every student has one folder below
    OUTPUT/students, for `course grade`, and keeps it in later imports.

    Exit status: 0 all was taken in, 1 the course is broken, 2 usage, also where something was not taken in.
    """
    from grader.imports.store import take_in
    from grader.kit.load import load_course

    taken = take_in(load_course(root_of(root)), system, download, output, roster, assignment)
    for line in taken.notes:
        click.echo(clean(line), err=True)
    for line in taken.refused:
        click.echo(clean(f"Not taken in: {line}."), err=True)
    if not taken.students:
        raise CourseError(
            "Nothing of the download answers an exercise of this course.",
            "`course list` names them; --assignment says which was handed in.",
            usage=True,
        )
    counted = ", ".join(f"{name} of {count}" for name, count in sorted(taken.answers.items()))
    where = tame(str(output / "students"))
    click.echo(f"Took in {taken.students} students: {counted}.")
    click.echo(f"Grade them: course grade {where}/* --output results")
    if taken.refused:
        sys.exit(USAGE)
