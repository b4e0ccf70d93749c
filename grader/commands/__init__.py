"""The verbs of the command line, one module per area, and what they share. `main` loads a verb's module on demand.

May import: every room but `public`.
"""

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

# hypothesis must not leave files in whatever directory the command was called from.
os.environ.setdefault(
    "HYPOTHESIS_STORAGE_DIRECTORY", os.path.join(os.path.expanduser("~"), ".cache", "course", "hypothesis")
)

import click

from grader.model import CourseError
from grader.model.extras import missing
from grader.model.language import translated
from grader.model.words import clean

BROKEN, USAGE, UNGRADED, BELOW, INTERRUPTED = 1, 2, 3, 4, 130
"""Exit statuses beside 0."""
DEVICES = ("auto", "cpu", "cuda", "simulated")
"""Where answers can be graded."""
SEED_HELP = (
    "The secret of the hidden cases. Others on this machine can read it here: prefer COURSE_SEED, or the course's file "
    ".course-seed, which is used without either."
)


def show_summary(markdown: str) -> None:
    """Add a text to the summary of the GitHub Actions job that this is; elsewhere print it, on standard error.

    Raises:
        CourseError: where it cannot be written.
    """
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        click.echo(markdown, err=True)
        return
    try:
        with open(path, "a", encoding="utf-8", errors="replace") as file:
            file.write(markdown + "\n")
    except OSError as error:
        raise CourseError(f"The summary cannot be written: {error}.", "Look at GITHUB_STEP_SUMMARY.") from None


def warn_of_seed(seed: str | None, quiet: bool) -> None:
    """Say that a seed given on the command line is not as secret as it should be."""
    if seed and not quiet:
        click.echo(
            "While this runs, everybody on this machine can read --seed in the list of processes; a shell's history "
            "keeps it.\n        Put it into COURSE_SEED or into the course's file .course-seed.",
            err=True,
        )


def report_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Report a `CourseError` on standard error in one or two lines, and exit with its status.

    So is a package that is not installed, where it is one of those that the kit's extras bring.
    """

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (CourseError, ModuleNotFoundError) as raised:
            error = raised if isinstance(raised, CourseError) else missing(raised)
            if error is None:
                raise
            # They quote names of files and texts of others, which must do nothing to a terminal.
            click.echo(f"course: {clean(translated(error.what))}", err=True)
            if error.fix:
                click.echo(f"        {clean(translated(error.fix))}", err=True)
            sys.exit(USAGE if error.usage else BROKEN)

    return run
