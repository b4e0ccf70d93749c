"""A part's report as text and back, for whatever keeps or carries it; what comes back renders as what went in."""

import dataclasses
import json
import numbers
from collections.abc import Mapping
from typing import Any

from grader.model import Counterexample, CriterionReport, Diagnosis, OffLimitsUse, PartReport, Verdict


def pack(report: PartReport) -> str:
    """A part's report as JSON (Python's, in which infinities are numbers)."""
    return json.dumps(_fields(report), default=_plain, separators=(",", ":"))


def unpack(text: str | bytes) -> PartReport:
    """The report that `pack` wrote.

    Raises:
        ValueError: for anything else.
    """
    try:
        found = json.loads(text)
        criteria = tuple(_criterion(item) for item in found.pop("criteria"))
        uses = tuple(OffLimitsUse(**use) for use in found.pop("off_limits"))
        return PartReport(**{**found, "verdict": Verdict(found["verdict"])}, criteria=criteria, off_limits=uses)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"this is no report: {error}") from None


def _criterion(found: dict[str, Any]) -> CriterionReport:
    example, diagnosis = found.pop("counterexample"), found.pop("diagnosis")
    if example is not None:
        index = example.pop("index")
        example = Counterexample(**example, index=None if index is None else tuple(index))
    return CriterionReport(
        **{**found, "verdict": Verdict(found["verdict"])},
        counterexample=example,
        diagnosis=None if diagnosis is None else Diagnosis(**diagnosis),
    )


def _fields(item: Any) -> dict[str, Any]:
    """A dataclass's fields, not copied."""
    return {field.name: getattr(item, field.name) for field in dataclasses.fields(item)}


def _plain(item: Any) -> Any:
    if dataclasses.is_dataclass(item):
        return _fields(item)
    if isinstance(item, Mapping):
        return dict(item)
    if isinstance(item, numbers.Integral):
        return int(item)
    if isinstance(item, numbers.Real):
        return float(item)
    return str(item)
