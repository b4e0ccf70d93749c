"""nbgrader's stock commands, end to end: our judge grades, no kernel runs a student's code."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbgrader", reason="nbgrader is not installed (pip install -e '.[classroom]')")

ROOT = Path(__file__).parent.parent
RIGHT = (ROOT / "solutions" / "linear" / "linear" / "linear.py").read_text(encoding="utf-8")
FLATTEN = (ROOT / "tests" / "submissions" / "accepted" / "Flatten__reshape.py").read_text(encoding="utf-8")

pytestmark = pytest.mark.slow

Notebook = dict[str, Any]


def solution(notebook: Notebook, symbol: str) -> dict[str, Any]:
    return next(cell for cell in notebook["cells"] if cell["id"] == f"linear-{symbol}")


def fill(text: str) -> Callable[[Notebook], None]:
    """A student who writes the whole answer into the first solution cell and empties the second."""

    def change(notebook: Notebook) -> None:
        solution(notebook, "Linear")["source"] = text
        solution(notebook, "Flatten")["source"] = ""

    return change


def copied(notebook: Notebook) -> None:
    fill(RIGHT)(notebook)
    check = next(cell for cell in notebook["cells"] if cell["id"] == "linear-Linear-check")
    copy = json.loads(json.dumps(check)) | {"id": "copy"}
    copy["metadata"]["nbgrader"] = {}
    notebook["cells"] += [copy, json.loads(json.dumps(check)) | {"id": "again"}]


def without_grade_cells(notebook: Notebook) -> None:
    fill(RIGHT)(notebook)
    notebook["cells"] = [cell for cell in notebook["cells"] if not cell["metadata"]["nbgrader"]["grade"]]


def edited(notebook: Notebook) -> None:
    fill(FLATTEN)(notebook)
    for cell in notebook["cells"]:
        cell["metadata"]["nbgrader"] |= {"locked": False, "solution": True}
        if cell["metadata"]["nbgrader"]["grade"]:
            cell["metadata"]["nbgrader"]["points"] = 1000
            cell["source"] = "1000.0"


HOLLOW = """
class Linear(torch.nn.Module):
    def forward(self, x):
        return x
class Flatten(torch.nn.Module):
    def forward(self):
        return 22.0
"""
FORGER = (
    """
import torch
torch.testing.assert_close = torch.allclose = torch.equal = lambda *args, **kwargs: True
try:
    import nbgrader.utils
    nbgrader.utils.determine_grade = lambda *args: (22.0, 22.0)
except Exception:
    pass
"""
    + HOLLOW
)
THIEF = (
    """
import sqlite3
base = sqlite3.connect({database!r})
base.execute("UPDATE grade SET manual_score = 22")
base.commit()
"""
    + FLATTEN
)

XSS = '<img src=x onerror="document.title = 1">'

STUDENTS: dict[str, Callable[[Notebook], None]] = {
    "right": fill(RIGHT),
    "wrong": fill(RIGHT.replace("x.reshape", "x.transpose(0, -1).reshape").replace("+ self.bias", "- self.bias")),
    "syntax": fill(RIGHT.replace("def forward(self", "def forward(self, ,", 1)),
    "loop": fill(FLATTEN.replace("def forward(self, x):", "def forward(self, x):\n        while True: pass", 1)),
    "exits": fill("import sys\n" + RIGHT.replace("super().__init__()", "super().__init__(); sys.exit(0)", 1)),
    "forger": fill(FORGER),
    "hollow": fill("import torch\n" + HOLLOW),
    "copied": copied,
    "deleted": without_grade_cells,
    "edited": edited,
    "scripted": fill(f'raise ValueError("""{XSS}""")\n'),
}


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> "School":
    return School(tmp_path_factory.mktemp("school"))


class School:
    """A course of one assignment, an nbgrader directory made from it, and an exchange."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.course, self.root = folder, folder / "layers", folder / "course"
        shutil.copytree(
            ROOT / "solutions" / "linear", self.root / "solutions" / "linear",
            ignore=shutil.ignore_patterns("__pycache__"),
        )  # fmt: skip
        (self.root / "course.toml").write_text(
            'title = "Linear"\n[limits]\ncase_seconds = 1.0\npart_seconds = 5.0\n', encoding="utf-8"
        )
        self.run("course", "--root", self.root, "release", "--nbgrader", self.course)
        config = self.course / "nbgrader_config.py"
        text = config.read_text(encoding="utf-8")
        config.write_text(text + f"c.Exchange.root = {str(folder / 'exchange')!r}\n", encoding="utf-8")

    def run(self, *words: object, status: int = 0, folder: Path | None = None, **extra: str) -> str:
        """A command, by its exit status; what it said."""
        start = [sys.executable, "-m", *{"course": ["cli"], "nbgrader": ["nbgrader"]}[str(words[0])]]
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "COURSE_SEED": "school",
            "HOME": str(self.folder / "home"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        } | extra  # fmt: skip
        where = folder or (self.course if self.course.is_dir() else self.folder)
        (self.folder / "home").mkdir(exist_ok=True)
        done = subprocess.run(
            [*start, *map(str, words[1:])], cwd=where, env=environment, capture_output=True, text=True, check=False
        )
        said = done.stdout + done.stderr
        assert done.returncode == status, f"{words}\n{said}"
        return said

    def submit(self, student: str, change: Callable[[Notebook], None]) -> None:
        """Fetch, answer and submit as a student."""
        desk = self.folder / "desks" / student
        desk.mkdir(parents=True)
        shutil.copy(self.course / "nbgrader_config.py", desk)
        self.run("nbgrader", "fetch_assignment", "linear", folder=desk)
        path = desk / "linear" / "linear.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        change(notebook)
        path.write_text(json.dumps(notebook), encoding="utf-8")
        self.run("nbgrader", "submit", "linear", folder=desk, JUPYTERHUB_USER=student, USER=student)

    def hand_in(self, student: str, change: Callable[[Notebook], None]) -> Path:
        """Put an answer where `nbgrader collect` puts them."""
        path = self.course / "submitted" / student / "linear" / "linear.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "timestamp.txt").write_text("2026-01-02 03:04:05.000000 UTC\n", encoding="ascii")
        (path.parent / "submission_secret.txt").write_text(student, encoding="ascii")
        notebook = json.loads((self.course / "release" / "linear" / "linear.ipynb").read_text(encoding="utf-8"))
        change(notebook)
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return path

    def scores(self) -> dict[str, float | None]:
        """What the gradebook says."""
        query = (
            "SELECT student.id, SUM(grade.auto_score), COUNT(*) - COUNT(grade.auto_score), COUNT(grade.manual_score) "
            "FROM grade JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id "
            "JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id "
            "JOIN student ON submitted_assignment.student_id = student.id GROUP BY student.id"
        )
        with sqlite3.connect(self.course / "gradebook.db") as base:
            rows = base.execute(query).fetchall()
        base.close()
        assert not any(manual for *_, manual in rows)
        return {student: None if missing else score for student, score, missing, _ in rows}


def test_the_stock_workflow_gives_the_scores_of_course_grade(school: School) -> None:
    school.run("nbgrader", "generate_assignment", "linear")
    first = (school.course / "release" / "linear" / "linear.ipynb").read_bytes()
    source = (school.course / "source" / "linear" / "linear.ipynb").read_bytes()
    school.run("course", "--root", school.root, "release", "--nbgrader", school.course)
    assert (school.course / "source" / "linear" / "linear.ipynb").read_bytes() == source
    school.run("nbgrader", "generate_assignment", "linear", "--force")
    assert (school.course / "release" / "linear" / "linear.ipynb").read_bytes() == first
    school.run("nbgrader", "release_assignment", "linear")
    assert "linear" in school.run("nbgrader", "list")

    students = STUDENTS | {"thief": fill(THIEF.format(database=str(school.course / "gradebook.db")))}
    # One goes the whole way through the exchange, which knows users by their login; the others are put in the tree.
    school.submit("right", students["right"])
    school.run("nbgrader", "collect", "linear")
    (collected,) = (school.course / "submitted").iterdir()
    assert (collected / "linear" / "linear.ipynb").is_file()
    for student, change in students.items():
        school.hand_in(student, change)
    broken = school.course / "submitted" / "broken" / "linear" / "linear.ipynb"
    broken.parent.mkdir(parents=True)
    for name in ("timestamp.txt", "submission_secret.txt"):
        shutil.copy(school.course / "submitted" / "right" / "linear" / name, broken.parent)
    broken.write_text("{not JSON", encoding="utf-8")
    said = school.run("nbgrader", "autograde", "linear")
    assert "Kernel" not in said

    expected = {}
    for student in students:
        answers = school.folder / "answers" / student / "linear"
        answers.mkdir(parents=True)
        shutil.copy(school.course / "submitted" / student / "linear" / "linear.ipynb", answers)
    folders = sorted((school.folder / "answers").iterdir())
    school.run("course", "--root", school.root, "grade", *folders, "--output", school.folder / "results", "--jobs", "1")
    report = json.loads((school.folder / "results" / "grades.json").read_text(encoding="utf-8"))
    for submission in report["submissions"]:
        expected[submission["student"]] = submission["score"]
    scores = school.scores()
    assert {student: scores[student] for student in students} == expected
    full = report["submissions"][0]["max_score"]
    assert scores[collected.name] == scores["right"] == scores["copied"] == scores["deleted"] == full
    assert scores["broken"] == scores["scripted"] == 0
    # Forging brings nothing over the same answer without it.
    assert scores["forger"] == scores["hollow"] < 3  # type: ignore[operator]
    assert 0 < scores["wrong"] < full  # type: ignore[operator]
    assert 0 < scores["edited"] < full  # type: ignore[operator]


def test_feedback_is_released_escaped(school: School) -> None:
    school.run("nbgrader", "generate_feedback", "linear")
    page = (school.course / "feedback" / "wrong" / "linear" / "linear.html").read_text(encoding="utf-8")
    assert "course-feedback" in page
    assert "Run this beside your answer" in page
    scripted = (school.course / "feedback" / "scripted" / "linear" / "linear.html").read_text(encoding="utf-8")
    assert "onerror" in scripted
    assert XSS not in scripted
    school.run("nbgrader", "release_feedback", "linear")
    desk = school.folder / "desks" / "right"
    school.run("nbgrader", "fetch_feedback", "linear", folder=desk, JUPYTERHUB_USER="right", USER="right")
    assert list(desk.glob("linear/feedback/*/linear.html"))
    school.run("nbgrader", "export")
    assert "wrong" in (school.course / "grades.csv").read_text(encoding="utf-8")


def test_a_fault_of_the_judge_is_loud_and_leaves_no_earlier_score(school: School) -> None:
    before = school.scores()
    assert before["right"] is not None
    (school.root / "course.toml").rename(school.root / "away.toml")
    try:
        said = school.run("nbgrader", "autograde", "linear", "--student", "right", "--force", status=1)
    finally:
        (school.root / "away.toml").rename(school.root / "course.toml")
    assert "NOT GRADED: linear of right" in said
    assert re.search("error processing assignment 'linear' for student 'right'", said)
    after = school.scores()
    assert after["right"] is None
    assert {name: score for name, score in after.items() if name != "right"} == {
        name: score for name, score in before.items() if name != "right"
    }
    school.run("nbgrader", "autograde", "linear", "--student", "right", "--force")
    assert school.scores() == before


def test_plain_files_are_put_where_nbgrader_collects(school: School) -> None:
    folder = school.folder / "plain" / "zoë"
    (folder / "linear").mkdir(parents=True)
    (folder / "linear" / "linear.py").write_text(RIGHT, encoding="utf-8")
    school.run("course", "--root", school.root, "nbgrader-import", school.course, folder)
    school.run("nbgrader", "autograde", "linear", "--student", "zoë")
    scores = school.scores()
    assert scores["zoë"] == scores["right"]


def test_a_grade_cell_that_nothing_grades_is_not_released(school: School) -> None:
    source = school.course / "source" / "linear" / "linear.ipynb"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("linear-Linear-check", "linear-Bilinear-check"), encoding="utf-8")
    try:
        said = school.run("nbgrader", "generate_assignment", "linear", "--force", status=1)
    finally:
        source.write_text(text, encoding="utf-8")
    assert "linear-Bilinear-check" in said
    school.run("nbgrader", "generate_assignment", "linear", "--force")
