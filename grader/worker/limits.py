"""What a process can give up on its own: resources, privileges, outliving its parent, being looked into."""

import contextlib
import ctypes
import functools
import os
import signal
import struct
import sys

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]

OPEN_FILES = 64
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38
_CAP_DAC_READ_SEARCH = 2
_CAPABILITY_VERSION_3 = 0x20080522


@functools.cache
def libc() -> ctypes.CDLL:
    """The C library of this process."""
    return ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int) -> bool:
    """Call Linux's prctl; False wherever it does not work."""
    if sys.platform != "linux":
        return False
    try:
        zero = ctypes.c_ulong(0)
        return bool(libc().prctl(option, ctypes.c_ulong(value), zero, zero, zero) == 0)
    except (OSError, AttributeError):
        return False


def no_new_privileges() -> bool:
    """Never gain privileges again, which Landlock and seccomp ask for first."""
    return _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def not_dumpable() -> bool:
    """Keep other processes of this user from tracing this one and reading its memory and environment."""
    return _prctl(_PR_SET_DUMPABLE, 0)


def adopt_orphans() -> bool:
    """Become the parent of descendants whose own parent ended, so that they can be found and killed."""
    return _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(parent: int) -> bool:
    """Be killed when the parent ends; end at once where it already has."""
    done = _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL if sys.platform == "linux" else 0)
    if done and os.getppid() != parent:
        os._exit(0)
    return done


def drop_capabilities() -> bool:
    """Give up what root may do, but for reading files where it may (Landlock confines that)."""
    if sys.platform != "linux":
        return False
    head = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    try:
        return any(
            libc().capset(head, struct.pack("6I", kept, kept, 0, 0, 0, 0)) == 0
            for kept in (1 << _CAP_DAC_READ_SEARCH, 0)
        )
    except (OSError, AttributeError):
        return False


def be_killed_first() -> None:
    """Ask the kernel to take this process and its children before others when memory runs out."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("500")


def have_limits() -> bool:
    """Whether this system has resource limits."""
    return resource is not None


def limit_resources(*, memory_mb: int | None, cpu_seconds: int) -> dict[str, bool]:
    """Set the limits of the kernel, each where the system has it, and say which hold.

    Args:
        memory_mb: Address space beyond what the process has now; None where a device needs address space without end.
        cpu_seconds: Seconds of all threads together, a second limit after the judge's clock.
    """
    if not have_limits():
        return {"address_space": False, "cpu_time": False, "files": False}
    held = {"cpu_time": _limit("RLIMIT_CPU", cpu_seconds, cpu_seconds + 5)}
    # A GPU's driver keeps files in memory; where there is none, nothing may be written at all.
    held["files"] = _limit("RLIMIT_FSIZE", 0 if memory_mb is not None else 2**26) and _limit("RLIMIT_CORE", 0)
    _limit("RLIMIT_NOFILE", OPEN_FILES if memory_mb is not None else 1024)
    held["address_space"] = memory_mb is not None and _limit("RLIMIT_AS", _address_space() + memory_mb * 2**20)
    return held


def _limit(name: str, soft: int, hard: int | None = None) -> bool:
    try:
        resource.setrlimit(getattr(resource, name), (soft, soft if hard is None else hard))
    except (AttributeError, OSError, ValueError):
        return False
    return True


def _address_space() -> int:
    """Bytes of address space in use, as a limit counts them; a guess where the system does not say."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 2**30
