"""Give a submitted notebook the structure that was released, with only the student's own cells poured in."""

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from grader.classroom.submitted import PROBLEM
from grader.classroom.ungraded import not_graded


class RebuildFromRelease(NbGraderPreprocessor):  # type: ignore[misc]
    """Replaces nbgrader's ClearOutput and DeduplicateIds.

    Every cell of the release is there once, as it was released; a solution cell has the student's text. What the
    student added stays where it was: before the next cell of the release.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Rebuild one notebook."""
        who = resources["nbgrader"]
        try:
            course = CourseDirectory(config=self.config)
            return rebuilt(nb, released(course, who["assignment"], who["notebook"])), resources
        except Exception as error:
            raise not_graded(who, error) from error


def released(course: CourseDirectory, assignment: str, notebook: str) -> NotebookNode:
    """A notebook as students received it.

    Raises:
        FileNotFoundError: where it was not released.
    """
    path = Path(course.format_path(course.release_directory, ".", assignment)) / f"{notebook}.ipynb"
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing, so nothing of this assignment can be graded. "
            f"Run: nbgrader generate_assignment {assignment} --force"
        )
    return nbformat.read(path, as_version=4)


def rebuilt(submitted: NotebookNode, release: NotebookNode) -> NotebookNode:
    """The released notebook with the solutions and the further cells of the submitted one."""
    tagged = {_grade_id(cell): cell for cell in release.cells if _grade_id(cell)}
    poured: set[str] = set()
    before: dict[str, list[NotebookNode]] = {}
    further: list[NotebookNode] = []
    for cell in submitted.cells:
        name = _grade_id(cell)
        if name not in tagged or (_is_solution(tagged[name]) and name in poured):
            # Not of the release, or a copy of what is: as in a kernel, the later definition counts.
            further.append(_own(cell))
            continue
        if name not in poured:
            before[name], further = further, []
            poured.add(name)
            if _is_solution(tagged[name]) and cell.cell_type == tagged[name].cell_type:
                tagged[name].source = cell.source
    cells: list[NotebookNode] = []
    if PROBLEM in submitted.metadata:
        cells.append(new_markdown_cell(f"**{html.escape(submitted.metadata[PROBLEM])}**", id="course-problem"))
    for cell in release.cells:
        cells += before.get(_grade_id(cell), [])
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        cells.append(cell)
    release.cells = [*_numbered([*cells, *further])]
    return release


def _numbered(cells: list[NotebookNode]) -> Iterator[NotebookNode]:
    """The cells, those of the student with ids that do not change from one grading to the next."""
    for index, cell in enumerate(cells):
        if not _grade_id(cell):
            cell.id = f"student-{index}"
        yield cell


def _own(cell: NotebookNode) -> NotebookNode:
    """A student's cell without anything but its text; HTML in Markdown would run in the instructor's browser."""
    return (
        new_code_cell(cell.source) if cell.cell_type == "code" else new_markdown_cell(cell.source.replace("<", "&lt;"))
    )


def _grade_id(cell: NotebookNode) -> str:
    name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
    return name if isinstance(name, str) else ""


def _is_solution(cell: NotebookNode) -> bool:
    return bool(cell.metadata.nbgrader.get("solution"))
