"""What the judge can say, and the criteria it says it of."""

from collections.abc import Mapping
from enum import StrEnum


class Verdict(StrEnum):
    """What the judge says of a criterion or a part; only ACCEPTED earns points."""

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
    "numerics", "init", "errors", "vectorized",
)  # fmt: skip
"""Every rubric item of the catalogue, in the order in which they are judged."""

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
}
"""A criterion is judged where these held; a criterion that a part does not have is looked through.

So an answer that raises whatever it is given, or returns a constant, earns neither `errors` nor `vectorized`.
"""
