"""nbgrader with our judge in place of a kernel: an instructor's ``nbgrader_config.py`` calls `configure`.

May import: grading, release, report and all that they may.
"""

import os
import warnings
from pathlib import Path
from typing import Any


def configure(c: Any, course: str | os.PathLike[str]) -> None:
    """Let nbgrader's stock commands and buttons grade by our judge; no kernel is started for an answer to the course.

    Args:
        c: The configuration object of ``nbgrader_config.py``, from ``get_config()``.
        course: The course's directory, the one with ``course.toml``.
    """
    # Not above: a course directory is written without nbgrader, which brings it.
    from sqlalchemy.exc import SAWarning

    from grader.classroom.quiet import keep_quiet

    # nbgrader's own handling of its database, about which nobody here can do anything.
    warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")
    root = str(Path(course).resolve())
    keep_quiet(root)
    c.CoursePreprocessor.course = c.SubmittedNotebook.course = root
    # An assignment that is not of the course is handled by all of these as nbgrader does by itself.
    c.GenerateAssignment.preprocessors = [
        "grader.classroom.grading.KnowEveryGradeCell",
        *(f"nbgrader.preprocessors.{name}" for name in ("IncludeHeaderFooter", "InstantiateTests", "LockCells")),
        "grader.classroom.released.EmptySolutions",
        *(
            f"nbgrader.preprocessors.{name}"
            for name in (
                "ClearOutput", "CheckCellMetadata", "ComputeChecksums", "SaveCells", "ClearHiddenTests",
                "ClearMarkScheme", "ComputeChecksums", "CheckCellMetadata",
            )
        ),
    ]  # fmt: skip
    c.Autograde.exporter_class = "grader.classroom.submitted.SubmittedNotebook"
    # No OverwriteKernelspec and no CheckCellMetadata: all but the answers is the release's, which was checked.
    c.Autograde.sanitize_preprocessors = [
        "grader.classroom.structure.RebuildFromRelease",
        "nbgrader.preprocessors.OverwriteCells",
    ]
    c.Autograde.autograde_preprocessors = [
        "grader.classroom.grading.GradeOutOfProcess",
        "grader.classroom.grading.SaveGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
    ]
    c.CollectWithoutSuites.course = root
    # An exchange of another kind has its own way to collect.
    c.ExchangeFactory.setdefault("collect", "grader.classroom.suites.CollectWithoutSuites")
    # Of the pages of formgrader and of feedback; it tells them apart.
    c.HTMLExporter.preprocessors = ["grader.classroom.pages.ShowReports"]
