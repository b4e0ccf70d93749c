"""What a failure is told as: one sentence of what is wrong, for which arguments, with the numbers that matter."""

from typing import Any

import pytest
import torch
from hypothesis import strategies as st
from torch import nn

from grader import spec
from grader.case import probe
from grader.compare import criteria, separate
from grader.compare.asked import construction, numbers
from grader.compare.growth import growing
from grader.compare.outcome import error_finding
from grader.compare.shown import apart, few, lists_apart, number, show, shown_apart
from grader.model import Finding
from grader.report.plainly import in_plain, named_inputs
from grader.report.screen import highlighted
from grader.spec import Growth, Part
from grader.suite.precision import truth_of
from grader.suite.resolve import resolve_case
from tests.test_shortest import MeanOfSquares


def found(right: type[nn.Module], wrong: type[nn.Module], declared: Any, criterion: str) -> Finding:
    """What the judge finds of an answer on a case."""
    symbol = right.__name__
    part = Part(symbol=symbol, oracle=right, cases=st.nothing())
    case = resolve_case(part, part.oracles, declared)
    expected, got = (probe.run_case(case, {symbol: item}) for item in (right, wrong))
    return criteria.judge_case(part, case, expected, got).findings[criterion]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.4038064, "1.404"), (12345.4, "12345"), (-0.0, "0"), (3.0, "3"), (1e-9, "1e-09"), (0.1 + 0.2, "0.3"), (7, "7")],
)
def test_numbers_have_four_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_numbers_that_are_nearly_the_same_have_as_many_digits_as_tell_them_apart() -> None:
    assert apart(1.0, 1.00001) == 6
    assert shown_apart({"$float": 2.0}, {"$float": 2.0000001}) == ("2.0", "2.0000001")
    assert shown_apart({"$float": 2.0}, {"$float": 3.0}) == ("2.0", "3.0")
    nan = float("nan")
    assert apart(nan, nan) == 17


def test_of_a_large_tensor_the_part_with_the_worst_element_is_shown_and_marked() -> None:
    wanted = torch.arange(24.0).reshape(4, 6)
    given = wanted.clone()
    given[3, 4] = 99
    given[0, 0] = 0.001
    texts = show(wanted, at=(3, 4)), show(given, at=(3, 4))
    assert texts[0] == "tensor of shape (4, 6), from [3, 0] on [18, 19, 20, 21, 22, 23]"
    assert "▸22◂" in highlighted(*texts, (3, 4))[0]
    assert "▸99◂" in highlighted(*texts, (3, 4))[1]


def test_the_marked_element_is_the_one_of_the_index_not_the_first_that_differs() -> None:
    ours, theirs = highlighted("[[1, 2], [3, 4]]", "[[1.1, 2], [3, 9]]", (1, 1))
    assert (ours, theirs) == ("[[1, 2], [3, ▸4◂]]", "[[1.1, 2], [3, ▸9◂]]")
    assert highlighted("[1, 2]", "[1, 3]") == ("[1, ▸2◂]", "[1, ▸3◂]")
    assert highlighted("[1, 2]", "[1, 2, 3]", (1,)) == ("[1, 2]", "[1, 2, 3]")
    assert highlighted("]], [", "]], [", (0,)) == ("]], [", "]], [")


def test_lists_differ_by_what_is_missing_and_what_is_unexpected() -> None:
    assert lists_apart(["a", "b"], ["b", "c"]) == "missing: 'a'; unexpected: 'c'"
    assert lists_apart([1, 1], [1]) == "missing: 1"
    assert lists_apart(["a", "b"], ["b", "a"]) == ""
    assert lists_apart([{"$float": 1.0}], [1]) == ""
    assert lists_apart([str(n) for n in range(60)], []).endswith("and 54 more")
    assert few([str(n) for n in range(60)]) == "0, 1, 2, 3, 4, 5 and 54 more"


class NoParameters(nn.LayerNorm):
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **{**kwargs, "elementwise_affine": False})  # type: ignore[arg-type]


class AlwaysParameters(nn.LayerNorm):
    def __init__(self, *args: object, elementwise_affine: bool = True) -> None:
        super().__init__(*args)  # type: ignore[arg-type]


class OneMore(nn.Linear):
    def __init__(self, *args: int) -> None:
        super().__init__(*args, bias=False)
        self.scale = nn.Parameter(torch.ones(1))


@pytest.mark.parametrize(
    ("right", "wrong", "declared", "message"),
    [
        (
            nn.LayerNorm, NoParameters, spec.layer_case([3]),
            "`LayerNorm(3)` has no parameters, but should have weight and bias.",
        ),
        (
            nn.LayerNorm, AlwaysParameters, spec.layer_case([(2, 3)], {"elementwise_affine": False}),
            "`LayerNorm((2, 3), elementwise_affine=False)` should have no parameters, but has weight and bias.",
        ),
        (
            nn.Linear, OneMore, spec.layer_case([2, 3]),
            "`Linear(2, 3)` lacks the parameter bias and has the parameter scale, which should not be there.",
        ),
    ],
)  # fmt: skip
def test_names_are_told_with_the_arguments_for_which_they_are_wrong(
    right: type[nn.Module], wrong: type[nn.Module], declared: Any, message: str
) -> None:
    assert found(right, wrong, declared, "parameters").message == message


def test_a_constructor_is_quoted_unless_it_is_long() -> None:
    case = spec.layer_case([spec.module("nn.Linear", 2, 3), spec.tensor(2)], {"sizes": (1,)})
    assert construction(case, "Both") == "Both(nn.Linear(2, 3), ..., sizes=(1,))"
    assert construction(spec.layer_case([[*range(99)]]), "Long") == "Long(...)"


def test_the_call_in_which_it_shows_is_named_where_it_is_not_the_first() -> None:
    class Second(nn.ReLU):
        calls = 0

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.calls += 1
            return super().forward(x) * (1 if self.calls == 1 else 2)

    twice = [spec.call(spec.tensor(3)), spec.call(spec.tensor(3))]
    assert found(nn.ReLU, Second, spec.layer_case([], {}, twice), "values").message.startswith("In call 2, the output")


class Asks(nn.Linear):
    def extra_repr(self) -> str:
        raise ValueError("no repr")


def test_a_line_is_told_as_what_was_asked() -> None:
    plain = spec.layer_case([2, 3], {}, [spec.run("layer.extra_repr()")])
    asked = spec.layer_case([2, 3], {}, [spec.run("_ = layer.extra_repr()  # printing it")])
    assert found(nn.Linear, Asks, plain, "values").message == (
        "`layer.extra_repr()` should be 'in_features=2, out_features=3, bias=True', but raises ValueError: no repr"
    )
    assert found(nn.Linear, Asks, asked, "values").message == "Printing it should work, but raises ValueError: no repr"


def test_lazy_layers_are_told_as_such() -> None:
    class Lazy(nn.Module):
        def __init__(self, inside: int, outside: int) -> None:
            super().__init__()
            self.inner = nn.LazyLinear(outside)

    assert "lazy layers" in found(nn.Linear, Lazy, spec.layer_case([2, 3]), "interface").message
    said = "uninitialized parameter"
    other = error_finding(
        {"stage": "call", "step": 0, "type": "ValueError", "kinds": [], "message": said, "line": None}, "values"
    )
    assert "lazy" not in other.message


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"shift": 1e4}, "an input whose mean is far larger than its spread (10000 and 1)"),
        ({"scale": 1e3}, "an input of large values (around 1000)"),
        ({"scale": 1e-3}, "an input of small values (around 0.001)"),
        ({"fill": "ones"}, "an input whose values are all the same"),
        ({}, ""),
    ],
)
def test_numerics_says_for_what_kind_of_numbers(more: Any, kind: str) -> None:
    assert numbers(spec.function_case(spec.tensor(4, **more))) == kind


def test_numerics_says_that_it_is_about_float32() -> None:
    part = Part(symbol="LayerNorm", oracle=nn.LayerNorm, cases=st.nothing())
    declared = spec.layer_case([6], {}, [spec.call(spec.tensor(4, 6, shift=1e4))], dtype="float32")
    case = resolve_case(part, part.oracles, declared)
    truth = truth_of(part, case, lambda each: probe.run_case(each, part.oracles))
    got = probe.run_case(case, {"LayerNorm": MeanOfSquares})
    message = separate.judge_numerics(case, truth, got).findings["numerics"].message
    assert message.startswith(
        "In float32, for an input whose mean is far larger than its spread (10000 and 1), the output"
    )


def test_vectorized_says_along_what_and_what_may_be_looped_over() -> None:
    seen = [{"steps": [], "error": None, "ops": 9 * size} for size in (1, 2, 4)]
    finding = growing(Growth(along="batch", cases=(), fine="time steps"), seen, seen[0])  # type: ignore[arg-type]
    assert finding is not None
    assert "grows with the batch (9, 18, 36): replace the loop over the batch" in finding.message
    assert finding.message.endswith("A loop over the time steps is fine.")


SNIPPET = """\
import torch
from cells import LSTMCell

theirs = nn.LSTMCell(2, 3)
x = torch.randn(3, 1)
c = torch.randn(3)
yours = LSTMCell(2, 3)
yours(x, (h, c), mask)
"""


def test_inputs_are_called_as_the_example_calls_them() -> None:
    names = named_inputs(SNIPPET, "LSTMCell")
    assert names == {0: "x", 2: "mask"}
    assert in_plain("The gradient of input.0 is wrong.", names) == "The gradient of `x` is wrong."
    assert in_plain("It changed input input.2 in place", names) == "It changed `mask` in place"
    assert in_plain("The gradient of input.1.0 is wrong.", names) == "The gradient of argument 2.0 is wrong."
    assert named_inputs("for x in y", "f") == {}
    assert named_inputs("f(x)\nf(y)", "f") == {}


def test_outputs_are_named_as_in_python() -> None:
    assert in_plain("The output[1] is wrong.") == "output[1] is wrong."
    assert in_plain("it changed input input.0 in place") == "It changed argument 1 in place"
