"""Where a thread's time goes, by looking at what it is doing a few hundred times a second."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import Self

INTERVAL = 0.004

_PLACES: Sequence[tuple[str, str]] = (
    ("/hypothesis/", "hypothesis"),
    ("/grader/case/wire", "comparison"),
    ("/grader/case/", "oracle"),
    ("/grader/host/child", "student's code"),
    ("/grader/host/", "processes"),
    ("/grader/compare/", "comparison"),
    ("/grader/judge/board", "comparison"),
    *((f"/grader/judge/{name}", "diagnosis") for name in (
        "diagnose", "condition", "features", "atoms", "predicate", "behaviour", "transformation", "maps", "orders",
        "factors", "redrawn", "structures", "statistic", "two_mistakes")),
    *((f"/grader/judge/{name}", "snippets") for name in (
        "explain", "snippet", "short", "showing", "shown", "reruns", "argument_code", "case_code", "tensor_code",
        "network_code", "plain_code")),
    ("/grader/judge/", "reading answers"),
    ("/grader/answer/", "reading answers"),
    ("/grader/suite/", "suites"),
    ("/grader/report/", "reports"),
    ("/grader/grading/", "storing"),
)  # fmt: skip
"""Parts of file names, and what is going on in the innermost frame that is in one of them."""
_STARTING = ("finish", "greeting", "begin", "close")
"""What is done to a child that is not running cases."""


class Sampler:
    """Counts, while it is entered, what the thread that made it is doing."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._thread = threading.get_ident()
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._known: dict[str, str | None] = {}

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._watch.join()

    @property
    def shares(self) -> dict[str, float]:
        """The share of each activity, largest first."""
        return {name: count / self.counts.total() for name, count in self.counts.most_common()}

    def _look(self) -> None:
        while not self._stop.is_set():
            self.counts[self._activity(sys._current_frames().get(self._thread))] += 1
            time.sleep(INTERVAL)

    def _activity(self, frame: FrameType | None) -> str:
        while frame is not None:
            place = self._place(frame.f_code.co_filename)
            if place == "student's code":
                return "processes" if self._is_starting(frame) else place
            if place is not None:
                return place
            frame = frame.f_back
        return "other"

    def _is_starting(self, frame: FrameType) -> bool:
        inside: FrameType | None = frame
        while inside is not None and "/grader/host/child" in inside.f_code.co_filename:
            if inside.f_code.co_name in _STARTING:
                return True
            inside = inside.f_back
        return False

    def _place(self, file: str) -> str | None:
        if file not in self._known:
            self._known[file] = next((name for part, name in _PLACES if part in file), None)
        return self._known[file]
