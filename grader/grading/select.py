"""Which parts of which submissions a run grades, and the answers to them as text."""

from collections.abc import Sequence

from grader.answer.attempt import attempted
from grader.answer.load import Answer, Submission, find_exercise, load_answer
from grader.course.catalogue import Course
from grader.course.exercise import CourseExercise
from grader.model import CourseError
from grader.spec import Part

Selection = Sequence[tuple[CourseExercise, Part]]


def asked_of(course: Course, selection: Selection, submission: Submission) -> list[CourseExercise]:
    """The selected exercises; of a single file, the one it answers.

    Raises:
        CourseError: where a file answers none of the course's exercises, or one that was not selected.
    """
    wanted = list({exercise.slug: exercise for exercise, _ in selection}.values())
    if submission.path.is_dir():
        return wanted
    names = {
        (exercise.assignment, exercise.name): [part.symbol for part in exercise.parts] for exercise in course.exercises
    }
    answered = find_exercise(submission.path, names)
    if answered is None:
        raise CourseError(
            f"{submission.path} answers no exercise of this course.", "`course list` names them.", usage=True
        )
    asked = [exercise for exercise in wanted if (exercise.assignment, exercise.name) == answered]
    if not asked:
        raise CourseError(
            f"{submission.path} answers {'/'.join(answered)}, and --only asks for something else.",
            "Leave out --only, or name a part of that exercise.",
            usage=True,
        )
    return asked


def read_answer(course: Course, submission: Submission, exercise: CourseExercise) -> Answer:
    """A submission's answer to an exercise, as text."""
    symbols = [part.symbol for part in exercise.parts]
    keys = [(other.assignment, other.name) for other in course.exercises]
    return load_answer(
        submission.path, exercise.assignment, exercise.name, symbols, exercises=keys, attempted=attempted
    )
