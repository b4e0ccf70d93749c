"""Give a submitted notebook the structure that was released, with only the student's own cells poured in."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.coursedir import CourseDirectory

from grader.classroom.ours import CoursePreprocessor, grade_id, is_kept, parts_of
from grader.classroom.released import released
from grader.classroom.stand_in import defines, python_file
from grader.classroom.submitted import NOTE, PROBLEM, UNCLEAR, node_of
from grader.classroom.ungraded import not_graded
from grader.model.names import tame

BY_HAND = "course_by_hand"
"""Key of a notebook's metadata: why a person has to look at parts, by symbol, unless they are accepted as they are."""


class RebuildFromRelease(CoursePreprocessor):
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
            made = rebuilt(nb, release)
            for note in made.notes if PROBLEM not in nb.metadata else ():
                self.log.warning("%s of %s: %s", who["notebook"], tame(who["student"]), note)
            return made.notebook, resources
        except Exception as error:
            raise not_graded(who, error) from error


class NobodyCanTell(Exception):
    """It is not clear what a student meant to hand in, so a person has to say."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A notebook of the release's structure."""

    notebook: NotebookNode
    notes: Sequence[str]
    """What was odd about the one that was handed in."""


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
    given = {(grade_id(cell), cell.source) for cell in release.cells}
    own = [cell for cell in submitted.cells if cell.cell_type == "code" and cell.source.strip()]
    if all((grade_id(cell), cell.source) in given for cell in own):
        submitted.cells += [node_of(len(submitted.cells) + number, cell) for number, cell in enumerate(code)]
        submitted.metadata[NOTE] = f"{path.name} is as it was released: {path.stem}.py beside it was graded."
    else:
        submitted.metadata[NOTE] = f"{path.name} was graded, and not the {path.stem}.py beside it."


def rebuilt(submitted: NotebookNode, release: NotebookNode) -> Rebuilt:
    """The released notebook with the solutions and further cells of the submitted one."""
    return _Rebuilding(release).of(submitted)


class _Rebuilding:
    """The state of putting one notebook in order."""

    def __init__(self, release: NotebookNode) -> None:
        self.release = release
        self.parts = parts_of(release)
        self.tagged = {grade_id(cell): cell for cell in release.cells if is_kept(cell)}
        # Any other cell is the student's to change or remove: it is taken from the submission.
        self.texts = {cell.source for cell in release.cells if cell.cell_type == "markdown" and not is_kept(cell)}
        self.notes: list[str] = []
        self.by_hand: dict[str, str] = {}
        for cell in self.tagged.values():
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None

    def of(self, submitted: NotebookNode) -> Rebuilt:
        self.notes += [submitted.metadata[key] for key in (PROBLEM, NOTE) if key in submitted.metadata]
        poured: set[str] = set()
        before: dict[str, list[NotebookNode]] = {}
        further: list[NotebookNode] = []
        for cell in submitted.cells:
            name = grade_id(cell)
            if name not in self.tagged or (_is_solution(self.tagged[name]) and name in poured):
                # Not of the release, or a copy of what is: as in a kernel, the later definition counts.
                further.append(_own(cell, is_inert=cell.source not in self.texts))
            elif name not in poured:
                poured.add(name)
                if _is_solution(self.tagged[name]):
                    further += self.pour(cell, self.tagged[name])
                before[name], further = further, []
        cells = [
            new_markdown_cell(f"**{html.escape(note)}**", id=f"course-note-{number}")
            for number, note in enumerate(self.notes)
        ]
        for name, cell in self.tagged.items():
            cells += [*before.get(name, []), cell]
        self.release.cells = [*_numbered([*cells, *further])]
        if self.by_hand:
            self.release.metadata[BY_HAND] = self.by_hand
        return Rebuilt(self.release, self.notes)

    def pour(self, cell: NotebookNode, into: NotebookNode) -> list[NotebookNode]:
        """Put a student's text into a cell of the release; what of it cannot stand there, as further cells."""
        if into.cell_type != "code":
            if cell.source != into.source:
                into.source = _inert(cell.source)
            if cell.get("attachments"):
                into.attachments = cell.attachments
            return []
        if cell.cell_type == "code":
            into.source, into.outputs = cell.source, cell.outputs
            return []
        name = grade_id(into)
        text, symbol = _unfenced(cell.source), self.parts.get(name, "")
        if symbol and text.strip() and not defines([text], [symbol]):
            # Run as code it would be an error that nobody made.
            why = f"The cell {name} was turned into text that does not define {symbol}"
            self.notes.append(f"{why}: where it is not accepted without it, a person looks at it.")
            self.by_hand[symbol] = why[0].lower() + why[1:]
            return [_own(cell)]
        # It is still what the student wrote: run as code, it says what it is.
        into.source = text
        self.notes.append(f"The cell {name} was turned into text; what it says was graded as code.")
        return []


def _numbered(cells: list[NotebookNode]) -> Iterator[NotebookNode]:
    """The cells, those of the student with ids that do not change from one grading to the next."""
    for index, cell in enumerate(cells):
        if not grade_id(cell):
            cell.id = f"student-{index}"
        yield cell


def _own(cell: NotebookNode, *, is_inert: bool = True) -> NotebookNode:
    """A student's cell without anything that nbgrader has noted in it."""
    if cell.cell_type == "code":
        return new_code_cell(cell.source, outputs=cell.outputs)
    attached: Mapping[str, Any] = {"attachments": cell.attachments} if cell.get("attachments") else {}
    return new_markdown_cell(_inert(cell.source) if is_inert else cell.source, **attached)


def _inert(text: str) -> str:
    """A student's Markdown; HTML in it would run in the instructor's browser."""
    return text.replace("<", "&lt;")


def _unfenced(text: str) -> str:
    """The code in a cell of text: what stands between fences, where there are any."""
    fenced = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return "\n".join(fenced) or text


def _is_solution(cell: NotebookNode) -> bool:
    return bool(cell.metadata.nbgrader.get("solution"))
