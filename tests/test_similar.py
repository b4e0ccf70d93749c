"""Answers that are alike: found whatever was done to hide it, and only where few others have the same."""

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.answer.text import Cell
from grader.commands import USAGE
from grader.commands.main import main
from grader.model.likeness import Kind, Likeness, Pair
from grader.similar.find import Bounds, likeness
from grader.similar.forms import pieces
from grader.similar.read import Class
from grader.similar.weigh import compared, weights
from tests.report_samples import EVIL

ROOT = Path(__file__).parent.parent
HEAD = "import math\nimport torch\nfrom torch import nn\n"
INIT = """
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.sizes = in_features, out_features
        bound = 1 / math.sqrt(in_features) if in_features > 0 else 0
        spread = torch.rand(out_features, in_features + 1) * 2 * bound - bound
        self.weight = nn.Parameter(spread[:, :-1].clone())
        self.bias = nn.Parameter(spread[:, -1].clone()) if bias else None
"""
FORWARD = """
    def forward(self, x):
        flat = x.reshape(-1, self.sizes[0])
        columns = [sum(flat[:, i] * row[i] for i in range(self.sizes[0])) for row in self.weight]
        total = torch.stack(columns, dim=-1)
        if self.bias is not None:
            total = total + self.bias
        return total.reshape(*x.shape[:-1], self.sizes[1])
"""
OWN = f"{HEAD}\n\nclass Linear(nn.Module):{INIT}{FORWARD}"
DISGUISED = '''"""All mine."""
import torch.nn as tnn
import torch as t
from math import sqrt


class Linear(tnn.Module):
    """A layer."""

    def forward(self, inputs: t.Tensor) -> t.Tensor:
        # Flatten first.
        rows = inputs.reshape(-1, self.dims[0])
        cols = [
            sum(rows[:, k] * w[k] for k in range(self.dims[0]))
            for w in self.weight
        ]
        out = t.stack(cols, dim=-1)  # put together
        if self.bias is not None:
            out = (out + self.bias)
        return out.reshape(*inputs.shape[:-1], self.dims[1])

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        self.dims = in_features, out_features
        limit: float = 1 / sqrt(in_features) if in_features > 0 else 0
        values = t.rand(out_features, in_features + 1) * 2 * limit - limit
        self.weight = tnn.Parameter(values[:, :-1].clone())
        self.bias = tnn.Parameter(values[:, -1].clone()) if bias else None
'''
NEARLY = OWN.replace("total = torch.stack(columns, dim=-1)", "total = torch.stack(columns, dim=x.dim() - 1)")
SHORT = f"{HEAD}\n\nclass Flatten(nn.Module):\n    def forward(self, x):\n        return x.reshape(x.shape[0], -1)\n"
OTHER = (ROOT / "solutions/linear/linear/right/einsum.py").read_text(encoding="utf-8")


def notebook(*sources: str) -> str:
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in sources]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture(scope="module")
def students(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class: `ada` has an answer of her own, which `ben` disguised and `cem` changed in one place."""
    folder = tmp_path_factory.mktemp("class")
    disguised = notebook("%load_ext grader.magic", DISGUISED, "for broken in", "Linear(2, 3)\n%timeit 1")
    answers = {"ada": OWN, "cem": NEARLY, "dan": OWN + "\n\n\n", "eve": OTHER, "fay": "class Linear(:\n    pass\n"}
    answers |= {"gus": f"x = {'(' * 5000}", "hal": "#" * 300_000, "ida": "", "jim": EVIL.replace("\ud800", "") + "=["}
    answers |= {f"short{number}": SHORT.replace("x", "z" * number) for number in range(1, 6)}
    for name, text in answers.items():
        (folder / name / "linear").mkdir(parents=True)
        (folder / name / "linear" / "linear.py").write_text(text, encoding="utf-8")
    (folder / "ben" / "linear").mkdir(parents=True)
    (folder / "ben" / "linear" / "linear.ipynb").write_text(disguised, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def found(students: Path) -> Likeness:
    return likeness(Class(ROOT, sorted(students.iterdir()), ["linear/linear"]), Bounds())


def pair(found: Likeness, one: str, other: str) -> Pair:
    return next(each for each in found.pairs if each.students == (one, other))


def test_who_has_the_same_in_disguise_is_found(found: Likeness) -> None:
    assert {name for each in found.pairs for name in each.students} == {"ada", "ben", "cem", "dan"}
    (answer,) = pair(found, "ada", "ben").answers
    assert (answer.kind, answer.alike) == (Kind.FORM, pytest.approx(1))
    assert answer.paths == ("linear/linear.py", "linear/linear.ipynb")
    assert pair(found, "ada", "dan").answers[0].kind is Kind.TEXT
    nearly = pair(found, "ada", "cem").answers[0]
    assert nearly.kind is Kind.PARTLY
    assert 0.5 < nearly.alike < 1
    assert nearly.unusual < answer.unusual


def test_the_evidence_stands_side_by_side(found: Likeness) -> None:
    matches = pair(found, "ada", "ben").answers[0].matches
    sides = {match.excerpts[0].name: match.excerpts for match in matches}
    assert set(sides) == {"Linear.__init__", "Linear.forward"}
    mine, theirs = sides["Linear.forward"]
    assert (theirs.name, theirs.cell, theirs.line) == ("Linear.forward", 2, 10)
    marked = {line.strip() for line, mark in zip(mine.text, mine.marks, strict=True) if mark > 0}
    assert "total = torch.stack(columns, dim=-1)" in marked
    assert "def forward(self, x):" not in marked
    # What was changed is not marked, nor does the other have it.
    changed = next(
        match for match in pair(found, "ada", "cem").answers[0].matches if "forward" in match.excerpts[0].name
    )
    theirs = changed.excerpts[1]
    assert theirs.text[3].strip() == "total = torch.stack(columns, dim=x.dim() - 1)"
    assert theirs.marks[1] > 0


def test_short_right_answers_count_for_nothing(found: Likeness) -> None:
    (form,) = [form for form in found.forms if "short1" in form.students]
    assert len(form.students) == 5
    assert not [each for each in found.pairs if "short1" in each.students]


def test_what_cannot_be_compared_is_told_and_keeps_nobody_out(found: Likeness) -> None:
    notes = "\n".join(found.notes)
    for name, why in (("fay", "is not Python"), ("jim", "has NUL bytes"), ("hal", "more than is read")):
        assert any(f"{name}'s linear/linear.py" in note and why in note for note in found.notes), notes
    assert found.students == 15


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(x):\n    return x + 1", "def f(y):  # add\n\n    return (y + 1)"),
        ("def f(x):\n    a = x\n    return a", 'def f(x: int) -> int:\n    """Doc."""\n    b: int = x\n    return b'),
        ("class A:\n  def f(self):\n    self.x = 1\n  def g(self):\n    return self.x",
         "class A:\n  def g(this):\n    return this.y\n  def f(this):\n    this.y = 1"),
        ("import torch\ndef f(x):\n  return torch.nn.functional.relu(x)",
         "from torch.nn import functional as F\ndef f(x):\n  return F.relu(x)"),
        ("def f(x):\n  raise ValueError('no')", 'def f(x):\n  raise ValueError(f"never {x}")'),
        ("def f(x):\n  return x", "def f(x):\n  return x\nif __name__ == '__main__':\n  def g(): return 2"),
        ("A = 1\ndef f(x):\n  return x + A", "def f(x):\n  return x + B\nB = 1\ny = f(3)\nprint(y)"),
    ],
)  # fmt: skip
def test_what_does_not_change_the_form(one: str, other: str) -> None:
    forms = [sorted([step.form for step in piece.steps] for piece in pieces([Cell(text)])) for text in (one, other)]
    assert forms[0]
    assert forms[0] == forms[1]


@pytest.mark.parametrize("other", ["x - 1", "x + 2", "1 + x", "x.sum() + 1", "torch.sum(x) + 1"])
def test_what_changes_the_form(other: str) -> None:
    forms = [
        [piece.steps[0].form for piece in pieces([Cell(f"def f(x):\n  return {text}")])] for text in ("x + 1", other)
    ]
    assert forms[0] != forms[1]


def test_the_more_have_a_form_the_less_it_counts() -> None:
    answers = [{1, 2, 3}, {1, 2, 3}, *({2, 3} for _ in range(8)), *({3} for _ in range(90))]
    found = weights(answers)
    assert found[1] == 1
    assert 0 < found[3] < 1e-4 < found[2] < 0.5
    assert weights(answers, known=[{1}])[1] < 1
    unusual, alike = compared(answers, found)
    assert unusual[0, 1] == pytest.approx(sum(found.values()))
    assert (alike[0, 1], alike[0, 2], alike[0, 50]) == pytest.approx((1, 0.8, 0.5))


def test_steps_are_as_deep_as_python_reads() -> None:
    (piece,) = pieces([Cell("def f(x):\n    return " + " + ".join(["x"] * 300))])
    assert len(piece.steps) > 300


def course(*words: object) -> Result:
    return CliRunner().invoke(main, ["--root", str(ROOT), *map(str, words)], catch_exceptions=False)


def test_the_command_prints_and_writes_without_torch(students: Path, tmp_path: Path) -> None:
    code = "import sys; sys.modules['torch'] = None; from grader.commands.main import main; main()"
    page, chosen = tmp_path / "alike.html", [str(students / name) for name in ("ada", "ben", "jim", "eve")]
    words = ["--root", str(ROOT), "similar", *chosen, "--only", "linear/linear", "--output", str(page)]
    environment = os.environ | {"COLUMNS": "140", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, env=environment, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "ada and ben" in done.stdout
    assert "linear/linear: the same but for names, comments and order" in done.stdout
    assert "Short right answers look alike" in done.stdout
    assert "jim's linear/linear.py has NUL bytes" in done.stderr
    row = next(line for line in done.stdout.splitlines() if "spread = torch.rand(" in line)
    assert row.count("*     ") == 2
    assert "values = t.rand(" in row
    text = page.read_text(encoding="utf-8")
    assert page.stat().st_mode & 0o077 == 0
    assert "no proof" in text
    assert 'class="rare"' in text
    assert text.count("<figure>") == 4


def test_a_page_shows_foreign_text_as_text(tmp_path: Path) -> None:
    evil = OWN.replace("flat = x", f"# {EVIL.splitlines()[0]}\n        flat = x")
    for name in ("<b>ann", "bob"):
        (tmp_path / "class" / name / "linear").mkdir(parents=True)
        (tmp_path / "class" / name / "linear" / "linear.py").write_text(evil, encoding="utf-8")
    students = sorted((tmp_path / "class").iterdir())
    result = course("similar", *students, "--only", "Linear", "--output", tmp_path / "page.html")
    assert result.exit_code == 0, result.stderr
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;ann and bob" in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text
    assert "\u202e" not in text
    assert "\x1b" not in result.stdout


def test_what_a_person_got_wrong_is_said(students: Path, tmp_path: Path) -> None:
    alone = course("similar", students / "ada")
    assert alone.exit_code == USAGE
    assert "nobody to compare with" in alone.stderr
    (tmp_path / "link").symlink_to(students / "ada")
    linked = course("similar", students / "ada", students / "dan", tmp_path / "link", "--only", "linear/linear")
    assert linked.exit_code == USAGE
    assert "is a link" in linked.stderr
    assert "ada and dan" in linked.stdout
    several = course("export", "csv", students / "ada", students / "ben", "--output", tmp_path / "out.csv")
    assert several.exit_code == USAGE
    assert "exported from one place" in several.stderr


def test_single_files_are_compared_on_what_they_answer(students: Path) -> None:
    files = [students / name / "linear" / "linear.py" for name in ("ada", "dan", "eve")]
    result = course("similar", *files)
    assert result.exit_code == 0
    assert "3 answers of 3 students" in result.stdout
    assert "linear/linear: the same text" in result.stdout


def test_jplag_gets_a_folder_for_each_student_and_one_for_the_stubs(students: Path, tmp_path: Path) -> None:
    out = tmp_path / "jplag"
    chosen = [students / name for name in ("ada", "ben", "fay", "ida")]
    result = course("export", "jplag", *chosen, "--output", out, "--assignment", "linear/linear")
    assert result.exit_code == 0, result.stderr
    assert {path.relative_to(out).as_posix() for path in out.rglob("*.py")} == {
        "base-code/linear/linear.py", "ada/linear/linear.py", "ben/linear/linear.py",
    }  # fmt: skip
    assert f"-l python3 -bc {out / 'base-code'} {out}" in " ".join(result.stdout.split())
    for path in out.rglob("*.py"):
        compile(path.read_text(encoding="utf-8"), path.name, "exec")
    again = course("export", "jplag", *chosen, "--output", out)
    assert again.exit_code == USAGE
    assert "is not empty" in again.stderr


def test_dolos_gets_an_archive_with_a_table(students: Path, tmp_path: Path) -> None:
    (tmp_path / "=1+1" / "linear").mkdir(parents=True)
    (tmp_path / "=1+1" / "linear" / "linear.py").write_text(OTHER, encoding="utf-8")
    chosen = [students / "ada", students / "ben", tmp_path / "=1+1"]
    result = course("export", "dolos", *chosen, "--output", tmp_path / "out", "--assignment", "linear/linear")
    assert result.exit_code == 0, result.stderr
    with zipfile.ZipFile(tmp_path / "out" / "linear-linear.zip") as archive:
        rows = [*csv.DictReader(io.StringIO(archive.read("info.csv").decode()))]
        names = set(archive.namelist())
    assert names == {"info.csv", *(row["filename"] for row in rows)}
    assert [row["filename"] for row in rows if row["ignored"] == "true"] == ["template.py"]
    assert [row["full_name"] for row in rows][1:] == ["ada", "ben", "'=1+1"]
    assert rows[1]["created_at"].endswith("+0000")
