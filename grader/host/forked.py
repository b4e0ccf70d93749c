"""Children that a server forks, in about a millisecond each, where the system can fork."""

import array
import contextlib
import dataclasses
import json
import os
import select
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.case.whereabouts import Whereabouts, new_memory
from grader.host.process import ANSWER_SECONDS, START_SECONDS, Ending, JudgeError, Starter, waited_for_processor

if TYPE_CHECKING:  # it brings hypothesis, which a server that is warmed up does not wait for
    from grader.spec import OffLimits

_MOST_ARMED = 4
"""Processes with an armed guard that are kept beside the one in use."""


class ForkServer:
    """The judge's side of `grader.worker.server`: the server, and those that it forks to have a guard armed in them."""

    def __init__(self, sandbox: dict[str, Any]) -> None:
        """Start it; it imports torch while the judge does something else."""
        self._starter = Starter(sandbox)
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        with theirs:
            self._popen = self._starter.start(
                "server",
                theirs.fileno(),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._errors,
                stderr=self._errors,
                start_new_session=True,
            )
        self._plain = _Forks(control, self._popen, self._gone)
        self._armed: dict[str, _Forks] = {}
        """By what is off limits; those used last come last."""

    def prepare(self, off_limits: "OffLimits | None" = None) -> None:
        """Request the next child without waiting; it starts while the judge goes on.

        Args:
            off_limits: What the guard in it should refuse; None for a child in which none is armed yet.
        """
        self._forks(off_limits).prepare()

    def spawn(self, off_limits: "OffLimits | None" = None) -> "Forked":
        """Give the child that was requested, or a new one.

        Args:
            off_limits: What the guard in it should refuse; None for a child in which none is armed yet.

        Raises:
            JudgeError: where the server is gone or does not answer.
        """
        return self._forks(off_limits).spawn()

    def _forks(self, off_limits: "OffLimits | None") -> "_Forks":
        refused = dataclasses.asdict(off_limits) if off_limits is not None else {}
        if not any(refused.values()):
            return self._plain
        key = json.dumps(refused)
        forks = self._armed.pop(key, None)
        if forks is None:
            self._plain.wait_until_ready()
            control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self._plain.tell({"op": "arm", "off_limits": refused}, theirs.fileno())
            forks = _Forks(control, self._popen, self._gone)
        self._armed[key] = forks
        for other in [name for name, item in self._armed.items() if item.is_idle and name != key][:-_MOST_ARMED]:
            self._armed.pop(other).close()
        return forks

    def _gone(self) -> JudgeError:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(1)
        self._errors.seek(max(0, self._errors.seek(0, os.SEEK_END) - 2000))
        text = self._errors.read().decode(errors="replace").strip()
        return JudgeError(f"the server of workers ended with status {self._popen.returncode}\n{text}".strip())

    def close(self) -> None:
        """End the server and every child it has."""
        for forks in (self._plain, *self._armed.values()):
            forks.close()
        with contextlib.suppress(OSError):
            self._popen.kill()
        self._popen.wait()
        self._errors.close()
        self._starter.remove()


class _Forks:
    """One process that forks children, by the socket through which it is asked to."""

    def __init__(
        self, control: socket.socket, server: "subprocess.Popen[bytes]", gone: Callable[[], JudgeError]
    ) -> None:
        """Take charge of a socket.

        Args:
            control: The socket.
            server: The first of these processes, with which all others end.
            gone: What to raise where nobody answers any more.
        """
        self._control, self._server, self._gone = control, server, gone
        self._ready = False
        self._ordered: _Ordered | None = None
        self._open = 0

    @property
    def is_idle(self) -> bool:
        """Whether no child of it is in use."""
        return not self._open

    def prepare(self) -> None:
        """Request the next child without waiting."""
        if self._ordered is None:
            self._ordered = self._order()

    def spawn(self) -> "Forked":
        """Give the child that was requested, or a new one."""
        ordered, self._ordered = self._ordered or self._order(), None
        try:
            if ordered.reply is None:
                ordered.reply = self._receive(ANSWER_SECONDS)
            if "pid" not in ordered.reply:
                raise JudgeError(f"the server of workers could not start one: {ordered.reply.get('error')}")
            if self._is_gone():
                raise self._gone()
        except JudgeError:
            ordered.close()
            raise
        self._open += 1
        return Forked(self, ordered.reply["pid"], ordered.frames, ordered.output, ordered.whereabouts)

    def _order(self) -> "_Ordered":
        self.wait_until_ready()
        ours, theirs = socket.socketpair()
        output, written = os.pipe()
        memory = new_memory()
        ordered = _Ordered(ours, output, Whereabouts(memory))
        try:
            self.tell({"op": "fork"}, theirs.fileno(), written, memory)
        except JudgeError:
            ordered.close()
            raise
        finally:
            theirs.close()
            os.close(written)
            os.close(memory)
        return ordered

    def wait_until_ready(self) -> None:
        """Wait for its first words: that it can fork safely."""
        if not self._ready:
            hello = self._receive(START_SECONDS)
            if hello.get("threads") != 1:
                raise JudgeError(f"the server of workers runs {hello.get('threads')} threads, so it cannot fork safely")
            self._ready = True

    def _is_gone(self) -> bool:
        """Whether nobody is at the other end; whatever is asked for has been received."""
        return self._server.poll() is not None or bool(select.select([self._control], [], [], 0)[0])

    def status(self, pid: int) -> int | None:
        """Wait for a child to end, and have it reaped: how it ended, as a return code."""
        if self._ordered is not None and self._ordered.reply is None:
            # Replies come in the order of the requests.
            self._ordered.reply = self._receive(ANSWER_SECONDS)
        self._open -= 1
        self.tell({"op": "status", "pid": pid})
        return self._receive(ANSWER_SECONDS).get("status")

    def forget(self, pid: int) -> None:
        """Leave a killed child to be reaped."""
        self._open -= 1
        self.tell({"op": "forget", "pid": pid})

    def tell(self, request: dict[str, Any], *descriptors: int) -> None:
        """Send a request."""
        try:
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
            self._control.sendmsg([json.dumps(request).encode()], rights)
        except OSError as error:
            raise self._gone() from error

    def _receive(self, seconds: float) -> dict[str, Any]:
        self._control.settimeout(seconds)
        try:
            message = self._control.recv(4096)
        except TimeoutError as error:
            raise JudgeError(f"the server of workers did not answer within {seconds:g} s") from error
        except OSError as error:
            raise self._gone() from error
        if not message:
            raise self._gone()
        reply: dict[str, Any] = json.loads(message)
        return reply

    def close(self) -> None:
        """End it with every child it has."""
        if self._ordered is not None:
            self._ordered.close()
            self._ordered = None
        self._control.close()


@dataclass(slots=True)
class _Ordered:
    """The judge's ends of a child that the server was asked for."""

    frames: socket.socket
    output: int
    whereabouts: Whereabouts
    reply: dict[str, Any] | None = None

    def close(self) -> None:
        self.frames.close()
        os.close(self.output)
        self.whereabouts.close()


class Forked:
    """A child of the server."""

    def __init__(self, server: _Forks, pid: int, frames: socket.socket, output: int, whereabouts: Whereabouts) -> None:
        """Open its pidfd; the server does not reap it until it is told to, so its process id is not reused."""
        self._server, self.pid = server, pid
        self.frames, self.output = frames, output
        self.whereabouts: Whereabouts | None = whereabouts
        self._reaped = False
        os.set_blocking(output, False)
        try:
            self._handle: int | None = os.pidfd_open(pid)
        except (AttributeError, OSError):
            self._handle = None

    def read_output(self, size: int) -> bytes:
        """Read what was printed; nothing at the end."""
        return os.read(self.output, size)

    def waited(self) -> float:
        """Seconds for which it has been ready to run while the processors were busy with others."""
        return waited_for_processor(self.pid)

    def end(self, patience: float) -> Ending:
        """Wait a moment for it to end, then kill it, and say how it ended."""
        ended = self._handle is not None and bool(select.select([self._handle], [], [], patience)[0])
        self._kill()
        self._reaped = True
        return Ending(self._server.status(self.pid), ended)

    def close(self) -> None:
        """Kill it where it still runs, and release everything."""
        if not self._reaped:
            self._kill()
            with contextlib.suppress(JudgeError):
                self._server.forget(self.pid)
        self.frames.close()
        os.close(self.output)
        if self.whereabouts is not None:
            self.whereabouts.close()
        if self._handle is not None:
            os.close(self._handle)

    def _kill(self) -> None:
        with contextlib.suppress(OSError):
            if self._handle is not None:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            else:
                os.kill(self.pid, signal.SIGKILL)
        # Its group too: where seccomp is missing it may have started others.
        with contextlib.suppress(OSError):
            os.killpg(self.pid, signal.SIGKILL)
