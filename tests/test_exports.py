"""Grades written for other systems: their columns and keys, names that need care, and nothing lost on the way back."""

import csv
import io
import json
import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

import cli
from grader.exports import gradescope, junit, prairielearn
from grader.exports.each import write_each
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


def canvas_import(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """What Canvas's import reads from a file (lib/gradebook_importer.rb): points possible, and grades by student id."""
    lines = text.splitlines()[:3]
    fields = {mark: {len(next(csv.reader([line], delimiter=mark))) for line in lines} for mark in ",;"}
    widths = {mark: found.pop() if len(found) == 1 else 0 for mark, found in fields.items()}
    header, *rest = csv.reader(io.StringIO(text, newline=""), delimiter=";" if widths[";"] > widths[","] else ",")
    split = header[:2] == ["LastName", "FirstName"]
    assert split or ("Student" in header[0] and "ID" in header[1])
    names = 3 if split else 2
    count = names + 1
    if header[names] == "SIS Login ID":
        count += 1
    elif header[names] == "SIS User ID" and header[names + 1] == "SIS Login ID":
        count += 2 + header[names + 2 :].count("Integration ID") + header[names + 2 :].count("Root Account")
    assert "Section" in header[count - 1], "Invalid header row"
    possible, grades = {}, {}
    for row in rest:
        if "Points Possible" in row[0]:
            possible = dict(zip(header[count:], row[count:], strict=True))
        elif not all(field.strip().casefold() in ("", "manual posting") for field in row):
            (grades[row[names - 1]],) = row[count:]
    return possible, grades


def moodle_import(text: str, delimiter: str) -> dict[str, float]:
    """What Moodle's import reads from a file (mod/assign/feedback/offline): grades by participant."""
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(table.fieldnames or ())
    grades = {}
    for row in table:
        assert row["Last modified (grade)"] in ("-", "Monday, 2 March 2026, 10:00 AM")
        if row["Grade"]:
            grades[row["Identifier"].removeprefix("Participant ")] = float(row["Grade"].replace(",", "."))
    return grades


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
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Notes,Linear (77),Other (78),Linear Current Score\r\n"
    ",,,,,,Manual Posting,,\r\n"
    "    Points Possible,,,,,,10,5,(read only)\r\n"
    '"Smith, Zoë",1,u1,zoë,A,,,4,\r\n'
    '"O""Neil, Pat",2,u2,pat@school.example,A,late,9,4,\r\n'
    '"Nowak, Łukasz",3,u3,łukasz@school.example,"A, B",,,4,\r\n'
    '"Anon, Ann",12345,u4,ann,A,,,4,\r\n'
    '"Absent, Al",6,u5,al,A,,2,4,\r\n'
    '"Student, Test",7,,,A,,,,\r\n'
)


def test_canvas_fills_the_column_of_its_own_export(tmp_path: Path) -> None:
    (tmp_path / "canvas.csv").write_text(CANVAS, encoding="utf-8", newline="")
    done = export(tmp_path, "canvas", report(), tmp_path / "out.csv", "--gradebook", tmp_path / "canvas.csv")
    assert done.exit_code == 0, done.stderr
    header, _, possible, *students = rows(tmp_path / "out.csv")
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Linear (77)"]
    assert possible[-1] == "10"
    assert {row[0]: row[-1] for row in students} == {
        "Smith, Zoë": "7.5", 'O"Neil, Pat': "0", "Nowak, Łukasz": "10", "Anon, Ann": "6", "Absent, Al": "2",
        "Student, Test": "",
    }  # fmt: skip
    assert canvas_import((tmp_path / "out.csv").read_text("utf-8")) == (
        {"Linear (77)": "10"},
        {"1": "7.5", "2": "0", "3": "10", "12345": "6", "6": "2", "7": ""},
    )
    assert "Not in the gradebook: =cmd()." in done.stderr
    assert "No results for: Absent, Al." in done.stderr
    assert "Test" not in done.stderr


CANVAS_APART = (
    "LastName;FirstName;ID;SIS User ID;SIS Login ID;Integration ID;Root Account;Section;Linear (77)\n"
    "Points Possible;;;;;;;;20\n"
    "Smith;Zoë;1;;zoë;;;A;EX\n"
    'O"Neil;Pat;2;;;;;A;9,5\n'
)


def test_canvas_names_apart_excuses_and_other_points(tmp_path: Path) -> None:
    (tmp_path / "canvas.csv").write_text(CANVAS_APART, encoding="utf-8")
    done = export(tmp_path, "canvas", report(), tmp_path / "out.csv", "--gradebook", tmp_path / "canvas.csv")
    assert done.exit_code == 0, done.stderr
    assert canvas_import((tmp_path / "out.csv").read_text("utf-8"))[1] == {"1": "EX", "2": "0"}
    assert "Canvas has zoë excused" in done.stderr
    assert "worth 10 points here and 20 in Canvas" in done.stderr


def test_canvas_columns_that_take_no_grades_are_refused(tmp_path: Path) -> None:
    (tmp_path / "canvas.csv").write_text(CANVAS.replace(",10,5,", ",(read only),5,"), encoding="utf-8", newline="")
    done = export(tmp_path, "canvas", report(), tmp_path / "out.csv", "--gradebook", tmp_path / "canvas.csv")
    assert done.exit_code == 1
    assert "read only" in done.stderr


def test_canvas_says_which_column_is_missing(tmp_path: Path) -> None:
    (tmp_path / "canvas.csv").write_text("Student,ID,Section\n", encoding="utf-8")
    done = export(tmp_path, "canvas", report(), tmp_path / "out.csv", "--gradebook", tmp_path / "canvas.csv")
    assert done.exit_code == 1
    assert "no column for linear" in done.stderr
    assert not (tmp_path / "out.csv").exists()


MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,Last modified (grade),"
    "Feedback comments\n"
    "Participant 12345,Ann Anon,ann@school.example,Submitted,,100.00,Yes,-,\n"
    'Participant 2,Zoë,zoe@school.example,Submitted,,100.00,Yes,"Monday, 2 March 2026, 10:00 AM","good, ""very"""\n'
    "Participant 3,Łukasz,l@school.example,Submitted,5.00,100.00,No,-,\n"
    'Participant 4,"Pat O""Neil",p@school.example,Submitted,,100.00,Yes,-,\n'
)


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_moodle_fills_its_worksheet_in_its_own_points(tmp_path: Path, delimiter: str) -> None:
    sheet = io.StringIO()
    written = [[field.replace(".00", ",00") for field in row] for row in csv.reader(io.StringIO(MOODLE))]
    csv.writer(sheet, delimiter=delimiter).writerows(written)
    (tmp_path / "moodle.csv").write_text(sheet.getvalue(), encoding="utf-8-sig", newline="")
    done = export(tmp_path, "moodle", report(), tmp_path / "out.csv", "--gradebook", tmp_path / "moodle.csv")
    assert done.exit_code == 0, done.stderr
    header, *students = rows(tmp_path / "out.csv", delimiter)
    assert header == written[0]
    assert [row[:4] + row[5:] for row in students] == [row[:4] + row[5:] for row in written[1:]]
    text = (tmp_path / "out.csv").read_text("utf-8")
    assert moodle_import(text, delimiter) == {"12345": 60, "2": 75, "3": 5, "4": 0}
    assert "lets nobody change the grade of Łukasz" in done.stderr


def test_moodle_says_which_column_its_import_would_miss(tmp_path: Path) -> None:
    (tmp_path / "moodle.csv").write_text(MOODLE.replace("Last modified", "Zuletzt"), encoding="utf-8")
    done = export(tmp_path, "moodle", report(), tmp_path / "out.csv", "--gradebook", tmp_path / "moodle.csv")
    assert done.exit_code == 1
    assert "no column Last modified (grade)" in done.stderr
    assert not (tmp_path / "out.csv").exists()


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


def test_gradescope_takes_whatever_an_answer_s_exception_says(tmp_path: Path) -> None:
    found = submission("zoë", 7.5)
    (part,) = found.parts
    message = "half \ud800 of a pair, \x1b[31mred\x1b[0m and \u202ereversed"
    criteria = [replace(item, message=message) for item in part.criteria]
    whole = replace(report(), submissions=(replace(found, parts=(replace(part, criteria=tuple(criteria)),)),))
    assert write_each(whole, tmp_path / "results.json", gradescope.document) == []
    output = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["tests"][1]["output"]
    assert "half \ufffd of a pair, red and reversed" in output


def test_gradescope_gets_no_zero_for_what_was_not_judged() -> None:
    with pytest.raises(CourseError, match="could not be judged"):
        gradescope.document(ungraded("ida"))


def test_prairielearn_gets_a_share_and_no_score_for_what_was_not_judged(tmp_path: Path) -> None:
    assert export(tmp_path, "prairielearn", report(ungraded("ida")), tmp_path / "out").exit_code == 0
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (tmp_path / "out").iterdir()}
    assert len(found) == len(NAMES) + 1
    one = found["zoe"]
    assert (one["gradable"], one["score"]) == (True, 0.75)
    assert sum(test["points"] for test in one["tests"]) == 7.5
    assert sum(test["max_points"] for test in one["tests"]) == 10.0
    assert {"name", "description", "points", "max_points", "message", "output"} == set(one["tests"][0])
    assert "print(1 < 2)" in one["tests"][1]["output"]
    assert "score" not in found["ida"]
    assert found["ida"]["gradable"] is False
    assert found["ida"]["format_errors"] == [
        "Linear could not be judged. This is not the answer's fault, and no attempt is used up."
    ]
    (part,) = submission("eva", 0.0).parts
    why = "linear/linear.py was not handed in."
    nothing = replace(part, verdict=Verdict.NOT_ATTEMPTED, message=why)
    assert prairielearn.document(replace(submission("eva", 0.0), parts=(nothing,)))["format_errors"] == [why]


def test_prairielearn_can_read_whatever_was_printed() -> None:
    found = submission("zoë", 7.5)
    (part,) = found.parts
    criteria = tuple(replace(item, verdict=Verdict.WRONG, message="é" * 400_000) for item in part.criteria)
    made = prairielearn.document(replace(found, parts=(replace(part, criteria=criteria),)))
    assert len(json.dumps(made, indent=2)) < 2**20
    assert all(len(test["output"]) > 10_000 for test in made["tests"])


JUNIT = {
    "testsuites": ({"testsuite"}, set(), {"name", "time", "tests", "failures", "errors"}),
    "testsuite": (
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
    ),
    "testcase": ({"skipped", "error", "failure", "system-out", "system-err"}, {"name"}, {"time", "classname", "group"}),
    **dict.fromkeys(("failure", "error", "skipped"), (set(), set(), {"type", "message"})),
}
"""The elements of Jenkins's junit-10.xsd: what each may hold, the attributes it must have, and those it may have."""


def test_junit_keeps_to_its_schema_and_its_counts_agree() -> None:
    root = ElementTree.fromstring(junit.dumps(report(ungraded("ida"))).encode())
    assert root.tag == "testsuites"
    for element in root.iter():
        children, required, optional = JUNIT[element.tag]
        assert {child.tag for child in element} <= children
        assert required <= set(element.attrib) <= required | optional
        assert re.fullmatch(r"\d{0,3}(\.\d*)?", element.get("time", "0"))
    assert [suite.attrib["name"] for suite in root] == [*NAMES, "ida"]
    for suite in root:
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.attrib[attribute]) == len(suite.findall(f"testcase/{tag}"))
    assert root.attrib == {"tests": "11", "failures": "4", "errors": "1"}
    failure = root[0].find("testcase/failure")
    assert failure is not None
    assert failure.attrib["message"] == "<b>off</b> by \ufffd one & more"


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


def test_a_file_without_grades_is_reported_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "grades.json").write_text("[]", encoding="utf-8")
    words = ["export", "csv", str(tmp_path), "--output", str(tmp_path / "out.csv")]
    done = CliRunner().invoke(cli.main, words, catch_exceptions=False)
    assert done.exit_code == 2
    assert "holds no grades" in done.stderr


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # nbgrader's own
def test_nbgrader_s_gradebook_gives_the_same_scores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    api = pytest.importorskip("nbgrader.api", reason="nbgrader is not installed")
    # A new gradebook is stamped by the alembic that is on the path.
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    with api.Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        gradebook.add_assignment("linear")
        gradebook.add_notebook("linear", "linear")
        gradebook.add_grade_cell("linear-check", "linear", "linear", max_score=10, cell_type="code")
        for name, score in {**NAMES, "ida": None}.items():
            gradebook.add_student(name)
            gradebook.add_submission("linear", name, timestamp="2026-03-01 10:00:00.0 UTC")
            grade = gradebook.find_grade("linear-check", "linear", "linear", name)
            grade.auto_score, grade.needs_manual_grade = score, score is None
        # Known in Canvas by a name only; and one whose points were given by hand before it was graded anew.
        gradebook.add_student("al77", first_name="Al", last_name="Absent", email="al@elsewhere.example")
        gradebook.add_student("rita", lms_user_id="12")
        for name, by_hand in (("al77", None), ("rita", 8.0)):
            gradebook.add_submission("linear", name, timestamp="2026-03-01 10:00:00.0 UTC")
            grade = gradebook.find_grade("linear-check", "linear", "linear", name)
            grade.auto_score, grade.manual_score, grade.needs_manual_grade = 4.0, by_hand, by_hand is not None
        gradebook.db.commit()
    for name, moment in (("zoë", "2026-03-01 10:00:00.0 UTC"), ("Łukasz", "2026-03-02 10:00:00.0 UTC"), ("new", "")):
        folder = tmp_path / "submitted" / name / "linear"
        folder.mkdir(parents=True)
        (folder / "timestamp.txt").write_text(moment, encoding="utf-8")
    (tmp_path / "canvas.csv").write_text(CANVAS, encoding="utf-8", newline="")
    for form, words in (("csv", ()), ("canvas", ("--gradebook", str(tmp_path / "canvas.csv")))):
        arguments = ["export", form, str(tmp_path / "gradebook.db"), "--output", str(tmp_path / form), *words]
        done = CliRunner().invoke(cli.main, arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.stderr
        assert "Ungraded: something in linear of ida" in done.stderr
        assert "Given by hand and to be reviewed" in done.stderr
        assert "8 for linear-check in linear of rita; it is left empty." in done.stderr
        assert "Not graded since it was handed in: linear of Łukasz" in done.stderr
        assert "Not graded since it was handed in: linear of new" in done.stderr
        assert "linear of zoë" not in done.stderr
    assert {row[0]: row[1] for row in rows(tmp_path / "csv")[2:]} == {
        "zoë": "7.5", 'O"Neil, Pat': "0", "Łukasz": "", "'=cmd()": "3.25", "12345": "6", "ida": "", "new": "",
        "al77": "4", "rita": "",
    }  # fmt: skip
    filled = canvas_import((tmp_path / "canvas").read_text("utf-8"))[1]
    assert (filled["1"], filled["6"]) == ("7.5", "4")
    (tmp_path / "other.db").write_bytes(b"no database" * 100)
    arguments = ["export", "csv", str(tmp_path / "other.db"), "--output", str(tmp_path / "out.csv")]
    done = CliRunner().invoke(cli.main, arguments, catch_exceptions=False)
    assert done.exit_code == 2
    assert "is not a gradebook" in done.stderr
