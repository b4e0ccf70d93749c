"""What was graded before: grade it again, and look back."""

import os
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands import DEVICES, SEED_HELP, UNGRADED, USAGE, report_errors, warn_of_seed
from grader.course.paths import cache_dir, default_store, root_of
from grader.model import CourseError, Verdict
from grader.model.names import printable, tame, unescaped

if TYPE_CHECKING:
    from grader.grading.store import Store


@click.command()
@click.argument("students", metavar="[STUDENT]...", nargs=-1)
@click.option("--changed", is_flag=True, help="Only what was not judged from the same answer, cases and settings.")
@click.option("--part", "only", multiple=True, metavar="PART", help="A part, exercise or assignment; may be repeated.")
@click.option("--jobs", type=click.IntRange(1), help="Answers graded at once (default: the cores).")
@click.option("--cluster", metavar="ADDRESS", default="", help="Grade on the Dask cluster of this scheduler.")
@click.option("--device", type=click.Choice(DEVICES), default="auto", show_default=True)
@click.option("--seed", help=SEED_HELP)
@click.option("--store", "store_file", type=click.Path(path_type=Path, dir_okay=False), help="Where results are kept.")
@click.option("--min-sandbox", type=click.Choice(["L0", "L1", "L2"]), default="L0", help="Refuse to grade below it.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing while grading.")
@click.pass_obj
@report_errors
def regrade(
    root: Path | None,
    students: Sequence[str],
    changed: bool,
    only: Sequence[str],
    jobs: int | None,
    cluster: str,
    device: str,
    seed: str | None,
    store_file: Path | None,
    min_sandbox: str,
    quiet: bool,
) -> None:
    """Grade again who was graded before, and show what is different now.

    Exit status: 0 graded, 1 the course is broken, 2 usage, 3 some part could not be judged.
    """
    from rich.console import Console
    from rich.table import Table

    from grader.commands.progress import clean, watcher
    from grader.grading.options import Options, course_seed
    from grader.grading.schedule import GradingRun, grade
    from grader.kit.load import load_course

    course = load_course(root_of(root))
    with closing(_existing(course.root, store_file)) as store:
        graded = _chosen(store.submissions(), students)
        there = {path: student for student, path in graded if os.path.lexists(unescaped(path))}
        for student, path in graded:
            if path not in there:
                click.echo(f"{clean(student)} is no longer at {clean(path)}.", err=True)
        secret, _ = course_seed(course, seed)
        warn_of_seed(seed, quiet)
        if not only:
            known = set(store.graded_parts())
            only = [f"{e.slug}:{p.symbol}" for e, p in course.select(()) if (e.slug, p.symbol) in known]
        options = Options(
            only=only, device=device, jobs=jobs, cluster=cluster, seed=secret, limits=course.limits,
            cache_dir=cache_dir(),
        )  # fmt: skip
        before = {path: store.latest(student, path) for path, student in there.items()}
        with watcher(quiet, len(there)) as seen:
            report = grade(
                course, [Path(unescaped(path)) for path in there], options,
                GradingRun(store=store, watcher=seen, fresh=not changed, min_sandbox=min_sandbox, as_judged=True),
            )  # fmt: skip
        table = Table(box=None, padding=(0, 2, 0, 0))
        for name in ("student", "part", "before", "now"):
            table.add_column(name, overflow="fold")
        same = 0
        for submission in report.submissions:
            old = before.get(submission.path, {})
            for part in submission.parts:
                then = old.get((part.exercise, part.part))
                now = (part.verdict, part.score, part.max_score)
                if then == now or (then is None and part.verdict is Verdict.NOT_ATTEMPTED):
                    same += 1
                    continue
                table.add_row(clean(submission.student), part.part, _said(then), _said(now))
        console = Console(highlight=False, markup=False)
        if table.row_count:
            console.print(table)
        _tell(store)
        console.print(f"{table.row_count} changed, {same} as before.")
        if table.row_count:
            _tell_of_nbgrader(there)
        if store.ungraded():
            sys.exit(UNGRADED)
        if report.refused:
            sys.exit(USAGE)


@click.command()
@click.argument("student")
@click.option("--part", "only", multiple=True, metavar="PART", help="A part, exercise or assignment; may be repeated.")
@click.option("--store", "store_file", type=click.Path(path_type=Path, dir_okay=False), help="Where results are kept.")
@click.pass_obj
@report_errors
def history(root: Path | None, student: str, only: Sequence[str], store_file: Path | None) -> None:
    """Show what a student's parts were graded with, and what had changed in between."""
    from rich.console import Console
    from rich.table import Table

    from grader.commands.progress import clean

    folder = root_of(root)
    with closing(_existing(folder, store_file)) as store:
        name = Path(student).name or student
        events = store.history(tame(name)) or store.history(printable(name))
        _tell(store)
        if not events:
            raise CourseError(
                f"Nobody called {clean(student)} was graded.", _nearest(student, store.submissions()), usage=True
            )
    if only:
        from grader.kit.load import load_course

        wanted = {(exercise.slug, part.symbol) for exercise, part in load_course(folder).select(only)}
        events = [event for event in events if (event.exercise, event.part) in wanted]
    paths = {event.path for event in events}
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("when", "part", "graded", "what had changed", *(["path"] if len(paths) > 1 else [])):
        table.add_column(name, overflow="fold")
    for event in events:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(event.at))
        graded = _said((event.verdict, event.score, event.max_score))
        table.add_row(when, event.part, graded, ", ".join(event.changed), *([event.path] if len(paths) > 1 else []))
    Console(highlight=False, markup=False).print(table)


def _tell(store: "Store") -> None:
    """Say which results were found damaged."""
    for line in store.unreadable.values():
        click.echo(line, err=True)


def _tell_of_nbgrader(paths: Iterable[str]) -> None:
    """Say which of nbgrader's gradebooks do not know of a change yet."""
    for course in sorted({Path(unescaped(path)).parents[1] for path in paths if len(Path(path).parents) > 1}):
        if (course / "gradebook.db").is_file():
            click.echo(
                f"The gradebook in {tame(str(course))} is as it was. There, `nbgrader autograde ASSIGNMENT --force` "
                "puts these scores into it.", err=True,
            )  # fmt: skip


def _existing(root: Path, wanted: Path | None) -> "Store":
    from grader.grading.store import Store

    path = wanted or default_store(root)
    if not path.exists():
        raise CourseError(
            f"Nothing was graded yet: there is no {path}.",
            "`course grade` makes it; --store names another.",
            usage=True,
        )
    return Store(path)


def _chosen(graded: Sequence[tuple[str, str]], students: Sequence[str]) -> list[tuple[str, str]]:
    if not students:
        return list(graded)
    known = {name for name, _ in graded}
    wanted = [student if student in known else printable(student) for student in students]
    for student in wanted:
        if student not in known:
            raise CourseError(f"Nobody called {student} was graded.", _nearest(student, graded), usage=True)
    return [(name, path) for name, path in graded if name in wanted]


def _nearest(student: str, graded: Sequence[tuple[str, str]]) -> str:
    import difflib

    close = difflib.get_close_matches(student, [name for name, _ in graded], n=3)
    return f"Did you mean {' or '.join(close)}?" if close else ""


def _said(result: tuple[Verdict, float | None, float] | None) -> str:
    from grader.model.words import LOOKS, points

    if result is None:
        return "–"
    verdict, score, most = result
    return f"{LOOKS[verdict].word}" + ("" if score is None else f" {points(score)}/{points(most)}")
