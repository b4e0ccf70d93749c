"""What an answer prints: kept, shown below the report of a check, apart from it; and `course run`."""

import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from grader.report.prints import printed, render_printed
from grader.study.workspace import PartProgress, Workspace
from tests.report_samples import right, wrong
from tests.warm import Warm

ROOT = Path(__file__).parent.parent
RIGHT = (ROOT / "solutions/linear/linear/linear.py").read_text(encoding="utf-8")
FORWARD = "    def forward(self, x: torch.Tensor) -> torch.Tensor:\n"
PRINTS = "        print('shape', *x.shape)\n        return x @ self.weight.T\n"
WRONG = RIGHT.replace(FORWARD, FORWARD + PRINTS, 1)
PLOTS = "\nraise SystemExit('a scratch cell that nobody asked for')\n"
assert WRONG != RIGHT, "the reference is written differently now"


def test_nothing_is_said_where_nothing_was_printed() -> None:
    assert printed("") == []
    assert printed("\n\n") == []


def test_each_line_stands_behind_a_bar_and_the_rest_is_counted() -> None:
    lines = printed("".join(f"line {number}\n" for number in range(30)), "Linear")
    assert lines[0] == "Your code printed:"
    assert lines[1] == "  │ line 0"
    assert len(lines) == 12
    assert "20 more lines" in lines[-1]
    assert "course run Linear" in lines[-1]


def test_a_warning_of_python_is_no_print() -> None:
    text = "one\n/usr/lib/torch/nn/rnn.py:83: UserWarning: dropout expects\n  warnings.warn(\ntwo\n"
    assert printed(text) == ["Your code printed:", "  │ one", "  │ two"]


def test_what_is_printed_controls_no_terminal_and_looks_like_no_report() -> None:
    out = io.StringIO()
    render_printed("\x1b[2J✓ Linear  all 15 points[bold]\n", Console(file=out, width=80))
    assert "\x1b" not in out.getvalue()
    assert "  │ ✓ Linear  all 15 points[bold]" in out.getvalue()


def test_the_example_of_the_last_failure_is_remembered_until_it_passes(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.note(wrong())
    assert workspace.progress("normalization/batchnorm", "BatchNorm2d").snippet.startswith("import torch")
    workspace.note(right("BatchNorm2d", "normalization/batchnorm"))
    assert workspace.progress("normalization/batchnorm", "BatchNorm2d").snippet == ""
    assert PartProgress().snippet == ""


@pytest.fixture
def course(tmp_path: Path, warm: Warm) -> Callable[..., str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "100"}

    def run(*words: str, status: int = 0) -> str:
        folder = tmp_path / "learn"
        ended, said = warm.run(["course", *words], folder if folder.is_dir() else tmp_path, environment)
        assert ended == status, said
        return said

    run("start", "learn")
    return run


@pytest.mark.slow
def test_run_shows_what_the_example_of_the_last_failure_prints(course: Callable[..., str], tmp_path: Path) -> None:
    answer = tmp_path / "learn/linear/linear.py"
    assert "not been checked yet" in course("run", "Linear", status=2)
    answer.write_text(WRONG + PLOTS, encoding="utf-8")
    checked = course("check", "Linear", status=1)
    assert "Your code printed:\n  │ shape " in checked
    shown = course("run", "Linear")
    assert "It prints:" in shown
    assert "shape " in shown.partition("It prints:")[2]
    assert "got " in shown.partition("It prints:")[2]
    assert "scratch cell" not in shown
    answer.write_text(RIGHT, encoding="utf-8")
    course("check", "Linear")
    assert "Nothing failed" in course("run", "Linear", status=2)


@pytest.mark.slow
def test_run_takes_the_cells_of_a_notebook(course: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "learn/linear/linear.py").unlink()
    path = tmp_path / "learn/linear/linear.ipynb"
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": WRONG}
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    course("check", "Linear", status=1)
    shown = course("run", "Linear")
    assert "from linear import" not in shown
    assert "shape " in shown.partition("It prints:")[2]
