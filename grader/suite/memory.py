"""Keep freed memory while a suite is compiled: large tensors come and go, and each new page costs a fault."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
"""Names of glibc's parameters (see ``man mallopt``)."""
_KEEPING = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, 2**31 - 1), (_TOP_PAD, 2**26))
_DEFAULTS = ((_MMAP_MAX, 65_536), (_TRIM_THRESHOLD, 2**17), (_TOP_PAD, 2**17))


@contextmanager
def freed_memory_kept() -> Iterator[None]:
    """Let the allocator use freed memory again instead of returning it; afterwards all of it is returned.

    Networks have tensors of hundreds of megabytes: without this, a third of the time of their suites went into the
    kernel. Where the C library is not glibc, nothing is changed.
    """
    if sys.platform != "linux" or not hasattr(library := ctypes.CDLL(None), "mallopt"):
        yield
        return
    for name, value in _KEEPING:
        library.mallopt(name, value)
    try:
        yield
    finally:
        for name, value in _DEFAULTS:
            library.mallopt(name, value)
        library.malloc_trim(0)
