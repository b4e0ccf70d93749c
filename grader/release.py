"""Write what students receive: of each exercise a stub, a notebook and its figure, of each assignment a README.

`build` makes every text from the course, so the same course gives the same bytes; `release` writes them, and `stale`
says where a folder differs from them.
"""

import runpy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path, PurePosixPath

from grader.catalog import Course, CourseExercise
from grader.model import CourseError
from grader.notebook import notebook
from grader.spec import Part
from grader.stub import stub_pieces
from grader.suite import PUBLIC, compile_suite, rubric

FIGURE_SCRIPT = "figure.py"
FIGURE_DPI = 144

_HOW_TO = """
The notebook holds the lesson. Write in the notebook or in the `.py` file, whichever you like better: put your code
where it says `raise NotImplementedError`, and keep the names and the arguments as they are. What you leave as it is
counts as not attempted; the other parts do not suffer from it.

You may add helper functions and classes of your own. Each lesson says what is off limits: the layer itself and what
computes it for you. Everything else in PyTorch is yours to use.
"""

Worth = Callable[[CourseExercise, Part], float]
"""The points of a part."""


@dataclass(frozen=True, slots=True)
class Build:
    """A release before it is written; paths are relative to its directory."""

    texts: dict[PurePosixPath, str] = field(default_factory=dict)
    figures: dict[PurePosixPath, Path] = field(default_factory=dict)
    """Figure to the script that draws it."""


def worth_of(cache_dir: Path | None = None) -> Worth:
    """The points that the rubrics give, by way of each part's public suite.

    Args:
        cache_dir: Where compiled suites are kept; None keeps none.
    """

    def worth(exercise: CourseExercise, part: Part) -> float:
        suite = compile_suite(exercise, part, PUBLIC, visibility=PUBLIC, cache_dir=cache_dir)
        return sum(rubric(part, suite).values())

    return worth


def build(course: Course, worth: Worth | None = None) -> Build:
    """Everything that a release of the course holds; `worth` is `worth_of()` unless given."""
    worth = worth or worth_of()
    result = Build()
    for assignment, group in groupby(course.exercises, key=lambda exercise: exercise.assignment):
        folder, exercises = PurePosixPath(assignment), list(group)
        points = {
            exercise.name: {part.symbol: worth(exercise, part) for part in exercise.parts} for exercise in exercises
        }
        result.texts[folder / "README.md"] = _readme(course, assignment, exercises, points)
        for exercise in exercises:
            symbols, source = list(points[exercise.name]), exercise.reference_source
            lesson, answers = exercise.handout, points[exercise.name]
            result.texts[folder / f"{exercise.name}.py"] = exercise.stub
            result.texts[folder / f"{exercise.name}.ipynb"] = notebook(
                exercise.name, lesson, stub_pieces(source, symbols, exercise.methods), answers
            )
            if (exercise.folder / FIGURE_SCRIPT).is_file():
                result.figures[folder / "figures" / f"{exercise.name}.png"] = exercise.folder / FIGURE_SCRIPT
    return result


def release(course: Course, directory: Path, worth: Worth | None = None) -> Sequence[Path]:
    """Write the release of a course into a directory, over what an earlier release left there.

    Returns:
        The files written.

    Raises:
        CourseError: where a stub or a figure cannot be made, or the directory cannot be written.
    """
    made = build(course, worth)
    written: list[Path] = []
    try:
        for name, text in made.texts.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            written.append(path)
        for name, script in made.figures.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            draw(script, path)
            written.append(path)
    except OSError as error:
        raise CourseError(f"{directory} cannot be written: {error}") from None
    return written


def stale(course: Course, directory: Path, worth: Worth | None = None) -> Sequence[str]:
    """Where a directory is not what `release` would write: a sentence a file (of figures, only that they are there)."""
    made = build(course, worth)
    found: list[str] = []
    for name, text in made.texts.items():
        path = directory / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif path.read_bytes() != text.encode():
            found.append(f"{name} differs from its source")
    found += [f"{name} is missing" for name in made.figures if not (directory / name).is_file()]
    known = {*made.texts, *made.figures}
    for path in sorted(directory.rglob("*")):
        name = PurePosixPath(path.relative_to(directory).as_posix())
        if path.is_file() and name not in known and "__pycache__" not in name.parts:
            found.append(f"{name} is made from nothing below solutions/")
    return found


def draw(script: Path, path: Path) -> None:
    """Draw a figure to a file.

    Args:
        script: A ``figure.py``, which defines ``draw(path)``.
        path: The PNG to write.
    """
    try:
        import matplotlib
    except ModuleNotFoundError:
        raise CourseError(
            "Drawing the figures needs matplotlib.", "Install it with: pip install -e '.[dev]' -c constraints.txt"
        ) from None
    matplotlib.use("Agg")
    try:
        with matplotlib.rc_context({"savefig.dpi": FIGURE_DPI, "savefig.facecolor": "white"}):
            runpy.run_path(str(script))["draw"](path)
    except Exception as error:
        raise CourseError(f"{script} could not draw its figure: {type(error).__name__}: {error}") from error
    if not path.is_file():
        raise CourseError(f"{script} drew no figure.", "Its draw(path) has to save one to the path it is given.")


def _readme(
    course: Course, assignment: str, exercises: Sequence[CourseExercise], points: Mapping[str, Mapping[str, float]]
) -> str:
    total = sum(worth for parts in points.values() for worth in parts.values())
    lines = [
        f"# {assignment.replace('_', ' ').capitalize()}",
        "",
        f"{course.title} · {total:g} points",
        "",
        "| exercise | write your answer in | parts and points |",
        "| --- | --- | --- |",
    ]
    for exercise in exercises:
        parts = ", ".join(f"`{symbol}` {worth:g}" for symbol, worth in points[exercise.name].items())
        lines.append(
            f"| {exercise.declaration.title} | [{exercise.name}.py]({exercise.name}.py) or "
            f"[{exercise.name}.ipynb]({exercise.name}.ipynb) | {parts} |"
        )
    return "\n".join(lines) + "\n" + _HOW_TO
