"""A notebook with all of its cells, those with text too: what nbgrader needs of one that was handed in."""

from typing import BinaryIO

from grader.answer.confined import TooMuch, ask
from grader.answer.skimmed import NotebookCell
from grader.answer.text import MAX_NOTEBOOK, TOO_MUCH, Unreadable
from grader.model import codec


def cells_in(stream: BinaryIO) -> list[NotebookCell]:
    """The cells of a notebook's JSON.

    Raises:
        Unreadable: where it has none, or is too large.
    """
    try:
        reply = ask({"do": "whole_notebook"}, stream, MAX_NOTEBOOK + 1)
    except TooMuch:
        raise Unreadable(TOO_MUCH) from None
    cells, problem = codec.made(tuple[list[NotebookCell], str], reply)
    if problem:
        raise Unreadable(problem)
    return cells
