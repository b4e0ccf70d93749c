"""Grade submissions."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands import (
    BELOW,
    DEVICES,
    INTERRUPTED,
    SEED_HELP,
    UNGRADED,
    USAGE,
    report_errors,
    show_summary,
    warn_of_seed,
)
from grader.course.paths import cache_dir, default_store, own_root
from grader.model import CourseError, GradeReport
from grader.model.files import write_whole
from grader.model.names import printable, tame
from grader.model.words import points

if TYPE_CHECKING:
    from grader.course.catalogue import Course
    from grader.grading.store import Store


@click.command()
@click.argument("student_dirs", metavar="STUDENT_DIR...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--only", multiple=True, metavar="PART", help="A part, exercise or assignment; may be repeated.")
@click.option("--device", type=click.Choice(DEVICES), default="auto", show_default=True)
@click.option("--jobs", type=click.IntRange(1), help="Answers graded at once (default: the cores).")
@click.option("--cluster", metavar="ADDRESS", default="", help="Grade on the Dask cluster of this scheduler.")
@click.option("--seed", help=SEED_HELP)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), help="Write the HTML and JSON reports there."
)
@click.option("--case-seconds", type=click.FloatRange(0.1), help="Limit for one case.")
@click.option("--part-seconds", type=click.FloatRange(0.5), help="Limit for one part.")
@click.option("--memory", "memory_mb", type=click.IntRange(64), metavar="MB", help="Memory an answer may use.")
@click.option(
    "--store",
    "store_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where results are kept (default: results/grades.sqlite of the course; for a single file, nowhere).",
)
@click.option("--fresh", is_flag=True, help="Grade also what was graded before and has not changed.")
@click.option("--min-sandbox", type=click.Choice(["L0", "L1", "L2"]), default="L0", help="Refuse to grade below it.")
@click.option(
    "--fail-under", type=click.FloatRange(0, 100), metavar="PERCENT", help="Exit status 4 where somebody has less."
)
@click.option("--github", is_flag=True, help="Add a table of the class to the summary of a GitHub Actions job.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing while grading.")
@click.pass_obj
@report_errors
def grade(
    root: Path | None,
    student_dirs: Sequence[Path],
    only: Sequence[str],
    device: str,
    jobs: int | None,
    cluster: str,
    seed: str | None,
    form: str,
    output: Path | None,
    case_seconds: float | None,
    part_seconds: float | None,
    memory_mb: int | None,
    store_file: Path | None,
    fresh: bool,
    min_sandbox: str,
    fail_under: float | None,
    github: bool,
    quiet: bool,
) -> None:
    """Grade student directories, or single .py or .ipynb files.

    Results are stored as they come: the same command goes on where it was stopped, and grades no part of a directory
    again that has not changed.

    A path that is no submission, or a link, is refused and told, and the others are graded.

    Exit status: 0 graded (whatever the scores), 1 the course is broken, 2 usage, also where some path was refused,
    3 some part could not be judged, 4 somebody is below --fail-under.
    """
    from grader.answer.confined import start
    from grader.course.settings import read_settings
    from grader.host.launch import cool_down, warm_up

    if cluster and jobs is not None:
        raise CourseError("A cluster has as many jobs as workers.", "Leave out --jobs.", usage=True)
    course_root = own_root(root)
    limits = read_settings(course_root).limits
    limits = replace(
        limits,
        case_seconds=limits.case_seconds if case_seconds is None else case_seconds,
        part_seconds=limits.part_seconds if part_seconds is None else part_seconds,
        memory_mb=limits.memory_mb if memory_mb is None else memory_mb,
    )
    if len(student_dirs) == 1 and not cluster:
        warm_up(limits, device)
        click.get_current_context().call_on_close(cool_down)
    start()

    from grader.commands.progress import watcher
    from grader.grading.options import Options, course_seed, device_for
    from grader.grading.schedule import GradingRun
    from grader.grading.schedule import grade as grade_all
    from grader.kit.load import load_course

    course = load_course(course_root)
    secret, note = course_seed(course, seed)
    warn_of_seed(seed, quiet)
    if note:
        click.echo(note, err=True)
    device = device_for(course, device)
    options = Options(
        only=only, device=device, jobs=jobs, cluster=cluster, seed=secret, limits=limits, cache_dir=cache_dir()
    )
    notes = [note] if note else []
    for line in (*_misplaced(course, only, student_dirs), *_side_by_side(course, only, student_dirs)):
        click.echo(line, err=True)
        notes.append(line)
    with closing(_store(course.root, store_file, student_dirs)) as store:
        try:
            with watcher(quiet, len(student_dirs)) as seen:
                run = GradingRun(store=store, watcher=seen, fresh=fresh, min_sandbox=min_sandbox)
                report = grade_all(course, student_dirs, options, run)
        except KeyboardInterrupt:
            kept = f"{seen.done} of {seen.parts} parts are done; the same command goes on from there."
            click.echo(f"Stopped. {kept if store.path and seen.parts else 'Nothing is kept of it.'}", err=True)
            sys.exit(INTERRUPTED)
        if seen.before and not quiet:
            click.echo(f"{seen.before} of {seen.parts} parts were in {tame(str(store.path))} already.", err=True)
        if notes:
            report = replace(report, notes=(*report.notes, *notes))
        _show(report, form, output, course)
        if github:
            from grader.report.github import summary_of_class

            show_summary(summary_of_class(report))
        if store.ungraded():
            sys.exit(UNGRADED)
        if report.refused:
            sys.exit(USAGE)
        if fail_under is not None and _below(report, fail_under):
            sys.exit(BELOW)


def _below(report: GradeReport, percent: float) -> bool:
    """Whether somebody has less than so much of the points there are; says who."""
    is_below = False
    for submission in report.submissions:
        if submission.score < percent / 100 * submission.max_score - 1e-9:
            name, got, most = tame(submission.student), points(submission.score), points(submission.max_score)
            click.echo(f"{name} has {got} of {most} points, less than {percent:g} %.", err=True)
            is_below = True
    return is_below


def _misplaced(course: "Course", only: Sequence[str], submissions: Sequence[Path]) -> Iterator[str]:
    """Lines about files that look like answers and will not be read: a misplaced folder must not give a zero."""
    from grader.answer.load import misplaced

    keys = {(exercise.assignment, exercise.name) for exercise, _ in course.select(only)}
    for submission in submissions:
        if os.path.isdir(submission) and not os.path.islink(submission):
            for path, place in misplaced(submission, keys).items():
                name = printable(submission.name or str(submission))
                yield f"{name}: {printable(path)} is not graded: an answer is looked for in {place}."


def _side_by_side(course: "Course", only: Sequence[str], submissions: Sequence[Path]) -> Iterator[str]:
    """Lines about answers that are there both as a file and as a notebook: which of them is graded."""
    from grader.answer.load import Submission, side_by_side
    from grader.grading.select import read_answer

    exercises = {exercise.slug: exercise for exercise, _ in course.select(only)}
    for submission in submissions:
        for exercise in exercises.values() if submission.is_dir() else ():
            for stem in side_by_side(submission, exercise.assignment, exercise.name):
                read = read_answer(course, Submission(submission.name, submission), exercise)
                if read.path.startswith(stem + "."):
                    yield f"{submission.name}: of {stem}.py and {stem}.ipynb, {read.path} is graded."


def _store(root: Path, wanted: Path | None, submissions: Sequence[Path]) -> "Store":
    """The store asked for, else the course's for directories; single files are graded and forgotten."""
    from grader.grading.store import Store

    if wanted is not None:
        return Store(wanted)
    path = default_store(root)
    if not any(item.is_dir() for item in submissions):
        return Store(None)
    if not os.access(next(folder for folder in (path, *path.parents) if folder.exists()), os.W_OK):
        click.echo(
            f"{tame(str(path))} cannot be written, so results are not kept (--store names another file).", err=True
        )
        return Store(None)
    return Store(path)


def _show(report: GradeReport, form: str, output: Path | None, course: "Course") -> None:
    from grader.report.json import pieces

    if form == "json":
        for piece in pieces(report):
            click.echo(piece, nl=False)
        click.echo()
    else:
        from rich.console import Console

        from grader.report.terminal import render

        render(report, Console(highlight=False))
    if output is not None:
        from grader.authoring.proof import load
        from grader.report.html import write

        try:
            index = write(report, output, course.feedback, title=course.title, proofs=load(course))
            write_whole(output / "grades.json", chain(pieces(report), "\n"), private=True)
        except OSError as error:
            raise CourseError(
                f"The reports cannot be written to {output}: {error}.",
                "Name another directory with --output; what was graded is not graded again.",
            ) from None
        click.echo(f"The reports are in {tame(str(output))}; open {tame(str(index))}.", err=form == "json")
