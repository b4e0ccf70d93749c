"""Grades written for other systems: their columns and keys, names that need care, and nothing lost on the way back."""

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

import cli
from grader.exports import gradescope, junit
from grader.exports.scores import read_report, scores_of
from grader.model import (
    Counterexample,
    CourseError,
    CriterionReport,
    Diagnosis,
    GradeReport,
    PartReport,
    SubmissionReport,
    Verdict,
)
from grader.report.json import dumps

ROOT = Path(__file__).parent.parent
NAMES = {"zoë": 7.5, 'O"Neil, Pat': 0.0, "Łukasz": 10.0, "=cmd()": 3.25, "12345": 6.0}


def submission(student: str, score: float) -> SubmissionReport:
    right = score == 10.0
    criteria = [
        CriterionReport(name="shapes", verdict=Verdict.ACCEPTED, score=score / 2, max_score=5.0),
        CriterionReport(
            name="values",
            verdict=Verdict.ACCEPTED if right else Verdict.WRONG,
            score=score / 2,
            max_score=5.0,
            message="" if right else "<b>off</b> by \x00 one & more",
            counterexample=None if right else Counterexample(case={}, snippet="print(1 < 2)"),
            diagnosis=None if right else Diagnosis(misconception="OffByOne", hint="Count again."),
        ),
    ]
    part = PartReport(
        part="Linear", exercise="linear/linear", verdict=Verdict.ACCEPTED if right else Verdict.WRONG,
        score=score, max_score=10.0, suite="s", seconds=0.25, criteria=criteria,
    )  # fmt: skip
    return SubmissionReport(student=student, path=student, score=score, max_score=10.0, parts=(part,))


def ungraded(student: str) -> SubmissionReport:
    part = PartReport(
        part="Linear", exercise="linear/linear", verdict=Verdict.JUDGE_ERROR, score=None, max_score=0.0, suite=""
    )
    return SubmissionReport(student=student, path=student, score=0.0, max_score=0.0, parts=(part,))


def report(*more: SubmissionReport) -> GradeReport:
    given = [submission(student, score) for student, score in NAMES.items()]
    return GradeReport(device="cpu", sandbox="L2", versions={"torch": "2"}, submissions=(*given, *more))


def export(folder: Path, form: str, found: GradeReport, output: Path, *words: object) -> Result:
    (folder / "grades.json").write_text(dumps(found), encoding="utf-8")
    arguments = ["--root", str(ROOT), "export", form, str(folder), "--output", str(output), *map(str, words)]
    return CliRunner().invoke(cli.main, arguments, catch_exceptions=False)


def rows(path: Path, delimiter: str = ",") -> list[list[str]]:
    return [*csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""), delimiter=delimiter)]


def test_a_report_comes_back_from_its_json(tmp_path: Path) -> None:
    (tmp_path / "grades.json").write_text(dumps(report()), encoding="utf-8")
    assert dumps(read_report(tmp_path)) == dumps(report())


def test_csv_holds_every_name_and_leaves_the_ungraded_empty(tmp_path: Path) -> None:
    done = export(tmp_path, "csv", report(ungraded("ida")), tmp_path / "out.csv")
    assert done.exit_code == 0
    assert "Ungraded: Linear of ida" in done.stderr
    header, possible, *students = rows(tmp_path / "out.csv")
    assert header == ["student", "linear", "total"]
    assert possible == ["points possible", "10", "10"]
    assert {row[0]: row[1] for row in students} == {
        "zoë": "7.5", 'O"Neil, Pat': "0", "Łukasz": "10", "'=cmd()": "3.25", "12345": "6", "ida": "",
    }  # fmt: skip


CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Linear (77),Other (78),Linear Current Score\r\n"
    "    Points Possible,,,,,10,5,(read only)\r\n"
    '"Smith, Zoë",1,u1,zoë,A,,4,\r\n'
    '"O""Neil, Pat",2,u2,pat@school.example,A,9,4,\r\n'
    '"Nowak, Łukasz",3,u3,łukasz@school.example,A,,4,\r\n'
    '"Anon, Ann",12345,u4,ann,A,,4,\r\n'
    '"Absent, Al",6,u5,al,A,2,4,\r\n'
)


def test_canvas_fills_the_column_of_its_own_export(tmp_path: Path) -> None:
    (tmp_path / "canvas.csv").write_text(CANVAS, encoding="utf-8", newline="")
    done = export(tmp_path, "canvas", report(), tmp_path / "out.csv", "--gradebook", tmp_path / "canvas.csv")
    assert done.exit_code == 0, done.stderr
    header, possible, *students = rows(tmp_path / "out.csv")
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Linear (77)"]
    assert possible[-1] == "10"
    assert {row[0]: row[-1] for row in students} == {
        "Smith, Zoë": "7.5", 'O"Neil, Pat': "0", "Nowak, Łukasz": "10", "Anon, Ann": "6", "Absent, Al": "2",
    }  # fmt: skip
    assert "Not in the gradebook: =cmd()." in done.stderr
    assert "No results for: Absent, Al." in done.stderr


def test_canvas_says_which_column_is_missing(tmp_path: Path) -> None:
    (tmp_path / "canvas.csv").write_text("Student,ID,Section\n", encoding="utf-8")
    done = export(tmp_path, "canvas", report(), tmp_path / "out.csv", "--gradebook", tmp_path / "canvas.csv")
    assert done.exit_code == 1
    assert "no column for linear" in done.stderr
    assert not (tmp_path / "out.csv").exists()


MOODLE = (
    "Identifier;Full name;Email address;Status;Grade;Maximum grade;Grade can be changed;Feedback comments\n"
    "Participant 12345;Ann Anon;ann@school.example;Submitted;;100,00;Yes;\n"
    "Participant 2;Zoë;zoe@school.example;Submitted;;100,00;Yes;good\n"
    "Participant 3;Łukasz;l@school.example;Submitted;5;100,00;No;\n"
)


def test_moodle_fills_its_worksheet_in_its_own_points(tmp_path: Path) -> None:
    (tmp_path / "moodle.csv").write_text(MOODLE, encoding="utf-8")
    done = export(tmp_path, "moodle", report(), tmp_path / "out.csv", "--gradebook", tmp_path / "moodle.csv")
    assert done.exit_code == 0, done.stderr
    header, *students = rows(tmp_path / "out.csv", ";")
    assert header == MOODLE.split("\n")[0].split(";")
    assert [row[4] for row in students] == ["60", "75", "5"]
    assert students[1][-1] == "good"
    assert "lets nobody change the grade of Łukasz" in done.stderr


def test_gradescope_has_the_keys_of_its_specification(tmp_path: Path) -> None:
    done = export(tmp_path, "gradescope", report(), tmp_path / "out")
    assert done.exit_code == 0, done.stderr
    assert len([*(tmp_path / "out").iterdir()]) == len(NAMES)
    document = json.loads((tmp_path / "out" / "zoe.json").read_text(encoding="utf-8"))
    assert set(document) == {"score", "visibility", "stdout_visibility", "tests"}
    assert document["score"] == 7.5 == sum(test["score"] for test in document["tests"])
    for test in document["tests"]:
        assert {"name", "score", "max_score", "status", "output", "output_format", "tags", "visibility"} == set(test)
        assert test["status"] in ("passed", "failed")
        assert test["visibility"] in ("visible", "hidden", "after_due_date", "after_published")
        assert test["output_format"] == "text"
    assert "print(1 < 2)" in document["tests"][1]["output"]


def test_gradescope_gets_no_zero_for_what_was_not_judged() -> None:
    with pytest.raises(CourseError, match="could not be judged"):
        gradescope.document(ungraded("ida"))


def test_junit_is_xml_whose_counts_agree() -> None:
    root = ElementTree.fromstring(junit.dumps(report(ungraded("ida"))).encode())
    assert root.tag == "testsuites"
    assert [suite.attrib["name"] for suite in root] == [*NAMES, "ida"]
    for suite in root:
        assert suite.tag == "testsuite"
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.attrib[attribute]) == len(suite.findall(f"testcase/{tag}"))
        assert all({"name", "classname", "time"} <= set(case.attrib) for case in suite)
    assert root.attrib == {"tests": "11", "failures": "4", "errors": "1", "skipped": "0"}
    assert root[0].find("testcase/failure") is not None


def test_hidden_cases_stay_within_the_policy(tmp_path: Path) -> None:
    (tmp_path / "course.toml").write_text('[feedback]\nhidden = "none"\n', encoding="utf-8")
    (tmp_path / "grades.json").write_text(dumps(report()), encoding="utf-8")
    for form, output in (("gradescope", tmp_path / "out"), ("junit", tmp_path / "out.xml")):
        words = ["--root", str(tmp_path), "export", form, str(tmp_path / "grades.json"), "--output", str(output)]
        assert CliRunner().invoke(cli.main, words, catch_exceptions=False).exit_code == 0
    shown = (tmp_path / "out.xml").read_text(encoding="utf-8") + (tmp_path / "out" / "zoe.json").read_text("utf-8")
    for secret in ("print(1", "Count again", "off"):
        assert secret not in shown


def test_two_students_of_one_name_are_refused() -> None:
    with pytest.raises(CourseError, match="Two submissions"):
        scores_of(report(submission("zoë", 1.0)))


def test_what_is_no_grades_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "grades.json").write_text("[]", encoding="utf-8")
    words = ["export", "csv", str(tmp_path), "--output", str(tmp_path / "out.csv")]
    done = CliRunner().invoke(cli.main, words, catch_exceptions=False)
    assert done.exit_code == 2
    assert "holds no grades" in done.stderr
