"""What stands in for a notebook that was not handed in under its own name: a copy of it, or a file of Python."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.answer.begun import defined
from grader.answer.load import load_answer
from grader.answer.skimmed import NotebookCell
from grader.answer.text import Answer, Unreadable
from grader.classroom.large import cells_of
from grader.model.names import tame


@dataclass(frozen=True, slots=True)
class StandIn:
    """What was found."""

    cells: tuple[NotebookCell, ...]
    note: str
    """What was done, in a sentence for the log and the feedback; why nothing was, where nobody can choose."""
    is_chosen: bool = True
    """Whether it is clear what was meant."""
    notebook: Path | None = None
    """The notebook it is, where it is one."""


def stand_in(path: Path, symbols: Collection[str]) -> StandIn | None:
    """What there is in place of a notebook that is missing; None where there is nothing.

    It is the only other notebook that has cells of the release, such as ``linear (1).ipynb``, or that defines one of
    its parts, where a tool has removed what nbgrader notes in cells; else ``linear.py``.

    Args:
        path: The notebook, as it should be called.
        symbols: Its parts.
    """
    there = [(other, cells) for other in sorted(path.parent.glob("*.ipynb")) if (cells := _cells(other)) is not None]
    copies = [(other, cells) for other, cells in there if _is_of_release(cells, path.stem)]
    copies = copies or [(other, cells) for other, cells in there if defines(map(_source, cells), symbols)]
    if len(copies) > 1:
        names = " and ".join(tame(other.name) for other, _ in copies)
        return StandIn((), f"There is no {path.name}, and {names} both hold cells of it", is_chosen=False)
    for other, cells in copies:
        note = f"There is no {path.name}: {tame(other.name)} was graded in its place."
        return StandIn(tuple(cells), note, notebook=other)
    file = python_file(path)
    return StandIn(file, f"There is no {path.name}: {path.stem}.py was graded in its place.") if file else None


def python_file(path: Path) -> tuple[NotebookCell, ...]:
    """The code of the ``.py`` file beside a notebook, as cells of a student's own."""
    answer = load_answer(path.with_suffix(".py"), "", path.stem)
    return tuple(NotebookCell(is_code=True, source=cell.source, nbgrader={}) for cell in answer.cells)


def defines(sources: Iterable[str], symbols: Collection[str]) -> bool:
    """Whether a line of some code seems to define one of some names."""
    return bool(defined(Answer.from_source("", "\n".join(sources)), symbols))


def _source(cell: NotebookCell) -> str:
    return cell.source if cell.is_code else ""


def _cells(file: Path) -> list[NotebookCell] | None:
    try:
        return cells_of(file)
    except (Unreadable, OSError):
        return None


def _is_of_release(cells: Sequence[NotebookCell], name: str) -> bool:
    return any(str(cell.nbgrader.get("grade_id", "")).startswith(f"{name}-") for cell in cells if cell.nbgrader)
