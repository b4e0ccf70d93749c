"""nbgrader's stock commands, end to end: our judge grades, no kernel runs a student's code."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from grader.classroom.scorer import Scorer, ScorerError
from tests.school import RIGHT, ROOT, XSS, School, fill

pytestmark = pytest.mark.slow


def test_the_scores_are_those_of_course_grade(school: School) -> None:
    for student in school.students:
        answers = school.folder / "answers" / student / "linear"
        answers.mkdir(parents=True)
        shutil.copy(school.submitted / student / "linear" / "linear.ipynb", answers)
    for student in ("numbered", "copy", "python", "beside", "both"):
        folder = school.folder / "answers" / student / "linear"
        shutil.copytree(school.submitted / student / "linear", folder)
        for path in folder.glob("linear?*.ipynb"):
            path.rename(path.with_name("linear.ipynb"))
        for path in folder.glob("*.py"):
            os.utime(path, (0, 0))  # of two answers, course grade takes the newer
    folders = sorted((school.folder / "answers").iterdir())
    school.run("course", "--root", school.root, "grade", *folders, "--output", school.folder / "results", "--jobs", "1")
    report = json.loads((school.folder / "results" / "grades.json").read_text(encoding="utf-8"))
    expected = {submission["student"]: submission["score"] for submission in report["submissions"]}
    scores = school.scores()
    assert {student: scores[student] for student in expected} == expected
    assert len(expected) == 5 + len(school.students)


ALL = "all of the points"
SOME = "some of the points"
BY_HAND = "a person has to say"
DESERVED: dict[str, tuple[object, str]] = {
    "right": (ALL, ""), "wrong": (SOME, ""), "syntax": (SOME, ""), "loop": (0, ""), "exits": (SOME, ""),
    "forger": (0, ""), "hollow": (0, ""), "thief": (SOME, ""), "copied": (ALL, ""), "deleted": (ALL, ""),
    "edited": (SOME, ""), "scripted": (SOME, ""), "idle": (0, ""), "empty": (0, ""), "half": (SOME, ""),
    "colab": (ALL, ""), "old": (ALL, ""), "split": (ALL, ""), "shuffled": (ALL, ""), "plotted": (ALL, ""),
    "magics": (ALL, ""), "warns": (ALL, ""), "helper": (ALL, ""), "unlucky": (ALL, ""), "zoë": (ALL, ""),
    "gone": (ALL, ""), "renamed": (ALL, ""),
    "broken": (0, "NOTHING TO GRADE in .*/broken/linear/linear.ipynb: .* its JSON is broken"),
    "numbered": (ALL, r"of numbered: There is no linear.ipynb: linear \(1\).ipynb was graded in its place"),
    "copy": (ALL, "of copy: There is no linear.ipynb: linear-copy.ipynb was graded in its place"),
    "python": (ALL, "of python: There is no linear.ipynb: linear.py was graded in its place"),
    "beside": (ALL, "of beside: linear.ipynb is as it was released: linear.py beside it was graded"),
    "both": (ALL, "of both: linear.ipynb was graded, and not the linear.py beside it"),
    "texted": (ALL, "of texted: The cell linear-Linear was turned into text; what it says was graded as code"),
    "prose": (BY_HAND, "NEEDS MANUAL GRADING: linear-Linear-check in linear of prose: the cell linear-Linear was"),
}  # fmt: skip
"""What each submission deserves, and what the log says of it; of a submission without a line it has nothing to say."""


def test_each_has_the_score_that_is_deserved_and_the_log_says_what_was_odd(school: School) -> None:
    scores = school.scores()
    full = scores["right"]
    found: dict[str, object] = {student: scores[student] for student in DESERVED}
    for student, score in scores.items():
        if student in found and score not in (0, None):
            found[student] = ALL if score == full else SOME
    assert found == {student: None if deserved is BY_HAND else deserved for student, (deserved, _) in DESERVED.items()}
    assert scores[school.collected] == full
    warnings = re.findall(r"^\[AutogradeApp \| (?:WARNING|ERROR)\] (.*)$|^(.*Warning:.*)$", school.said, re.MULTILINE)
    said = ["".join(groups) for groups in warnings]
    for student, (_, pattern) in DESERVED.items():
        lines = [line for line in said if pattern and re.search(pattern, line)]
        assert len(lines) == bool(pattern), (student, said)
        said = [line for line in said if line not in lines]
    # The public suites, which students have, are not kept once more for each.
    assert not [*school.submitted.glob("*/linear/checks"), *school.course.glob("autograded/*/linear/checks")]
    assert [*school.course.glob("autograded/right/linear/figures/*")]
    # Nothing else, of nbgrader's or of ours.
    assert [line for line in said if "of prose: The cell linear-Linear was turned into text" not in line] == []


def test_what_students_hand_in_is_kept_out_of_repositories(school: School) -> None:
    assert {"/submitted/", "/feedback/"} <= {*(school.course / ".gitignore").read_text().splitlines()}


def test_a_new_release_changes_nothing(school: School) -> None:
    files = [school.course / kind / "linear" / "linear.ipynb" for kind in ("source", "release")]
    before = [path.read_bytes() for path in (*files, school.course / "nbgrader_config.py")]
    school.release()
    school.run("nbgrader", "generate_assignment", "linear", "--force")
    assert [path.read_bytes() for path in (*files, school.course / "nbgrader_config.py")] == before


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


def test_history_and_regrade_know_of_what_was_graded_for_nbgrader(school: School) -> None:
    course = ("course", "--root", school.root)
    assert re.search(r"Linear +wrong [0-9.]+/", school.run(*course, "history", "wrong"))
    said = school.run(*course, "regrade", "wrong", "--part", "Linear", "--jobs", "1", "--quiet")
    assert re.search(r"0 changed, [12] as before", said)  # course grade may have graded the same student


def test_students_run_the_locked_cells(school: School) -> None:
    nbformat = pytest.importorskip("nbformat")
    desk = school.fetch("learner", fill(RIGHT.replace("x.reshape", "x.transpose(0, -1).reshape"))) / "linear"
    done = subprocess.run(
        [sys.executable, "-c", "from nbclient.cli import main; main()", "--timeout=300", "--inplace", "linear.ipynb"],
        cwd=desk, env=school.environment, capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    cells = {cell.id: cell for cell in nbformat.read(desk / "linear.ipynb", as_version=4).cells}
    shown = {}
    for symbol in ("Linear", "Flatten"):
        cell = cells[f"linear-{symbol}-check"]
        assert cell.metadata.nbgrader.grade
        assert not cell.metadata.editable
        assert not cell.metadata.deletable
        (output,) = cell.outputs
        shown[symbol] = output.data
    assert shown["Linear"]["text/plain"].startswith("✓ Linear")
    assert shown["Flatten"]["text/plain"].startswith("✗ Flatten")
    assert "<table" in shown["Flatten"]["text/html"]


def test_validate_tells_a_student_what_is_not_accepted(school: School) -> None:
    desk = school.fetch("careful", lambda notebook: None) / "linear"
    said = school.run("nbgrader", "validate", "linear.ipynb", folder=desk)
    assert "VALIDATION FAILED ON 2 CELL(S)" in said
    assert "Linear is not accepted by the public cases" in said
    notebook = json.loads((desk / "linear.ipynb").read_text(encoding="utf-8"))
    fill(RIGHT)(notebook)
    (desk / "linear.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    assert "Success! Your notebook passes all the tests." in school.run(
        "nbgrader", "validate", "linear.ipynb", folder=desk
    )


def test_where_nbgrader_is_not_configured_only_what_is_accepted_scores(school: School) -> None:
    other = school.folder / "unconfigured"
    shutil.copytree(school.course / "source", other / "source")
    (other / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
    school.run("nbgrader", "generate_assignment", "linear", folder=other)
    release = json.loads((other / "release" / "linear" / "linear.ipynb").read_text(encoding="utf-8"))
    answers = {"right": school.students["right"], "wrong": school.students["wrong"], "idle": lambda notebook: None}
    for student, change in answers.items():
        notebook = json.loads(json.dumps(release))
        change(notebook)
        path = other / "submitted" / student / "linear" / "linear.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")
    school.run("nbgrader", "autograde", "linear", "--create", folder=other)
    scores = school.scores(other)
    assert scores["idle"] == 0
    assert scores["right"] == school.scores()["right"]
    assert 0 <= scores["wrong"] < scores["right"]  # type: ignore[operator]
    notebook_text = (other / "autograded" / "idle" / "linear" / "linear.ipynb").read_text(encoding="utf-8")
    assert "does not call configure(c)" in notebook_text


def test_an_internal_error_is_loud_and_leaves_no_earlier_score(school: School) -> None:
    before = school.scores()
    assert before["unlucky"] is not None
    (school.root / "course.toml").rename(school.root / "away.toml")
    try:
        said = school.run("nbgrader", "autograde", "linear", "--student", "unlucky", "--force", status=1)
    finally:
        (school.root / "away.toml").rename(school.root / "course.toml")
    assert "NOT GRADED: linear of unlucky" in said
    assert re.search("error processing assignment 'linear' for student 'unlucky'", said)
    after = school.scores()
    assert after.pop("unlucky") is None
    assert after == {name: score for name, score in before.items() if name != "unlucky"}
    exported = school.folder / "ungraded.csv"
    said = school.run("course", "--root", school.root, "export", "csv", "gradebook.db", "--output", exported)
    assert "Ungraded: something in linear of unlucky" in said


def test_a_resubmission_without_a_notebook_leaves_no_earlier_score(school: School) -> None:
    again = ("gone", "renamed", "zoë")
    right = school.scores()["right"]
    assert [school.scores()[student] for student in again] == [right] * 3
    school.hand_in("gone", school.students["right"], hour=4).unlink()
    path = school.hand_in("renamed", school.students["right"], hour=4)
    path.rename(path.with_name("mine.ipynb"))
    (school.plain / "linear" / "linear.py").unlink()
    school.take_in_plain()
    exported = school.folder / "outdated.csv"
    said = school.run("course", "--root", school.root, "export", "csv", "gradebook.db", "--output", exported)
    for student in again:
        assert f"Not graded since it was handed in: linear of {student}" in said
    said = school.run("nbgrader", "autograde", "linear")
    assert len(re.findall("NOTHING HANDED IN: .*/gone/linear has no linear.ipynb", said)) == 1
    assert "linear of renamed: There is no linear.ipynb: mine.ipynb was graded in its place." in said
    assert [school.scores()[student] for student in again] == [0, right, 0]
    assert school.scores()["right"] == right
    for student, why in (("gone", "linear.ipynb was not handed in."), ("renamed", "mine.ipynb was graded in its")):
        notebook = school.course / "autograded" / student / "linear" / "linear.ipynb"
        assert why in notebook.read_text(encoding="utf-8")


def test_a_grade_cell_that_nothing_grades_is_not_released(school: School) -> None:
    other = school.folder / "other"
    shutil.copytree(school.course / "source", other / "source")
    shutil.copy(school.course / "nbgrader_config.py", other)
    source = other / "source" / "linear" / "linear.ipynb"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("linear-Linear-check", "linear-Bilinear-check"), encoding="utf-8")
    said = school.run("nbgrader", "generate_assignment", "linear", folder=other, status=1)
    assert "linear-Bilinear-check" in said
    assert not (other / "release" / "linear" / "linear.ipynb").exists()


def test_a_wrong_guess_of_the_next_question_changes_no_answer() -> None:
    judge = Scorer(str(ROOT))
    try:
        for guessed, asked in (("one", "two"), ("three", "three"), ("", "four"), ("five", "four")):
            if guessed:
                judge.ask_ahead({"do": guessed})
            with pytest.raises(ScorerError, match=f"no attribute '{asked}'"):
                judge.ask({"do": asked})
        judge.ask_ahead({"do": "six"})
    finally:
        judge.close()
