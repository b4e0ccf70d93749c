"""The instructor's own tests in the course's notebooks: run in a kernel where that is switched on, and only there."""

from collections.abc import Collection
from copy import deepcopy
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute

from grader.classroom.evidence import tamed
from grader.classroom.ours import grade_id

_LOAD = "%load_ext grader.magic"


def run_own_cells(
    nb: NotebookNode, cells: Collection[NotebookNode], parts: Collection[NotebookNode], execute: Execute, resources: Any
) -> str:
    """Run a notebook without the cells that our judge grades, and keep what the instructor's tests put out.

    Args:
        nb: The notebook.
        cells: The instructor's tests, whose outputs are set.
        parts: The cells that the judge grades.
        execute: What runs it.
        resources: nbgrader's.

    Returns:
        Why they could not be run; nothing where they were.
    """
    left_out = {grade_id(cell) for cell in parts}
    copy = deepcopy(nb)
    copy.cells = [cell for cell in copy.cells if grade_id(cell) not in left_out and _LOAD not in cell.source]
    try:
        execute.preprocess(copy, deepcopy(resources))
    except Exception as error:
        # Whatever it is, a student's code may be behind it, and the parts are graded elsewhere.
        return f"the kernel ended ({type(error).__name__})"
    ran = {grade_id(cell): cell for cell in copy.cells}
    for cell in cells:
        cell.outputs = tamed(ran[grade_id(cell)].outputs)
    return ""


def leave_to_a_person(cell: NotebookNode, why: str) -> None:
    """Say below a grade cell why its points are not those of a machine."""
    cell.outputs = [new_output("stream", name="stdout", text=f"Needs manual grading: {why}."), *cell.outputs]
