"""Grade in several processes that a crash of one does not hurt."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from typing import Any

from grader.answer.confined import start
from grader.course.catalogue import Course
from grader.grading.course_judge import CourseJudge
from grader.grading.options import Options, without_seed
from grader.grading.pool import Ended, Graded, Task
from grader.kit.load import load_course
from grader.model import ClusterWorker
from grader.suite.provider import PartKey


class Processes:
    """Grades in several processes, each with a server of its own."""

    def __init__(self, course: Course, options: Options, jobs: int, parts: list[PartKey]) -> None:
        """Start them, and have them compile the suites of these parts."""
        self.notes: list[str] = []
        self.workers: Sequence[ClusterWorker] = ()
        self._processes = [_WorkerProcess(course.root, options) for _ in range(jobs)]
        self._running: dict[_WorkerProcess, Task] = {}
        self._digests: dict[PartKey, str | None] = {}
        try:
            self._compile(parts)
        except BaseException:
            self.close()
            raise

    def _compile(self, parts: list[PartKey]) -> None:
        todo = list(reversed(parts))
        asked: dict[_WorkerProcess, PartKey] = {}
        while todo or asked:
            for process in self._processes:
                if process not in asked and todo:
                    asked[process] = todo.pop()
                    process.send(("compile", asked[process]))
            for process in _ready(asked):
                part = asked.pop(process)
                reply = process.receive()
                if reply is None:
                    process.restart()
                self._digests[part] = None if reply is None else reply[1]

    def digest(self, part: PartKey) -> str | None:
        """Digest of a part's suite."""
        return self._digests.get(part)

    def room(self) -> bool:
        """Whether a process is idle."""
        return len(self._running) < len(self._processes)

    def start(self, task: Task) -> None:
        """Give a task to an idle process."""
        process = next(process for process in self._processes if process not in self._running)
        if task.attempt > 1:
            process.restart()
        self._running[process] = task
        process.send(("grade", task))

    def events(self) -> list[Graded | Ended]:
        """Wait for any process to report something."""
        return [self._event(process) for process in _ready(self._running)]

    def _event(self, process: "_WorkerProcess") -> Graded | Ended:
        reply = process.receive()
        if reply is not None and reply[0] == "graded":
            return Graded(self._running[process], *reply[1:])
        return Ended(self._running.pop(process), "" if reply is not None else process.restart())

    def close(self) -> None:
        """End the processes."""
        for process in self._processes:
            process.end()


class _WorkerProcess:
    """One process that grades."""

    def __init__(self, root: Path, options: Options) -> None:
        self._root, self._options = root, options
        self._begin()

    def _begin(self) -> None:
        # spawn: a fork of this process would share torch's locks and our server's descriptors.
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._root, self._options), daemon=True)
        with without_seed():
            self._process.start()
        theirs.close()

    def send(self, request: tuple[Any, ...]) -> None:
        with contextlib.suppress(OSError):  # it is gone; receiving will say so
            self.pipe.send(request)

    def receive(self) -> tuple[Any, ...] | None:
        """Its next reply; None where it is gone."""
        try:
            reply: tuple[Any, ...] = self.pipe.recv()
            return reply
        except (EOFError, OSError):
            return None

    def end(self) -> None:
        """End it, and with it its server and workers."""
        self._process.terminate()
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self.pipe.close()

    def restart(self) -> str:
        """Put a fresh process in its place, and say how the old one ended."""
        self._process.join(1)
        status = self._process.exitcode
        self.end()
        self._begin()
        return f"the process that graded it ended with status {status}"


def _ready(processes: Mapping[_WorkerProcess, Any]) -> list[_WorkerProcess]:
    """The processes that have replied; waits until there is one."""
    ready = connection.wait([process.pipe for process in processes])
    return [process for process in processes if process.pipe in ready]


def _serve(pipe: "connection.Connection[Any, Any]", root: Path, options: Options) -> None:
    """Grade what comes down the pipe, until it ends."""
    start()
    import torch

    # Ctrl-C reaches the whole group: the grader decides what happens then.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    judge = CourseJudge(load_course(root), options)
    _end_with(judge.close)
    try:
        while True:
            request, item = pipe.recv()
            if request == "compile":
                pipe.send(("compiled", judge.digest(item)))
                continue
            for report, level in judge.judged(item.exercise, item.parts, item.answer):
                pipe.send(("graded", report, level))
            pipe.send(("ended",))
    except (EOFError, OSError):
        judge.close()


def _end_with(close: Callable[[], None]) -> None:
    """End when asked to, and when the grader is gone, however it ended."""

    def leave(*_: Any) -> None:
        close()
        os._exit(1)

    def watch() -> None:
        grader = parent_process()
        if grader is not None:
            grader.join()
            # The servers of workers see the end of this process, and end with theirs.
            os._exit(1)

    signal.signal(signal.SIGTERM, leave)
    threading.Thread(target=watch, daemon=True).start()
