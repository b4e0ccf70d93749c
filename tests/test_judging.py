"""One case at a time: what rounding excuses, and what it does not."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import strategies as st
from torch import Tensor, nn

from grader.answer.load import Answer, Cell
from grader.answer.slice import slice_of
from grader.case.probe import run_case
from grader.compare import criteria
from grader.host.session import Server, Stopped
from grader.judge.board import Board
from grader.judge.grade import PartGrader
from grader.judge.loaded import LoadStop, first_failure, not_defined, stop_in_words, stopped_at
from grader.kit.load import load_course
from grader.model import CaseKind, Counterexample, FindingKind, Limits, Verdict
from grader.spec import Part, Property, call, layer_case, program, tensor
from grader.suite.data import Suite, SuiteCase
from grader.suite.resolve import resolve_case

PART = Part(symbol="BatchNorm1d", oracle=nn.BatchNorm1d, cases=st.nothing())
SHRINKING = [call(tensor(9, 2, scale=100.0, shift=30.0)), call(tensor(9, 2, seed=1, scale=0.01, shift=0.5))]
"""Batches after which a running variance is a hundred million times smaller than before."""


class Moved(nn.BatchNorm1d):
    """Running statistics that take a step to the batch's, which is right, and loses the digits of the old ones."""

    reached = 1.0

    def forward(self, x: Tensor) -> Tensor:
        before = self.running_var.clone()
        y = super().forward(x)
        self.running_var = before + self.reached * (self.running_var - before)
        return y


class Hesitant(Moved):
    """Running statistics that stop a millionth short of where they should be."""

    reached = 1 - 1e-6


@pytest.mark.parametrize(("answer", "failed"), [(Moved, set()), (Hesitant, {"state"})])
def test_a_buffer_may_lose_what_rounding_takes_from_its_old_value(answer: Any, failed: set[str]) -> None:
    case = resolve_case(PART, {"BatchNorm1d": nn.BatchNorm1d}, layer_case((2,), {"momentum": 1.0}, SHRINKING))
    expected, got = (run_case(case, {"BatchNorm1d": kind}) for kind in (nn.BatchNorm1d, answer))
    assert not torch.equal(*(found["steps"][1]["buffers"]["running_var"] for found in (expected, got)))
    assert criteria.judge_case(PART, case, expected, got).findings.keys() == failed


@pytest.mark.parametrize(("noise", "failed"), [(1e-13, set()), (1e-6, {"values"})])
def test_a_sum_that_cancels_may_leave_rounding_where_nothing_should_be(noise: float, failed: set[str]) -> None:
    class Nothing(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return 0 * x

    class Rounded(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return (x + noise) - x

    part = Part(symbol="Nothing", oracle=Nothing, cases=st.nothing())
    case = {"symbol": "Nothing", **layer_case((), {}, [call(tensor(4, 3, scale=100.0), cotangent=None)], state=None)}
    expected, got = (run_case(case, {"Nothing": kind}) for kind in (Nothing, Rounded))
    assert got["steps"][0]["out"].any()
    assert criteria.judge_case(part, case, expected, got).findings.keys() == failed
    if not failed:
        # Nor does it matter on whose side the rounding is.
        assert not criteria.judge_case(part, case, got, expected).findings


@pytest.mark.parametrize(("rounding", "failed"), [("2e-17", set()), ("1e-7", {"values"})])
@pytest.mark.parametrize("shown", ["w.clone()", "w.item()"])
def test_what_cancels_in_a_program_is_weighed_by_what_it_gave_before(
    rounding: str, failed: set[str], shown: str
) -> None:
    def case_of(left: str) -> Any:
        lines = ("w = torch.ones((), dtype=torch.float64)", shown, f"_ = w.fill_({left})", shown)
        return program(*lines, criterion="values")

    expected, got = (run_case(case_of(left), {}) for left in (rounding, "0.0"))
    assert criteria.judge_case(PART, case_of("0.0"), expected, got).findings.keys() == failed


def test_a_failure_by_position_shows_its_line() -> None:
    case = resolve_case(PART, PART.oracles, layer_case((), {"num_features": 2}, [call(tensor(4, 2))]))
    expected = run_case(case, PART.oracles)
    by_position = {**case, "new": {"args": [2], "kwargs": {}}}
    suite = Suite(
        exercise="a/b", symbol=PART.symbol, visibility="hidden", digest="", planned={"interface": 2},
        cases=[
            SuiteCase(kind=CaseKind.MAIN, case=case, expected=expected),
            SuiteCase(kind=CaseKind.POSITIONAL, case=by_position, expected=expected, group=0),
        ],
    )  # fmt: skip
    lines = ["class BatchNorm1d(nn.BatchNorm1d):", "    def __init__(self, *, num_features):", "        super()"]
    failed = {"stage": "new", "step": -1, "type": "TypeError", "kinds": ["TypeError", "Exception"], "message": "no"}
    board = Board(PART, suite, {"interface": 1.0}, lines)
    board.add(0, expected)
    board.add(1, {"steps": [], "error": {**failed, "line": 2}})
    board.complete(lambda cases: [])
    ((index, finding),) = board.failures("interface")
    assert (index, finding.line, finding.source) == (1, 2, lines[1].strip())
    (report,) = board.reports()
    assert (report.verdict, report.kind) == (Verdict.RAISED, FindingKind.RAISED)
    assert report.message.startswith("With its arguments passed by position it behaves otherwise than by name")
    shown = Counterexample.of(finding, case=by_position, snippet="", shrunk=False)
    assert (shown.line, shown.source, shown.kind) == (2, lines[1].strip(), FindingKind.RAISED)


@pytest.mark.parametrize(("sizes", "shown"), [([0, 2], 1), ([0, 0], 0), ([2, 0], 0)])
def test_an_input_with_elements_is_shown_where_it_fails_as_well(sizes: Sequence[int], shown: int) -> None:
    cases = [resolve_case(PART, PART.oracles, layer_case((2,), {}, [call(tensor(size, 2))])) for size in sizes]
    suite = Suite(
        exercise="a/b", symbol=PART.symbol, visibility="hidden", digest="", planned={"values": 2},
        cases=[SuiteCase(kind=CaseKind.MAIN, case=case, expected=run_case(case, PART.oracles)) for case in cases],
    )  # fmt: skip
    board = Board(PART, suite, {"values": 1.0})
    failed = {
        "stage": "call",
        "step": 0,
        "type": "AttributeError",
        "kinds": ["Exception"],
        "message": "x",
        "line": None,
    }
    for index in range(len(sizes)):
        board.add(index, {**suite.cases[index].answered, "steps": [], "error": failed})  # type: ignore[typeddict-item]
    assert board.failures("values")[0][0] == shown


def test_a_line_that_does_not_end_belongs_to_values_where_calls_do_not_end_either() -> None:
    case = resolve_case(PART, PART.oracles, layer_case((2,), {}, [call(tensor(4, 2))]))
    lines = {**case, "steps": [{"do": "run", "lines": ["layer(torch.zeros(4, 2)).shape"]}], "lines": "interface"}
    suite = Suite(
        exercise="a/b", symbol=PART.symbol, visibility="hidden", digest="", planned={"interface": 1, "values": 1},
        cases=[
            SuiteCase(kind=CaseKind.MAIN, case=case, expected=run_case(case, PART.oracles)),
            SuiteCase(kind=CaseKind.INTERFACE, case=lines, expected=run_case(lines, PART.oracles)),
        ],
    )  # fmt: skip
    for calls_end in (False, True):
        board = Board(PART, suite, {"interface": 1.0, "values": 1.0})
        board.add(0, suite.cases[0].answered if calls_end else Stopped(Verdict.TIME_LIMIT, "call", 0, "Too long."))
        board.add(1, Stopped(Verdict.TIME_LIMIT, "run", 0, "Too long."))
        board.complete(lambda cases: [])
        assert bool(board.failures("interface")) == calls_end


STOPPED = Stopped(Verdict.TIME_LIMIT, "import", 1, "Loading the file took longer than 10 s.")


def test_a_file_that_hangs_is_loaded_once_even_where_a_part_between_is_not_begun() -> None:
    exercise = load_course(Path(__file__).parent.parent).exercise("linear/linear")
    suite = Suite(exercise="linear/linear", symbol="Linear", visibility="hidden", digest="", cases=[], planned={})
    stop = LoadStop(STOPPED, "while True: pass")
    with Server(Limits()) as server:
        grader = PartGrader(
            server=server, exercise=exercise, part=exercise.part("Linear"), suite=suite, limits=Limits()
        )
        judged = grader.grade(Answer("linear/linear.py", "linear", (Cell("while True: pass"),), ""), stop)
    assert judged.report.verdict is Verdict.NOT_ATTEMPTED
    assert judged.load_stop is stop


def test_a_statement_that_hangs_costs_those_parts_that_load_it() -> None:
    cells = (Cell("HANGS = spin()", 1, 1), Cell("def one(): return HANGS\ndef two(): return 2\n", 1, 2))
    answer = Answer("a.ipynb", "a", (*cells, Cell("class Three:\n    x = HANGS", 1, 3)), "")
    stop = stopped_at(slice_of(answer, ["one"]), STOPPED)
    assert stop.statement == "HANGS = spin()"
    assert {name: stop.holds_for(slice_of(answer, [name])) for name in ("one", "two", "Three")} == {
        "one": True, "two": False, "Three": True,
    }  # fmt: skip
    assert stop_in_words(answer, STOPPED) == f"While the file was loaded: {STOPPED.message} (cell 1, line 1)"


def test_what_failed_first_is_told_by_its_cell() -> None:
    answer = Answer("a.ipynb", "a", (Cell("x = 1", 1, 1), Cell("\nimport einops\nW = 1 / 0", 1, 4)), "")
    missing = {"type": "ModuleNotFoundError", "message": "No module named 'einops'", "line": 3}
    divided = {"type": "ZeroDivisionError", "message": "division by zero", "line": 4}
    said = not_defined(answer, "Part", first_failure(answer, [missing, divided]))
    assert said.line == 2
    assert said.message.startswith("Part is not there once the file has run. `import einops`: not ")
    assert said.message.endswith(" (cell 4, line 2)")
    said = not_defined(answer, "Part", first_failure(answer, [divided]))
    assert said.message.endswith("The file stops with ZeroDivisionError: division by zero (cell 4, line 3)")
    assert not_defined(answer, "Part", None).message == "Part is not there once the file has run."


def test_the_import_that_is_spoken_of_goes_before_what_failed_first() -> None:
    cells = (Cell("import jaxtyping\nfrom .layers import shuffle", 1, 1), Cell("import my.utils as u", 1, 2))
    answer = Answer("a.ipynb", "a", cells, "")
    errors = [
        {"type": "ModuleNotFoundError", "message": "No module named 'jaxtyping'", "line": 1},
        {"type": "ImportError", "message": "attempted relative import with no known parent package", "line": 2},
        {"type": "ModuleNotFoundError", "message": "No module named 'my'", "line": 3},
    ]
    for said, source, where in (
        ("NameError: x", "import jaxtyping", "cell 1, line 1"),
        ("my.utils.x is not available when graded", "import my.utils as u", "cell 2, line 1"),
        ("TypeError: not .layers.shuffle is not available when graded", "from .layers import", "cell 1, line 2"),
    ):
        failed = first_failure(answer, errors, said)
        assert failed is not None
        assert failed.what.startswith(f"`{source}")
        assert "not available when graded" in failed.what
        assert failed.where == where


def picky(observations: Sequence[Any]) -> None:
    """A property that computes with what it is given."""
    if not torch.tensor(1.0).equal(observations[0]["steps"][0]["out"].sum()):
        raise ZeroDivisionError


@pytest.mark.parametrize(("oracle", "raises"), [(1.0, False), (2.0, True)])
def test_a_property_that_raises_is_the_answer_s_fault_unless_the_oracle_has_it_too(oracle: float, raises: bool) -> None:
    def observed(value: float) -> Any:
        return {"steps": [{"out": torch.tensor([value])}], "error": None}

    item = Property(criterion="values", cases=[], holds=picky)
    part = replace(PART, properties=[item])
    case = SuiteCase(kind=CaseKind.PROPERTY, case={"steps": []}, expected=observed(oracle))
    suite = Suite(exercise="a/b", symbol=PART.symbol, visibility="hidden", digest="", planned={}, cases=[case])
    board = Board(part, suite, {"values": 1.0})
    board.add(0, observed(3.0))
    with pytest.raises(ZeroDivisionError) if raises else nullcontext():
        board.complete(lambda cases: [])
        assert board.outcomes[0].findings["values"].kind is FindingKind.PROPERTY
