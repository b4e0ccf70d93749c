"""What a learner sees of one part, as text."""

from collections.abc import Sequence

from grader.kit.outline import Lesson
from grader.model import PartReport
from grader.report.screen import AnswerPaths, plain_text
from grader.study.unwritten import waiting


def paths(
    report: PartReport, lesson: Lesson, *, suffix: str = ".py", unwritten: Sequence[str] = (), shown: str = ""
) -> AnswerPaths:
    """Where a part is written and explained, and what of it waits to be written.

    Args:
        report: What was found.
        lesson: The exercise.
        suffix: Of the answer file.
        unwritten: The part's methods that are still stubs.
        shown: The lesson as the learner has it, where that may be a translation.
    """
    return AnswerPaths(
        f"{lesson.slug}{suffix}", f"{lesson.slug}.md", lesson.text, shown,
        unwritten=unwritten, waiting=waiting(report, lesson),
    )  # fmt: skip


def page(report: PartReport, lesson: Lesson, *, suffix: str = ".py", show: str = "") -> str:
    """The part's screen.

    Args:
        report: What was found.
        lesson: The exercise.
        suffix: Of the answer file.
        show: The criterion to show large; empty for the first to mend.
    """
    return plain_text(report, paths(report, lesson, suffix=suffix), show=show)
