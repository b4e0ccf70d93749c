"""Which misconception an answer is told to show: one for a part, and only where it behaves like it."""

from typing import Any

import pytest
import torch
from hypothesis import strategies as st
from torch import Tensor, nn

from grader.compare.fingerprint import Fingerprint, drawn, fingerprint
from grader.judge.diagnose import chosen, diagnosed, likenesses
from grader.judge.shown import Shown
from grader.model import CaseKind, Observation
from grader.spec import Misconception, Part, call, layer_case, tensor
from tests.behaving import Answers, judged, shown, suite_of

PART = Part(symbol="Linear", oracle=nn.Linear, cases=st.nothing(), arguments=("in_features", "out_features", "bias"))
CASES = [
    layer_case((3, 2), {}, [call(tensor(2, 3))]),
    layer_case((3, 3), {}, [call(tensor(4, 3, seed=1))], seed=1),
    layer_case((2, 4), {"bias": False}, [call(tensor(5, 2, seed=2))], seed=2),
    layer_case((3, 2), {}, [call(tensor(3, 3, seed=3))], seed=3),
    layer_case((1, 1), {}, [call(tensor(1, 1, seed=4))], seed=4),
    layer_case((3, 2, False), {}, [call(tensor(2, 3, seed=5))], seed=5),
]
REFUSED = [
    (CaseKind.ERRORS, layer_case((3, 2), {}, [call(tensor(2, 4))], state=None)),
    (CaseKind.ERRORS, layer_case((3, 2), {}, [call(tensor(2, 1))], state=None)),
]


class ForgetsBias(nn.Linear):
    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight.T


class Doubles(nn.Linear):
    def forward(self, x: Tensor) -> Tensor:
        return 2 * super().forward(x)


class TransposesSquares(nn.Linear):
    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight.T if self.weight.shape[0] == self.weight.shape[1] else self.weight
        return nn.functional.linear(x, weight, self.bias)


class NoChoice(nn.Linear):
    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__(in_features, out_features)


class Pads(nn.Linear):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x[..., :1].repeat(1, self.in_features) if x.shape[-1] != self.in_features else x)


class PadsAndDoubles(Pads):
    def forward(self, x: Tensor) -> Tensor:
        return 2 * super().forward(x)


ANSWERS = {
    "ForgetsBias": ("values", ForgetsBias),
    "Doubles": ("values", Doubles),
    "TransposesSquares": ("values", TransposesSquares),
    "NoChoice": ("interface", NoChoice),
    "Pads": ("errors", Pads),
}


def told(answer: type[nn.Module], answers: dict[str, tuple[str, Any]] = ANSWERS) -> tuple[str, str] | None:
    """The criterion that tells a misconception, and its name."""
    known = Answers(PART, answers)
    suite = suite_of(PART, CASES, others=REFUSED, answers=known)
    board = judged(PART, suite, answer)
    found = diagnosed(known.misconceptions, shown(PART, suite, board), board.reports())
    return None if found is None else (found[0], found[1].misconception)


@pytest.mark.parametrize("name", [*ANSWERS])
def test_every_kind_of_mistake_reaches_the_one_who_makes_it(name: str) -> None:
    criterion, answer = ANSWERS[name]
    assert told(answer) == (criterion, name)


def test_two_mistakes_at_once_are_told_where_each_shows_alone() -> None:
    class TransposesAndForgets(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            weight = self.weight.T if self.weight.shape[0] == self.weight.shape[1] else self.weight
            return x @ weight.T

    more = [layer_case((n, n), {"bias": False}, [call(tensor(3, n, seed=n))], seed=n) for n in (2, 3, 4)]
    known = Answers(PART, ANSWERS)
    suite = suite_of(PART, [*CASES, *more], answers=known)

    def name_of(answer: type[nn.Module]) -> str:
        board = judged(PART, suite, answer)
        found = diagnosed(known.misconceptions, shown(PART, suite, board), board.reports())
        return "" if found is None else found[1].misconception

    assert name_of(TransposesAndForgets) == "ForgetsBias and TransposesSquares"

    class TransposesAndDoublesWithBias(TransposesAndForgets):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x) * (1 if self.bias is None else 3)

    assert name_of(TransposesAndDoublesWithBias) == ""


def test_another_mistake_on_the_same_cases_has_no_name() -> None:
    class Triples(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            return 3 * super().forward(x)

    assert told(Triples) is None


def test_a_mistake_that_shows_more_than_the_answer_is_not_it() -> None:
    class DoublesFew(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x) * (2 if len(x) < 4 else 1)

    assert told(DoublesFew) is None


def test_cases_that_most_criteria_share_come_before_the_separate_ones() -> None:
    assert told(PadsAndDoubles) == ("values", "Doubles")


def test_an_unnamed_mistake_leaves_the_others_unnamed() -> None:
    class PadsAndTriples(Pads):
        def forward(self, x: Tensor) -> Tensor:
            return 3 * super().forward(x)

    assert told(PadsAndTriples) is None


def test_a_renamed_argument_is_not_a_missing_one() -> None:
    known = {"NoChoice": ANSWERS["NoChoice"]}
    assert told(NoChoice, known) == ("interface", "NoChoice")

    class Renamed(nn.Linear):
        def __init__(self, in_features: int, out_features: int, offset: bool = True) -> None:
            super().__init__(in_features, out_features, offset)

    # Given by name both refuse it, and in the same words; by position one of them takes it.
    assert told(Renamed, known) is None


def test_twins_are_told_by_the_criterion_or_not_at_all() -> None:
    one, other = ("values", Doubles), ("gradients", Doubles)
    assert told(Doubles, {"Twice": other, "Doubles": one}) == ("values", "Doubles")
    assert told(Doubles, {"Twice": one, "Doubles": one}) is None
    own = Misconception(name="A", part="Linear", criterion="values", hint="The same.")
    same = Misconception(name="B", part="Linear", criterion="values", hint="The same.")
    known = Answers(PART, {"A": one, "B": one})
    suite = suite_of(PART, CASES, answers=known)
    board = judged(PART, suite, Doubles)
    alike = likenesses([own, same], shown(PART, suite, board), "values")
    assert chosen(alike, "values") == own


def test_a_case_that_was_not_run_says_nothing() -> None:
    known = Answers(PART, ANSWERS)
    suite = suite_of(PART, CASES, answers=known)
    board = judged(PART, suite, Doubles)
    some = {index: board.observations[index] for index in (0, 1)}
    outcomes = {index: board.outcomes[index] for index in some}
    seen = Shown(part=PART, suite=suite, observations=some, outcomes=outcomes)
    assert [item.misconception.name for item in likenesses(known.misconceptions, seen, "values")] == ["Doubles"]


def raised(stage: str, kind: str, message: str) -> Observation:
    kinds = [kind, "Exception", "BaseException"]
    error = {"stage": stage, "step": 0, "type": kind, "kinds": kinds, "message": message, "line": None}
    return {"steps": [], "error": error}  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("A() got an unexpected keyword argument 'bias'", "B() got an unexpected keyword argument 'bias'", True),
        ("A() got an unexpected keyword argument 'bias'", "A() got an unexpected keyword argument 'affine'", False),
        (
            "A() got an unexpected keyword argument 'x'. Did you mean 'y'?",
            "A() got an unexpected keyword argument 'x'",
            True,
        ),
        ("f() missing 1 required positional argument: 'x'", "f() missing 1 required positional argument: 'y'", False),
        (
            "f() takes 2 positional arguments but 3 were given",
            "f() takes 4 positional arguments but 5 were given",
            False,
        ),
    ],
    ids=["another class", "another argument", "a hint of Python's", "missing", "counted"],
)
def test_exceptions_about_arguments_are_compared_by_the_arguments(one: str, other: str, alike: bool) -> None:
    first, second = (fingerprint(raised("call", "TypeError", message)) for message in (one, other))
    assert first.matches(second) is alike


def test_other_exceptions_are_compared_by_what_fails() -> None:
    view = "view size is not compatible with input tensor's size and stride"
    shape = "shape '[2, 3]' is invalid for input of size 7"
    one = fingerprint(raised("call", "RuntimeError", shape))
    assert one.matches(fingerprint(raised("call", "RuntimeError", shape.replace("7", "9"))))
    assert not one.matches(fingerprint(raised("call", "RuntimeError", view)))
    assert not one.matches(fingerprint(raised("call", "ValueError", shape)))


def test_what_runs_on_parameters_that_could_not_be_loaded_does_not_count() -> None:
    new = {"module": True, "parameters": [["w", [2], "torch.float64", "cpu", True]], "buffers": [], "state": []}
    load = {"how": "partial", "message": "no"}

    def observed(value: float) -> Observation:
        steps = [{"out": torch.full((2,), value)}]
        return {"steps": steps, "error": None, "new": new, "load": load}  # type: ignore[typeddict-item]

    assert fingerprint(observed(1.0)).matches(fingerprint(observed(2.0)))


def test_draws_are_compared_by_where_they_lie_and_how_far_apart() -> None:
    def drawn_of(values: Tensor) -> Fingerprint:
        return Fingerprint([drawn(values)])

    generator = torch.Generator().manual_seed(0)
    one, other = (torch.rand(300, generator=generator) - 0.5 for _ in range(2))
    assert drawn_of(one).matches(drawn_of(other))
    assert not drawn_of(one).matches(drawn_of(2 * other))
    assert not drawn_of(one).matches(drawn_of(other.sign() / 2))
    # All ones, and about one: in the first nothing was drawn.
    assert not drawn_of(torch.ones(300)).matches(drawn_of(1 + other / 50))
