"""A wheel, installed where nothing of the checkout is in reach: it makes courses, which verify, release and grade."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grader.authoring.scaffold import new_exercise
from grader.course.paths import CONTENT

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
PIP = ("pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-index", "--target")
SESSION = """
import json, sys
import grader
from click.testing import CliRunner
from grader.commands.main import main

assert grader.__file__.startswith(sys.argv[1]), grader.__file__
for words in json.loads(sys.argv[2]):
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    print(json.dumps([done.exit_code, done.stdout, done.stderr]))
"""
"""Commands one after the other, of which each would else import torch."""

COMMANDS = (
    "init mine", "init mine ", "list", "grade ann", "start learn",
    "init --empty begun", "--root begun new basics/scale", "--root begun verify basics/scale --quick",
    "--root begun release kit", "--root begun grade ann --format json -q",
)  # fmt: skip


class Installed:
    """A wheel of the engine and of one exercise of the course, where it is installed, and a session with it."""

    def __init__(self, folder: Path) -> None:
        source = folder / "source"
        for name in ("solutions/linear/linear", "assignments/linear", "examples/ada/linear"):
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "assignments" / "README.md", source / "assignments")
        (source / "course.toml").write_text('title = "Linear"\nassignments = ["linear"]\n', encoding="utf-8")
        for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE", "grader"):
            (source / name).symlink_to(ROOT / name)
        self.run(sys.executable, "-c", BUILD, str(folder), cwd=source)
        (self.wheel,) = folder.glob("*.whl")
        self.site, self.desk = folder / "site", folder / "desk"
        self.run(sys.executable, "-m", *PIP, str(self.site), str(self.wheel), cwd=folder)
        shutil.rmtree(source)
        new_exercise(folder / "elsewhere", "basics/scale")
        (self.desk / "ann" / "basics").mkdir(parents=True)
        shutil.copy(folder / "elsewhere/solutions/basics/scale/scale.py", self.desk / "ann" / "basics")
        self.said = self._session(*COMMANDS)

    def _session(self, *commands: str) -> dict[str, tuple[int, str, str]]:
        """Exit status, output and errors of commands that are given outside of any course, each after the others."""
        words = json.dumps([command.split() for command in commands])
        said = self.run(sys.executable, "-P", "-c", SESSION, str(self.site), words, cwd=self.desk)
        return dict(zip(commands, map(json.loads, said.splitlines()), strict=True))

    def run(self, *words: str, cwd: Path) -> str:
        """What a command says."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment |= {"PYTHONPATH": str(getattr(self, "site", "")), "COURSE_SEED": "packaging"}
        done = subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("packaging"))


def test_a_wheel_holds_the_engine_and_the_course(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as archive:
        names = set(archive.namelist())
    engine = {path.relative_to(ROOT).as_posix() for path in (ROOT / "grader").rglob("*") if path.is_file()}
    assert {name for name in names if name.startswith("grader/")} == {
        name for name in engine if "__pycache__" not in name
    }
    assert {name.split("/")[1] for name in names if name.startswith("torch_course_kit/")} == set(CONTENT)
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"grader", "torch_course_kit"}
    assert installed.run(str(installed.site / "bin" / "course"), "--version", cwd=installed.desk).startswith("course, ")


def test_an_installed_kit_makes_a_course_of_its_own(installed: Installed) -> None:
    status, said, _ = installed.said["init mine"]
    assert status == 0
    assert "mine holds 1 exercises in 1 assignments" in said
    mine = installed.desk / "mine"
    assert {path.name for path in mine.iterdir()} == {*CONTENT, ".gitignore"}
    assert "pip install torch-course-kit" in (mine / "assignments" / "README.md").read_text(encoding="utf-8")
    assert "/.course-seed" in (mine / ".gitignore").read_text(encoding="utf-8")
    status, _, errors = installed.said["init mine "]
    assert status == 2
    assert "mine is not empty" in errors


def test_one_learns_by_the_course_inside_it_and_nothing_is_written_there(installed: Installed) -> None:
    listed = installed.said["list"][1]
    assert listed.startswith("linear/linear")
    assert "Linear" in listed
    assert "Flatten" in listed
    assert installed.said["start learn"][0] == 0
    assert (installed.desk / "learn" / "linear" / "linear.py").is_file()
    status, _, errors = installed.said["grade ann"]
    assert status == 2
    assert "course init DIR" in errors
    assert {path.name for path in (installed.site / "torch_course_kit").iterdir()} == set(CONTENT)


def test_a_course_made_by_it_verifies_releases_and_grades(installed: Installed) -> None:
    said = [installed.said[command] for command in COMMANDS[5:]]
    assert [status for status, *_ in said] == [0] * 5, said
    assert 'assignments = ["basics"]' in (installed.desk / "begun" / "course.toml").read_text(encoding="utf-8")
    assert "No holes." in said[2][1]
    (submission,) = json.loads(said[-1][1])["submissions"]
    assert [part["verdict"] for part in submission["parts"]] == ["ACCEPTED"]
    # The kit that it released has the whole checker, and nothing of the course that came with ours.
    checker = installed.desk / "kit" / "checker"
    assert {path.name for path in checker.iterdir()} == {"grader", "LICENSE", "pyproject.toml"}
    packaging = (checker / "pyproject.toml").read_text(encoding="utf-8")
    assert '"torch>=2.11"' in packaging
    assert "nbgrader" not in packaging
    assert 'course = "grader.commands.main:main"' in packaging
