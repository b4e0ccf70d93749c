"""What a worker says of an answer that it has loaded, checked."""

from typing import Any

from grader.compare.observation import Malformed, readable

_MOST_LINES = 2**31


def loaded(message: Any) -> dict[str, Any]:
    """What a worker says once its answer is loaded: the names it has, and the exceptions on the way.

    Raises:
        Malformed: where it is something else.
    """
    symbols, errors = _values(message, "symbols", "errors")
    if type(symbols) is not list or type(errors) is not list:
        raise Malformed
    return {"symbols": [readable(name) for name in symbols], "errors": [_error(error) for error in errors]}


def _error(error: Any) -> dict[str, Any]:
    cell, line, kind, message = _values(error, "cell", "line", "type", "message")
    if not _is_number(cell) or not (line is None or _is_number(line)):
        raise Malformed
    return {"cell": cell, "type": readable(kind)[:200], "message": readable(message), "line": line}


def _values(holder: Any, *keys: str) -> list[Any]:
    if type(holder) is not dict or not holder.keys() >= set(keys):
        raise Malformed
    return [holder[key] for key in keys]


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 <= value < _MOST_LINES
