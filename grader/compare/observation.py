"""Refuse observations that the probe could not have written, before anything reads them.

The observation comes from the student's process. What passes here has the shape that the comparison expects, so that
hostile data gives one verdict in one place, and an exception while judging is an internal error.
"""

import math
from typing import Any, NoReturn, cast

import torch

from grader.case.encode import MOST_TEXT, SKETCH_ABOVE, SKETCH_SIZE
from grader.case.whereabouts import STAGES
from grader.model import Change, Observation, Verdict

MOST_NODES = 100_000
"""Values that a reply may consist of; the largest of the course's own suites has 1,360."""
TOO_MUCH = "The answer gave back more data than any right answer would."

_MOST_DEPTH = 12
"""Containers inside one another; the probe nests half as many."""
_MOST_INTEGER = 2**200
"""Where whole numbers end: the probe sends no larger one."""
_MOST_COUNT = 2**63
_SECTIONS = ("inputs", "buffers", "grads")
_KNOWN = frozenset(
    ("steps", "error", "partial", "new", "load", "ops", "seen", "own_lines", "uncounted", "off_limits", "behind",
     "unsimulated")
)  # fmt: skip
_STEP = frozenset(("out", "lines", "changed", "left", *_SECTIONS))
_CHANGES = frozenset(Change)
_VALUE, _RAISED = {"value"}, {"raised", "message"}
_ERROR = frozenset(("stage", "step", "type", "kinds", "message", "line"))
_STAGES = frozenset((*STAGES[2:], "answer"))
_HOW = ("exact", "order", "partial")
_MODULE = frozenset(("module", "parameters", "buffers", "state", "training"))
_SKETCH = {"$sketch", "shape", "dtype"}


class Malformed(Exception):
    """The observation is not one that the probe writes."""

    def __init__(self, message: str = "The process sent back something malformed.", *, much: bool = False) -> None:
        super().__init__(message)
        self.verdict = Verdict.OUTPUT_LIMIT if much else Verdict.CRASHED
        """The answer's, whose process sent it."""


def validate(observation: Any) -> Observation:
    """Give the observation back if it is well formed, with long texts cut in place.

    Only the keys and types that the probe writes are let through.

    Raises:
        Malformed: otherwise, or where there is more of it than anyone should read.
    """
    _Reader().read(observation)
    return cast(Observation, observation)


def _refuse() -> NoReturn:
    raise Malformed


def _need(condition: bool) -> None:
    if not condition:
        raise Malformed


def _list(value: object) -> list[Any]:
    if type(value) is not list:
        _refuse()
    return value


def _is_count(value: Any, least: int = 0, most: int = _MOST_COUNT) -> bool:
    """Whether this is a whole number in a range: True is an int to Python, but not to who reads the report."""
    return type(value) is int and least <= value < most


def _is_line(value: Any) -> bool:
    return value is None or _is_count(value, 0, 2**31)


def readable(value: object) -> str:
    """A text, cut where it is long, without the halves of surrogate pairs, which no file can hold.

    Raises:
        Malformed: for anything else.
    """
    if type(value) is not str:
        _refuse()
    if len(value) > MOST_TEXT:
        value = value[:MOST_TEXT]
    return value if value.isascii() else value.encode(errors="replace").decode()


def _texts(values: Any) -> None:
    for index, value in enumerate(_list(values)):
        values[index] = readable(value)


class _Reader:
    """Reads one observation, and counts what it consists of."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MOST_NODES

    def room(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise Malformed(TOO_MUCH, much=True)

    def read(self, observation: Any) -> None:
        _need(type(observation) is dict and observation.keys() <= _KNOWN and "error" in observation)
        self.error(observation["error"])
        steps = _list(observation.get("steps"))
        self.room(len(steps))
        for observed in steps:
            self.step(observed)
        if "partial" in observation:
            self.step(observation["partial"])
        if "new" in observation:
            self.description(observation["new"])
        if "load" in observation:
            load = observation["load"]
            _need(type(load) is dict and load.keys() == {"how", "message"})
            _need(type(load["how"]) is str and load["how"] in _HOW)
            load["message"] = readable(load["message"])
        _need(_is_count(observation.get("ops", 0)) and _is_count(observation.get("own_lines", 0)))
        _need(type(observation.get("uncounted", False)) is bool)
        if "seen" in observation:
            self.texts(observation["seen"])
        if "off_limits" in observation:
            self.uses(observation["off_limits"])
        if "behind" in observation:
            behind = observation["behind"]
            _need(type(behind) is dict and behind.keys() == {"used", "within", "line"} and _is_line(behind["line"]))
            for key in ("used", "within"):
                behind[key] = readable(behind[key])
        if "unsimulated" in observation:
            observation["unsimulated"] = readable(observation["unsimulated"])

    def texts(self, values: Any) -> None:
        self.room(len(_list(values)))
        _texts(values)

    def uses(self, uses: Any) -> None:
        self.room(len(_list(uses)))
        for use in uses:
            _need(type(use) is dict and use.keys() == {"used", "line"} and _is_line(use["line"]))
            use["used"] = readable(use["used"])

    def error(self, error: Any) -> None:
        if error is None:
            return
        _need(type(error) is dict and error.keys() == _ERROR)
        for key in ("stage", "type", "message"):
            error[key] = readable(error[key])
        _need(error["stage"] in _STAGES and _is_count(error["step"], -1, 2**31) and _is_line(error["line"]))
        self.texts(error["kinds"])

    def step(self, observed: Any) -> None:
        _need(type(observed) is dict and observed.keys() <= _STEP)
        if "out" in observed:
            observed["out"] = self.tree(observed["out"], 0)
        for key in _SECTIONS:
            if key in observed:
                section = observed[key]
                _need(type(section) is dict)
                self.room(len(section))
                for name, value in section.items():
                    _need(len(name) <= MOST_TEXT and (type(value) is torch.Tensor or self.is_sketch(value)))
        if "changed" in observed:
            self.room(len(_list(observed["changed"])))
            for change in observed["changed"]:
                _texts(change)
                _need(len(change) == 2 and change[0] in _CHANGES)
        if "left" in observed:
            self.texts(observed["left"])
        if "lines" in observed:
            lines = _list(observed["lines"])
            self.room(len(lines))
            for line in lines:
                self.line(line)

    def line(self, line: Any) -> None:
        _need(type(line) is dict)
        if line.keys() == _VALUE:
            line["value"] = self.tree(line["value"], 0)
            return
        _need(line.keys() == _RAISED)
        for key in _RAISED:
            line[key] = readable(line[key])

    def description(self, new: Any) -> None:
        _need(type(new) is dict and type(new.get("module")) is bool)
        _need(new.keys() == (_MODULE if new["module"] else {"module"}))
        if not new["module"]:
            return
        for key, length in (("parameters", 5), ("buffers", 4)):
            self.room(len(_list(new[key])))
            for row in new[key]:
                _need(type(row) is list and len(row) == length and (length == 4 or type(row[4]) is bool))
                for index in (0, 2, 3):
                    row[index] = readable(row[index])
                self.shape(row[1])
        self.texts(new["state"])
        modes = _list(new["training"])
        self.room(len(modes))
        for index, mode in enumerate(modes):
            if type(mode) is not bool:
                modes[index] = readable(mode)

    def shape(self, shape: Any) -> None:
        self.room(len(_list(shape)))
        _need(all(_is_count(size) for size in shape))

    def is_sketch(self, value: Any) -> bool:
        """Whether this is what the probe makes of a tensor that is too large to be sent whole."""
        if type(value) is not dict or value.keys() != _SKETCH:
            return False
        body = value["$sketch"]
        self.shape(value["shape"])
        return (
            type(body) is torch.Tensor
            and body.is_floating_point()
            and body.shape == (SKETCH_SIZE,)
            and type(value["dtype"]) is str
            and value["dtype"] == str(body.dtype)
            and SKETCH_ABOVE < math.prod(value["shape"]) < _MOST_COUNT
        )

    def tree(self, value: Any, depth: int) -> Any:
        """An encoded value, with long texts cut."""
        kind = type(value)
        if kind is torch.Tensor or value is None or kind is bool:
            return value
        if kind is str:
            return readable(value)
        if kind is int:
            _need(-_MOST_INTEGER < value < _MOST_INTEGER)
        elif kind is list:
            self.items(value, depth)
        elif kind is dict:
            self.tagged(value, depth)
        else:
            _refuse()
        return value

    def items(self, values: list[Any], depth: int) -> None:
        _need(depth < _MOST_DEPTH)
        self.room(len(values))
        for index, item in enumerate(values):
            values[index] = self.tree(item, depth + 1)

    def tagged(self, value: dict[str, Any], depth: int) -> None:
        """A value that plain JSON has no form for, under the name of its kind."""
        if "$sketch" in value:
            _need(self.is_sketch(value))
            return
        _need(len(value) == 1)
        ((kind, inner),) = value.items()
        if kind == "$dict":
            self.room(len(_list(inner)))
            for pair in inner:
                _need(type(pair) is list and len(pair) == 2)
                self.items(pair, depth)
        elif kind == "$float":
            _need(type(inner) is float)
        else:
            _need(kind in ("$is", "$type"))
            value[kind] = readable(inner)
