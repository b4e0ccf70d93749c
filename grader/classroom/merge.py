"""A source notebook released again: the course's new text, and what the instructor has made of the old one.

Three notebooks are compared cell by cell, by nbgrader's id: what the course wrote last time, what lies there now, and
what the course would write. Whatever the instructor changed stays; where the course has changed the same, or no longer
has it, something would be lost, and that is told.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Cell = dict[str, Any]
Notebook = dict[str, Any]

_POINTS = "points"


@dataclass(slots=True)
class Merged:
    """A notebook with the work of both in it."""

    notebook: Notebook
    lost: list[str] = field(default_factory=list)
    """What of the instructor's is not in it, in words."""


def merged(base: Notebook | None, there: Notebook, new: Notebook) -> Merged:
    """Merge.

    Args:
        base: What the course wrote the last time; None where that is not known.
        there: What lies there.
        new: What the course would write now.
    """
    if base is not None and _same(base, there):
        return Merged(new)
    before = {} if base is None else _by_id(base)
    theirs, ours = _by_id(there), _by_id(new)
    made = Merged(there | {"cells": []})
    cells: list[Cell] = made.notebook["cells"]
    for cell in there["cells"]:
        name = _id(cell)
        if name in ours:
            cells.append(_cell(before.get(name), cell, ours[name], made.lost))
        elif name and name in before:
            # The course has removed it.
            if not _same_cell(before[name], cell):
                made.lost.append(f"the cell {name}, which the course no longer has and you have changed")
        else:
            cells.append(cell)
    previous = ""
    for name, cell in ours.items():
        # What was there before and is not now, the instructor has removed.
        if name not in theirs and name not in before:
            places = [index for index, other in enumerate(cells) if _id(other) == previous]
            cells.insert(places[0] + 1 if places else 0 if not previous else len(cells), cell)
        previous = name
    return made


def _cell(base: Cell | None, there: Cell, new: Cell, lost: list[str]) -> Cell:
    """One cell: the new text, unless only the instructor's is new; points as the instructor has them."""
    made: Cell = json.loads(json.dumps(there))
    if _content(there) != _content(new) and (base is None or _content(base) != _content(new)):
        # The course has another text now, or it is not known what it had.
        if base is None or _content(base) != _content(there):
            lost.append(f"your text of the cell {_id(there)}, where the course has another")
        noted = there["metadata"]["nbgrader"]
        made = json.loads(json.dumps(new))
        if _POINTS in noted and _POINTS in made["metadata"]["nbgrader"]:
            made["metadata"]["nbgrader"][_POINTS] = noted[_POINTS]
    if base is not None and _points(base) == _points(there) and _points(new) is not None:
        made["metadata"]["nbgrader"][_POINTS] = _points(new)
    return made


def _same(one: Notebook, other: Notebook) -> bool:
    return len(one["cells"]) == len(other["cells"]) and all(map(_same_cell, one["cells"], other["cells"]))


def _same_cell(one: Cell, other: Cell) -> bool:
    return _content(one) == _content(other) and _points(one) == _points(other)


def _content(cell: Cell) -> tuple[str, str, Mapping[str, Any]]:
    """What makes a cell: its kind, its text, and how nbgrader treats it; not its points, outputs and identifiers."""
    source = cell["source"]
    noted = cell["metadata"].get("nbgrader", {})
    flags = {name: noted.get(name, False) for name in ("grade", "solution", "locked", "task", "grade_id")}
    return cell["cell_type"], source if isinstance(source, str) else "".join(source), flags


def _points(cell: Cell) -> float | None:
    points = cell["metadata"].get("nbgrader", {}).get(_POINTS)
    return None if points is None else float(points)


def _by_id(notebook: Notebook) -> dict[str, Cell]:
    return {name: cell for cell in notebook["cells"] if (name := _id(cell))}


def _id(cell: Cell) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))
