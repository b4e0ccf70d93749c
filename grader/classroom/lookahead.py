"""Guess which submission nbgrader grades next, so that the judge works on it while nbgrader stores the last one."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from nbgrader.converters import Autograde

from grader.classroom.released import released_names


def following(autograde: Autograde, who: Mapping[str, str]) -> tuple[dict[str, str], Path] | None:
    """The notebook that is graded after this one; None where there is none, or where it is not sure to be graded.

    Args:
        autograde: The run.
        who: Assignment, notebook and student of the notebook being graded.
    """
    course = autograde.coursedir
    folders = sorted(autograde.assignments)
    here = course.format_path(course.submitted_directory, who["student"], who["assignment"])
    known = {f"{name}.ipynb" for name in released_names(course, who["assignment"])}
    passed = False
    for folder in folders[folders.index(here) :] if here in folders else []:
        for notebook in sorted(autograde.assignments[folder]):
            name = os.path.basename(notebook)
            if passed and name in known:
                return _to_be_graded(autograde, folder, here, who["assignment"], Path(notebook))
            passed |= folder == here and name == f"{who['notebook']}.ipynb"
    return None


def _to_be_graded(
    autograde: Autograde, folder: str, here: str, assignment: str, notebook: Path
) -> tuple[dict[str, str], Path] | None:
    course = autograde.coursedir
    pattern = course.format_path(course.submitted_directory, "(?P<student>.*)", assignment, escape=True)
    match = re.match(pattern, folder)
    if match is None:
        return None
    student = match["student"]
    # What was graded before is graded again only where it is newer; then only time is lost.
    before = course.format_path(course.autograded_directory, student, assignment)
    is_new = folder == here or autograde.force or not os.path.exists(before)
    return ({"assignment": assignment, "notebook": notebook.stem, "student": student}, notebook) if is_new else None
