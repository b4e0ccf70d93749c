"""Put our judge's scores and feedback into the grade cells of a notebook, where nbgrader looks for them."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute, SaveAutoGrades
from traitlets import Bool, Float

from grader.classroom.feedback import page_of, stored
from grader.classroom.lookahead import following
from grader.classroom.ours import CoursePreprocessor, grade_id, is_autograded, is_ours, parts_of, symbol_of
from grader.classroom.own_cells import leave_to_a_person, run_own_cells
from grader.classroom.released import released
from grader.classroom.scorer import Scorer, ScorerError, scorer
from grader.classroom.structure import BY_HAND, rebuilt
from grader.classroom.submitted import read_submitted
from grader.classroom.ungraded import not_graded
from grader.kit.outline import read_outline
from grader.model import CourseError
from grader.model.names import tame
from grader.release.notebook import check_id

_SWITCH = "c.GradeOutOfProcess.run_own_cells"
_UNGRADED = "course_ungraded"
"""Key of nbgrader's resources: the grade cells that are left to a person."""


class GradeOutOfProcess(CoursePreprocessor):
    """Replaces nbgrader's Execute: the student's code runs in our judge's worker, never in a kernel.

    Tests that the instructor has added run in a kernel where ``run_own_cells`` is set; else a person has to grade them.
    """

    part_seconds = Float(0.0, help="Seconds that one grade cell may take; 0 is what course.toml says.").tag(config=True)
    run_own_cells = Bool(
        False,
        help="Whether your own tests in the course's notebooks run, in a kernel that also runs students' code.",
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Grade one notebook.

        Raises:
            ScorerError: where the judge failed; the scores of an earlier grading are then withdrawn.
        """
        who = resources["nbgrader"]
        who[_UNGRADED] = set()
        try:
            wanted = [cell for cell in nb.cells if is_autograded(cell)]
            parts = [cell for cell in wanted if symbol_of(cell)]
            if parts:
                self._grade(nb, parts, who)
            if own := [cell for cell in wanted if not symbol_of(cell)]:
                self._grade_own(nb, own, parts, resources)
            for number, cell in enumerate(wanted, 1):
                cell.execution_count = number
                for output in cell.outputs:
                    if output.output_type == "execute_result":
                        output.execution_count = number
        except Exception as error:
            raise not_graded(who, error) from error
        return nb, resources

    def _grade(self, nb: NotebookNode, wanted: list[NotebookNode], who: dict[str, Any]) -> None:
        judge = scorer(self.course, self.part_seconds)
        course = CourseDirectory(config=self.config)
        folder = course.format_path(course.submitted_directory, who["student"], who["assignment"])
        reply = judge.ask(_question(nb, who, Path(folder)))
        # What is wrong with the next one is reported when it is its turn.
        with contextlib.suppress(Exception):
            self._begin_next(judge, who)
        if reply["note"]:
            self.log.warning(reply["note"])
        parts = reply["parts"]
        failed = [part["failed"] for part in parts.values() if part["failed"]]
        if failed:
            raise ScorerError(" ".join(failed))
        by_hand = nb.metadata.get(BY_HAND, {})
        for cell in wanted:
            name, most = grade_id(cell), float(cell.metadata.nbgrader.points)
            if name not in parts:
                raise ScorerError(f"There is no part for the grade cell {name}.")
            part = parts[name]
            score = _scaled(part["score"], part["max_score"], most)
            kept = stored(part["report"], reply["made"], most)
            page = page_of(kept, reply["policy"])
            cell.outputs = [new_output("execute_result", {"text/plain": repr(score), "text/html": page}, metadata=kept)]
            if symbol_of(cell) in by_hand and part["score"] < part["max_score"]:
                self._leave(cell, who, by_hand[symbol_of(cell)])

    def _grade_own(
        self, nb: NotebookNode, own: list[NotebookNode], parts: list[NotebookNode], resources: dict[str, Any]
    ) -> None:
        """Have the instructor's own tests run, or left to a person."""
        why, hint = "it is a test of the instructor's, and was not run", f" ({_SWITCH} is not set)"
        if self.run_own_cells:
            why, hint = run_own_cells(nb, own, parts, Execute(parent=self.parent), resources), ""
        for cell in own if why else ():
            self._leave(cell, resources["nbgrader"], why, hint)

    def _leave(self, cell: NotebookNode, who: dict[str, Any], why: str, hint: str = "") -> None:
        who[_UNGRADED].add(grade_id(cell))
        leave_to_a_person(cell, why)
        place = f"{grade_id(cell)} in {who['notebook']} of {tame(who['student'])}"
        self.log.warning("NEEDS MANUAL GRADING: %s: %s%s.", place, why, hint)

    def _begin_next(self, judge: Scorer, who: dict[str, str]) -> None:
        """Have the judge work on the next notebook while nbgrader writes this one down."""
        autograde = getattr(self.parent, "parent", None)
        if isinstance(autograde, Autograde) and (coming := following(autograde, who)):
            then, path = coming
            release = released(autograde.coursedir, then["assignment"], then["notebook"])
            submitted = read_submitted(path, parts_of(release).values())
            judge.ask_ahead(_question(rebuilt(submitted, release).notebook, then, path.parent))


class SaveGrades(SaveAutoGrades):  # type: ignore[misc]
    """nbgrader's SaveAutoGrades, which takes a grade cell without an output for one that is right in all."""

    def _add_score(self, cell: NotebookNode, resources: Any) -> None:
        super()._add_score(cell, resources)
        if grade_id(cell) in resources["nbgrader"].get(_UNGRADED, ()):
            grade = self.gradebook.find_grade(grade_id(cell), self.notebook_id, self.assignment_id, self.student_id)
            grade.auto_score, grade.needs_manual_grade = None, True
            self.gradebook.db.commit()


class KnowEveryGradeCell(CoursePreprocessor):
    """Refuses to release a notebook with a part's grade cell that nothing would grade."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Check one source notebook, against what `course release --nbgrader` put beside it.

        Raises:
            CourseError: where a grade cell belongs to no part of the course.
        """
        who = resources["nbgrader"]
        wanted = [cell for cell in nb.cells if is_autograded(cell)]
        if not (any(map(symbol_of, wanted)) or (wanted and is_ours(self.course, who["assignment"]))):
            return nb, resources
        outline = read_outline(Path(resources["metadata"]["path"]))
        name = who["notebook"]
        known = [check_id(name, symbol) for lesson, symbol in outline.parts if lesson.name == name]
        for cell in wanted:
            if symbol_of(cell) and grade_id(cell) not in known:
                raise CourseError(
                    f"The grade cell {grade_id(cell)!r} belongs to no part of {who['assignment']}/{name}: "
                    f"expected {' or '.join(known) or 'none'}."
                )
            if not symbol_of(cell) and grade_id(cell) in known:
                raise CourseError(f"The grade cell {grade_id(cell)!r} must begin with %check and the name of its part.")
            if not symbol_of(cell):
                self.log.warning(
                    "%s in %s is a test of your own: a person grades it, unless %s is set, which runs students' code "
                    "in a kernel of yours.", grade_id(cell), name, _SWITCH,
                )  # fmt: skip
        return nb, resources


def _question(nb: NotebookNode, who: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """What to ask the judge about a notebook of the release's structure, and the folder that was handed in."""
    cells = [cell.source for cell in nb.cells if cell.cell_type == "code" and not is_autograded(cell)]
    asked = {name: who[name] for name in ("assignment", "notebook", "student")}
    return {"do": "grade", "cells": cells, "folder": str(folder.parent), **asked}


def _scaled(score: float, most: float, points: float) -> float:
    """A score in the points that the grade cell gives, which an instructor may have changed."""
    if not most:
        return 0.0
    return min(points, max(0.0, float(score) if most == points else score / most * points))
