"""The judge's verdicts, and the criteria it judges."""

from collections.abc import Mapping
from enum import StrEnum


class Verdict(StrEnum):
    """The verdict on a criterion or a part; only ACCEPTED earns points."""

    ACCEPTED = "ACCEPTED"
    WRONG = "WRONG"
    RAISED = "RAISED"
    TIME_LIMIT = "TIME_LIMIT"
    MEMORY_LIMIT = "MEMORY_LIMIT"
    OUTPUT_LIMIT = "OUTPUT_LIMIT"
    CRASHED = "CRASHED"
    OFF_LIMITS = "OFF_LIMITS"
    SKIPPED = "SKIPPED"
    NOT_ATTEMPTED = "NOT_ATTEMPTED"
    JUDGE_ERROR = "JUDGE_ERROR"


CRITERIA = (
    "own_work", "interface", "parameters", "shapes", "state", "values", "gradients",
    "numerics", "init", "errors", "vectorized", "device",
)  # fmt: skip
"""Every criterion there is, in the order of judging."""

DEPENDS: Mapping[str, tuple[str, ...]] = {
    "parameters": ("interface",),
    "shapes": ("interface", "parameters"),
    "state": ("shapes",),
    "values": ("shapes",),
    "gradients": ("values",),
    "numerics": ("state", "values"),
    "init": ("interface",),
    "errors": ("interface", "shapes"),
    "vectorized": ("values",),
    "device": ("values",),
}
"""The criteria that each one depends on; one that a part does not have is replaced by those it depends on.

So an answer that raises whatever it is given, or returns a constant, earns neither `errors` nor `vectorized`.
"""
