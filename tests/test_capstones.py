"""Capstone notebooks: run with right answers beside them, and with answers that are not ready."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from grader.answer.load import load_answer
from grader.answers import NotReady, answers
from grader.kit.load import load_course
from grader.losses import parting_step
from grader.release.capstone import capstone
from grader.release.write import build

ROOT = Path(__file__).parent.parent
SOURCES = {path.parent.name: path for path in sorted((ROOT / "solutions").glob("*/capstone.py"))}
LINEAR = (ROOT / "solutions" / "linear" / "linear" / "linear.py").read_text(encoding="utf-8")
CURVES = "import json\nprint(json.dumps([your_losses, torch_losses]))"


def run(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Execute a notebook in a folder; in a process of its own, which closes what the kernel's sockets leave open."""
    nbformat.write(notebook, folder / "capstone.ipynb")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "IPYTHONDIR": str(folder / "ipython")}
    command = [sys.executable, "-c", "from nbclient.cli import main; main()"]
    options = ["--allow-errors", "--timeout=300", "--output=done", "capstone.ipynb"]
    ended = subprocess.run(
        [*command, *options], cwd=folder, env=environment, capture_output=True, text=True, timeout=400
    )
    assert ended.returncode == 0, ended.stderr
    (done,) = folder.glob("done*")
    return nbformat.read(done, as_version=4)


def ada(root: Path, assignment: str) -> Path:
    """The folder of a student who handed in the references."""
    folder = root / assignment
    folder.mkdir()
    for exercise in load_course(ROOT).exercises:
        if exercise.assignment == assignment:
            shutil.copy(exercise.folder / f"{exercise.name}.py", folder)
    return folder


def read(assignment: str) -> NotebookNode:
    return nbformat.reads(capstone(SOURCES[assignment]), as_version=4)


def linear_notebook(*cells: str) -> str:
    return nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]))


def test_every_assignment_has_a_capstone() -> None:
    assert set(SOURCES) == {exercise.assignment for exercise in load_course(ROOT).exercises}


@pytest.mark.slow
@pytest.mark.parametrize("assignment", SOURCES)
def test_right_answers_learn_as_torch_does(assignment: str, tmp_path: Path) -> None:
    notebook = read(assignment)
    notebook.cells.append(nbformat.v4.new_code_cell(CURVES))
    done = run(notebook, ada(tmp_path, assignment))
    outputs = [output for cell in done.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    assert len([output for output in outputs if "image/png" in output.get("data", {})]) == 2

    yours, torch = json.loads(done.cells[-1].outputs[0].text)
    assert len(torch) >= 50
    assert parting_step(yours, torch) is None
    assert yours == pytest.approx(torch, rel=1e-7)
    assert sum(yours[-10:]) < 0.5 * sum(yours[:10])


@pytest.mark.slow
def test_a_notebook_says_what_to_write_first(tmp_path: Path) -> None:
    made = build(load_course(ROOT), lambda exercise, part: 1.0).texts
    folder = tmp_path / "linear"
    folder.mkdir()
    for name, text in made.items():
        if name.parts[0] == "linear" and name.suffix in (".py", ".ipynb"):
            (folder / name.name).write_text(text, encoding="utf-8")
    first, *_ = (cell for cell in run(read("linear"), folder).cells if cell.cell_type == "code")
    (output,) = first.outputs
    assert output.traceback == [
        "Write Linear first, in linear.py or linear.ipynb: this notebook builds on it.",
        "After it: Flatten. Then restart the kernel and run this notebook from the top.",
    ]


@pytest.mark.parametrize("assignment", SOURCES)
def test_a_capstone_is_a_valid_notebook_without_outputs(assignment: str) -> None:
    text = capstone(SOURCES[assignment])
    assert text == capstone(SOURCES[assignment])
    document = nbformat.reads(text, as_version=4)
    nbformat.validate(document)
    assert len({cell.id for cell in document.cells}) == len(document.cells)
    assert not any(cell.get("outputs") for cell in document.cells)


def test_a_capstone_is_neither_exercise_nor_answer(tmp_path: Path) -> None:
    assert "capstone" not in {exercise.name for exercise in load_course(ROOT).exercises}
    folder = tmp_path / "linear"
    folder.mkdir()
    (folder / "capstone.ipynb").write_text(capstone(SOURCES["linear"]), encoding="utf-8")
    keys = [(exercise.assignment, exercise.name) for exercise in load_course(ROOT).exercises]
    assert load_answer(tmp_path, "linear", "linear", ["Linear", "Flatten"], exercises=keys).missing


def test_answers_come_from_a_file_or_from_a_notebook(tmp_path: Path) -> None:
    text, notebook = tmp_path / "text", tmp_path / "notebook"
    for folder in (text, notebook):
        folder.mkdir()
    (text / "linear.py").write_text(LINEAR, encoding="utf-8")
    cells = linear_notebook("%matplotlib inline", "1 / 0", LINEAR, "while True: pass", "import nowhere")
    (notebook / "linear.ipynb").write_text(cells, encoding="utf-8")
    for folder in (text, notebook):
        mine = answers({"linear": ["Linear", "Flatten"]}, folder)
        assert mine.Linear(3, 2).weight.shape == (2, 3)
        assert vars(mine).keys() == {"Linear", "Flatten"}


def test_an_answer_half_written_names_the_method(tmp_path: Path) -> None:
    stub = build(load_course(ROOT), lambda exercise, part: 1.0).texts
    (source,) = (text for name, text in stub.items() if str(name) == "linear/linear.py")
    begun = source.replace('raise NotImplementedError("Write Linear.__init__.")', "super().__init__()")
    (tmp_path / "linear.py").write_text(begun, encoding="utf-8")
    with pytest.raises(NotReady, match=r"Write Linear\.reset_parameters first") as caught:
        answers({"linear": ["Linear", "Flatten"]}, tmp_path)
    assert "Linear.forward, Linear.extra_repr and Flatten" in caught.value.fix


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("", "Write Linear first"),
        ("class Linear:\n    def forward(self, x:\n", r"linear\.py: This is not Python yet.*line 2"),
        (
            f"import nowhere\n{LINEAR}\nLinear.more = nowhere.more\n",
            "Linear could not be loaded: ModuleNotFoundError: No module named 'nowhere'",
        ),
        (LINEAR.replace("class Linear", "class Lynear"), "Write Linear first"),
    ],
)
def test_an_answer_that_cannot_be_used_is_reported_in_a_line(tmp_path: Path, source: str, says: str) -> None:
    (tmp_path / "linear.py").write_text(source, encoding="utf-8")
    with pytest.raises(NotReady) as caught:
        answers({"linear": ["Linear"]}, tmp_path)
    assert re.search(says, caught.value.what, re.DOTALL)
    assert caught.value.fix


def test_curves_part_where_more_than_rounding_tells_them_apart() -> None:
    assert parting_step([2.0, 1.0, 0.5], [2.0, 1.0 + 1e-9, 0.5]) is None
    assert parting_step([2.0, 1.0, 0.5], [2.0, 1.0, 0.6]) == 2
    assert parting_step([2.0, float("nan")], [2.0, 1.0]) == 1
