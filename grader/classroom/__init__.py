"""nbgrader with our judge in place of a kernel: an instructor's ``nbgrader_config.py`` calls `configure`.

May import: grading, release, report and all that they may.
"""

import os
import warnings
from pathlib import Path
from typing import Any


def configure(c: Any, course: str | os.PathLike[str]) -> None:
    """Let nbgrader's stock commands and buttons grade by our judge; no kernel is started for a student's code.

    Args:
        c: The configuration object of ``nbgrader_config.py``, from ``get_config()``.
        course: The course's directory, the one with ``course.toml``.
    """
    # Not above: a course directory is written without nbgrader, which brings it.
    from sqlalchemy.exc import SAWarning

    # nbgrader's own handling of its database, about which nobody here can do anything.
    warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")
    c.GenerateAssignment.preprocessors = [
        "grader.classroom.grading.KnowEveryGradeCell",
        *(
            f"nbgrader.preprocessors.{name}"
            for name in (
                "IncludeHeaderFooter", "InstantiateTests", "LockCells", "ClearSolutions", "ClearOutput",
                "CheckCellMetadata", "ComputeChecksums", "SaveCells", "ClearHiddenTests", "ClearMarkScheme",
                "ComputeChecksums", "CheckCellMetadata",
            )
        ),
    ]  # fmt: skip
    # The line below it, which raises and says what is to be written, is the stub's own.
    c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE"}
    c.Autograde.exporter_class = "grader.classroom.submitted.SubmittedNotebook"
    c.SubmittedNotebook.optimistic_validation = True
    # No OverwriteKernelspec and no CheckCellMetadata: all but the answers is the release's, which was checked.
    c.Autograde.sanitize_preprocessors = [
        "grader.classroom.structure.RebuildFromRelease",
        "nbgrader.preprocessors.OverwriteCells",
    ]
    c.Autograde.autograde_preprocessors = [
        "grader.classroom.grading.GradeOutOfProcess",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
    ]
    # Students have the public suites; a copy of them for each who is graded would be of no use.
    c.AutogradeApp.CourseDirectory.ignore.append("checks")
    c.GradeOutOfProcess.course = str(Path(course).resolve())
