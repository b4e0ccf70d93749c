"""What stands in for a notebook that was not handed in under its own name: a copy of it, or a file of Python."""

from dataclasses import dataclass
from pathlib import Path

from grader.answer.load import load_answer
from grader.answer.notebook import notebook_cells
from grader.answer.skimmed import NotebookCell
from grader.answer.text import Unreadable
from grader.model.names import tame


@dataclass(frozen=True, slots=True)
class StandIn:
    """What was found."""

    cells: tuple[NotebookCell, ...]
    note: str
    """What was done, in a sentence for the log and the feedback; why nothing was, where nobody can choose."""
    is_chosen: bool = True
    """Whether it is clear what was meant."""


def stand_in(path: Path) -> StandIn | None:
    """What there is in place of a notebook that is missing; None where there is nothing.

    It is the only other notebook that has cells of the release, such as ``linear (1).ipynb``; else ``linear.py``.

    Args:
        path: The notebook, as it should be called.
    """
    copies = [(other, cells) for other in sorted(path.parent.glob("*.ipynb")) if (cells := _of_release(other, path))]
    if len(copies) > 1:
        names = " and ".join(tame(other.name) for other, _ in copies)
        return StandIn((), f"There is no {path.name}, and {names} both hold cells of it", is_chosen=False)
    for other, cells in copies:
        return StandIn(tuple(cells), f"There is no {path.name}: {tame(other.name)} was graded in its place.")
    file = python_file(path)
    return StandIn(file, f"There is no {path.name}: {path.stem}.py was graded in its place.") if file else None


def python_file(path: Path) -> tuple[NotebookCell, ...]:
    """The code of the ``.py`` file beside a notebook, as cells of a student's own."""
    answer = load_answer(path.with_suffix(".py"), "", path.stem)
    return tuple(NotebookCell(is_code=True, source=cell.source, nbgrader={}) for cell in answer.cells)


def _of_release(other: Path, path: Path) -> list[NotebookCell] | None:
    """The cells of a notebook that has some of another's; None where it has none of them."""
    try:
        cells = notebook_cells(other, other.parent)
    except (Unreadable, OSError):
        return None
    begins = f"{path.stem}-"
    ids = [str(cell.nbgrader.get("grade_id", "")) for cell in cells if cell.nbgrader]
    return cells if any(grade_id.startswith(begins) for grade_id in ids) else None
