"""The HTML report: self-contained, escaped, readable, and what a student may be given."""

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from grader.model import Diagnosis, GradeReport, Hole, HoleKind, ProvenExercise, ProvenPart, SubmissionReport, Verdict
from grader.model.words import unlike
from grader.report import chart
from grader.report.html import write
from grader.report.prose import hint, prose
from tests import report_samples as samples

TEMPLATES = Path(chart.__file__).parent / "templates"
VOID = {"meta", "br", "input", "link", "hr", "img"}


class Page(HTMLParser):
    """The elements of a page, with unbalanced tags refused."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "script" in self.open:
            self.scripts.append(data)
        elif "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def pages(report: GradeReport, directory: Path, policy: str = "counterexample") -> tuple[Page, list[Page]]:
    index = write(report, directory, policy)
    assert index == directory / "index.html"
    return Page(index), [Page(path) for path in sorted((directory / "students").iterdir())]


def test_the_class_page_says_what_a_teacher_asks(tmp_path: Path) -> None:
    report = samples.classroom(12, 6)
    index, students = pages(samples.report(*report.submissions, samples.ana()), tmp_path)
    assert len(students) == 13
    for words in (
        "13 students, median", "Could not be graded: 1. These are not zeros.", "Distribution of scores",
        "Hardest criteria", "Common misconceptions", "biased running variance", "? ungraded, not a zero", "of 14",
        "GroupNorm", "Judged on cpu",
    ):  # fmt: skip
        assert words in index.text, words
    links = [
        attrs["href"]
        for tag, attrs in index.elements
        if tag == "a" and (attrs.get("href") or "").startswith("students/")
    ]
    assert len(links) == 13
    assert all((tmp_path / link).is_file() for link in links)


def test_a_student_s_page_is_one_file_with_the_whole_story(tmp_path: Path) -> None:
    _, (page,) = pages(samples.report(), tmp_path)
    for words in (
        "17 of 81 points", "This is not your fault and not a zero", "running_var differs",
        "layer = BatchNorm2d(2, momentum=0.5)", "tensor([1.2304, 0.9871])", "0.247 at most, at [1]",
        "biased running variance", "your line 42", "mean = x.mean((0, 2))", "torch.nn.functional.batch_norm",
        "on line 17", "Not attempted: SwitchableNorm2d, Flatten.", "ungraded",
    ):  # fmt: skip
        assert words in page.text, words
    assert "/srv/course" not in page.text
    anchors = {attrs["id"] for _, attrs in page.elements if "id" in attrs}
    links = [str(attrs["href"]) for tag, attrs in page.elements if tag == "a"]
    assert links
    assert all(link.startswith("#") and link[1:] in anchors for link in links)


@pytest.mark.parametrize("policy", ["none", "criterion", "counterexample"])
def test_students_see_what_the_policy_allows(tmp_path: Path, policy: str) -> None:
    _, (page,) = pages(samples.report(), tmp_path, policy)
    assert ("import torch" in page.text) == (policy == "counterexample")
    assert ("running_var differs" in page.text) == (policy == "counterexample")
    assert ("biased running variance" in page.text) == (policy != "none")
    assert "on line 17" in page.text


def test_nothing_is_fetched_and_only_our_script_runs(tmp_path: Path) -> None:
    index, students = pages(samples.report(samples.ana(), samples.evil()), tmp_path)
    for page in [index, *students]:
        for tag, attrs in page.elements:
            assert tag not in ("link", "img", "iframe", "object", "embed", "base")
            assert not {name for name in attrs if name.startswith("on")}
            assert "src" not in attrs
            target = attrs.get("href") or "#"
            assert target.startswith(("#", "students/", "exercises/"))
        policy = next(attrs["content"] for tag, attrs in page.elements if attrs.get("http-equiv"))
        assert policy is not None
        assert policy.startswith("default-src 'none'")
        for script in page.scripts:
            assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in policy
    assert [bool(page.scripts) for page in [index, *students]] == [True, False, False]


def test_student_text_is_escaped_and_cleaned(tmp_path: Path) -> None:
    write(samples.report(samples.evil(), samples.ana()), tmp_path, "counterexample")
    for path in [tmp_path / "index.html", *(tmp_path / "students").iterdir()]:
        text = path.read_text(encoding="utf-8")
        assert "<script>alert" not in text
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", text)
    assert "&lt;script&gt;alert(1)" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_file_names_are_safe_and_different() -> None:
    names = [
        "../../etc/passwd", "<script>", "Ana", "ana", "ana-2", "", "...", "CON", "José Müller", "名前", "a/b\\c",
        "x" * 400, "\x00", "-rf", ".hidden", "index", "lpt1.txt",
    ]  # fmt: skip
    files = unlike(names, ".html")
    assert len({file.casefold() for file in files}) == len(names)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]{0,79}\.html", file) for file in files)
    assert files[:5] == ["etc-passwd.html", "script.html", "ana.html", "ana-3.html", "ana-2.html"]
    assert files[7] == "student-con.html"
    assert files[8] == "jose-muller.html"


def test_a_page_is_written_whatever_the_name(tmp_path: Path) -> None:
    students = [samples.submission(name, samples.right()) for name in ("../../x", "../../x", "<b>", "NUL", "")]
    write(samples.report(*students), tmp_path / "deep" / "report", "criterion")
    assert sorted(path.name for path in (tmp_path / "deep" / "report" / "students").iterdir()) == [
        "b.html", "student-nul.html", "student.html", "x-2.html", "x.html",
    ]  # fmt: skip
    assert {path.name for path in tmp_path.iterdir()} == {"deep"}


def test_the_matrix_has_a_word_or_number_in_every_cell(tmp_path: Path) -> None:
    index, _ = pages(samples.report(samples.ana(), *samples.classroom(3, 4).submissions), tmp_path)
    cells = re.findall(r'<td class="(\w+)"[^>]*>([^<]*)</td>', (tmp_path / "index.html").read_text(encoding="utf-8"))
    looks = {look: text for look, text in cells if look not in ("number", "name")}
    assert all(text.strip() for text in looks.values())
    assert looks["ungraded"] == "?"
    assert looks["off"] == "⊘ 0"
    assert looks["none"] == "–"
    sortable = [attrs for tag, attrs in index.elements if tag == "th" and "data-column" in attrs]
    columns = [str(attrs["data-column"]) for attrs in sortable]
    matrix = columns[: columns.index("0", 1)]
    assert matrix == [str(number) for number in range(len(matrix))]


def test_the_distribution_is_a_named_picture_and_a_table(tmp_path: Path) -> None:
    index, _ = pages(samples.classroom(6, 4), tmp_path)
    picture = next(attrs for tag, attrs in index.elements if tag == "svg")
    assert picture["role"] == "img"
    assert picture["aria-labelledby"] == "chart-title"
    assert "Students in each tenth of the points" in index.text
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert not re.search("#0[0-9a-f]0[0-9a-f]0[0-9a-f]", text.split("</style>")[1])
    assert "90 to 100 %" in index.text
    assert chart.histogram([0, 1, 2]) == chart.histogram([0, 1, 2])


def test_the_same_report_gives_the_same_pages(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(samples.classroom(4, 3), tmp_path / name, "counterexample")
    for path in (tmp_path / "one").rglob("*.html"):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()


def test_an_empty_class_has_a_page(tmp_path: Path) -> None:
    write(GradeReport(device="cpu", sandbox="L0", versions={}), tmp_path, "none")
    assert "0 students" in Page(tmp_path / "index.html").text


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG defines it."""
    digits = colour.removeprefix("#")
    full = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = [int(full[index : index + 2], 16) / 255 for index in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(scheme: str) -> None:
    css = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{([^}]*--good-ink[^}]*)\}", css)
    colours = dict(re.findall(r"--([\w-]+): (#\w+)", light if scheme == "light" else dark))
    fills = ("good", "high", "middle", "low", "zero", "off", "none", "alarm", "paper", "panel")
    inks = ("soft", "link", "good-ink", "bad-ink", "off-ink", "soft-ink", "alarm-ink")
    pairs = [("ink", fill) for fill in fills] + [(ink, "paper") for ink in inks] + [("soft-ink", "none")]
    pairs += [(word, "panel") for word in ("keyword", "string", "number", "comment")]
    for front, back in pairs:
        low, high = sorted((luminance(colours[front]), luminance(colours[back])))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (front, back)


def test_a_later_run_removes_the_pages_of_an_earlier_one(tmp_path: Path) -> None:
    write(samples.classroom(3, 4), tmp_path, "criterion")
    kept = tmp_path / "students" / "notes.html"
    kept.write_text("mine", encoding="utf-8")
    write(samples.report(samples.ana()), tmp_path, "criterion")
    assert {path.name for path in (tmp_path / "students").iterdir()} == {"ana.html", "notes.html"}
    assert kept.read_text(encoding="utf-8") == "mine"
    assert not list((tmp_path / "exercises").glob("assignment*"))


def test_a_manifest_removes_nothing_but_pages(tmp_path: Path) -> None:
    outside, directory = tmp_path / "x.html", tmp_path / "report"
    write(samples.report(), directory, "criterion")
    (directory / "grades.json").write_text("{}", encoding="utf-8")
    outside.write_text("mine", encoding="utf-8")
    names = ["../x.html", str(outside), "grades.json", "students/../../x.html", 3, None]
    for text in (json.dumps({"pages": names}), "[]", "{", '{"pages": 1}'):
        (directory / "manifest.json").write_text(text, encoding="utf-8")
        write(samples.report(), directory, "criterion")
    assert outside.exists()
    assert (directory / "grades.json").exists()


def test_an_exercise_s_page_says_how_the_class_did_and_what_was_proved(tmp_path: Path) -> None:
    proof = ProvenExercise(
        exercise="normalization/batchnorm", when="2026-11-21T14:00:00+00:00", seed="verify", current=False,
        parts=(ProvenPart(part="BatchNorm2d", cases=80, right=3, alarms=1, wrong=9, wrong_killed=8),),
        mutants=60, mutants_killed=59, survivors=("line 3: <a> → b",), explained=2,
        holes=(Hole(kind=HoleKind.OTHER, text="BatchNorm2d: a hole"),),
    )  # fmt: skip
    write(samples.report(samples.ana(), samples.evil()), tmp_path, "none", proofs={proof.exercise: proof})
    page = Page(tmp_path / "exercises" / "normalization-batchnorm.html")
    for words in (
        "59 of 60 mechanical mutants", "(98.3 %)", "8 of 9", "2 more change nothing", "line 3: <a> → b",
        "BatchNorm2d: a hole", "The exercise has changed since", "biased running variance, 1 student",
        "How the answers ended. BatchNorm2d: 1 some points, 1 no points",
    ):  # fmt: skip
        assert words in page.text, words
    assert "was not verified yet" in Page(tmp_path / "exercises" / "linear-linear.html").text
    index = Page(tmp_path / "index.html").text
    assert "59 of 60" in index
    assert "never verified" in index


def test_a_student_s_page_holds_no_word_of_a_hidden_case_beyond_the_policy(tmp_path: Path) -> None:
    secret = "SECRET-7f3a"
    example = samples.counterexample(snippet=secret, expected=secret, got=secret, source=secret)
    hint = Diagnosis(misconception="x", hint=secret)
    item = samples.criterion("values", Verdict.WRONG, message=secret, counterexample=example, diagnosis=hint)
    part = samples.part("A", "a/b", Verdict.WRONG, [item], message=secret)
    lost = samples.part(
        "B", "a/b", Verdict.JUDGE_ERROR, [samples.criterion("values", Verdict.JUDGE_ERROR, message=secret)],
        message=secret,
    )  # fmt: skip
    report = samples.report(samples.submission("ana", part, lost), notes=(secret,))
    write(report, tmp_path, "none")
    assert secret not in (tmp_path / "students" / "ana.html").read_text(encoding="utf-8")
    write(report, tmp_path, "criterion")
    text = (tmp_path / "students" / "ana.html").read_text(encoding="utf-8")
    assert text.count(secret) == 1, "the hint"


class Failing(Sequence[SubmissionReport]):
    """Submissions whose second look at the last one fails, as a disk may."""

    def __init__(self, submissions: Sequence[SubmissionReport]) -> None:
        self.submissions, self.looks = submissions, 0

    def __len__(self) -> int:
        return len(self.submissions)

    def __getitem__(self, index: Any) -> Any:
        if index == len(self.submissions) - 1:
            self.looks += 1
            if self.looks > 1:
                raise OSError("the disk is gone")
        return self.submissions[index]


def test_a_report_that_cannot_be_finished_leaves_whole_files(tmp_path: Path) -> None:
    before = samples.classroom(4)
    write(before, tmp_path, "counterexample", title="Before")
    (tmp_path / ".unfinished-of-a-run-that-was-killed").write_text("<html>", encoding="utf-8")
    failing = replace(before, submissions=Failing(before.submissions))
    with pytest.raises(OSError, match="the disk is gone"):
        write(failing, tmp_path, "counterexample", title="After")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in files if path.name.startswith(".")]
    pages = [path for path in files if path.suffix == ".html"]
    assert all(path.read_text(encoding="utf-8").rstrip().endswith("</html>") for path in pages)
    assert "<h1>Before" in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["pages"]


def test_code_in_a_sentence_is_code_and_foreign_text_stays_text() -> None:
    assert prose("`Linear(2)` has *no* <b>bias</b>.") == "<code>Linear(2)</code> has *no* &lt;b&gt;bias&lt;/b&gt;."
    assert prose("`<script>`") == "<code>&lt;script&gt;</code>"
    assert hint("The *first* row, `a * b * c`.") == "The <em>first</em> row, <code>a * b * c</code>."
