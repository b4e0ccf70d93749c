"""The screen of `course watch`: its list, its foot, and terminals that are low, narrow or of another size."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from grader.model import Condition, Counterexample, CriterionReport, PartReport, Verdict
from grader.study import watch_screen
from grader.study.events import Event
from grader.study.watch import answer
from grader.study.watch_screen import Screen
from grader.study.watch_state import Checked
from tests.desk import Desk, plain


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_part_is_picked_from_a_list_that_fits_sixty_columns(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_screen.sys, "stdin", SimpleNamespace(isatty=lambda: True))
    desk.screen = Screen(Console(file=desk.shown, force_terminal=True, width=60, height=24, no_color=True))
    for part in desk.session.outline.parts[:2]:
        desk.session.workspace.progress(part[0].slug, part[1]).passed = True
    desk.state.go_on()
    shown = desk.sees(Event.LIST)
    assert "> · count_parameters" in shown
    assert "✓ Flatten" in shown
    assert "> · freeze" in desk.sees(Event.DOWN)
    shown = desk.sees(Event.PAGE_DOWN)
    lines = plain(shown).splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 60
    for _ in range(3):
        desk.sees(Event.PAGE_UP)
    assert "> ✓ Flatten" in desk.sees(Event.UP)
    assert "> · count_parameters" in desk.sees(Event.NEXT)
    desk.sees(Event.DOWN)
    assert "Now: freeze in modules/tools.py" in desk.sees(Event.PICK)
    assert desk.screen.picker is None
    desk.sees(Event.LIST)
    desk.sees(Event.DOWN)
    desk.shown.seek(0)
    desk.shown.truncate()
    assert answer(Event.QUIT, "", desk.state, desk.screen, desk.events)
    assert "Now: freeze" in desk.shown.getvalue()
    desk.screen.foot(desk.state)
    desk.screen.foot(desk.state)
    assert plain(desk.shown.getvalue()).count("2 of 121 ▓░") == 1
    desk.sees(Event.PROGRESS)
    assert max(map(len, plain(desk.shown.getvalue()).splitlines())) <= 60


def test_there_is_one_foot_and_what_failed_comes_back_after_the_list(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_screen.sys, "stdin", SimpleNamespace(isatty=lambda: True))
    desk.screen = Screen(Console(file=desk.shown, force_terminal=True, width=80, height=9, no_color=True))
    assert plain(desk.saves("Flatten WRONG\n")).count("✗ Flatten") == 1
    desk.screen.foot(desk.state)
    shown = desk.sees(Event.HINT)
    # The line that says how far one is, and that of the keys.
    assert shown.startswith("\x1b[1A\x1b[2K" * 2 + "Hint 1 of 3")
    desk.screen.foot(desk.state)
    desk.sees(Event.LIST)
    assert "✗ Flatten  wrong" in plain(desk.sees(Event.BACK))
    desk.sees(Event.LIST)
    desk.sees(Event.DOWN)
    assert "✗ Flatten" not in plain(desk.sees(Event.PICK))
    desk.screen = Screen(Console(file=desk.shown, force_terminal=True, width=80, height=4, no_color=True))
    assert plain(desk.saves("Flatten  WRONG\n")).count("✗ Flatten") == 2


def test_what_fails_and_when_is_in_view_on_a_low_screen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_screen.sys, "stdin", SimpleNamespace(isatty=lambda: True))
    condition = Condition(text="only with `end_dim=-1`", predicate={}, failing=3, covered=3, judged=9)
    example = Counterexample(case={}, snippet="\n".join(f"x{line} = {line}" for line in range(15)), where="the output")
    item = CriterionReport(
        name="shapes", verdict=Verdict.WRONG, score=0, max_score=1, condition=condition, counterexample=example,
        message="The output has shape (2, 3, 4) instead of (2, 12), and more is said until this line is too long.",
    )  # fmt: skip
    report = PartReport(
        part="Flatten", exercise="linear/linear", verdict=Verdict.WRONG, score=0, max_score=1, suite="",
        criteria=(item,),
    )  # fmt: skip
    lesson, _ = desk.session.outline.one("Flatten")
    for width in (80, 60):
        desk.shown.seek(0)
        desk.shown.truncate()
        desk.screen = Screen(Console(file=desk.shown, force_terminal=True, width=width, height=24, no_color=True))
        desk.screen.checked(Checked(lesson, [report], report, is_done=False), desk.session)
        desk.screen.foot(desk.state)
        lines = plain(desk.shown.getvalue()).splitlines()
        seen = "\n".join(lines[-23:])
        assert max(map(len, lines)) <= width
        assert "✗ Flatten  shapes: The output has shape (2, 3, 4)" in seen
        assert "\nIt fails only with `end_dim=-1`.\n" in seen
        assert "h hint" in seen


def test_a_terminal_of_another_size_shows_all_of_it_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_screen.sys, "stdin", SimpleNamespace(isatty=lambda: True))
    console = Console(file=desk.shown, force_terminal=True, width=80, height=24, no_color=True)
    desk.screen = Screen(console)
    desk.saves("Flatten WRONG\n")
    desk.sees(Event.HINT)
    desk.screen.foot(desk.state)
    assert desk.sees(Event.RESIZED) == ""
    console.width = 60
    shown = plain(desk.sees(Event.RESIZED))
    assert shown.index("✗ Flatten") < shown.index("Hint 1 of 3") < shown.index("0 of 121 ░") < shown.index("q quit")
    assert max(map(len, shown.splitlines())) <= 60
    desk.sees(Event.LIST)
    console.width = 50
    assert "> · Flatten" in plain(desk.sees(Event.RESIZED))
    assert desk.screen.picker is not None
