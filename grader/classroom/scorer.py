"""The judge in a process of its own, so that nbgrader's need not hold torch: JSON lines in, JSON lines out.

The client below is what nbgrader's process uses; `main` is the other side, started once and reused.
"""

import atexit
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TextIO

from grader.model import CourseError, GradeReport, PartReport, SubmissionReport, Verdict

if TYPE_CHECKING:
    from grader.grading.judge import Judge

REPOSITORY = Path(__file__).resolve().parents[2]


class ScorerError(Exception):
    """The judge could not do its work; never a student's fault."""


class Scorer:
    """A running judge of one course."""

    def __init__(self, course: str, part_seconds: float = 0.0) -> None:
        self._arguments = [course, str(part_seconds)]
        self._lock = Lock()
        self._process: subprocess.Popen[str] | None = None
        self._ahead = ""
        """A request that was sent and whose reply was not read yet."""
        atexit.register(self.close)

    def start(self) -> subprocess.Popen[str]:
        """Start the process where it does not run; it imports torch meanwhile."""
        if self._process is None or self._process.poll() is not None:
            self._ahead = ""
            self._process = subprocess.Popen(
                [sys.executable, "-m", "grader.classroom.scorer", *self._arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                env={**os.environ, "PYTHONPATH": _path()},
            )
        return self._process

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One request and its reply.

        Raises:
            ScorerError: where there is no reply, or it says that the judge failed.
        """
        text = json.dumps(request)
        with self._lock:
            process = self.start()
            assert process.stdout is not None
            sent, self._ahead = self._ahead, ""
            try:
                if sent and sent != text:
                    process.stdout.readline()
                if sent != text:
                    self._send(process, text)
                line = process.stdout.readline()
            except OSError as error:
                raise ScorerError(f"The judge's process ended ({error}).") from None
            if not line:
                raise ScorerError(f"The judge's process ended with status {process.wait()}.")
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise ScorerError(reply["error"])
        return reply

    def ask_ahead(self, request: Mapping[str, Any]) -> None:
        """Have the judge begin with what is expected to be asked next; a guess that turns out wrong costs time only."""
        with self._lock, contextlib.suppress(OSError):
            process = self.start()
            if not self._ahead:
                self._send(process, json.dumps(request))
                self._ahead = json.dumps(request)

    def _send(self, process: subprocess.Popen[str], text: str) -> None:
        assert process.stdin is not None
        process.stdin.write(text + "\n")
        process.stdin.flush()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            # What it was asked ahead it answers still.
            self._process.communicate()
            self._process = None


def _path() -> str:
    return os.pathsep.join(filter(None, (str(REPOSITORY), os.environ.get("PYTHONPATH", ""))))


_running: dict[tuple[str, float], Scorer] = {}


def scorer(course: str, part_seconds: float = 0.0) -> Scorer:
    """The judge of a course: one a process, so that a server keeps it warm."""
    return _running.setdefault((course, part_seconds), Scorer(course, part_seconds))


def main(course_directory: str, part_seconds: str) -> None:
    """Answer requests until there are no more."""
    # What anything here prints must not be taken for a reply.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        service = Service(Path(course_directory), float(part_seconds))
    except CourseError as error:
        _refuse_all(replies, str(error))
        return
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = getattr(service, request.pop("do"))(**request)
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        _reply(replies, reply)
    service.close()


def _refuse_all(replies: TextIO, why: str) -> None:
    for _ in sys.stdin:
        _reply(replies, {"error": why})


def _reply(replies: TextIO, reply: Mapping[str, Any]) -> None:
    replies.write(json.dumps(reply) + "\n")
    replies.flush()


class Service:
    """What the judge's process does on request."""

    def __init__(self, root: Path, part_seconds: float) -> None:
        from grader.kit.load import load_course

        self.course = load_course(root)
        self.part_seconds = part_seconds

    @cached_property
    def judge(self) -> "Judge":
        """The judge, whose worker imports torch while this process does."""
        from grader.course.places import cache_dir
        from grader.host.launch import warm_up

        limits = self.course.limits
        if self.part_seconds:
            case_seconds = min(limits.case_seconds, self.part_seconds)
            limits = replace(limits, part_seconds=self.part_seconds, case_seconds=case_seconds)
        warm_up(limits)
        import torch

        from grader.grading.judge import Judge
        from grader.grading.options import Options, course_seed

        torch.set_num_threads(1)
        seed, note = course_seed(self.course, None)
        if note:
            print(note, file=sys.stderr)
        return Judge(Options(device="cpu", seed=seed, limits=limits, cache_dir=cache_dir()))

    def close(self) -> None:
        """Stop the workers."""
        if "judge" in self.__dict__:
            self.judge.close()

    def grade(self, assignment: str, notebook: str, student: str, cells: Sequence[str]) -> dict[str, Any]:
        """Judge the code cells of a notebook as `course grade` does a notebook of these cells."""
        from grader.answer.attempt import attempted
        from grader.answer.load import load_answer
        from grader.classroom.feedback import part_html
        from grader.model.policy import redact
        from grader.release.notebook import check_id

        exercise = self.course.exercise(f"{assignment}/{notebook}")
        symbols = [part.symbol for part in exercise.parts]
        with tempfile.TemporaryDirectory(prefix="course-") as folder:
            path = Path(folder) / assignment / f"{notebook}.ipynb"
            path.parent.mkdir()
            document = {"nbformat": 4, "cells": [{"cell_type": "code", "source": source} for source in cells]}
            path.write_text(json.dumps(document), encoding="utf-8")
            answer = load_answer(path, assignment, notebook, symbols, attempted=attempted)
        parts = tuple(self.judge.judge(exercise, exercise.parts, answer))
        report = SubmissionReport(student=student, path="", score=0.0, max_score=0.0, parts=parts)
        whole = GradeReport(device="cpu", sandbox="", versions={}, submissions=(report,))
        shown = redact(whole, self.course.feedback).submissions[0].parts
        return {
            "parts": {
                check_id(notebook, part.part): {
                    "score": part.score,
                    "max_score": part.max_score,
                    "failed": _failure(part),
                    "html": part_html(seen),
                }
                for part, seen in zip(parts, shown, strict=True)
            }
        }


def _failure(part: PartReport) -> str:
    """Why a part is ungraded; empty where it is graded."""
    broken = [item.message for item in part.criteria if item.verdict is Verdict.JUDGE_ERROR]
    if part.score is None or part.verdict is Verdict.JUDGE_ERROR or broken:
        return f"{part.part}: {' '.join(broken) or part.message}"
    return ""


if __name__ == "__main__":
    main(*sys.argv[1:])
