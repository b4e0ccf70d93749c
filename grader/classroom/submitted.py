"""Read whatever was handed in as a notebook; nothing in it can make nbgrader stop or skip it."""

import contextlib
import glob
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, cast

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from traitlets import Unicode

from grader.answer.skimmed import NotebookCell
from grader.answer.text import Unreadable
from grader.classroom.engines import keep_engines
from grader.classroom.evidence import Shown, evidence
from grader.classroom.large import cells_of
from grader.classroom.ours import is_ours, parts_of
from grader.classroom.released import released, released_names
from grader.classroom.set_aside import set_aside
from grader.classroom.stand_in import stand_in
from grader.classroom.suites import left_out
from grader.model.names import tame

PROBLEM = "course_problem"
"""Key of a notebook's metadata that says why it could not be read."""
NOTE = "course_note"
"""Key that says what was graded in place of something else."""
UNCLEAR = "course_unclear"
"""Key that says why nobody but a person can tell what is to be graded."""


class SubmittedNotebook(NotebookExporter):
    """nbconvert's notebook exporter, for notebooks that may be broken in any way, or not there.

    An assignment that is not of the course is read, run and graded as nbgrader does without us.
    """

    course = Unicode(help="The course's directory.").tag(config=True)

    def __init__(self, config: Any = None, **options: Any) -> None:
        """Prepare to read what an ``Autograde`` has found, and add what it has not."""
        initialise: Any = super().__init__
        initialise(config=config, **options)
        self._is_ours = True
        if isinstance(self.parent, Autograde):
            keep_engines()
            self._is_ours = _is_ours(self.course, self.parent.coursedir)
            if self._is_ours:
                self.optimistic_validation = True
                add_missing(self.parent)
                _copy_no_suites(self.parent)
            else:
                _hand_over(self.parent)
            set_aside(self.parent)

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> tuple[str, Any]:
        """Convert a file, be it a notebook or not."""
        if not self._is_ours:
            stock: Any = super().from_filename
            return cast("tuple[str, Any]", stock(filename, resources, **options))
        resources = {} if resources is None else resources
        resources["metadata"] = {"name": Path(filename).stem, "path": os.path.dirname(filename)}
        if getattr(self.parent, "_sanitizing", True):
            symbols = [] if os.path.lexists(filename) else _symbols(self.parent, filename)
            notebook = read_submitted(Path(filename), symbols, with_evidence=True)
        else:
            # The second time round: what was written here a moment ago.
            notebook = nbformat.v4.reads(Path(filename).read_text(encoding="utf-8"))
        if PROBLEM in notebook.metadata:
            self.log.warning("NOTHING TO GRADE in %s: %s", tame(filename), notebook.metadata[PROBLEM])
        convert: Any = self.from_notebook_node
        return cast("tuple[str, Any]", convert(notebook, resources, **options))


def _is_ours(course: str, there: CourseDirectory) -> bool:
    """Whether an assignment is for our judge, be it that the course no longer has what was released of it."""
    name = there.assignment_id
    return is_ours(course, name) or any(
        parts_of(released(there, name, notebook)) for notebook in released_names(there, name)
    )


def _hand_over(autograde: Autograde) -> None:
    """Have nbgrader grade an assignment of the instructor's own, whose tests are in its notebooks."""
    autograde.log.warning(
        "%s is not of the course: nbgrader runs what students wrote in a kernel of yours, and grades it.",
        autograde.coursedir.assignment_id,
    )
    stock = Autograde(coursedir=autograde.coursedir)
    autograde.sanitize_preprocessors = stock.sanitize_preprocessors
    autograde.autograde_preprocessors = stock.autograde_preprocessors


def _copy_no_suites(autograde: Autograde) -> None:
    """Leave the public suites out of what is copied in this run."""
    convert = autograde.convert_notebooks

    def convert_without() -> None:
        with left_out(autograde.coursedir):
            convert()

    autograde.convert_notebooks = convert_without


def add_missing(autograde: Autograde) -> None:
    """Have submissions without a notebook of the release graded by what stands in for it, else as empty ones.

    nbgrader skips them, which would leave the scores of an earlier submission in place.
    """
    course = autograde.coursedir
    wanted = [f"{name}.ipynb" for name in released_names(course, course.assignment_id)]
    names = {name for name in wanted if Path(name).match(f"{course.notebook_id}.ipynb")}
    for folder in glob.glob(course.format_path(course.submitted_directory, course.student_id, course.assignment_id)):
        submissions = autograde.assignments.get(folder, [])
        missing = sorted(names - {*map(os.path.basename, submissions)})
        replaced = [
            name for name in missing if stand_in(path := Path(folder, name), _symbols(autograde, path)) is not None
        ]
        if names and len(missing) == len(names) and not replaced:
            autograde.log.error("NOTHING HANDED IN: %s has no %s; it scores 0.", folder, " and no ".join(missing))
            replaced = missing
        # What stands in for a notebook is none of the release itself, and nbgrader would say that it skips it.
        known = [path for path in submissions if os.path.basename(path) in names]
        if replaced:
            autograde.assignments[folder] = [*known, *(os.path.join(folder, name) for name in replaced)]
        elif known:
            autograde.assignments[folder] = known


def _symbols(autograde: Any, path: str | Path) -> list[str]:
    """The parts of a notebook, as it was released."""
    course = autograde.coursedir
    with contextlib.suppress(FileNotFoundError):
        return [*parts_of(released(course, course.assignment_id, Path(path).stem)).values()]
    return []


def read_submitted(path: Path, symbols: Collection[str], *, with_evidence: bool = False) -> NotebookNode:
    """The cells of a submitted notebook, or of what stands in for it; where it has none, an empty one that says why.

    Args:
        path: The notebook.
        symbols: Its parts, for the search of what stands in for it.
        with_evidence: Whether outputs and attachments are read as well.
    """
    # Made without nbformat's functions, each of which validates the schema again.
    notebook = NotebookNode(nbformat=4, nbformat_minor=5, metadata=NotebookNode(), cells=[])
    cells: list[NotebookCell] = []
    try:
        cells = cells_of(path)
    except Unreadable as error:
        notebook.metadata[PROBLEM] = f"{tame(path.name)} {error}."
    except FileNotFoundError:
        found = stand_in(path, symbols)
        if found is None:
            notebook.metadata[PROBLEM] = f"{tame(path.name)} was not handed in."
        else:
            notebook.metadata[NOTE if found.is_chosen else UNCLEAR] = found.note
            cells, path = [*found.cells], found.notebook or path
    except OSError as error:
        notebook.metadata[PROBLEM] = f"{tame(path.name)} cannot be read ({error.strerror})."
    shown = evidence(path) if with_evidence and cells else []
    beside: Iterator[Shown] = iter(shown if len(shown) == len(cells) else [Shown()] * len(cells))
    notebook.cells = [node_of(number, *pair) for number, pair in enumerate(zip(cells, beside, strict=True))]
    return notebook


def node_of(number: int, cell: NotebookCell, shown: Shown | None = None) -> NotebookNode:
    """A cell as nbformat has it."""
    node = NotebookNode(cell_type="markdown", id=f"cell-{number}", source=cell.source, metadata=NotebookNode())
    if cell.is_code:
        node |= {"cell_type": "code", "outputs": [*shown.outputs] if shown else [], "execution_count": None}
    elif shown and shown.attachments:
        node.attachments = nbformat.from_dict(shown.attachments)
    if cell.nbgrader:
        node.metadata["nbgrader"] = NotebookNode(cell.nbgrader)
    return node
