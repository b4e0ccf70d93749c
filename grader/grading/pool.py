"""The interface of grading pools: what this process, several processes and a cluster have in common."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from grader.answer.load import Answer
from grader.grading.store import Owner
from grader.model import ClusterWorker, PartReport
from grader.suite.provider import PartKey


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One answer, and the parts of it that are to be graded."""

    owner: Owner
    exercise: str
    parts: tuple[str, ...]
    answer: Answer
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Graded:
    """A part of a task is done."""

    task: Task
    report: PartReport
    sandbox: str
    """Level of the sandbox in which the answer ran."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A task is over."""

    task: Task
    lost: str = ""
    """Why its worker process is gone, where that ended before the task did."""


class Pool(Protocol):
    """Worker processes that grade tasks, a few at a time."""

    notes: list[str]
    """What the report should say about its worker processes."""

    @property
    def workers(self) -> Sequence[ClusterWorker]:
        """The workers of a cluster."""

    def digest(self, part: PartKey) -> str | None:
        """Digest of a part's suite, compiled where need be; None where it cannot be compiled."""

    def room(self) -> bool:
        """Whether another task can be started now."""

    def start(self, task: Task) -> None:
        """Start a task; one tried again gets a fresh worker."""

    def events(self) -> Iterable[Graded | Ended]:
        """Wait until something happens, and give it; the events of a list can be stored together."""

    def close(self) -> None:
        """End every worker process, whatever it is doing."""
