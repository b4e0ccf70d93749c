"""Which file answers a part where there are a ``.py`` and a notebook: a learner may write each part in another one."""

import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path

from grader.answer.attempt import attempted, compiles, misspelt
from grader.answer.load import Answer, load_answer, load_file
from grader.kit.outline import Lesson

_SUFFIXES = (".py", ".ipynb")


def is_begun(answer: Answer, symbol: str, symbols: Collection[str]) -> bool:
    """Whether a file holds something of a part to judge; nothing is run for it.

    Args:
        answer: The file.
        symbol: The part.
        symbols: All parts of the exercise, none of which is a misspelling of another.
    """
    if answer.missing or answer.problem:
        return not answer.missing
    return attempted(answer, symbol) or _is_broken(answer) or misspelt(answer, symbol, symbols)


def _is_broken(answer: Answer) -> bool:
    """Whether there is a file whose text does not parse, so that it is unknown what it attempts."""
    return not (answer.path.endswith(".ipynb") or compiles(answer))


def read(workspace: Path, lesson: Lesson, symbol: str = "", path: Path | None = None) -> Answer:
    """The file that answers a part.

    Args:
        workspace: The learner's folder.
        lesson: The exercise.
        symbol: The part; without it any of the exercise.
        path: The file that was named; without it, of those that hold something of the part, the newer.
    """
    if path is not None:
        return load_file(workspace, f"{lesson.slug}{path.suffix}")
    wanted = [symbol] if symbol else lesson.symbols
    return load_answer(
        workspace, lesson.assignment, lesson.name, wanted,
        attempted=lambda answer, name: is_begun(answer, name, lesson.symbols),
    )  # fmt: skip


def begun(workspace: Path, lesson: Lesson, path: Path | None = None) -> Sequence[tuple[str, Sequence[str]]]:
    """The files of an exercise, or the one that was named, each with the parts of which it holds something."""
    found = []
    for suffix in _SUFFIXES if path is None else (path.suffix,):
        answer = load_file(workspace, f"{lesson.slug}{suffix}")
        is_stub = answer.digest == hashlib.sha256(lesson.stub.encode()).hexdigest()
        symbols = [] if is_stub else [name for name in lesson.symbols if is_begun(answer, name, lesson.symbols)]
        found.append((answer.path, symbols))
    return found
