"""Refuse observations that the probe could not have written, before anything reads them.

The observation comes from the student's process. What passes here has the shape that the comparison expects, so that
hostile data gives one verdict in one place, and an exception while judging is an internal error.
"""

from collections.abc import Mapping
from typing import Any, cast

import torch

from grader.model import Observation


class Malformed(Exception):
    """The observation is not one that the probe writes."""


def validate(observation: Any) -> Observation:
    """Give the observation back if it is well formed.

    Raises:
        Malformed: otherwise.
    """
    _need(isinstance(observation, dict) and isinstance(observation.get("steps"), list))
    for observed in [*observation["steps"], *([observation["partial"]] if "partial" in observation else [])]:
        _need(isinstance(observed, dict))
        _tree(observed.get("out"))
        for key in ("inputs", "buffers", "grads"):
            section = observed.get(key, {})
            _need(isinstance(section, dict) and all(isinstance(name, str) for name in section))
            for value in section.values():
                _need(_tensor(value))
        lines = observed.get("lines", [])
        _need(isinstance(lines, list))
        for line in lines:
            _need(isinstance(line, dict) and ("value" in line or isinstance(line.get("raised"), str)))
            _need(isinstance(line.get("message", ""), str))
            _tree(line.get("value"))
    _error(observation.get("error"))
    if "new" in observation:
        _description(observation["new"])
    if "load" in observation:
        load = observation["load"]
        _need(
            isinstance(load, dict)
            and load.get("how") in ("exact", "order", "partial")
            and isinstance(load.get("message"), str)
        )
    _need(isinstance(observation.get("ops", 0), int))
    _need(all(isinstance(name, str) for name in _list(observation.get("seen", []))))
    for use in _list(observation.get("off_limits", [])):
        _need(
            isinstance(use, dict)
            and isinstance(use.get("used"), str)
            and isinstance(use.get("line"), (int, type(None)))
        )
    return cast(Observation, observation)


def _need(condition: bool) -> None:
    if not condition:
        raise Malformed("the observation is malformed")


def _list(value: Any) -> list[Any]:
    _need(isinstance(value, list))
    return list(value)


def _error(error: Any) -> None:
    if error is None:
        return
    _need(isinstance(error, dict))
    _need(all(isinstance(error.get(key), str) for key in ("stage", "type", "message")))
    _need(isinstance(error.get("step"), int) and isinstance(error.get("line"), (int, type(None))))
    _need(all(isinstance(kind, str) for kind in _list(error.get("kinds"))))


def _description(new: Any) -> None:
    _need(isinstance(new, dict) and isinstance(new.get("module"), bool))
    if not new["module"]:
        return
    for key, length in (("parameters", 5), ("buffers", 4)):
        for row in _list(new.get(key)):
            _need(isinstance(row, list) and len(row) == length and isinstance(row[0], str) and isinstance(row[2], str))
            _need(all(type(size) is int for size in _list(row[1])))
    _need(all(isinstance(name, str) for name in _list(new.get("state"))))
    _list(new.get("training"))


def _tensor(value: Any) -> bool:
    if isinstance(value, torch.Tensor):
        return not value.is_complex()
    return (
        isinstance(value, Mapping)
        and set(value) == {"$sketch", "shape", "dtype"}
        and isinstance(value["$sketch"], torch.Tensor)
        and value["$sketch"].is_floating_point()
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
        if "$dict" in value:
            for pair in _list(value["$dict"]):
                _need(isinstance(pair, list) and len(pair) == 2)
                _tree(pair[0], depth + 1)
                _tree(pair[1], depth + 1)
        elif "$sketch" in value:
            _need(_tensor(value))
        elif "$float" in value:
            _need(isinstance(value["$float"], (int, float)))
        else:
            _need(
                len(value) == 1
                and all(isinstance(value.get(key), str) for key in value)
                and set(value) <= {"$is", "$type"}
            )
    else:
        _need(value is None or isinstance(value, (bool, int, float, str)))
