"""Put our judge's scores and feedback into the grade cells of a notebook, where nbgrader looks for them."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.converters import Autograde
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Float, Unicode

from grader.classroom.lookahead import following
from grader.classroom.scorer import Scorer, ScorerError, scorer
from grader.classroom.structure import rebuilt, released
from grader.classroom.submitted import read_submitted
from grader.classroom.ungraded import not_graded
from grader.kit.outline import read_outline
from grader.model import CourseError
from grader.release.notebook import check_id


class GradeOutOfProcess(NbGraderPreprocessor):  # type: ignore[misc]
    """Replaces nbgrader's Execute: the student's code runs in our judge's worker, never in a kernel."""

    course = Unicode(help="The course's directory.").tag(config=True)
    part_seconds = Float(0.0, help="Seconds that one grade cell may take; 0 is what course.toml says.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Grade one notebook.

        Raises:
            ScorerError: where the judge failed; the scores of an earlier grading are then withdrawn.
        """
        who = resources["nbgrader"]
        try:
            self._grade(nb, who)
        except Exception as error:
            raise not_graded(who, error) from error
        return nb, resources

    def _grade(self, nb: NotebookNode, who: dict[str, str]) -> None:
        wanted = [cell for cell in nb.cells if _is_autograded(cell)]
        if not wanted:
            return
        judge = scorer(self.course, self.part_seconds)
        parts = judge.ask(_question(nb, who))["parts"]
        # What is wrong with the next one is reported when it is its turn.
        with contextlib.suppress(Exception):
            self._begin_next(judge, who)
        failed = [part["failed"] for part in parts.values() if part["failed"]]
        if failed:
            raise ScorerError(" ".join(failed))
        for number, cell in enumerate(wanted, 1):
            name, most = cell.metadata.nbgrader.grade_id, float(cell.metadata.nbgrader.points)
            if name not in parts:
                raise ScorerError(f"There is no part for the grade cell {name}.")
            part = parts[name]
            score = _scaled(part["score"], part["max_score"], most)
            cell.execution_count = number
            cell.outputs = [
                new_output(
                    "execute_result", {"text/plain": repr(score), "text/html": part["html"]}, execution_count=number
                )
            ]

    def _begin_next(self, judge: Scorer, who: dict[str, str]) -> None:
        """Have the judge work on the next notebook while nbgrader writes this one down."""
        autograde = getattr(self.parent, "parent", None)
        if isinstance(autograde, Autograde) and (coming := following(autograde, who)):
            then, path = coming
            release = released(autograde.coursedir, then["assignment"], then["notebook"])
            judge.ask_ahead(_question(rebuilt(read_submitted(path), release)[0], then))


class KnowEveryGradeCell(NbGraderPreprocessor):  # type: ignore[misc]
    """Refuses to release a notebook with a grade cell that nothing would grade."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Check one source notebook, against what `course release --nbgrader` put beside it.

        Raises:
            CourseError: where a grade cell belongs to no part of the course.
        """
        who = resources["nbgrader"]
        wanted = [cell.metadata.nbgrader.get("grade_id", "") for cell in nb.cells if _is_autograded(cell)]
        if wanted:
            outline = read_outline(Path(resources["metadata"]["path"]))
            name = who["notebook"]
            known = [check_id(name, symbol) for lesson, symbol in outline.parts if lesson.name == name]
            for grade_id in wanted:
                if grade_id not in known:
                    raise CourseError(
                        f"The grade cell {grade_id!r} belongs to no part of {who['assignment']}/{name}: "
                        f"expected {' or '.join(known) or 'none'}."
                    )
        return nb, resources


def _question(nb: NotebookNode, who: Mapping[str, str]) -> dict[str, Any]:
    """What to ask the judge about a notebook of the release's structure."""
    cells = [cell.source for cell in nb.cells if cell.cell_type == "code" and not _is_autograded(cell)]
    return {"do": "grade", "cells": cells} | {name: who[name] for name in ("assignment", "notebook", "student")}


def _is_autograded(cell: NotebookNode) -> bool:
    """Whether a cell's points come from the judge rather than from a person."""
    return cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell)


def _scaled(score: float, most: float, points: float) -> float:
    """A score in the points that the grade cell gives, which an instructor may have changed."""
    if not most:
        return 0.0
    return min(points, max(0.0, float(score) if most == points else score / most * points))
