"""Lines of an answer as its author sees them: of the file, or of a cell of the notebook."""

from grader.answer.text import Answer
from grader.model import named_line


def place(answer: Answer, line: int) -> tuple[int | None, int]:
    """The cell and the line in it of a line of `Answer.lines`; no cell for a file."""
    first = 1
    for cell in answer.cells:
        after = first + cell.source.count("\n") + 1
        if line < after:
            return (cell.index, line - first + 1) if cell.index else (None, line)
        first = after
    return None, line


def named_place(answer: Answer, line: int | None) -> str:
    """The end of a message that names a line of `Answer.lines`: `` (cell 5, line 3)``; empty where there is none."""
    if line is None:
        return ""
    cell, own = place(answer, line)
    return named_line(own, cell)
