"""Answers of a class that are alike."""

import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import click

from grader.commands import USAGE, report_errors
from grader.course.paths import root_of
from grader.course.settings import read_settings
from grader.model import CourseError
from grader.model.names import tame
from grader.model.words import clean


@click.command()
@click.argument("student_dirs", metavar="STUDENT_DIR...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--only", multiple=True, metavar="PART", help="A part's exercise, or an assignment; may be repeated.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write a page, such as alike.html.")
@click.option("--pairs", type=click.IntRange(1), default=30, show_default=True, help="Pairs to list.")
@click.option("--evidence", type=click.IntRange(0), default=3, show_default=True, help="Pairs to print side by side.")
@click.option(
    "--alike", type=click.IntRange(0, 100), default=30, show_default=True, metavar="PERCENT",
    help="How much of two answers must have the same form.",
)  # fmt: skip
@click.option(
    "--unusual", type=click.FloatRange(0), default=10, show_default=True, metavar="STEPS",
    help="How much of it must be unusual.",
)  # fmt: skip
@click.pass_obj
@report_errors
def similar(
    root: Path | None,
    student_dirs: Sequence[Path],
    only: Sequence[str],
    output: Path | None,
    pairs: int,
    evidence: int,
    alike: int,
    unusual: float,
) -> None:
    """Show whose answers are alike where few are: the same but for names, comments, layout and order, or nearly so.

    Students are directories, or single .py or .ipynb files. What the course gave out and what many have counts for
    nothing. Nothing is run.

    Exit status: 0 compared, whatever was found; 1 the course is broken; 2 usage, also where some path was refused.
    """
    from rich.console import Console

    from grader.report.likeness import render, write
    from grader.similar.find import Bounds, likeness
    from grader.similar.read import Class

    course_root = root_of(root)
    settings = read_settings(course_root)
    found = Class(course_root, student_dirs, only)
    console = Console(highlight=False, markup=False)
    waiting = console.status("Comparing ...") if sys.stderr.isatty() and console.is_terminal else nullcontext()
    with waiting:
        result = likeness(found, Bounds(unusual=unusual, alike=alike / 100, pairs=pairs))
    render(result, console, evidence)
    for note in result.notes:
        click.echo(clean(note), err=True)
    if output is not None:
        try:
            write(result, output, settings.title)
        except OSError as error:
            raise CourseError(f"{output} cannot be written: {error}.", "Name another file.", usage=True) from None
        click.echo(f"Wrote {tame(str(output))}.", err=True)
    if found.refused:
        sys.exit(USAGE)
