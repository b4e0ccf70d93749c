"""Measure how long a worker has been at work, on a machine that others use too."""

import time

from grader.host.process import Process

SHORT_SECONDS = 0.1
"""Seconds between looks at the clock, at most."""
_MOST_CROWDED = 5
"""A worker counts as getting at least one second in so many of a processor."""


class Clock:
    """Measures how long a worker has been at work, or idle: not how long a crowded machine kept it waiting."""

    def __init__(self, process: Process) -> None:
        self._process, self._began = process, time.monotonic()
        self._waited_before: float | None = None

    def seconds(self) -> float:
        """Seconds since this was made, less those in which the worker waited for a processor."""
        passed = time.monotonic() - self._began
        # Most answers come at once; to ask the system about each would cost more than to wait for it.
        if passed < SHORT_SECONDS:
            return passed
        waited = self._process.waited()
        if self._waited_before is None:
            self._waited_before = waited
        # An answer's own threads crowd it too; they must not postpone its limit forever.
        return max(passed / _MOST_CROWDED, min(passed, passed - (waited - self._waited_before)))
