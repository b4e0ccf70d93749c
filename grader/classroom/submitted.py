"""Read whatever was handed in as a notebook; nothing in it can make nbgrader stop or skip it."""

import glob
import json
import os
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.converters import Autograde

from grader.answer.cells import NotANotebook, every_cell
from grader.answer.load import MAX_NOTEBOOK
from grader.classroom.set_aside import set_aside
from grader.model.files import NotOrdinary, read_ordinary
from grader.model.names import tame

PROBLEM = "course_problem"
"""Key of a notebook's metadata that says why it could not be read."""


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
    """Have submissions without a notebook of the release graded as empty ones.

    nbgrader skips them, which would leave the scores of an earlier submission in place.
    """
    course = autograde.coursedir
    released = Path(course.format_path(course.release_directory, ".", course.assignment_id))
    names = {path.name for path in released.glob(f"{course.notebook_id}.ipynb")}
    for folder in glob.glob(course.format_path(course.submitted_directory, course.student_id, course.assignment_id)):
        submissions = autograde.assignments.get(folder, [])
        if names and names.isdisjoint(map(os.path.basename, submissions)):
            autograde.log.error("NOTHING HANDED IN: %s has no %s; it scores 0.", folder, " and no ".join(sorted(names)))
            autograde.assignments[folder] = [*submissions, *(os.path.join(folder, name) for name in sorted(names))]


def read_submitted(path: Path) -> NotebookNode:
    """The cells of a submitted notebook; where it has none, an empty notebook that says why."""
    # Made without nbformat's functions, each of which validates the schema again.
    notebook = NotebookNode(nbformat=4, nbformat_minor=5, metadata=NotebookNode(), cells=[])
    try:
        data = read_ordinary(path, MAX_NOTEBOOK, path.parent)
        for number, (kind, source, metadata) in enumerate(every_cell(data)):
            cell = NotebookNode(cell_type="markdown", id=f"cell-{number}", source=source, metadata=NotebookNode())
            if kind == "code":
                cell |= {"cell_type": "code", "outputs": [], "execution_count": None}
            if isinstance(metadata.get("nbgrader"), dict):
                cell.metadata = _nodes({"nbgrader": metadata["nbgrader"]})
            notebook.cells.append(cell)
    except (NotANotebook, NotOrdinary) as error:
        notebook.metadata[PROBLEM] = f"{tame(path.name)} {error}."
    except FileNotFoundError:
        notebook.metadata[PROBLEM] = f"{tame(path.name)} was not handed in."
    except OSError as error:
        notebook.metadata[PROBLEM] = f"{tame(path.name)} cannot be read ({error.strerror})."
    return notebook


def _nodes(value: Any) -> Any:
    return json.loads(json.dumps(value), object_hook=NotebookNode)
