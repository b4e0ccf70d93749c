"""The process that checks for a notebook (see `grader.study.remote`): a line of JSON in, a line of JSON out."""

import contextlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.answer.load import Answer
from grader.answer.ran import cut, defined_last
from grader.answer.slice import Cut, Ran
from grader.grading.service import serve, take_stdout
from grader.kit.outline import Lesson
from grader.model import CourseError, CriterionReport, PartReport, Verdict
from grader.model.language import translated
from grader.model.words import lead, points
from grader.report.heat import heat_map
from grader.report.notebook import Context, Origin, as_html, as_plain
from grader.report.screen import first_failure, is_only_begun, not_written
from grader.study.page import paths
from grader.study.passed import lines
from grader.study.session import ALL_PASSED, Part, Session, find_session, nothing_to_hint

_CELL = re.compile(r"\bcell (\d+), line")
"""How a report names a cell, whose number here is the one in its brackets."""
_MAPS = 4
"""The most tensors of which a map is drawn, the worst first."""


def main() -> None:
    """Answer until nothing more is asked."""
    replies = take_stdout()
    desk = _Desk()
    try:
        desk.prepare(Path.cwd())
        serve(replies, desk.answer, _refused)
    except (KeyboardInterrupt, BrokenPipeError):
        return  # the kernel has given up on a request, or is gone
    finally:
        desk.close()


def _refused(error: Exception) -> dict[str, list[str]]:
    if not isinstance(error, CourseError):
        raise error
    return {"error": [translated(error.what), translated(error.fix)]}


class _Desk:
    """Answers requests, in a session that stays warm."""

    def __init__(self) -> None:
        self._session: Session | None = None

    def close(self) -> None:
        if self._session is not None:
            self._session.close()

    def prepare(self, folder: Path) -> None:
        """Get warm before anything is asked; an error here is reported with the first request."""
        with contextlib.suppress(CourseError):
            self._in(folder).prepare()

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer one request."""
        session = self._in(Path(request["folder"]))
        ran = [Ran(number, source) for number, source in request["cells"]]
        name = request["name"] or defined_last(ran, [symbol for _, symbol in session.outline.parts])
        if not name:
            raise CourseError("No cell that was run here defines a part of this course.", "Name one: %check PART")
        lesson, symbol = session.outline.one(name)
        piece = cut(ran, symbol)
        if request["do"] == "hint":
            return _hinted(session, lesson, symbol, piece, request["level"])
        return _checked(session, lesson, symbol, piece)

    def _in(self, folder: Path) -> Session:
        """The session of a folder's work."""
        self._session = self._session.again(folder) if self._session else find_session(folder)
        return self._session


def _judged(session: Session, lesson: Lesson, symbol: str, piece: Cut) -> tuple[Answer, PartReport]:
    answer = piece.answer(f"{lesson.slug}.ipynb")
    report = session.check_answer(lesson, symbol, answer)
    session.workspace.keep()
    return answer, report


def _checked(session: Session, lesson: Lesson, symbol: str, piece: Cut) -> dict[str, Any]:
    """The page of a part, and whether it is accepted."""
    if piece.problem:
        raise CourseError(piece.problem, piece.fix)
    was_passed = session.is_passed(lesson, symbol)
    answer, report = _judged(session, lesson, symbol, piece)
    note = "\n".join(filter(None, [translated(piece.note), session.standing(report)]))
    report = _begun(session, lesson, report, answer)
    failure = first_failure(report)
    shown = None
    if failure is not None and failure.verdict is Verdict.WRONG:
        shown = session.checker.differences(lesson, report, answer, failure.name)
    example = failure.counterexample if failure else None
    origin = Origin(example.cell, example.line) if example and example.cell and example.line else None
    report = _relocated(report)
    context = Context(
        lesson=f"{lesson.slug}.md", text=lesson.text, shown=session.workspace.lesson(lesson), note=note,
        origin=origin,
        maps=[heat_map(pair) for pair in shown.differing[:_MAPS]] if shown else [],
        agreeing=shown.agreeing if shown else [], drawn=shown.case if shown else "",
        next=_next(session, (lesson, symbol), was_passed) if report.verdict is Verdict.ACCEPTED else "",
    )  # fmt: skip
    accepted = report.verdict is Verdict.ACCEPTED
    return {"html": as_html(report, context), "text": as_plain(report, context), "accepted": accepted}


def _begun(session: Session, lesson: Lesson, report: PartReport, answer: Answer) -> PartReport:
    """The report; of a class of which nothing is wrong but that more has to be written, what that is."""
    where = paths(report, lesson, unwritten=session.checker.unwritten(lesson, report.part, answer))
    if not is_only_begun(report, where):
        return report
    said = not_written(where)
    so_far = translated(f"So far it has {points(report.score or 0)} of {points(report.max_score)} points.")
    message = f"{said[:1].upper()}{said[1:]}{lead('.')}{so_far}"
    return replace(report, verdict=Verdict.NOT_ATTEMPTED, message=message, criteria=())


def _next(session: Session, after: Part, was_passed: bool) -> str:
    """What has been learned and is complete now, and what to do next."""
    said = [] if was_passed else [*lines(session, after[0], [after[1]])]
    todo = session.next(after, finish=True)
    coming = ALL_PASSED if todo is None else f"Next: {todo[1]} in {todo[0].slug}.ipynb"
    return " ".join([*said, translated(coming)])


def _hinted(session: Session, lesson: Lesson, symbol: str, piece: Cut, level: int | None) -> dict[str, str]:
    """The next hint for a part."""
    report = None if piece.problem else _judged(session, lesson, symbol, piece)[1]
    if report is not None and report.verdict is Verdict.ACCEPTED:
        text = nothing_to_hint(symbol)
        return {"markdown": text, "text": text}
    written = "\n".join(cell.source for cell in piece.cells)
    given = session.hint(lesson, symbol, report, level, written)
    session.workspace.keep()
    return {
        "markdown": f"**{given.heading}**\n\n{given.hint.markdown}\n\n{given.further('%hint', '`')}",
        "text": f"{given.heading}\n\n{given.hint}\n\n{given.further('%hint')}",
    }


def _relocated(report: PartReport) -> PartReport:
    """The report with the numbers in the cells' brackets, which is how a notebook shows them."""

    def criterion(item: CriterionReport) -> CriterionReport:
        example = item.counterexample
        if example is not None:
            example = replace(example, cell=None)
        return replace(item, counterexample=example, message=_CELL.sub(r"In [\1], line", item.message))

    uses = tuple(replace(use, cell=None) for use in report.off_limits)
    return replace(report, off_limits=uses, criteria=tuple(criterion(item) for item in report.criteria))
