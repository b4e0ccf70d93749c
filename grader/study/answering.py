"""The process that checks for a notebook (see `grader.study.remote`): a line of JSON in, a line of JSON out."""

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.answer.slice import Cut, Ran, cut, defined_last
from grader.course.places import cache_dir, root_of
from grader.grading.service import serve, take_stdout
from grader.kit.outline import Lesson, Outline, read_outline
from grader.model import CourseError, CriterionReport, FindingKind, OffLimitsUse, PartReport, Verdict, named_line
from grader.model.messages import off_limits_message
from grader.report.cell import Context, Origin, as_html, as_plain
from grader.report.heat import heat_map
from grader.report.screen import first_failure
from grader.study.hints import LEVELS, hint
from grader.study.progress import next_part
from grader.study.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from grader.answer.load import Answer
    from grader.study.check import Checker

_MAPS = 4
"""Tensors of which a map is drawn, the worst first."""


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
    return {"error": [error.what, error.fix]}


class _Desk:
    """The course, the workspace, and a worker that stays warm."""

    def __init__(self) -> None:
        self.outline: Outline | None = None
        self.place: tuple[Path, Path] | None = None
        self._checker: Checker | None = None

    def close(self) -> None:
        if self._checker is not None:
            self._checker.close()
            self._checker = None

    def prepare(self, folder: Path) -> None:
        """Get warm before anything is asked; what is wrong here is said when something is."""
        with contextlib.suppress(CourseError):
            self.open(find_workspace(folder), folder)
            _ = self.checker

    def answer(self, request: dict[str, Any]) -> dict[str, str]:
        """Answer one request."""
        workspace = find_workspace(Path(request["folder"]))
        outline = self.open(workspace, Path(request["folder"]))
        ran = [Ran(number, source) for number, source in request["cells"]]
        name = request["name"] or defined_last(ran, [symbol for _, symbol in outline.parts])
        if not name:
            raise CourseError("No cell that was run here defines a part of this course.", "Name one: %check PART")
        lesson, symbol = outline.one(name)
        piece = cut(ran, symbol)
        if request["do"] == "hint":
            return self.hint(workspace, lesson, symbol, piece, request["level"])
        return self.check(workspace, lesson, symbol, piece)

    def open(self, workspace: Workspace, folder: Path) -> Outline:
        """The course that a folder's work belongs to."""
        remembered = Path(workspace.course) if workspace.course else None
        known = remembered if remembered is not None and (remembered / "course.toml").is_file() else None
        place = root_of(known, folder), workspace.path
        if self.outline is None or place != self.place:
            self.close()
            self.outline, self.place = read_outline(place[0]), place
        return self.outline

    @property
    def checker(self) -> "Checker":
        """A checker whose worker imports torch while this process does."""
        if self._checker is None:
            assert self.place is not None
            from grader.course.settings import read_settings
            from grader.host.launch import warm_up

            warm_up(read_settings(self.place[0]).limits)
            from grader.study.check import Checker

            self._checker = Checker(*self.place, cache_dir())
        return self._checker

    def judge(self, workspace: Workspace, lesson: Lesson, symbol: str, piece: Cut) -> "tuple[Answer, PartReport]":
        answer = piece.answer(f"{lesson.slug}.ipynb")
        report = self.checker.check_answer(lesson, symbol, answer)
        workspace.note(report)
        return answer, report

    def check(self, workspace: Workspace, lesson: Lesson, symbol: str, piece: Cut) -> dict[str, str]:
        """The page of a part."""
        if piece.problem:
            raise CourseError(piece.problem, piece.fix)
        answer, report = self.judge(workspace, lesson, symbol, piece)
        workspace.keep()
        failure = first_failure(report)
        found = None
        if failure is not None and failure.verdict is Verdict.WRONG:
            found = self.checker.differences(lesson, report, answer, failure.name)
        example = failure.counterexample if failure else None
        origin = Origin(*piece.place(example.line)) if example and example.line else None
        report = _relocated(report, piece)
        context = Context(
            lesson=f"{lesson.slug}.md", text=lesson.text, note=piece.note, origin=origin,
            maps=[heat_map(pair) for pair in found.differing[:_MAPS]] if found else [],
            agreeing=found.agreeing if found else [], drawn=found.case if found else "",
            next=self.next(workspace, (lesson.slug, symbol)) if report.verdict is Verdict.ACCEPTED else "",
        )  # fmt: skip
        return {"html": as_html(report, context), "text": as_plain(report, context)}

    def next(self, workspace: Workspace, after: tuple[str, str]) -> str:
        """What to do next."""
        assert self.outline is not None
        todo = next_part(self.outline, workspace, after, finish=True)
        if todo is None:
            return "Everything is passed. Well done!"
        return f"Next: {todo[1]} in {todo[0].slug}.ipynb"

    def hint(self, workspace: Workspace, lesson: Lesson, symbol: str, piece: Cut, level: int | None) -> dict[str, str]:
        """The next hint for a part."""
        report = None if piece.problem else self.judge(workspace, lesson, symbol, piece)[1]
        if report is not None and report.verdict is Verdict.ACCEPTED:
            workspace.keep()
            text = f"{symbol} is accepted. See how we did it with: course solution {symbol}"
            return {"markdown": text, "text": text}
        record = workspace.record(lesson.slug, symbol)
        level = level or min(LEVELS, record.hints + 1)
        assert self.outline is not None
        path = self.outline.root / "solutions" / lesson.slug / f"{lesson.name}.py"
        found = hint(
            level, lesson, symbol, report, path.read_text(encoding="utf-8") if path.is_file() else ""
        )  # fmt: skip
        record.hints = max(record.hints, level)
        workspace.keep()
        heading = f"Hint {level} of {LEVELS} for {symbol}"
        more = f"%hint {symbol}" if level < LEVELS else f"course solution {symbol} --give-up"
        then = "A stronger one" if level < LEVELS else "The whole answer"
        return {
            "markdown": f"**{heading}**\n\n{found.markdown}\n\n{then}: `{more}`",
            "text": f"{heading}\n\n{found}\n\n{then}: {more}",
        }


def _relocated(report: PartReport, piece: Cut) -> PartReport:
    """The report with the lines of the cells, where it has those of the answer cut out of them."""

    def in_cell(line: int) -> str:
        return named_line(str(Origin(*piece.place(line))))

    def named(use: OffLimitsUse) -> str:
        return use.used + in_cell(use.line) if use.line else str(use)

    def criterion(item: CriterionReport) -> CriterionReport:
        example = item.counterexample
        if example is not None and example.line:
            example = replace(example, line=piece.place(example.line)[1])
        message = item.message
        if item.kind is FindingKind.OFF_LIMITS:
            message = off_limits_message([named(use) for use in report.off_limits])
        elif item.line:
            message = message.removesuffix(named_line(item.line)) + in_cell(item.line)
        return replace(item, counterexample=example, message=message)

    uses = tuple(replace(use, line=piece.place(use.line)[1]) if use.line else use for use in report.off_limits)
    return replace(report, off_limits=uses, criteria=tuple(criterion(item) for item in report.criteria))
