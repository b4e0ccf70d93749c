"""Judge one part of one answer: look at its text, run the part's suite, judge what comes back, say why.

Data flows one way: the text, the run's observations, the board's findings, the reports, the explanations.
"""

import time
from contextlib import closing
from dataclasses import dataclass, replace

from grader.answer.attempt import unreadable
from grader.answer.load import Answer
from grader.answer.own_work import off_limits_uses
from grader.course.exercise import CourseExercise
from grader.host.session import Server, Stopped
from grader.judge.board import Board
from grader.judge.diagnose import diagnose
from grader.judge.explain import Budget, Scene, counterexample
from grader.judge.reports import Reports
from grader.judge.run import Run
from grader.model import CriterionReport, Limits, PartReport, Verdict
from grader.spec import Part
from grader.suite.data import Suite


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of judging a part."""

    report: PartReport
    load_stop: Stopped | None = None
    """How loading the file ended, where it ended the worker: so it does for every other part of the file."""


@dataclass(frozen=True, kw_only=True)
class PartGrader:
    """Judges one part of any number of answers."""

    server: Server
    """Where answers run."""
    exercise: CourseExercise
    """The part's exercise."""
    part: Part
    suite: Suite
    limits: Limits
    """What an answer may use."""
    device: str = "cpu"
    """Where the oracle runs."""
    shrink_seconds: float = 0.6
    """Budget for looking for smaller counterexamples."""

    @property
    def reports(self) -> Reports:
        """Makes the part's reports."""
        return Reports(self.exercise.slug, self.part, self.suite)

    def grade(self, answer: Answer, load_stop: Stopped | None = None) -> Judged:
        """Judge an answer on the part's suite.

        Args:
            answer: The answer.
            load_stop: How loading the same file ended before, for another part.
        """
        began = time.perf_counter()
        judged = self._judge(answer, load_stop)
        return replace(judged, report=replace(judged.report, seconds=time.perf_counter() - began))

    def _judge(self, answer: Answer, load_stop: Stopped | None) -> Judged:
        found = unreadable(answer, self.part.symbol)
        if found is not None:
            verdict, why = found
            first = "interface" if verdict is Verdict.RAISED else ""
            return Judged(self.reports.without_points(verdict, why, first=first))
        if load_stop is not None:
            uses = off_limits_uses(answer, self.part.symbol, self.part.off_limits)
            return Judged(self.reports.off_limits(uses)) if uses else self._not_loaded(load_stop)
        with closing(Run(self.server, answer, self.part.symbol, self.part.off_limits, self.limits)) as run:
            return self._running(answer, run)

    def _not_loaded(self, stop: Stopped) -> Judged:
        why = f"While the file was loaded: {stop.message}"
        return Judged(self.reports.without_points(stop.verdict, why, first="interface"), stop)

    def _running(self, answer: Answer, run: Run) -> Judged:
        uses = off_limits_uses(answer, self.part.symbol, self.part.off_limits)
        if uses:
            return Judged(self.reports.off_limits(uses))
        loaded = run.loaded()
        if isinstance(loaded, Stopped):
            return self._not_loaded(loaded)
        if loaded:
            return Judged(self.reports.without_points(Verdict.RAISED, loaded, first="interface"))
        board = Board(self.part, self.suite, self.reports.rubric, answer.lines)
        for index, observation in run.observations(self.suite.cases):
            board.add(index, observation)
        if not run.uses:
            board.complete(run.again)
        if run.uses:
            return Judged(self.reports.off_limits(run.uses))
        scene = Scene(
            exercise=self.exercise.name,
            part=self.part,
            suite=self.suite,
            device=self.device,
            path=answer.path,
            lines=answer.lines,
            again=run.again,
            budget=Budget(self.shrink_seconds),
        )
        return Judged(self.reports.of_criteria([self._explained(item, board, scene) for item in board.reports()]))

    def _explained(self, item: CriterionReport, board: Board, scene: Scene) -> CriterionReport:
        """Add the counterexample and the diagnosis to a failed criterion."""
        failures = board.failures(item.name)
        if item.verdict in (Verdict.ACCEPTED, Verdict.SKIPPED) or not failures:
            return item
        observed = [(self.suite.cases[index], board.observations[index]) for index, _ in failures]
        diagnosis = diagnose(self.exercise.misconceptions, self.part, item.name, observed)
        index, finding = failures[0]
        example, smaller = counterexample(scene, item.name, self.suite.cases[index], board.observations[index], finding)
        message = smaller.message if example.shrunk else item.message
        return replace(item, message=message, counterexample=example, diagnosis=diagnosis)
