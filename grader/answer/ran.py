"""What of an answer, or of the cells that a notebook has run, is loaded for a part (see `grader.answer.slice`)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from grader.answer.confined import TooMuch, ask
from grader.answer.slice import Cut, Ran
from grader.answer.text import Answer, Cell
from grader.model import CourseError, codec


def slice_of(answer: Answer, symbols: Iterable[str]) -> Answer:
    """The answer with nothing in its cells but what symbols depend on.

    Raises:
        TooMuch: where it cannot be told within the limits of reading.
    """
    cells = ask({"do": "slice_of", "answer": answer, "symbols": [*symbols]}) if answer.cells else []
    return replace(answer, cells=codec.made(tuple[Cell, ...], cells))


def cut(ran: Sequence[Ran], symbol: str) -> Cut:
    """The last definition of a symbol with the imports, helpers and assignments that it uses.

    Args:
        ran: The cells, in the order in which they were run.
        symbol: What is asked for.

    Raises:
        CourseError: where they are too much to be read.
    """
    try:
        return codec.made(Cut, ask({"do": "cut", "ran": ran, "symbol": symbol}))
    except TooMuch:
        raise _too_much() from None


def defined_last(ran: Sequence[Ran], symbols: Sequence[str]) -> str:
    """The one of the symbols that was defined last; nothing where none was.

    Raises:
        CourseError: where the cells are too much to be read.
    """
    try:
        return str(ask({"do": "defined_last", "ran": ran, "symbols": symbols}))
    except TooMuch:
        raise _too_much() from None


def _too_much() -> CourseError:
    return CourseError(
        "The cells that were run here take more memory or time to read than there is.",
        "Restart the kernel, and run only the cells that the part needs.",
    )
