"""Hands that grade: this process, or several that a crash of one does not hurt."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from typing import Any, Protocol

from grader.catalog import Course, load_course
from grader.loader import Answer
from grader.model import ClusterWorker, CourseError, PartReport
from grader.run import Grading, Options
from grader.store import Owner

PartKey = tuple[str, str]
"""An exercise's slug and a part's symbol."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One answer, and which parts of it are to be graded."""

    owner: Owner
    exercise: str
    parts: tuple[str, ...]
    answer: Answer
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Graded:
    """A part of a task is done."""

    task: Task
    report: PartReport
    sandbox: str
    """Level of the sandbox in which the answer ran."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A task is over."""

    task: Task
    lost: str = ""
    """Why its hand is no more, where it ended before the task did."""


class Pool(Protocol):
    """Hands that grade tasks, a few at a time."""

    notes: list[str]
    """What the report should say about the hands."""

    @property
    def workers(self) -> Sequence[ClusterWorker]:
        """The workers of a cluster."""

    def digest(self, part: PartKey) -> str | None:
        """Digest of a part's suite, compiled where need be; None where it cannot be compiled."""

    def room(self) -> bool:
        """Whether another task can be started now."""

    def start(self, task: Task) -> None:
        """Start a task; one tried again gets a fresh worker."""

    def events(self) -> Iterable[Graded | Ended]:
        """Wait until something happened, and say what; a list has happened already, and can be stored as one."""

    def close(self) -> None:
        """End every hand, whatever it is doing."""


def suite_digest(grading: Grading, part: PartKey) -> str | None:
    """Digest of a part's suite; None where it cannot be compiled, which is said by whoever grades the part."""
    exercise = grading.course.exercise(part[0])
    try:
        return grading.suite(exercise, next(item for item in exercise.parts if item.symbol == part[1])).digest
    except CourseError:
        return None


def judged(grading: Grading, slug: str, symbols: Collection[str], answer: Answer) -> Iterator[tuple[PartReport, str]]:
    """Judge parts of an answer, each with the level of the sandbox."""
    exercise = grading.course.exercise(slug)
    for report in grading.judge(exercise, [part for part in exercise.parts if part.symbol in symbols], answer):
        try:
            level = grading.server.sandbox
        except Exception:
            # No worker starts here; the report has said so.
            level = ""
        yield report, level


class InProcess:
    """Grades in this very process: nothing to start, for one submission or one device."""

    def __init__(self, course: Course, options: Options) -> None:
        """Start its server of workers."""
        self.notes: list[str] = []
        self.workers: Sequence[ClusterWorker] = ()
        self._grading = Grading(course, options)
        self._task: Task | None = None

    def digest(self, part: PartKey) -> str | None:
        """Digest of a part's suite."""
        return suite_digest(self._grading, part)

    def room(self) -> bool:
        """Whether the last task is over."""
        return self._task is None

    def start(self, task: Task) -> None:
        """Remember the task; `events` grades it."""
        self._task = task
        if task.attempt > 1:
            self._grading.close()

    def events(self) -> Iterator[Graded | Ended]:
        """Grade the task."""
        task = self._task
        assert task is not None
        for report, level in judged(self._grading, task.exercise, task.parts, task.answer):
            yield Graded(task, report, level)
        self._task = None
        yield Ended(task)

    def close(self) -> None:
        """End the server and its workers."""
        self._grading.close()


class Processes:
    """Grades in several processes, each with a server of its own."""

    def __init__(self, course: Course, options: Options, jobs: int, parts: list[PartKey]) -> None:
        """Start them, and let them compile the suites of these parts."""
        self.notes: list[str] = []
        self.workers: Sequence[ClusterWorker] = ()
        self._hands = [_Hand(course.root, options) for _ in range(jobs)]
        self._running: dict[_Hand, Task] = {}
        self._digests: dict[PartKey, str | None] = {}
        try:
            self._compile(parts)
        except BaseException:
            self.close()
            raise

    def _compile(self, parts: list[PartKey]) -> None:
        todo = list(reversed(parts))
        asked: dict[_Hand, PartKey] = {}
        while todo or asked:
            for hand in self._hands:
                if hand not in asked and todo:
                    asked[hand] = todo.pop()
                    hand.send(("compile", asked[hand]))
            for hand in _ready(asked):
                part = asked.pop(hand)
                reply = hand.receive()
                if reply is None:
                    hand.restart()
                self._digests[part] = None if reply is None else reply[1]

    def digest(self, part: PartKey) -> str | None:
        """Digest of a part's suite."""
        return self._digests.get(part)

    def room(self) -> bool:
        """Whether a process is idle."""
        return len(self._running) < len(self._hands)

    def start(self, task: Task) -> None:
        """Hand a task to an idle process."""
        hand = next(hand for hand in self._hands if hand not in self._running)
        if task.attempt > 1:
            hand.restart()
        self._running[hand] = task
        hand.send(("grade", task))

    def events(self) -> list[Graded | Ended]:
        """Wait for any process to have something to say."""
        return [self._event(hand) for hand in _ready(self._running)]

    def _event(self, hand: "_Hand") -> Graded | Ended:
        reply = hand.receive()
        if reply is not None and reply[0] == "graded":
            return Graded(self._running[hand], *reply[1:])
        return Ended(self._running.pop(hand), "" if reply is not None else hand.restart())

    def close(self) -> None:
        """End the processes."""
        for hand in self._hands:
            hand.end()


class _Hand:
    """One process that grades."""

    def __init__(self, root: Path, options: Options) -> None:
        self._root, self._options = root, options
        self._begin()

    def _begin(self) -> None:
        # spawn: a fork of this process would share torch's locks and our server's descriptors.
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._root, self._options), daemon=True)
        self._process.start()
        theirs.close()

    def send(self, request: tuple[Any, ...]) -> None:
        with contextlib.suppress(OSError):  # it is gone; receiving will say so
            self.pipe.send(request)

    def receive(self) -> tuple[Any, ...] | None:
        """What it has to say; None where it is gone."""
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


def _ready(hands: Mapping[_Hand, Any]) -> list[_Hand]:
    """The hands that have something to say, once there are any."""
    ready = connection.wait([hand.pipe for hand in hands])
    return [hand for hand in hands if hand.pipe in ready]


def _serve(pipe: "connection.Connection[Any, Any]", root: Path, options: Options) -> None:
    """Grade what comes down the pipe, until it ends."""
    import torch

    # Ctrl-C reaches the whole group: the grader decides what happens then.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    grading = Grading(load_course(root), options)
    _end_with(grading.close)
    try:
        while True:
            request, item = pipe.recv()
            if request == "compile":
                pipe.send(("compiled", suite_digest(grading, item)))
                continue
            for report, level in judged(grading, item.exercise, item.parts, item.answer):
                pipe.send(("graded", report, level))
            pipe.send(("ended",))
    except (EOFError, OSError):
        grading.close()


def _end_with(close: Callable[[], None]) -> None:
    """End when asked to, and when the grader is gone, however it went."""

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
