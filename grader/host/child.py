"""The judge's end of a worker: it sends an answer and cases, and turns whatever comes back into data or a verdict.

Nothing that a worker sends or does is trusted: every read has a deadline and a size, and every way in which a worker
can end, hang or lie has its verdict here.
"""

import dataclasses
import itertools
import json
import selectors
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from grader.answer.load import Answer
from grader.case import wire
from grader.case.whereabouts import STAGES
from grader.compare.observation import TOO_MUCH, Malformed
from grader.host.allowance import LOADED, Allowance, weight
from grader.host.clock import SHORT_SECONDS, Clock
from grader.host.ending import explained, size_in_words, too_long
from grader.host.loaded import loaded
from grader.host.process import START_SECONDS, CalledOff, JudgeError, Process
from grader.model import Case, Limits, Stopped, Verdict
from grader.spec import OffLimits

IN_FLIGHT = 20
"""The most cases that are queued at a worker, so that it never waits for the judge.

More are sent when half of them are done, as every message sent is a wake-up.
"""
LOAD_SECONDS = 10.0
"""An answer may take this long to load however short a case's limit is: what it imports may not be in memory yet."""
KEPT_OUTPUT = 2**16
_CHUNK = 2**16
_LAST_WORDS_SECONDS = 0.5
_LEAST_SECONDS = 0.005
"""Seconds between looks at the clock, at least."""


Unread: TypeAlias = dict[str, Any]
"""What a worker says it observed, before `grader.compare.observation.validate` has looked at it."""


class Child:
    """A worker with one answer loaded."""

    def __init__(
        self,
        process: Process,
        limits: Limits,
        on_close: "Callable[[Child], None]",
        is_called_off: Callable[[], bool] = lambda: False,
    ) -> None:
        """Take charge of a process; `Server.open` does."""
        self.loaded: dict[str, Any] = {"symbols": [], "errors": []}
        self._process, self._limits, self._on_close = process, limits, on_close
        self._is_called_off = is_called_off
        self.weight = 0
        """About how many bytes of memory the last message takes."""
        self._splitter = wire.Splitter()
        self._allow(LOADED)
        self._undecoded = 0
        self._outgoing = bytearray()
        self._kept = bytearray()
        self._printed = 0
        self._seconds, self._spent = limits.part_seconds, 0.0
        self._stage, self._step = "", -1
        self._asked = self._answered = 0
        self._patience: deque[float] = deque()
        self._at_end = self._closed = False
        self._selector = selectors.DefaultSelector()
        process.frames.setblocking(False)
        self._selector.register(process.frames, selectors.EVENT_READ)
        self._selector.register(process.output, selectors.EVENT_READ)

    @property
    def pid(self) -> int | None:
        """Its process id, where it has one."""
        return getattr(self._process, "pid", None)

    @property
    def closed(self) -> bool:
        """Whether it was ended; a caller may do so while it looks at a reply."""
        return self._closed

    @property
    def spent(self) -> float:
        """Seconds of the part's time that it took, and the caller with its replies."""
        return self._spent

    def limit(self, seconds: float) -> None:
        """Let it take this much of the part's time, where others took the rest."""
        self._seconds = seconds

    @property
    def output(self) -> str:
        """The beginning of what the answer has printed by now."""
        while not self._closed and self._process.output in self._selector.get_map() and len(self._kept) < KEPT_OUTPUT:
            if not self._read_output():
                break
        return self._kept.decode(errors="replace")

    def greeting(self) -> dict[str, bool | str]:
        """Wait for the worker's first words, before any of the answer is there: which layers hold."""
        message = self._receive(START_SECONDS, START_SECONDS)
        if isinstance(message, Stopped):
            raise JudgeError(f"a worker did not start: {message.message}\n{self.output}".strip())
        layers: dict[str, bool | str] = message["ready"]
        return layers

    def begin(self, answer: Answer, off_limits: OffLimits) -> None:
        """Have the answer's cells executed; `finish` waits for the end of it."""
        self._outgoing += wire.pack({
            "op": "load",
            "name": answer.name,
            "file": answer.path,
            "kind": "ipynb" if answer.path.endswith(".ipynb") else "py",
            "cells": numbered_cells(answer),
            "off_limits": dataclasses.asdict(off_limits),
        })  # fmt: skip
        self._flush()

    def finish(self) -> Stopped | None:
        """Wait until the answer is loaded; `loaded` then says what it defines."""
        ready = self._receive(START_SECONDS, START_SECONDS)
        if isinstance(ready, Stopped):
            raise JudgeError(f"a worker failed before it reached the answer: {ready.message}\n{self.output}".strip())
        self._stage, self._spent = "import", 0.0
        message = self._receive(max(self._limits.case_seconds, LOAD_SECONDS), self._budget())
        if isinstance(message, Stopped):
            return message
        try:
            self.loaded = loaded(message)
        except Malformed:
            return self._stop(Verdict.CRASHED, "The answer's process sent something that was not asked for.")
        return self._unasked()

    def run(self, cases: Iterable[Case], allowance: Allowance | None = None) -> Iterator[Unread | Stopped]:
        """Run cases and give what each did, in order; a `Stopped` is the last thing given.

        The time that the caller computes with a reply is charged to the part, as the worker's is.

        Args:
            cases: The cases.
            allowance: How large each reply may be.
        """
        if self._closed:
            raise ValueError("this worker is closed")
        self._allow(allowance or Allowance())
        first = self._asked
        left = iter(cases)
        while True:
            waiting = self._asked - max(first, self._answered)
            if waiting <= IN_FLIGHT // 2:
                for case in itertools.islice(left, IN_FLIGHT - waiting):
                    self._outgoing += wire.pack({"op": "case", "number": self._asked, "case": case})
                    self._patience.append(self._limits.case_seconds * case.get("patience", 1))
                    self._asked += 1
                self._flush()
            if self._answered == self._asked:
                return
            reply = self._reply()
            if isinstance(reply, Stopped):
                yield reply
                return
            # Answers to an earlier call, whose caller left before the end, are passed over.
            if self._answered > first:
                began = time.thread_time()
                yield reply
                self._spent += time.thread_time() - began
                if self.closed:
                    return

    def _reply(self) -> Unread | Stopped:
        self._stage, self._step = "new", -1
        message = self._receive(self._patience.popleft(), self._budget())
        if isinstance(message, Stopped):
            return message
        number = message.pop("number", None) if isinstance(message, dict) else None
        # A tensor, too, can be compared with a number.
        if type(number) is not int or number != self._answered:
            return self._stop(Verdict.CRASHED, "The answer's process sent something that was not asked for.")
        self._answered += 1
        return self._unasked() or message if self._answered == self._asked else message

    def _unasked(self) -> Stopped | None:
        """Whether more came than was asked for, now that nothing is awaited."""
        self._turn(0)
        if self._undecoded:
            return self._stop(Verdict.CRASHED, "The answer's process sent something that was not asked for.")
        return None

    def _budget(self) -> float:
        return self._seconds - self._spent

    def _receive(self, patience: float, budget: float) -> Any:
        """Wait for the next message; time in which the judge was not listening does not count."""
        clock = Clock(self._process)
        try:
            while (message := self._arrived()) is None:
                self._go_on()
                left = min(patience, budget) - clock.seconds()
                if left <= 0:
                    return self._stop(Verdict.TIME_LIMIT, self._too_long(patience, budget))
                self._turn(min(max(left, _LEAST_SECONDS), SHORT_SECONDS))
            return message[0]
        finally:
            self._spent += clock.seconds()

    def _go_on(self) -> None:
        """End what is called off, before more is waited for."""
        if self._is_called_off():
            self.close()
            raise CalledOff

    def _arrived(self) -> tuple[Any] | None:
        """The next message, or the `Stopped` that there is instead, where either is known by now."""
        try:
            message = self._next_message()
        except wire.FrameTooLong:
            return (self._stop(Verdict.OUTPUT_LIMIT, TOO_MUCH),)
        except wire.WireError as error:
            unreadable = f"The answer's process sent something that cannot be read ({error})."
            return (self._stop(Verdict.CRASHED, unreadable),)
        if self._printed > self._limits.output_bytes:
            printed = f"The answer printed more than {size_in_words(self._limits.output_bytes)}."
            return (self._stop(Verdict.OUTPUT_LIMIT, printed),)
        if message is None and self._at_end:
            return (self._post_mortem(),)
        return message

    def _too_long(self, patience: float, budget: float) -> str:
        if budget < patience:
            return f"All cases together took longer than {self._limits.part_seconds:g} s."
        return too_long(self._where()[0], patience)

    def _next_message(self) -> tuple[Any] | None:
        """Take the next message off what has arrived, and note the stages announced before it."""
        while (frame := self._splitter.pop()) is not None:
            kind, payload = frame
            self._undecoded -= wire.HEAD.size + len(payload)
            if kind == wire.MARK:
                self._note(payload)
                continue
            header, body = wire.sizes(payload)
            if header > self._allowance.header or body > self._allowance.body:
                raise wire.FrameTooLong("a message is over the limit")
            self.weight = weight(header, body)
            return (wire.unpack(payload),)
        return None

    def _allow(self, allowance: Allowance) -> None:
        """Refuse messages that are larger from here on, before they are read."""
        self._allowance = allowance
        self._splitter.max_frame = 4 + allowance.header + allowance.body

    def _where(self) -> tuple[str, int]:
        """The stage and step that the worker noted last."""
        whereabouts = self._process.whereabouts
        stage, step = whereabouts.read() if whereabouts else ("", -1)
        return (stage, step) if stage else (self._stage, self._step)

    def _note(self, payload: bytes) -> None:
        try:
            stage, step = json.loads(payload[:100])
        except (ValueError, TypeError, RecursionError):
            return
        if isinstance(stage, str) and stage in STAGES[1:] and type(step) is int:
            self._stage, self._step = stage, step

    def _flush(self) -> None:
        try:
            while self._outgoing:
                del self._outgoing[: self._process.frames.send(self._outgoing)]
        except BlockingIOError:
            pass
        except OSError:
            self._outgoing.clear()  # it is gone; reading will say so
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._outgoing else 0)
        if not self._at_end and self._selector.get_key(self._process.frames).events != events:
            self._selector.modify(self._process.frames, events)

    def _turn(self, timeout: float) -> None:
        """Wait until something can be read or written, once, and do it."""
        for key, events in self._selector.select(timeout):
            if key.fileobj is self._process.output:
                self._read_output()
                continue
            if events & selectors.EVENT_WRITE:
                self._flush()
            if events & selectors.EVENT_READ:
                self._read_frames()

    def _read_frames(self) -> None:
        try:
            data = self._process.frames.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._splitter.feed(data)
        self._undecoded += len(data)
        if not data:
            self._at_end = True
            self._selector.unregister(self._process.frames)

    def _read_output(self) -> int:
        try:
            data = self._process.read_output(_CHUNK)
        except BlockingIOError:
            return 0
        except OSError:
            data = b""
        if not data:
            self._selector.unregister(self._process.output)
        self._printed += len(data)
        self._kept += data[: KEPT_OUTPUT - len(self._kept)]
        return len(data)

    def _stop(self, verdict: Verdict, message: str) -> Stopped:
        stage, step = self._where()
        self.close()
        return Stopped(verdict, stage, step, message)

    def _post_mortem(self) -> Stopped:
        """Say how a worker ended that the judge did not stop."""
        ending = self._process.end(_LAST_WORDS_SECONDS)
        return self._stop(*explained(ending, self.output))

    def close(self) -> None:
        """End the worker."""
        if self._closed:
            return
        self._closed = True
        self._selector.close()
        self._process.close()
        self._on_close(self)


def numbered_cells(answer: Answer) -> list[tuple[str, int, int]]:
    """Source, first line and number of each cell; a notebook's are numbered as if written one below the other."""
    line, cells = 1, []
    for cell in answer.cells:
        start = max(line, cell.line) if answer.path.endswith(".ipynb") else cell.line
        cells.append((cell.source, start, cell.index))
        line = start + cell.source.count("\n") + 1
    return cells
