"""Write what students receive: of each exercise a stub, a notebook, a figure and its public suite; capstones, READMEs,
a checker.

`build_kit` makes everything from the course, so the same course gives the same; `release` writes it, and `stale` says
where a folder differs from it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path, PurePosixPath

from grader.course.catalogue import Course, check_year
from grader.course.declared import declared
from grader.course.exercise import CourseExercise, needs_solutions
from grader.course.pitfalls import pitfalls
from grader.course.settings import read_settings
from grader.course.translations import catalogue_path, own_catalogue, recorded_files, translation
from grader.kit.record import FOLDER, SUFFIX, differences, left_out, record
from grader.model import CourseError
from grader.model.extras import KIT
from grader.model.files import write_whole
from grader.model.language import ENGLISH
from grader.release import checker as kit
from grader.release.capstone import CAPSTONE, CAPSTONE_SCRIPT, can_be_made, capstone
from grader.release.drawing import FIGURE_SCRIPT, drawn, is_drawn_from
from grader.release.notebook import notebook
from grader.release.spoken import lesson, title, words
from grader.release.stub import pieces_of, stub_of
from grader.spec import Part
from grader.suite.provider import Suites, public_suites

_HOW_TO = """
The notebook holds the lesson. Write in the notebook or in the `.py` file, whichever you like better: put your code
where it says `raise NotImplementedError`, and keep the names and the arguments as they are. What you leave as it is
counts as not attempted; the other parts do not suffer from it.

You may add helper functions and classes of your own. Each lesson says what is off limits: the layer itself and what
computes it for you. Everything else in PyTorch is yours to use.
"""

_CAPSTONE = """
When the parts are written, open [capstone.ipynb](capstone.ipynb): it trains a small net made of your own answers,
next to the same net of `torch.nn`. It is not graded.
"""

PointsOf = Callable[[CourseExercise, Part], float]
"""The points of a part."""


@dataclass(frozen=True, slots=True)
class Build:
    """A release before it is written; paths are relative to its directory."""

    texts: dict[PurePosixPath, str] = field(default_factory=dict)
    figures: dict[PurePosixPath, Path] = field(default_factory=dict)
    """The script that draws each figure (see `grader.release.drawing`)."""
    records: dict[PurePosixPath, bytes] = field(default_factory=dict)
    """The recorded public suites (see `grader.kit.record`)."""
    copies: dict[PurePosixPath, Path] = field(default_factory=dict)
    """Files taken over as they are."""


def build(course: Course, points_of: PointsOf, *, capstones: bool = True, language: str = ENGLISH) -> Build:
    """The assignments: texts and figures.

    Args:
        course: The course.
        points_of: The points of each part (`Suites.points`).
        capstones: Whether the capstone notebooks are made too.
        language: The language of lessons and READMEs.
    """
    if course.is_kit:
        raise needs_solutions("A release takes")
    result, worth = Build(), weighed(course, points_of)
    for assignment, group in groupby(course.exercises, key=lambda exercise: exercise.assignment):
        folder, exercises = PurePosixPath(assignment), list(group)
        points = {
            exercise.name: {part.symbol: worth(exercise, part) for part in exercise.parts} for exercise in exercises
        }
        final = exercises[0].folder.parent / CAPSTONE_SCRIPT
        result.texts[folder / "README.md"] = _readme(course, assignment, exercises, points, final.is_file(), language)
        if final.is_file() and capstones:
            result.texts[folder / CAPSTONE] = capstone(final)
        for exercise in exercises:
            source = declared(exercise)
            result.texts[folder / f"{exercise.name}.py"] = stub_of(source)
            result.texts[folder / f"{exercise.name}.ipynb"] = notebook(
                exercise.name, lesson(exercise, language), pieces_of(source), points[exercise.name]
            )
            if (exercise.folder / FIGURE_SCRIPT).is_file():
                result.figures[folder / "figures" / f"{exercise.name}.svg"] = exercise.folder / FIGURE_SCRIPT
    return result


def weighed(course: Course, points_of: PointsOf) -> PointsOf:
    """The points of each part as they count in the course's year, which is what students are told.

    Raises:
        CourseError: where the year names something that the course does not have.
    """
    if not course.year.weights:
        return points_of
    check_year(course)
    return lambda exercise, part: points_of(exercise, part) * course.year.weight(exercise.slug, part.symbol)


def build_kit(
    course: Course, suites: Suites, *, bundled: bool, capstones: bool = True, language: str = ENGLISH
) -> Build:
    """Everything that a student's kit holds: the assignments, and what checks answers to them.

    Args:
        course: The course.
        suites: Its public suites.
        bundled: Whether the checker is in it.
        capstones: Whether the capstone notebooks are in it.
        language: The language of lessons and READMEs, and of what the kit shows unless another one is named.
    """
    made = build(course, suites.points, capstones=capstones, language=language)
    points: dict[str, float] = {}
    worth = weighed(course, suites.points)
    for exercise in course.exercises:
        most = sum(worth(exercise, part) for part in exercise.parts)
        points[exercise.assignment] = points.get(exercise.assignment, 0.0) + most
        path = PurePosixPath(exercise.assignment) / FOLDER / f"{exercise.name}{SUFFIX}"
        made.records[path] = recorded(exercise, suites)
        made.texts.update(translated(exercise, path.parent, read_settings(course.root).languages))
    made.texts.update(kit.texts(course, points, bundled=bundled, language=language))
    for other in read_settings(course.root).languages:
        own = own_catalogue(course.root, other)
        if own.is_file():
            made.texts[PurePosixPath(catalogue_path(Path(), other).as_posix())] = own.read_text(encoding="utf-8")
    if bundled:
        made.copies.update(kit.checker())
    return made


def translated(
    exercise: CourseExercise, folder: PurePosixPath, languages: Sequence[str]
) -> Mapping[PurePosixPath, str]:
    """What of an exercise there is in other languages, as it lies beside its record.

    Args:
        exercise: The exercise.
        folder: The folder of its record in a kit.
        languages: Those of the course.
    """
    found = [recorded_files(translation(exercise.folder, language), exercise.name) for language in languages]
    return {folder / name: text for files in found for name, text in files.items()}


def recorded(exercise: CourseExercise, suites: Suites) -> bytes:
    """The record of an exercise's public suites."""
    source = declared(exercise)
    return record(
        exercise.slug,
        exercise.declaration,
        exercise.misconceptions,
        [suites.suite(exercise, part) for part in exercise.parts],
        handout=exercise.handout,
        stub=stub_of(source),
        pitfalls=pitfalls(source.tagged_handout),
    )


def release(
    course: Course, directory: Path, suites: Suites | None = None, *, language: str = ENGLISH
) -> Sequence[Path]:
    """Write the release of a course into a directory, over what an earlier release left there.

    Args:
        course: The course.
        directory: Where to.
        suites: Its public suites.
        language: The language of lessons and READMEs; of a release inside of the course it is English.

    Returns:
        The files written.

    Raises:
        CourseError: where a stub or a figure cannot be made, or the directory cannot be written.
    """
    bundled = _is_bundled(course, directory)
    # What lies in the course itself is the English one, which `stale` holds to it.
    spoken = language if bundled else ENGLISH
    return write_build(build_kit(course, suites or public_suites(), bundled=bundled, language=spoken), directory)


def write_build(made: Build, directory: Path) -> Sequence[Path]:
    """Write what was built into a directory, over what an earlier release left there; see `release`."""
    written: list[Path] = []
    try:
        for name, content in _contents(made):
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not (name in made.records and says_the_same(path, content)):
                write_whole(path, content)
            written.append(path)
        for name, script in made.figures.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, drawn(script))
            written.append(path)
    except OSError as error:
        raise CourseError(f"{directory} cannot be written: {error}") from None
    return written


def not_recorded(course: Course) -> Sequence[str]:
    """What a kit does not check, because a property has no name under which it could be recorded."""
    return [
        f"{exercise.slug}, {part.symbol}: {left_out(part)} of {len(part.properties)} properties judged at grading only"
        for exercise in course.exercises
        for part in exercise.parts
        if left_out(part)
    ]


def not_compared(directory: Path) -> Sequence[str]:
    """What `stale` passes over because what would make it is not installed here, in a sentence that says what is."""
    notebooks = [] if can_be_made() else sorted(directory.glob(f"*/{CAPSTONE}"))
    if not notebooks:
        return []
    return [
        f"Whether {len(notebooks)} capstone notebooks in {directory} are fresh was not checked: that needs jupytext "
        f"(pip install '{KIT}[release]')."
    ]


def stale(course: Course, directory: Path, suites: Suites | None = None) -> Sequence[str]:
    """Where a directory differs from what `release` would write: one sentence per file (of a figure: what drew it).

    Capstone notebooks need only be there where they cannot be made here (see `not_compared`).
    """
    capstones = can_be_made()
    made = build_kit(course, suites or public_suites(), bundled=_is_bundled(course, directory), capstones=capstones)
    complaints: list[str] = []
    for name, content in _contents(made):
        path = directory / name
        if not path.is_file():
            complaints.append(f"{name} is missing")
        elif name in made.records:
            complaints += [f"{name} differs from its source: {why}" for why in _record_differs(path, content)]
        elif path.read_bytes() != content:
            complaints.append(f"{name} differs from its source")
    for name, script in made.figures.items():
        if not (directory / name).is_file():
            complaints.append(f"{name} is missing")
        elif not is_drawn_from(directory / name, script):
            complaints.append(f"{name} was drawn from another {FIGURE_SCRIPT}")
    known = {*made.texts, *made.records, *made.copies, *made.figures}
    for path in sorted(directory.rglob("*")):
        name = PurePosixPath(path.relative_to(directory).as_posix())
        if name.name == CAPSTONE and not capstones:
            continue
        if path.is_file() and name not in known and "__pycache__" not in name.parts:
            complaints.append(f"{name} is made from nothing below solutions/")
    return complaints


def _is_bundled(course: Course, directory: Path) -> bool:
    return not directory.resolve().is_relative_to(course.root.resolve())


def _contents(made: Build) -> Iterator[tuple[PurePosixPath, bytes]]:
    for name, text in made.texts.items():
        yield name, text.encode()
    yield from made.records.items()
    for name, source in made.copies.items():
        yield name, source.read_bytes()


def says_the_same(path: Path, content: bytes) -> bool:
    """Whether a record says the same as another, whatever the last bits that this processor gives."""
    return path.is_file() and not _record_differs(path, content)


def _record_differs(path: Path, content: bytes) -> Sequence[str]:
    try:
        return differences(path, content)
    except CourseError:
        return ["it cannot be read"]


def _readme(
    course: Course,
    assignment: str,
    exercises: Sequence[CourseExercise],
    points: Mapping[str, Mapping[str, float]],
    has_capstone: bool,
    language: str,
) -> str:
    total = sum(most for parts in points.values() for most in parts.values())
    lines = [
        f"# {words(assignment.replace('_', ' ').capitalize(), language, 'assignment')}",
        "",
        f"{words(course.title, language, 'title')} · {words(f'{total:g} points', language, '')}",
        "",
        words("| exercise | write your answer in | parts and points |", language),
        "| --- | --- | --- |",
    ]
    for exercise in exercises:
        parts = ", ".join(f"`{symbol}` {most:g}" for symbol, most in points[exercise.name].items())
        lines.append(
            f"| {title(exercise, language)} | [{exercise.name}.py]({exercise.name}.py) {words('or', language)} "
            f"[{exercise.name}.ipynb]({exercise.name}.ipynb) | {parts} |"
        )
    return "\n".join(lines) + "\n" + words(_HOW_TO, language) + (words(_CAPSTONE, language) if has_capstone else "")
