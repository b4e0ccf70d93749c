"""Public suites as released files: all that grading a part needs, without ``solutions/`` and without code.

The file of an exercise is a zip archive: ``exercise.json`` holds what its declaration says, and each part's suite lies
beside it as `grader.suite.data` writes it. Reading one builds plain data and tensors; nothing in it can run.
"""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from hypothesis import strategies as st

import grader.spec.every_property  # noqa: F401 - `remade` knows what was imported
from grader.compare import tensors as compare
from grader.course.pitfalls import Pitfall
from grader.course.versions import case_versions
from grader.model import CaseKind, CourseError
from grader.spec import Exercise, Family, Growth, Misconception, OffLimits, Part
from grader.spec.properties import remade
from grader.suite import data as suite_data
from grader.suite.data import Suite, SuiteCase

__all__ = ["FOLDER", "SUFFIX", "Record", "differences", "left_out", "record"]

FORMAT = 2
FOLDER, SUFFIX = "checks", ".zip"
"""The records of an assignment lie in ``<assignment>/checks/<exercise>.zip``."""
_DECLARATION = "exercise.json"
_MOST_BYTES = 256 * 2**20
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PLAIN_FIELDS = (
    "symbol",
    "arguments",
    "numerics_multiple",
    "tolerance",
    "points",
    "positional",
    "judged_lines",
    "core",
)
"""The fields of a part that are recorded as they are."""
_ROUNDING = 1e-5
"""Relative agreement of values recorded on two machines (some are float32)."""


def left_out(part: Part) -> int:
    """How many of the part's properties no kit can judge by, because they have no name."""
    return sum(not item.name for item in part.properties)


def record(
    slug: str,
    exercise: Exercise,
    misconceptions: Sequence[Misconception],
    suites: Sequence[Suite],
    *,
    handout: str,
    stub: str,
    pitfalls: Sequence[Pitfall] = (),
) -> bytes:
    """The file of an exercise.

    Args:
        slug: Assignment and exercise.
        exercise: The declaration.
        misconceptions: The known-wrong answers, of which names and hints are recorded.
        suites: The public suite of each part, in order.
        handout: The lesson.
        stub: What students start from.
        pitfalls: What the lesson warns of.
    """
    declaration = {
        "format": FORMAT,
        "exercise": slug,
        "title": exercise.title,
        "versions": case_versions(),
        "parts": [_part(part) for part in exercise.parts],
        "misconceptions": [
            {name: getattr(item, name) for name in ("name", "part", "criterion", "hint")} for item in misconceptions
        ],
        "handout": handout,
        "pitfalls": [_pitfall(item) for item in pitfalls],
        "stub": stub,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        text = json.dumps(declaration, ensure_ascii=False, indent=1) + "\n"
        _add(archive, _DECLARATION, text.encode())
        for part, suite in zip(exercise.parts, suites, strict=True):
            _add(archive, f"{part.symbol}.suite", suite_data.to_bytes(_public(part, suite)))
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    # A fixed time, so that the same suites give the same bytes.
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    archive.writestr(info, data)


def _part(part: Part) -> dict[str, Any]:
    recorded = {name: getattr(part, name) for name in _PLAIN_FIELDS}
    return recorded | {
        "arguments": list(part.arguments),
        "state_outputs": list(part.state_outputs),
        "off_limits": {
            name: value if isinstance(value, bool) else list(value) for name, value in asdict(part.off_limits).items()
        },
        "growth": [{"along": item.along, "at_most": item.at_most, "fine": item.fine} for item in part.growth],
        "properties": [{"name": item.name, "arguments": item.arguments} for item in part.properties if item.name],
        "families": [{"name": item.name, "share": item.share} for item in part.families],
    }


def _pitfall(item: Pitfall) -> dict[str, Any]:
    return {name: value if isinstance(value, str) else list(value) for name, value in asdict(item).items() if value}


def _public(part: Part, suite: Suite) -> Suite:
    """The suite without what a kit cannot use: properties without a name, and the values of random observations."""
    kept = [index for index, item in enumerate(part.properties) if item.name]
    planned = dict(suite.planned)
    for item in part.properties:
        if not item.name:
            planned[item.criterion] -= 1
    cases = []
    for entry in suite.cases:
        if entry.kind is CaseKind.PROPERTY:
            if entry.group not in kept:
                continue
            entry = replace(entry, group=kept.index(entry.group), expected=_emptied(entry.expected))
        cases.append(entry)
    return replace(suite, cases=cases, planned={name: count for name, count in planned.items() if count})


def _emptied(value: Any) -> Any:
    """An observation whose tensors are all zero: of a random one only the structure is judged."""
    if isinstance(value, torch.Tensor):
        return torch.zeros_like(value)
    if isinstance(value, Mapping):
        return {key: _emptied(item) for key, item in value.items()}
    return [_emptied(item) for item in value] if isinstance(value, (list, tuple)) else value


@dataclass(frozen=True)
class Record:
    """The file of an exercise, read as far as it is asked."""

    path: Path

    @cached_property
    def data(self) -> Mapping[str, Any]:
        """What the declaration says.

        Raises:
            CourseError: where the file is damaged, or of another version of the engine.
        """
        try:
            data = json.loads(self._read(_DECLARATION))
        except ValueError:
            raise self._damaged("its declaration is not JSON") from None
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise CourseError(
                f"{self.path} was recorded by another version of this program.",
                "Install the checker that came with it.",
            )
        return data

    @cached_property
    def exercise(self) -> Exercise:
        """The declaration, without oracles and strategies."""
        try:
            return Exercise(title=self.data["title"], parts=[_parsed(row) for row in self.data["parts"]])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._damaged(f"{type(error).__name__}: {error}") from None

    @cached_property
    def misconceptions(self) -> Sequence[Misconception]:
        """Names and hints of the known-wrong answers, without the answers."""
        try:
            return [Misconception(**row) for row in self.data["misconceptions"]]
        except (KeyError, TypeError) as error:
            raise self._damaged(f"{type(error).__name__}: {error}") from None

    def text(self, name: str) -> str:
        """``handout`` or ``stub``."""
        return str(self.data.get(name, ""))

    def suite_bytes(self, symbol: str) -> bytes:
        """The public suite of a part as it lies in the file."""
        return self._read(f"{symbol}.suite")

    def suite(self, symbol: str) -> Suite:
        """The public suite of a part."""
        try:
            return suite_data.from_bytes(self.suite_bytes(symbol))
        except ValueError as error:
            raise self._damaged(f"{symbol}: {error}") from None

    def _read(self, member: str) -> bytes:
        try:
            with zipfile.ZipFile(self.path) as archive:
                if archive.getinfo(member).file_size > _MOST_BYTES:
                    raise self._damaged(f"{member} is too large")
                return archive.read(member)
        except KeyError:
            raise self._damaged(f"{member} is not in it") from None
        except (OSError, zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError) as error:
            raise self._damaged(str(error)) from None

    def _damaged(self, why: str) -> CourseError:
        return CourseError(f"{self.path} cannot be read: {why}.", "Take the file from the course again.")


def _parsed(row: Mapping[str, Any]) -> Part:
    return Part(
        **{name: row[name] for name in _PLAIN_FIELDS},
        oracle={},
        cases=st.nothing(),
        state_outputs=row.get("state_outputs", ()),
        off_limits=OffLimits(**row["off_limits"]),
        growth=[Growth(**item, cases=()) for item in row["growth"]],
        properties=[remade(item["name"], item["arguments"]) for item in row["properties"]],
        families=[Family(**item) for item in row.get("families", ())],
    )


def differences(old: Path, new: bytes) -> Sequence[str]:
    """The respects in which the file at a path differs from what was just recorded.

    Recorded with other versions, only what the course declares is compared: cases and values may then rightly differ.
    Values are compared as the judge compares them, for their last bits depend on the processor.
    """
    before, after = Record(old), _InMemory(old, new)
    changed = {name for name in after.data if name != "versions" and before.data.get(name) != after.data[name]}
    if changed:
        return sorted(changed)
    if before.data.get("versions") != after.data["versions"]:
        return []
    differing = []
    for part in after.exercise.parts:
        one, other = before.suite(part.symbol), after.suite(part.symbol)
        if one.planned != other.planned or [_asked(item) for item in one.cases] != [
            _asked(item) for item in other.cases
        ]:
            differing.append(f"the cases of {part.symbol}")
        elif not all(_alike(a.expected, b.expected) for a, b in zip(one.cases, other.cases, strict=True)):
            differing.append(f"what is expected of {part.symbol}")
    return differing


@dataclass(frozen=True)
class _InMemory(Record):
    """A record that is not on disk yet."""

    content: bytes = b""

    def _read(self, member: str) -> bytes:
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            return archive.read(member)


def _asked(entry: SuiteCase) -> tuple[Any, ...]:
    return entry.kind, entry.group, entry.case, sorted(entry.misconceptions), entry.families


def _alike(one: Any, other: Any) -> bool:
    """Whether two observations are the same, rounding aside."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        # The allowances of float32 are multiples of rounding errors, which are a processor's own; torch's messages may
        # list a set, whose order is each process's own.
        judged = one.keys() - {"allowed", "message"}
        return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in judged)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return compare.compare_tensors(other, one, "it", _ROUNDING, 1.0) is None
    if isinstance(one, float) and isinstance(other, float):
        return one == other or abs(one - other) <= _ROUNDING * max(abs(one), abs(other))
    return type(one) is type(other) and bool(one == other)
