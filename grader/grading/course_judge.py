"""The judge of a course, asked by the names of exercises and parts."""

from collections.abc import Collection, Iterator

from grader.answer.load import Answer
from grader.course.catalogue import Course
from grader.grading.judge import Judge
from grader.grading.options import Options
from grader.model import CourseError, PartReport
from grader.suite.provider import PartKey


class CourseJudge:
    """Judges the parts that tasks name."""

    def __init__(self, course: Course, options: Options) -> None:
        """Start the server of workers.

        Args:
            course: The course.
            options: How to judge.

        Raises:
            CourseError: where there is no such device.
        """
        self.course = course
        self.judge = Judge(options)

    def digest(self, part: PartKey) -> str | None:
        """Digest of a part's suite; None where it cannot be compiled; the part's reports then say why."""
        slug, symbol = part
        exercise = self.course.exercise(slug)
        try:
            return self.judge.suites.suite(exercise, exercise.part(symbol)).digest
        except CourseError:
            return None

    def judged(self, slug: str, symbols: Collection[str], answer: Answer) -> Iterator[tuple[PartReport, str]]:
        """Judge parts of an answer, each with the level of the sandbox."""
        exercise = self.course.exercise(slug)
        parts = [part for part in exercise.parts if part.symbol in symbols]
        for report in self.judge.judge(exercise, parts, answer):
            yield report, self.judge.sandbox()

    def close(self) -> None:
        """Stop the server; the next answer starts another."""
        self.judge.close()
