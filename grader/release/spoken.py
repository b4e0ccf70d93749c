"""The words of a release in another language: lessons, READMEs, titles; what is not translated stays English."""

from grader.course.exercise import CourseExercise
from grader.course.translations import translation
from grader.model.language import ENGLISH, translated


def lesson(exercise: CourseExercise, language: str) -> str:
    """The lesson as students read it, in a language if there is a translation of it."""
    said = "" if language == ENGLISH else translation(exercise.folder, language).lesson(exercise.handout)
    return said or exercise.handout


def title(exercise: CourseExercise, language: str) -> str:
    """The title of an exercise."""
    return translated(exercise.declaration.title, exercise.slug, "title", into=language)


def words(text: str, language: str, kind: str = "file") -> str:
    """A text of the engine's, or of the course: with its places still to be filled."""
    return translated(text, kind=kind, into=language)
