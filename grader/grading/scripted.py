"""A pool that follows a script, so that tests of scheduling, retrying and waiting take milliseconds."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.grading.pool import Ended, Graded, Task
from grader.model import ClusterWorker, PartReport
from grader.suite.provider import PartKey


@dataclass(frozen=True, slots=True)
class Lost:
    """In a script: the worker process that has the task is gone."""

    why: str


Script = Callable[[Task], Iterable[PartReport | Lost]]
"""The outcome of a task, in order; what is left of it after a `Lost` is not graded."""


class Scripted:
    """Grades as a script says."""

    def __init__(
        self,
        script: Script,
        *,
        jobs: int = 1,
        digests: Mapping[PartKey, str | None] | None = None,
        sandbox: str = "L2",
    ) -> None:
        """Prepare the pool.

        Args:
            script: The outcome of each task.
            jobs: How many tasks are graded at once.
            digests: Digests of suites that are not "suite"; None for one that cannot be compiled.
            sandbox: The level of the sandbox in which answers are said to run.
        """
        self.notes: list[str] = []
        self.workers: Sequence[ClusterWorker] = ()
        self.started: list[Task] = []
        """Every task that was started, in order."""
        self.closed = False
        self._script, self._jobs, self._digests, self._sandbox = script, jobs, dict(digests or {}), sandbox
        self._running: deque[Task] = deque()

    def digest(self, part: PartKey) -> str | None:
        """Digest of a part's suite."""
        return self._digests.get(part, "suite")

    def room(self) -> bool:
        """Whether a worker process is idle."""
        return len(self._running) < self._jobs

    def start(self, task: Task) -> None:
        """Give a task to an idle worker process."""
        assert self.room(), "a task was started although every worker process is busy"
        self.started.append(task)
        self._running.append(task)

    def events(self) -> list[Graded | Ended]:
        """All events of the task that was started first."""
        assert self._running, "nothing runs, so nothing can happen"
        task = self._running.popleft()
        happened: list[Graded | Ended] = []
        for item in self._script(task):
            if isinstance(item, Lost):
                return [*happened, Ended(task, item.why)]
            happened.append(Graded(task, item, self._sandbox))
        return [*happened, Ended(task)]

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True
