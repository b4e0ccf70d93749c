"""Grade one part of one submission: run its suite in the worker, judge what comes back, say why."""

import contextlib
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from grader.catalog import CourseExercise
from grader.judge import diagnose, explain
from grader.judge.board import Board
from grader.judge.observation import Malformed, validate
from grader.judge.own_work import attempted, broken_cell, off_limits_uses
from grader.judge.session import Child, Server, Stopped
from grader.loader import Answer
from grader.model import CriterionReport, Limits, OffLimitsUse, PartReport, Verdict
from grader.spec import OffLimits, Part
from grader.suite import Suite, SuiteCase, rubric

_MOST_HANGS = {False: 2, True: 4}
"""Hangs after which the rest of that kind of case is not run, by whether any of them worked."""
_MOST_STOPS = 6
"""The same for what ends faster than a hang."""


class PartGrader:
    """Grades one part of any number of submissions."""

    def __init__(
        self,
        server: Server,
        exercise: CourseExercise,
        part: Part,
        suite: Suite,
        limits: Limits,
        *,
        device: str = "cpu",
        shrink_seconds: float = 0.6,
        load_stop: Stopped | None = None,
    ) -> None:
        """Make ready to grade.

        Args:
            server: Where answers run.
            exercise: The part's exercise.
            part: The part.
            suite: Its compiled suite.
            limits: What an answer may use.
            device: Where the oracle runs.
            shrink_seconds: Budget for looking for a smaller counterexample, a part.
            load_stop: How the loading of the same file stopped before, for another part.
        """
        self.server, self.exercise, self.part, self.suite, self.limits = server, exercise, part, suite, limits
        self.device, self.shrink_seconds, self.load_stop = device, shrink_seconds, load_stop
        self.rubric = rubric(part, suite)

    def grade(self, answer: Answer) -> PartReport:
        """Judge an answer on the part's suite."""
        began = time.perf_counter()
        report = self._without_running(answer) or self._running(answer)
        return replace(report, seconds=time.perf_counter() - began)

    def report(
        self,
        verdict: Verdict,
        message: str = "",
        criteria: Sequence[CriterionReport] = (),
        uses: Sequence[OffLimitsUse] = (),
    ) -> PartReport:
        """A report whose score is what its criteria earned."""
        return PartReport(
            part=self.part.symbol,
            exercise=self.exercise.slug,
            verdict=verdict,
            message=message,
            suite=self.suite.digest,
            criteria=tuple(criteria),
            off_limits=tuple(uses),
            score=sum(item.score for item in criteria),
            max_score=sum(self.rubric.values()),
        )

    def all_alike(self, verdict: Verdict, message: str, *, first: str = "") -> PartReport:
        """A report in which nothing earned points: the criterion ``first`` says why, the others are skipped."""
        if first not in self.rubric:
            first = "" if not first else list(self.rubric)[1]
        criteria = [
            CriterionReport(
                name=name,
                max_score=points,
                score=0.0,
                verdict=verdict if first in ("", name) else Verdict.SKIPPED,
                message=message if first in ("", name) else f"not judged, because {first} failed",
            )
            for name, points in self.rubric.items()
        ]
        return self.report(verdict, message, criteria)

    def _without_running(self, answer: Answer) -> PartReport | None:
        """The report of an answer that need not be run to be judged."""
        symbol = self.part.symbol
        if answer.missing:
            return self.all_alike(
                Verdict.NOT_ATTEMPTED, "There is no answer file." if not answer.problem else answer.problem
            )
        if answer.problem:
            return self.all_alike(Verdict.RAISED, answer.problem, first="interface")
        broken = broken_cell(answer, symbol)
        if broken:
            return self.all_alike(Verdict.RAISED, broken, first="interface")
        if not attempted(answer, symbol):
            return self.all_alike(Verdict.NOT_ATTEMPTED, f"{symbol} is not written yet.")
        return None

    def off_limits(self, uses: Sequence[OffLimitsUse]) -> PartReport:
        """The report of an answer that is not the student's own work."""
        named = "; ".join(str(use) for use in uses[:3])
        report = self.all_alike(
            Verdict.OFF_LIMITS,
            f"This exercise asks you to build it yourself, but the answer uses {named}.",
            first="own_work",
        )
        return replace(report, off_limits=tuple(uses))

    def _running(self, answer: Answer) -> PartReport:
        board = Board(self.part, self.suite, self.rubric, answer.lines)
        run = _Run(self, answer, board)
        try:
            if self.load_stop is None:
                run.begin()
            uses = off_limits_uses(answer, self.part.symbol, self.part.off_limits)
            if uses:
                return self.off_limits(uses)
            stopped = self.load_stop or run.all()
            if stopped is not None:
                self.load_stop = stopped
                return self.all_alike(
                    stopped.verdict, f"While the file was loaded: {stopped.message}", first="interface"
                )
            if run.uses:
                return self.off_limits(run.uses)
            if run.undefined:
                return self.all_alike(Verdict.RAISED, run.undefined, first="interface")
            board.complete()
            board.retry_in_float32(run.again)
            board.excuse_numerics(run.again)
            if run.uses:
                return self.off_limits(run.uses)
            criteria = [self._explained(item, board, run) for item in board.reports()]
            verdict, message = _overall(criteria)
            return self.report(verdict, message, criteria)
        finally:
            run.close()

    def _explained(self, item: CriterionReport, board: Board, run: "_Run") -> CriterionReport:
        """Add the counterexample and the diagnosis to a failed criterion."""
        failures = board.failures(item.name)
        if item.verdict in (Verdict.ACCEPTED, Verdict.SKIPPED) or not failures:
            return item
        index, finding = failures[0]
        diagnosis = diagnose.diagnose(
            self.exercise,
            self.part,
            self.suite,
            item.name,
            [(self.suite.cases[index], board.observations[index]) for index, _ in failures],
        )
        counterexample, smaller = explain.counterexample(self, run, item.name, index, finding)
        message = smaller.message if counterexample.shrunk else item.message
        return replace(item, message=message, counterexample=counterexample, diagnosis=diagnosis)


def _overall(criteria: Sequence[CriterionReport]) -> tuple[Verdict, str]:
    """The part's verdict and why: how its process ended, if it did, else the first criterion that failed."""
    failed = [item for item in criteria if item.verdict not in (Verdict.ACCEPTED, Verdict.SKIPPED)]
    ended = [item for item in failed if item.verdict not in (Verdict.WRONG, Verdict.RAISED)]
    if failed:
        first = (ended or failed)[0]
        return first.verdict, first.message
    skipped = [item for item in criteria if item.verdict is Verdict.SKIPPED]
    return (Verdict.WRONG, skipped[0].message) if skipped else (Verdict.ACCEPTED, "")


class _Run:
    """The observations of one answer, made in as many children as it takes."""

    def __init__(self, grader: PartGrader, answer: Answer, board: Board) -> None:
        self.grader, self.answer, self.board = grader, answer, board
        self.uses: list[OffLimitsUse] = []
        self.undefined = ""
        self.deadline = time.monotonic() + grader.limits.part_seconds
        self.shrink_left = grader.shrink_seconds
        self._child: Child | None = None
        self._loading: Child | None = None

    def close(self) -> None:
        """Let the child go."""
        for child in (self._child, self._loading):
            if child is not None:
                child.close()
        self._child = self._loading = None

    def begin(self) -> None:
        """Have the answer loaded while the judge looks at its text."""
        self._loading = self.grader.server.begin(self.answer, self.grader.part.off_limits)

    def all(self) -> Stopped | None:
        """Run the suite and judge each case while the next ones run; a stop before any case is returned."""
        opened = self._open()
        if isinstance(opened, Stopped):
            return opened
        if self.grader.part.symbol not in opened.loaded["symbols"]:
            errors = [error for error in opened.loaded["errors"]]
            reason = f" The file stops with {errors[0]['type']}: {errors[0]['message']}" if errors else ""
            line = f" (line {errors[0]['line']})" if errors and errors[0].get("line") else ""
            self.undefined = f"{self.grader.part.symbol} is not there once the file has run.{reason}{line}"
            return None
        self._run(list(enumerate(self.grader.suite.cases)))
        return None

    def again(self, cases: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Run further cases, one observation or stop each."""
        found: list[dict[str, Any]] = []
        for case in cases:
            opened = self._open()
            if isinstance(opened, Stopped):
                found.append(_stopped(opened))
                continue
            found += [self._accept(item) for item in opened.run([case])]
        return found

    @contextlib.contextmanager
    def shrinking(self) -> Iterator[None]:
        """Charge the time inside to the part's budget for shrinking."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.shrink_left -= time.monotonic() - began

    def _open(self) -> Child | Stopped:
        if self._child is None:
            child, self._loading = self._loading, None
            if child is None:
                child = self.grader.server.begin(self.answer, self.grader.part.off_limits)
            stopped = child.finish()
            if stopped is not None:
                return stopped
            self._child = child
        return self._child

    def _run(self, cases: list[tuple[int, SuiteCase]]) -> None:
        """Run cases; after a stop go on with others in a fresh child, for each kind of case a few times."""
        stops: Counter[tuple[str, Verdict]] = Counter()
        fine: set[str] = set()
        while cases:
            child = self._open()
            if isinstance(child, Stopped):
                index, entry = cases[0]
                self.board.add(index, _stopped(child))
                cases = [pair for pair in cases if pair[1].kind != entry.kind]
                continue
            ended = None
            answered = zip(cases, child.run([dict(entry.case) for _, entry in cases]), strict=False)
            for done, ((index, entry), item) in enumerate(answered, 1):  # noqa: B007 - used below
                observation = self._accept(item)
                self.board.add(index, observation)
                if self.uses:
                    return
                self.grader.server.prepare_next()
                if self._child is None:
                    ended = entry.kind, observation["error"]["verdict"]
                    break
                if not observation["error"]:
                    fine.add(entry.kind)
            if ended is None:
                return
            kind, verdict = ended
            stops[ended] += 1
            most = _MOST_HANGS[kind in fine] if verdict is Verdict.TIME_LIMIT else _MOST_STOPS
            alike = [pair for pair in cases[done:] if pair[1].kind == kind]
            if stops[ended] >= most or time.monotonic() > self.deadline:
                alike = []
            # Neighbours are alike: what hangs on one case may well work on those further off.
            random.Random(len(alike)).shuffle(alike)
            cases = alike + [pair for pair in cases[done:] if pair[1].kind != kind]

    def _accept(self, item: Any) -> dict[str, Any]:
        if isinstance(item, Stopped):
            self.close()
            return _stopped(item)
        try:
            observation = validate(item)
        except Malformed:
            self.close()
            return _stopped(
                Stopped(
                    verdict=Verdict.CRASHED, stage="new", step=-1, message="The process sent back something malformed."
                )
            )
        self._note_uses(observation)
        return observation

    def _note_uses(self, observation: Mapping[str, Any]) -> None:
        names = [(use["used"], use["line"]) for use in observation.get("off_limits", [])]
        limits: OffLimits = self.grader.part.off_limits
        for seen in observation.get("seen", []):
            base = seen.split(".")[1] if seen.startswith("aten.") else ""
            if any(fnmatchcase(base, pattern) for pattern in limits.kernels) and not any(
                fnmatchcase(base, pattern) for pattern in limits.allow
            ):
                names.append((f"aten::{base}", None))
        lines = self.answer.lines
        for used, line in names[:20]:
            source = lines[line - 1].strip() if line and 0 < line <= len(lines) else ""
            use = OffLimitsUse(used=used[:200], line=line, source=source)
            if use not in self.uses:
                self.uses.append(use)


def _stopped(stop: Stopped) -> dict[str, Any]:
    """A stop in the form of an observation that ended at once."""
    error = {"stage": stop.stage, "step": stop.step, "verdict": stop.verdict, "message": stop.message, "line": None}
    return {"steps": [], "error": error}
