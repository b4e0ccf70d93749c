"""A submission whose points count as the course's year says: what it lost for being late, beside what was judged."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.model import SubmissionReport


@dataclass(frozen=True, kw_only=True, slots=True)
class Late:
    """An assignment that was handed in late."""

    assignment: str
    due: str
    """When it was due for this student, ISO 8601."""
    when: str = ""
    """When it was handed in; empty where only that it was late is known."""
    share: float = 0.0
    """The share that was taken off."""
    lost: float = 0.0
    """The points that were."""
    text: str = ""
    """All of that in a sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CountedSubmission(SubmissionReport):
    """A submission of which something was late: its score is that of its parts without what lateness cost."""

    late: tuple[Late, ...] = ()


def late_of(submission: SubmissionReport) -> Sequence[Late]:
    """What of a submission was late; of most nothing."""
    return submission.late if isinstance(submission, CountedSubmission) else ()


def with_late(submission: SubmissionReport, late: Sequence[Late]) -> SubmissionReport:
    """The submission with what was late of it, as it is where nothing was."""
    if not late:
        return submission
    return CountedSubmission(
        student=submission.student, path=submission.path, score=submission.score, max_score=submission.max_score,
        parts=submission.parts, late=tuple(late),
    )  # fmt: skip
