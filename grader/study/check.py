"""Check answers of a workspace on the public cases, with a worker that stays warm."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import torch

from grader.answer.load import Answer
from grader.answer.ran import slice_of
from grader.case.probe import run_case
from grader.compare.observation import Malformed, validate
from grader.course.catalogue import Course
from grader.course.exercise import CourseExercise
from grader.grading.judge import Judge
from grader.grading.options import Options
from grader.host.session import Stopped
from grader.kit.load import load_course
from grader.kit.outline import Lesson
from grader.model import CaseKind, Counterexample, Observation, PartReport, Verdict, as_case
from grader.spec import Part
from grader.study import chosen
from grader.study.differences import Differences, differences, in_words, size
from grader.study.stages import Standing, split
from grader.study.unwritten import left
from grader.suite.cache import PUBLIC

_COMPARED = (CaseKind.MAIN, CaseKind.INTERFACE, CaseKind.POSITIONAL)
_LARGE = 8
"""The most cases that are tried for one whose map shows a pattern."""


class Checker:
    """Checks parts of one workspace, any number of times."""

    def __init__(self, root: Path, workspace: Path, cache_dir: Path | None, *, shrink_seconds: float = 0.6) -> None:
        """Prepare to check.

        Args:
            root: The course.
            workspace: Where the answers are.
            cache_dir: Where compiled suites are kept.
            shrink_seconds: Seconds per part for looking for a smaller counterexample.
        """
        # The judge's tensors are small: one thread each is faster.
        torch.set_num_threads(1)
        self.course: Course = load_course(root)
        self.workspace = workspace
        options = Options(
            device="cpu", seed=PUBLIC, limits=self.course.limits, cache_dir=cache_dir, visibility=PUBLIC,
            shrink_seconds=shrink_seconds,
        )  # fmt: skip
        self.printed: dict[str, str] = {}
        """What the answer to a part printed when it was checked last, as far as it was kept, by the part's symbol."""
        self.judged: dict[str, Answer] = {}
        """What was checked last of each part: of two files each may hold other parts."""
        self.standings: dict[str, Standing] = {}
        """How far one was when a part was checked last that has stages and is not written to the end."""
        self.judge = Judge(options, self.printed.__setitem__)

    def close(self) -> None:
        """Close the worker."""
        self.judge.close()

    def attempted(self, lesson: Lesson, path: Path | None = None) -> list[str]:
        """The parts of an exercise that have been begun, in one file or in any; nothing is run for it."""
        found = {symbol for _, symbols in chosen.begun(self.workspace, lesson, path) for symbol in symbols}
        return [symbol for symbol in lesson.symbols if symbol in found]

    def files(self, lesson: Lesson, symbol: str) -> list[str]:
        """The files in which a part has been begun."""
        return [path for path, symbols in chosen.begun(self.workspace, lesson) if symbol in symbols]

    def answer(self, lesson: Lesson, symbol: str = "", path: Path | None = None) -> Answer:
        """The answer to a part, or to an exercise, as text: what a file holds that is named, else see `chosen.read`."""
        return chosen.read(self.workspace, lesson, symbol, path)

    def exercise(self, lesson: Lesson) -> CourseExercise:
        """The exercise as the course declares it."""
        return self.course.exercise(lesson.slug)

    def check(
        self,
        lesson: Lesson,
        symbols: Sequence[str],
        is_called_off: Callable[[], bool] = lambda: False,
        path: Path | None = None,
    ) -> Sequence[PartReport]:
        """Judge parts of one exercise, as one file has them or, without one, as that file which holds each.

        Raises:
            CalledOff: once it is.
        """
        exercise = self.exercise(lesson)
        found = [(exercise.part(symbol), self.answer(lesson, symbol, path)) for symbol in symbols]
        with self.judge.server.called_off_by(is_called_off):
            return [
                report
                for answer, group in groupby(found, key=lambda pair: pair[1])
                for report in self._judged(lesson, exercise, [part for part, _ in group], answer)
            ]

    def unwritten(self, lesson: Lesson, symbol: str, answer: Answer) -> list[str]:
        """The methods of a part that are still stubs; of one in stages, those of the stage that one is at."""
        names = left(lesson, symbol, [cell.source for cell in answer.cells])
        standing = self.standings.get(symbol)
        now = standing.now if standing else None
        return names if now is None else [name for name in names if name in now.methods]

    def check_answer(self, lesson: Lesson, symbol: str, answer: Answer) -> PartReport:
        """Judge one part of an answer that is not a file (such as one cut out of a notebook)."""
        exercise, part = self._part(lesson, symbol)
        return next(self._judged(lesson, exercise, [part], answer))

    def _judged(
        self, lesson: Lesson, exercise: CourseExercise, parts: Sequence[Part], answer: Answer
    ) -> Iterator[PartReport]:
        """Judge parts, those in stages that have some and are not written to the end."""
        texts = [cell.source for cell in answer.cells]
        self.judged |= {part.symbol: answer for part in parts}

        def is_staged(part: Part) -> bool:
            return bool(lesson.stages(part.symbol) and left(lesson, part.symbol, texts))

        for staged, group in groupby(parts, key=is_staged):
            if staged:
                yield from (self._in_stages(lesson, exercise, part, answer) for part in group)
            else:
                together = list(group)
                for part in together:
                    self.standings.pop(part.symbol, None)
                yield from self.judge.judge(exercise, together, answer)

    def _in_stages(self, lesson: Lesson, exercise: CourseExercise, part: Part, answer: Answer) -> PartReport:
        """The report of the first stage that does not hold."""
        stages, suites = lesson.stages(part.symbol), self.judge.suites
        whole = suites.suite(exercise, part)
        try:
            for held, suite in enumerate(split(whole, stages)):
                suites.learn(suite)
                report = next(self.judge.judge(exercise, [part], answer))
                if report.verdict is not Verdict.ACCEPTED:
                    self.standings[part.symbol] = standing = Standing(stages, held)
                    return standing.scored(report)
        finally:
            suites.learn(whole)
        # All cases hold although something is left: it is none that the cases ask for.
        self.standings.pop(part.symbol, None)
        return next(self.judge.judge(exercise, [part], answer))

    def differences(self, lesson: Lesson, report: PartReport, answer: Answer, criterion: str) -> Differences:
        """Where the tensors differ, on the largest case that can be drawn: a pattern shows there.

        Where no such case differs it is the criterion's counterexample.
        """
        example = next((item.counterexample for item in report.criteria if item.name == criterion), None)
        exercise, part = self._part(lesson, report.part)
        if example is None:
            return Differences()
        suite = self.judge.suites.suite(exercise, part)
        large = [(size(item.answered), item) for item in suite.cases if item.kind is CaseKind.MAIN]
        large.sort(key=lambda pair: -pair[0])
        tried = [(item.case, item.answered) for much, item in large[:_LARGE] if much]
        expected = self._expected(exercise, part, example)
        if expected is not None:
            tried.append((as_case(example.case), expected))
        opened = self.judge.server.open(slice_of(answer, [part.symbol]), part.off_limits)
        if isinstance(opened, Stopped):
            return Differences()
        try:
            for (case, wanted), got in zip(tried, opened.run([case for case, _ in tried]), strict=False):
                if isinstance(got, Stopped):
                    break
                differ = differences(part, criterion, case, wanted, validate(got))
                if differ.differing:
                    return differ if case == example.case else replace(differ, case=in_words(case))
        except Malformed:
            pass
        finally:
            opened.close()
        return Differences()

    def _part(self, lesson: Lesson, symbol: str) -> tuple[CourseExercise, Part]:
        exercise = self.exercise(lesson)
        (part,) = (part for part in exercise.parts if part.symbol == symbol)
        return exercise, part

    def _expected(self, exercise: CourseExercise, part: Part, example: Counterexample) -> Observation | None:
        """The oracle's observation of a case: the suite's, or a new one where it was shrunk.

        None for cases that are not judged by comparison: there is no single tensor that a random answer should give.
        """
        if example.shrunk:
            made = run_case(as_case(example.case), part.oracles, plain=True)
            return None if made["error"] else made
        for entry in self.judge.suites.suite(exercise, part).cases:
            if entry.kind in _COMPARED and entry.case == example.case:
                return entry.answered
        return None
