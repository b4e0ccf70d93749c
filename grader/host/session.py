"""Where workers come from: one server per process that judges, one child per answer."""

import contextlib
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from grader.answer.load import Answer
from grader.host.child import Child, Unread
from grader.host.forked import ForkServer
from grader.host.fresh import FreshProcesses
from grader.host.launch import confinement, start_source
from grader.host.process import CalledOff, JudgeError, Process
from grader.model import Limits, Stopped
from grader.spec import OffLimits
from grader.worker.limits import not_dumpable

__all__ = ["CalledOff", "Child", "JudgeError", "Server", "Stopped", "Unread"]


class Server:
    """Where workers come from; one for each process that judges."""

    def __init__(self, limits: Limits, device: str = "cpu", sandbox: str = "auto") -> None:
        """Start importing torch in the background.

        Args:
            limits: What an answer may use.
            device: ``cpu``, ``cuda`` or ``simulated``.
            sandbox: ``auto`` for all that the system offers, or the level to stop at (``L0``, ``L1``, ``L2``).
        """
        self.limits = limits
        self._confinement = confinement(limits, device, sandbox)
        self._layers: dict[str, bool | str] | None = None
        self._source: ForkServer | FreshProcesses | None = None
        self._open: set[Child] = set()
        self._is_called_off: Callable[[], bool] = lambda: False
        self._start()

    def _start(self) -> ForkServer | FreshProcesses:
        if self._source is None:
            self._source = start_source(self._confinement)
        return self._source

    @property
    def layers(self) -> dict[str, bool | str]:
        """Which layers hold in a worker, and the ``level`` they add up to."""
        if self._layers is None:
            self._greet(self._spawn()).close()
        assert self._layers is not None
        return dict(self._layers)

    @property
    def sandbox(self) -> str:
        """The level of the sandbox: ``L2``, ``L1`` or ``L0``."""
        return str(self.layers["level"])

    def open(self, answer: Answer, off_limits: OffLimits) -> "Child | Stopped":
        """Load an answer in a fresh worker.

        Raises:
            JudgeError: where no worker could be started, not even by a new server.
        """
        child = self.begin(answer, off_limits)
        return child.finish() or child

    def begin(self, answer: Answer, off_limits: OffLimits) -> Child:
        """Start loading an answer in a fresh worker; the caller need not wait for it until `Child.finish`.

        Raises:
            JudgeError: where no worker could be started, not even by a new server.
        """
        child = self._greet(self._spawn(off_limits))
        child.begin(answer, off_limits)
        return child

    @contextlib.contextmanager
    def called_off_by(self, is_called_off: Callable[[], bool]) -> Iterator[None]:
        """Workers that are started while the block runs are waited for only until something says no.

        Waiting then ends with `CalledOff`, which passes by whatever handles errors.

        Args:
            is_called_off: Whether nobody wants to know any more; asked again and again.
        """
        before, self._is_called_off = self._is_called_off, is_called_off
        try:
            yield
        finally:
            self._is_called_off = before

    def prepare_next(self, off_limits: OffLimits) -> None:
        """Have the next worker forked, if there is none yet: it enters its sandbox while this one runs its cases."""
        if isinstance(self._source, ForkServer):
            with contextlib.suppress(JudgeError):
                self._source.prepare(off_limits)

    def _spawn(self, off_limits: OffLimits | None = None) -> Process:
        try:
            return self._start().spawn(off_limits)
        except JudgeError:
            worked = self._layers is not None
            self.close()
            if not worked:
                raise
        # It served before, so something ended it (the system ran out of memory, say): once more, from the start.
        return self._start().spawn(off_limits)

    def _greet(self, process: Process) -> "Child":
        child = Child(process, self.limits, self._open.discard, self._is_called_off)
        self._open.add(child)
        try:
            self._layers = child.greeting()
        except JudgeError:
            child.close()
            raise
        if self._layers["level"] != "L2":
            # Nothing else keeps an answer from reading this process's memory and environment through /proc.
            not_dumpable()
        return child

    def close(self) -> None:
        """End every worker and the server; a later `open` starts another server."""
        for child in list(self._open):
            child.close()
        source, self._source = self._source, None
        if source is not None:
            source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
