"""Put what was graded for nbgrader into the course's store, for `course history` and `course regrade`."""

from collections.abc import Sequence
from pathlib import Path

from grader.answer.load import Answer
from grader.course.exercise import CourseExercise
from grader.grading.judge import Judge
from grader.grading.schedule import environment_of
from grader.grading.store import Key, Owner, Store
from grader.model import PartReport
from grader.model.names import printable, shown_path


def remember(
    store: Store, judge: Judge, exercise: CourseExercise, answer: Answer, parts: Sequence[PartReport], folder: Path
) -> None:
    """Store the results of an answer, under the name and the path by which `course grade FOLDER` knows its student.

    Args:
        store: The store.
        judge: What has judged.
        exercise: The exercise.
        answer: What was judged.
        parts: What was found; parts that could not be judged are passed over.
        folder: The student's folder.

    Raises:
        CourseError: where they cannot be stored.
    """
    owner = Owner(position=0, student=printable(folder.name), path=shown_path(folder))
    with store.change():
        environment = store.environment(environment_of(judge.options))
        for place, report in enumerate(parts):
            if report.score is None:
                continue
            key = Key(
                exercise=exercise.slug, part=report.part, file=answer.path, answer=answer.digest, suite=report.suite,
                declaration=exercise.digest, environment=environment,
            )  # fmt: skip
            store.show(owner, place, store.add(key, report, judge.sandbox(), fresh=True))
