"""Seal a course, and hand out what grades or checks elsewhere: on Gradescope, on GitHub."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands import SEED_HELP, report_errors, warn_of_seed
from grader.course.catalogue import Course
from grader.course.exercise import CourseExercise
from grader.course.paths import cache_dir, own_root
from grader.model.names import tame
from grader.spec import Part

if TYPE_CHECKING:
    from grader.suite.provider import Suites


@click.command("compile")
@click.argument("names", metavar="[PART]...", nargs=-1)
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), help="Write a sealed course there (default: none)."
)
@click.option("--jobs", type=click.IntRange(1), help="Suites compiled at once (default: the cores).")
@click.option("--seed", help=SEED_HELP)
@click.pass_obj
@report_errors
def compile_suites(
    root: Path | None, names: Sequence[str], output: Path | None, jobs: int | None, seed: str | None
) -> None:
    """Compile hidden suites ahead: of the exercises named, or of all.

    They are kept where grading looks for them, so that the next `course grade` starts at once. With --output they are
    written, with what else grading needs, to a folder that stands in for the course: `course --root DIR grade …` then
    compiles nothing, and needs neither solutions/ nor the seed. Keep that folder to those who grade.

    Exit status: 0 compiled, 1 the course is broken, 2 usage.
    """
    from grader.kit.load import load_course
    from grader.release.sealed import seal

    course = load_course(own_root(root))
    selection = course.select(names)
    warn_of_seed(seed, quiet=False)
    suites = compiled(course, selection, seed, jobs)
    if output is not None:
        written = seal(course, exercises_of(selection), suites, output)
        click.echo(f"Wrote {len(written)} files to {tame(str(output))}.")


def exercises_of(selection: Sequence[tuple[CourseExercise, Part]]) -> Sequence[CourseExercise]:
    """The exercises of some parts, each once."""
    return list({exercise.slug: exercise for exercise, _ in selection}.values())


def compiled(
    course: Course, selection: Sequence[tuple[CourseExercise, Part]], seed: str | None = None, jobs: int | None = None
) -> "Suites":
    """The hidden suites of all parts of the exercises selected, for the CPU; each is told as it is there."""
    from grader.course.exercise import needs_solutions
    from grader.grading.options import course_seed
    from grader.release.sealed import compile_all
    from grader.suite.provider import Suites

    if course.is_kit:
        raise needs_solutions("Compiling takes")
    secret, note = course_seed(course, seed)
    if note:
        click.echo(note, err=True)
    suites = Suites(seed=secret, cache_dir=cache_dir())
    exercises = exercises_of(selection)
    many = sum(len(exercise.parts) for exercise in exercises)
    for done, ((slug, symbol), seconds) in enumerate(compile_all(course, exercises, suites, jobs), 1):
        click.echo(f"{done}/{many} {slug}: {symbol}, {seconds:.1f} s", err=True)
    return suites


def to_gradescope(course: Course, names: Sequence[str], directory: Path) -> None:
    """Write the zip file for Gradescope, and say what to set there."""
    from grader.release.gradescope import seconds_for, write_autograder

    selection = course.select(names)
    seconds_for(course, selection)  # before what takes long
    made = write_autograder(course, selection, compiled(course, selection), directory)
    size = made.path.stat().st_size / 2**20
    click.echo(
        f"Wrote {tame(str(made.path))} ({size:.1f} MB). It holds the hidden cases: upload it, and give it to nobody."
    )
    click.echo(
        f"On Gradescope: {made.points:g} points, a timeout of at least {made.minutes} minutes, and a container of at "
        f"least {made.memory_mb / 1024:.1f} GB."
    )


def to_github(course: Course, names: Sequence[str], directory: Path) -> None:
    """Write the two repositories for GitHub, and say what to do with them."""
    from grader.release.github import INSTRUCTOR, TEMPLATE, write_repositories
    from grader.suite.provider import public_suites

    selection = course.select(names)
    hidden = compiled(course, selection)
    written = write_repositories(course, exercises_of(selection), public_suites(cache_dir()), hidden, directory)
    click.echo(f"Wrote {len(written)} files to {tame(str(directory))}: {TEMPLATE}/ is the template of the students'")
    click.echo(f"repositories, {INSTRUCTOR}/ is yours. It holds the hidden cases, so push it to a private repository.")
