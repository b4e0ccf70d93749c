"""A compiled suite as data: its cases, what is expected of them, and its bytes on disk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from grader.case import wire
from grader.compare.fingerprint import Fingerprint
from grader.model import CRITERIA, Case, CaseKind, Observation, Truth
from grader.spec import POINTS, Part

HIDDEN, PUBLIC = "hidden", "public"


@dataclass(frozen=True, kw_only=True, slots=True)
class SuiteCase:
    """One case of a suite."""

    kind: CaseKind
    case: Case
    expected: Observation | Truth | None = None
    """The oracle's observation; its ``ops``, in ``growth``, are the reference's."""
    misconceptions: Mapping[str, Fingerprint] = field(default_factory=dict)
    """How each misconception that differs here would answer."""
    group: int = 0
    """Which property or growth it belongs to, or for ``positional`` the index of the same case by keyword."""
    families: Sequence[str] = ()
    """The part's families that it is in (see `grader.spec.Family`)."""
    judges: Sequence[str] = ()
    """Of a case in families, the criteria that it judges when everything is correct."""

    @property
    def answered(self) -> Observation:
        """The oracle's observation, of a case that has one."""
        assert self.expected is not None
        assert "truth" not in self.expected
        return self.expected

    @property
    def truth(self) -> Truth:
        """What is expected of a case of ``numerics``."""
        assert self.expected is not None
        assert "truth" in self.expected
        return self.expected


@dataclass(frozen=True, kw_only=True, slots=True)
class Sizes:
    """Bytes of the expected observations: JSON (headers) and tensors (bodies)."""

    header: int
    """Of the largest."""
    body: int
    headers: int
    """Of all together."""
    bodies: int


@dataclass(frozen=True, kw_only=True)
class Suite:
    """The compiled cases of one part."""

    exercise: str
    symbol: str
    visibility: str
    digest: str
    cases: Sequence[SuiteCase]
    planned: Mapping[str, int]
    """How many cases judge each criterion when everything is correct."""

    @cached_property
    def sizes(self) -> Sizes:
        """How large the expected observations are."""
        sizes = [wire.sizes(wire.pack_payload(item.expected)) for item in self.cases if item.expected is not None]
        headers, bodies = zip(*sizes, strict=True) if sizes else ((0,), (0,))
        return Sizes(header=max(headers), body=max(bodies), headers=sum(headers), bodies=sum(bodies))


def rubric(part: Part, suite: Suite) -> dict[str, float]:
    """The part's criteria with their points, in the order of judging."""
    present = {"own_work", *suite.planned}
    points = {name: float(part.points.get(name, POINTS[name])) for name in CRITERIA}
    return {name: points[name] for name in CRITERIA if name in present and (points[name] > 0 or name == "own_work")}


def to_bytes(suite: Suite) -> bytes:
    """A suite as bytes: JSON and raw tensors, nothing executable."""
    return wire.pack_payload(
        {
            "exercise": suite.exercise, "symbol": suite.symbol, "visibility": suite.visibility,
            "digest": suite.digest, "planned": suite.planned,
            "cases": [
                {
                    "kind": item.kind, "case": item.case, "group": item.group,
                    # A positional case is answered like its twin by keyword.
                    "expected": None if item.kind is CaseKind.POSITIONAL else item.expected,
                    "misconceptions": {name: list(each.components) for name, each in item.misconceptions.items()},
                    **({"families": [*item.families], "judges": [*item.judges]} if item.families else {}),
                }
                for item in suite.cases
            ],
        }
    )  # fmt: skip


def from_bytes(data: bytes) -> Suite:
    """The suite that `to_bytes` wrote.

    Raises:
        ValueError: where the bytes are something else.
    """
    try:
        document = wire.unpack(data)
        rows = document["cases"]
        cases = [
            SuiteCase(
                kind=CaseKind(row["kind"]), case=row["case"], group=row["group"],
                expected=rows[row["group"]]["expected"] if row["kind"] == CaseKind.POSITIONAL else row["expected"],
                misconceptions={name: Fingerprint(components) for name, components in row["misconceptions"].items()},
                families=tuple(row.get("families", ())), judges=tuple(row.get("judges", ())),
            )
            for row in rows
        ]  # fmt: skip
        return Suite(
            **{key: document[key] for key in ("exercise", "symbol", "visibility", "digest", "planned")}, cases=cases
        )
    except (wire.WireError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise ValueError(f"not a suite ({type(error).__name__})") from None
