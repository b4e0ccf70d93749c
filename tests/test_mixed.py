"""A course in which the instructor has cells and assignments too, and what is kept of notebooks for grading by hand."""

import base64
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbgrader", reason="nbgrader is not installed (pip install -e '.[classroom]')")

import nbformat

from grader.answer.text import Unreadable
from grader.classroom import large
from grader.classroom.course_directory import BASE
from grader.classroom.evidence import evidence
from grader.classroom.merge import merged
from grader.classroom.structure import BY_HAND, rebuilt
from grader.classroom.submitted import read_submitted
from grader.commands import progress
from grader.commands.progress import Counted
from tests.school import RIGHT, School, solution

ROOT = Path(__file__).parent.parent
RELEASE = ROOT / "assignments" / "linear" / "linear.ipynb"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(20)).decode()
HTML = "<script>alert(1)</script>"


def released() -> dict[str, Any]:
    notebook: dict[str, Any] = json.loads(RELEASE.read_text(encoding="utf-8"))
    return notebook


def code(source: str, *outputs: Any, name: str = "", **nbgrader: Any) -> dict[str, Any]:
    metadata = {"nbgrader": {"grade_id": name, "schema_version": 3, **nbgrader}} if name else {}
    return {
        "cell_type": "code", "id": name or "own", "metadata": metadata, "source": source, "outputs": list(outputs),
        "execution_count": 1,
    }  # fmt: skip


def text(source: str, name: str = "", **more: Any) -> dict[str, Any]:
    flags = {"grade_id": name, "schema_version": 3, "grade": True, "solution": True, "locked": False, "points": 4}
    return {
        "cell_type": "markdown", "id": name or "text", "metadata": {"nbgrader": flags} if name else {},
        "source": source, **more,
    }  # fmt: skip


def figure(data: dict[str, Any]) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": {"image/png": {"width": '"><script>'}}}


def poured(tmp_path: Path, release: dict[str, Any], submitted: dict[str, Any]) -> Any:
    path = tmp_path / "linear.ipynb"
    path.write_text(json.dumps(submitted), encoding="utf-8")
    return rebuilt(read_submitted(path, [], with_evidence=True), nbformat.from_dict(release_of(release))).notebook


def release_of(notebook: dict[str, Any]) -> Any:
    return json.loads(json.dumps(notebook), object_hook=_joined)


def _joined(item: dict[str, Any]) -> dict[str, Any]:
    return item | {"source": "".join(item["source"])} if isinstance(item.get("source"), list) else item


def test_images_and_text_are_kept_and_nothing_that_acts(tmp_path: Path) -> None:
    shown = [
        {"output_type": "stream", "name": "stdout", "text": ["loss 0.1\n", "loss 0.05\n"]},
        figure({"image/png": PNG, "text/html": HTML, "text/plain": "<Figure>"}),
        figure({"image/png": f'{PNG}"><script>', "image/svg+xml": HTML}),
        figure({"image/png": base64.b64encode(HTML.encode()).decode()}),
        {"output_type": "error", "ename": "ValueError", "evalue": "x", "traceback": ["ValueError: x"]},
    ]
    cells = [code("plot()", *shown), text("![p](attachment:p.png)", attachments={"p.png": {"image/png": [PNG]}})]
    path = tmp_path / "linear.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "cells": cells}), encoding="utf-8")
    plotted, attached = evidence(path)
    assert [output.output_type for output in plotted.outputs] == ["stream", "display_data", "display_data", "error"]
    assert plotted.outputs[0].text == "loss 0.1\nloss 0.05\n"
    assert plotted.outputs[1].data == {"image/png": PNG, "text/plain": "<Figure>"}
    assert attached.attachments == {"p.png": {"image/png": PNG}}
    assert "script" not in json.dumps([plotted.outputs, attached.attachments])


def test_what_is_too_much_or_broken_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "linear.ipynb"
    huge = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(2**24)).decode()
    path.write_text(json.dumps({"cells": [code("x", figure({"image/png": huge}))]}), encoding="utf-8")
    assert [*map(len, (cell.outputs for cell in evidence(path)))] == [0]
    path.write_text('{"cells": [7]}', encoding="utf-8")
    assert evidence(path) == []


def test_outputs_of_any_size_hide_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "_LARGE", 0)
    tricky = code(
        'print("outputs", ["]", "\\\\", {"outputs": [1]}])', figure({"text/plain": ['"]}\\', "é" * 9], "outputs": [[]]})
    )
    document = {"outputs": [3], "cells": [tricky, text('{"attachments": {', attachments={"a": {"image/png": "]}"}})]}
    written = json.dumps(document, ensure_ascii=False).encode()
    for cell in document["cells"]:
        cell |= {name: type(cell[name])() for name in ("outputs", "attachments") if name in cell}
    assert json.loads(large.without_outputs(written)) == document
    path = tmp_path / "linear.ipynb"
    path.write_bytes(written)
    assert [cell.source for cell in large.cells_of(path)] == [cell["source"] for cell in document["cells"]]
    path.write_bytes(written[:-20])
    with pytest.raises(Unreadable, match="its JSON is broken"):
        large.cells_of(path)


def test_cells_of_the_instructor_and_the_student_are_there_once(tmp_path: Path) -> None:
    release = released()
    notes, own_text = "# Notes\n<b>ours</b>", "Mine: <img src=x>"
    release["cells"][1:1] = [text(notes), code("scratch = 1"), text("Why?", "essay")]
    submitted = json.loads(json.dumps(release))
    solution(submitted, "Linear")["source"] = "class Linear: 'mine'"
    solution(submitted, "Linear")["outputs"] = [figure({"image/png": PNG})]
    submitted["cells"][2] = code("scratch = 2", figure({"image/png": PNG}))
    submitted["cells"][3] |= {"source": "Because <b>x</b>\n```\ncode\n```", "attachments": {"a": {"image/png": PNG}}}
    submitted["cells"].insert(4, text(own_text))
    made = poured(tmp_path, release, submitted)
    sources = [cell.source for cell in made.cells]
    assert sources.count(notes) == sources.count("scratch = 2") == 1
    assert "scratch = 1" not in sources
    assert own_text.replace("<", "&lt;") in sources
    essay = next(cell for cell in made.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "essay")
    assert essay.source == "Because &lt;b>x&lt;/b>\n```\ncode\n```"
    assert essay.attachments == {"a": {"image/png": PNG}}
    assert solution(made, "Linear").outputs[0].data == {"image/png": PNG}
    untouched = poured(tmp_path, release, release)
    assert next(cell for cell in untouched.cells if cell.source == "Why?")


def test_a_cell_turned_to_text_without_the_part_waits_for_a_person(tmp_path: Path) -> None:
    submitted = released()
    cell = solution(submitted, "Flatten")
    cell |= {"cell_type": "markdown", "source": "It is in the cell below, I hope."}
    del cell["outputs"], cell["execution_count"]
    made = poured(tmp_path, released(), submitted)
    assert set(made.metadata[BY_HAND]) == {"Flatten"}
    assert "NotImplementedError" in solution(made, "Flatten").source
    assert "It is in the cell below, I hope." in [cell.source for cell in made.cells]


def test_a_long_release_says_where_it_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with Counted(39) as counted:
        counted.at(1, "linear/linear")
        monkeypatch.setattr(progress, "_MOMENT_SECONDS", -1.0)
        counted.at(2, "linear/padding")
    assert capsys.readouterr().err == "[2/39] linear/padding\n"


def changed(notebook: dict[str, Any], name: str, source: str | None = None, points: float | None = None) -> Any:
    made = json.loads(json.dumps(notebook))
    for cell in made["cells"]:
        if cell["id"] == name:
            cell["source"] = cell["source"] if source is None else source
            if points is not None:
                cell["metadata"]["nbgrader"]["points"] = points
    return made


def without(notebook: dict[str, Any], name: str) -> Any:
    return notebook | {"cells": [cell for cell in notebook["cells"] if cell["id"] != name]}


def by_id(notebook: dict[str, Any]) -> dict[str, Any]:
    return {cell["id"]: cell for cell in notebook["cells"]}


def test_a_new_release_keeps_what_the_instructor_did() -> None:
    base = released()
    there = changed(changed(base, "linear-lesson", "My lesson"), "linear-Linear-check", points=5)
    there["cells"].insert(1, text("Essay", "essay"))
    there["cells"].insert(2, text("plain"))
    new = changed(changed(base, "linear-imports", "import torch as t"), "linear-Flatten-check", points=3)
    made = merged(base, there, new)
    cells = by_id(made.notebook)
    assert made.lost == []
    assert [*cells][:4] == ["linear-checks", "essay", "text", "linear-lesson"]
    assert cells["linear-lesson"]["source"] == "My lesson"
    assert cells["linear-imports"]["source"] == "import torch as t"
    assert cells["linear-Linear-check"]["metadata"]["nbgrader"]["points"] == 5
    assert cells["linear-Flatten-check"]["metadata"]["nbgrader"]["points"] == 3
    # Where nobody has done anything, the course's notebook is written as it is.
    assert merged(base, base, new).notebook == new


def test_what_a_new_release_would_lose_is_named() -> None:
    base = released()
    both = merged(base, changed(base, "linear-lesson", "mine"), changed(base, "linear-lesson", "the course's"))
    assert both.lost == ["your text of the cell linear-lesson, where the course has another"]
    assert by_id(both.notebook)["linear-lesson"]["source"] == "the course's"
    gone = merged(base, changed(base, "linear-Flatten", "mine"), without(base, "linear-Flatten"))
    assert gone.lost == ["the cell linear-Flatten, which the course no longer has and you have changed"]
    unknown = merged(None, changed(base, "linear-lesson", "mine"), base)
    assert unknown.lost == ["your text of the cell linear-lesson, where the course has another"]
    assert merged(None, changed(base, "linear-Linear-check", points=9), base).lost == []


def test_cells_that_one_side_removed_or_added() -> None:
    base = released()
    assert "linear-Flatten" not in by_id(merged(base, without(base, "linear-Flatten"), base).notebook)
    assert "linear-Flatten" not in by_id(merged(base, base, without(base, "linear-Flatten")).notebook)
    older = without(base, "linear-Flatten")
    added = merged(older, changed(older, "linear-lesson", "mine"), base).notebook
    assert [*by_id(added)] == [*by_id(base)]


@pytest.fixture
def mixed(school: School) -> Iterator[Path]:
    """A course directory in which an instructor has added cells, changed points, and made an assignment."""
    folder = school.folder / "mixed"
    for name in ("source", BASE):
        shutil.copytree(school.course / name, folder / name)
    shutil.copy(school.course / "nbgrader_config.py", folder)
    source = folder / "source" / "linear" / "linear.ipynb"
    notebook = changed(json.loads(source.read_text(encoding="utf-8")), "linear-Linear-check", points=3)
    notebook["cells"] += [
        text("Why?", "essay"),
        code(OWN_ANSWER, name="double", grade=False, solution=True, locked=False),
        code(OWN_TEST, name="double-test", grade=True, solution=False, locked=True, points=2),
    ]
    write(source, notebook)
    extra = notebook | {"cells": notebook["cells"][-2:]}
    write(folder / "source" / "extra" / "extra.ipynb", extra)
    settings = school.root / "course.toml"
    before = settings.read_text(encoding="utf-8")
    yield folder
    settings.write_text(before, encoding="utf-8")


OWN_ANSWER = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION\n"
OWN_TEST = "assert double(2) == 4\n### BEGIN HIDDEN TESTS\nassert double(3) == 6\n### END HIDDEN TESTS\n"
GRADED = r"Graded \d{4}-\d\d-\d\d \d\d:\d\d UTC by version \S+ of the course kit, .* on suite \w{12}"


def write(path: Path, notebook: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")


def hand_in(folder: Path, student: str, assignment: str, answers: dict[str, str]) -> None:
    notebook = json.loads((folder / "release" / assignment / f"{assignment}.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = answers.get(name, cell["source"])
    write(folder / "submitted" / student / assignment / f"{assignment}.ipynb", notebook)


def grades(folder: Path, assignment: str = "linear") -> dict[tuple[str, str], tuple[float | None, int]]:
    """Automatic score, and whether a person has to grade, by student and cell."""
    query = (
        "SELECT submitted_assignment.student_id, base_cell.name, auto_score, needs_manual_grade FROM grade"
        " JOIN base_cell ON grade.cell_id = base_cell.id JOIN submitted_notebook ON grade.notebook_id ="
        " submitted_notebook.id JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id"
        " JOIN assignment ON submitted_assignment.assignment_id = assignment.id WHERE assignment.name = ?"
    )
    with closing(sqlite3.connect(folder / "gradebook.db")) as base:
        return {(student, name): (score, manual) for student, name, score, manual in base.execute(query, [assignment])}


@pytest.mark.slow
def test_own_cells_and_assignments_go_with_the_course_s(school: School, mixed: Path) -> None:
    source = mixed / "source" / "linear" / "linear.ipynb"
    before = json.loads(source.read_text(encoding="utf-8"))
    school.run("course", "--root", school.root, "release", "--nbgrader", mixed, "--force")
    assert json.loads(source.read_text(encoding="utf-8")) == before
    said = school.run("nbgrader", "generate_assignment", "linear", folder=mixed)
    assert "double-test in linear is a test of your own: a person grades it" in said
    school.run("nbgrader", "generate_assignment", "extra", folder=mixed)
    for name in ("linear", "extra"):
        release = (mixed / "release" / name / f"{name}.ipynb").read_text(encoding="utf-8")
        assert '    # YOUR CODE HERE\\n",\n    "    raise NotImplementedError()' in release
        assert "double(3)" not in release

    wrong = RIGHT.replace("x.reshape", "x.transpose(0, -1).reshape").replace("+ self.bias", "- self.bias")
    double = {"double": "def double(x):\n    return x + 2\n"}
    hand_in(mixed, "ada", "linear", {"linear-Linear": RIGHT, "linear-Flatten": "", "essay": "It is"} | double)
    hand_in(mixed, "ben", "linear", {"linear-Linear": wrong, "linear-Flatten": ""})
    hand_in(mixed, "ada", "extra", double)
    said = school.run("nbgrader", "autograde", "linear", folder=mixed)
    assert "NEEDS MANUAL GRADING: double-test in linear of ada: it is a test of the instructor's" in said
    assert "Kernel" not in said
    found = grades(mixed)
    assert found["ada", "linear-Linear-check"] == (3, 0)
    assert found["ben", "linear-Linear-check"][0] < 3
    assert found["ada", "double-test"] == found["ada", "essay"] == found["ben", "double-test"] == (None, 1)
    assert found["ben", "essay"] == (0, 0)  # as it was released

    # What a student sees follows the policy of the day, what was graded stays.
    graded = mixed / "autograded" / "ben" / "linear" / "linear.ipynb"
    kept = graded.read_bytes()
    for policy, is_seen in (("none", False), ("counterexample", True)):
        (school.root / "course.toml").write_text(f'title = "Linear"\n[feedback]\nhidden = "{policy}"\n', "utf-8")
        school.run("nbgrader", "generate_feedback", "linear", "--force", folder=mixed)
        page = (mixed / "feedback" / "ben" / "linear" / "linear.html").read_text(encoding="utf-8")
        assert ("Run this beside your answer" in page) is is_seen
        assert re.search(GRADED, page)
        assert "of 3 points" in page
    assert graded.read_bytes() == kept

    switch = "--GradeOutOfProcess.run_own_cells=True"
    said = school.run("nbgrader", "autograde", "linear", "--student=ada", "--force", switch, folder=mixed)
    assert grades(mixed)["ada", "double-test"] == (0, 0)
    assert grades(mixed)["ada", "linear-Linear-check"] == (3, 0)
    said = school.run("nbgrader", "autograde", "extra", folder=mixed)
    assert "extra is not of the course: nbgrader runs what students wrote in a kernel" in said
    assert grades(mixed, "extra") == {("ada", "double-test"): (0, 0)}

    # A cell that both have changed.
    lesson = json.loads(source.read_text(encoding="utf-8"))
    by_id(lesson)["linear-lesson"]["source"] = "mine"
    write(source, lesson)
    base = mixed / BASE / "linear" / "linear.ipynb"
    write(base, changed(json.loads(base.read_text(encoding="utf-8")), "linear-lesson", "the course's, last year"))
    said = school.run("course", "--root", school.root, "release", "--nbgrader", mixed, status=2)
    assert "This would lose work of yours" in said
    assert "linear/linear: your text of the cell linear-lesson" in said
    assert json.loads(source.read_text(encoding="utf-8")) == lesson
