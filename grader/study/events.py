"""What happens while `course watch` runs: keys, saves, and what comes of them, in the order in which it is answered.

Without torch, so that keys count from the first moment on.
"""

import threading
from collections import deque
from collections.abc import Callable
from enum import Enum, auto


class Event(Enum):
    """What can happen."""

    SAVED = auto()
    """A file changed: with its path."""
    AGAIN = auto()
    """A check was ended for another file's sake, and is due again: with the file's path."""
    UNWATCHABLE = auto()
    """The folder cannot be watched: with the reason."""
    RESIZED = auto()
    """The terminal has another size."""
    HINT = auto()
    OPEN = auto()
    NEXT = auto()
    LIST = auto()
    PROGRESS = auto()
    SOLUTION = auto()
    RESET = auto()
    QUIT = auto()
    UP = auto()
    DOWN = auto()
    PAGE_UP = auto()
    PAGE_DOWN = auto()
    PICK = auto()
    BACK = auto()
    OTHER = auto()
    """A key that does nothing, but withdraws what was to be confirmed."""


_KEYS = {
    "h": Event.HINT, "o": Event.OPEN, "n": Event.NEXT, "l": Event.LIST, "p": Event.PROGRESS, "s": Event.SOLUTION,
    "r": Event.RESET, "q": Event.QUIT, "\x04": Event.QUIT,
    # In the list.
    "up": Event.UP, "k": Event.UP, "down": Event.DOWN, "j": Event.DOWN, "page up": Event.PAGE_UP,
    "page down": Event.PAGE_DOWN, "enter": Event.PICK, "escape": Event.BACK,
}  # fmt: skip
_NO_KEYS = (Event.SAVED, Event.AGAIN, Event.UNWATCHABLE)
"""What changes what is checked; anything else can be answered while a check runs."""
_SHORT_SECONDS = 0.1


class Events:
    """What happened and has not been answered; any thread may tell of more."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Event, str]] = deque()
        self._told = threading.Condition()

    def tell(self, event: Event, what: str = "") -> None:
        """Note what happened."""
        with self._told:
            self._waiting.append((event, what))
            self._told.notify()

    def press(self, key: str) -> None:
        """Note a key."""
        self.tell(_KEYS.get(key, Event.OTHER))

    def next(self) -> tuple[Event, str]:
        """Wait for what is to be answered next."""
        with self._told:
            while not self._waiting:
                self._told.wait()
            return self._waiting.popleft()

    def next_key(self) -> Event | None:
        """What can be answered while a check runs, the first of it; None where there is nothing."""
        with self._told:
            found = next((pair for pair in self._waiting if pair[0] not in _NO_KEYS), None)
            if found is None:
                return None
            self._waiting.remove(found)
            return found[0]

    def put_back(self, event: Event) -> None:
        """Have what was taken be answered next."""
        with self._told:
            self._waiting.appendleft((event, ""))
            self._told.notify()

    def any_saved(self, is_news: Callable[[str], bool]) -> bool:
        """Whether a file was saved that is news."""
        with self._told:
            saved = [what for event, what in self._waiting if event is Event.SAVED]
        return any(map(is_news, saved))

    @property
    def is_ending(self) -> bool:
        """Whether q was pressed and has not been answered."""
        with self._told:
            return any(event is Event.QUIT for event, _ in self._waiting)

    def load(self, everything: Callable[[], object]) -> bool:
        """Load what takes a while in a thread; False as soon as q is pressed, with the loading still going on.

        No process may be started there: it would end with the thread.

        Raises:
            BaseException: what loading raised.
        """
        raised: list[BaseException] = []

        def run() -> None:
            try:
                everything()
            except BaseException as error:
                raised.append(error)
            with self._told:
                self._told.notify_all()

        thread = threading.Thread(target=run, daemon=True)
        with self._told:
            thread.start()
            while not self.is_ending and thread.is_alive():
                self._told.wait(_SHORT_SECONDS)
        if raised:
            raise raised[0]
        return not self.is_ending
