"""Students' folders of every kind in one class: each is graded or refused by itself, and nobody else is touched."""

import csv
import io
import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import cli
from grader.course.catalogue import Course
from grader.exports import junit, table
from grader.exports.gradescope import document
from grader.exports.scores import read_report, scores_of
from grader.grading import schedule
from grader.grading.options import Options
from grader.grading.pool import Task
from grader.grading.schedule import GradingRun, Watcher, grade
from grader.grading.scripted import Scripted
from grader.grading.store import Store
from grader.kit.load import load_course
from grader.model import CourseError, GradeReport, PartReport, Verdict
from grader.model.files import NotOrdinary, read_ordinary, write_whole
from grader.model.names import alike, printable, shown_path, tame, told_apart, unescaped
from grader.report import html, terminal
from grader.report.json import dumps

ROOT = Path(__file__).parent.parent
SLUG = "linear/linear"
RIGHT = (ROOT / "tests" / "submissions" / "accepted" / "Linear__plain.py").read_text(encoding="utf-8")

on_posix = pytest.mark.skipif(os.name != "posix", reason="Windows has neither such names nor such files")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's")


@pytest.fixture(scope="module")
def course() -> Course:
    """A course of one exercise with two parts, Linear and Flatten."""
    whole = load_course(ROOT)
    return replace(whole, exercises=[whole.exercise(SLUG)])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    kept = Store(tmp_path / "grades.sqlite")
    yield kept
    kept.close()


def hand_in(folder: Path, text: str = "answer") -> Path:
    """A student's folder with an answer of that text; skips where the file system refuses the name."""
    try:
        (folder / "linear").mkdir(parents=True)
    except OSError as error:
        pytest.skip(f"this file system refuses the name: {error}")
    (folder / f"{SLUG}.py").write_text(text, encoding="utf-8")
    return folder


class Told(Watcher):
    """Remembers what was refused."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def refuse(self, line: str) -> None:
        self.lines.append(line)


def accepts(task: Task) -> Iterator[PartReport]:
    for symbol in task.parts:
        yield PartReport(
            part=symbol, exercise=task.exercise, verdict=Verdict.ACCEPTED, score=2.0, max_score=2.0, suite="suite"
        )


def graded(course: Course, store: Store, *paths: Path, pool: Scripted | None = None) -> GradeReport:
    options = Options(seed="documents", device="cpu", limits=course.limits)
    run = GradingRun(store=store, watcher=Told())
    return grade(course, paths, options, run, pool or Scripted(accepts))


def names(found: GradeReport) -> list[str]:
    return [item.student for item in found.submissions]


# Names


@given(st.lists(st.one_of(st.binary(), st.text(alphabet="\\xeu09éa\u0301\x1b\u202e\udce9").map(os.fsencode))))
def test_names_stay_different_and_there_is_a_way_back(raw: list[bytes]) -> None:
    given_names = [os.fsdecode(name) for name in raw]
    shown = [printable(name) for name in given_names]
    assert [unescaped(name) for name in shown] == given_names
    for name in shown:
        assert name.encode().decode() == tame(name) == name
        assert len(name.splitlines() or [""]) == 1


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"st\xe9fan", r"st\xe9fan"),
        (rb"st\xe9fan", r"st\\xe9fan"),
        (rb"SCHOOL\ada", r"SCHOOL\ada"),
        ("Zoë 渡辺".encode(), "Zoë 渡辺"),
        ("علی\u200cرضا".encode(), "علی\u200cرضا"),
        (b"ada\nben", r"ada\x0aben"),
        ("\u202enimda".encode(), r"\u202enimda"),
        (b"\x1b[31mred", r"\x1b[31mred"),
    ],
)
@on_posix
def test_a_name_is_changed_only_where_it_must_be(raw: bytes, shown: str) -> None:
    assert printable(os.fsdecode(raw)) == shown


def test_who_looks_the_same_is_told_apart() -> None:
    twins = [["Zo\u00eb"], ["Zoe\u0308"], ["can", "a/can"], ["can", "b/can"], ["ada", "a/ada"]]
    called = told_apart(twins)
    assert called == [r"Zo\u00eb", r"Zoe\u0308", "a/can", "b/can", "ada"]
    assert len({alike(name) for name in called}) == len(called)


@on_posix
def test_a_name_that_is_not_utf_8_goes_all_the_way(course: Course, store: Store, tmp_path: Path) -> None:
    odd = hand_in(tmp_path / os.fsdecode(b"st\xe9fan"))
    (odd / os.fsdecode(b"n\xf6tes.py")).write_text("x", encoding="utf-8")
    found = graded(course, store, hand_in(tmp_path / "ada"), odd)
    assert names(found) == ["ada", r"st\xe9fan"]
    assert [item.score for item in found.submissions] == [4.0, 4.0]
    output = tmp_path / os.fsdecode(b"r\xe9sultats")
    html.write(found, output, "none")
    write_whole(output / "grades.json", dumps(found))
    terminal.render(found, Console(file=io.StringIO()), verbose=True)
    assert names(read_report(output)) == names(found)
    for text in (table.dumps(scores_of(found)), junit.dumps(found), json.dumps(document(found.submissions[1]))):
        text.encode()
    ((_, path),) = [item for item in store.submissions() if item[0] == r"st\xe9fan"]
    for name in (r"st\xe9fan", str(odd)):
        words = ["history", name, "--store", str(tmp_path / "grades.sqlite")]
        assert "Linear" in CliRunner().invoke(cli.main, words, catch_exceptions=False).stdout
    assert unescaped(path) == str(odd)
    assert shown_path(odd) == path


@on_posix
def test_control_characters_and_formulas_reach_no_file(course: Course, store: Store, tmp_path: Path) -> None:
    evil = hand_in(tmp_path / "=1+1\x1b[2J\r\n\u202e\x9b")
    found = graded(course, store, evil)
    # An old report, or nbgrader's database, may have the name as it was.
    (raw,) = found.submissions
    raw = replace(raw, student=evil.name)
    for report in (found, replace(found, submissions=(raw,))):
        text = table.dumps(scores_of(report))
        (student,) = [row[0] for row in csv.reader(io.StringIO(text, newline=""))][2:]
        assert student == r"'=1+1\x1b[2J\x0d\x0a\u202e\u009b"
        for whole in (text, junit.dumps(report)):
            assert not set(whole) & set("\x1b\u202e\x9b")


def test_a_system_s_own_sheet_loses_what_acts_on_a_terminal(tmp_path: Path) -> None:
    found = replace(REPORT, submissions=(replace(REPORT.submissions[0], student="ada"),))
    (tmp_path / "grades.json").write_text(dumps(found), encoding="utf-8")
    sheet = 'Student,ID,Section,linear (7)\r\n"\x1b[2Ja\u202eda","ada","a\nb",\r\n'
    (tmp_path / "canvas.csv").write_text(sheet, encoding="utf-8", newline="")
    words = ["export", "canvas", str(tmp_path), "--gradebook", str(tmp_path / "canvas.csv"), "--output"]
    done = CliRunner().invoke(cli.main, [*words, str(tmp_path / "out.csv")], catch_exceptions=False)
    assert done.exit_code == 0
    text = (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert [*csv.reader(io.StringIO(text, newline=""))][1] == ["[2Jada", "ada", "a\nb", "4"]


def test_two_submissions_of_one_person_are_both_left_out(tmp_path: Path) -> None:
    (one,) = REPORT.submissions
    found = replace(REPORT, submissions=tuple(replace(one, student=name) for name in ("ada", "Ada", "ben")))
    (tmp_path / "grades.json").write_text(dumps(found), encoding="utf-8")
    (tmp_path / "canvas.csv").write_text("Student,ID,Section,linear\nada,1,a,\nben,2,a,\n", encoding="utf-8")
    words = ["export", "canvas", str(tmp_path), "--gradebook", str(tmp_path / "canvas.csv"), "--output"]
    done = CliRunner().invoke(cli.main, [*words, str(tmp_path / "out.csv")], catch_exceptions=False)
    assert "One person in the gradebook, several submissions: ada, Ada; none is entered." in done.stderr
    assert "ada,1,a,\r\nben,2,a,4\r\n" in (tmp_path / "out.csv").read_bytes().decode()


PART = PartReport(part="Linear", exercise=SLUG, verdict=Verdict.ACCEPTED, score=4.0, max_score=4.0, suite="s")


def _report() -> GradeReport:
    from grader.model import SubmissionReport

    one = SubmissionReport(student="ada", path="ada", score=4.0, max_score=4.0, parts=(PART,))
    return GradeReport(device="cpu", sandbox="L2", versions={}, submissions=(one,))


REPORT = _report()


# Who is who


def test_folders_of_one_name_are_students_of_two(course: Course, store: Store, tmp_path: Path) -> None:
    paths = [hand_in(tmp_path / parent / "can", parent) for parent in ("a", "b")]
    found = graded(course, store, *paths, hand_in(tmp_path / "ada"))
    assert names(found) == ["a/can", "b/can", "ada"]
    assert [row[0] for row in csv.reader(io.StringIO(table.dumps(scores_of(found))))][2:] == names(found)
    html.write(found, tmp_path / "out", "none")
    assert {path.name for path in (tmp_path / "out" / "students").iterdir()} == {"a-can.html", "b-can.html", "ada.html"}
    # The history knows a student by the folder, whoever else is graded.
    assert graded(course, store, paths[1]).submissions[0].student == "can"
    assert {(event.student, event.path) for event in store.history("can")} == {("can", str(path)) for path in paths}


def test_a_flat_download_is_a_student_a_file(course: Course, store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "can"
    folder.mkdir()
    files = [folder / f"{name}_1_2_linear.py" for name in ("ada", "ben")]
    for file in files:
        file.write_text("class Linear: pass", encoding="utf-8")
    assert names(graded(course, store, *files)) == ["can/ada_1_2_linear.py", "can/ben_1_2_linear.py"]


def test_letters_that_look_the_same_are_two_students(course: Course, store: Store, tmp_path: Path) -> None:
    paths = [hand_in(tmp_path / name, name) for name in ("Zo\u00eb", "Zoe\u0308", "zo\u00eb")]
    assert names(graded(course, store, *paths)) == [r"Zo\u00eb", r"Zoe\u0308", "zo\u00eb"]


def test_a_folder_given_twice_is_graded_once(course: Course, store: Store, tmp_path: Path) -> None:
    ada = hand_in(tmp_path / "ada")
    assert names(graded(course, store, ada, ada / "linear" / "..", Path(f"{ada}/"))) == ["ada"]


def test_nobody_s_page_moves_for_another_s_name() -> None:
    from grader.model.words import unlike

    assert unlike(["Ada!", "ADA-2", "ada", "ada"], ".html") == ["ada-3.html", "ada-2.html", "ada.html", "ada-4.html"]


# Links


@on_posix
@pytest.mark.parametrize("kind", ["folder", "file", "around", "nowhere", "itself", "pipe"])
def test_what_is_not_the_student_s_own_is_refused_alone(
    course: Course, store: Store, tmp_path: Path, kind: str
) -> None:
    ada, ben = hand_in(tmp_path / "ada"), tmp_path / "ben"
    given = ben
    if kind == "folder":
        ben.symlink_to(ada)
    elif kind == "file":
        ben.mkdir()
        given = ben / "linear.py"
        given.symlink_to(ada / f"{SLUG}.py")
    elif kind == "around":
        ben.symlink_to(ada)
        given = ben / f"{SLUG}.py"
    elif kind == "pipe":
        os.mkfifo(ben)
    else:
        ben.symlink_to({"nowhere": tmp_path / "nobody", "itself": ben}[kind])
    found = graded(course, store, given, ada)
    assert names(found) == ["ada"]
    (line,) = found.refused
    assert ("is not an answer" if kind == "pipe" else "is a link") in line
    assert line in found.notes
    write_whole(tmp_path / "grades.json", dumps(found))
    assert [*scores_of(read_report(tmp_path)).notes] == [line]
    with pytest.raises(CourseError, match=r"is a link|is not an answer"):
        graded(course, store, given)


@on_posix
def test_links_above_a_submission_are_the_teacher_s(course: Course, store: Store, tmp_path: Path) -> None:
    hand_in(tmp_path / "class" / "ada")
    (tmp_path / "term").symlink_to(tmp_path / "class")
    found = graded(course, store, tmp_path / "term" / "ada", tmp_path / "term" / "ada" / f"{SLUG}.py")
    assert not found.refused
    assert [item.score for item in found.submissions] == [4.0, 4.0]


@on_posix
def test_a_copy_by_hard_link_is_told(course: Course, store: Store, tmp_path: Path) -> None:
    ada, ben = hand_in(tmp_path / "ada"), hand_in(tmp_path / "ben")
    (ben / f"{SLUG}.py").unlink()
    os.link(ada / f"{SLUG}.py", ben / f"{SLUG}.py")
    found = graded(course, store, ada, ben, hand_in(tmp_path / "cy"))
    assert found.notes == ("linear.py of ben is the very file of ada, by a hard link.",)


def test_a_slip_in_the_command_ends_it_before_anything_is_graded(course: Course, store: Store, tmp_path: Path) -> None:
    pool = Scripted(accepts)
    with pytest.raises(CourseError, match="nothing at"):
        graded(course, store, hand_in(tmp_path / "ada"), tmp_path / "bne", pool=pool)
    assert not pool.started


def test_a_file_of_no_exercise_keeps_nobody_from_being_graded(course: Course, store: Store, tmp_path: Path) -> None:
    stray = tmp_path / "diary.py"
    stray.write_text("x = 1", encoding="utf-8")
    found = graded(course, store, stray, hand_in(tmp_path / "ada"))
    assert names(found) == ["ada"]
    assert "answers no exercise" in found.refused[0]


# While it is graded


def test_a_folder_that_vanishes_is_not_a_zero(course: Course, store: Store, tmp_path: Path) -> None:
    paths = [hand_in(tmp_path / name, name) for name in ("ada", "ben", "cy")]

    def script(task: Task) -> Iterator[PartReport]:
        if task.owner.student == "ada":
            shutil.rmtree(paths[1])
        return accepts(task)

    found = graded(course, store, *paths, pool=Scripted(script))
    assert [item.score for item in found.submissions] == [4.0, 0.0, 4.0]
    assert {part.verdict for part in found.submissions[1].parts} == {Verdict.JUDGE_ERROR}
    assert "is no longer there" in found.submissions[1].parts[0].message
    assert store.ungraded() == 2


def test_an_answer_that_cannot_be_read_is_ungraded_alone(
    course: Course, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = schedule.read_answer

    def failing(course: Course, submission: Any, exercise: Any) -> Any:
        if submission.student == "ben":
            raise RecursionError("too deep")
        return read(course, submission, exercise)

    monkeypatch.setattr(schedule, "read_answer", failing)
    found = graded(course, store, *(hand_in(tmp_path / name, name) for name in ("ada", "ben", "cy")))
    assert [item.score for item in found.submissions] == [4.0, 0.0, 4.0]
    assert "RecursionError: too deep" in found.submissions[1].parts[0].message


@on_posix
def test_a_folder_that_cannot_be_entered_is_not_taken_for_empty(course: Course, store: Store, tmp_path: Path) -> None:
    loop, empty = tmp_path / "loop", tmp_path / "empty"
    for folder in (loop, empty):
        folder.mkdir()
    (loop / "linear").symlink_to("linear")
    pool = Scripted(accepts)
    graded(course, store, empty, loop, pool=pool)
    problems = {task.owner.student: (task.answer.missing, task.answer.problem) for task in pool.started}
    # Both have no bytes to be known by, and are no copy of one another for that.
    assert problems["empty"] == (True, "linear/linear.py was not handed in.")
    missing, problem = problems["loop"]
    assert not missing
    assert problem.startswith("linear/linear.py cannot be read (")


@on_posix
def test_only_ordinary_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "own").mkdir()
    (tmp_path / "other.py").write_text("x = 1", encoding="utf-8")
    (tmp_path / "own" / "link.py").symlink_to(tmp_path / "other.py")
    with open(tmp_path / "sparse", "wb") as file:
        file.truncate(2**40)
    for name, why in (("pipe", "not an ordinary file"), ("own", "a directory"), ("sparse", "too large")):
        with pytest.raises(NotOrdinary, match=why):
            read_ordinary(tmp_path / name, 2**20)
    with pytest.raises(NotOrdinary, match="outside the submission"):
        read_ordinary(tmp_path / "own" / "link.py", 2**20, tmp_path / "own")
    assert read_ordinary(tmp_path / "own" / "link.py", 2**20) == b"x = 1"


# The command


@pytest.mark.slow
@on_linux
def test_the_class_goes_on_around_odd_folders(tmp_path: Path) -> None:
    honest = [hand_in(tmp_path / "class" / name, f"{RIGHT}\n# {name}\n") for name in ("ada", "ben", "zoe")]
    odd = [hand_in(tmp_path / "class" / os.fsdecode(b"c\xe9line")), hand_in(tmp_path / "class" / "d\x1b[31m\n,=x")]
    odd += [hand_in(tmp_path / "class" / name) for name in ("e-pipe", "f-folder", "g-sparse", "h-link", "i-many")]
    pipe, folder, sparse, link = (path / f"{SLUG}.py" for path in odd[2:6])
    for file in (pipe, folder, sparse, link):
        file.unlink()
    os.mkfifo(pipe)
    folder.mkdir()
    with open(sparse, "wb") as file:
        file.truncate(2**40)
    link.symlink_to(honest[0] / f"{SLUG}.py")
    for number in range(3_000):
        (odd[6] / f"{number}.py").touch()
    twin = tmp_path / "class" / "j-twin"
    twin.symlink_to(honest[0])

    def run(name: str, jobs: int, paths: list[Path]) -> tuple[int, str, dict[str, Any], dict[str, str]]:
        words = ["grade", *map(str, paths), "--only", "Linear", "--seed", "documents", "--jobs", str(jobs), "--store"]
        output = ["--output", str(tmp_path / name)]
        done = CliRunner().invoke(cli.main, [*words, str(tmp_path / f"{name}.sqlite"), *output], catch_exceptions=False)
        report = json.loads((tmp_path / name / "grades.json").read_text(encoding="utf-8"))
        pages = {path.stem: path.read_text(encoding="utf-8") for path in (tmp_path / name / "students").iterdir()}
        return done.exit_code, done.stderr, {each["student"]: each for each in report["submissions"]}, pages

    status, _, alone, own_pages = run("alone", 1, honest)
    assert status == 0
    assert {each["score"] for each in alone.values()} == {next(iter(alone.values()))["max_score"]}
    status, said, together, pages = run("together", 2, sorted([*honest, *odd, twin]))
    assert status == 2
    assert "j-twin is a link" in said
    assert len(together) == 10
    for name in alone:
        theirs, mine = together[name]["parts"][0], alone[name]["parts"][0]
        assert {**theirs, "seconds": 0} == {**mine, "seconds": 0}
        assert pages[name] == own_pages[name]
    assert sum(each["score"] for name, each in together.items() if name not in alone) == 0
