"""Give a submitted notebook the structure that was released, with only the student's own cells poured in."""

import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from grader.classroom.stand_in import python_file
from grader.classroom.submitted import NOTE, PROBLEM, UNCLEAR, node_of
from grader.classroom.ungraded import not_graded
from grader.model.names import tame

_MARKS = re.compile(r"^[ \t]*### (?:BEGIN|END) SOLUTION[ \t]*\n?", re.MULTILINE)
"""What stands around where students write, in the source."""


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
            release = released(course, who["assignment"], who["notebook"])
            if UNCLEAR in nb.metadata:
                raise NobodyCanTell(f"{nb.metadata[UNCLEAR]}: keep the right one under the release's name.")
            note_file_beside(nb, release, Path(resources["metadata"]["path"]) / f"{who['notebook']}.ipynb")
            made, notes = rebuilt(nb, release)
            for note in notes if PROBLEM not in nb.metadata else ():
                self.log.warning("%s of %s: %s", who["notebook"], tame(who["student"]), note)
            return made, resources
        except Exception as error:
            raise not_graded(who, error) from error


class NobodyCanTell(Exception):
    """It is not clear what a student meant to hand in, so a person has to say."""


def note_file_beside(submitted: NotebookNode, release: NotebookNode, path: Path) -> None:
    """Take the code of a ``.py`` that was handed in beside the notebook, where that is as it was released.

    Args:
        submitted: The student's notebook, which is changed.
        release: It, as students received it.
        path: The notebook's file.
    """
    code = python_file(path) if path.is_file() else ()
    if not code:
        return
    given = {_grade_id(cell): cell.source for cell in release.cells}
    own = [cell for cell in submitted.cells if cell.cell_type == "code" and cell.source.strip()]
    if all(cell.source == given.get(_grade_id(cell)) for cell in own):
        submitted.cells += [node_of(len(submitted.cells) + number, cell) for number, cell in enumerate(code)]
        submitted.metadata[NOTE] = f"{path.name} is as it was released: {path.stem}.py beside it was graded."
    else:
        submitted.metadata[NOTE] = f"{path.name} was graded, and not the {path.stem}.py beside it."


def released(course: CourseDirectory, assignment: str, notebook: str) -> NotebookNode:
    """A notebook as students received it; made from its source where a failed ``generate_assignment`` removed it.

    Raises:
        FileNotFoundError: where there is neither.
    """
    places = [
        Path(course.format_path(folder, ".", assignment)) / f"{notebook}.ipynb"
        for folder in (course.release_directory, course.source_directory)
    ]
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        raise FileNotFoundError(
            f"{places[0]} is missing, so nothing of this assignment can be graded. "
            f"Run: nbgrader generate_assignment {assignment} --force"
        )
    made = nbformat.read(path, as_version=4)
    for cell in made.cells if path is places[1] else ():
        cell.source = _MARKS.sub("", cell.source)
    return made


def rebuilt(submitted: NotebookNode, release: NotebookNode) -> tuple[NotebookNode, Sequence[str]]:
    """The released notebook with the solutions and further cells of the submitted one, and what was odd about it."""
    tagged = {_grade_id(cell): cell for cell in release.cells if _grade_id(cell)}
    poured: set[str] = set()
    before: dict[str, list[NotebookNode]] = {}
    further: list[NotebookNode] = []
    turned: list[str] = []
    for cell in submitted.cells:
        name = _grade_id(cell)
        if name not in tagged or (_is_solution(tagged[name]) and name in poured):
            # Not of the release, or a copy of what is: as in a kernel, the later definition counts.
            further.append(_own(cell))
            continue
        if name not in poured:
            before[name], further = further, []
            poured.add(name)
            if _is_solution(tagged[name]):
                # A cell that was turned into text is still what the student wrote: run as code, it says what it is.
                tagged[name].source = cell.source if cell.cell_type == "code" else _unfenced(cell.source)
                turned += [name] if cell.cell_type != tagged[name].cell_type else []
    notes = [submitted.metadata[key] for key in (PROBLEM, NOTE) if key in submitted.metadata]
    notes += [f"The cell {name} was turned into text; what it says was graded as code." for name in turned]
    cells = [
        new_markdown_cell(f"**{html.escape(note)}**", id=f"course-note-{number}") for number, note in enumerate(notes)
    ]
    for cell in release.cells:
        cells += before.get(_grade_id(cell), [])
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        cells.append(cell)
    release.cells = [*_numbered([*cells, *further])]
    return release, notes


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


def _unfenced(text: str) -> str:
    """The code in a cell of text: what stands between fences, where there are any."""
    fenced = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return "\n".join(fenced) or text


def _grade_id(cell: NotebookNode) -> str:
    name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
    return name if isinstance(name, str) else ""


def _is_solution(cell: NotebookNode) -> bool:
    return bool(cell.metadata.nbgrader.get("solution"))
