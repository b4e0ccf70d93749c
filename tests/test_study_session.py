"""What the commands, the notebook, `course watch` and pytest share: which course a folder belongs to, next, hints."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from grader.model import Condition, CourseError, CriterionReport, FindingKind, PartReport, Verdict
from grader.study import chosen, passed
from grader.study.editor import editor
from grader.study.events import Event, Events
from grader.study.keys import named
from grader.study.session import Session, find_home, find_session
from grader.study.workspace import find_workspace, reset, start
from tests.school import solution

ROOT = Path(__file__).parent.parent


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return find_session(start(find_session(ROOT).outline, tmp_path / "learn").path)


def course(folder: Path) -> Path:
    shutil.copytree(ROOT / "assignments/linear", folder / "linear")
    text = 'kind = "kit"\nassignments = ["linear"]\n'
    (folder / "course.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_course_is_the_remembered_one_else_the_one_around(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = course(tmp_path / "one"), course(tmp_path / "other")
    assert session.outline.root == ROOT
    monkeypatch.chdir(other)
    assert find_session(session.workspace.path).outline.root == ROOT
    assert find_session(session.workspace.path, one).outline.root == one
    assert find_session(one / "linear/linear.py").outline.root == one
    (tmp_path / "plain").mkdir()
    assert find_session(tmp_path / "plain").outline.root == other
    monkeypatch.chdir(tmp_path)
    assert find_session(tmp_path / "plain").outline.root == ROOT


def test_outside_of_a_workspace_nothing_is_touched(session: Session, tmp_path: Path) -> None:
    (tmp_path / "linear").mkdir()
    (tmp_path / "linear/linear.py").write_text("class Flatten: x = 1\n", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CourseError, match="is no folder to learn in") as raised:
        find_home(tmp_path)
    assert raised.value.fix == "Yours is learn/, so first: cd learn"
    with pytest.raises(CourseError, match="is no folder to learn in") as raised:
        find_home(tmp_path / "linear/linear.py")
    assert "course start learn" in raised.value.fix
    assert sorted(tmp_path.rglob("*")) == before
    assert find_home(session.workspace.path / "linear").workspace.path == session.workspace.path
    assert find_home(course(tmp_path / "linear") / "linear").workspace.path == tmp_path / "linear"


def test_a_backup_is_never_overwritten(session: Session) -> None:
    lesson, _ = session.outline.one("Linear")
    answer = session.workspace.path / "linear/linear.py"
    kept = []
    for number in range(3):
        answer.write_text(f"{lesson.stub}# {number}\n", encoding="utf-8")
        kept += reset(session.workspace, lesson, lesson.symbols)
        assert answer.read_text(encoding="utf-8") == lesson.stub
    assert [path.read_text(encoding="utf-8").splitlines()[-1] for path in kept] == ["# 0", "# 1", "# 2"]


def test_a_pass_says_what_is_complete_with_it(session: Session) -> None:
    lesson, symbol = session.outline.one("Upsample")
    parts = [part for part in session.outline.parts if part[0].assignment == "upsampling"]
    for each, name in parts:
        session.workspace.progress(each.slug, name).passed = True
    first, exercise, assignment = passed.lines(session, lesson, [symbol])
    assert first == f"Learned: {lesson.leg.taught[symbol].capitalize()}."
    assert exercise == "upsampling/upsample is complete."
    assert assignment.endswith("jupyter lab upsampling/capstone.ipynb")
    session.workspace.progress("upsampling/pixelshuffle", "PixelShuffle").passed = False
    assert [*passed.lines(session, lesson, [symbol])] == [first, exercise]
    assert not [*passed.lines(session, lesson, [])]


def test_the_editor_is_the_one_that_was_named() -> None:
    assert editor({"EDITOR": "vim", "VISUAL": "code --wait"}) == ["code", "--wait"]
    assert editor({"EDITOR": "vim", "VISUAL": ""}) == ["vim"]
    assert editor({"PATH": "/nowhere"}) == []


def test_keys_have_names() -> None:
    assert [*named("h\x1b[A\x1bOB\x1b[6~\r\x1b[24~q")] == ["h", "up", "down", "page down", "enter", "", "q"]
    assert [*named("\x1b")] == ["escape"]


def test_q_ends_the_loading_and_other_keys_wait_for_its_end() -> None:
    events, ended = Events(), threading.Event()
    events.press("n")
    assert events.load(lambda: events.press("x"))
    assert [events.next()[0], events.next()[0]] == [Event.NEXT, Event.OTHER]

    def load() -> None:
        events.press("q")
        ended.wait(60)

    began = time.monotonic()
    assert not events.load(load)
    ended.set()
    assert time.monotonic() - began < 30
    with pytest.raises(ZeroDivisionError):
        Events().load(lambda: 1 // 0)


def test_another_failure_begins_with_the_first_hint(session: Session) -> None:
    part = session.outline.one("Linear")

    def level(
        criterion: str = "values", message: str = "", kind: FindingKind = FindingKind.VALUE, when: str = ""
    ) -> str:
        condition = Condition(text=when, predicate={}, failing=1, covered=1, judged=1) if when else None
        item = CriterionReport(
            name=criterion, verdict=Verdict.WRONG, score=0, max_score=1, message=message, kind=kind, condition=condition
        )
        report = PartReport(
            part="Linear", exercise="linear/linear", verdict=Verdict.WRONG, score=0, max_score=1, suite="",
            criteria=(item,),
        )  # fmt: skip
        return session.hint(*part, report).heading.split()[1]

    assert [level(message="3 is wrong."), level(message="4 is wrong.")] == ["1", "2"]
    assert [level(when="only with `bias=False`"), level(when="only with `bias=False`")] == ["1", "2"]
    assert level(kind=FindingKind.FINITE) == "1"
    assert [level("shapes"), level("shapes")] == ["1", "2"]
    raised = FindingKind.RAISED
    assert [level(message=f"TypeError: no (line {line})", kind=raised) for line in (7, 8)] == ["1", "2"]
    assert level(message="IndexError: out of range", kind=raised) == "1"


def test_a_file_that_holds_nothing_of_a_part_does_not_win_over_one_that_does(session: Session) -> None:
    lesson, _ = session.outline.one("Linear")
    folder = session.workspace.path
    file, notebook = folder / "linear/linear.py", folder / "linear/linear.ipynb"
    both = ("linear/linear.py", "linear/linear.ipynb")
    file.write_text("class Linear:\n    def forward(self, x):\n        return x\n", encoding="utf-8")
    cells = json.loads(notebook.read_text(encoding="utf-8"))
    solution(cells, "Flatten")["source"] = "class Flatten:\n    def forward(self, x):\n        return x\n"
    notebook.write_text(json.dumps(cells), encoding="utf-8")
    os.utime(file, (1e9, 1e9))

    def read(symbol: str, path: Path | None = None) -> str:
        return chosen.read(folder, lesson, symbol, path).path

    assert [path for path, _ in chosen.begun(folder, lesson)] == [*both]
    assert [list(symbols) for _, symbols in chosen.begun(folder, lesson)] == [["Linear"], ["Flatten"]]
    assert (read("Linear"), read("Flatten")) == both
    # The file that is named is read, and so is one that is not Python at the moment.
    assert (read("Linear", notebook), read("Flatten", file)) == both[::-1]
    file.write_text("class Flatten:\n    def forward(self, x)\n", encoding="utf-8")
    assert read("Flatten") == both[0]
    os.utime(file, (1e9, 1e9))
    assert (read("Linear"), read("Flatten")) == both


def test_it_is_the_same_again_but_for_what_is_remembered(session: Session, tmp_path: Path) -> None:
    folder = session.workspace.path
    other = find_workspace(folder)
    other.progress("linear/linear", "Linear").passed = True
    other.save()
    assert session.again(folder / "linear") is session
    assert session.is_passed(*session.outline.one("Linear"))
    assert session.again(course(tmp_path / "one")).outline.root == tmp_path / "one"


def test_next_goes_round_and_finishes_an_exercise_where_asked(session: Session) -> None:
    linear, flatten = session.outline.one("Linear"), session.outline.one("Flatten")
    parts = list(session.outline.parts)
    assert session.next() == parts[0]
    assert session.next(parts[-1]) == parts[0]
    after = parts.index(flatten)
    assert session.next(flatten) == parts[after + 1]
    assert session.next(flatten, finish=True) == linear
    session.workspace.progress(linear[0].slug, linear[1]).checks = 1
    assert session.next() == flatten
    for lesson, symbol in parts:
        session.workspace.progress(lesson.slug, symbol).passed = True
    assert session.next() is session.next(flatten, finish=True) is None


def test_hints_grow_stronger_and_are_remembered(session: Session) -> None:
    part = session.outline.one("Linear")
    given = [session.hint(*part, None) for _ in range(4)]
    assert [hint.heading[:11] for hint in given] == ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3"]
    assert given[1].further("%hint") == "A stronger one: %hint Linear"
    assert given[2].further("%hint") == "The whole answer: course solution Linear --give-up"
    assert session.hint(*part, None, 1).heading.startswith("Hint 1")
    assert session.workspace.progress("linear/linear", "Linear").hints == 3


def test_no_torch_is_imported_before_something_is_checked(session: Session) -> None:
    program = (
        "import sys; from pathlib import Path; from grader.study.session import find_session;"
        "session = find_session(Path.cwd()); session.next(); session.hint(*session.outline.parts[0], None);"
        "session.close(); print([name for name in ('torch', 'hypothesis', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=session.workspace.path, env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
