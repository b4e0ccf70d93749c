"""The command line: thin verbs over `grader`."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

# hypothesis must not leave files in whatever directory the command was called from.
os.environ.setdefault(
    "HYPOTHESIS_STORAGE_DIRECTORY", os.path.join(os.path.expanduser("~"), ".cache", "course", "hypothesis")
)

import click

from grader.model import CourseError, GradeReport, SubmissionReport, Verdict

HERE = Path(__file__).resolve().parent
BROKEN, USAGE, UNGRADED = 1, 2, 3
"""Exit statuses beside 0."""


def _told(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn what a person can cause into one or two lines and an exit status."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except CourseError as error:
            click.echo(f"course: {error.what}", err=True)
            if error.fix:
                click.echo(f"        {error.fix}", err=True)
            sys.exit(USAGE if error.usage else BROKEN)

    return run


def _root(given: Path | None) -> Path:
    if given is not None:
        return given.resolve()
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / "course.toml").is_file() and (folder / "solutions").is_dir():
            return folder
    return HERE


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--root",
    type=click.Path(path_type=Path),
    help="The course's directory (default: the one around you, else this kit's).",
)
@click.version_option(package_name="torch-course-kit")
@click.pass_context
def main(context: click.Context, root: Path | None) -> None:
    """Grade and learn PyTorch by rebuilding torch.nn."""
    context.obj = root


@main.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
@_told
def list_parts(root: Path | None, as_json: bool) -> None:
    """List the exercises and their parts."""
    from grader.catalog import load_course

    course = load_course(_root(root))
    if as_json:
        rows = [
            {
                "assignment": exercise.assignment,
                "exercise": exercise.slug,
                "title": exercise.declaration.title,
                "parts": [part.symbol for part in exercise.parts],
            }
            for exercise in course.exercises
        ]
        click.echo(json.dumps({"schema": 1, "title": course.title, "exercises": rows}, indent=2, ensure_ascii=False))
        return
    for exercise in course.exercises:
        click.echo(f"{exercise.slug:30} {', '.join(part.symbol for part in exercise.parts)}")


@main.command()
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
@_told
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

    limits = read_settings(_root(root)).limits
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

    course = load_course(_root(root))
    secret, note = course_seed(course, seed)
    if note:
        click.echo(note, err=True)
    options = Options(only=only, device=device, jobs=jobs, seed=secret, limits=limits, cache_dir=cache_dir())
    report = grade_all(course, student_dirs, options, _progress(len(student_dirs)))
    if note:
        report = replace(report, notes=(*report.notes, note))
    _show(report, form, output, course.feedback)
    if any(part.verdict is Verdict.JUDGE_ERROR for submission in report.submissions for part in submission.parts):
        sys.exit(UNGRADED)


def cache_dir() -> Path:
    """Where compiled suites are kept."""
    base = os.environ.get("COURSE_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "course"
    )
    return Path(base) / "suites"


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


def _show(report: GradeReport, form: str, output: Path | None, feedback: str) -> None:
    from grader.report.json import dumps

    if form == "json":
        click.echo(dumps(report))
    else:
        from rich.console import Console

        from grader.report.terminal import render

        render(report, Console(highlight=False))
    if output is not None:
        from grader.report.html import write

        try:
            index = write(report, output, feedback)
            (output / "grades.json").write_text(dumps(report) + "\n", encoding="utf-8")
        except OSError as error:
            raise CourseError(
                f"The reports cannot be written to {output}: {error}.", "Name another directory with --output."
            ) from None
        click.echo(f"The reports are in {output}; open {index}.", err=form == "json")


@main.command()
@click.argument("parts", metavar="[PART]...", nargs=-1)
@click.option("--quick", is_flag=True, help="Without the mechanical mutants.")
@click.option("--jobs", type=click.IntRange(1), help="Exercises verified at once (default: the cores).")
@click.option("--seed", default="verify", show_default=True, help="Seed of the suites to verify.")
@click.option("--survivors", is_flag=True, help="Print every surviving mutant as a diff.")
@click.pass_obj
@_told
def verify(root: Path | None, parts: Sequence[str], quick: bool, jobs: int | None, seed: str, survivors: bool) -> None:
    """Let the course prove itself: right answers pass, wrong ones fail, for the reason they should."""
    from rich.console import Console

    from grader.catalog import load_course
    from grader.verify import render, verify_course

    course = load_course(_root(root))
    results = verify_course(course, parts, seed=seed, quick=quick, jobs=jobs, cache_dir=cache_dir())
    render(results, Console(highlight=False), survivors=survivors)
    if any(result.holes for result in results):
        sys.exit(BROKEN)


@main.command()
@click.argument("exercise", metavar="ASSIGNMENT/EXERCISE")
@click.option("--symbol", help="The part's symbol (default: the exercise's name in capitals).")
@click.pass_obj
@_told
def new(root: Path | None, exercise: str, symbol: str | None) -> None:
    """Scaffold a new exercise: one folder, which already grades."""
    from grader.scaffold import new_exercise

    folder = new_exercise(_root(root), exercise, symbol)
    click.echo(f"Made {folder}. Edit it, then run: course verify {exercise}")


@main.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
@_told
def release(root: Path | None, directory: Path) -> None:
    """Write what students receive: stubs, notebooks, figures, READMEs."""
    from grader.catalog import load_course
    from grader.release import release as write
    from grader.release import worth_of

    course = load_course(_root(root))
    written = write(course, directory, worth_of(cache_dir()))
    click.echo(f"Wrote {len(list(written))} files to {directory}.")


@main.command()
@click.pass_obj
@_told
def doctor(root: Path | None) -> None:
    """Say what this machine offers: versions, device, sandbox layers."""
    from grader.catalog import load_course
    from grader.run import Options, choose_device, versions
    from grader.worker.sandbox import active_layers

    for name, value in versions().items():
        click.echo(f"{name:12} {value}")
    click.echo(f"{'device':12} {choose_device('auto')}")
    course = load_course(_root(root))
    click.echo(f"{'course':12} {course.root}: {len(course.exercises)} exercises")
    from grader.judge.session import Server

    with Server(Options(seed="", limits=course.limits).limits) as server:
        click.echo(f"{'sandbox':12} {server.sandbox}")
    for name, active in active_layers().items():
        click.echo(f"  {name:24} {active}")


if __name__ == "__main__":
    main()
