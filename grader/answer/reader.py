"""The process that reads answers: bytes into cells, cells into a tree, and what is asked of the tree; nothing is run.

It has limits of its own, so that an answer which takes too much memory or time to parse ends this process and not the
one that asked (see `grader.answer.confined`). It holds the tree of one answer at a time, and no torch.
"""

import contextlib
import gc
import math
import os
import signal
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any

from grader.answer.begun import PartText, compiles, defined, part_text
from grader.answer.contents import contents, whole_notebook
from grader.answer.frames import receive, receive_file, send
from grader.answer.parse import tree_of
from grader.answer.reached import Names, Reached, TooManyUses, reached
from grader.answer.slice import Cut, Ran, cut, defined_last, slice_of
from grader.answer.text import Answer, Cell, Contents
from grader.answer.tree import Tree

if TYPE_CHECKING:
    from grader.answer.skimmed import NotebookCell

try:
    import resource
except ImportError:  # Windows has no such limits; the one that asks has a clock
    resource = None  # type: ignore[assignment]
_HAS_LIMITS = sys.platform != "win32"

_LARGEST_REQUEST = 2**27
_TIRED_MB = 256
"""Memory with which the process ends, so that the next one begins with little."""

_Data = Mapping[str, Any]


def main(memory_mb: int, seconds: int) -> None:
    """Answer until nothing more is asked.

    Args:
        memory_mb: Address space beyond what the process begins with.
        seconds: Processor time for a request.
    """
    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # Ctrl-C reaches the whole group: the one that asks decides what happens then.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Trees have no circles, and looking for some would take most of the time.
    gc.disable()
    _limit_memory(memory_mb)
    desk = _Desk(requests)
    try:
        while True:
            request = receive(requests, _LARGEST_REQUEST)
            _limit_time(seconds)
            send(replies, _carried_out(desk, request))
            if _memory()[1] > _TIRED_MB * 2**20:
                return
    except (EOFError, MemoryError, OSError):
        return  # what was asked has no reply: that says it all


class _Desk:
    """Does what is asked; each public method is a request."""

    def __init__(self, requests: IO[bytes]) -> None:
        self._requests = requests
        self._answer = Answer("", "", (), "")
        self._tree = Tree()

    def contents(self, notebook: bool) -> Contents:
        """The code of the file that follows."""
        return contents(receive_file(self._requests), notebook=notebook)

    def whole_notebook(self) -> "tuple[list[NotebookCell], str]":
        """All cells of the notebook that follows."""
        return whole_notebook(receive_file(self._requests))

    def defined(self, answer: _Data, symbols: Sequence[str]) -> list[str]:
        """Those of some names that the text seems to define."""
        return defined(_answer(answer), symbols)

    def compiles(self, answer: _Data) -> bool:
        """Whether all of it is Python."""
        return compiles(_answer(answer))

    def part_text(self, answer: _Data, symbol: str, others: Sequence[str]) -> PartText:
        """What there is of a part."""
        return part_text(self._tree_of(_answer(answer)), symbol, others)

    def slice_of(self, answer: _Data, symbols: Sequence[str]) -> tuple[Cell, ...]:
        """What of an answer is loaded for some parts."""
        return slice_of(_answer(answer), symbols).cells

    def begun(self, answer: _Data, symbol: str, others: Sequence[str]) -> tuple[PartText, tuple[Cell, ...]]:
        """What there is of a part, and what is loaded for it where that is something."""
        text = self.part_text(answer, symbol, others)
        return text, slice_of(self._answer, [symbol]).cells if text.is_attempt else ()

    def reached(self, answer: _Data, symbol: str, names: Names = None) -> Reached:
        """What a part uses."""
        tree = self._tree_of(_answer(answer))
        return reached(self._answer, tree, symbol, names)

    def cut(self, ran: Sequence[_Data], symbol: str) -> Cut:
        """The last definition of a symbol with what it depends on, out of the cells that were run."""
        return cut([Ran(**cell) for cell in ran], symbol)

    def defined_last(self, ran: Sequence[_Data], symbols: Sequence[str]) -> str:
        """The one of some symbols that was defined last."""
        return defined_last([Ran(**cell) for cell in ran], symbols)

    def _tree_of(self, answer: Answer) -> Tree:
        """The tree of an answer; that of the last one is kept, and no other."""
        if answer != self._answer:
            self._answer, self._tree = Answer("", "", (), ""), Tree()
            self._tree = tree_of(answer)
            self._answer = answer
        return self._tree


def _answer(data: _Data) -> Answer:
    return Answer(**{**data, "cells": tuple(Cell(**cell) for cell in data["cells"])})


def _carried_out(desk: _Desk, request: dict[str, Any]) -> dict[str, Any]:
    """The reply to a request.

    Raises:
        EOFError: where it is not whole.
        MemoryError: where there is not enough.
    """
    try:
        return {"reply": getattr(desk, request.pop("do"))(**request)}
    except (RecursionError, TooManyUses):
        return {"too_much": True}
    except (EOFError, MemoryError):
        raise
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{os.path.basename(frame.filename)}, line {frame.lineno}"
        return {"failed": f"{type(error).__name__}: {error} ({place})"}


def _limit_memory(memory_mb: int) -> None:
    if _HAS_LIMITS:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            most = _memory()[0] + memory_mb * 2**20
            resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _memory() -> tuple[int, int]:
    """Bytes of address space and of memory in use; a guess where the system does not say."""
    try:
        with open("/proc/self/statm") as file:
            space, resident, *_ = (int(pages) * os.sysconf("SC_PAGE_SIZE") for pages in file.read().split())
            return space, resident
    except (OSError, ValueError):
        return 2**30, 0


def _limit_time(seconds: int) -> None:
    """Have the system end this process where the next request takes longer."""
    if _HAS_LIMITS:
        with contextlib.suppress(OSError, ValueError):
            _, hard = resource.getrlimit(resource.RLIMIT_CPU)
            resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time()) + seconds, hard))
