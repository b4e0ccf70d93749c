"""What students received, by which a submission is put in order."""

from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions, NbGraderPreprocessor

from grader.classroom.ours import grade_id, parts_of

_STUB = "# YOUR CODE HERE"


class EmptySolutions(ClearSolutions):  # type: ignore[misc]
    """nbgrader's ClearSolutions, which leaves a part's cell as the stub that it is.

    There the line below the mark raises already, and says what is to be written.
    """

    code_stub: Any
    """nbgrader's trait."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, object]) -> tuple[NotebookNode, dict[str, object]]:
        """Empty the cells that students fill in."""
        self._parts = parts_of(nb)
        emptied: tuple[NotebookNode, dict[str, object]] = super().preprocess(nb, resources)
        return emptied

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, object], cell_index: int
    ) -> tuple[NotebookNode, dict[str, object]]:
        """Empty one cell."""
        stubs = self.code_stub
        if grade_id(cell) in self._parts:
            self.code_stub = {"python": _STUB}
        try:
            emptied: tuple[NotebookNode, dict[str, object]] = super().preprocess_cell(cell, resources, cell_index)
        finally:
            self.code_stub = stubs
        return emptied


def released(course: CourseDirectory, assignment: str, notebook: str) -> NotebookNode:
    """A notebook as students received it; made from its source where a failed ``generate_assignment`` removed it.

    Raises:
        FileNotFoundError: where there is neither.
    """
    release, source = (folder / f"{notebook}.ipynb" for folder in _folders(course, assignment))
    if release.is_file():
        return nbformat.read(release, as_version=4)
    if not source.is_file():
        raise FileNotFoundError(
            f"{release} is missing, so nothing of this assignment can be graded. "
            f"Run: nbgrader generate_assignment {assignment} --force"
        )
    made = nbformat.read(source, as_version=4)
    emptying: list[type[NbGraderPreprocessor]] = [EmptySolutions, ClearHiddenTests, ClearMarkScheme]
    for preprocessor in emptying:
        made, _ = preprocessor().preprocess(made, {})
    return made


def released_names(course: CourseDirectory, assignment: str) -> list[str]:
    """The notebooks of an assignment, without the suffix of their files."""
    for folder in _folders(course, assignment):
        if names := sorted(path.stem for path in folder.glob("*.ipynb")):
            return names
    return []


def _folders(course: CourseDirectory, assignment: str) -> tuple[Path, Path]:
    """Where what was released is, and where that came from."""
    release, source = course.release_directory, course.source_directory
    return Path(course.format_path(release, ".", assignment)), Path(course.format_path(source, ".", assignment))
