"""A notebook with all of its cells, those with text too: what nbgrader needs of one that was handed in."""

from pathlib import Path

from grader.answer.confined import TooMuch, ask
from grader.answer.load import open_inside
from grader.answer.skimmed import NotebookCell
from grader.answer.text import MAX_NOTEBOOK, TOO_MUCH, Unreadable
from grader.model import codec


def notebook_cells(file: Path, root: Path) -> list[NotebookCell]:
    """The cells of a notebook below a folder.

    Raises:
        Unreadable: where it has none, or is no ordinary file.
        OSError: where the system refuses.
    """
    with open_inside(file, root) as stream:
        try:
            reply = ask({"do": "whole_notebook"}, stream, MAX_NOTEBOOK + 1)
        except TooMuch:
            raise Unreadable(TOO_MUCH) from None
    cells, problem = codec.made(tuple[list[NotebookCell], str], reply)
    if problem:
        raise Unreadable(problem)
    return cells
