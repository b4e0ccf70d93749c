"""Learn alone: a workspace, checks, hints, progress."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands import UNGRADED, told
from grader.course.places import cache_dir, root_of
from grader.kit.outline import Lesson, Outline, read_outline
from grader.model import CourseError
from grader.study.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from rich.console import Console

    from grader.model import PartReport
    from grader.study.check import Checker


def _here(root: Path | None, around: Path) -> tuple[Outline, Workspace]:
    """The course that a folder's work belongs to, and the workspace."""
    workspace = find_workspace(around)
    remembered = Path(workspace.course) if workspace.course else None
    if root is None and remembered is not None and (remembered / "course.toml").is_file():
        root = remembered
    return read_outline(root_of(root)), workspace


def _console() -> "Console":
    from rich.console import Console

    return Console(highlight=False)


def _checker(outline: Outline, workspace: Workspace) -> "Checker":
    """A checker whose worker imports torch while this process does."""
    from grader.course.settings import read_settings
    from grader.host.launch import cool_down, warm_up

    warm_up(read_settings(outline.root).limits)
    click.get_current_context().call_on_close(cool_down)
    from grader.study.check import Checker

    return Checker(outline.root, workspace.path, cache_dir())


def _show(report: "PartReport", lesson: Lesson, console: "Console") -> None:
    from grader.report.screen import Place, render_part

    render_part(report, console, Place(f"{lesson.slug}.py", f"{lesson.slug}.md", lesson.text))


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
@told
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
@click.pass_obj
@told
def check(root: Path | None, name: str | None) -> None:
    """Check a part, an exercise, an assignment or a file; without a name, everything begun.

    Exit status: 0 all accepted, 1 something is not yet right, 2 usage, 3 some part could not be judged.
    """
    from contextlib import closing, nullcontext
    from itertools import groupby

    around = Path(name).resolve() if name and Path(name).exists() else Path.cwd()
    outline, workspace = _here(root, around)
    wanted = _named(outline, workspace, name)
    console = _console()
    reports = []
    with closing(_checker(outline, workspace)) as checker:
        several = len(wanted) > 1
        for lesson, group in groupby(wanted, key=lambda pair: pair[0]):
            symbols = [symbol for _, symbol in group]
            if several or name is None:
                begun = checker.attempted(lesson)
                symbols = [symbol for symbol in symbols if symbol in begun]
            for symbol in symbols:
                with console.status(f"Checking {symbol} ...") if sys.stdout.isatty() else nullcontext():
                    found = checker.check(lesson, [symbol])
                for report in found:
                    workspace.note(report)
                    reports.append(report)
                    _show(report, lesson, console)
    workspace.save()
    if not reports:
        told_next = f"Write in {wanted[0][0].slug}.py first." if wanted else ""
        click.echo(f"Nothing here is begun yet. {told_next}".strip())
        return
    verdicts = {report.verdict.value for report in reports}
    if "JUDGE_ERROR" in verdicts:
        sys.exit(UNGRADED)
    if verdicts != {"ACCEPTED"}:
        sys.exit(1)
    _said_next(outline, workspace, (reports[-1].exercise, reports[-1].part))


def _named(outline: Outline, workspace: Workspace, name: str | None) -> list[tuple[Lesson, str]]:
    if name is None:
        return list(outline.parts)
    home, path = workspace.path.resolve(), Path(name).resolve()
    if path == home:
        return list(outline.parts)
    return list(outline.select(path.relative_to(home).as_posix() if path.exists() and home in path.parents else name))


def _said_next(outline: Outline, workspace: Workspace, after: tuple[str, str]) -> None:
    from grader.study.progress import next_part

    todo = next_part(outline, workspace, after, finish=True)
    if todo is None:
        click.echo("Everything is passed. Well done!")
    else:
        lesson, symbol = todo
        click.echo(f"Next: {symbol} in {lesson.slug}.py (lesson: {lesson.slug}.md)")


@click.command()
@click.argument("part", metavar="PART")
@click.option("--level", type=click.IntRange(1, 3), help="1 nudges, 3 is nearly there (default: one more each time).")
@click.pass_obj
@told
def hint(root: Path | None, part: str, level: int | None) -> None:
    """Give a hint, each time a stronger one: a nudge, a pointer, nearly there."""
    from contextlib import closing

    from grader.study.hints import LEVELS
    from grader.study.hints import hint as give

    outline, workspace = _here(root, Path.cwd())
    lesson, symbol = outline.one(part)
    record = workspace.record(lesson.slug, symbol)
    with closing(_checker(outline, workspace)) as checker:
        (report,) = checker.check(lesson, [symbol])
        workspace.note(report)
        if report.verdict.value == "ACCEPTED":
            workspace.save()
            click.echo(f"{symbol} is accepted. See how we did it with: course solution {symbol}")
            return
        level = level or min(LEVELS, record.hints + 1)
        text = give(level, lesson, symbol, report, _reference(outline, lesson))
    record.hints = max(record.hints, level)
    workspace.save()
    click.echo(f"Hint {level} of {LEVELS} for {symbol}\n\n{text}")
    if level < LEVELS:
        click.echo(f"\nA stronger one: course hint {symbol}")
    else:
        click.echo(f"\nThe whole answer: course solution {symbol} --give-up")


def _reference(outline: Outline, lesson: Lesson) -> str:
    """The reference answer; nothing where this is a kit without solutions."""
    path = outline.root / "solutions" / lesson.slug / f"{lesson.name}.py"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


@click.command()
@click.argument("part", metavar="PART")
@click.option("--give-up", is_flag=True, help="Show it although the part is not passed; this is remembered.")
@click.pass_obj
@told
def solution(root: Path | None, part: str, give_up: bool) -> None:
    """Show our answer to a part, once yours has passed."""
    from contextlib import closing

    outline, workspace = _here(root, Path.cwd())
    lesson, symbol = outline.one(part)
    source = _reference(outline, lesson)
    if not source:
        raise CourseError("This kit has no solutions.", "Whoever gave it to you has them.")
    record = workspace.record(lesson.slug, symbol)
    if not record.passed and not give_up:
        with closing(_checker(outline, workspace)) as checker:
            (report,) = checker.check(lesson, [symbol])
            workspace.note(report)
        if not record.passed:
            raise CourseError(
                f"{symbol} is not passed yet.", f"To see it all the same: course solution {symbol} --give-up"
            )
    record.solution = record.solution or ("after a pass" if record.passed else "gave up")
    workspace.save()
    from grader.study.solution import excerpt

    click.echo(excerpt(source, symbol))


@click.command()
@click.pass_obj
@told
def progress(root: Path | None) -> None:
    """Show how far you are, and what is next."""
    from grader.study.progress import render_progress

    outline, workspace = _here(root, Path.cwd())
    render_progress(outline, workspace, _console())


@click.command()
@click.argument("part", metavar="PART")
@click.pass_obj
@told
def reset(root: Path | None, part: str) -> None:
    """Put a part (or a whole exercise) back to its stub; what you had is kept in backup/."""
    from itertools import groupby

    from grader.study.workspace import reset as put_back

    outline, workspace = _here(root, Path.cwd())
    for lesson, group in groupby(outline.select(part), key=lambda pair: pair[0]):
        backups = put_back(workspace, lesson, [symbol for _, symbol in group])
        kept = ", ".join(str(path.relative_to(workspace.path)) for path in backups)
        click.echo(f"{part} in {lesson.slug} is a stub again." + (f" What you had is in {kept}." if kept else ""))
    workspace.save()


@click.command()
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(path_type=Path, exists=True))
@click.pass_obj
@told
def watch(root: Path | None, directory: Path | None) -> None:
    """Check each file as it is saved.

    Keys: h hint, n next, l list, p progress, q quit. Without a terminal it prints one line a check.
    """
    from contextlib import closing

    outline, workspace = _here(root, (directory or Path.cwd()).resolve())
    stamps = workspace.stamps(outline)
    with closing(_checker(outline, workspace)) as checker:
        from grader.study.watch import watch as go

        go(outline, workspace, checker, _console(), lambda lesson: _reference(outline, lesson), stamps)
