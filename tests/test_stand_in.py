"""What is graded where a notebook has another name, a `.py` is handed in, or a cell was turned into text."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbgrader", reason="nbgrader is not installed (pip install -e '.[classroom]')")

import nbformat
from nbgrader.coursedir import CourseDirectory

from grader.classroom.course_directory import source_notebook
from grader.classroom.released import released
from grader.classroom.structure import note_file_beside, rebuilt
from grader.classroom.submitted import NOTE, PROBLEM, UNCLEAR, read_submitted
from tests.school import solution

ROOT = Path(__file__).parent.parent
RELEASE = ROOT / "assignments" / "linear" / "linear.ipynb"
ANSWER = "class Linear:\n    'mine'\n"
PARTS = ["Linear", "Flatten"]


def release() -> Any:
    return nbformat.read(RELEASE, as_version=4)


def copied(path: Path, source: str = ANSWER) -> None:
    notebook = json.loads(RELEASE.read_text(encoding="utf-8"))
    solution(notebook, "Linear")["source"] = source
    path.write_text(json.dumps(notebook), encoding="utf-8")


def graded(path: Path) -> tuple[str, list[str]]:
    """What is judged of a folder, and what is said about it."""
    received = release()
    submitted = read_submitted(path, PARTS)
    note_file_beside(submitted, received, path)
    made = rebuilt(submitted, received)
    return "\n".join(cell.source for cell in made.notebook.cells if cell.cell_type == "code"), list(made.notes)


@pytest.mark.parametrize("name", ["linear (1).ipynb", "linear-copy.ipynb", "Übung 3.ipynb"])
def test_a_copy_under_another_name_is_graded(tmp_path: Path, name: str) -> None:
    copied(tmp_path / name)
    (tmp_path / "notes.ipynb").write_text('{"cells": []}', encoding="utf-8")
    code, notes = graded(tmp_path / "linear.ipynb")
    assert ANSWER in code
    assert notes == [f"There is no linear.ipynb: {name} was graded in its place."]


def test_of_two_copies_nobody_can_tell(tmp_path: Path) -> None:
    for name in ("linear (1).ipynb", "linear (2).ipynb"):
        copied(tmp_path / name)
    found = read_submitted(tmp_path / "linear.ipynb", PARTS)
    assert not found.cells
    assert "linear (1).ipynb and linear (2).ipynb both hold cells of it" in found.metadata[UNCLEAR]


def test_a_file_of_python_stands_in_for_the_notebook(tmp_path: Path) -> None:
    (tmp_path / "linear.py").write_text(ANSWER, encoding="utf-8")
    code, notes = graded(tmp_path / "linear.ipynb")
    assert ANSWER in code
    assert notes == ["There is no linear.ipynb: linear.py was graded in its place."]


def test_a_file_of_python_beside_an_untouched_notebook_is_graded(tmp_path: Path) -> None:
    (tmp_path / "linear.py").write_text(ANSWER, encoding="utf-8")
    (tmp_path / "linear.ipynb").write_bytes(RELEASE.read_bytes())
    code, notes = graded(tmp_path / "linear.ipynb")
    assert code.endswith(ANSWER)
    assert notes == ["linear.ipynb is as it was released: linear.py beside it was graded."]
    copied(tmp_path / "linear.ipynb", "class Linear:\n    'of the notebook'\n")
    code, notes = graded(tmp_path / "linear.ipynb")
    assert "of the notebook" in code
    assert ANSWER not in code
    assert notes == ["linear.ipynb was graded, and not the linear.py beside it."]


def test_nothing_of_the_release_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "other.ipynb").write_text('{"cells": []}', encoding="utf-8")
    assert read_submitted(tmp_path / "linear.ipynb", PARTS).metadata[PROBLEM] == "linear.ipynb was not handed in."


@pytest.mark.skipif(os.name != "posix", reason="Windows makes no links without being asked twice")
def test_another_s_work_behind_a_link_stands_in_for_nothing(tmp_path: Path) -> None:
    ada, ben = tmp_path / "ada", tmp_path / "ben"
    ada.mkdir()
    ben.mkdir()
    copied(ada / "linear.ipynb")
    (ada / "linear.py").write_text(ANSWER, encoding="utf-8")
    for name in ("linear (1).ipynb", "linear.py"):
        (ben / name).symlink_to(ada / name.replace(" (1)", ""))
    found = read_submitted(ben / "linear.ipynb", PARTS)
    assert not found.cells
    assert NOTE not in found.metadata


@pytest.mark.parametrize("text", [ANSWER, f"My answer:\n\n```python\n{ANSWER}```\n\nDone."])
def test_a_cell_that_was_turned_into_text_is_graded(tmp_path: Path, text: str) -> None:
    path = tmp_path / "linear.ipynb"
    copied(path, text)
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = solution(notebook, "Linear")
    cell["cell_type"] = "markdown"
    del cell["outputs"], cell["execution_count"]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    code, notes = graded(path)
    assert ANSWER in code
    assert "My answer" not in code
    assert notes == ["The cell linear-Linear was turned into text; what it says was graded as code."]


def test_a_release_that_was_removed_is_made_from_its_source(tmp_path: Path) -> None:
    course = CourseDirectory(root=str(tmp_path))
    with pytest.raises(FileNotFoundError, match="nbgrader generate_assignment linear --force"):
        released(course, "linear", "linear")
    (tmp_path / "source" / "linear").mkdir(parents=True)
    marked = source_notebook(RELEASE.read_text(encoding="utf-8"))
    assert "### BEGIN SOLUTION" in marked
    (tmp_path / "source" / "linear" / "linear.ipynb").write_text(marked, encoding="utf-8")
    made = released(course, "linear", "linear")
    for symbol in PARTS:
        cell = solution(made, symbol)
        assert "    # YOUR CODE HERE\n" in cell["source"]
        cell["source"] = re.sub(" *# YOUR CODE HERE\n", "", cell["source"])
    assert made == release()
