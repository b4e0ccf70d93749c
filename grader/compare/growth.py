"""Judge `vectorized`: what calls of growing size cost, against each other and against the reference."""

from collections.abc import Sequence
from itertools import pairwise

from grader.model import Finding, FindingKind, Observation
from grader.spec import Growth

_FEW = 4
"""Operations, or lines, by which a count must keep growing before it is called growth: branches may differ by a few."""
_SPARE = 24
"""Operations that an answer may always take beyond the multiple of the reference's: checks, copies, a few views."""


def growing(growth: Growth, observations: Sequence[Observation], reference: Observation) -> Finding | None:
    """What speaks against an answer's being vectorized, if anything.

    Args:
        growth: The declaration.
        observations: What the answer did on its cases, small to large.
        reference: The observation of the largest, with the reference's count.
    """
    if any(observation.get("uncounted", False) for observation in observations):
        return _finding(
            growth,
            "operations in the thread that calls it",
            "other threads, or a trace that was taken away",
            "Its work is neither in torch's graph nor in the thread that calls it, so nobody can count it: let tensor "
            "operations do the loop.",
        )
    operations = [observation.get("ops", 0) for observation in observations]
    lines = [observation.get("own_lines", 0) for observation in observations]
    for counts, what in (
        (operations, "tensor operations"),
        (lines, "lines of its own that run on numbers outside torch's graph"),
    ):
        if _grows(counts):
            listed = ", ".join(map(str, counts))
            return _finding(
                growth,
                "the same number for every size",
                listed,
                f"The number of {what} grows with the {growth.along} ({listed}): replace the loop over the "
                f"{growth.along} by operations on whole tensors.{_fine(growth)}",
            )
    enough = reference.get("ops", 0)
    most = growth.at_most * enough + _SPARE
    if operations[-1] <= most:
        return None
    return _finding(
        growth,
        f"{most} at most",
        str(operations[-1]),
        f"It takes {operations[-1]} tensor operations where {enough} are enough: let each do the work of many."
        f"{_fine(growth)}",
    )


def _fine(growth: Growth) -> str:
    return f" A loop over the {growth.fine} is fine." if growth.fine else ""


def _grows(counts: Sequence[int]) -> bool:
    return all(low < high for low, high in pairwise(counts)) and counts[-1] - counts[0] >= _FEW


def _finding(growth: Growth, expected: str, got: str, message: str) -> Finding:
    return Finding(
        criterion="vectorized",
        kind=FindingKind.GROWTH,
        where=growth.along,
        expected=expected,
        got=got,
        message=message,
    )
