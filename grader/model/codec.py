"""The one codec: the kit's dataclasses as plain data or JSON, and back, checked against their types."""

import json
import math
import numbers
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

REPORT_SCHEMA = 1
"""Version of the document that `course grade --format json` promises."""

_Kind = TypeVar("_Kind")


def dumps(item: Any) -> str:
    """JSON of dataclasses and plain data (Python's JSON, in which infinities are numbers)."""
    return json.dumps(_plain(item), separators=(",", ":"))


def loads(kind: type[_Kind], text: str | bytes, *, strict: bool = False) -> _Kind:
    """What `dumps` wrote, as an object of that kind; keys that the kind does not have are ignored.

    Args:
        kind: The kind.
        text: The text.
        strict: Whether a number may not stand as text.

    Raises:
        ValueError: for anything else.
    """
    data = json.loads(text)
    return msgspec.convert(data, kind) if strict else made(kind, data)


def made(kind: type[_Kind], data: Any) -> _Kind:
    """An object from plain data; of numbers that `strict` wrote as text, the numbers.

    Raises:
        ValueError: where the data does not fit.
    """
    # A number may stand as text where a document has to be strict JSON.
    return msgspec.convert(data, kind, strict=False)


def strict(item: Any) -> Any:
    """Plain data that strict JSON can hold: numbers that are not finite become text."""
    return _finite(_plain(item))


def _plain(item: Any) -> Any:
    return msgspec.to_builtins(item, str_keys=True, enc_hook=_foreign)


def _foreign(item: Any) -> Any:
    """Plain data for what a case may hold of other libraries."""
    if isinstance(item, Mapping):
        return dict(item)
    if isinstance(item, numbers.Integral):
        return int(item)
    return float(item) if isinstance(item, numbers.Real) else str(item)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, (list, tuple)) else value
