"""What `course watch` makes of its events, with checks that are scripted: no terminal, no worker, no file watcher."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from grader.model import CourseError
from grader.study import watch_screen
from grader.study.events import Event
from grader.study.session import ALL_PASSED
from grader.study.watch import welcome
from grader.study.watch_screen import Screen
from tests.desk import Desk, plain


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_save_is_checked_once_and_leads_on(desk: Desk) -> None:
    assert desk.sees(Event.SAVED, str(desk.answer)) == "linear/linear: nothing begun yet.\n"
    assert desk.saves("") == "", "an editor has emptied the file and not written it yet"
    shown = desk.saves("Linear WRONG\nFlatten ACCEPTED\n")
    assert [line.split()[1] for line in shown.splitlines()[:2]] == ["Linear", "Flatten"]
    assert shown.splitlines()[2].startswith("Learned: ")
    assert desk.sees(Event.SAVED, str(desk.answer)) == ""
    assert desk.state.now is not None
    assert desk.state.now[1] == "Linear"
    shown = desk.saves("Linear ACCEPTED\nFlatten ACCEPTED\n")
    assert "Now: " in shown
    assert desk.state.now[0].slug != "linear/linear"
    assert "Now: " not in desk.saves("Linear ACCEPTED\nFlatten  ACCEPTED\n")


def test_a_new_save_ends_the_check_that_runs(desk: Desk) -> None:
    def saved(path: Path, text: str) -> None:
        path.write_text(text, encoding="utf-8")
        desk.events.tell(Event.SAVED, str(path))

    desk.session.meanwhile = lambda: saved(desk.answer, "Linear ACCEPTED\n")
    assert desk.saves("Linear WRONG\n") == ""
    assert "ACCEPTED" not in desk.sees(*desk.events.next())
    assert desk.session.workspace.progress("linear/linear", "Linear").passed
    assert desk.sees(*desk.events.next()) == ""

    other = desk.answer.parent.parent / "upsampling/pixelshuffle.py"
    desk.session.meanwhile = lambda: saved(other, "PixelShuffle WRONG\n")
    assert desk.saves("Linear WRONG\n") == ""
    assert "PixelShuffle" in desk.sees(*desk.events.next())
    assert "Linear" in desk.sees(*desk.events.next())


def test_what_says_nothing_new_ends_no_check_and_q_does(desk: Desk) -> None:
    def meanwhile() -> None:
        desk.events.tell(Event.SAVED, str(desk.answer))
        desk.events.tell(Event.SAVED, str(desk.answer.parent / "notes.py"))
        desk.events.tell(Event.LIST)

    desk.session.meanwhile = meanwhile
    assert "Linear" in desk.saves("Linear WRONG\n")
    desk.session.meanwhile = lambda: desk.events.tell(Event.QUIT)
    assert desk.saves("Linear RAISED\n") == ""


def test_keys_are_answered_while_a_check_runs(desk: Desk) -> None:
    desk.meanwhile(Event.PROGRESS, Event.HINT)
    shown = desk.saves("Flatten WRONG\nLinear WRONG\n")
    assert shown.index("Next: ") < shown.index("A hint goes by what a check finds") < shown.index("0 of 1 points")
    # Whoever goes on waits for nothing; what was being checked is checked when it is saved again.
    desk.meanwhile(Event.NEXT)
    assert desk.saves("Linear WRONG\n").endswith("The check of Linear is called off.\n")
    assert "0 of 1 points" in desk.sees(Event.SAVED, str(desk.answer))
    assert desk.events.next_key() is None
    # So does whoever puts back what is being checked, and the stub is none.
    desk.meanwhile(Event.RESET, Event.RESET)
    source = "class Linear: mine = 1\n"
    assert "is a stub again" in desk.saves(source)
    assert desk.sees(Event.SAVED, str(desk.answer)) == ""


def test_what_is_found_while_the_list_is_open_waits_below_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_screen.sys, "stdin", SimpleNamespace(isatty=lambda: True))
    desk.screen = Screen(Console(file=desk.shown, force_terminal=True, width=80, height=24, no_color=True))
    desk.meanwhile(Event.LIST, Event.QUIT, Event.LIST)
    shown = plain(desk.saves("Flatten ACCEPTED\nLinear WRONG\n"))
    assert "✗ Linear" not in shown
    assert "✓ Flatten" in shown.rpartition("Enter picks")[2]
    shown = plain(desk.sees(Event.BACK))
    assert "✗ Linear" in shown
    assert "Learned: " in shown
    desk.meanwhile(Event.LIST)
    desk.saves("Flatten ACCEPTED\nLinear RAISED\n")
    assert "✗ Linear" in plain(desk.sees(Event.PICK)), "it is picked where the cursor is"


def test_a_check_that_takes_long_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_screen.sys, "stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("grader.study.watch._LONG_SECONDS", -1.0)
    desk.screen = Screen(Console(file=desk.shown, force_terminal=True, width=80, height=24, no_color=True))
    shown = plain(desk.saves("Flatten WRONG\n"))
    checking, running = shown.index("Checking Flatten ..."), shown.index("It is still running.")
    assert checking < shown.index("q quit") < running < shown.index("q quit", running) < shown.index("✗ Flatten")


def test_our_answer_to_what_has_just_passed_comes_first(desk: Desk) -> None:
    assert desk.state.now is not None
    desk.saves("Flatten ACCEPTED\n")
    assert desk.state.now[1] == "Linear"
    shown = desk.sees(Event.SOLUTION)
    assert shown.startswith("This is how we wrote Flatten:")
    assert "class Flatten" in shown
    assert desk.session.workspace.progress("linear/linear", "Flatten").solution == "after a pass"
    assert desk.sees(Event.SOLUTION).startswith("Linear is not passed yet.")
    for turned in (Event.HINT, Event.NEXT):
        desk.saves("Flatten ACCEPTED" + " " * len(turned.name) + "\n")
        desk.state.go_to(desk.session.outline.one("Flatten"))
        desk.saves("Flatten  ACCEPTED" + " " * len(turned.name) + "\n")
        desk.sees(turned)
        assert "is not passed yet." in desk.sees(Event.SOLUTION)


def test_hints_forget_what_is_not_in_the_file_any_more(desk: Desk) -> None:
    desk.saves("Linear RAISED\nFlatten RAISED\n")
    desk.saves("Flatten WRONG\n")
    desk.state.go_to(desk.session.outline.one("Linear"))
    assert "Nothing is written yet." in desk.sees(Event.HINT)
    assert not desk.state._reports.keys() - {desk.session.outline.one("Flatten")}


def test_keys_move_about(desk: Desk) -> None:
    first = desk.state.now
    assert first is not None
    assert desk.sees(Event.HINT).startswith(f"\nHint 1 of 3 for {first[1]}\n\nNothing is written yet.")
    assert f"{first[1]:28} {first[0].slug}.py  <- here\n" in desk.sees(Event.LIST)
    assert desk.sees(Event.NEXT).startswith("Now: ")
    assert desk.state.now != first
    assert "Next: " in desk.sees(Event.PROGRESS)
    assert desk.sees(Event.QUIT) == ""
    with pytest.raises(CourseError, match="no eyes"):
        desk.sees(Event.UNWATCHABLE, "no eyes")


def test_what_cannot_be_taken_back_is_asked_for_twice(desk: Desk) -> None:
    desk.saves("Linear WRONG\n")
    assert desk.sees(Event.RESET).startswith("r again puts Linear back")
    assert desk.sees(Event.SOLUTION).startswith("Linear is not passed yet.")
    assert desk.sees(Event.RESET).startswith("r again puts Linear back")
    for other in (Event.HINT, Event.OTHER, Event.UP):
        desk.sees(other)
        assert desk.sees(Event.RESET).startswith("r again puts Linear back")
    desk.session.workspace.progress("linear/linear", "Linear").passed = True
    assert "class Linear" in desk.sees(Event.SOLUTION)
    assert desk.sees(Event.RESET).startswith("r again puts Linear back")
    desk.session.workspace.progress("linear/linear", "Linear").passed = False
    desk.session.workspace.progress("linear/linear", "Linear").solution = ""
    assert "cannot be read well enough" in desk.sees(Event.RESET)
    assert desk.answer.read_text(encoding="utf-8") == "Linear WRONG\n"
    desk.answer.write_text("class Linear: mine = 1\n", encoding="utf-8")
    assert "Linear is a stub again. What you had is in backup/linear/linear-" in desk.sees(Event.RESET)
    assert "class Linear" in desk.answer.read_text(encoding="utf-8")
    # The stub is no answer to check, which would wipe what was said.
    assert desk.sees(Event.SAVED, str(desk.answer)) == ""
    desk.sees(Event.SOLUTION)
    assert desk.session.workspace.progress("linear/linear", "Linear").solution == ""
    assert "class Linear" in desk.sees(Event.SOLUTION)
    assert desk.session.workspace.progress("linear/linear", "Linear").solution == "gave up"


def test_the_editor_opens_where_the_part_begins(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform == "win32":
        pytest.skip("the editor is a shell script")
    script = tmp_path / "vim"
    script.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/typed\n', encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(script))
    line = desk.answer.read_text(encoding="utf-8").splitlines().index("class Flatten(nn.Module):") + 1
    assert desk.sees(Event.OPEN).startswith("Opened linear.py with")
    assert (tmp_path / "typed").read_text(encoding="utf-8") == f"+{line} {desk.answer}\n"
    monkeypatch.setenv("VISUAL", "no-such-editor")
    assert "cannot be started" in desk.sees(Event.OPEN)


def test_a_file_that_is_gone_is_missed_once(desk: Desk) -> None:
    desk.answer.with_suffix(".ipynb").unlink()
    desk.answer.unlink()
    assert desk.sees(Event.SAVED, str(desk.answer)).startswith("linear.py is gone.")
    assert desk.sees(Event.SAVED, str(desk.answer)) == ""
    assert desk.sees(Event.SAVED, str(desk.answer.parent / "other.py")) == ""
    assert "Linear" in desk.saves("Linear WRONG\n")


def test_it_begins_where_one_left_off_and_ends_when_all_is_passed(tmp_path: Path) -> None:
    Desk(tmp_path).answer.write_text("Flatten WRONG\n", encoding="utf-8")
    desk = Desk(tmp_path)
    welcome(desk.state, desk.screen, desk.events)
    assert desk.state.now is not None
    assert desk.state.now[1] == "Flatten"
    assert "Now: Flatten in linear/linear.py" in desk.shown.getvalue()
    assert desk.answer.with_suffix(".ipynb").is_file()
    assert desk.shown.getvalue().count("0 of 1 points") == 1
    for lesson, symbol in desk.session.outline.parts:
        desk.session.workspace.progress(lesson.slug, symbol).passed = symbol != "Flatten"
    assert ALL_PASSED in desk.saves("Flatten ACCEPTED\n")
    assert desk.state.now is None
    assert [desk.sees(event) for event in (Event.HINT, Event.NEXT, Event.LIST)] == ["", "", ""]
