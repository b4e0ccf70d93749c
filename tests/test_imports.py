"""Bulk downloads of Canvas, Moodle and Gradescope: names of every kind, and nobody lost or taken for another."""

import csv
import io
import json
import shutil
import stat
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import cli
from grader.imports import archive
from grader.imports.place import Places
from grader.kit.load import load_course
from tests.school import FLATTEN, RIGHT, ROOT

RIGHT_LINEAR = RIGHT.encode()
LINEAR = b"# mine\n"


def notebook(source: str) -> bytes:
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


class Unmarked(zipfile.ZipInfo):
    """A file whose name is UTF-8 without the mark that says so, as Canvas and macOS write it."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode(), 0


def packed(files: Mapping[str, bytes], kind: type[zipfile.ZipInfo] = zipfile.ZipInfo) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in files.items():
            file.writestr(kind(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of one exercise."""
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(
        ROOT / "solutions" / "linear" / "linear", root / "solutions" / "linear" / "linear",
        ignore=shutil.ignore_patterns("__pycache__"),
    )  # fmt: skip
    (root / "course.toml").write_text('title = "Linear"\nassignments = ["linear"]\n', encoding="utf-8")
    return root


Take = Callable[..., Result]


@pytest.fixture
def take(course: Path, tmp_path: Path) -> Take:
    """Takes in a download."""

    def take(
        system: str,
        files: Mapping[str, bytes] | bytes,
        *words: object,
        roster: bytes | None = None,
        root: Path = course,
    ) -> Result:
        (tmp_path / "download.zip").write_bytes(files if isinstance(files, bytes) else packed(files))
        more = [*map(str, words)]
        if roster is not None:
            (tmp_path / "roster.csv").write_bytes(roster)
            more += ["--roster", str(tmp_path / "roster.csv")]
        arguments = ["--root", str(root), "import", system, str(tmp_path / "download.zip"), "--output", str(tmp_path)]
        return CliRunner().invoke(cli.main, [*arguments, *more], catch_exceptions=False)

    return take


def students(folder: Path) -> dict[str, list[str]]:
    """What lies in each student's folder."""
    return {
        student.name: sorted(path.relative_to(student).as_posix() for path in student.rglob("*.*"))
        for student in sorted((folder / "students").iterdir())
    }


def table(path: Path) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))]


GRADEBOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Linear (77)\r\n"
    "    Points Possible,,,,,22\r\n"
    '"Doe, Jane",1234,u1,jdoe1,A,\r\n'
    '"Müller-Lüdenscheidt, Jörg",1235,u2,joerg@school.example,A,\r\n'
    '"O\'Neil, Pat",1236,u3,1237,A,\r\n'
    '"山田, 太郎",1237,u4,taro,A,\r\n'
    '"Doe, Jane",1238,u5,jdoe2,A,\r\n'
    '"Absent, Al",1239,u6,al,A,\r\n'
    '"Student, Test",1240,,,A,\r\n'
)
CANVAS = {
    "doejane_1234_501_linear.ipynb": notebook("old"),
    "doejane_1234_502_linear-1.ipynb": notebook(RIGHT),
    "müllerlüdenscheidtjörg_LATE_1235_503_linear (2).py": LINEAR,
    "oneilpat_1236_504_my work.zip": packed(
        {"in/linear.py": b"# pat\n", "__MACOSX/._linear.py": b"", "notes.txt": b""}
    ),
    "山田太郎_1237_505_linear.py": "# 太郎\n".encode(),
    "doejane_1238_506_linear.py": b"# another Jane\n",
    "studentsue_1241_text.html": b"<p>typed</p>",
    "readme.txt": b"?",
}  # fmt: skip


def test_canvas_takes_everyone_by_account_whatever_they_are_called(take: Take, tmp_path: Path) -> None:
    done = take("canvas", packed(CANVAS, Unmarked), roster=GRADEBOOK.encode("utf-16"))
    assert done.exit_code == 2, done.stderr
    assert students(tmp_path) == {
        "1237": ["linear/linear.py"], "jdoe1": ["linear/linear.ipynb"], "jdoe2": ["linear/linear.py"],
        "joerg@school.example": ["linear/linear.py"], "taro": ["linear/linear.py"],
    }  # fmt: skip
    assert (tmp_path / "students" / "jdoe1" / "linear" / "linear.ipynb").read_bytes() == notebook(RIGHT)
    assert (tmp_path / "other" / "jdoe1" / "linear.ipynb").read_bytes() == notebook("old")
    assert (tmp_path / "students" / "taro" / "linear" / "linear.py").read_text(encoding="utf-8") == "# 太郎\n"
    said = done.stderr
    assert "readme.txt is not named as Canvas" in said
    assert "studentsue_1241_text.html is text typed into Canvas" in said
    assert "jdoe1: Several files are linear/linear.ipynb: linear-1.ipynb is taken" in said
    assert "joerg@school.example: linear (2).py is taken as linear/linear.py" in said
    assert "1237: no answers, and kept in other/1237: my work.zip/notes.txt" in said
    assert "not in the download: Absent, Al (1239)." in said
    assert "Test" not in said
    assert "._linear" not in said
    assert {row["student"]: row["late"] for row in table(tmp_path / "handed-in.csv")} == {
        "1237": "no", "jdoe1": "no", "jdoe2": "no", "joerg@school.example": "yes", "taro": "no",
    }  # fmt: skip
    assert stat.S_IMODE((tmp_path / "students.csv").stat().st_mode) == 0o600
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8").endswith("*\n")


def test_canvas_without_a_roster_anonymous_and_in_groups(take: Take, tmp_path: Path) -> None:
    files = {
        "LATE_anon_x7Qfz_1_linear.py": b"a", "anon_0bcDE_2_linear.py": b"b", "42_1234_3_linear.py": b"c",
        "_1235_4_7_8_linear.py": b"d", "teamrocket_1236_5_linear.py": b"e",
    }  # fmt: skip
    done = take("canvas", files)
    assert [*students(tmp_path)] == ["1234", "1236", "anon_0bcDE", "anon_x7Qfz"]
    assert "The assignment is anonymous" in done.stderr
    # It is not named like an exercise, and defines none.
    assert "1235: no answers, and kept in other/1235: 7_8_linear.py." in done.stderr
    again = take("canvas", {"doejane_1236_6_linear.py": b"later"}, roster=GRADEBOOK.encode("cp1252", "replace"))
    assert "'doejane' in the name of the file: of a group, only this one is given the work" in again.stderr
    assert "O'Neil, Pat" in again.stderr
    # The folder that a student has stays theirs when more is known of them, and what was replaced is kept.
    assert (tmp_path / "students" / "1236" / "linear" / "linear.py").read_bytes() == b"later"
    assert (tmp_path / "earlier" / "1236" / "linear" / "linear.py").read_bytes() == b"e"
    (row,) = [row for row in table(tmp_path / "students.csv") if row["folder"] == "1236"]
    assert (row["canvas"], row["number"], row["login"]) == ("1236", "u3", "1237")


WORKSHEET = (
    "Identifier;Full name;Email address;Status;Grade;Maximum grade;Grade can be changed;Last modified (submission);"
    "Last modified (grade)\n"
    'Participant 101;Jane Doe;jane@school.example;Submitted;;22,00;Yes;"Tuesday, 3 March 2026, 10:05 AM";-\n'
    'Participant 102;Jörg Müller;jm@school.example;Submitted;;22,00;Yes;"Tuesday, 3 March 2026, 22:05";-\n'
    "Participant 103;Pat O'Neil;pat@school.example;Submitted;;22,00;Yes;-;-\n"
    "Participant 104;Jane Doe;jane2@school.example;Submitted;;22,00;Yes;-;-\n"
)
MOODLE = {
    "Jane Doe_101_assignsubmission_file_/linear.ipynb": notebook(RIGHT),
    "Jörg Müller_102_assignsubmission_file_/work/linear.py": LINEAR,
    "Pat ONeil_103_assignsubmission_file/linear.py": b"# pat\n",
    "Jane Doe_104_assignsubmission_file_linear.py": b"# flat\n",
    "Team A_102_assignsubmission_file_/linear.py": b"# a group\n",
    "Jane Doe_101_assignsubmission_onlinetext_/onlinetext.html": b"",
    "Default group_assignsubmission_file_/linear.py": b"",
}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_moodle_takes_folders_and_flat_files_by_the_worksheet(take: Take, tmp_path: Path, encoding: str) -> None:
    done = take("moodle", MOODLE, roster=WORKSHEET.encode(encoding))
    assert done.exit_code == 2, done.stderr
    assert students(tmp_path) == {
        "jane2@school.example": ["linear/linear.py"], "jane@school.example": ["linear/linear.ipynb"],
        "jm@school.example": ["linear/linear.py"], "pat@school.example": ["linear/linear.py"],
    }  # fmt: skip
    for line in (
        "participant 102 is 'Jörg Müller' in the worksheet and 'Team A' in the download",
        "onlinetext.html is text typed into Moodle",
        "Default group_assignsubmission_file_/linear.py is not named as Moodle",
    ):
        assert line in done.stderr
    assert {row["student"]: row["when"] for row in table(tmp_path / "handed-in.csv")} == {
        "jane2@school.example": "", "jane@school.example": "2026-03-03T10:05:00",
        "jm@school.example": "2026-03-03T22:05:00", "pat@school.example": "",
    }  # fmt: skip


def test_moodle_numbers_students_otherwise_in_each_assignment(take: Take, tmp_path: Path) -> None:
    first = take("moodle", {"Jane Doe_101_assignsubmission_file_/linear.py": b"1"}, roster=WORKSHEET.encode())
    assert first.exit_code == 0, first.stderr
    other = WORKSHEET.replace("Participant 10", "Teilnehmer/in20").replace(
        "Identifier;Full name", "ID;Vollständiger Name"
    )
    again = take("moodle", {"Jane Doe_201_assignsubmission_file_/linear.py": b"2"}, roster=other.encode())
    assert again.exit_code == 0, again.stderr
    assert [*students(tmp_path)] == ["jane@school.example"]
    (row,) = table(tmp_path / "students.csv")
    assert row["moodle"] == "101 201"
    without = take("moodle", {"Jane Doe_301_assignsubmission_file_/linear.py": b"3"})
    assert "give the grading worksheet with --roster" in without.stderr
    assert [*students(tmp_path)] == ["301", "jane@school.example"]


METADATA = """---
submission_11:
  :submitters:
  - :name: Jane Doe
    :sid: 0012
    :email: jane@school.example
  :created_at: 2026-03-01 10:00:00.123456789 Z
  :score: 3.0
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    tests: []
  :history: []
submission_12:
  :submitters:
  - :name: "Jörg \\u201cJ\\u201d M\\xFCller"
    :sid:
    :email: jm@school.example
  - :name: 山田 太郎
    :sid: '77'
    :email: taro@school.example
  - :name: Nobody Knows
    :sid: ~
  :created_at: 2026-03-02T09:00:00+09:00
submission_13:
  :submitters: []
submission_14:
  :submitters:
  - :name: Al Absent
    :sid: '78'
    :email: al@school.example
"""
GRADESCOPE = {
    "assignment_8_export/submission_metadata.yml": METADATA.encode(),
    "assignment_8_export/submission_11/linear.ipynb": notebook(RIGHT),
    "assignment_8_export/submission_12/linear/linear.py": LINEAR,
    "assignment_8_export/submission_13/linear.py": b"nobody's",
    "assignment_8_export/submission_99/linear.py": b"not listed",
    "assignment_8_export/.DS_Store": b"",
}


def test_gradescope_takes_its_list_and_gives_a_group_s_work_to_each(take: Take, tmp_path: Path) -> None:
    done = take("gradescope", GRADESCOPE)
    assert done.exit_code == 2, done.stderr
    assert students(tmp_path) == {
        "0012": ["linear/linear.ipynb"], "77": ["linear/linear.py"], "jm@school.example": ["linear/linear.py"],
    }  # fmt: skip
    for line in (
        "submission_13 is nobody's",
        "Nobody Knows has nothing to be known by",
        "submission_14 by Al Absent has no files",
        "submission_99/linear.py is in no submission",
        "submission_12 is a group's: Jörg “J” Müller and 山田 太郎 and Nobody Knows are each given all of it",
    ):
        assert line in done.stderr
    assert {row["student"]: row["when"] for row in table(tmp_path / "handed-in.csv")} == {
        "0012": "2026-03-01T10:00:00.123456+00:00", "77": "2026-03-02T09:00:00+09:00",
        "jm@school.example": "2026-03-02T09:00:00+09:00",
    }  # fmt: skip
    del GRADESCOPE["assignment_8_export/.DS_Store"]
    assert take("gradescope", {"submission_11/linear.py": b""}).exit_code == 2
    broken = take("gradescope", {"submission_metadata.yml": b"a: [", "submission_11/linear.py": b""})
    assert broken.exit_code == 1
    assert "cannot be read" in broken.stderr


def test_an_import_again_changes_nothing_and_keeps_an_instructor_s_time(take: Take, tmp_path: Path) -> None:
    take("gradescope", GRADESCOPE)
    answer = tmp_path / "students" / "0012" / "linear" / "linear.ipynb"
    before, rows = answer.stat(), (tmp_path / "handed-in.csv").read_text(encoding="utf-8")
    edited = rows.replace("2026-03-01T10:00:00.123456+00:00", "2026-02-28 09:00")
    (tmp_path / "handed-in.csv").write_text(edited, encoding="utf-8")
    done = take("gradescope", GRADESCOPE)
    assert answer.stat().st_mtime_ns == before.st_mtime_ns
    assert "replaced" not in done.stderr
    assert table(tmp_path / "handed-in.csv")[0]["when"] == "2026-02-28 09:00"
    assert not (tmp_path / "earlier").exists()


def test_two_students_never_become_one(take: Take, tmp_path: Path) -> None:
    take("canvas", {"doejane_1234_1_linear.py": b"jane"}, roster=GRADEBOOK.encode())
    # Another account with the login of one who is known, and one who is like two.
    stolen = GRADEBOOK.replace("1238,u5,jdoe2", "1238,u5,jdoe1")
    done = take("canvas", {"doejane_1238_2_linear.py": b"the other"}, roster=stolen.encode())
    assert done.exit_code == 2
    assert "has the login of jdoe1, whose canvas is '1234', not '1238'" in done.stderr
    assert (tmp_path / "students" / "jdoe1" / "linear" / "linear.py").read_bytes() == b"jane"
    assert [*students(tmp_path)] == ["jdoe1"]
    # Folders are told apart on every file system, are no assignment's, and lie nowhere else.
    rows = "Student,ID,SIS Login ID,Section\na,1,Ann:B,A\nb,2,ann/b,A\nc,3,linear,A\nd,4,../../x,A\n"
    files = {f"{name}_{number}_{number}_linear.py": name.encode() for number, name in enumerate("abcd", 1)}
    assert take("canvas", files, "--output", tmp_path / "more", roster=rows.encode()).exit_code == 0
    found = {path.parts[-3]: path.read_text(encoding="utf-8") for path in (tmp_path / "more").rglob("linear.py")}
    assert found == {"Ann-B": "a", "ann-b-2": "b", "linear-2": "c", "x": "d"}


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def test_what_is_dangerous_is_left_out_and_told(take: Take, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 2**20)
    bomb = packed({"linear.py": b"\0" * 2**21})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("ada_1_1_linear.py", b"good")
        file.writestr("ben_2_2_work.zip", bomb)
        file.writestr("cem_3_3_work.zip", packed({"a.zip": packed({"b.zip": packed({"linear.py": b"deep"})})}))
        file.writestr("ida_9_9_work.zip", packed({"x": b"", "x/y": b"", "n" * 300: b"", "linear.py": b"right"}))
        file.writestr(
            "dan_4_4_work.zip", packed({"../../../evil.py": b"", "/etc/linear.py": b"", "..\\linear.py": b""})
        )
        file.writestr(link("eve_5_5_linear.py"), b"/etc/passwd")
        file.writestr("fay_6_6_work.zip", b"PK\x03\x04 no archive")
        file.writestr("../gus_7_7_linear.py", b"out")
        file.writestr("hal_8_8_linear.py", b"\0" * 2**21)
    done = take("canvas", buffer.getvalue())
    assert done.exit_code == 2
    assert students(tmp_path) == {"1": ["linear/linear.py"], "9": ["linear/linear.py"]}
    for line in (
        "9: work.zip/x/y cannot be kept", "2: work.zip: linear.py is too large",
        "3: work.zip/a.zip/b.zip is an archive in archives",
        "4: work.zip: ../../../evil.py has a name that leads out", "4: work.zip: /etc/linear.py has a name",
        "4: work.zip: ../linear.py has a name", "eve_5_5_linear.py is a link", "6: work.zip is no zip archive",
        "../gus_7_7_linear.py has a name that leads out", "hal_8_8_linear.py is too large",
        "2 (ben (2)) handed in nothing that answers an exercise",
    ):  # fmt: skip
        assert line in done.stderr, done.stderr
    assert not [*tmp_path.parent.rglob("evil.py")]


def test_what_is_no_download_is_told_in_a_line(take: Take, tmp_path: Path, course: Path) -> None:
    for download in (b"", b"text", packed({})):
        done = take("canvas", download)
        assert done.exit_code == 2
        assert "Traceback" not in done.stderr
    assert take("canvas", CANVAS, "--assignment", "linaer").exit_code == 2
    assert "no columns Student and ID" in take("canvas", CANVAS, roster=b"a,b\n1,2\n").stderr
    assert "no column Identifier" in take("moodle", MOODLE, roster=GRADEBOOK.encode()).stderr
    # The folder that a browser has unpacked is as good as the archive.
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    (unpacked / "ada_1_1_linear.py").write_bytes(b"ada")
    (unpacked / "ben_2_2_linear.py").symlink_to("/etc/passwd")
    words = ["--root", str(course), "import", "canvas", str(unpacked), "--output", str(tmp_path)]
    done = CliRunner().invoke(cli.main, words, catch_exceptions=False)
    assert students(tmp_path) == {"1": ["linear/linear.py"]}
    assert "ben_2_2_linear.py is a link" in done.stderr


def test_answers_are_found_by_name_folder_and_text(course: Path, tmp_path: Path) -> None:
    def sort(root: Path, *names: str, data: bytes = b"x = 1\n", assignment: str | None = None) -> list[str]:
        with zipfile.ZipFile(io.BytesIO(packed(dict.fromkeys(names, data)))) as file:
            entries, refused = archive.listed(file)
            assert not refused
            return sorted(Places(load_course(root), assignment, tmp_path).sort(entries).answers)

    for name in ("linear.py", "LINEAR.PY", "linear-12.py", "linear (3).py", "linear - Copy (2).py", "linear-Copy1.py",
                 "linear_final.py", "a/b/linear.py", "linear.py.txt"):  # fmt: skip
        assert sort(course, name) == ["linear/linear.py"], name
    assert sort(course, "linear.ipynb.json") == ["linear/linear.ipynb"]
    assert sort(course, "nonlinear.py", "linear.pdf", "linear2.txt") == []
    # By what it defines: read as text, in a process of its own.
    assert sort(course, "Homework 1.py", data=RIGHT_LINEAR) == ["linear/linear.py"]
    assert sort(course, "linear.ipynb", "kept.py", data=RIGHT_LINEAR) == ["linear/linear.ipynb"]
    # An exercise's name that several assignments have is told apart by the folder, the archive or the assignment.
    whole = ROOT
    assert sort(whole, "recurrent/layers.py", "batchnorm (1).ipynb") == [
        "normalization/batchnorm.ipynb", "recurrent/layers.py",
    ]  # fmt: skip
    assert sort(whole, "layers.py", assignment="transformer") == ["transformer/layers.py"]


def test_of_two_files_for_one_answer_the_one_that_was_begun_counts(course: Path, tmp_path: Path) -> None:
    stub = "class Linear(torch.nn.Module):\n    def forward(self, x):\n        raise NotImplementedError\n"
    files = {"linear.py": stub.encode(), "linear (1).py": FLATTEN.encode()}
    with zipfile.ZipFile(io.BytesIO(packed(files))) as file:
        placed = Places(load_course(course), None, tmp_path).sort(archive.listed(file)[0])
    assert placed.answers["linear/linear.py"].name == "linear (1).py"
    assert [entry.name for entry in placed.others] == ["linear.py"]


@pytest.mark.slow
def test_what_was_imported_is_graded_and_fills_the_gradebook_it_came_from(
    take: Take, course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_SEED", "documents")
    half = {**CANVAS, "oneilpat_LATE_1236_504_linear.py": FLATTEN.encode()}
    half.pop("oneilpat_1236_504_my work.zip")
    take("canvas", half, roster=GRADEBOOK.encode())
    take("moodle", MOODLE, "--output", tmp_path / "moodle", roster=WORKSHEET.encode())
    folders = [*(tmp_path / "students").iterdir(), *(tmp_path / "moodle" / "students").iterdir()]
    words = ["grade", *folders, "--output", tmp_path / "results", "--store", tmp_path / "grades.sqlite"]
    words += ["--only", "Flatten", "--jobs", "1"]

    def run(*words: object) -> Result:
        return CliRunner().invoke(cli.main, ["--root", str(course), *map(str, words)], catch_exceptions=False)

    graded = run(*words)
    assert graded.exit_code == 0, graded.stderr
    (tmp_path / "canvas.csv").write_text(GRADEBOOK, encoding="utf-8")
    (tmp_path / "moodle.csv").write_bytes(WORKSHEET.replace("22,00", "100,00").encode("cp1252"))
    filled = run(
        "export", "canvas", tmp_path / "results", "--gradebook", tmp_path / "canvas.csv", "--output", tmp_path / "c"
    )
    assert filled.exit_code == 0, filled.stderr
    # Pat's login is Taro's account: each is entered in their own row all the same.
    assert {row["ID"]: row["Linear (77)"] for row in table(tmp_path / "c")} == {
        "": "22", "1234": "9", "1235": "0", "1236": "9", "1237": "0", "1238": "0", "1239": "", "1240": "",
    }  # fmt: skip
    filled = run(
        "export", "moodle", tmp_path / "results", "--gradebook", tmp_path / "moodle.csv", "--output", tmp_path / "m"
    )
    assert filled.exit_code == 0, filled.stderr
    assert "was cp1252" in filled.stderr
    rows = csv.DictReader(io.StringIO((tmp_path / "m").read_text(encoding="utf-8")), delimiter=";")
    assert {row["Identifier"]: row["Grade"] for row in rows} == {
        "Participant 101": "100", "Participant 102": "0", "Participant 103": "0", "Participant 104": "0",
    }  # fmt: skip
    found = run("export", "gradescope", tmp_path / "results", "--output", tmp_path / "g")
    assert found.exit_code == 0, found.stderr
    assert json.loads((tmp_path / "g" / "jdoe1.json").read_text(encoding="utf-8"))["score"] == 9
    # What counts for the year is a matter of the report: nothing is judged again.
    settings = (course / "course.toml").read_text(encoding="utf-8")
    year = "[weights]\nlinear = 2\n[due]\nlinear = 2026-10-12\n[late]\nper_day = 0.25\n"
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "course.toml").write_text(settings + year, encoding="utf-8")
    (tmp_path / "course" / "solutions").symlink_to(course / "solutions")
    counted = CliRunner().invoke(cli.main, ["--root", str(tmp_path / "course"), *map(str, words)])
    assert counted.exit_code == 0, counted.stderr
    assert "parts were in" in counted.stderr
    assert "linear: 1 of" in counted.stdout
    run("export", "canvas", tmp_path / "results", "--gradebook", tmp_path / "canvas.csv", "--output", tmp_path / "c")
    assert {row["ID"]: row["Linear (77)"] for row in table(tmp_path / "c")}["1236"] == "13.5"
