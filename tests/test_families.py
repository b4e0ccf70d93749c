"""Families of cases, and one line for one fault: what an answer loses that lacks something, and what the report says.

An answer of ``tests/faults`` says in its first lines what it deserves on the public cases.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import strategies as st
from rich.console import Console
from torch import nn

from grader.classroom.feedback import part_html
from grader.judge.families import lost
from grader.model import (
    CaseBody,
    CaseKind,
    CourseError,
    CriterionReport,
    DeclaredCase,
    GradeReport,
    PartReport,
    SubmissionReport,
    Verdict,
)
from grader.model.policy import redact
from grader.report import html, json, notebook, terminal
from grader.report.screen import plain_text
from grader.spec import Family, Part, call, layer_case, tensor, with_argument, with_dims, with_tuples
from grader.suite.data import Suite, SuiteCase, from_bytes, to_bytes
from grader.suite.families import in_families, more_plain
from tests.layers import BATCH_NORM, PLAIN, ROOT, Grader

FAULTS = sorted((ROOT / "tests" / "faults").glob("*.py"))
FAMILIES = (
    with_dims(1, share=0.25),
    with_argument("mode", share=0.2, name="modes"),
    with_argument("pad", value="same", share=0.1, name="same"),
)
PART = Part(symbol="Linear", oracle=nn.Linear, cases=st.nothing(), families=FAMILIES)


def case(*shape: int, **kwargs: object) -> DeclaredCase:
    return layer_case((2, 3), kwargs, [call(tensor(*shape))])


# What is declared.


@pytest.mark.parametrize(
    ("found", "families"),
    [
        (case(4, 2), ()),
        (case(2), ("unbatched input",)),
        (case(4, 2, mode="zeros"), ("modes",)),
        (case(4, 2, pad="valid"), ()),
        (case(2, mode="zeros", pad="same"), ("unbatched input", "modes", "same")),
    ],
)
def test_a_case_is_in_the_families_that_hold_for_it(found: CaseBody, families: Sequence[str]) -> None:
    assert PART.families_of(found) == families


def test_tuples_are_told_from_lists_and_numbers() -> None:
    pairs = with_tuples(share=0.2)
    assert pairs.holds is not None
    assert pairs.holds(layer_case((2, (3, 3))))
    assert pairs.holds(layer_case((2, 3), {"stride": (1, 2)}))
    assert not pairs.holds(layer_case((2, 3), {"sizes": [1, 2]}))


@pytest.mark.parametrize("share", [0.0, 1.0, 0.33, -0.25])
def test_a_share_keeps_points_plain(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        with_dims(1, share=share)


def test_shares_leave_something() -> None:
    halves = [with_argument(name, share=0.5, name=name) for name in ("a", "b")]
    with pytest.raises(ValueError, match="leave nothing"):
        Part(symbol="Linear", oracle=nn.Linear, cases=st.nothing(), families=halves)


def test_enough_cases_are_in_no_family() -> None:
    sizes = st.tuples(st.integers(1, 30), st.booleans())
    drawn = sizes.map(lambda size: case(size[0], 2) if size[1] else case(size[0]))
    part = Part(symbol="Linear", oracle=nn.Linear, cases=drawn, families=FAMILIES)
    before = [case(size) for size in range(1, 10)]
    more = more_plain(part, before, 1)
    assert len(more) == 3
    assert not any(part.families_of(item) for item in more)
    assert more_plain(part, [*before, *more, *more], 1) == []
    with pytest.raises(CourseError, match="in no family"):
        more_plain(Part(symbol="Linear", oracle=nn.Linear, cases=st.just(case(2)), families=FAMILIES), before, 1)


def test_a_family_without_a_case_of_its_own_is_an_error_of_the_course() -> None:
    with pytest.raises(CourseError, match="no case is in the family 'unbatched input' alone"):
        in_families(PART, [])


# Which families are lost.


def entry(*families: str) -> SuiteCase:
    return SuiteCase(kind=CaseKind.MAIN, case={"steps": []}, families=families, judges=("values",) if families else ())


CASES = [
    *[entry()] * 4,
    *[entry("unbatched input")] * 4,
    *[entry("modes")] * 8,
    *[entry("same")] * 4,
    *[entry("unbatched input", "modes")] * 4,
]
UNBATCHED, MODES, SAME, BOTH = range(4, 8), range(8, 16), range(16, 20), range(20, 24)


@pytest.mark.parametrize(
    ("failing", "already", "found"),
    [
        ([], (), ()),
        ([*UNBATCHED, *BOTH], (), ("unbatched input",)),
        ([*UNBATCHED, *MODES, *BOTH], (), ("unbatched input", "modes")),
        ([*BOTH], (), ("unbatched input",)),
        ([*UNBATCHED, 0], (), ()),
        ([8], (), ()),
        ([8, 9], (), ()),
        ([8, 9, 10], (), ("modes",)),
        ([8, *UNBATCHED, *BOTH], (), ()),
        ([8, *UNBATCHED, *BOTH], ("modes",), ("unbatched input", "modes")),
        ([*UNBATCHED, *BOTH], ("modes",), ("unbatched input",)),
        ([*SAME], ("modes",), ("same",)),
    ],
)
def test_the_fewest_families_that_hold_all_failures(
    failing: Sequence[int], already: Sequence[str], found: Sequence[str]
) -> None:
    assert lost(PART, CASES, failing, range(len(CASES)), already) == tuple(found)


def test_a_suite_keeps_the_families_of_its_cases() -> None:
    suite = Suite(exercise="a/b", symbol="A", visibility="public", digest="", cases=CASES, planned={"values": 24})
    kept = from_bytes(to_bytes(suite))
    assert [(item.families, item.judges) for item in kept.cases] == [(item.families, item.judges) for item in CASES]


# What the report says.

LOST = PartReport(
    part="RNNCell",
    exercise="recurrent/cells",
    verdict=Verdict.RAISED,
    score=5.25,
    max_score=7.0,
    suite="",
    message="It fails only with unbatched input. Calling it raised ValueError",
    criteria=(
        CriterionReport(
            name="values",
            verdict=Verdict.RAISED,
            score=3.0,
            max_score=4.0,
            message="It fails only with unbatched input. Calling it raised ValueError",
            families=("unbatched input",),
        ),
        CriterionReport(
            name="gradients",
            verdict=Verdict.SKIPPED,
            score=2.25,
            max_score=3.0,
            message="not judged with unbatched input, where values failed",
            families=("unbatched input",),
        ),
    ),
)
REPORT = GradeReport(
    device="cpu",
    sandbox="",
    versions={},
    submissions=[SubmissionReport(student="ana", path="ana", score=5.25, max_score=7.0, parts=(LOST,))],
)


def on_a_terminal(report: GradeReport) -> str:
    file = io.StringIO()
    terminal.render(report, Console(file=file, width=120))
    return file.getvalue()


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(on_a_terminal, id="terminal"),
        pytest.param(json.dumps, id="json"),
        pytest.param(lambda report: part_html(report.submissions[0].parts[0]), id="nbgrader"),
        pytest.param(
            lambda report: notebook.as_html(report.submissions[0].parts[0], notebook.Context()), id="notebook"
        ),
    ],
)
@pytest.mark.parametrize("policy", ["none", "criterion", "counterexample"])
def test_every_report_names_the_family(shown: Callable[[GradeReport], str], policy: str) -> None:
    assert "with unbatched input" in shown(redact(REPORT, policy))


def test_the_student_s_page_names_the_family_and_the_points_that_are_left(tmp_path: Path) -> None:
    html.write(REPORT, tmp_path, "none")
    page = (tmp_path / "students" / "ana.html").read_text(encoding="utf-8")
    assert "values: raised an exception with unbatched input" in page
    assert "gradients: skipped with unbatched input" in page
    assert "3 of 4 points" in page
    assert "It fails only with unbatched input" in plain_text(LOST)


# What answers deserve.


def header(path: Path) -> dict[str, str]:
    """What an answer says that it deserves."""
    lines = path.read_text(encoding="utf-8").splitlines()[:5]
    return {key: value.strip() for key, _, value in (line.removeprefix("# ").partition(":") for line in lines)}


def listed(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def failed(report: PartReport) -> list[str]:
    return [item.name for item in report.criteria if item.verdict not in (Verdict.ACCEPTED, Verdict.SKIPPED)]


@pytest.mark.slow
@pytest.mark.parametrize("path", FAULTS, ids=lambda path: path.stem)
def test_an_answer_gets_what_it_deserves(path: Path) -> None:
    said = header(path)
    exercise, _, symbol = said["part"].partition(":")
    with Grader(exercise, symbol, path.read_text(encoding="utf-8")) as grader:
        report = grader.report("")
    assert failed(report) == listed(said["red"])
    assert said["points"] == f"{report.score:g} of {report.max_score:g}"
    families = {family for item in report.criteria for family in item.families}
    assert families == set(listed(said["without"]))


def named_in(report: PartReport) -> str:
    return " ".join(item.message for item in report.criteria if item.name == "interface")


@pytest.mark.slow
def test_an_argument_that_is_not_there_is_named_and_no_mistake_that_was_not_made() -> None:
    path = ROOT / "tests" / "faults" / "Inception__lazy.py"
    with Grader("blocks/inception", "Inception", path.read_text(encoding="utf-8")) as grader:
        report = grader.report("")
    assert "It should take in_channels, c1, c2, c3 and c4." in named_in(report)
    assert not any(item.diagnosis for item in report.criteria)


LEARN = """
    def learn(self, mean, var):
        self.num_batches_tracked += 1
        self.running_mean.lerp_(mean, self.share())
        self.running_var.lerp_(var, self.share())
"""
CUMULATIVE = "1 / int(self.num_batches_tracked) if self.momentum is None else self.momentum"
COUNTER = 'self.register_buffer("num_batches_tracked", torch.tensor(0))'
FROZEN = "nn.Parameter(torch.ones(num_features), requires_grad=False)"
OWN = {"running_mean": "moving_mean", "running_var": "moving_var"}
BATCH_NORMS: dict[str, tuple[dict[str, str], list[str], float]] = {
    "right": ({}, [], 17),
    "ignores affine": ({"if affine else None": "if True else None"}, ["parameters"], 16),
    "is frozen": ({"nn.Parameter(torch.ones(num_features))": FROZEN}, ["parameters"], 16),
    "counts in a number": ({COUNTER: "self.num_batches_tracked = 0"}, ["parameters"], 16),
    "has buffers of other names": (OWN, ["parameters"], 15),
    "has parameters of other names": ({"self.weight": "self.gamma", "self.bias": "self.beta"}, ["parameters"], 15),
    "takes None for the default": (
        {CUMULATIVE: "0.1 if self.momentum is None else self.momentum"}, ["state"], 16.5,
    ),
    "multiplies by None": ({CUMULATIVE: "self.momentum"}, ["values"], 15.25),
    "has other buffers and counts elsewhere": (
        {**OWN, COUNTER: "self.batches = 0", "= self.num_batches_tracked = None": "= None",
         "self.num_batches_tracked": "self.batches"}, ["parameters", "state"], 14.5,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def batch_norms() -> Iterator[Grader]:
    with Grader("normalization/batchnorm", "BatchNorm1d", "") as grader:
        yield grader


def replaced(text: str, edits: dict[str, str]) -> str:
    for old, new in edits.items():
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.slow
@pytest.mark.parametrize("name", BATCH_NORMS)
def test_one_fault_of_a_batch_norm_is_one_line(name: str, batch_norms: Grader) -> None:
    edits, red, points = BATCH_NORMS[name]
    batch_norms.frame = replaced(BATCH_NORM.replace("@forward", LEARN), edits)
    report = batch_norms.report("")
    assert (failed(report), report.score) == (red, points)
    families = {family for item in report.criteria for family in item.families}
    assert families == ({"momentum=None"} if points % 1 else set())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edits", "skipped"),
    [({"if bias:": "if True:"}, []), ({"self.weight": "self.w", "self.bias": "self.b", '"bias"': '"b"'}, ["init"])],
)
def test_names_of_a_linear_are_told_once(edits: dict[str, str], skipped: list[str]) -> None:
    with Grader("linear/linear", "Linear", replaced(PLAIN, edits)) as grader:
        report = grader.report("")
    assert failed(report) == ["parameters"]
    assert [item.name for item in report.criteria if item.verdict is Verdict.SKIPPED] == skipped


def test_a_family_of_a_kit_knows_no_cases() -> None:
    part = Part(symbol="A", oracle={}, cases=st.nothing(), families=[Family(name="unbatched input", share=0.25)])
    assert part.families_of(case(2)) == ()
