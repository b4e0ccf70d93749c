"""What can be said of a case, and the search for the simplest statement that tells failing cases from others."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge.atoms import Atom
from grader.judge.condition_words import in_words
from grader.judge.features import Features, Situation
from grader.judge.predicate import PRECISION, meets, predicate, search
from grader.model import (
    DeclaredCase,
)
from grader.model.signature import Signature, signature_of
from grader.spec import (
    call,
    evaluate,
    function_case,
    layer_case,
    program,
    run,
    tensor,
    train,
)

SOURCE = """
class _Base:
    def __init__(self, size: int, groups: int = 1, bias: bool = True, mode: str = "zeros", *, eps=1e-5):
        ...

class Layer(_Base):
    def forward(self, x, hx=None):
        ...

def pad(x, amount, value=0.0):
    ...
"""
LAYER, PAD = Features("Layer", SOURCE), Features("pad", SOURCE)
IMAGES = Features("Conv2d", "class Conv2d:\n    def __init__(self, size=1): ...")


# What can be said of a case.


def test_a_signature_is_read_from_the_text_and_its_bases() -> None:
    assert signature_of(SOURCE, "Layer") == Signature(
        ["size", "groups", "bias", "mode", "eps"], {"groups": 1, "bias": True, "mode": "zeros", "eps": 1e-5}
    )
    assert signature_of(SOURCE, "Layer", "forward").defaults == {"hx": None}
    assert signature_of(SOURCE, "pad").names == ["x", "amount", "value"]
    assert signature_of(SOURCE, "nothing") == signature_of("not Python", "Layer") == Signature()


def test_arguments_are_told_by_value_default_and_one_another() -> None:
    (said,) = LAYER.of(layer_case((4, 2), {"mode": "reflect"}))
    assert {
        Atom("argument", "mode", "is", "'reflect'"),
        Atom("argument", "mode", "other than", "'zeros'"),
        Atom("argument", "bias", "is", "True"),
        Atom("argument", "bias", "left out"),
        Atom("argument", "groups", ">", "1"),
        Atom("argument", "groups", "even"),
        Atom("argument", "size", "larger than", "groups"),
    } <= said
    assert Atom("argument", "groups", "left out") not in said


def test_a_text_is_named_where_it_is_an_option() -> None:
    (said,) = PAD.of(program("pad('x', 'size', 0.0, 'one', 'two.*')"))
    assert Atom("argument", "argument 4", "is", "'one'") in said
    assert Atom("argument", "argument 5", "text") in said
    assert not any("two" in atom.value for atom in said)
    assert in_words([Atom("argument", "argument 4", "is", "'one'")], exact=True) == "only with 'one' as argument 4"


def test_a_pair_of_equal_numbers_is_no_other_value_than_the_number() -> None:
    (alike,) = LAYER.of(layer_case((4, (1, 1))))
    (unlike,) = LAYER.of(layer_case((4, (1, 3))))
    assert Atom("argument", "groups", "other than", "1") not in alike
    assert {Atom("argument", "groups", "differ"), Atom("argument", "", "some differ")} <= unlike


def test_each_call_is_a_situation_of_its_own() -> None:
    steps = [call(tensor(2, 3)), evaluate(), call(tensor(1, 3), tensor(2), cotangent=None), train(), call(tensor(1, 3))]
    first, second, third = LAYER.of(layer_case((4,), {}, steps))
    mode = Atom("call", "", "mode", "evaluation")
    assert [mode in said for said in (first, second, third)] == [False, True, False]
    assert {Atom("call", "hx", "given"), Atom("call", "", "without gradient"), Atom("call", "", "later")} <= second
    assert {Atom("call", "hx", "is", "None"), Atom("call", "", "after", "evaluation")} <= third
    assert Atom("call", "", "another shape") in second - third
    assert Atom("case", "", "several calls") in first & second & third


def test_axes_have_names_where_the_layer_says_what_they_are() -> None:
    (said,) = IMAGES.of(layer_case((), {}, [call(tensor(1, 2, 4, 5, layout="channels_last", grad=False))]))
    assert {
        Atom("input", "", "size is one", "batch"),
        Atom("input", "", "sizes differ", "height and width"),
        Atom("input", "", "odd", "width"),
        Atom("input", "", "layout", "channels_last"),
        Atom("input", "", "wants no gradient"),
    } <= said
    (flat,) = LAYER.of(layer_case((4,), {}, [call(tensor(1, 2, 4, 5))]))
    assert Atom("input", "", "sizes differ", "axis 1 and axis 2") in flat


def test_a_function_has_arguments_in_calls_and_in_lines() -> None:
    (called,) = PAD.of(function_case(tensor(3), 2, value=1.5))
    assert {Atom("argument", "amount", ">", "1"), Atom("argument", "value", "fraction")} <= called
    one, two = PAD.of(program("sizes = (1, 2)", "pad(x, sizes)", "pad(x, 0, value=2.0)"))
    assert Atom("argument", "amount", "tuple") in one - two
    assert {Atom("argument", "amount", "is", "0"), Atom("call", "", "by name")} <= two - one


def test_a_program_is_told_by_what_its_code_uses() -> None:
    lines = ("m.register_buffer('Linear', t, persistent=False)", "del m.x", "sorted(m.names)")
    (said,) = LAYER.of(program(*lines))
    used = {atom.value for atom in said if atom.about == "lines"}
    assert {"register_buffer", "persistent=False", "'Linear'", "del", "names"} <= used
    assert "sorted" not in used
    (said,) = LAYER.of(layer_case((4,), {}, [run(*lines)]))
    assert not any(atom.about == "lines" for atom in said)


@pytest.mark.parametrize(
    "case", [program("this is not Python", "pad("), program("pad(*x, **y)", "pad()"), {"steps": []}]
)
def test_odd_cases_say_little(case: DeclaredCase) -> None:
    assert PAD.of(case)


# The search.

NAMES = "abcdefgh"
SITUATION = st.frozensets(st.sampled_from([Atom("argument", name, ">", "1") for name in NAMES]))
CASES = st.lists(st.lists(SITUATION, min_size=1, max_size=3), max_size=40)


@settings(max_examples=50)
@given(CASES, CASES)
def test_a_predicate_covers_every_failure_and_few_others(
    failing: Sequence[Sequence[Situation]], held: Sequence[Sequence[Situation]]
) -> None:
    found = search(failing, held)
    if found is not None:
        data = predicate(found.atoms)
        assert 1 <= len(found.atoms) <= 2
        assert all(meets(data, case) for case in failing)
        covered = len(failing) + sum(meets(data, case) for case in held)
        assert covered == found.covered
        assert len(failing) >= PRECISION * covered
        assert covered < len(failing) + len(held)


@settings(max_examples=50)
@given(st.lists(st.lists(SITUATION, min_size=1, max_size=2), min_size=20, max_size=60), st.data())
def test_what_decides_is_found(cases: Sequence[Sequence[Situation]], data: st.DataObject) -> None:
    """Where a statement decides, a predicate is found that agrees with it on every case, or none for want of cases."""
    atom = Atom("argument", data.draw(st.sampled_from(NAMES)), ">", "1")
    failing = [case for case in cases if any(atom in situation for situation in case)]
    held = [case for case in cases if case not in failing]
    found = search(failing, held)
    if len(failing) >= 6 and len(held) >= 6:
        assert found is not None
        assert found.covered == len(failing)


def cases_of(*names: str, times: int = 1) -> list[list[Situation]]:
    return [[frozenset(Atom("argument", name, ">", "1") for name in names)]] * times


def test_two_statements_have_to_hold_in_one_situation() -> None:
    apart = [[*cases_of("a")[0], *cases_of("b")[0]]] * 10
    found = search(cases_of("a", "b", times=10), [*apart, *cases_of("c", times=10)])
    assert found is not None
    assert [atom.name for atom in found.atoms] == ["a", "b"]


def test_one_statement_is_preferred_to_two() -> None:
    found = search(cases_of("a", "b", times=10), [*cases_of("a", times=1), *cases_of("c", times=30)])
    assert found is not None
    assert [atom.name for atom in found.atoms] == ["b"]


def test_two_statements_are_not_concluded_from_few_cases() -> None:
    others = [*cases_of("a", times=20), *cases_of("b", times=20)]
    assert search(cases_of("a", "b", times=4), others) is None
    assert search(cases_of("a", "b", times=8), others) is not None


@pytest.mark.parametrize(("failing", "held"), [(1, 80), (0, 80), (10, 2), (2, 4)])
def test_nothing_is_concluded_from_few_cases(failing: int, held: int) -> None:
    assert search(cases_of("a", times=failing), cases_of("b", times=held)) is None
