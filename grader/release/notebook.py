"""Write a student's notebook: the lesson, then for each part a cell to fill in and a locked cell that is graded.

A notebook is JSON (nbformat 4.5), so it is written without nbformat. Cells carry nbgrader's metadata (schema 3) and ids
derived from the exercise and their role, so a new release changes only the lines that changed.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from grader.release.stub import StubPieces

Cell = dict[str, Any]

_LOAD = "# Run this first; then %check and %hint work below, on what you have written.\n%load_ext grader.magic"


def notebook(
    name: str,
    handout: str,
    pieces: StubPieces,
    points: Mapping[str, float],
) -> str:
    """The text of an ``.ipynb`` file.

    Args:
        name: The exercise, as its answer file is called.
        handout: The lesson, in Markdown; its figures are relative to the assignment's folder.
        pieces: The stub.
        points: The points of each part, by symbol.
    """
    cells = [_locked("code", f"{name}-checks", _LOAD), _locked("markdown", f"{name}-lesson", handout.strip())]
    cells.append(_locked("code", f"{name}-imports", pieces.imports))
    for symbol, source in pieces.parts.items():
        cells.append(_solution(f"{name}-{symbol}", source))
        # It raises where nbgrader runs it and the part is not accepted: a cell that does nothing earns all its points.
        cells.append(_graded(check_id(name, symbol), f"%check {symbol}", points[symbol]))
    return written(cells)


def written(cells: Sequence[Cell]) -> str:
    """The text of a notebook of these cells."""
    document = {
        "cells": list(cells),
        "metadata": {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def check_id(name: str, symbol: str) -> str:
    """The nbgrader id of the cell that grades a part of an exercise."""
    return _plain(f"{name}-{symbol}-check")


def _plain(role: str) -> str:
    return re.sub("[^A-Za-z0-9_-]", "-", role)


def _locked(kind: str, role: str, source: str) -> Cell:
    return _cell(kind, role, source, locked=True)


def _solution(role: str, source: str) -> Cell:
    return _cell("code", role, source, solution=True)


def _graded(role: str, source: str, points: float) -> Cell:
    return _cell("code", role, source, grade=True, locked=True, points=points)


def _cell(kind: str, role: str, source: str, **nbgrader: Any) -> Cell:
    identity = _plain(role)
    flags = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "grade_id": identity}
    cell: Cell = {
        "cell_type": kind,
        "id": identity[:64],
        "metadata": {"nbgrader": flags | nbgrader},
        "source": source.splitlines(keepends=True),
    }
    if nbgrader.get("locked"):
        cell["metadata"] |= {"deletable": False, "editable": False}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell
