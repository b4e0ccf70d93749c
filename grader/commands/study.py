"""Learn alone: a workspace, checks, hints, progress."""

import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import closing, nullcontext
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands import UNGRADED, report_errors, show_summary
from grader.course.paths import root_of
from grader.kit.outline import Lesson, read_outline
from grader.model import CourseError, Verdict
from grader.model.language import translated
from grader.model.words import lead
from grader.study.session import ALL_PASSED, Part, Session, find_home, nothing_to_hint

if TYPE_CHECKING:
    from rich.console import Console

    from grader.model import PartReport


def _console() -> "Console":
    from rich.console import Console

    return Console(highlight=False)


def _say(text: str, console: "Console") -> None:
    """Print a text as it is, broken between words on a terminal and nowhere else."""
    console.print(text, markup=False, highlight=False, emoji=False, soft_wrap=not console.is_terminal)


def _show(session: Session, report: "PartReport", lesson: Lesson, console: "Console") -> None:
    from grader.report.screen import render_part

    if other := session.other_file(lesson, report.part):
        read = session.file(lesson, report.part)
        _say(translated(f"This is {report.part} in {read}. It is begun in {other} too: course check {other}"), console)
    if standing := session.standing(report):
        _say(f"{standing}\n", console)
    render_part(report, console, session.paths(lesson, report))
    session.show_printed(report, console)


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
    session = Session(outline, make(outline, directory.resolve()))
    holds = f"{directory} holds {len(outline.parts)} parts in {len(outline.lessons)} exercises. Now:"
    click.echo(f"{translated(holds)}\n")
    if activated := _activation():
        click.echo(f"    {activated}")
    click.echo(f"    cd {directory}")
    click.echo("    course watch\n")
    todo = session.next()
    if todo is None:
        click.echo(translated(ALL_PASSED))
        return
    lesson, symbol = todo
    click.echo(translated(f"and in your editor: read {lesson.slug}.md,"))
    click.echo(translated(f"write {symbol} in {lesson.slug}.py, and save."))


def _activation() -> str:
    """What makes `course` a command of this shell; nothing where it is one, or where no environment has it."""
    if sys.prefix == sys.base_prefix or shutil.which("course"):
        return ""
    on_windows = sys.platform == "win32"
    script = Path(sys.prefix) / ("Scripts" if on_windows else "bin") / "activate"
    here = Path.cwd()
    shown = script.relative_to(here) if here in script.parents else script
    return str(shown) if on_windows else f". {shown}"


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
    reports, fresh = [], []
    with closing(find_home(around, root)) as session:
        wanted, path = _named(session, name)
        several = len(wanted) > 1 or name is None
        for lesson, group in groupby(wanted, key=lambda part: part[0]):
            symbols = [symbol for _, symbol in group]
            if several:
                begun = session.attempted(lesson, path)
                symbols = [symbol for symbol in symbols if symbol in begun]
            before = {symbol for symbol in symbols if session.is_passed(lesson, symbol)}
            for symbol in symbols:
                with console.status(translated(f"Checking {symbol} ...")) if sys.stdout.isatty() else nullcontext():
                    found = session.check(lesson, [symbol], path=path)
                for report in found:
                    reports.append(report)
                    last = lesson, symbol
                    _show(session, report, lesson, console)
                    if github:
                        _annotate(report, session.file(lesson, symbol))
            done = [
                report.part
                for report in reports
                if (report.exercise, report.verdict) == (lesson.slug, Verdict.ACCEPTED)
            ]
            fresh.append((lesson, [symbol for symbol in done if symbol not in before]))
    session.workspace.save()
    if github:
        from grader.report.github import summary_of_parts

        show_summary(summary_of_parts(reports))
    if not reports:
        told_next = f"Write in {wanted[0][0].slug}.py first." if wanted else ""
        click.echo(translated(f"Nothing here is begun yet. {told_next}".strip()))
        return
    verdicts = {report.verdict.value for report in reports}
    _told(session, fresh, last if verdicts == {"ACCEPTED"} else None, console)
    if "JUDGE_ERROR" in verdicts:
        sys.exit(UNGRADED)
    if verdicts != {"ACCEPTED"}:
        sys.exit(1)


def _told(
    session: Session, fresh: Sequence[tuple[Lesson, Sequence[str]]], last: Part | None, console: "Console"
) -> None:
    """Say what has passed for the first time, how far one is, and where one goes on after a last part that passed."""
    from grader.study.passed import lines, next_line
    from grader.study.progress import tally

    for lesson, symbols in fresh:
        for line in lines(session, lesson, symbols):
            _say(line, console)
        if symbols and session.reference(lesson):
            _say(f"{lead('Our answer, to compare:')}course solution {symbols[-1]}", console)
    console.print()
    console.print(tally(session, console))
    if last is not None:
        _say(next_line(session, last), console)


def _named(session: Session, name: str | None) -> tuple[Sequence[Part], Path | None]:
    """The parts that a name means, and the answer file where it is the name of one."""
    if name is None:
        return session.outline.parts, None
    home, path = session.workspace.path.resolve(), Path(name).resolve()
    if path == home:
        return session.outline.parts, None
    inside = path.exists() and home in path.parents
    parts = session.outline.select(path.relative_to(home).as_posix() if inside else name)
    return parts, path if session.lesson_of(path) and path.is_file() else None


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

    session = find_home(Path.cwd(), root)
    lesson, symbol = session.outline.one(part)
    snippet = last_failure(session, lesson, symbol)
    head, then = translated(f"The example of the last failure of {symbol}:"), translated("It prints:")
    click.echo(f"{head}\n\n{snippet.rstrip()}\n\n{then}\n")
    sys.stdout.flush()
    rerun(session.workspace.path, lesson, symbol, snippet, session.workspace.progress(lesson.slug, symbol).file)


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
    with closing(find_home(Path.cwd(), root)) as session:
        lesson, symbol = session.outline.one(part)
        (report,) = session.check(lesson, [symbol])
    if report.verdict is Verdict.ACCEPTED:
        session.workspace.save()
        _say(nothing_to_hint(symbol), _console())
        return
    given = session.hint(lesson, symbol, report, level)
    session.workspace.save()
    _say(f"{given.heading}\n\n{given.hint}\n\n{given.further('course hint')}", _console())


@click.command()
@click.argument("part", metavar="PART")
@click.option("--give-up", is_flag=True, help="Show it although the part is not passed; this is remembered.")
@click.pass_obj
@report_errors
def solution(root: Path | None, part: str, give_up: bool) -> None:
    """Show our answer to a part, once yours has passed."""
    from grader.study.solution import solution as shown

    with closing(find_home(Path.cwd(), root)) as session:
        lesson, symbol = session.outline.one(part)
        if not session.reference(lesson):
            raise CourseError("This kit has no solutions.", "Ask the person who gave it to you.")
        if not session.is_passed(lesson, symbol) and not give_up:
            session.check(lesson, [symbol])
    is_passed = session.is_passed(lesson, symbol)
    if not is_passed and not give_up:
        raise CourseError(f"{symbol} is not passed yet.", f"To see it all the same: course solution {symbol} --give-up")
    text = shown(session, lesson, symbol)
    session.workspace.save()
    click.echo(text)


@click.command()
@click.pass_obj
@report_errors
def progress(root: Path | None) -> None:
    """Show how far you are, and what is next."""
    from grader.study.progress import render_progress

    render_progress(find_home(Path.cwd(), root), _console())


@click.command()
@click.argument("part", metavar="PART")
@click.pass_obj
@report_errors
def reset(root: Path | None, part: str) -> None:
    """Put a part (or a whole exercise) back to its stub; what you had is kept in backup/."""
    from grader.study.workspace import reset as put_back

    session = find_home(Path.cwd(), root)
    workspace = session.workspace
    for lesson, group in groupby(session.outline.select(part), key=lambda pair: pair[0]):
        backups = put_back(workspace, lesson, [symbol for _, symbol in group])
        kept = ", ".join(str(path.relative_to(workspace.path)) for path in backups)
        told = f"{part} in {lesson.slug} is a stub again." + (f" What you had is in {kept}." if kept else "")
        click.echo(translated(told))
    workspace.save()


@click.command()
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(path_type=Path, exists=True))
@click.pass_obj
@report_errors
def watch(root: Path | None, directory: Path | None) -> None:
    """Check each file as it is saved.

    Keys: h hint, o open in your editor, n next part that is not passed, l list to pick from, p progress, s solution,
    r reset, q quit. Without a terminal it prints one line per check.
    """
    from grader.study.events import Events
    from grader.study.keys import keys

    events = Events()
    # Keys count from here on, while everything is being imported too.
    with keys(events.press) as keyboard, closing(find_home((directory or Path.cwd()).resolve(), root)) as session:
        stamps = session.workspace.stamps(session.outline)
        # Before what is imported next imports torch, which takes a while.
        console = _console()
        _say(translated(f"Watching {session.workspace.path}. Save an answer and it is checked."), console)
        if console.is_terminal:
            _say(translated("Loading PyTorch, which takes a few seconds ..."), console)
        session.warm_up()
        if not events.load(lambda: import_module("grader.study.check")):
            session.close()
            keyboard.give_up()
            sys.stdout.flush()
            # The import that is going on would be waited for, or broken in the middle.
            os._exit(0)
        session.prepare()
        from grader.study.watch import watch as go

        go(session, _console(), stamps, events, keyboard)
