"""Stubs, notebooks, releases and scaffolds: what students and authors start from."""

import ast
import json
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from grader.authoring.scaffold import new_exercise
from grader.course.catalogue import Course
from grader.course.exercise import CourseExercise
from grader.kit.load import load_course
from grader.kit.record import Record, left_out
from grader.model import CourseError
from grader.release.drawing import drawn
from grader.release.notebook import notebook
from grader.release.palette import DARK, GREY, HUES, INK, PALE, PAPER, TINTS, contrast, least_contrast
from grader.release.stub import WIDTH, stub, stub_pieces
from grader.release.write import build, not_compared, release, stale
from grader.spec import Part
from grader.suite.data import Suite
from grader.suite.provider import Suites, public_suites

ROOT = Path(__file__).parent.parent

REFERENCE = '''"""Two layers on one base."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_EPS = 1e-5
_TABLE = [1, 2, 3]
Size = int | Sequence[int]


def _secret(x):
    return math.sqrt(x) * 42


def scale(x: Tensor, by: float = 2.0, *, where: str = "everywhere", how: str | None = None, often: int = 3) -> Tensor:
    """Scale a tensor.

    Args:
        x: What.
        by: How much.
    """
    doubled = x * by + _secret(4)
    return doubled


class _Base(nn.Module):
    """Holds the answer."""

    expansion: int = 4

    def __init__(self, size: Size, eps: float = _EPS) -> None:
        """Create the parameters."""
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def _inner(self, x: Tensor) -> Tensor:
        return F.relu(x) + 17

    def forward(self, x: Tensor) -> Tensor:
        r"""Apply $\\alpha$ to `x`."""
        return self._inner(x) * self.expansion


class Plain(_Base):
    """The plain one."""


class Fancy(_Base):
    """The fancy one, which has

    two paragraphs, one with a \\\\ in it.
    """

    expansion = 5

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) - 1

    @property
    def size(self) -> int:
        """How large it is."""
        return len(self.weight)


class Child(Fancy):
    """Built on another part."""

    def extra_repr(self) -> str:
        return "child"
'''
SYMBOLS = ["scale", "Plain", "Fancy", "Child"]


@pytest.fixture
def text() -> str:
    return stub(REFERENCE, SYMBOLS)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    (tmp_path / "course.toml").write_text('title = "Tiny"\nassignments = ["basics"]\n', encoding="utf-8")
    new_exercise(tmp_path, "basics/affine")
    return load_course(tmp_path)


def bodies(source: str) -> set[str]:
    """The statements in functions, other than docstrings, one line each."""
    return {
        ast.unparse(statement).partition("\n")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
        for statement in node.body
        if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
    }


def test_a_stub_runs_and_only_raises(text: str) -> None:
    namespace: dict[str, Any] = {}
    exec(compile(text, "stub", "exec"), namespace)
    assert all(line.startswith("raise NotImplementedError(") for line in bodies(text))
    for symbol in SYMBOLS:
        assert symbol in namespace
    with pytest.raises(NotImplementedError, match=r"Write scale\."):
        namespace["scale"](1)
    with pytest.raises(NotImplementedError, match=r"Write Plain\.__init__\."):
        namespace["Plain"](1)


def test_a_stub_keeps_nothing_of_the_answer(text: str) -> None:
    for leaked in (
        "_secret",
        "_Base",
        "_inner",
        "_TABLE",
        "expansion",
        "F.relu",
        "math",
        "doubled",
        "super()",
        "42",
        "17",
    ):
        assert leaked not in text


def test_a_stub_gives_every_part_its_whole_interface(text: str) -> None:
    classes = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)}
    methods = {
        name: {item.name: item for item in node.body if isinstance(item, ast.FunctionDef)}
        for name, node in classes.items()
    }
    assert list(methods["Plain"]) == ["__init__", "forward"]
    assert list(methods["Fancy"]) == ["__init__", "forward", "size"]
    assert list(methods["Child"]) == ["extra_repr"]
    assert [ast.unparse(base) for base in classes["Fancy"].bases] == ["nn.Module"]
    assert [ast.unparse(base) for base in classes["Child"].bases] == ["Fancy"]
    assert ast.get_docstring(methods["Fancy"]["forward"]) == r"Apply $\alpha$ to `x`."
    assert "@property" in text


def test_a_stub_asks_for_the_methods_it_is_told(text: str) -> None:
    shorter = stub(REFERENCE, SYMBOLS, {"Fancy": ["forward", "__init__"], "Child": []})
    assert "size(self)" in text
    assert "size(self)" not in shorter
    namespace: dict[str, Any] = {}
    exec(compile(shorter, "stub", "exec"), namespace)
    with pytest.raises(NotImplementedError, match=r"Write Child\.__init__\."):
        namespace["Child"](3)


def test_a_stub_keeps_docstrings_and_what_signatures_need(text: str) -> None:
    assert ast.get_docstring(ast.parse(text)) == "Two layers on one base."
    reference = {node.name: node for node in ast.parse(REFERENCE).body if isinstance(node, ast.ClassDef)}
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef):
            assert ast.get_docstring(node) == ast.get_docstring(reference[node.name])
    assert "_EPS = 1e-5" in text
    assert "Size = int | Sequence[int]" in text
    assert max(map(len, text.splitlines())) <= WIDTH


def test_a_missing_symbol_is_the_authors_to_mend() -> None:
    with pytest.raises(CourseError, match="does not define Absent"):
        stub(REFERENCE, ["Absent"])


def test_a_notebook_is_valid_and_stable() -> None:
    points = dict.fromkeys(SYMBOLS, 3.0)
    text = notebook("tiny", "# Tiny\n\nA lesson, 2 × 3.\n", stub_pieces(REFERENCE, SYMBOLS), points)
    assert text == notebook("tiny", "# Tiny\n\nA lesson, 2 × 3.\n", stub_pieces(REFERENCE, SYMBOLS), points)
    document = nbformat.reads(text, as_version=4)
    nbformat.validate(document)
    assert text == nbformat.writes(document) + "\n"
    flags = [cell.metadata["nbgrader"] for cell in document.cells]
    assert {flag["schema_version"] for flag in flags} == {3}
    assert [flag["grade_id"] for flag in flags if flag["solution"]] == [f"tiny-{symbol}" for symbol in SYMBOLS]
    assert [flag["points"] for flag in flags if flag["grade"]] == [3.0] * len(SYMBOLS)
    assert all(flag["locked"] != flag["solution"] for flag in flags)
    assert len({cell.id for cell in document.cells}) == len({flag["grade_id"] for flag in flags}) == len(document.cells)
    assert all(re.fullmatch("[A-Za-z0-9_-]+", flag["grade_id"]) for flag in flags)


def test_a_notebooks_code_is_the_stub() -> None:
    text = notebook("tiny", "# Tiny", stub_pieces(REFERENCE, SYMBOLS), dict.fromkeys(SYMBOLS, 1.0))
    sources = ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    code = "\n\n\n".join(source for source in sources if "\n%" not in f"\n{source}")
    assert ast.dump(ast.parse(code)) == ast.dump(ast.parse(stub(REFERENCE, SYMBOLS).partition("\n\n")[2]))


def test_a_release_is_fresh_until_something_changes(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    suites, target = public_suites(), course.root / "assignments"
    assert stale(course, target, suites)
    written = release(course, target, suites)
    assert {path.name for path in written} == {"README.md", "course.toml", "affine.py", "affine.ipynb", "affine.zip"}
    before = {path: path.read_bytes() for path in written}
    assert not stale(course, target, suites)
    release(course, target, suites)
    assert before == {path: path.read_bytes() for path in written}

    (target / "basics" / "affine.py").write_text("x = 1\n", encoding="utf-8")
    (target / "basics" / "README.md").unlink()
    (target / "basics" / "own.txt").touch()
    assert stale(course, target, suites) == [
        "basics/README.md is missing",
        "basics/affine.py differs from its source",
        "basics/own.txt is made from nothing below solutions/",
    ]

    # Where nothing can make capstone notebooks, all else is compared.
    (course.root / "solutions" / "basics" / "capstone.py").write_text("# %% [markdown]\n# Tiny\n", encoding="utf-8")
    (target / "basics" / "own.txt").unlink()
    release(course, target, suites)
    assert not_compared(target) == []
    monkeypatch.setitem(sys.modules, "jupytext", None)
    (target / "basics" / "capstone.ipynb").write_text("stale", encoding="utf-8")
    (target / "basics" / "affine.py").write_text("x = 1\n", encoding="utf-8")
    assert stale(course, target, suites) == ["basics/affine.py differs from its source"]
    (line,) = not_compared(target)
    assert "jupytext (pip install 'torch-course-kit[release]')" in line
    with pytest.raises(CourseError, match=r"needs jupytext.\n.*\[release\]"):
        release(course, target, suites)


FIGURE = """
import matplotlib.pyplot as plt
from grader.figures import BLUE, PALE, PAPER, arrow, cell

def draw():
    figure, axes = plt.subplots(figsize=(4, 3))
    axes.set(xlim=(0, 4), ylim=(0, 3))
    cell(axes, 0, 0, BLUE, "a cell", width=2)
    arrow(axes, (2, 0.5), (3, 0.5))
    MORE
    return figure
"""


def test_figures_are_drawn(course: Course) -> None:
    script = course.root / "solutions" / "basics" / "affine" / "figure.py"
    script.write_text(FIGURE.replace("MORE", ""), encoding="utf-8")
    suites, target = public_suites(), course.root / "out"
    figure = target / "basics" / "figures" / "affine.svg"
    assert figure in release(course, target, suites)
    assert figure.read_text(encoding="utf-8") == drawn(script)
    assert not stale(course, target, suites)

    script.write_text(FIGURE.replace("MORE", "axes.grid()"), encoding="utf-8")
    assert stale(course, target, suites) == ["basics/figures/affine.svg was drawn from another figure.py"]

    script.write_text("def draw():\n    pass\n", encoding="utf-8")
    with pytest.raises(CourseError, match="drew no figure"):
        release(course, target, suites)


def test_a_figure_has_a_colour_for_each_theme(tmp_path: Path) -> None:
    script = tmp_path / "figure.py"
    script.write_text(FIGURE.replace("MORE", ""), encoding="utf-8")
    _, _, dark = drawn(script).partition("prefers-color-scheme: dark")
    assert dark
    colours = set(re.findall("#[0-9a-f]{6}", drawn(script)))
    pairs = set(re.findall(r'\[style\*="fill: (#\w{6})"\][^{]*{fill:(#\w{6}) !important}', dark))
    assert pairs == {(colour, DARK[colour]) for colour in colours & DARK.keys()}
    assert colours == {colour for pair in pairs for colour in pair}


@pytest.mark.parametrize(
    ("drawing", "complaint"),
    [
        ("axes.text(2, 2, 'faint', color=PALE)", r"'faint' in #e3e8ef on #ffffff has a contrast of 1\.\d; 4\.5 are"),
        ("axes.text(1, 0.5, 'lost', color='#1f2328', zorder=9)", "'lost' in #1f2328 on #1f5fa8 has a contrast of"),
        ("axes.text(2, 2, 'small', fontsize=7)", "'small' has 7 points; 9 are asked for"),
        ("axes.text(4, 2, 'far to the right of everything')", "'far to the right of everything' is cut off"),
        ("axes.text(2, 2, 'one'); axes.text(2, 2, 'other')", "'one' and 'other' overlap"),
        ("axes.text(0.5, 0.5, 'too wide for the cell', color=PAPER)", "'too wide for the cell' is wider than"),
        ("cell(axes, 1, 1, PALE, edgecolor='none')", "a shape in #e3e8ef has no edge"),
        ("axes.plot([0, 1], [1, 2], color=PALE)", "a line in #e3e8ef is hardly seen"),
        ("axes.plot([0, 1], [1, 2], color='#ff0000')", "#ff0000 not of the palette"),
        ("axes.plot([0, 1], [1, 2], alpha=0.5)", "something is transparent"),
        ("figure.set_figwidth(12)", "it is 12 inches wide"),
    ],
)
def test_a_figure_that_somebody_could_not_read_is_refused(tmp_path: Path, drawing: str, complaint: str) -> None:
    (tmp_path / "figure.py").write_text(FIGURE.replace("MORE", drawing), encoding="utf-8")
    with pytest.raises(CourseError, match=complaint):
        drawn(tmp_path / "figure.py")


def test_the_palette_can_be_read_in_both_themes() -> None:
    for colour in (*HUES, INK, GREY):
        assert min(least_contrast(colour, PAPER), least_contrast(colour, PALE)) >= 4.5
    assert min(least_contrast(INK, tint) for tint in TINTS) >= 4.5
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_a_scaffold_is_an_exercise(course: Course) -> None:
    (exercise,) = course.exercises
    assert [part.symbol for part in exercise.parts] == ["Affine"]
    assert len(exercise.misconceptions) == 6
    assert exercise.right
    for source in (exercise.reference_source, *exercise.right.values()):
        compile(source, "scaffold", "exec")


def test_a_scaffold_takes_a_symbol(tmp_path: Path) -> None:
    folder = new_exercise(tmp_path, "normalization/rmsnorm", "RMSNorm")
    assert "class RMSNorm(nn.Module):" in (folder / "rmsnorm.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "slug",
    ["affine", "a/b/c", "../up", "basics/..", "Basics/x", "basics/a b", "basics/class", "basics/torch", "/"],
)
def test_a_scaffold_refuses_bad_names(course: Course, slug: str) -> None:
    before = sorted(course.root.rglob("*"))
    with pytest.raises(CourseError):
        new_exercise(course.root, slug)
    assert sorted(course.root.rglob("*")) == before


@pytest.mark.parametrize("symbol", ["two words", "class", "_Hidden", "9"])
def test_a_scaffold_refuses_bad_symbols(tmp_path: Path, symbol: str) -> None:
    with pytest.raises(CourseError, match="cannot be the name of a class"):
        new_exercise(tmp_path, "basics/affine", symbol)


def test_a_scaffold_overwrites_nothing(course: Course) -> None:
    with pytest.raises(CourseError, match="is there already"):
        new_exercise(course.root, "basics/affine")


@pytest.mark.slow
def test_the_committed_assignments_are_fresh(tmp_path: Path) -> None:
    """What is declared is compared for all; to compile every suite takes minutes, so most come from their records."""

    class Mostly(Suites):
        def suite(self, exercise: CourseExercise, part: Part) -> Suite:
            if exercise.slug in ("linear/linear", "upsampling/pixelshuffle") or left_out(part):
                return Suites.suite(self, exercise, part)
            checks = ROOT / "assignments" / exercise.assignment / "checks"
            return Record(checks / f"{exercise.name}.zip").suite(part.symbol)

    public = public_suites(tmp_path)
    mostly = Mostly(seed=public.seed, visibility=public.visibility, cache_dir=public.cache_dir)
    assert stale(load_course(ROOT), ROOT / "assignments", mostly) == []


@pytest.mark.slow
def test_no_stub_of_the_course_holds_a_line_of_its_solution(tmp_path: Path) -> None:
    course = load_course(ROOT)
    made = build(course, lambda exercise, part: 1.0)
    for exercise in course.exercises:
        solution = {line for line in bodies(exercise.reference_source) if not line.startswith("raise NotImpl")}
        for name, text in made.texts.items():
            if name.stem == exercise.name and name.suffix == ".py":
                assert not solution & bodies(text)
                assert all(line.startswith("raise NotImplementedError(") for line in bodies(text))
