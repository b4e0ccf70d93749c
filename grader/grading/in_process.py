"""Grade in this process."""

from collections.abc import Iterator, Sequence

from grader.course.catalogue import Course
from grader.grading.course_judge import CourseJudge
from grader.grading.options import Options
from grader.grading.pool import Ended, Graded, Task
from grader.model import ClusterWorker
from grader.suite.provider import PartKey


class InProcess:
    """Grades in this process, for one submission or one device: there is nothing to start."""

    def __init__(self, course: Course, options: Options) -> None:
        """Start its server of workers."""
        self.notes: list[str] = []
        self.workers: Sequence[ClusterWorker] = ()
        self._judge = CourseJudge(course, options)
        self._task: Task | None = None

    def digest(self, part: PartKey) -> str | None:
        """Digest of a part's suite."""
        return self._judge.digest(part)

    def room(self) -> bool:
        """Whether the last task is over."""
        return self._task is None

    def start(self, task: Task) -> None:
        """Remember the task; `events` grades it."""
        self._task = task
        if task.attempt > 1:
            self._judge.close()

    def events(self) -> Iterator[Graded | Ended]:
        """Grade the task."""
        task = self._task
        assert task is not None
        for report, level in self._judge.judged(task.exercise, task.parts, task.answer):
            yield Graded(task, report, level)
        self._task = None
        yield Ended(task)

    def close(self) -> None:
        """End the server and its workers."""
        self._judge.close()
