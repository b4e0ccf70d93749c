"""The judge of one course: a server of workers and the suites, ready for one answer after another."""

import contextlib
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from grader.answer.load import Answer
from grader.case.device import exact
from grader.course.exercise import CourseExercise
from grader.grading.options import Options, choose_device
from grader.grading.rows import packed
from grader.host.session import Server
from grader.judge.grade import PartGrader
from grader.judge.loaded import LoadStop
from grader.model import CourseError, PartReport, Verdict
from grader.spec import Part
from grader.suite.provider import Suites

_MOST_TEXT = 2000
"""Characters that are kept of an exception's message."""


class Judge:
    """Judges parts of answers; an internal error leaves that part ungraded."""

    def __init__(self, options: Options, on_printed: Callable[[str, str], None] = lambda symbol, text: None) -> None:
        """Start the server of workers.

        Args:
            options: How to judge.
            on_printed: Told of each part what the answer printed, up to a limit.

        Raises:
            CourseError: where there is no such device.
        """
        self.options, self.on_printed = options, on_printed
        self.device = choose_device(options.device)
        exact(self.device)
        self.suites = Suites(
            seed=options.seed, visibility=options.visibility, device=self.device, cache_dir=options.cache_dir
        )
        self.server = Server(options.limits, device=self.device, sandbox=options.sandbox)

    def close(self) -> None:
        """Stop the server; the next answer starts another."""
        # What is broken may well break this, too; the others are judged all the same.
        with contextlib.suppress(Exception):
            self.server.close()

    def judge(self, exercise: CourseExercise, parts: Sequence[Part], answer: Answer) -> Iterator[PartReport]:
        """Judge parts of one answer, in order."""
        # A statement that hangs or dies while it is loaded does so for every part that loads it: once is enough.
        stop: LoadStop | None = None
        for part in parts:
            try:
                grader = PartGrader(
                    server=self.server,
                    exercise=exercise,
                    part=part,
                    suite=self.suites.suite(exercise, part),
                    limits=self.options.limits,
                    device=self.device,
                    shrink_seconds=self.options.shrink_seconds,
                    on_printed=self.on_printed,
                )
                judged = grader.grade(answer, stop)
                stop = judged.load_stop
                packed(judged.report)
                yield judged.report
            except Exception as error:
                yield self._ungraded(exercise, part, error)

    def sandbox(self) -> str:
        """The level of the sandbox that answers run in; empty where no worker starts; the reports then say why."""
        try:
            return self.server.sandbox
        except Exception:
            return ""

    def _ungraded(self, exercise: CourseExercise, part: Part, error: Exception) -> PartReport:
        """The report of a part that could not be judged: no score, never silent."""
        self.close()
        where = "" if isinstance(error, CourseError) else f" ({_place(error)})"
        return PartReport(
            part=part.symbol,
            exercise=exercise.slug,
            verdict=Verdict.JUDGE_ERROR,
            score=None,
            max_score=0.0,
            suite="",
            message=f"{type(error).__name__}: {error}"[:_MOST_TEXT] + where,
        )


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else "no traceback"
