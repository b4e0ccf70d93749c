"""Check what has just been saved, and answer keys: the events of `course watch`, one after the other."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from watchfiles import Change, DefaultFilter
from watchfiles import watch as changes

from grader.host.process import CalledOff
from grader.model import CourseError
from grader.model.language import translated
from grader.model.words import lead
from grader.study.events import Event, Events
from grader.study.keys import Keyboard
from grader.study.session import ALL_PASSED, Session
from grader.study.watch_screen import Screen
from grader.study.watch_state import Saved, State
from grader.study.workspace import BACKUPS, Stamps

DEBOUNCE_MS, STEP_MS = 120, 30
"""An editor's save is several events: they are taken together once it has been quiet for a step."""
_IDLE_MS = 500
"""Milliseconds after which the watching thread checks whether it should end."""

_STEPS = {Event.UP: -1, Event.DOWN: 1, Event.PAGE_UP: -10, Event.PAGE_DOWN: 10}
_LONG_SECONDS = 4.0
"""After this long a check says that it is still running."""


def watch(session: Session, console: Console, stamps: Stamps, events: Events, keyboard: Keyboard) -> None:
    """Check files as they are saved, until q or Ctrl-C.

    Args:
        session: The course, the workspace and the checker.
        console: Where to print; without a terminal it gets one line per check.
        stamps: The answers as they were when the command was called: what was saved since is checked too.
        events: What has happened since.
        keyboard: Tells of keys.
    """
    ended = threading.Event()
    watcher = threading.Thread(target=_tell_of_saves, args=(session, stamps, events, ended), daemon=True)
    state = State(session, stamps)
    screen = Screen(console, keyboard.released)
    with _told_of_sizes(events):
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


@contextmanager
def _told_of_sizes(events: Events) -> Iterator[None]:
    """Tell when the terminal gets another size, where a system says so."""
    if not hasattr(signal, "SIGWINCH"):
        yield
        return
    before = signal.signal(signal.SIGWINCH, lambda *_: events.tell(Event.RESIZED))
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)


def answer(event: Event, what: str, state: State, screen: Screen, events: Events) -> bool:
    """Answer one event; False ends.

    Args:
        event: What happened.
        what: What it happened to.
        state: Where one is.
        screen: Where it is shown.
        events: What happens meanwhile, which may end a check.
    """
    if event is Event.RESIZED:
        screen.resized(state)
        return True
    state.forget_question(but=event)
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
        case Event.SOLUTION if state.to_compare:
            symbol = state.to_compare
            screen.solution(symbol, state.solution())
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
    state.turn_to_now()
    match event:
        case Event.HINT:
            if state.is_unchecked:
                screen.unchecked(symbol)
            elif given := state.hint():
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
                screen.solution(symbol, state.solution())
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
        screen.leave_list(state, is_picked=True)
    elif event is Event.OTHER:
        pass
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
    lesson, symbol = state.now
    # Of file and notebook the one is checked that holds the part, else any; of two such the newer.
    files = sorted(state.session.workspace.answers(lesson), key=lambda path: path.stat().st_mtime_ns)
    found = [saved for path in files if (saved := state.look(path)) and saved.symbols]
    found.sort(key=lambda saved: symbol in saved.symbols)
    for saved in found[-1:]:
        _check(saved, state, screen, events)


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
        _check(saved, state, screen, events)


def _check(saved: Saved, state: State, screen: Screen, events: Events) -> None:
    screen.checking(saved, state.session)
    screen.foot(state)
    meanwhile = _Meanwhile(saved, state, screen, events)
    try:
        checked = state.check(saved, meanwhile)
    except CalledOff:
        if meanwhile.is_left:
            screen.called_off(saved)
            return
        # Its turn comes after that of what ended it; where that is a save of the same file, nothing is left to do.
        state.forget(saved.path)
        events.tell(Event.AGAIN, str(saved.path))
        return
    screen.found(checked, state)


class _Meanwhile:
    """What is answered while a check runs, which asks again and again whether it is called off."""

    def __init__(self, saved: Saved, state: State, screen: Screen, events: Events) -> None:
        self._saved, self._state, self._screen, self._events = saved, state, screen, events
        self._about = state.at(saved.path)
        self._long_from = time.monotonic() + _LONG_SECONDS
        self._is_long = False
        self.is_left = False
        """Whether one has turned to something else, so that nobody waits for what the check finds."""

    def __call__(self) -> bool:
        """Whether the check is called off: by q, by going elsewhere, or by an answer that was saved."""
        if not self._is_long and time.monotonic() > self._long_from:
            self._is_long = True
            self._screen.still_checking(self._saved)
            self._screen.foot(self._state)
        while (event := self._events.next_key()) is not None:
            if event is Event.QUIT and self._screen.picker is None:
                self._events.put_back(event)
                return True
            answer(event, "", self._state, self._screen, self._events)
            if self._state.at(self._saved.path) != self._about:
                self._leave()
                return True
            self._screen.foot(self._state)
        return self._events.any_saved(lambda path: self._state.is_news(Path(path)))

    def _leave(self) -> None:
        self.is_left = True
        (_, held), (_, holds) = self._about, self._state.at(self._saved.path)
        if held == holds:
            # Saved again, it is checked again.
            self._state.forget(self._saved.path)


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
