"""Single keys from a terminal, without waiting for Enter."""

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def keys(pressed: Callable[[str], None]) -> Iterator[bool]:
    """Call back with each key while the block runs; gives whether keys can be read.

    Without a terminal nothing is read. The terminal is put back as it was, whatever happens.
    """
    if not sys.stdin.isatty():
        yield False
    elif sys.platform == "win32":
        with _windows(pressed):
            yield True
    else:
        with _posix(pressed):
            yield True


if sys.platform == "win32":

    @contextlib.contextmanager
    def _windows(pressed: Callable[[str], None]) -> Iterator[None]:
        import msvcrt

        ended = threading.Event()

        def read() -> None:
            while not ended.wait(0.05):
                while msvcrt.kbhit():
                    pressed(msvcrt.getwch())

        threading.Thread(target=read, daemon=True).start()
        try:
            yield
        finally:
            ended.set()

else:

    @contextlib.contextmanager
    def _posix(pressed: Callable[[str], None]) -> Iterator[None]:
        import select
        import termios
        import tty

        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
        stop, stopped = os.pipe()

        def read() -> None:
            while True:
                ready, _, _ = select.select([descriptor, stop], [], [])
                if stop in ready:
                    return
                data = os.read(descriptor, 16)
                if not data:
                    # The terminal is gone (a closed SSH session): as good as q.
                    pressed("q")
                    return
                for letter in data.decode(errors="ignore"):
                    pressed(letter)

        tty.setcbreak(descriptor)
        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        try:
            yield
        finally:
            os.write(stopped, b"x")
            thread.join(1)
            os.close(stop)
            os.close(stopped)
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
