"""Where two tensors differ, as a map with a square for each element: plain data for any renderer."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from grader.model.language import translated

LEVELS = 4
"""Degrees of difference, beside none."""
_ROWS, _COLUMNS = 24, 20
"""Squares that are drawn, at most."""
_DOWN = 2
"""Leading dimensions whose indices go down; the others go across."""

Index = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two tensors of one shape, flat."""

    name: str
    """``the output``, ``the gradient of weight``."""
    shape: Index
    expected: Sequence[float]
    got: Sequence[float]
    wrong: Sequence[bool]
    """By the judge's rule."""


@dataclass(frozen=True, slots=True)
class Square:
    """One element."""

    at: Index
    expected: float
    got: float
    level: int
    """0 where it is correct, else from 1 to `LEVELS` by how far it is off, compared with the worst."""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The elements of a tensor, its first dimensions down and the others across."""

    name: str
    shape: Index
    down: Sequence[Index]
    """The index of each row in the leading dimensions."""
    across: Sequence[Index]
    """The index of each column in the other dimensions."""
    rows: Sequence[Sequence[Square]]
    wrong: int
    """How many elements differ, of all the tensor's."""
    size: int
    worst: Square

    @property
    def is_whole(self) -> bool:
        """Whether every element is in it."""
        return len(self.down) * len(self.across) == self.size


def fits(shape: Index) -> bool:
    """Whether a tensor of this shape can be drawn whole."""
    split = _split(shape)
    return 0 < math.prod(shape[:split]) <= _ROWS and 0 < math.prod(shape[split:]) <= _COLUMNS


def _split(shape: Index) -> int:
    return min(_DOWN, max(len(shape) - 1, 0))


def heat_map(pair: Compared) -> HeatMap:
    """Make the map of a pair that differs; for a large one, of the part around the worst element."""
    split = _split(pair.shape)
    down = list(product(*map(range, pair.shape[:split])))
    across = list(product(*map(range, pair.shape[split:])))
    width = len(across)
    off = [_off(*values) for values in zip(pair.expected, pair.got, pair.wrong, strict=True)]
    index = max(range(len(off)), key=off.__getitem__)
    finite = [value for value in off if math.isfinite(value)]
    most = max(finite, default=0.0)

    def square(row: int, column: int) -> Square:
        flat = row * width + column
        return Square((*down[row], *across[column]), pair.expected[flat], pair.got[flat], _level(off[flat], most))

    row_range, column_range = _window(index // width, len(down), _ROWS), _window(index % width, width, _COLUMNS)
    return HeatMap(
        name=pair.name, shape=pair.shape, wrong=sum(pair.wrong), size=len(off),
        down=[down[row] for row in row_range], across=[across[column] for column in column_range],
        rows=[[square(row, column) for column in column_range] for row in row_range],
        worst=square(index // width, index % width),
    )  # fmt: skip


def _off(expected: float, got: float, wrong: bool) -> float:
    if not wrong:
        return 0.0
    difference = abs(expected - got)
    return difference if math.isfinite(difference) else math.inf


def _level(off: float, most: float) -> int:
    if not off:
        return 0
    return LEVELS if off > most else max(1, math.ceil(LEVELS * off / most))


def _window(index: int, length: int, most: int) -> range:
    """As many neighbours of an element as are drawn."""
    start = max(0, min(index - most // 2, length - most))
    return range(start, min(length, start + most))


def as_text(heat_map: HeatMap) -> str:
    """The map in letters, where nothing else can be shown: a dot is a correct element, digits say how far off."""
    label = max((len(str(list(index))) for index in heat_map.down), default=0)
    lines = [_title(heat_map)]
    for index, row in zip(heat_map.down, heat_map.rows, strict=True):
        squares = " ".join(str(square.level) if square.level else "·" for square in row)
        lines.append(f"  {list(index)!s:{label}}  {squares}" if index else f"  {squares}")
    return "\n".join(lines)


def _title(heat_map: HeatMap) -> str:
    part = "" if heat_map.is_whole else f"; around {list(heat_map.worst.at)}"
    title = f"{heat_map.name}, shape {heat_map.shape}{part}: {heat_map.wrong} of {heat_map.size} differ"
    return translated(title)
