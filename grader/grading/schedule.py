"""Grade a class: look up what is known, distribute the rest, store what comes back, and report on all of it."""

import os
import stat
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from grader.answer.load import Answer
from grader.course.catalogue import Course
from grader.course.engine import JUDGING, engine_digest
from grader.course.exercise import CourseExercise
from grader.course.versions import versions
from grader.grading.counting import Counting
from grader.grading.options import Options, choose_device, device_name
from grader.grading.pool import Ended, Graded, Pool, Task
from grader.grading.rows import Unsound
from grader.grading.select import Chosen, Selection, choose, place_of, read_answer
from grader.grading.start import start_pool
from grader.grading.store import Key, Owner, Store
from grader.model import CourseError, GradeReport, PartReport, Verdict
from grader.model.names import printable, shown_path
from grader.suite.provider import PartKey

ATTEMPTS = 2
"""How often a part is tried before it is reported as one that cannot be judged."""


class Watcher:
    """Called with what happens while a class is graded; this one ignores it."""

    def refuse(self, line: str) -> None:
        """A submission is not graded, for this reason; the others are."""

    def begin(self, parts: int, submissions: int) -> None:
        """So many parts are wanted."""

    def known(self, owner: Owner, before: int, meanwhile: int) -> None:
        """So many parts of a submission were graded by an earlier run, and so many for the same bytes in this one."""

    def started(self, task: Task) -> None:
        """An answer is being graded."""

    def part(self, task: Task, report: PartReport) -> None:
        """A part of it is done."""

    def ended(self, task: Task) -> None:
        """It is no longer being graded."""

    def finished(self, owner: Owner, score: float, max_score: float) -> None:
        """All of a submission is done."""

    def say(self, line: str) -> None:
        """Something happened to the pool."""


@dataclass(frozen=True, kw_only=True)
class GradingRun:
    """How a class is graded."""

    store: Store
    watcher: Watcher
    fresh: bool = False
    """Also grade what the store knows."""
    min_sandbox: str = ""
    """Level of the sandbox that every answer must run in."""
    as_judged: bool = False
    """Whether points are those that were judged, whatever the course's year makes of them."""


def grade(
    course: Course, paths: Sequence[Path], options: Options, run: GradingRun, pool: Pool | None = None
) -> GradeReport:
    """Grade submissions and report on all of them, in the order given.

    The report reads from the store, which must stay open as long as it is used.

    Args:
        course: The course.
        paths: Student directories, or single answer files; one given twice is graded once.
        options: How to judge.
        run: Where results are kept, and who watches.
        pool: What grades; chosen by the options unless it is given.

    Raises:
        CourseError: where nothing can be graded: there is nothing at a path, or every submission is refused.
    """
    # The judge's tensors are small: one thread each is faster, and results then do not depend on the machine's cores.
    torch.set_num_threads(1)
    options = replace(options, device=choose_device(options.device))
    selection = course.select(options.only)
    chosen, errors = choose(course, selection, paths)
    refused = [f"Not graded: {error.what} {error.fix}".strip() for error in errors]
    for line in refused:
        run.watcher.refuse(line)
    counting = Counting(course, chosen, as_judged=run.as_judged)
    with closing(pool or start_pool(course, selection, chosen, options, run.min_sandbox, run.watcher.say)) as pool:
        grading = _Class(course, selection, chosen, options, run, pool, counting)
        grading.all()
    for line in run.store.unreadable.values():
        run.watcher.say(line)
    return GradeReport(
        device=device_name(options.device),
        sandbox=", ".join(run.store.sandboxes()) or "none",
        versions=versions(),
        submissions=counting.submissions(run.store, grading.owners),
        notes=(*refused, *grading.notes, *pool.notes, *run.store.unreadable.values(), *counting.notes()),
        workers=tuple(pool.workers),
        refused=tuple(refused),
    )


class _Class:
    """The state of one run over a class."""

    def __init__(
        self,
        course: Course,
        selection: Selection,
        chosen: Sequence[Chosen],
        options: Options,
        run: GradingRun,
        pool: Pool,
        counting: Counting,
    ) -> None:
        self.course, self.chosen, self.run, self.pool, self.counting = course, chosen, run, pool, counting
        self.store, self.watcher = run.store, run.watcher
        self.selection = selection
        self.part_index = {(exercise.slug, part.symbol): index for index, (exercise, part) in enumerate(self.selection)}
        self.owners = [
            Owner(position=position, student=each.name, path=shown_path(each.submission.path))
            for position, each in enumerate(chosen)
        ]
        self.notes: list[str] = []
        self.files: dict[tuple[int, int], str] = {}
        self.environment = self.store.environment(environment_of(options))
        self.newest = self.store.newest()
        self.ungraded: dict[tuple[int, PartKey], PartReport] = {}
        self.open_parts: dict[int, int] = {}
        self.unfinished: dict[tuple[int, str], set[str]] = {}
        self.in_flight: dict[Key, Task] = {}
        self.again: deque[Task] = deque()
        self.waiting: deque[tuple[int, CourseExercise]] = deque()

    def all(self) -> None:
        """Grade until everything wanted is in the store, or was tried often enough."""
        asked = [each.asked for each in self.chosen]
        sizes = {exercise.slug: len(self.wanted(exercise)) for exercise, _ in self.selection}
        self.watcher.begin(sum(sizes[exercise.slug] for each in asked for exercise in each), len(asked))
        for owner, each in zip(self.owners, asked, strict=True):
            self.open_parts[owner.position] = sum(sizes[exercise.slug] for exercise in each)
        tasks = self.tasks(asked)
        running = 0
        while True:
            while self.pool.room() and (task := next(tasks, None)) is not None:
                self.watcher.started(task)
                self.pool.start(task)
                running += 1
            if not running:
                if not (self.again or self.waiting):
                    return
                tasks = self.tasks([])
                continue
            events = self.pool.events()
            with self.store.change() if isinstance(events, list) else nullcontext():
                for event in events:
                    self.take(event)
                    running -= isinstance(event, Ended)

    def wanted(self, exercise: CourseExercise) -> list[str]:
        return [part.symbol for owner, part in self.selection if owner is exercise]

    def tasks(self, asked: Sequence[Sequence[CourseExercise]]) -> Iterator[Task]:
        """What is still to be graded, looked up at the last moment."""
        for position, exercises in enumerate(asked):
            for exercise in exercises:
                yield from self.task(position, exercise)
                while self.again:
                    yield self.again.popleft()
        while self.again or self.waiting:
            if self.again:
                yield self.again.popleft()
                continue
            if self.in_flight:
                return
            yield from self.task(*self.waiting.popleft())

    def task(self, position: int, exercise: CourseExercise) -> Iterator[Task]:
        """The task of an answer, unless all of it is known or is being graded for another student."""
        owner, answer = self.owners[position], self.read(position, exercise)
        if answer is None:
            return
        todo = []
        keys = []
        known: list[tuple[PartKey, int]] = []
        for symbol in self.wanted(exercise):
            digest = self.pool.digest((exercise.slug, symbol))
            key = None if digest is None else self.key(exercise, symbol, answer, digest)
            found = None if key is None or self.run.fresh else self.store.find(key, self.run.min_sandbox)
            if found is not None:
                known.append(((exercise.slug, symbol), found))
                continue
            todo.append(symbol)
            keys += [key] if key is not None else []
        if any(key in self.in_flight for key in keys):
            self.waiting.append((position, exercise))
            return
        if known:
            with self.store.change():
                for part, result in known:
                    self.store.show(self.filed(owner), self.part_index[part], result)
            before = sum(result <= self.newest for _, result in known)
            self.watcher.known(owner, before, len(known) - before)
            self.count(owner, len(known))
        if todo:
            task = Task(owner=owner, exercise=exercise.slug, parts=tuple(todo), answer=answer)
            self.in_flight.update(dict.fromkeys(keys, task))
            self.unfinished[position, exercise.slug] = set(todo)
            yield task

    def read(self, position: int, exercise: CourseExercise) -> Answer | None:
        """An answer; None where it cannot be read for a reason that says nothing about it: then it is not graded."""
        submission, owner = self.chosen[position].submission, self.owners[position]
        try:
            answer = read_answer(self.course, submission, exercise)
            self.look_for_copies(owner, place_of(submission, answer))
        except Exception as error:
            said = error.what if isinstance(error, CourseError) else f"{type(error).__name__}: {error}"
            wanted = self.wanted(exercise)
            for symbol in wanted:
                report = _ungraded(exercise.slug, symbol, f"The answer could not be read: {said}")
                self.store.show_ungraded(owner, self.part_index[exercise.slug, symbol], report)
            self.watcher.known(owner, 0, len(wanted))
            self.count(owner, len(wanted))
            return None
        return answer

    def look_for_copies(self, owner: Owner, file: Path) -> None:
        """Note where two students' answers are one file; a file that is only equal is nobody's concern here."""
        try:
            status = os.lstat(file)
        except OSError:
            return
        if status.st_nlink > 1 and stat.S_ISREG(status.st_mode):
            first = self.files.setdefault((status.st_dev, status.st_ino), owner.student)
            if first != owner.student:
                self.notes.append(
                    f"{printable(file.name)} of {owner.student} is the very file of {first}, by a hard link."
                )

    def filed(self, owner: Owner) -> Owner:
        """An owner as the store's history knows them: by a name that does not depend on who else is graded."""
        return replace(owner, student=self.chosen[owner.position].submission.student)

    def key(self, exercise: CourseExercise, symbol: str, answer: Answer, suite: str) -> Key:
        return Key(
            exercise=exercise.slug, part=symbol, file=answer.path, answer=answer.digest, suite=suite,
            declaration=exercise.digest, environment=self.environment,
        )  # fmt: skip

    def take(self, event: Graded | Ended) -> None:
        """Store a part as it comes; at a task's end check what is missing."""
        if isinstance(event, Ended):
            self.end(event)
            return
        task, report = event.task, event.report
        part = (task.exercise, report.part)
        if report.verdict is Verdict.JUDGE_ERROR:
            self.ungraded[task.owner.position, part] = report
            return
        if event.sandbox < self.run.min_sandbox:
            raise CourseError(
                f"Answers run at sandbox level {event.sandbox or 'L0'} here; {self.run.min_sandbox} was asked for.",
                "`course doctor` says which layers are missing.",
            )
        exercise = self.course.exercise(task.exercise)
        key = self.key(exercise, report.part, task.answer, report.suite)
        try:
            with self.store.change():
                result = self.store.add(key, report, event.sandbox, fresh=self.run.fresh)
                self.store.show(self.filed(task.owner), self.part_index[part], result)
        except Unsound as error:
            self.ungraded[task.owner.position, part] = _ungraded(*part, str(error))
            return
        self.ungraded.pop((task.owner.position, part), None)
        self.in_flight.pop(key, None)
        self.watcher.part(task, report)
        self.unfinished[task.owner.position, task.exercise].discard(report.part)
        self.count(task.owner, 1)

    def end(self, event: Ended) -> None:
        """Try again what was not judged, once; then report it as it is."""
        task = event.task
        self.watcher.ended(task)
        left = self.unfinished.pop((task.owner.position, task.exercise))
        missing = [symbol for symbol in task.parts if symbol in left]
        if not missing:
            return
        # What cannot be compiled is broken for everyone, now and a moment later.
        hopeless = {symbol for symbol in missing if self.pool.digest((task.exercise, symbol)) is None}
        retried = tuple(symbol for symbol in missing if symbol not in hopeless and task.attempt < ATTEMPTS)
        for symbol in missing:
            if symbol in retried:
                continue
            part = (task.exercise, symbol)
            report = self.ungraded.pop((task.owner.position, part), None) or _ungraded(*part, event.lost)
            self.store.show_ungraded(task.owner, self.part_index[part], report)
            self.watcher.part(task, report)
            self.count(task.owner, 1)
        if retried:
            again = replace(task, parts=retried, attempt=task.attempt + 1)
            self.unfinished[task.owner.position, task.exercise] = set(retried)
            self.again.append(again)
            return
        for key in [key for key, owner in self.in_flight.items() if owner.owner == task.owner]:
            if key.exercise == task.exercise:
                del self.in_flight[key]

    def count(self, owner: Owner, parts: int) -> None:
        """So many more parts of a submission are done."""
        left = self.open_parts[owner.position] - parts
        self.open_parts[owner.position] = left
        if not left:
            del self.open_parts[owner.position]
            self.watcher.finished(owner, *self.counting.score(self.store, owner))


def environment_of(options: Options) -> dict[str, Any]:
    """What decides results beside answers, cases and declarations: see `Store.environment`."""
    return {
        "limits": asdict(options.limits),
        "device": device_name(options.device),
        "visibility": options.visibility,
        "shrink_seconds": options.shrink_seconds,
        "versions": versions(),
        "engine": engine_digest(JUDGING),
    }


def _ungraded(exercise: str, symbol: str, message: str) -> PartReport:
    return PartReport(
        part=symbol, exercise=exercise, verdict=Verdict.JUDGE_ERROR, score=None, max_score=0.0, suite="",
        message=message,
    )  # fmt: skip
