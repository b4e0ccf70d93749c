"""Commands for the authors of a course."""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from grader.commands import BROKEN, report_errors
from grader.course.paths import cache_dir, own_root, root_of
from grader.model import CourseError, Verdict
from grader.model.language import ENGLISH, asked, phrase, prefer
from grader.model.words import LOOKS, clean


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--empty", is_flag=True, help="Without exercises; `course new` makes the first.")
@report_errors
def init(directory: Path, empty: bool) -> None:
    """Make a course of your own: a copy of the one that comes with the kit, to change as you like.

    DIR must be new, or an empty folder.
    """
    from grader.authoring.own_course import empty_course, own_course
    from grader.kit.load import load_course

    if empty:
        empty_course(directory)
        click.echo(f"Made {directory}. Now:\n\n    cd {directory}\n    course new basics/scale")
        return
    own_course(directory)
    course = load_course(directory.resolve())
    click.echo(f"{directory} holds {len(course.exercises)} exercises in {len(course.order)} assignments. Now:\n")
    for command, does in (
        (f"cd {directory}", ""),
        ("course grade examples/*/ --only linear", "grades the students that are there to try it on"),
        ("course verify linear --quick", "lets an assignment prove itself"),
        ("course release ../handout", "writes what students receive"),
    ):
        click.echo(f"    {command:40} {does}".rstrip())


def _columns() -> int:
    """The width to which a list is broken."""
    return min(shutil.get_terminal_size((100, 24)).columns, 100)


_UNBROKEN = "\u00a0"
"""A space at which no line is broken."""


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
@report_errors
def list_parts(root: Path | None, as_json: bool) -> None:
    """List the exercises and their parts, in the order of learning."""
    from grader.course.road import Leg, in_order, read_legs
    from grader.kit.load import load_course
    from grader.study.workspace import find_workspace

    workspace = find_workspace(Path.cwd())
    prefer(workspace.language)
    course = load_course(root_of(root))
    legs = read_legs(course.root)
    road = [(exercise, legs.get(exercise.slug, Leg())) for exercise in in_order(course.exercises, course.order, legs)]
    if as_json:
        rows = [
            {
                "assignment": exercise.assignment,
                "exercise": exercise.slug,
                "title": exercise.declaration.title,
                "parts": leg.ordered(part.symbol for part in exercise.parts),
                "after": [*leg.after],
                "minutes": leg.minutes,
                "difficulty": leg.difficulty,
            }
            for exercise, leg in road
        ]
        click.echo(json.dumps({"schema": 1, "title": course.title, "exercises": rows}, indent=2, ensure_ascii=False))
        return
    for exercise, leg in road:
        click.echo(exercise.slug + (f"  {phrase('({0})', leg)}" if str(leg) else ""))
        symbols = leg.ordered(part.symbol for part in exercise.parts)
        names = ", ".join(_marked(name, workspace.progress(exercise.slug, name).passed) for name in symbols)
        shown = click.wrap_text(names, _columns(), initial_indent="    ", subsequent_indent="    ")
        click.echo(shown.replace(_UNBROKEN, " "))


def _marked(symbol: str, is_passed: bool) -> str:
    """The name of a part, with a mark where the learner whose folder this is has passed it."""
    if not is_passed:
        return symbol
    look = LOOKS[Verdict.ACCEPTED]
    try:
        look.symbol.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return f"{look.ascii}{_UNBROKEN}{symbol}"
    return f"{look.symbol}{_UNBROKEN}{symbol}"


@click.command()
@click.argument("parts", metavar="[PART]...", nargs=-1)
@click.option("--quick", is_flag=True, help="Without the mechanical mutants.")
@click.option("--jobs", type=click.IntRange(1), help="Exercises verified at once (default: the cores).")
@click.option("--seed", default="verify", show_default=True, help="Seed of the suites to verify.")
@click.option("--survivors", is_flag=True, help="Print every surviving mutant as a diff.")
@click.pass_obj
@report_errors
def verify(root: Path | None, parts: Sequence[str], quick: bool, jobs: int | None, seed: str, survivors: bool) -> None:
    """Let the course prove itself: right answers pass, wrong ones fail, for the reason they should."""
    from rich.console import Console

    from grader.authoring.proof import store
    from grader.authoring.proofs import ExerciseProof, render
    from grader.authoring.verify import verify_course
    from grader.course.exercise import needs_solutions
    from grader.kit.load import load_course
    from grader.release.write import not_compared

    course = load_course(own_root(root))
    if course.is_kit:
        raise needs_solutions("Verifying takes")
    order = {exercise.slug: index for index, exercise in enumerate(course.exercises)}
    results: list[ExerciseProof] = []
    for proof in verify_course(course, parts, seed=seed, quick=quick, jobs=jobs, cache_dir=cache_dir()):
        holes = f"{len(proof.holes)} found" if proof.holes else "none"
        click.echo(f"{proof.exercise}: {proof.seconds:.0f} s, holes: {holes}", err=True)
        results.append(proof)
        try:
            store(course, [proof], seed=seed, quick=quick)
        except OSError as error:
            click.echo(f"What was proved is not kept for the reports: {error}.", err=True)
    if not parts:
        for line in not_compared(course.root / "assignments"):
            click.echo(line, err=True)
    results.sort(key=lambda proof: order.get(proof.exercise, len(order)))
    render(results, Console(highlight=False), survivors=survivors)
    if any(result.holes for result in results):
        sys.exit(BROKEN)


@click.command()
@click.argument("exercise", metavar="ASSIGNMENT/EXERCISE")
@click.option("--symbol", help="The part's symbol (default: the exercise's name in capitals).")
@click.pass_obj
@report_errors
def new(root: Path | None, exercise: str, symbol: str | None) -> None:
    """Scaffold a new exercise: one folder, which already grades."""
    from grader.authoring.scaffold import new_exercise
    from grader.course.exercise import needs_solutions
    from grader.course.settings import read_settings

    course_root = own_root(root)
    if (course_root / "course.toml").is_file() and read_settings(course_root).is_kit:
        raise needs_solutions("A new exercise takes")
    folder = new_exercise(course_root, exercise, symbol)
    click.echo(f"Made {folder}. Edit it, then run: course verify {exercise}")
    listed, assignment = read_settings(course_root).assignments, folder.parent.name
    if listed and assignment not in listed:
        click.echo(f"Name {assignment} in course.toml's assignments first: only those are in the course.", err=True)


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--nbgrader", is_flag=True, help="A course directory for nbgrader, with its configuration.")
@click.option("--gradescope", is_flag=True, help="A zip file that grades on Gradescope, hidden cases included.")
@click.option("--github", is_flag=True, help="A template for the students' repositories, and one to grade them from.")
@click.option("--site", is_flag=True, help="A site to read and try the course on: pages, stubs, notebooks, reference.")
@click.option("--only", multiple=True, metavar="PART", help="For these three: a part, exercise or assignment.")
@click.option("--force", is_flag=True, help="With --nbgrader: also where that loses what you changed in a notebook.")
@click.pass_obj
@report_errors
def release(
    root: Path | None,
    directory: Path,
    nbgrader: bool,
    gradescope: bool,
    github: bool,
    site: bool,
    only: Sequence[str],
    force: bool,
) -> None:
    """Write what students receive: stubs, notebooks, figures, READMEs; or what hands them out and grades elsewhere.

    With --lang zh, lessons and READMEs are in that language, as far as the course has them translated. With --nbgrader,
    what you have added to the source notebooks and changed in them stays.
    """
    if nbgrader + gradescope + github + site > 1:
        raise CourseError(
            "--nbgrader, --gradescope, --github and --site each write something else.", "Choose one.", usage=True
        )
    if only and not (gradescope or github or site):
        raise CourseError("--only goes with --gradescope, --github or --site.", "Leave it out.", usage=True)
    if force and not nbgrader:
        raise CourseError("--force goes with --nbgrader.", "Leave it out.", usage=True)
    if site:
        from grader.commands.site import to_site

        to_site(root_of(root), only, directory)
        return
    from grader.kit.load import load_course
    from grader.release.write import not_recorded
    from grader.release.write import release as release_kit
    from grader.suite.provider import public_suites

    course = load_course(own_root(root))
    if gradescope or github:
        from grader.commands.sealing import to_github, to_gradescope

        (to_gradescope if gradescope else to_github)(course, only, directory)
        return
    suites = public_suites(cache_dir())
    if nbgrader:
        from grader.classroom.course_directory import write_course
        from grader.commands.progress import Counted

        with Counted(len(course.exercises)) as counted:
            written = write_course(course, directory, suites, force=force, on_exercise=counted.at)
    else:
        written = release_kit(course, directory, suites, language=asked() or ENGLISH)
    click.echo(f"Wrote {len(list(written))} files to {directory}.")
    for line in () if nbgrader else not_recorded(course):
        click.echo(line, err=True)


@click.command()
@click.option(
    "--classroom",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Say instead who may read what of this nbgrader course, and what of it to keep copies of.",
)
@click.pass_obj
@report_errors
def doctor(root: Path | None, classroom: Path | None) -> None:
    """Say what this machine offers: versions, device, sandbox layers.

    With --classroom, the exit status is 1 where something is open that should not be.
    """
    if classroom is not None:
        _classroom(root_of(root), classroom.resolve())
        return
    from grader.course.versions import torch_note, versions
    from grader.grading.options import Options, choose_device
    from grader.kit.load import load_course
    from grader.model.extras import state_of_extras
    from grader.worker.sandbox import active_layers

    for name, value in versions().items():
        note = torch_note(value) if name == "torch" else ""
        click.echo(f"{name:12} {value}" + (f"  {note}" if note else ""))
    for extra, state in state_of_extras():
        click.echo(f"{extra:12} {state}")
    click.echo(f"{'device':12} {choose_device('auto')}")
    course = load_course(root_of(root))
    cases = "hidden cases, compiled (a sealed course)" if course.is_sealed else "public cases only (a student's kit)"
    kind = f", {cases}" if course.is_kit else ""
    click.echo(f"{'course':12} {course.root}: {len(course.exercises)} exercises{kind}")
    from grader.host.session import Server

    with Server(Options(seed="", limits=course.limits).limits) as server:
        click.echo(f"{'sandbox':12} {server.sandbox}")
    for name, active in active_layers().items():
        click.echo(f"  {name:24} {active}")


def _classroom(root: Path, directory: Path) -> None:
    """Say who may read what of a course and of the nbgrader course made of it."""
    from grader.classroom.privacy import findings

    found = list(findings(root, directory))
    for finding in found:
        click.echo(clean(f"{'ok ' if finding.is_good else 'NO '} {finding.what}"))
        if not finding.is_good and finding.fix:
            click.echo(clean(f"    {finding.fix}"))
    if not all(finding.is_good for finding in found):
        sys.exit(BROKEN)
