"""What the documents show works: their commands, their Python, and the examples in the lessons."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grader.course.exercise import CourseExercise
from grader.kit.load import load_course
from tests.warm import Warm

ROOT = Path(__file__).parent.parent
COURSE = load_course(ROOT)
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
pytestmark = pytest.mark.slow


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def commands(document: Path) -> list[str]:
    text = document.read_text(encoding="utf-8")
    return [line[2:] for block in blocks(text, "console") for line in block.splitlines() if line.startswith("$ ")]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A copy of a piece of the course, in which commands may write."""
    for name in ("solutions/linear", "assignments/linear", "examples"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("course.toml", "Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    # What an instructor exported from the school's systems.
    (tmp_path / "canvas.csv").write_text(
        "Student,ID,SIS Login ID,Section,Linear (1)\nPoints Possible,,,,22\n"
        '"Lovelace, Ada",1,ada,A,\n"Ben",2,ben,A,\n', encoding="utf-8",
    )  # fmt: skip
    (tmp_path / "moodle.csv").write_text(
        "Identifier,Full name,Grade,Maximum grade,Last modified (grade)\nParticipant 1,Ada,,100.00,-\n",
        encoding="utf-8",
    )
    with zipfile.ZipFile(tmp_path / "canvas-submissions.zip", "w") as file:
        for name, student in (("lovelaceada_1_11_linear-1.py", "ada"), ("ben_LATE_2_12_linear.py", "ben")):
            file.write(ROOT / "examples" / student / "linear" / "linear.py", name)
    return tmp_path


class Console:
    """A shell's memory, and what it takes to run a document's commands one after the other."""

    def __init__(self, folder: Path, warm: Warm) -> None:
        self.folder, self.warm = folder, warm
        home = folder / "home"
        home.mkdir()
        self.environment = os.environ | {
            "COURSE_SEED": "documents", "NO_COLOR": "1", "HOME": str(home),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }  # fmt: skip

    def run(self, command: str) -> tuple[int, str]:
        """A command's exit status, and what it said."""
        words = [name for word in shlex.split(command) for name in expanded(word, self.folder)]
        if words[0] == "cd":
            self.folder = (self.folder / words[1]).resolve()
            assert self.folder.is_dir(), command
            return 0, ""
        if words[0] == "nbgrader":
            pytest.importorskip("nbgrader", reason="nbgrader is not installed (pip install -e '.[classroom]')")
        if words[0] in ("course", "nbgrader"):
            return self.warm.run(words, self.folder, self.environment)
        if words[0] == "make":
            words.insert(1, "--dry-run")  # what it does is run by CI, or by hand
        else:
            assert words[0] in ("cp", "mkdir")
        done = subprocess.run(
            words, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=300, check=False
        )
        return done.returncode, done.stdout + done.stderr


def expanded(word: str, folder: Path) -> list[str]:
    """The word, or what a shell would make of it."""
    return [str(path.relative_to(folder)) for path in sorted(folder.glob(word))] if "*" in word else [word]


@pytest.mark.parametrize("document", [path for path in DOCUMENTS if commands(path)], ids=lambda path: path.name)
def test_the_commands_of_a_document_run(document: Path, workspace: Path, warm: Warm) -> None:
    console = Console(workspace, warm)
    for command in commands(document):
        status, said = console.run(command)
        assert status == 0, f"$ {command}\n{said}"
        assert "Traceback" not in said, f"$ {command}\n{said}"


def test_the_readme_opens_with_the_two_commands() -> None:
    assert commands(ROOT / "README.md")[:2] == ["make demo", "make test"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_python_of_a_document_runs(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for exercise in COURSE.exercises:
        monkeypatch.setitem(sys.modules, exercise.name, exercise.reference)
    for block in blocks(document.read_text(encoding="utf-8"), "python"):
        exec(compile(block, document.name, "exec"), {"__name__": "document"})


@pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda exercise: exercise.slug)
def test_the_python_of_a_lesson_runs(exercise: CourseExercise, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, exercise.name, exercise.reference)
    namespace = vars(exercise.reference).copy()
    for block in blocks(exercise.handout, "python"):
        exec(compile(block, f"{exercise.slug}/handout.md", "exec"), namespace)


@pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda exercise: exercise.slug)
def test_the_figures_of_a_lesson_are_drawn(exercise: CourseExercise) -> None:
    figures = set(re.findall(r"!\[[^\]]*\]\(([^)]+)\)", exercise.handout))
    drawn = {f"figures/{exercise.name}.svg"} if (exercise.folder / "figure.py").is_file() else set()
    assert figures == drawn


def test_every_figure_has_an_alternative_text_of_its_own() -> None:
    texts = [text for exercise in COURSE.exercises for text in re.findall(r"!\[([^\]]*)\]", exercise.handout)]
    assert all(texts)
    assert len(set(texts)) == len(texts)
