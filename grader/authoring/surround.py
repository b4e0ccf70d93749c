"""What stands around answers in real files and notebooks: a right answer must mean the same in the midst of it.

Each file of ``surroundings/`` is one: pieces of text in the percent format, with their places, ``before`` an answer,
``between`` its definitions and ``after`` it; ``{symbol}`` in them is the name of a part. ``# only: ipynb`` above them
says that no ``.py`` looks so, ``# output: 1000`` that each cell has printed so much. To add one is to write a file.

Nothing in them is ever run, because a part is loaded without what it does not use. So it is enough to look at what is
loaded, which takes milliseconds: where it is the same text as of the answer alone, it gets the same verdict.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.answer.attempt import begun
from grader.answer.load import Answer, load_answer
from grader.answer.own_work import own_work
from grader.model.source import definitions, lines_of
from grader.spec import Part

_FOLDER = Path(__file__).parent / "surroundings"
_MARK = re.compile(r"^# %% (before|between|after)\n", re.MULTILINE)
_OPTION = re.compile(r"^# (only|output): (\w+)$", re.MULTILINE)
_SYMBOL = "{symbol}"
_SUFFIXES = (".py", ".ipynb")


@dataclass(frozen=True, slots=True)
class Surrounding:
    """What stands around an answer."""

    name: str
    before: Sequence[str] = ()
    """Cells of a notebook, or paragraphs of a file."""
    between: Sequence[str] = ()
    after: Sequence[str] = ()
    suffixes: Sequence[str] = _SUFFIXES
    """The kinds of file that can have it."""
    output: int = 0
    """Characters that every cell of the notebook has printed."""

    def around(self, source: str, symbol: str, suffix: str) -> str:
        """The text of a file with an answer in the midst of it."""
        *first, last = _definitions(source)
        amid = [text for piece in first for text in (piece, *self._own(self.between, symbol))]
        cells = [*self._own(self.before, symbol), *amid, last, *self._own(self.after, symbol)]
        return _notebook(cells, self.output) if suffix == ".ipynb" else "\n\n".join(cells) + "\n"

    def _own(self, pieces: Sequence[str], symbol: str) -> list[str]:
        return [piece.replace(_SYMBOL, symbol) for piece in pieces]


@cache
def surroundings() -> Sequence[Surrounding]:
    """All of them, in the order of their names, and last a notebook with everything at once."""
    found = [_read(path) for path in sorted(_FOLDER.glob("*.txt"))]
    return [*found, _together(found)]


def _together(some: Sequence[Surrounding]) -> Surrounding:
    return Surrounding(
        "everything",
        [piece for item in some for piece in item.before],
        [piece for item in some for piece in item.between],
        [piece for item in some for piece in item.after],
        suffixes=(".ipynb",),
    )


def amid_everything(slug: str, symbol: str, source: str) -> Answer:
    """A right answer in a notebook with everything at once.

    Args:
        slug: The exercise.
        symbol: The part.
        source: The answer, as a file of its own.
    """
    with TemporaryDirectory() as folder:
        return _written(Path(folder), slug, surroundings()[-1].around(source, symbol, ".ipynb"), ".ipynb")


def misread(slug: str, parts: Sequence[Part], source: str) -> Iterator[tuple[Part, str]]:
    """The parts of a right answer that would be judged otherwise in some surrounding, and why.

    Args:
        slug: The exercise.
        parts: Its parts.
        source: The answer, as a file of its own.
    """
    alone = Answer.from_source(f"{slug}.py", source)
    wanted = {part.symbol: text for part in parts if (text := _loaded(alone, part))}
    with TemporaryDirectory() as folder:
        for item in surroundings():
            for suffix in item.suffixes:
                answer = _written(Path(folder), slug, item.around(source, parts[0].symbol, suffix), suffix)
                for part in parts:
                    why = part.symbol in wanted and _other_text(wanted[part.symbol], _loaded(answer, part))
                    if why:
                        yield part, f"{item.name}, in a {suffix}: {why}"
    everything = amid_everything(slug, parts[0].symbol, source)
    for part in parts:
        if part.symbol in wanted and (said := _said(everything, part)):
            yield part, f"everything: {said}"


def _said(answer: Answer, part: Part) -> str:
    """What is said against the text of an answer, before anything of it is loaded."""
    loaded = begun(answer, part.symbol)
    if not isinstance(loaded, Answer):
        return loaded[1]
    found = own_work(answer, part.symbol, part.off_limits)
    return found.replaced or "; ".join(map(str, found.uses))


def _written(folder: Path, slug: str, text: str, suffix: str) -> Answer:
    """The answer that a file is, as it is read when it is graded."""
    assignment, _, name = slug.partition("/")
    file = folder / f"{name}{suffix}"
    file.write_text(text, encoding="utf-8")
    return load_answer(file, assignment, name)


def _loaded(answer: Answer, part: Part) -> str:
    """The text that is loaded for a part, wherever its lines stand; nothing where it is not there."""
    loaded = begun(answer, part.symbol)
    if not isinstance(loaded, Answer):
        return ""
    lines = (line for cell in loaded.cells for line in cell.source.split("\n"))
    return "\n".join(line for line in lines if line.strip())


def _other_text(wanted: str, found: str) -> str:
    """Where two texts differ, in words; nothing where they do not."""
    lines, others = [*wanted.split("\n"), "no more"], [*found.split("\n"), "no more"]
    for line, other in zip(lines, others, strict=False):
        if line != other:
            return f"other text is loaded, `{other.strip()}` instead of `{line.strip()}`"
    return ""


def _read(path: Path) -> Surrounding:
    head, *parts = _MARK.split(path.read_text(encoding="utf-8"))
    options = dict(_OPTION.findall(head))
    pieces: dict[str, list[str]] = {"before": [], "between": [], "after": []}
    for place, text in zip(parts[::2], parts[1::2], strict=True):
        pieces[place].append(text.strip("\n"))
    suffixes = tuple(suffix for suffix in _SUFFIXES if options.get("only", suffix[1:]) == suffix[1:])
    return Surrounding(path.stem, **pieces, suffixes=suffixes, output=int(options.get("output", 0)))


def _definitions(source: str) -> list[str]:
    """The text of an answer in pieces: what stands before its first definition, then each with what follows it."""
    lines = source.split("\n")
    starts = [0, *(lines_of(node).start - 1 for node in definitions(source)), len(lines)]
    pieces = ("\n".join(lines[start:end]).strip("\n") for start, end in pairwise(starts))
    return [piece for piece in pieces if piece]


def _notebook(cells: Sequence[str], output: int) -> str:
    """A notebook of code cells, as a file."""
    outputs = [{"output_type": "stream", "name": "stdout", "text": "x" * output}] if output else []
    code: dict[str, object] = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": outputs}
    prose = {"cell_type": "markdown", "metadata": {}, "source": "# What I tried"}
    written = [{**code, "source": cell} for cell in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [prose, *written]})
