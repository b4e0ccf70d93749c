"""Learning alone: the commands as a learner types them, in a workspace of their own."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.kit.load import load_course
from grader.kit.outline import Lesson, read_outline
from grader.model import CriterionReport, FindingKind, PartReport, Verdict
from grader.study import hints
from grader.study.solution import excerpt
from tests.school import solution
from tests.warm import Warm

ROOT = Path(__file__).parent.parent
RIGHT = (ROOT / "solutions/linear/linear/linear.py").read_text(encoding="utf-8")
WRONG = RIGHT.replace("torch.empty(out_features)) if bias", "torch.empty(1)) if bias")
assert WRONG != RIGHT, "the reference is written differently now"

pytestmark = pytest.mark.slow


Course = Callable[..., str]


@pytest.fixture
def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "100"}


@pytest.fixture
def course(environment: dict[str, str], tmp_path: Path, warm: Warm) -> Course:
    """The command, run in a new workspace; returns what it printed."""

    def run(*words: str, status: int = 0) -> str:
        folder = tmp_path / "learn"
        ended, said = warm.run(["course", *words], folder if folder.is_dir() else tmp_path, environment)
        assert ended == status, said
        assert "Traceback" not in said
        return said

    run("start", "learn")
    return run


def test_from_a_stub_to_the_solution(course: Course, tmp_path: Path) -> None:
    answer, state = tmp_path / "learn/linear/linear.py", tmp_path / "learn/.course.json"
    assert (tmp_path / "learn/linear/linear.md").read_text(encoding="utf-8").startswith("# ")
    assert "begun" in course("check")
    assert "not passed yet" in course("solution", "Flatten", status=1)
    answer.write_text(WRONG, encoding="utf-8")
    shown = course("check", "linear/linear.py", status=1)
    assert "✗ Linear" in shown
    assert "✓ Flatten" in shown
    assert "lesson    linear/linear.md:" in shown
    levels = [course("hint", "Linear") for _ in range(2)]
    assert levels[0].startswith("Hint 1 of 3")
    assert levels[1].startswith("Hint 2 of 3")
    assert "class Flatten" in course("solution", "Flatten")
    assert "class Linear" in course("solution", "Linear", "--give-up")
    records = json.loads(state.read_text(encoding="utf-8"))["parts"]
    assert records["linear/linear:Linear"]["solution"] == "gave up"
    assert records["linear/linear:Linear"]["hints"] == 2
    assert records["linear/linear:Flatten"]["solution"] == "after a pass"
    assert "1 of 9" in course("progress")
    course("reset", "Linear")
    (backup,) = (tmp_path / "learn/backup/linear").iterdir()
    assert backup.read_text(encoding="utf-8") == WRONG
    assert 'NotImplementedError("Write Linear.__init__.")' in answer.read_text(encoding="utf-8")
    assert "class Flatten" in answer.read_text(encoding="utf-8")
    state.unlink()
    assert "✓ Flatten" in course("check", "Flatten")
    assert "Next: Linear" in course("progress")


def test_of_two_files_the_one_that_is_named_is_judged(course: Course, tmp_path: Path) -> None:
    file, notebook = (tmp_path / f"learn/linear/linear{suffix}" for suffix in (".py", ".ipynb"))
    file.write_text(RIGHT, encoding="utf-8")
    cells = json.loads(notebook.read_text(encoding="utf-8"))
    solution(cells, "Flatten")["source"] = "class Flatten(nn.Module):\n    def forward(self, x):\n        return x\n"
    notebook.write_text(json.dumps(cells), encoding="utf-8")
    os.utime(file, (1e9, 1e9))
    shown = course("check", "linear/linear.py")
    assert "This is Flatten in linear/linear.py. It is begun in linear/linear.ipynb too" in shown
    assert "✓ Flatten" in shown
    assert "Our answer, to compare: course solution Linear" in shown
    shown = course("check", "Flatten", status=1)
    assert "This is Flatten in linear/linear.ipynb. It is begun in linear/linear.py too" in shown
    assert "✗ Flatten" in shown
    assert course("check", "Linear").startswith("✓ Linear")
    assert "This is Flatten in linear/linear.ipynb." in course("check", "linear/linear.ipynb", status=1)
    # What has passed is marked in the list, and a second start goes on from there.
    assert "    ✓ Flatten, ✓ Linear\n" in course("list")
    assert "write count_parameters in modules/tools.py, and save." in course("start", ".")


def test_the_first_steps_of_the_readme(watching: "subprocess.Popen[str]", tmp_path: Path) -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Learn alone\n")[2].partition("\n## ")[0]
    typed = re.findall(r"^(?:\$ |    )(\S.*)$", re.sub(r"^```py\n.*?^```", "", section, flags=re.M | re.S), re.M)
    assert typed == ["make learn", ". .venv/bin/activate", "cd learn", "course watch"]
    made = re.search(r"^learn:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert made is not None
    assert "course start learn" in made[1]
    # The fixtures have done that; what the section says next is to write Flatten, and then Linear.
    (flatten,) = re.findall(r"^```py\n(.*?)^```", section, re.M | re.S)
    answer, tools = tmp_path / "learn/linear/linear.py", tmp_path / "learn/modules/tools.py"
    stub = answer.read_text(encoding="utf-8")

    def says(*beginnings: str) -> None:
        for beginning in beginnings:
            assert watching.stdout is not None
            assert watching.stdout.readline().startswith(beginning)

    answer.write_text(stub[: stub.index("class Flatten")] + flatten, encoding="utf-8")
    says("✓ Flatten", "Learned: Flattening computes nothing", "Now: Linear in linear/linear.py")
    answer.write_text(RIGHT, encoding="utf-8")
    says(
        "✓ Flatten", "✓ Linear", "Learned: ", "linear/linear is complete.", "Now: count_parameters in modules/tools.py"
    )
    solved = excerpt((ROOT / "solutions/modules/tools/tools.py").read_text(encoding="utf-8"), "count_parameters")
    tools.write_text(solved, encoding="utf-8")
    says("✓ count_parameters", "Learned: ", "Now: freeze")
    assert (tmp_path / "learn/linear/capstone.ipynb").read_bytes() == (
        ROOT / "assignments/linear/capstone.ipynb"
    ).read_bytes()


def test_a_kit_knows_its_stubs_though_someone_wrote_in_them(tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    shutil.copytree(ROOT / "assignments/linear", kit / "linear")
    settings = (ROOT / "assignments/course.toml").read_text(encoding="utf-8")
    (kit / "course.toml").write_text(re.sub("assignments = .*", 'assignments = ["linear"]', settings), encoding="utf-8")

    def lesson() -> Lesson:
        return next(each for each in read_outline(kit).lessons if each.name == "linear")

    before = lesson()
    stub, notebook, text = before.stub, before.notebook, before.text
    (kit / "linear/linear.py").write_text(RIGHT, encoding="utf-8")
    (kit / "linear/scratch.py").write_text("mine = 1\n", encoding="utf-8")
    written = json.loads(notebook)
    for cell in written["cells"]:
        if cell["id"] == "linear-Linear":
            cell |= {"source": "mine = 1", "execution_count": 3}
    (kit / "linear/linear.ipynb").write_text(json.dumps(written), encoding="utf-8")
    after = lesson()
    assert (after.stub, after.text) == (stub, text)
    assert json.loads(after.notebook) == json.loads(notebook)
    (kit / "linear/checks/linear.zip").write_bytes(b"damaged")
    assert lesson().stub == RIGHT


def test_what_is_there_stays(course: Course, tmp_path: Path) -> None:
    answer = tmp_path / "learn/linear/linear.py"
    answer.write_text("mine\n", encoding="utf-8")
    course("start", ".")
    assert answer.read_text(encoding="utf-8") == "mine\n"
    (tmp_path / "learn/.course.json").write_text("{broken", encoding="utf-8")
    course("progress")
    assert "Did you mean" in course("check", "Flaten", status=2)


def test_a_workspace_is_tested_by_pytest(course: Course, environment: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "learn"
    (folder / "linear/linear.py").write_text(WRONG, encoding="utf-8")

    def tested(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    done = tested("linear/linear.py", "-k", "not Flatten and (parameters or own_work)", "--junitxml", "results.xml")
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "To see it, run this beside your answer" in done.stdout
    assert 'classname="linear.linear.Linear" name="parameters"' in (folder / "results.xml").read_text(encoding="utf-8")


@pytest.fixture
def watching(course: Course, environment: dict[str, str], tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """`course watch` without a terminal, past its first lines; the answer is linear.py alone."""
    (tmp_path / "learn/linear/linear.ipynb").unlink()
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "cli", "watch"], cwd=tmp_path / "learn", env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            assert process.stdout.readline().startswith("Watching")
            assert process.stdout.readline().startswith("Now: ")
            yield process
        finally:
            process.kill()


def test_watch_survives_what_editors_do(watching: "subprocess.Popen[str]", tmp_path: Path) -> None:
    answer, out = tmp_path / "learn/linear/linear.py", watching.stdout
    assert out is not None
    answer.write_text(WRONG, encoding="utf-8")
    assert out.readline().startswith("✓ Flatten")
    assert out.readline().startswith("✗ Linear")
    assert out.readline().startswith("Learned: ")
    answer.write_text(WRONG + "\ndef (\n", encoding="utf-8")
    assert "not Python yet" in out.readline()
    assert "not Python yet" in out.readline()
    answer.rename(tmp_path / "aside.py")
    assert "is gone" in out.readline()
    answer.write_text(RIGHT, encoding="utf-8")
    assert out.readline().startswith("✓ Flatten")
    assert out.readline().startswith("✓ Linear")
    assert watching.poll() is None


def test_every_part_has_three_hints_and_a_solution() -> None:
    course, outline = load_course(ROOT), read_outline(ROOT)
    for lesson, symbol in outline.parts:
        source = course.exercise(lesson.slug).reference_source
        texts = [str(hints.hint(level, lesson, symbol, None, source)) for level in (1, 2, 3)]
        assert all(texts), (lesson.slug, symbol)
        assert len(set(texts)) == 3, (lesson.slug, symbol)
        compile(excerpt(source, symbol), symbol, "exec")


def test_an_exception_that_did_not_come_is_not_said_to_stop_the_answer() -> None:
    lesson, symbol = read_outline(ROOT).parts[0]

    def nudge(criterion: str, kind: FindingKind, message: str) -> str:
        failed = CriterionReport(
            name=criterion, verdict=Verdict.WRONG, score=0, max_score=1, message=message, kind=kind
        )  # fmt: skip
        report = PartReport(
            part=symbol, exercise=lesson.slug, verdict=Verdict.WRONG, score=0, max_score=1, suite="", criteria=(failed,)
        )
        return str(hints.hint(1, lesson, symbol, report, ""))

    missing = "A bad size should raise an exception (ValueError: no), but nothing was raised."
    assert nudge("errors", FindingKind.NOT_RAISED, missing).startswith("Bad input passes unnoticed.")
    assert nudge("values", FindingKind.RAISED, "Calling it raised TypeError: no").startswith("An exception stops it.")
