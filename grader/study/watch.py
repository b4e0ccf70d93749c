"""Check what has just been saved, and answer keys: the events of `course watch`, one after the other."""

import queue
import threading
from enum import Enum, auto
from pathlib import Path

from rich.console import Console
from watchfiles import Change, DefaultFilter
from watchfiles import watch as changes

from grader.host.process import CalledOff
from grader.model import CourseError
from grader.model.language import translated
from grader.model.words import lead
from grader.study.keys import keys
from grader.study.session import ALL_PASSED, Session
from grader.study.watch_screen import Screen
from grader.study.watch_state import Saved, State
from grader.study.workspace import BACKUPS, Stamps

DEBOUNCE_MS, STEP_MS = 120, 30
"""An editor's save is several events: they are taken together once it has been quiet for a step."""
_IDLE_MS = 500
"""Milliseconds after which the watching thread checks whether it should end."""


class Event(Enum):
    """What can happen."""

    SAVED = auto()
    """A file changed: with its path."""
    AGAIN = auto()
    """A check was ended for another file's sake, and is due again: with the file's path."""
    UNWATCHABLE = auto()
    """The folder cannot be watched: with the reason."""
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


_KEYS = {
    "h": Event.HINT, "o": Event.OPEN, "n": Event.NEXT, "l": Event.LIST, "p": Event.PROGRESS, "s": Event.SOLUTION,
    "r": Event.RESET, "q": Event.QUIT, "\x04": Event.QUIT,
    # In the list.
    "up": Event.UP, "k": Event.UP, "down": Event.DOWN, "j": Event.DOWN, "page up": Event.PAGE_UP,
    "page down": Event.PAGE_DOWN, "enter": Event.PICK, "escape": Event.BACK,
}  # fmt: skip
_STEPS = {Event.UP: -1, Event.DOWN: 1, Event.PAGE_UP: -10, Event.PAGE_DOWN: 10}


class Events:
    """What happened and has not been answered; any thread may tell of more."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[tuple[Event, str]] = queue.Queue()

    def tell(self, event: Event, what: str = "") -> None:
        """Note what happened."""
        self._waiting.put((event, what))

    def next(self) -> tuple[Event, str]:
        """Wait for what is to be answered next."""
        return self._waiting.get()

    def call_off(self, state: State) -> bool:
        """Whether something waits for which a check that is running is to end: q, or an answer that was saved."""
        with self._waiting.mutex:
            waiting = list(self._waiting.queue)
        return any(
            event is Event.QUIT or (event is Event.SAVED and state.is_news(Path(what))) for event, what in waiting
        )


def watch(session: Session, console: Console, stamps: Stamps | None = None) -> None:
    """Check files as they are saved, until q or Ctrl-C.

    Args:
        session: The course, the workspace and the checker.
        console: Where to print; without a terminal it gets one line per check.
        stamps: The answers as they were when the command was called: what was saved since is checked too.
    """
    stamps = session.workspace.stamps(session.outline) if stamps is None else stamps
    events, ended = Events(), threading.Event()

    def pressed(key: str) -> None:
        if key in _KEYS:
            events.tell(_KEYS[key])

    watcher = threading.Thread(target=_tell_of_saves, args=(session, stamps, events, ended), daemon=True)
    state = State(session, stamps)
    with keys(pressed) as keyboard:
        screen = Screen(console, keyboard.released)
        watcher.start()
        try:
            welcome(state, screen, events)
            screen.foot(state)
            while answer(*events.next(), state, screen, events):
                screen.foot(state)
        except KeyboardInterrupt:
            screen.say("")
        finally:
            ended.set()
    watcher.join(2)


def answer(event: Event, what: str, state: State, screen: Screen, events: Events) -> bool:
    """Answer one event; False ends.

    Args:
        event: What happened.
        what: What it happened to.
        state: Where one is.
        screen: Where it is shown.
        events: What happens meanwhile, which may end a check.
    """
    if event is not Event.RESET and event is not Event.SOLUTION:
        state.forget_question()
    if screen.picker is not None and _picks(event, state, screen):
        return True
    match event:
        case Event.SAVED | Event.AGAIN:
            _saved(Path(what), state, screen, events)
        case Event.UNWATCHABLE:
            raise CourseError(what, "Use `course check`, or set WATCHFILES_FORCE_POLLING=1.")
        case Event.PROGRESS:
            screen.progress(state.session)
        case Event.QUIT:
            return False
        case Event.LIST:
            screen.list(state)
        case _ if state.now is not None:
            try:
                _about_the_part(event, state, screen)
            except CourseError as error:
                # What cannot be done is no reason to end.
                screen.say(f"{lead(error.what)}{translated(error.fix)}")
    return True


def _about_the_part(event: Event, state: State, screen: Screen) -> None:
    """Answer what is about the part one is at."""
    assert state.now is not None
    _, symbol = state.now
    match event:
        case Event.HINT:
            if given := state.hint():
                screen.all_given(given, state.session) if given.is_repeated else screen.hint(given)
        case Event.NEXT:
            if part := state.go_on():
                screen.now(part)
            else:
                screen.say(translated(ALL_PASSED))
        case Event.OPEN:
            screen.open(state.session.workspace, state.now)
        case Event.RESET:
            if state.asks_again(event):
                screen.reset(symbol, state.reset())
            else:
                screen.say(translated(f"r again puts {symbol} back to its stub; what you have is kept in {BACKUPS}/."))
        case Event.SOLUTION:
            if state.session.is_passed(*state.now) or state.asks_again(event):
                screen.solution(state.solution())
            else:
                told = f"{symbol} is not passed yet. s again shows our answer all the same; that is remembered."
                screen.say(translated(told))


def _picks(event: Event, state: State, screen: Screen) -> bool:
    """Answer what is about the list; False where the list is left for something else."""
    picker = screen.picker
    assert picker is not None
    if event in _STEPS:
        picker.move(_STEPS[event])
    elif event is Event.NEXT:
        picker.next_unsolved()
    elif event is Event.PICK:
        state.go_to(picker.part)
        screen.leave_list(state)
    elif event in (Event.QUIT, Event.LIST, Event.BACK):
        screen.leave_list(state)
    else:
        screen.picker = None
        return False
    if screen.picker is not None:
        screen.list(state)
    return True


def welcome(state: State, screen: Screen, events: Events) -> None:
    """Say where one is, and check the answer where one left off."""
    if state.now is None:
        return
    screen.now(state.now)
    lesson, _ = state.now
    if state.session.attempted(lesson):
        # File and notebook hold one answer, which is checked once.
        files = sorted(state.session.workspace.answers(lesson), key=lambda path: path.stat().st_mtime_ns)
        found = [(saved, path) for path in files if (saved := state.look(path))]
        for saved, path in found[-1:]:
            _check(saved, path, state, screen, events)


def _saved(path: Path, state: State, screen: Screen, events: Events) -> None:
    """Check the parts of a file that was saved, begun ones only."""
    saved = state.look(path)
    if saved is None:
        return
    if saved.is_gone:
        screen.gone(path, saved.lesson)
    elif not saved.symbols:
        screen.nothing_begun(saved.lesson)
    else:
        _check(saved, path, state, screen, events)


def _check(saved: Saved, path: Path, state: State, screen: Screen, events: Events) -> None:
    screen.checking(saved, state.session)
    try:
        checked = state.check(saved, lambda: events.call_off(state))
    except CalledOff:
        # Its turn comes after that of what ended it; where that is a save of the same file, nothing is left to do.
        state.forget(path)
        events.tell(Event.AGAIN, str(path))
        return
    screen.checked(checked, state.session)
    if checked.is_done:
        screen.done(state.now)


class _Only(DefaultFilter):
    """Passes answer files only, and nothing that tools leave beside them."""

    def __init__(self) -> None:
        super().__init__(ignore_dirs=(*DefaultFilter.ignore_dirs, BACKUPS, ".ipynb_checkpoints"))

    def __call__(self, change: Change, path: str) -> bool:
        return path.endswith((".py", ".ipynb")) and super().__call__(change, path)


def _tell_of_saves(session: Session, stamps: Stamps, events: Events, ended: threading.Event) -> None:
    """Turn the file system's changes into events, until the end."""
    workspace = session.workspace
    is_first = True
    try:
        for changed in changes(
            workspace.path,
            watch_filter=_Only(),
            debounce=DEBOUNCE_MS,
            step=STEP_MS,
            rust_timeout=_IDLE_MS,
            yield_on_timeout=True,
            stop_event=ended,
            raise_interrupt=False,
        ):
            paths = {Path(path) for _, path in changed}
            if is_first:
                # From here on nothing is missed; what was saved while everything was being imported has been.
                now = workspace.stamps(session.outline)
                paths |= {path for path in now if now[path] != stamps.get(path)}
                is_first = False
            for path in sorted(paths):
                events.tell(Event.SAVED, str(path))
    except (OSError, RuntimeError) as error:
        events.tell(Event.UNWATCHABLE, f"This folder cannot be watched: {error}")
