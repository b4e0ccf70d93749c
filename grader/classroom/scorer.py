"""The judge in a process of its own (see `grader.grading.service`), so that nbgrader's need not import torch.

`Scorer` is what nbgrader's process uses; `main` is the other side, started once and reused.
"""

import atexit
import contextlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from grader.course.settings import read_settings
from grader.grading.service import Service, ServiceEnded, serve, take_stdout
from grader.host.scratch import Scratch
from grader.model import CourseError, PartReport, Verdict

if TYPE_CHECKING:
    from grader.answer.load import Answer
    from grader.course.exercise import CourseExercise
    from grader.grading.judge import Judge
    from grader.grading.store import Store


class ScorerError(Exception):
    """An internal error of the judge; never caused by a student."""


class Scorer:
    """A running judge of one course."""

    def __init__(self, course: str, part_seconds: float = 0.0) -> None:
        self._service = Service("grader.classroom.scorer", course, str(part_seconds))
        self._lock = Lock()
        self._ahead: Mapping[str, Any] | None = None
        """A request that was sent and whose reply was not read yet."""
        atexit.register(self.close)

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One request and its reply.

        Raises:
            ScorerError: where there is no reply, or it says that the judge failed.
        """
        with self._lock:
            self._start()
            sent, self._ahead = self._ahead, None
            try:
                if sent is not None and sent != request:
                    self._service.receive()
                if sent != request:
                    self._service.send(request)
                reply = self._service.receive()
            except ServiceEnded as error:
                raise ScorerError(f"The judge's process ended with status {error.status}.") from None
        if "error" in reply:
            raise ScorerError(reply["error"])
        return reply

    def ask_ahead(self, request: Mapping[str, Any]) -> None:
        """Have the judge begin with what is expected to be asked next; a guess that turns out wrong costs time only."""
        with self._lock, contextlib.suppress(ServiceEnded):
            self._start()
            if self._ahead is None:
                self._service.send(request)
                self._ahead = request

    def _start(self) -> None:
        if self._service.start():
            self._ahead = None

    def close(self) -> None:
        """End the process; it still answers what it was asked ahead."""
        self._service.close()


_running: dict[tuple[str, float], Scorer] = {}


def scorer(course: str, part_seconds: float = 0.0) -> Scorer:
    """The judge of a course: one per process, so that a server keeps it warm."""
    return _running.setdefault((course, part_seconds), Scorer(course, part_seconds))


def main(course_directory: str, part_seconds: str) -> None:
    """Answer requests until there are no more."""
    replies = take_stdout()
    try:
        desk = _Desk(Path(course_directory), float(part_seconds))
    except CourseError as error:
        refusal = {"error": str(error)}
        serve(replies, lambda _: refusal, _refused)
        return
    serve(replies, desk.answer, _refused)
    desk.close()


def _refused(error: Exception) -> Mapping[str, str]:
    return {"error": f"{type(error).__name__}: {error}"}


class _Desk:
    """What the judge's process does on request."""

    def __init__(self, root: Path, part_seconds: float) -> None:
        from grader.kit.load import load_course

        self.course = load_course(root)
        self.part_seconds = part_seconds
        self._is_told = False

    def answer(self, request: dict[str, Any]) -> Mapping[str, Any]:
        """Carry out one request."""
        reply: Mapping[str, Any] = getattr(self, request.pop("do"))(**request)
        return reply

    @cached_property
    def judge(self) -> "Judge":
        """The judge, whose worker imports torch while this process does."""
        from grader.answer.confined import start
        from grader.course.paths import cache_dir
        from grader.host.launch import warm_up

        limits = self.course.limits
        if self.part_seconds:
            case_seconds = min(limits.case_seconds, self.part_seconds)
            limits = replace(limits, part_seconds=self.part_seconds, case_seconds=case_seconds)
        warm_up(limits)
        start()
        import torch

        from grader.grading.judge import Judge
        from grader.grading.options import Options, course_seed

        torch.set_num_threads(1)
        seed, note = course_seed(self.course, None)
        if note:
            print(note, file=sys.stderr)
        return Judge(Options(device="cpu", seed=seed, limits=limits, cache_dir=cache_dir()))

    @cached_property
    def store(self) -> "Store":
        """The course's store of results."""
        from grader.course.paths import default_store
        from grader.grading.store import Store

        return Store(default_store(self.course.root))

    def close(self) -> None:
        """Stop the workers."""
        for name in ("judge", "store"):
            if name in self.__dict__:
                getattr(self, name).close()

    def grade(self, assignment: str, notebook: str, student: str, cells: Sequence[str], folder: str) -> dict[str, Any]:
        """Judge the code cells of a notebook as `course grade` does a notebook of these cells.

        Args:
            assignment: The assignment.
            notebook: The notebook, which is an exercise.
            student: Who handed it in.
            cells: The cells.
            folder: The student's folder, below which the assignment's is.
        """
        from grader.answer.attempt import attempted
        from grader.answer.load import load_answer
        from grader.model import codec
        from grader.release.notebook import check_id

        exercise = self.course.exercise(f"{assignment}/{notebook}")
        symbols = [part.symbol for part in exercise.parts]
        with Scratch() as scratch:
            path = scratch / assignment / f"{notebook}.ipynb"
            path.parent.mkdir()
            document = {"nbformat": 4, "cells": [{"cell_type": "code", "source": source} for source in cells]}
            path.write_text(json.dumps(document), encoding="utf-8")
            answer = load_answer(path, assignment, notebook, symbols, attempted=attempted)
        parts = tuple(self.judge.judge(exercise, exercise.parts, answer))
        answer = replace(answer, path=f"{assignment}/{answer.path}")
        return {
            "parts": {
                check_id(notebook, part.part): {
                    "score": part.score,
                    "max_score": part.max_score,
                    "failed": _failure(part),
                    "report": codec.dumps(part),
                }
                for part in parts
            },
            "made": self._made(),
            "policy": read_settings(self.course.root).feedback,
            "note": self._remember(exercise, answer, parts, Path(folder)),
        }

    def _made(self) -> dict[str, str]:
        """When and with what something is graded."""
        from grader.course.versions import versions

        return {"at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", **versions()}

    def _remember(
        self, exercise: "CourseExercise", answer: "Answer", parts: "Sequence[PartReport]", folder: Path
    ) -> str:
        """Put results into the course's store, for `course history` and `course regrade`; why not, where that fails."""
        from grader.classroom.remembered import remember

        try:
            remember(self.store, self.judge, exercise, answer, parts, folder)
        except CourseError as error:
            # They are in nbgrader's gradebook all the same; of a class, this is said once.
            told, self._is_told = self._is_told, True
            return "" if told else f"{error.what} So `course history` does not know of what is graded here."
        return ""


def _failure(part: PartReport) -> str:
    """Why a part is ungraded; empty where it is graded."""
    broken = [item.message for item in part.criteria if item.verdict is Verdict.JUDGE_ERROR]
    if part.score is None or part.verdict is Verdict.JUDGE_ERROR or broken:
        return f"{part.part}: {' '.join(broken) or part.message}"
    return ""
