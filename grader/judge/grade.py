"""Judge one part of one answer: look at its text, run the part's suite, judge what comes back, explain why.

Data flows one way: the text, the run's observations, the board's findings, the reports, the explanations.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace

from grader.answer.attempt import begun, first_broken, misspelt, too_much
from grader.answer.confined import TooMuch
from grader.answer.load import Answer
from grader.answer.own_work import own_work
from grader.answer.places import place
from grader.course.exercise import CourseExercise
from grader.host.allowance import Allowance
from grader.host.session import Server, Stopped
from grader.judge.behaviour import behaviour
from grader.judge.board import Board
from grader.judge.condition import Conditions, with_condition
from grader.judge.diagnose import diagnosed, with_diagnosis
from grader.judge.explain import Budget, Scene, counterexample
from grader.judge.loaded import LoadStop, NotDefined, after, stop_in_words, stopped_at
from grader.judge.plainly import plainly
from grader.judge.reports import Nothing, Ran, Reports, not_own_work, vetted
from grader.judge.run import AnswerRun
from grader.judge.shown import Shown
from grader.judge.transformation import transformation
from grader.model import CriterionReport, FindingKind, Limits, PartReport, Verdict, as_case
from grader.model.messages import in_families
from grader.spec import Part
from grader.suite.data import Suite

_RERUN_SECONDS = 0.15
"""Seconds for running the layer otherwise than it is, to see whether the answer does that, for each criterion."""

Outcome = Ran | Nothing


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of judging a part."""

    report: PartReport
    load_stop: LoadStop | None = None
    """The statement that ended the worker when it was loaded: it will for every other part that loads it, too."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found, before it is a report."""

    outcome: Outcome
    load_stop: LoadStop | None
    left_out: str = ""
    """An import that the part does without and that finds nothing when graded."""


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
    """Seconds for looking for smaller counterexamples."""
    watch: Callable[[Shown, Sequence[CriterionReport]], None] | None = None
    """Is called with what an answer did and the rubric's lines, for whoever measures what is made of them."""
    on_printed: Callable[[str, str], None] = lambda symbol, text: None
    """Told once of the beginning of what an answer printed while a part of it was judged."""

    @property
    def reports(self) -> Reports:
        """Makes the part's reports."""
        return Reports(self.exercise.slug, self.part, self.suite)

    def grade(self, answer: Answer, load_stop: LoadStop | None = None) -> Judged:
        """Judge an answer on the part's suite.

        Args:
            answer: The answer.
            load_stop: How loading the same file ended before, for another part of it.
        """
        began = time.perf_counter()
        try:
            found = self._judge(answer, load_stop)
        except TooMuch:
            found = _Found(Nothing(verdict=Verdict.RAISED, why=too_much(answer), first="interface"), load_stop)
        report = self.reports.of(found.outcome)
        if report.verdict is Verdict.ACCEPTED and found.left_out:
            report = replace(report, message=f"Not available when graded, and not needed for it: {found.left_out}.")
        return Judged(replace(report, seconds=time.perf_counter() - began), found.load_stop)

    def _judge(self, answer: Answer, load_stop: LoadStop | None) -> "_Found":
        parts = [part.symbol for part in self.exercise.parts]
        sliced = begun(answer, self.part.symbol, parts)
        if not isinstance(sliced, Answer):
            # What ended a worker does so for the parts after this one, too.
            return _Found(self._nothing_to_run(answer, parts, *sliced), load_stop)
        with ExitStack() as stack:
            run = None
            if load_stop is None or not load_stop.holds_for(sliced):
                # Its child loads the answer while the text is searched.
                run = AnswerRun(
                    self.server,
                    answer,
                    sliced,
                    self.part.symbol,
                    self.part.off_limits,
                    self.limits,
                    Allowance.of(self.suite),
                )
                stack.callback(self._tell_printed, run)
                stack.enter_context(closing(run))
            text = own_work(answer, self.part.symbol, self.part.off_limits)
            if text.replaced:
                kind = FindingKind.NOT_DEFINED
                nothing = Nothing(verdict=Verdict.RAISED, why=text.replaced, first="interface", kind=kind)
                return _Found(nothing, load_stop)
            if text.uses:
                return _Found(not_own_work(text.uses), load_stop)
            if run is None:
                assert load_stop is not None
                loaded: Stopped | NotDefined | None = load_stop.stopped
            else:
                loaded = run.loaded()
            if isinstance(loaded, Stopped):
                why = stop_in_words(answer, loaded)
                nothing = Nothing(verdict=loaded.verdict, why=why, first="interface")
                return _Found(nothing, stopped_at(sliced, loaded))
            if isinstance(loaded, NotDefined):
                nothing = Nothing(
                    verdict=Verdict.RAISED,
                    why=loaded.message,
                    first="interface",
                    kind=FindingKind.NOT_DEFINED,
                    line=loaded.line,
                )
                return _Found(nothing, load_stop)
            assert run is not None
            return _Found(self._run(answer, run), load_stop, text.left_out)

    def _nothing_to_run(self, answer: Answer, parts: Sequence[str], verdict: Verdict, why: str) -> Nothing:
        """The outcome of an answer that cannot be read, or has nothing of the part."""
        if verdict is not Verdict.RAISED:
            return Nothing(verdict=verdict, why=why)
        symbol = self.part.symbol
        broken = None if answer.problem else first_broken(answer, symbol)
        if broken is None and not answer.problem and misspelt(answer, symbol, parts):
            return Nothing(verdict=verdict, why=why, first="interface", kind=FindingKind.NOT_DEFINED)
        return Nothing(verdict=verdict, why=why, first="interface", line=broken[1] if broken else None)

    def _tell_printed(self, run: AnswerRun) -> None:
        self.on_printed(self.part.symbol, run.printed)

    def _run(self, answer: Answer, run: AnswerRun) -> Outcome:
        board = Board(self.part, self.suite, self.reports.rubric, answer.lines)
        for index, observation in run.observations(self.suite.cases):
            board.add(index, observation)
        if not run.uses:
            board.complete(run.again)
        board.given_up = run.given_up
        if run.uses:
            return not_own_work(vetted(run.uses, answer.lines))
        scene = Scene(
            exercise=self.exercise.name,
            part=self.part,
            suite=self.suite,
            device=self.device,
            answer=answer,
            again=run.again,
            budget=Budget(self.shrink_seconds),
        )
        reports = board.reports()
        shown = Shown(part=self.part, suite=self.suite, observations=board.observations, outcomes=board.outcomes)
        if self.watch is not None:
            self.watch(shown, reports)
        named = diagnosed(self.exercise.misconceptions, shown, reports)
        conditions = Conditions(self.part, self.suite, self.exercise.signatures)
        reports = [with_condition(item, board, conditions) for item in reports]
        explained = [with_diagnosis(self._explained(item, board, scene), named) for item in reports]
        criteria = [after(run.failed_before(item.message), item) for item in explained]
        # Where the rest of the cases was not run, chance decides how many were.
        alike = "" if board.given_up else behaviour(self.suite, board.outcomes, board.observations)
        return Ran(criteria=criteria, behaviour=alike)

    def _explained(self, item: CriterionReport, board: Board, scene: Scene) -> CriterionReport:
        """Add the counterexample and the transformation to a failed criterion."""
        failures = board.failures(item.name)
        if item.verdict in (Verdict.ACCEPTED, Verdict.SKIPPED) or not failures:
            return item
        index, finding = failures[0]
        scene = replace(scene, families=item.families)
        example, smaller = counterexample(scene, item.name, self.suite.cases[index], board.observations[index], finding)
        again = scene.again if scene.budget.seconds and scene.showing.left > 0 else None
        with scene.showing.spend():
            told = plainly(smaller, as_case(example.case), scene.answer, again)
        example = replace(example, line=told.line, source=told.source)
        said = () if item.condition else item.families
        shown = in_families(said, told.message), told.kind
        is_other = example.shrunk or told.message != smaller.message
        message, kind = shown if is_other else (item.message, item.kind)
        if example.line:
            cell, line = place(scene.answer, example.line)
            example = replace(example, line=line, cell=cell)
        with scene.budget.spend():
            seconds = max(_RERUN_SECONDS, scene.budget.left / 6)
            turned = transformation(self.part, self.suite, board.observations, failures, item.name, seconds)
        return replace(item, message=message, kind=kind, counterexample=example, transformation=turned)
