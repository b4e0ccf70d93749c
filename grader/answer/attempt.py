"""Whether an answer has something of a part to judge: it is there, it can be read, and it is more than the stub."""

from collections.abc import Collection
from dataclasses import replace

from grader.answer.begun import PartText
from grader.answer.confined import TooMuch, ask
from grader.answer.text import TOO_MUCH, Answer, Cell
from grader.model import Verdict, codec, named_line


def begun(answer: Answer, symbol: str, others: Collection[str] = ()) -> Answer | tuple[Verdict, str]:
    """What of an answer is loaded for a part; where there is nothing to run, a verdict and a sentence that says why.

    Args:
        answer: The answer.
        symbol: The part.
        others: Names that are no misspelling of it: those of other parts.
    """
    if answer.missing:
        return Verdict.NOT_ATTEMPTED, answer.problem or "There is no answer file."
    if answer.problem:
        return Verdict.RAISED, answer.problem
    if not answer.cells:
        return Verdict.NOT_ATTEMPTED, f"{symbol} is not written yet."
    try:
        found = ask({"do": "begun", "answer": answer, "symbol": symbol, "others": [*others]})
    except TooMuch:
        return Verdict.RAISED, too_much(answer)
    text, cells = codec.made(tuple[PartText, tuple[Cell, ...]], found)
    if text.is_attempt:
        return replace(answer, cells=cells)
    if text.broken:
        return Verdict.RAISED, text.broken
    if text.near is None:
        return Verdict.NOT_ATTEMPTED, f"{symbol} is not written yet."
    name, line, cell = text.near
    return Verdict.RAISED, f"There is no {symbol}, but {name}{named_line(line, cell or None)}: did you mean {symbol}?"


def part_text(answer: Answer, symbol: str, others: Collection[str] = ()) -> PartText:
    """What the text of an answer has of a part.

    Raises:
        TooMuch: where it cannot be told within the limits of reading.
    """
    if not answer.cells:
        return PartText(False)
    return codec.made(PartText, ask({"do": "part_text", "answer": answer, "symbol": symbol, "others": [*others]}))


def attempted(answer: Answer, symbol: str) -> bool:
    """Whether an answer defines a symbol, and not just as the stub that was handed out.

    False where no cell that parses binds the symbol at the top level, where it is a function without a body of its own,
    or a class whose methods, own and inherited within the file, have none. What is too much to be read counts as begun,
    so that judging says so.
    """
    try:
        return part_text(answer, symbol).is_attempt
    except TooMuch:
        return True


def misspelt(answer: Answer, symbol: str, others: Collection[str] = ()) -> bool:
    """Whether a part is not there, but a definition that is nearly called so."""
    try:
        return part_text(answer, symbol, others).near is not None
    except TooMuch:
        return True


def broken_cell(answer: Answer, symbol: str) -> str | None:
    """What is wrong with the text in which a symbol is defined, if it cannot be read as Python."""
    try:
        return part_text(answer, symbol).broken or None
    except TooMuch:
        return too_much(answer)


def first_broken(answer: Answer, symbol: str) -> tuple[str, int, int] | None:
    """What is wrong with the first cell of an attempt that is not Python: in words, its line, its cell or 0."""
    try:
        return part_text(answer, symbol).syntax
    except TooMuch:
        return None


def unwritten(answer: Answer, symbol: str) -> list[str]:
    """What is still as it was handed out: the part itself, or some of its methods."""
    text = part_text(answer, symbol)
    return list(text.unwritten) if text.is_attempt else [symbol]


def compiles(answer: Answer) -> bool:
    """Whether all of an answer is Python."""
    try:
        return bool(ask({"do": "compiles", "answer": answer}))
    except TooMuch:
        return False


def too_much(answer: Answer) -> str:
    """The sentence about an answer that cannot be read within the limits."""
    return f"{answer.path} {TOO_MUCH}."
