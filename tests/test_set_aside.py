"""What nbgrader is kept from: pipes, links to others' work, and names that no database holds."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.school import RIGHT, ROOT, School, fill

pytest.importorskip("nbgrader", reason="nbgrader is not installed (pip install -e '.[classroom]')")

from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

from grader.classroom.intake import import_submissions
from grader.classroom.set_aside import set_aside
from grader.classroom.submitted import PROBLEM, read_submitted
from grader.kit.load import load_course
from grader.model import CourseError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has neither such names nor such files")


@pytest.fixture
def autograde(tmp_path: Path) -> Any:
    """A run over ada and some who are not as honest."""
    made: Any = Autograde(coursedir=CourseDirectory(root=str(tmp_path), assignment_id="linear"))
    made.converted = []
    made.convert_notebooks = lambda: made.converted.extend(map(student, made.assignments))
    for name in ("ada", "ben"):
        folder(tmp_path, name)
    return made


def folder(root: Path, name: str) -> Path:
    path = root / "submitted" / name / "linear"
    path.mkdir(parents=True)
    (path / "linear.ipynb").write_text('{"cells": []}', encoding="utf-8")
    return path


def student(path: str) -> str:
    return Path(path).parent.name


def run(autograde: Any, root: Path) -> list[str]:
    """Convert what is not set aside; the messages of errors."""
    said: list[str] = []
    autograde.log.error = lambda text, *words: said.append(text % words)
    paths = sorted((root / "submitted").glob("*/linear"))
    autograde.assignments = {str(path): [str(path / "linear.ipynb")] for path in paths}
    set_aside(autograde)
    if said:
        with pytest.raises(NbGraderException, match="Not graded: "):
            autograde.convert_notebooks()
    else:
        autograde.convert_notebooks()
    return said


def test_honest_folders_are_left_alone(autograde: Any, tmp_path: Path) -> None:
    path = folder(tmp_path, "zoë 渡辺")
    (path / "data").mkdir()
    (path / "data" / "x.csv").write_text("1,2", encoding="utf-8")
    assert run(autograde, tmp_path) == []
    assert autograde.converted == ["ada", "ben", "zoë 渡辺"]


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("student", "is a link"),
        ("assignment", "is a link"),
        ("submitted", "is a link"),
        ("pipe", "timestamp.txt is a link or no ordinary file"),
        ("device", "endless is a link or no ordinary file"),
        ("name", "rename"),
        ("newline", "rename"),
        ("stamp", "timestamp.txt is too large"),
        ("many", "more than 5000 files"),
    ],
)
def test_one_is_set_aside_and_the_others_are_graded(autograde: Any, tmp_path: Path, kind: str, why: str) -> None:
    submitted = tmp_path / "submitted"
    name = {"submitted": "submitted", "name": os.fsdecode(b"c\xe9line"), "newline": "c\nd"}.get(kind, "cy")
    if kind in ("student", "submitted"):
        (submitted / name).symlink_to(submitted / "ada")
    elif kind == "assignment":
        (submitted / name).mkdir()
        (submitted / name / "linear").symlink_to(submitted / "ada" / "linear")
    else:
        path = folder(tmp_path, name)
        if kind == "pipe":
            os.mkfifo(path / "timestamp.txt")
        elif kind == "device":
            (path / "endless").symlink_to("/dev/zero")
        elif kind == "stamp":
            (path / "timestamp.txt").write_text("1" * 2_000, encoding="ascii")
        elif kind == "many":
            for number in range(5_001):
                (path / f"{number}").touch()
    (said,) = run(autograde, tmp_path)
    assert said.startswith("NOT GRADED: ")
    assert why in said
    assert autograde.converted == ["ada", "ben"]


def test_a_notebook_that_is_none_is_read_without_waiting(tmp_path: Path) -> None:
    ada = folder(tmp_path, "ada")
    pipe, link, loop = (folder(tmp_path, name) / "linear.ipynb" for name in ("pipe", "link", "loop"))
    for path in (pipe, link, loop):
        path.unlink()
    os.mkfifo(pipe)
    link.symlink_to(ada / "linear.ipynb")
    loop.symlink_to(loop)
    for path, why in (
        (pipe, "is not an ordinary file"), (link, "is a link to something outside"), (loop, "is not an ordinary file"),
    ):  # fmt: skip
        notebook = read_submitted(path, [])
        assert notebook.cells == []
        assert why in notebook.metadata[PROBLEM]
    assert PROBLEM not in read_submitted(ada / "linear.ipynb", []).metadata


def test_what_nbgrader_could_not_tell_apart_is_not_imported(tmp_path: Path) -> None:
    course = load_course(ROOT)
    (tmp_path / "release").mkdir()
    cans = [tmp_path / parent / "can" for parent in ("a", "b")]
    odd = tmp_path / os.fsdecode(b"c\xe9line")
    for path in (*cans, odd):
        path.mkdir(parents=True)
    twin = tmp_path / "twin"
    twin.symlink_to(cans[0])
    with pytest.raises(CourseError, match=r"a/can and .*b/can would be one student"):
        import_submissions(course, tmp_path, cans)
    written, refused = import_submissions(course, tmp_path, [cans[0], odd, twin])
    assert written == []
    assert ["a link" in error.what or "cannot store" in error.what for error in refused] == [True, True]


@pytest.mark.slow
def test_the_class_is_graded_around_a_pipe_and_a_link(school: School) -> None:
    before = school.scores()
    twin = school.submitted / "twin"
    pipe = school.hand_in("pipe", fill(RIGHT))
    pipe.unlink()
    os.mkfifo(pipe)
    twin.symlink_to(school.submitted / "right")
    try:
        said = school.run("nbgrader", "autograde", "linear", status=1)
        assert "twin is a link" in said
        assert "linear.ipynb is not an ordinary file" in said
        after = school.scores()
        assert after.pop("pipe") == 0
        assert after == before
        school.run("nbgrader", "autograde", "linear", "--student", "right", "--force")
        assert school.scores()["right"] == before["right"]
    finally:
        twin.unlink()
        pipe.unlink()
