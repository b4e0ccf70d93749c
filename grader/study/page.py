"""What a learner sees of one part, as text."""

from grader.kit.outline import Lesson
from grader.model import PartReport
from grader.report.screen import AnswerPaths, plain_text


def page(report: PartReport, lesson: Lesson, *, suffix: str = ".py", show: str = "") -> str:
    """The part's screen.

    Args:
        report: What was found.
        lesson: The exercise.
        suffix: Of the answer file.
        show: The criterion to show large; empty for the first to mend.
    """
    return plain_text(report, AnswerPaths(f"{lesson.slug}{suffix}", f"{lesson.slug}.md", lesson.text), show=show)
