"""What of an nbgrader course is the course's own to grade: other assignments and cells are the instructor's."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

_CHECK = re.compile(r"%check (\S+)")
_SUFFIX = "-check"
"""What the id of a part's grade cell ends with; that of its solution cell is what is before it."""


class CoursePreprocessor(NbGraderPreprocessor):  # type: ignore[misc]
    """A preprocessor that knows the course."""

    course = Unicode(help="The course's directory.").tag(config=True)


def is_ours(course: str, assignment: str) -> bool:
    """Whether an assignment is one of the course's.

    Where the course is gone it counts as one: the judge then says so, and no kernel runs what students wrote.
    """
    root = Path(course)
    return not (root / "course.toml").is_file() or any((root / "solutions" / assignment).glob("*/exercise.py"))


def is_autograded(cell: Mapping[str, Any]) -> bool:
    """Whether a cell's points come from a machine rather than from a person."""
    return cell["cell_type"] == "code" and bool(utils.is_grade(cell)) and not utils.is_solution(cell)


def symbol_of(cell: Mapping[str, Any]) -> str:
    """The part that a grade cell is about; nothing where it is a test of the instructor's."""
    found = _CHECK.match(cell["source"]) if is_autograded(cell) else None
    return found[1] if found else ""


def parts_of(release: Mapping[str, Any]) -> dict[str, str]:
    """The symbols of a notebook's parts, by the id of the cell in which students write each."""
    return {
        grade_id(cell).removesuffix(_SUFFIX): symbol
        for cell in release["cells"]
        if (symbol := symbol_of(cell)) and grade_id(cell).endswith(_SUFFIX)
    }


def is_kept(cell: Mapping[str, Any]) -> bool:
    """Whether nbgrader knows a cell again: one that is graded, filled in, locked or a task."""
    noted = cell["metadata"].get("nbgrader", {})
    return bool(grade_id(cell)) and any(noted.get(flag) for flag in ("grade", "solution", "locked", "task"))


def grade_id(cell: Mapping[str, Any]) -> str:
    """nbgrader's name of a cell; nothing where it has none."""
    name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
    return name if isinstance(name, str) else ""
