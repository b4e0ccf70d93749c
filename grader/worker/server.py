"""The server process: it imports torch once and forks a child, in about a millisecond, for every answer.

It runs nothing of a student's and no tensor operation (a fork after threads were started may hang). Where there is no
fork to rely on, the same entry point becomes the child itself.
"""

import contextlib
import gc
import importlib
import importlib.machinery
import json
import os
import select
import socket
import sys
from dataclasses import dataclass
from typing import Any

from grader.case.whereabouts import Whereabouts
from grader.worker import audit, callers, child, limits, reimplementations, sandbox, torch_surface
from grader.worker.guard import Guard

_PRELOAD = (
    "numpy",
    "torch.utils._python_dispatch",
    "torch.overrides",
    "torch.func",
    # Any backward() with an explicit gradient imports this: a third of a second, in every child.
    "torch.fx.experimental.symbolic_shapes",
    "dataclasses", "enum", "inspect", "typing", "random", "traceback", "statistics", "fractions", "decimal", "copy",
    "abc", "collections", "contextlib", "functools", "itertools", "math", "operator", "warnings", "typing_extensions",
)  # fmt: skip
_FRAMES = 3
"""The child's descriptor of the judge's socket; 0 is /dev/null, 1 and 2 are the output."""
_HIGH_DESCRIPTOR, _MOST_DESCRIPTORS = 32, 256
_MESSAGE = 2**16


def main(config: dict[str, Any]) -> None:
    """Run as the server or the child that the judge started this process as.

    Args:
        config: ``role`` (``server`` or ``child``), ``socket`` (the descriptor of the control socket or of the frames),
            ``judge`` (its process id) and `sandbox.Sandbox`'s arguments under ``sandbox``.
    """
    gc.disable()
    for name in _PRELOAD:
        importlib.import_module(name)
    torch_surface.preload()
    reimplementations.preload()
    callers.remember()
    audit.preload()
    forked = config["role"] == "server"
    if forked:
        limits.be_killed_first()
        limits.not_dumpable()
        limits.adopt_orphans()
    confinement = sandbox.Sandbox(**config["sandbox"])
    gc.collect()
    gc.freeze()
    ends = _Forks(config["socket"], config["judge"]).serve() if forked else _Ends(_inherited(config["socket"]))
    gc.enable()
    if ends is None:
        with contextlib.suppress(OSError):
            os.rmdir(os.getcwd())  # the judge may not have had the time to
    else:
        layers: dict[str, bool | str] = {"fork_server": forked, **confinement.enter()}
        if forked:
            os.closerange(_FRAMES + 1, _MOST_DESCRIPTORS)
        _only_torch(config["sandbox"]["packages"])
        child.serve(ends.frames, ends.whereabouts, layers, device=config["sandbox"]["device"], guard=ends.guard)


@dataclass(frozen=True, slots=True)
class _Ends:
    """What a child begins with."""

    frames: socket.socket
    whereabouts: Whereabouts | None = None
    """The memory it shares with the judge, where there is such memory."""
    guard: Guard | None = None
    """The guard that is armed already, where one is."""


class _Forks:
    """The control socket, and the children that are not yet reaped.

    The server also forks servers: in each of these a guard is armed, once for all the answers that it is to hold for.
    """

    def __init__(self, descriptor: int, parent: int, guard: Guard | None = None) -> None:
        import fcntl

        self._guard = guard

        self._control = socket.socket(fileno=fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _HIGH_DESCRIPTOR))
        os.close(descriptor)
        self._parent = parent
        self._alive: set[int] = set()
        self._forgotten: set[int] = set()
        self._armed: set[int] = set()

    def serve(self) -> _Ends | None:
        """Answer the judge until it is gone; in a child, return its ends."""
        self._control.send(json.dumps({"ready": True, "threads": len(os.listdir("/proc/self/task"))}).encode())
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        # No parent-death signal here: it would fire when the *thread* that started this process ends. The judge's end
        # closes the control socket; the parent's id is watched in case someone else still holds it open.
        while os.getppid() == self._parent:
            if not poll.poll(20 if self._forgotten else 1000):
                self._reap()
                continue
            message, passed, _, _ = socket.recv_fds(self._control, _MESSAGE, 3)
            if not message:
                break
            request = json.loads(message)
            if request["op"] == "fork":
                ends = self._fork(*passed)
                if ends is not None:
                    return ends
            elif request["op"] == "arm":
                ends = self._arm(request["off_limits"], *passed)
                if ends is not None:
                    return ends
            elif request["op"] == "status":
                self._control.send(json.dumps({"status": self._status(request["pid"])}).encode())
            else:
                self._forgotten.add(request["pid"])
            self._reap()
        return None

    def _fork(self, frames: int, output: int, whereabouts: int) -> _Ends | None:
        server = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            self._control.send(json.dumps({"error": f"fork failed: {error}"}).encode())
            pid = -1
        if pid == 0:
            return _become_child(server, frames, output, whereabouts, self._guard)
        for passed in (frames, output, whereabouts):
            os.close(passed)
        if pid > 0:
            self._alive.add(pid)
            self._control.send(json.dumps({"pid": pid}).encode())
        return None

    def _arm(self, off_limits: dict[str, list[str]], control: int) -> _Ends | None:
        """Fork a server whose children find a guard armed; in such a child, return its ends.

        The judge talks to it by a socket of its own. Where it fails that is closed, which tells the judge.
        """
        server = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            pid = -1
        if pid == 0:
            self._control.close()
            limits.die_with_parent(server)
            limits.adopt_orphans()
            guard = Guard(off_limits)
            guard.arm()
            gc.freeze()
            ends = _Forks(control, server, guard).serve()
            if ends is None:
                os._exit(0)
            return ends
        os.close(control)
        if pid > 0:
            self._alive.add(pid)
            self._armed.add(pid)
        return None

    def _status(self, pid: int) -> int:
        """Wait for a child that the judge has killed or seen ending."""
        self._alive.discard(pid)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def _reap(self) -> None:
        """Reap forgotten children, and kill what they left behind where nothing kept them from forking."""
        for pid in [*self._forgotten, *self._armed]:
            if os.waitpid(pid, os.WNOHANG)[0]:
                self._forgotten.discard(pid)
                self._armed.discard(pid)
                self._alive.discard(pid)
        for pid in _children() - self._alive:
            with contextlib.suppress(OSError):
                os.kill(pid, 9)
                self._alive.add(pid)
                self._forgotten.add(pid)


def _children() -> set[int]:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            return set(map(int, file.read().split()))
    except OSError:
        return set()


def _become_child(server: int, frames: int, output: int, whereabouts: int, guard: Guard | None) -> _Ends:
    """Take leave of the server: own session, own descriptors, own standard output."""
    noted = Whereabouts(whereabouts)
    os.setsid()
    limits.die_with_parent(server)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(frames, _FRAMES)
    return _Ends(socket.socket(fileno=_FRAMES), noted, guard)


def _inherited(descriptor: int) -> socket.socket:
    """The frames' socket of a process that was started as a child, by number or as Windows hands it over."""
    if descriptor >= 0:
        return socket.socket(fileno=descriptor)
    size = int.from_bytes(sys.stdin.buffer.read(4), "little")
    return socket.fromshare(sys.stdin.buffer.read(size))  # type: ignore[attr-defined,no-any-return,unused-ignore]


class _TorchOnly(importlib.machinery.PathFinder):
    """Finds of installed packages only those that torch needs, so that an answer runs alike wherever it is judged."""

    packages: tuple[str, ...] = ()

    @classmethod
    def find_spec(cls, fullname: str, path: Any = None, target: Any = None) -> Any:
        """Find a module of the standard library, of torch or of what torch needs."""
        spec = super().find_spec(fullname, path, target)
        if spec is None or path is not None or fullname in sandbox.COMPANIONS:
            return spec
        return None if (spec.origin or cls.packages[0]).startswith(cls.packages) else spec


def _only_torch(packages: list[str]) -> None:
    """Leave torch and the standard library to import, and of the kit no more than is already here."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "grader" and hasattr(module, "__path__"):
            module.__path__ = []
    _TorchOnly.packages = tuple(packages)
    finders = [_TorchOnly if finder is importlib.machinery.PathFinder else finder for finder in sys.meta_path]
    sys.meta_path[:] = finders
