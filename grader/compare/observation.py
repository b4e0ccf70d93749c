"""Refuse observations that the probe could not have written, before anything reads them.

The observation comes from the student's process. What passes here has the shape that the comparison expects, so that
hostile data gives one verdict in one place, and an exception while judging is an internal error.
"""

from typing import Any, cast

import torch

from grader.model import Observation


class Malformed(Exception):
    """The observation is not one that the probe writes."""


_MOST_TEXT = 2000
"""Characters that are kept of a message or of the name of an exception."""
_SECTIONS = ("inputs", "buffers", "grads")
_KNOWN = frozenset(("steps", "error", "partial", "new", "load", "ops", "seen", "off_limits"))
_STEP = frozenset(("out", "lines", *_SECTIONS))
_LINE = frozenset(("value", "raised", "message"))
_ERROR = frozenset(("stage", "step", "type", "kinds", "message", "line"))
_MODULE = frozenset(("module", "parameters", "buffers", "state", "training"))


def validate(observation: Any) -> Observation:
    """Give the observation back if it is well formed, with long messages cut.

    Only the keys that the probe writes are let through: a forged ``verdict``, for one, would be taken for a stop.

    Raises:
        Malformed: otherwise.
    """
    _need(isinstance(observation, dict) and observation.keys() <= _KNOWN and "error" in observation)
    _error(observation["error"])
    for observed in _list(observation.get("steps")):
        _step(observed)
    if "partial" in observation:
        _step(observation["partial"])
    if "new" in observation:
        _description(observation["new"])
    if "load" in observation:
        load = observation["load"]
        _need(isinstance(load, dict) and load.keys() == {"how", "message"})
        _need(load["how"] in ("exact", "order", "partial"))
        _cut(load, "message")
    _need(type(observation.get("ops", 0)) is int)
    _need(_are_text(observation.get("seen", [])))
    for use in _list(observation.get("off_limits", [])):
        _need(isinstance(use, dict) and use.keys() == {"used", "line"})
        _need(isinstance(use["used"], str) and _is_line(use["line"]))
    return cast(Observation, observation)


def _need(condition: bool) -> None:
    if not condition:
        raise Malformed("the observation is malformed")


def _list(value: Any) -> list[Any]:
    _need(isinstance(value, list))
    return cast(list[Any], value)


def _are_text(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _is_line(value: Any) -> bool:
    """Whether this can be the number of a line: True is an int to Python, but not to who reads the report."""
    return value is None or type(value) is int


def _cut(holder: dict[str, Any], key: str) -> None:
    text = holder.get(key)
    if not isinstance(text, str):
        raise Malformed("a text is something else")
    if len(text) > _MOST_TEXT:
        holder[key] = text[:_MOST_TEXT]


def _step(observed: Any) -> None:
    _need(isinstance(observed, dict) and observed.keys() <= _STEP)
    _tree(observed.get("out"))
    for key in _SECTIONS:
        section = observed.get(key, {})
        _need(isinstance(section, dict))
        for value in section.values():
            _need(_tensor(value))
    for line in _list(observed.get("lines", [])):
        _need(isinstance(line, dict) and line.keys() <= _LINE and ("value" in line or "raised" in line))
        for key in line.keys() & {"raised", "message"}:
            _cut(line, key)
        _tree(line.get("value"))


def _error(error: Any) -> None:
    if error is None:
        return
    _need(isinstance(error, dict) and error.keys() == _ERROR)
    for key in ("stage", "type", "message"):
        _cut(error, key)
    _need(type(error["step"]) is int and _is_line(error["line"]) and _are_text(error["kinds"]))


def _description(new: Any) -> None:
    _need(isinstance(new, dict) and isinstance(new.get("module"), bool))
    _need(new.keys() == (_MODULE if new["module"] else {"module"}))
    if not new["module"]:
        return
    for key, length in (("parameters", 5), ("buffers", 4)):
        for row in _list(new[key]):
            _need(isinstance(row, list) and len(row) == length)
            _need(all(isinstance(row[index], str) for index in (0, 2, 3)) and all(type(it) is bool for it in row[4:]))
            _need(all(type(size) is int for size in _list(row[1])))
    _need(_are_text(new["state"]))
    # An answer may set its mode to anything, but tensors would be compared element by element.
    _need(all(isinstance(mode, (bool, int, float, str, type(None))) for mode in _list(new["training"])))


def _tensor(value: Any) -> bool:
    if isinstance(value, torch.Tensor):
        return not value.is_complex()
    return (
        isinstance(value, dict)
        and value.keys() == {"$sketch", "shape", "dtype"}
        and isinstance(value["$sketch"], torch.Tensor)
        and value["$sketch"].is_floating_point()
        and isinstance(value["dtype"], str)
        and isinstance(value["shape"], list)
        and all(type(size) is int for size in value["shape"])
    )


def _tree(value: Any, depth: int = 0) -> None:
    _need(depth < 12)
    if isinstance(value, list):
        for item in value:
            _tree(item, depth + 1)
    elif isinstance(value, torch.Tensor):
        _need(not value.is_complex())
    elif isinstance(value, dict):
        if "$sketch" in value:
            _need(_tensor(value))
            return
        _need(len(value) == 1)
        ((kind, inner),) = value.items()
        if kind == "$dict":
            for pair in _list(inner):
                _need(isinstance(pair, list) and len(pair) == 2)
                _tree(pair[0], depth + 1)
                _tree(pair[1], depth + 1)
        elif kind == "$float":
            _need(type(inner) is float or type(inner) is int)
        else:
            _need(kind in ("$is", "$type") and isinstance(inner, str))
    else:
        _need(value is None or isinstance(value, (bool, int, float, str)))
