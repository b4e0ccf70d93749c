"""Read whatever was handed in as a notebook; nothing in it can make nbgrader stop or skip it."""

import glob
import os
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.converters import Autograde

from grader.answer.notebook import notebook_cells
from grader.answer.skimmed import NotebookCell
from grader.answer.text import Unreadable
from grader.classroom.set_aside import set_aside
from grader.classroom.stand_in import stand_in
from grader.model.names import tame

PROBLEM = "course_problem"
"""Key of a notebook's metadata that says why it could not be read."""
NOTE = "course_note"
"""Key that says what was graded in place of something else."""
UNCLEAR = "course_unclear"
"""Key that says why nobody but a person can tell what is to be graded."""


class SubmittedNotebook(NotebookExporter):
    """nbconvert's notebook exporter, for notebooks that may be broken in any way, or not there."""

    def __init__(self, config: Any = None, **options: Any) -> None:
        """Prepare to read what an ``Autograde`` has found, and add what it has not."""
        initialise: Any = super().__init__
        initialise(config=config, **options)
        if isinstance(self.parent, Autograde):
            add_missing(self.parent)
            set_aside(self.parent)

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> tuple[str, Any]:
        """Convert a file, be it a notebook or not."""
        resources = {} if resources is None else resources
        resources["metadata"] = {"name": Path(filename).stem, "path": os.path.dirname(filename)}
        convert: Any = self.from_notebook_node
        notebook = read_submitted(Path(filename))
        if PROBLEM in notebook.metadata:
            self.log.warning("NOTHING TO GRADE in %s: %s", tame(filename), notebook.metadata[PROBLEM])
        converted: tuple[str, Any] = convert(notebook, resources, **options)
        return converted


def add_missing(autograde: Autograde) -> None:
    """Have submissions without a notebook of the release graded by what stands in for it, else as empty ones.

    nbgrader skips them, which would leave the scores of an earlier submission in place.
    """
    course = autograde.coursedir
    released = Path(course.format_path(course.release_directory, ".", course.assignment_id))
    names = {path.name for path in released.glob(f"{course.notebook_id}.ipynb")}
    for folder in glob.glob(course.format_path(course.submitted_directory, course.student_id, course.assignment_id)):
        submissions = autograde.assignments.get(folder, [])
        missing = sorted(names - {*map(os.path.basename, submissions)})
        replaced = [name for name in missing if stand_in(Path(folder, name)) is not None]
        if names and len(missing) == len(names) and not replaced:
            autograde.log.error("NOTHING HANDED IN: %s has no %s; it scores 0.", folder, " and no ".join(missing))
            replaced = missing
        if replaced:
            autograde.assignments[folder] = [*submissions, *(os.path.join(folder, name) for name in replaced)]


def read_submitted(path: Path) -> NotebookNode:
    """The cells of a submitted notebook, or of what stands in for it; where it has none, an empty one that says why."""
    # Made without nbformat's functions, each of which validates the schema again.
    notebook = NotebookNode(nbformat=4, nbformat_minor=5, metadata=NotebookNode(), cells=[])
    try:
        notebook.cells = [node_of(number, cell) for number, cell in enumerate(notebook_cells(path, path.parent))]
    except Unreadable as error:
        notebook.metadata[PROBLEM] = f"{tame(path.name)} {error}."
    except FileNotFoundError:
        found = stand_in(path)
        if found is None:
            notebook.metadata[PROBLEM] = f"{tame(path.name)} was not handed in."
        else:
            notebook.metadata[NOTE if found.is_chosen else UNCLEAR] = found.note
            notebook.cells = [node_of(number, cell) for number, cell in enumerate(found.cells)]
    except OSError as error:
        notebook.metadata[PROBLEM] = f"{tame(path.name)} cannot be read ({error.strerror})."
    return notebook


def node_of(number: int, cell: NotebookCell) -> NotebookNode:
    """A cell as nbformat has it."""
    node = NotebookNode(cell_type="markdown", id=f"cell-{number}", source=cell.source, metadata=NotebookNode())
    if cell.is_code:
        node |= {"cell_type": "code", "outputs": [], "execution_count": None}
    if cell.nbgrader:
        node.metadata["nbgrader"] = NotebookNode(cell.nbgrader)
    return node
