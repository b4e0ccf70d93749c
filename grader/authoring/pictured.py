"""Whether an exercise's figure can be drawn, and be read by everyone."""

from grader.course.declared import DeclaredExercise
from grader.model import CourseError, Hole, HoleKind
from grader.release.drawing import FIGURE_SCRIPT, drawn


def holes(exercise: DeclaredExercise) -> list[Hole]:
    """What is wrong with the figure; nothing where there is none."""
    script = exercise.folder / FIGURE_SCRIPT
    if not script.is_file():
        return []
    try:
        drawn(script)
    except CourseError as error:
        return [Hole(kind=HoleKind.FIGURE, text=f"{error.what} {error.fix}".strip())]
    return []
