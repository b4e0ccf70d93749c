"""What happens to a notebook that could not be graded: an error is raised, and no earlier score stands for it."""

from collections.abc import Mapping
from typing import Any

from nbgrader.api import Gradebook, MissingEntry

from grader.classroom.scorer import ScorerError


def not_graded(who: Mapping[str, Any], error: Exception) -> ScorerError:
    """Withdraw the automatic scores of a notebook's earlier grading; the error to raise, which nbgrader then lists.

    Args:
        who: nbgrader's resources: assignment, notebook, student and database.
        error: What went wrong.
    """
    withdraw(who)
    return ScorerError(
        f"NOT GRADED: {who['notebook']} of {who['student']} ({who['assignment']}). This is not a zero: the judge "
        f"failed, and the scores of an earlier grading are withdrawn. {error}"
    )


def withdraw(who: Mapping[str, Any]) -> None:
    """Withdraw the automatic scores of a notebook's earlier grading, where there was one."""
    with Gradebook(who["db_url"]) as gradebook:
        try:
            grades = gradebook.find_submission_notebook(who["notebook"], who["assignment"], who["student"]).grades
        except MissingEntry:
            grades = []
        for grade in grades:
            grade.auto_score = None
            grade.needs_manual_grade = True
        gradebook.db.commit()
