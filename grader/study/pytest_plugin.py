"""pytest in a workspace: each criterion of each part that has been begun is a test.

Switched on by the workspace's own ``pytest.ini`` (``-p grader.pytest_plugin``). Answers are judged in a worker process;
nothing of theirs is imported here.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.model import CourseError, PartReport, Verdict
from grader.model.source import definition

if TYPE_CHECKING:
    from grader.kit.outline import Lesson
    from grader.study.session import Session


_SESSION = pytest.StashKey["Session"]()
_REPORTS = pytest.StashKey[dict[tuple[str, str], PartReport]]()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect an answer file that pytest would skip."""
    if file_path.suffix == ".py" and parent.session.isinitpath(file_path):
        return None  # named on the command line: pytest makes a module of it, see below
    return _answer_file(file_path, parent)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> Any:
    """Judge an answer named on the command line, rather than import it."""
    return _answer_file(module_path, parent)


def _answer_file(path: Path, parent: pytest.Collector) -> "AnswerFile | None":
    if path.suffix not in (".py", ".ipynb"):
        return None
    lesson = _session(parent.config).lesson_of(path)
    if lesson is None:
        return None
    return AnswerFile.from_parent(parent, path=path, lesson=lesson)


def _session(config: pytest.Config) -> "Session":
    """The course and the workspace of one run, read when the first answer is met."""
    from grader.study.session import find_session

    if _SESSION not in config.stash:
        try:
            config.stash[_SESSION] = find_session(config.rootpath)
        except CourseError as error:
            raise pytest.UsageError(str(error)) from None
    return config.stash[_SESSION]


def _report(config: pytest.Config, lesson: "Lesson", symbol: str) -> PartReport:
    """What was found of a part, which is judged once for all its criteria."""
    reports = config.stash.setdefault(_REPORTS, {})
    key = lesson.slug, symbol
    if key not in reports:
        (reports[key],) = _session(config).check(lesson, [symbol])
    return reports[key]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the worker."""
    if _SESSION in config.stash:
        config.stash[_SESSION].close()


class AnswerFile(pytest.File):
    """An answer file: its parts."""

    def __init__(self, *, lesson: "Lesson", **more: Any) -> None:
        super().__init__(**more)
        self.lesson = lesson

    def collect(self) -> Iterator["PartNode"]:
        """The parts that have been begun here."""
        session = _session(self.config)
        for symbol in session.attempted(self.lesson, self.path):
            # It may be begun in the notebook beside it too, or the other way round.
            if session.checker.answer(self.lesson, symbol).path == f"{self.lesson.slug}{self.path.suffix}":
                yield PartNode.from_parent(self, name=symbol)


class PartNode(pytest.Collector):
    """A part: its criteria."""

    parent: AnswerFile

    def collect(self) -> Iterator["CriterionItem"]:
        """The lines of the part's rubric."""
        from grader.suite.cache import rubric

        checker, lesson = _session(self.config).checker, self.parent.lesson
        exercise = checker.exercise(lesson)
        (part,) = (part for part in exercise.parts if part.symbol == self.name)
        for name in rubric(part, checker.judge.suites.suite(exercise, part)):
            yield CriterionItem.from_parent(self, name=name)


class NotAccepted(Exception):
    """A criterion did not hold; the text is what `course check` shows."""


class CriterionItem(pytest.Item):
    """A criterion of one part."""

    parent: PartNode

    def runtest(self) -> None:
        """Judge the part, once for all its criteria, and look at this one."""
        from grader.study.page import page

        lesson = self.parent.parent.lesson
        report = _report(self.config, lesson, self.parent.name)
        if report.verdict is Verdict.JUDGE_ERROR:
            raise RuntimeError(report.message)
        criterion = next((item for item in report.criteria if item.name == self.name), None)
        if criterion is None or criterion.verdict is Verdict.ACCEPTED:
            return
        if criterion.verdict is Verdict.SKIPPED:
            pytest.skip(criterion.message)
        raise NotAccepted(page(report, lesson, suffix=self.path.suffix, show=self.name))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The message for the learner, not a traceback through the grader."""
        if isinstance(excinfo.value, NotAccepted):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the part is defined, for editors to jump to."""
        return self.path, _line(self.path, self.parent.name), f"{self.parent.name}: {self.name}"


def _line(path: Path, symbol: str) -> int:
    try:
        node = definition(path.read_text(encoding="utf-8"), symbol)
    except (OSError, SyntaxError, ValueError):
        return 0
    return node.lineno - 1 if node else 0
