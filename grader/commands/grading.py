"""Grade submissions."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands import UNGRADED, cache_dir, root_of, told
from grader.model import CourseError, GradeReport, SubmissionReport, Verdict

if TYPE_CHECKING:
    from grader.catalog import Course


@click.command()
@click.argument("student_dirs", metavar="STUDENT_DIR...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--only", multiple=True, metavar="PART", help="A part, exercise or assignment; may be repeated.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@click.option("--jobs", type=click.IntRange(1), help="Submissions graded at once (default: the cores).")
@click.option("--seed", help="The secret of the hidden cases (default: COURSE_SEED, else the file .course-seed).")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), help="Write the HTML and JSON reports there."
)
@click.option("--case-seconds", type=click.FloatRange(0.1), help="Limit for one case.")
@click.option("--part-seconds", type=click.FloatRange(0.5), help="Limit for one part.")
@click.option("--memory", "memory_mb", type=click.IntRange(64), metavar="MB", help="Memory an answer may use.")
@click.pass_obj
@told
def grade(
    root: Path | None,
    student_dirs: Sequence[Path],
    only: Sequence[str],
    device: str,
    jobs: int | None,
    seed: str | None,
    form: str,
    output: Path | None,
    case_seconds: float | None,
    part_seconds: float | None,
    memory_mb: int | None,
) -> None:
    """Grade student directories, or single .py or .ipynb files.

    Exit status: 0 graded (whatever the scores), 1 the course is broken, 2 usage, 3 some part could not be judged.
    """
    from grader.judge.launch import cool_down, settings, warm_up
    from grader.settings import read_settings

    limits = read_settings(root_of(root)).limits
    limits = replace(
        limits,
        case_seconds=limits.case_seconds if case_seconds is None else case_seconds,
        part_seconds=limits.part_seconds if part_seconds is None else part_seconds,
        memory_mb=limits.memory_mb if memory_mb is None else memory_mb,
    )
    if len(student_dirs) == 1 and device != "cuda" and not Path("/dev/nvidiactl").exists():
        warm_up(settings(limits, "cpu", "auto"))
        click.get_current_context().call_on_close(cool_down)

    from grader.catalog import load_course
    from grader.run import Options, course_seed
    from grader.run import grade as grade_all

    course = load_course(root_of(root))
    secret, note = course_seed(course, seed)
    if note:
        click.echo(note, err=True)
    options = Options(only=only, device=device, jobs=jobs, seed=secret, limits=limits, cache_dir=cache_dir())
    report = grade_all(course, student_dirs, options, _progress(len(student_dirs)))
    if note:
        report = replace(report, notes=(*report.notes, note))
    _show(report, form, output, course)
    if any(part.verdict is Verdict.JUDGE_ERROR for submission in report.submissions for part in submission.parts):
        sys.exit(UNGRADED)


def _progress(count: int) -> Callable[[SubmissionReport], None]:
    done = 0

    def told(report: SubmissionReport) -> None:
        nonlocal done
        done += 1
        if count > 1:
            click.echo(f"[{done}/{count}] {_clean(report.student)}: {report.score:g} of {report.max_score:g}", err=True)

    return told


def _clean(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _show(report: GradeReport, form: str, output: Path | None, course: "Course") -> None:
    from grader.report.json import dumps

    if form == "json":
        click.echo(dumps(report))
    else:
        from rich.console import Console

        from grader.report.terminal import render

        render(report, Console(highlight=False))
    if output is not None:
        from grader.proof import load
        from grader.report.html import write

        try:
            index = write(report, output, course.feedback, title=course.title, proofs=load(course))
            (output / "grades.json").write_text(dumps(report) + "\n", encoding="utf-8")
        except OSError as error:
            raise CourseError(
                f"The reports cannot be written to {output}: {error}.", "Name another directory with --output."
            ) from None
        click.echo(f"The reports are in {output}; open {index}.", err=form == "json")
