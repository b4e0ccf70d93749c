"""Single keys from a terminal, without waiting for Enter."""

import contextlib
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator

_KEY = re.compile(r"\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z])|.", re.DOTALL)
_NAMES = {
    "\x1b[A": "up", "\x1bOA": "up", "\x1b[B": "down", "\x1bOB": "down", "\x1b[5~": "page up", "\x1b[6~": "page down",
    "\x1b[H": "home", "\x1bOH": "home", "\x1b[1~": "home", "\x1b[F": "end", "\x1bOF": "end", "\x1b[4~": "end",
    "\r": "enter", "\n": "enter", "\x1b": "escape",
}  # fmt: skip
_WINDOWS_NAMES = {"H": "up", "P": "down", "I": "page up", "Q": "page down", "G": "home", "O": "end"}


class Keyboard:
    """The keys of the terminal, if there is one."""

    def __init__(self, pressed: Callable[[str], None]) -> None:
        self._pressed = pressed
        self._held = contextlib.ExitStack()

    def hold(self) -> None:
        """Begin to read keys; without a terminal nothing is read."""
        if sys.stdin.isatty():
            self._held.enter_context(_read(self._pressed))

    def give_up(self) -> None:
        """Read no more, and put the terminal back as it was."""
        self._held.close()

    @contextlib.contextmanager
    def released(self) -> Iterator[None]:
        """Leave the terminal to another program while the block runs."""
        self.give_up()
        try:
            yield
        finally:
            self.hold()


@contextlib.contextmanager
def keys(pressed: Callable[[str], None]) -> Iterator[Keyboard]:
    """Call back with each key while the block runs: a letter, or a name such as ``up`` or ``enter``.

    The terminal is put back as it was, whatever happens.
    """
    keyboard = Keyboard(pressed)
    keyboard.hold()
    try:
        yield keyboard
    finally:
        keyboard.give_up()


def named(data: str) -> Iterator[str]:
    """The keys that a terminal has sent, by letter or name; one that has no name here is nothing, but was pressed."""
    for key in _KEY.findall(data):
        yield _NAMES.get(key, key if len(key) == 1 else "")


if sys.platform == "win32":

    @contextlib.contextmanager
    def _read(pressed: Callable[[str], None]) -> Iterator[None]:
        import msvcrt

        ended = threading.Event()

        def read() -> None:
            while not ended.wait(0.05):
                while msvcrt.kbhit():
                    key = msvcrt.getwch()
                    if key in ("\x00", "\xe0"):
                        pressed(_WINDOWS_NAMES.get(msvcrt.getwch(), ""))
                    else:
                        pressed(_NAMES.get(key, key))

        threading.Thread(target=read, daemon=True).start()
        try:
            yield
        finally:
            ended.set()

else:

    @contextlib.contextmanager
    def _read(pressed: Callable[[str], None]) -> Iterator[None]:
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
                data = os.read(descriptor, 64)
                if not data:
                    # The terminal is gone (a closed SSH session): as good as q.
                    pressed("q")
                    return
                for key in named(data.decode(errors="ignore")):
                    pressed(key)

        # What was typed before counts too.
        tty.setcbreak(descriptor, termios.TCSADRAIN)
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
