"""Give a name to what a class does wrong."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands import report_errors
from grader.course.paths import default_store, own_root
from grader.model import CourseError, PartReport, Verdict
from grader.model.names import printable, tame, unescaped

if TYPE_CHECKING:
    from grader.course.catalogue import Course
    from grader.course.exercise import CourseExercise

_Report = tuple[str, str, str, PartReport]
"""Student, path, digest of the answer, and what was found."""


@click.group()
def misconception() -> None:
    """Declare mistakes that a class makes."""


@misconception.command()
@click.option("--from", "student", required=True, metavar="STUDENT", help="Whose answer to begin from.")
@click.argument("part")
@click.option("--name", default="", help="What the mistake is called: ForgetsTheBias (default: it waits for a name).")
@click.option("--hint", default="", help="What to say to those who make it (default: it waits for that).")
@click.option(
    "--results",
    "--store",
    "store_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where results are kept (default: results/grades.sqlite of the course).",
)
@click.pass_obj
@report_errors
def new(root: Path | None, student: str, part: str, name: str, hint: str, store_file: Path | None) -> None:
    """Begin the declaration of a misconception from a student's answer to PART.

    It is written into the exercise's misconceptions.py: as edits of the reference where these are few, else as the
    answer itself, without comments and without the student's name. Nobody is told of it before it has a name and a
    hint; then `course regrade` gives that to everyone whose answer behaves like it.
    """
    from grader.answer.confined import start
    from grader.authoring.from_answer import Wrong, declare
    from grader.course.declared import declared
    from grader.kit.load import load_course

    start()
    course = load_course(own_root(root))
    found = course.select([part])
    if len(found) > 1:
        names = ", ".join(each.symbol for _, each in found[:6])
        raise CourseError(f"{part!r} holds several parts: {names}.", "Name one of them.", usage=True)
    ((chosen, one),) = found
    exercise = declared(chosen)
    reports = _reports(course, store_file, exercise.slug, one.symbol)
    who, path, digest, report = _of(student, one.symbol, reports)
    behaves = [each for *_, each in reports if each.behaviour and each.behaviour == report.behaviour]
    source = _written(course, exercise, one.symbol, (who, path, digest, report))
    wrong = Wrong(student=who, source=source, report=report, alike=max(1, len(behaves)))
    called = declare(exercise, wrong, name, hint)
    alike = f"{len(behaves)} answers behave" if len(behaves) > 1 else "One answer behaves"
    click.echo(f"Wrote {called} to {tame(str(exercise.folder / 'misconceptions.py'))}. {alike} like it.")
    click.echo("Read it first: it is made of a student's code, which the course runs outside of the sandbox.")
    todo = [what for what, given in (("a name", name), ("a hint", hint)) if not given]
    if todo:
        click.echo(f"It waits for {' and '.join(todo)}; `course verify {exercise.slug}` tells what is missing.")
    click.echo(f"Then: course verify {exercise.slug} --quick && course regrade --part {one.symbol}")


def _reports(course: "Course", store_file: Path | None, slug: str, symbol: str) -> list[_Report]:
    from grader.grading.store import Store

    path = store_file or default_store(course.root)
    if not path.exists():
        raise CourseError(
            f"Nothing was graded yet: there is no {path}.",
            "`course grade` makes it; --results names another.",
            usage=True,
        )
    with closing(Store(path)) as store:
        return list(store.reports(slug, symbol))


def _of(student: str, symbol: str, reports: Sequence[_Report]) -> _Report:
    """The last report of a student who failed a part.

    Raises:
        CourseError: where there is none, or nothing to name.
    """
    names = {student, printable(student), Path(student).name}
    own = [each for each in reports if each[0] in names]
    if not own:
        raise CourseError(f"{tame(student)} was not graded on {symbol}.", "`course history` tells on what.", usage=True)
    report = own[-1][3]
    if report.verdict not in (Verdict.WRONG, Verdict.RAISED) or not report.behaviour:
        raise CourseError(
            f"{tame(student)}'s {symbol} is {report.verdict}, which shows no mistake to name.",
            "Choose an answer that was judged on all cases, and failed some.",
            usage=True,
        )
    known = next((item.diagnosis.misconception for item in report.criteria if item.diagnosis), "")
    if known:
        raise CourseError(f"{tame(student)}'s mistake in {symbol} has a name already: {known}.", usage=True)
    return own[-1]


def _written(course: "Course", exercise: "CourseExercise", symbol: str, graded: _Report) -> str:
    """What of the answer that was graded the part depends on.

    Raises:
        CourseError: where it is no longer there.
    """
    from grader.answer.load import Submission
    from grader.answer.ran import slice_of
    from grader.grading.select import read_answer

    student, path, digest, _ = graded
    answer = read_answer(course, Submission(student, Path(unescaped(path))), exercise)
    if answer.digest != digest:
        raise CourseError(
            f"{tame(student)}'s answer is not the one that was graded.", "Grade it again, then ask again.", usage=True
        )
    return "\n".join(cell.source for cell in slice_of(answer, [symbol]).cells)
