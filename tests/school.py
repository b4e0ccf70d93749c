"""A school: a course of one assignment, an nbgrader directory made from it, an exchange, and students of many kinds."""

import base64
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.warm import Warm

ROOT = Path(__file__).parent.parent
RIGHT = (ROOT / "solutions" / "linear" / "linear" / "linear.py").read_text(encoding="utf-8")
FLATTEN = (ROOT / "tests" / "submissions" / "accepted" / "Flatten__reshape.py").read_text(encoding="utf-8")

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

PLOT = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(20)).decode()
XSS = '<img src=x onerror="document.title = 1">'


def scripted(notebook: Notebook) -> None:
    fill(RIGHT.replace("        return ", f"        raise ValueError({XSS!r})\n        return "))(notebook)
    notebook["cells"].insert(1, {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": XSS})


def without_notes(notebook: Notebook) -> None:
    """As some tools save it: nothing that nbgrader noted, no ids, an earlier format; all code in a new cell."""
    notebook["cells"].append(new_cell(RIGHT))
    notebook["nbformat_minor"] = 0
    for cell in notebook["cells"]:
        del cell["id"]
        cell["metadata"] = {}


def of_format_3(notebook: Notebook) -> None:
    fill(RIGHT)(notebook)
    cells = [cell | {"input": cell["source"]} for cell in notebook.pop("cells")]
    notebook |= {"nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}


def split(notebook: Notebook) -> None:
    """A cell cut in two, each half with the same id, as an editor does."""
    fill(RIGHT)(notebook)
    at = notebook["cells"].index(solution(notebook, "Linear"))
    head, tail = RIGHT.split("class Flatten", 1)
    first = json.loads(json.dumps(notebook["cells"][at])) | {"id": "half", "source": head}
    notebook["cells"][at]["source"] = "class Flatten" + tail
    notebook["cells"].insert(at, first)


def shuffled(notebook: Notebook) -> None:
    fill(RIGHT)(notebook)
    notebook["cells"].reverse()


def plotted(notebook: Notebook) -> None:
    """A figure to be seen, and megabytes of what only a browser of the student's can show."""
    fill(RIGHT)(notebook)
    solution(notebook, "Linear")["outputs"] = [
        {"output_type": "display_data", "data": {"image/png": PLOT, "text/html": XSS * 100_000}, "metadata": {}}
    ]


def turned_to_text(source: str) -> Callable[[Notebook], None]:
    """A student whose first cell to fill in is one of text."""

    def change(notebook: Notebook) -> None:
        fill(source)(notebook)
        cell = solution(notebook, "Linear")
        cell["cell_type"] = "markdown"
        del cell["outputs"], cell["execution_count"]

    return change


def with_a_cell(source: str) -> Callable[[Notebook], None]:
    """A right answer with another cell before it."""

    def change(notebook: Notebook) -> None:
        fill(RIGHT)(notebook)
        notebook["cells"].insert(1, new_cell(source))

    return change


def new_cell(source: str) -> dict[str, Any]:
    return {
        "cell_type": "code", "id": "new", "metadata": {}, "source": source, "outputs": [], "execution_count": None,
    }  # fmt: skip


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
    "scripted": scripted,
    "idle": lambda notebook: None,
    "empty": fill(""),
    "half": fill(FLATTEN),
    "colab": without_notes,
    "old": of_format_3,
    "split": split,
    "shuffled": shuffled,
    "plotted": plotted,
    "magics": with_a_cell("%matplotlib inline\n!pip install torch\n"),
    "warns": with_a_cell("import warnings\nwarnings.warn('careful')\n"),
    "helper": fill("def plus(x, y):\n    return x + y\n\n" + RIGHT.replace("y + self.bias", "plus(y, self.bias)")),
}
"""Students and what they do; `School` adds the one who goes for the gradebook."""


class School:
    """A course of one assignment, an nbgrader directory made from it, and an exchange."""

    def __init__(self, folder: Path, warm: Warm) -> None:
        self.folder, self.course, self.root, self.warm = folder, folder / "layers", folder / "course", warm
        self.submitted, self.collected, self.said = self.course / "submitted", "", ""
        self.plain = folder / "plain" / "zoë"
        self.students = STUDENTS | {"thief": fill(THIEF.format(database=str(self.course / "gradebook.db")))}
        (folder / "home").mkdir()
        self.environment = os.environ | {
            "COURSE_SEED": "documents",  # that of the documents' tests, so that its suites are compiled once
            "HOME": str(folder / "home"),
            "PYTHONPATH": str(ROOT),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }  # fmt: skip
        shutil.copytree(
            ROOT / "solutions" / "linear" / "linear", self.root / "solutions" / "linear" / "linear",
            ignore=shutil.ignore_patterns("__pycache__"),
        )  # fmt: skip
        (self.root / "course.toml").write_text(
            'title = "Linear"\n[limits]\ncase_seconds = 1.0\npart_seconds = 5.0\n', encoding="utf-8"
        )
        self.release()

    def autograde(self) -> None:
        """Take the assignment the whole way, from its source to scores."""
        self.run("nbgrader", "generate_assignment", "linear")
        self.run("nbgrader", "release_assignment", "linear")
        assert "linear" in self.run("nbgrader", "list")
        # One goes through the exchange, which knows users by their login; the others are put in the tree.
        self.submit("right", self.students["right"])
        self.run("nbgrader", "collect", "linear")
        (collected,) = self.submitted.iterdir()
        self.collected = collected.name
        for student, change in self.students.items():
            self.hand_in(student, change)
        for student in ("gone", "renamed", "unlucky"):
            self.hand_in(student, self.students["right"])
        self.hand_in("broken", fill(RIGHT)).write_text("{not JSON", encoding="utf-8")
        self.hand_in_oddly()
        (self.plain / "linear").mkdir(parents=True)
        (self.plain / "linear" / "linear.py").write_text(RIGHT, encoding="utf-8")
        self.take_in_plain()
        self.said = self.run("nbgrader", "autograde", "linear")
        assert "Kernel" not in self.said

    def hand_in_oddly(self) -> None:
        """What is to be graded is not in a cell of code in the notebook of that name."""
        numbered = self.hand_in("numbered", fill(RIGHT))
        numbered.rename(numbered.with_name("linear (1).ipynb"))
        copy = self.hand_in("copy", without_notes)
        copy.rename(copy.with_name("linear-copy.ipynb"))
        self.hand_in("python", fill(RIGHT)).unlink()
        for student, change in (("python", None), ("beside", STUDENTS["idle"]), ("both", fill(RIGHT))):
            folder = self.submitted / student / "linear"
            if change is not None:
                self.hand_in(student, change)
            (folder / "linear.py").write_text(FLATTEN if student == "both" else RIGHT, encoding="utf-8")
        self.hand_in("texted", turned_to_text(f"Here:\n\n```python\n{RIGHT}```\n"))
        self.hand_in("prose", turned_to_text("It did not work, so I explain it in words."))

    def take_in_plain(self) -> None:
        """Import the one who hands in plain files."""
        self.run("course", "--root", self.root, "nbgrader-import", self.course, self.plain)

    def release(self) -> None:
        self.run("course", "--root", self.root, "release", "--nbgrader", self.course)

    def run(self, *words: object, status: int = 0, folder: Path | None = None, **extra: str) -> str:
        """A command, by its exit status; what it said."""
        where = folder or (self.course if self.course.is_dir() else self.folder)
        found, said = self.warm.run([*map(str, words)], where, self.environment | extra)
        assert found == status, f"{words}\n{said}"
        return said

    def fetch(self, student: str, change: Callable[[Notebook], None]) -> Path:
        """Fetch the assignment as a student, and answer; the folder where the student works."""
        desk = self.folder / "desks" / student
        desk.mkdir(parents=True)
        shutil.copy(self.course / "nbgrader_config.py", desk)
        self.run("nbgrader", "fetch_assignment", "linear", folder=desk)
        path = desk / "linear" / "linear.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        change(notebook)
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return desk

    def submit(self, student: str, change: Callable[[Notebook], None]) -> None:
        """Fetch, answer and submit as a student."""
        desk = self.fetch(student, change)
        self.run("nbgrader", "submit", "linear", folder=desk, JUPYTERHUB_USER=student, USER=student)

    def hand_in(self, student: str, change: Callable[[Notebook], None], *, hour: int = 3) -> Path:
        """Put an answer where `nbgrader collect` puts them."""
        path = self.submitted / student / "linear" / "linear.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "timestamp.txt").write_text(f"2026-01-02 {hour:02}:04:05.000000 UTC\n", encoding="ascii")
        (path.parent / "submission_secret.txt").write_text(student, encoding="ascii")
        notebook = json.loads((self.course / "release" / "linear" / "linear.ipynb").read_text(encoding="utf-8"))
        change(notebook)
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return path

    def scores(self, course: Path | None = None) -> dict[str, float | None]:
        """What a gradebook says, the school's own unless another course directory is given."""
        query = (
            "SELECT student.id, SUM(grade.auto_score), COUNT(*) - COUNT(grade.auto_score), COUNT(grade.manual_score) "
            "FROM grade JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id "
            "JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id "
            "JOIN student ON submitted_assignment.student_id = student.id GROUP BY student.id"
        )
        with sqlite3.connect((course or self.course) / "gradebook.db") as base:
            rows = base.execute(query).fetchall()
        base.close()
        assert not any(manual for *_, manual in rows)
        return {student: None if missing else score for student, score, missing, _ in rows}
