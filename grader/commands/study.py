"""Learn alone: a workspace, checks, hints, progress."""

import sys
from collections.abc import Sequence
from contextlib import closing, nullcontext
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands import UNGRADED, report_errors, show_summary
from grader.course.paths import root_of
from grader.kit.outline import Lesson, read_outline
from grader.model import CourseError, Verdict
from grader.study.session import ALL_PASSED, Part, Session, find_session, nothing_to_hint, where

if TYPE_CHECKING:
    from rich.console import Console

    from grader.model import PartReport


def _console() -> "Console":
    from rich.console import Console

    return Console(highlight=False)


def _show(report: "PartReport", lesson: Lesson, console: "Console") -> None:
    from grader.report.screen import AnswerPaths, render_part

    render_part(report, console, AnswerPaths(f"{lesson.slug}.py", f"{lesson.slug}.md", lesson.text))


def _annotate(report: "PartReport", path: str) -> None:
    from grader.report.github import annotation

    line = annotation(report, path)
    if line:
        click.echo(line)


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
@report_errors
def start(root: Path | None, directory: Path) -> None:
    """Make a folder to learn in: stubs, lessons, notebooks, in order.

    What is in the folder already stays as it is.
    """
    from grader.study.workspace import start as make

    outline = read_outline(root_of(root))
    make(outline, directory.resolve())
    first = outline.lessons[0]
    click.echo(f"{directory} holds {len(outline.parts)} parts in {len(outline.lessons)} exercises. Now:\n")
    click.echo(f"    cd {directory}")
    click.echo("    course watch\n")
    click.echo(f"and in your editor: read {first.slug}.md, write in {first.slug}.py, save.")


@click.command()
@click.argument("name", metavar="[PART|PATH]", required=False)
@click.option("--github", is_flag=True, help="Also write annotations, and the summary of a GitHub Actions job.")
@click.pass_obj
@report_errors
def check(root: Path | None, name: str | None, github: bool) -> None:
    """Check a part, an exercise, an assignment or a file; without a name, everything begun.

    Exit status: 0 all accepted, 1 something is not yet right, 2 usage, 3 some part could not be judged.
    """
    around = Path(name).resolve() if name and Path(name).exists() else Path.cwd()
    console = _console()
    reports = []
    with closing(find_session(around, root)) as session:
        wanted = _named(session, name)
        several = len(wanted) > 1 or name is None
        for lesson, group in groupby(wanted, key=lambda part: part[0]):
            symbols = [symbol for _, symbol in group]
            if several:
                begun = session.attempted(lesson)
                symbols = [symbol for symbol in symbols if symbol in begun]
            for symbol in symbols:
                with console.status(f"Checking {symbol} ...") if sys.stdout.isatty() else nullcontext():
                    found = session.check(lesson, [symbol])
                for report in found:
                    reports.append(report)
                    last = lesson, symbol
                    _show(report, lesson, console)
                    session.show_printed(report, console)
                    if github:
                        _annotate(report, session.checker.answer(lesson).path)
    session.workspace.save()
    if github:
        from grader.report.github import summary_of_parts

        show_summary(summary_of_parts(reports))
    if not reports:
        told_next = f"Write in {wanted[0][0].slug}.py first." if wanted else ""
        click.echo(f"Nothing here is begun yet. {told_next}".strip())
        return
    verdicts = {report.verdict.value for report in reports}
    if "JUDGE_ERROR" in verdicts:
        sys.exit(UNGRADED)
    if verdicts != {"ACCEPTED"}:
        sys.exit(1)
    todo = session.next(last, finish=True)
    click.echo(ALL_PASSED if todo is None else f"Next: {where(todo)}")


def _named(session: Session, name: str | None) -> Sequence[Part]:
    if name is None:
        return session.outline.parts
    home, path = session.workspace.path.resolve(), Path(name).resolve()
    if path == home:
        return session.outline.parts
    inside = path.exists() and home in path.parents
    return session.outline.select(path.relative_to(home).as_posix() if inside else name)


@click.command()
@click.argument("part", metavar="PART")
@click.pass_obj
@report_errors
def run(root: Path | None, part: str) -> None:
    """Run the example of a part's last failure on your answer as it stands, and show what it prints.

    It runs in your own Python, as if you had pasted it, and not in the sandbox of a check.

    Exit status: 0 it was run, whatever it printed or raised; 1 it took too long; 2 there is no failure to show.
    """
    from grader.study.rerun import last_failure, rerun

    session = find_session(Path.cwd(), root)
    lesson, symbol = session.outline.one(part)
    snippet = last_failure(session, lesson, symbol)
    click.echo(f"The example of the last failure of {symbol}:\n\n{snippet.rstrip()}\n\nIt prints:\n")
    sys.stdout.flush()
    rerun(session.workspace.path, lesson, symbol, snippet)


@click.command()
@click.argument("part", metavar="PART")
@click.option(
    "--level",
    type=click.IntRange(1, 3),
    help="1 says where to look, 3 outlines an answer (default: one more each time).",
)
@click.pass_obj
@report_errors
def hint(root: Path | None, part: str, level: int | None) -> None:
    """Give a hint, each time a stronger one: where to look, why, the outline of an answer."""
    with closing(find_session(Path.cwd(), root)) as session:
        lesson, symbol = session.outline.one(part)
        (report,) = session.check(lesson, [symbol])
    if report.verdict is Verdict.ACCEPTED:
        session.workspace.save()
        click.echo(nothing_to_hint(symbol))
        return
    given = session.hint(lesson, symbol, report, level)
    session.workspace.save()
    what, command = given.further("course hint")
    click.echo(f"{given.heading}\n\n{given.hint}\n\n{what}: {command}")


@click.command()
@click.argument("part", metavar="PART")
@click.option("--give-up", is_flag=True, help="Show it although the part is not passed; this is remembered.")
@click.pass_obj
@report_errors
def solution(root: Path | None, part: str, give_up: bool) -> None:
    """Show our answer to a part, once yours has passed."""
    from grader.study.solution import excerpt

    with closing(find_session(Path.cwd(), root)) as session:
        lesson, symbol = session.outline.one(part)
        source = session.reference(lesson)
        if not source:
            raise CourseError("This kit has no solutions.", "Ask the person who gave it to you.")
        if not session.is_passed(lesson, symbol) and not give_up:
            session.check(lesson, [symbol])
    is_passed = session.is_passed(lesson, symbol)
    if not is_passed and not give_up:
        raise CourseError(f"{symbol} is not passed yet.", f"To see it all the same: course solution {symbol} --give-up")
    progress = session.workspace.progress(lesson.slug, symbol)
    progress.solution = progress.solution or ("after a pass" if is_passed else "gave up")
    session.workspace.save()
    click.echo(excerpt(source, symbol))


@click.command()
@click.pass_obj
@report_errors
def progress(root: Path | None) -> None:
    """Show how far you are, and what is next."""
    from grader.study.progress import render_progress

    render_progress(find_session(Path.cwd(), root), _console())


@click.command()
@click.argument("part", metavar="PART")
@click.pass_obj
@report_errors
def reset(root: Path | None, part: str) -> None:
    """Put a part (or a whole exercise) back to its stub; what you had is kept in backup/."""
    from grader.study.workspace import reset as put_back

    session = find_session(Path.cwd(), root)
    workspace = session.workspace
    for lesson, group in groupby(session.outline.select(part), key=lambda pair: pair[0]):
        backups = put_back(workspace, lesson, [symbol for _, symbol in group])
        kept = ", ".join(str(path.relative_to(workspace.path)) for path in backups)
        click.echo(f"{part} in {lesson.slug} is a stub again." + (f" What you had is in {kept}." if kept else ""))
    workspace.save()


@click.command()
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(path_type=Path, exists=True))
@click.pass_obj
@report_errors
def watch(root: Path | None, directory: Path | None) -> None:
    """Check each file as it is saved.

    Keys: h hint, n next, l list, p progress, q quit. Without a terminal it prints one line per check.
    """
    with closing(find_session((directory or Path.cwd()).resolve(), root)) as session:
        stamps = session.workspace.stamps(session.outline)
        # Before what is imported next imports torch.
        session.prepare()
        from grader.study.watch import watch as go

        go(session, _console(), stamps)
