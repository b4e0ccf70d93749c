"""A student's answers as classes and functions to build with: what the capstone notebooks are made of.

The answers run in the caller's own process, so this is for students at their own machine and never for grading.
"""

import contextlib
import io
import linecache
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace

from grader.answer.attempt import attempted, broken_cell, unwritten
from grader.answer.load import Answer, load_answer
from grader.answer.ran import slice_of
from grader.model import CourseError
from grader.model.language import translated


class NotReady(CourseError):
    """An answer that cannot be used yet; a notebook shows its two lines instead of a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [translated(line) for line in (self.what, self.fix) if line]


def answers(wanted: Mapping[str, Sequence[str]], folder: str | Path = ".") -> SimpleNamespace:
    """The symbols asked for, taken from the student's answers.

    Args:
        wanted: Exercise to symbols, as in ``{"linear": ["Linear", "Flatten"]}``: they are read from ``linear.py`` or
            ``linear.ipynb``, whichever grading would read.
        folder: The assignment's folder.

    Returns:
        A namespace that stands in for `torch.nn`: ``answers({"linear": ["Linear"]}).Linear``.

    Raises:
        NotReady: where one of them is not written yet, or its file cannot be run.
    """
    folder = Path(folder).resolve()
    files = {
        exercise: load_answer(folder.parent, folder.name, exercise, symbols, attempted=attempted)
        for exercise, symbols in wanted.items()
    }
    for exercise, symbols in wanted.items():
        _check_text(files[exercise], symbols)
    missing = [
        (name, exercise)
        for exercise, symbols in wanted.items()
        for symbol in symbols
        for name in unwritten(files[exercise], symbol)
    ]
    if missing:
        (first, exercise), *others = missing
        then = f"After it: {_listed([name for name, _ in others])}. " if others else ""
        raise NotReady(
            f"Write {first} first, in {exercise}.py or {exercise}.ipynb: this notebook builds on it.",
            f"{then}Then restart the kernel and run this notebook from the top.",
        )
    namespace = SimpleNamespace()
    for exercise, symbols in wanted.items():
        module, failure = run_cells(slice_of(files[exercise], symbols), exercise)
        for symbol in symbols:
            if not hasattr(module, symbol):
                raise NotReady(
                    f"{symbol} could not be loaded: {failure or 'nothing defines it'}.",
                    f"Mend {Path(files[exercise].path).name}, restart the kernel and run this notebook from the top.",
                )
            setattr(namespace, symbol, getattr(module, symbol))
    return namespace


def _check_text(answer: Answer, symbols: Sequence[str]) -> None:
    """Refuse a file that cannot be read, or that is not Python where it matters."""
    name = Path(answer.path).name
    if answer.problem and not answer.missing:
        raise NotReady(answer.problem, "Save the file again, or ask for help with it.")
    for symbol in symbols:
        if broken := broken_cell(answer, symbol):
            raise NotReady(f"{name}: {broken}", "Mend it, then run this notebook from the top.")


def run_cells(answer: Answer, exercise: str) -> tuple[ModuleType, str]:
    """Run what is left of an answer as grading does: a notebook's cells go on after one that fails.

    Args:
        answer: What is left of it.
        exercise: The exercise's name.

    Returns:
        The module, and the last failure.
    """
    module = ModuleType(f"answers_{exercise}")
    sys.modules[module.__name__] = module
    failure = ""
    for cell in answer.cells:
        name = f"{answer.path}, code cell {cell.index}" if cell.index else answer.path
        source = cell.source
        # Lets tracebacks show the lines of a cell, which is not a file.
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(source, name, "exec", dont_inherit=True), vars(module))
        except Exception as error:
            failure = f"{type(error).__name__}: {error} ({name})"
    return module, failure


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
