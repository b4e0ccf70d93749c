"""What points count for: weights, due dates, extensions and lateness; slips in course.toml are told."""

import json
import tomllib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
from grader.answer.load import Submission
from grader.course import handed_in
from grader.course.catalogue import Course
from grader.course.year import read_year
from grader.exports import gradescope
from grader.exports.scores import read_report, scores_of
from grader.grading.counting import Counting
from grader.grading.select import Chosen
from grader.kit.load import load_course
from grader.model import CourseError, CriterionReport, GradeReport, PartReport, SubmissionReport, Verdict
from grader.model.late import late_of
from grader.model.people import Person, write_people
from grader.model.policy import redact
from grader.release.write import weighed
from grader.report.json import dumps
from tests.school import ROOT

TOML = """
assignments = ["linear"]
[weights]
linear = 2
"linear/linear" = 1.5
"linear/linear:Flatten" = 0
[due]
timezone = "Europe/Berlin"
linear = 2026-10-12
[extensions."zoe@school.example"]
linear = 2026-10-14T12:00:00
[late]
per_day = 0.1
at_most = 0.25
accepted_days = 7
grace_minutes = 10
"""


def course_with(folder: Path, toml: str) -> Course:
    (folder / "solutions").mkdir(exist_ok=True)
    if not (folder / "solutions" / "linear").exists():
        (folder / "solutions" / "linear").symlink_to(ROOT / "solutions" / "linear")
    (folder / "course.toml").write_text(toml, encoding="utf-8")
    return load_course(folder)


def judged(student: str, *, attempted: bool = True) -> SubmissionReport:
    verdict = Verdict.WRONG if attempted else Verdict.NOT_ATTEMPTED
    criteria = (CriterionReport(name="values", verdict=verdict, score=8.0, max_score=10.0),)
    score = 8.0 if attempted else 0.0
    parts = [
        PartReport(
            part=part,
            exercise="linear/linear",
            verdict=verdict,
            score=score,
            max_score=10.0,
            suite="s",
            criteria=criteria,
        )
        for part in ("Linear", "Flatten")
    ]
    return SubmissionReport(student=student, path=student, score=2 * score, max_score=20.0, parts=tuple(parts))


def counting(course: Course, folder: Path, students: Sequence[str]) -> Counting:
    for student in students:
        (folder / "students" / student).mkdir(parents=True, exist_ok=True)
    chosen = [Chosen(Submission(student, folder / "students" / student), (), student) for student in students]
    return Counting(course, chosen)


def handed(folder: Path, **moments: tuple[str, bool | None]) -> None:
    rows = {
        (student, "linear"): handed_in.Moment(when=datetime.fromisoformat(when) if when else None, late=late)
        for student, (when, late) in moments.items()
    }
    handed_in.write_moments(folder / handed_in.FILE, rows)


def test_weights_multiply_along_assignment_exercise_and_part(tmp_path: Path) -> None:
    course = course_with(tmp_path, TOML)
    found = counting(course, tmp_path, ["ada"]).counted(0, judged("ada"))
    assert [(part.score, part.max_score) for part in found.parts] == [(24.0, 30.0), (0.0, 0.0)]
    assert (found.score, found.max_score) == (24.0, 30.0)
    assert found.parts[0].criteria[0].score == 24.0
    # A release tells students the same points.
    (exercise,) = [exercise for exercise in course.exercises if exercise.name == "linear"]
    worth = weighed(course, lambda exercise, part: 10.0)
    assert [worth(exercise, part) for part in exercise.parts] == [30.0, 0.0]
    assert scores_of(GradeReport(device="", sandbox="", versions={}, submissions=[found])).points["ada"] == {
        "linear": 24.0
    }


def test_what_is_not_set_counts_as_it_was_judged(tmp_path: Path) -> None:
    course = course_with(tmp_path, 'assignments = ["linear"]\n[weights]\nlinear = 1\n[due]\nlinear = 2026-10-12\n')
    before = judged("ada")
    assert counting(course, tmp_path, ["ada"]).counted(0, before) == before
    assert not course_with(tmp_path, "").year.counts


@pytest.mark.parametrize(
    ("when", "late", "share"),
    [
        ("2026-10-12 23:59", None, 0.0),
        ("2026-10-12T21:59:59+00:00", None, 0.0),  # the same moment, by another clock
        ("2026-10-13 00:09", None, 0.0),  # within the grace
        ("2026-10-13 00:11", None, 0.1),
        ("2026-10-13T22:30:00+00:00", None, 0.2),
        ("2026-10-17 12:00", None, 0.25),  # the most that it costs
        ("2026-10-20 12:00", None, 1.0),  # no longer accepted
        ("", True, 0.1),  # late, and nobody knows how much
        ("", False, 0.0),
        ("", None, None),
    ],
)
def test_lateness_costs_as_the_policy_says(tmp_path: Path, when: str, late: bool | None, share: float | None) -> None:
    course = course_with(tmp_path, TOML)
    handed(tmp_path, ada=(when, late))
    run = counting(course, tmp_path, ["ada"])
    found = run.counted(0, judged("ada"))
    assert found.score == pytest.approx(24.0 * (1 - (share or 0.0)))
    assert [item.share for item in late_of(found)] == ([pytest.approx(share)] if share else [])
    assert any("is not known" in line for line in run.notes()) == (share is None)
    # Nobody is late with what they have not handed in.
    assert not late_of(run.counted(0, judged("ada", attempted=False)))


def test_an_extension_holds_for_whoever_a_list_knows_by_that_name(tmp_path: Path) -> None:
    course = course_with(tmp_path, TOML)
    write_people(tmp_path / "students.csv", [Person(folder="u7", keys={"email": "zoe@school.example"})])
    handed(tmp_path, u7=("2026-10-14 11:59", None), ada=("2026-10-14 11:59", None))
    run = counting(course, tmp_path, ["u7", "ada"])
    assert not late_of(run.counted(0, judged("u7")))
    (late,) = late_of(run.counted(1, judged("ada")))
    assert late.text == "linear: handed in 1 day 11 hours late: 20 % off, 4.8 points."
    assert run.notes() == ["linear: 1 of 2 handed in late."]
    misspelt = counting(course_with(tmp_path, TOML.replace("zoe@", "zoee@")), tmp_path, ["u7", "ada"])
    assert any("Did you mean zoe@school.example?" in line for line in misspelt.notes())


def test_what_lateness_costs_reaches_every_form_and_comes_back(tmp_path: Path) -> None:
    course = course_with(tmp_path, TOML.replace("accepted_days = 7", 'of = "maximum"'))
    handed(tmp_path, ada=("2026-10-13 12:00", None))
    found = counting(course, tmp_path, ["ada"]).counted(0, judged("ada"))
    assert found.score == 24.0 - 0.1 * 30.0
    report = GradeReport(device="cpu", sandbox="", versions={}, submissions=(found, judged("ben")))
    (tmp_path / "grades.json").write_text(dumps(report), encoding="utf-8")
    assert "late" not in json.loads(dumps(report))["submissions"][1]
    back = read_report(tmp_path)
    assert dumps(back) == dumps(report)
    scores = scores_of(back)
    assert scores.points["ada"] == {"linear": 21.0}
    assert scores.notes == ["ada: linear: handed in 12 hours late: 10 % off, 3 points."]
    shown = redact(back, "none").submissions[0]
    assert (shown.score, late_of(shown)) == (21.0, late_of(found))
    assert gradescope.document(shown)["score"] == 21.0
    assert "10 % off" in gradescope.document(shown)["output"]


def test_nbgrader_s_time_counts_in_its_own_folders_only(tmp_path: Path) -> None:
    for folder in ("submitted", "students"):
        (tmp_path / folder / "ada" / "linear").mkdir(parents=True)
        (tmp_path / folder / "ada" / "linear" / "timestamp.txt").write_text("2026-10-14 12:00:00.000000 UTC\n")
    clock = handed_in.Clock()
    assert clock.moment(tmp_path / "submitted" / "ada", "linear").when is None
    (tmp_path / "nbgrader_config.py").touch()
    assert clock.moment(tmp_path / "submitted" / "ada", "linear").when == datetime.fromisoformat(
        "2026-10-14T12:00+00:00"
    )
    assert clock.moment(tmp_path / "students" / "ada", "linear").when is None
    (tmp_path / handed_in.FILE).write_text("student,assignment,when\nada,linear,14.10.2026\n", encoding="utf-8")
    with pytest.raises(CourseError, match=r"handed in linear at '14\.10\.2026', which is no time"):
        handed_in.Clock().moment(tmp_path / "submitted" / "ada", "linear")


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("title = 3", "title is 3"),
        ('assignments = "linear"', "assignments is 'linear'"),
        ('assignments = ["linear", "linear"]', "assignments names linear twice"),
        ('assignments = ["linaer"]', "assignments names linaer, which is not there"),
        ("limits = 3", "limits is 3"),
        ("[limits]\ncase_seconds = 'long'", "limits.case_seconds is 'long'"),
        ("[weigths]\nlinear = 2", "no key weigths"),
        ("weights = 3", "weights is 3"),
        ("[weights]\nlinear = -1", "weights.linear is -1"),
        ("[weights]\nlinear = nan", "weights.linear is nan"),
        ("[weights]\nlinear = true", "weights.linear is True"),
        ('[due]\nlinear = "tomorrow"', "due.linear is 'tomorrow', which is no date"),
        ('[due]\ntimezone = "Mars/Olympus"', "due.timezone is 'Mars/Olympus'"),
        ("[extensions.ada]\nlinear = 2026-10-12", "extensions.ada names linear, which is due at no time"),
        ("[extensions]\nada = 3", "extensions.ada is 3"),
        ("[late]\nper_dya = 0.1", "[late] has the unknown key per_dya"),
        ("[late]\nper_day = 10", "late.per_day is 10"),
        ('[late]\nof = "all"', "late.of is 'all'"),
    ],
)
def test_a_bad_value_is_told_with_its_key(tmp_path: Path, toml: str, said: str) -> None:
    with pytest.raises(CourseError) as caught:
        course_with(tmp_path, toml)
    assert said in caught.value.what
    assert "course.toml" in caught.value.what
    assert caught.value.fix


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[weights]\nlinaer = 2", "weights.linaer is no assignment, exercise or part."),
        ('[weights]\n"linear/linear:Linaer" = 2', "weights.linear/linear:Linaer is no assignment, exercise or part."),
        ("[due]\nlinaer = 2026-10-12", "due.linaer is no assignment."),
    ],
)
def test_a_name_that_the_course_does_not_have_stops_the_grading(tmp_path: Path, toml: str, said: str) -> None:
    with pytest.raises(CourseError) as caught:
        counting(course_with(tmp_path, toml), tmp_path, ["ada"])
    assert said in caught.value.what
    assert "Did you mean" in caught.value.fix


def test_assignments_select(tmp_path: Path) -> None:
    for name in ("linear", "losses"):
        (tmp_path / "solutions").mkdir(exist_ok=True)
        (tmp_path / "solutions" / name).symlink_to(ROOT / "solutions" / name)
    everything = course_with(tmp_path, "")
    assert {exercise.assignment for exercise in everything.exercises} == {"linear", "losses"}
    chosen = course_with(tmp_path, 'assignments = ["losses"]\n')
    assert {exercise.assignment for exercise in chosen.exercises} == {"losses"}
    with pytest.raises(CourseError) as caught:
        chosen.select(["linear/linear"])
    assert caught.value.fix == "course.toml leaves linear out of its assignments."
    (tmp_path / "course.toml").write_text("[late]\nper_day = 3\n", encoding="utf-8")
    done = CliRunner().invoke(cli.main, ["--root", str(tmp_path), "list"], catch_exceptions=False)
    assert done.exit_code == 1
    assert "late.per_day is 3" in done.stderr


def test_the_settings_that_the_documents_show_are_right() -> None:
    text = (ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")
    year = read_year(tomllib.loads(text.split("```toml\n")[1].split("```")[0]), "docs")
    assert year.weight("recurrent/layers", "LSTM") == 3.0
    assert year.weight("recurrent/layers", "GRU") == 0.0
    assert year.due_for({"jdoe"}, "linear") != year.due_for({"ada"}, "linear")
