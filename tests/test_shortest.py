"""The shortest snippets: they show the failure that the judge found, beside an answer that makes it, and no other."""

import contextlib
import io
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import strategies as st
from torch import nn

from grader import spec
from grader.case import probe
from grader.compare import criteria, separate
from grader.compare.growth import growing
from grader.judge.shortest import shortest
from grader.judge.showing import Failure, Shown
from grader.model import Finding, FindingKind, Observed, Stopped, Verdict
from grader.spec import Part
from grader.suite.delayed import delayed_backward
from grader.suite.precision import truth_of
from grader.suite.resolve import resolve_case

MOST_LINES = 15


@pytest.fixture(autouse=True)
def _settings_of_torch() -> Iterator[None]:
    yield
    torch.set_default_dtype(torch.float32)


class NoBias(nn.Linear):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x @ self.weight.T


class Cut(nn.Linear):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x @ self.weight.detach().T + self.bias


class Turned(nn.Linear):
    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__(in_features, out_features, bias)
        self.weight = nn.Parameter(self.weight.T.contiguous())


class Raises(nn.Linear):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x @ self.weight + self.bias


class Spoils(nn.Linear):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = super().forward(x)
        with torch.no_grad():
            x.mul_(2)
        return out


class Permissive(nn.Linear):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x[..., : self.in_features])


class Flat(nn.Linear):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x).flatten()


class Slow(nn.Linear):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.stack([super(Slow, self).forward(row) for row in x])


class Stays(nn.Linear):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) + torch.zeros(x.shape[0], 1)


class Nameless(nn.Linear):
    def extra_repr(self) -> str:
        return ""


class Swapped(nn.BatchNorm1d):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.momentum = 1 - (self.momentum or 0)
        try:
            return super().forward(x)
        finally:
            self.momentum = 1 - self.momentum


class Backwards(nn.LSTM):
    def forward(self, x: torch.Tensor, state: Any = None) -> Any:
        out, (h, c) = super().forward(x, state)
        return out, (c, h)


class MeanOfSquares(nn.LayerNorm):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mean = x.mean(-1, keepdim=True)
        var = (x * x).mean(-1, keepdim=True) - mean * mean
        return (x - mean) / (var.abs() + self.eps).sqrt() * self.weight + self.bias


class Block(nn.Module):
    """A layer of no library."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.one, self.norm = nn.Linear(width, width), nn.BatchNorm1d(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(self.one(x)).relu()


class NotRectified(Block):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(self.one(x))


def twice(x: torch.Tensor) -> torch.Tensor:
    """A function of no library."""
    return 2 * x


def thrice(x: torch.Tensor) -> torch.Tensor:
    """Another."""
    return 3 * x


def layer(*args: Any, calls: Any = None, **more: Any) -> dict[str, Any]:
    return spec.layer_case(list(args), more, calls if calls is not None else [spec.call(spec.tensor(4, 3))])


BATCH = [spec.call(spec.tensor(4, 3)), spec.evaluate(), spec.call(spec.tensor(5, 3, seed=1))]
WITH_STATE = spec.call(spec.tensor(3, 2, 3), (spec.tensor(1, 2, 2, seed=1), spec.tensor(1, 2, 2, seed=2)))
CASES: dict[str, tuple[type[nn.Module] | Callable[..., Any], Any, dict[str, Any], str, str]] = {
    "values": (nn.Linear, NoBias, layer(3, 2), "values", "nn.Linear(3, 2)"),
    "gradients": (nn.Linear, Cut, layer(3, 2), "gradients", "weight.grad"),
    "parameters": (nn.Linear, Turned, layer(3, 2), "parameters", "for layer in nn.Linear(3, 2), Linear(3, 2):"),
    "an exception": (nn.Linear, Raises, layer(3, 2), "values", "layer(x)"),
    "an input that changes": (nn.Linear, Spoils, layer(3, 2), "values", 'print("expected", before, "got", x)'),
    "shapes": (nn.Linear, Flat, layer(3, 2), "shapes", ".shape"),
    "state": (nn.BatchNorm1d, Swapped, layer(3, calls=BATCH), "state", "running_mean"),
    "a nested output": (nn.LSTM, Backwards, layer(3, 2, calls=[WITH_STATE]), "values", "[1][0]"),
    "a block": (Block, NotRectified, layer(3, calls=BATCH[1:]), "values", "values.abs() if name.endswith"),
    "a function": (twice, thrice, spec.function_case(spec.tensor(2, 3)), "values", "twice(x)"),
    "a line": (
        nn.Linear, Nameless, layer(3, 2, calls=[spec.run("layer.training", "layer.extra_repr()", "layer.bias")]),
        "values", "layer.extra_repr()",
    ),
}  # fmt: skip


def failure(right: Any, wrong: Any, declared: Mapping[str, Any], criterion: str, **more: Any) -> Failure:
    symbol = right.__name__
    part = Part(symbol=symbol, oracle=right, cases=st.nothing())
    case = resolve_case(part, {symbol: right}, declared)  # type: ignore[arg-type]

    def again(cases: Any) -> list[Observed]:
        return [probe.run_case(each, {symbol: wrong}) for each in cases]

    got = again([case])[0]
    if criterion == "errors":
        expected = probe.run_case(case, {symbol: right})
        finding = separate.judge_raising(case, got, expected).findings[criterion]
    elif criterion == "numerics":
        expected = None  # type: ignore[assignment]
        more["truth"] = truth_of(part, case, lambda each: probe.run_case(each, {symbol: right}))
        finding = separate.judge_numerics(case, more["truth"], got).findings[criterion]
    else:
        expected = probe.run_case(case, {symbol: right})
        finding = criteria.judge_case(part, case, expected, got).findings[criterion]
    return Failure(
        part=part, criterion=criterion, case=case, finding=finding, expected=expected, got=got, source=(),
        module="answer", again=again, **more,
    )  # fmt: skip


def pasted(code: str, symbol: str, answer: Any) -> str:
    """What the code prints beside an answer, up to the exception that ends it."""
    module = types.ModuleType("answer")
    vars(module)[symbol] = answer
    sys.modules["answer"] = module
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "pasted", "exec"), {})
    except Exception as error:
        return f"{printed.getvalue()}{type(error).__name__}"
    finally:
        del sys.modules["answer"]
    return printed.getvalue()


def assert_shows(shown: Shown | None, symbol: str, right: Any, wrong: Any, most: int = MOST_LINES) -> str:
    assert shown is not None
    code = shown.code
    if not code:
        return code
    assert code.count("\n") <= most, code
    good, bad = pasted(code, symbol, right), pasted(code, symbol, wrong)
    assert good != bad, code
    return bad


@pytest.mark.parametrize("name", CASES)
def test_the_code_shows_what_the_judge_found(name: str) -> None:
    right, wrong, declared, criterion, seen = CASES[name]
    found = shortest(failure(right, wrong, declared, criterion))
    assert found is not None
    printed = assert_shows(found, right.__name__, right, wrong)
    if found.code:
        assert seen in found.code
        assert printed


def test_a_call_that_should_raise_is_written_without_a_state() -> None:
    declared = spec.raises(
        layer(3, 2, calls=[spec.call(spec.tensor(4, 5))]), "An input that ends in 5 where it should in 3"
    )
    found = shortest(failure(nn.Linear, Permissive, declared, "errors"))
    assert "Nothing was raised" in assert_shows(found, "Linear", nn.Linear, Permissive)
    assert found is not None
    assert "load_state_dict" not in found.code


def test_what_float32_loses_is_shown_beside_torch_on_numbers_of_the_kind() -> None:
    declared = spec.layer_case([[6]], {}, [spec.call(spec.tensor(4, 6, shift=1e4))], dtype="float32")
    found = shortest(failure(nn.LayerNorm, MeanOfSquares, declared, "numerics"))
    assert_shows(found, "LayerNorm", nn.LayerNorm, MeanOfSquares)
    assert found is not None
    assert "torch.float32" in found.code
    assert "+ 10000.0" in found.code
    assert "mean is far larger than its spread" in found.finding.message


def test_growing_work_is_counted_over_the_sizes() -> None:
    along = spec.growth("batch", lambda size: layer(3, 3, calls=[spec.call(spec.tensor(size, 3))]))
    part = Part(symbol="Linear", oracle=nn.Linear, cases=st.nothing())
    cases = [resolve_case(part, part.oracles, case) for case in along.cases]
    seen = [probe.run_case(case, {"Linear": Slow}) for case in cases]
    reference = probe.run_case(cases[-1], {"Linear": nn.Linear})
    finding = growing(along, seen, reference)
    assert finding is not None
    found = shortest(
        Failure(
            part=part, criterion="vectorized", case=cases[-1], finding=finding, expected=reference, got=seen[-1],
            source=(), module="answer", again=lambda more: [probe.run_case(case, {"Linear": Slow}) for case in more],
            growth=cases,
        )
    )  # fmt: skip
    assert found is not None
    bad = pasted(found.code, "Linear", Slow)
    counts = [int(word) for line in bad.splitlines() for word in line.split()[3:4]]
    assert counts == sorted(set(counts)), bad
    good = pasted(found.code, "Linear", nn.Linear)
    assert len({line.split()[3] for line in good.splitlines()}) == 1, good


def test_what_stays_on_the_cpu_is_shown_on_a_device_without_data() -> None:
    case = {**layer(3, 2), "elsewhere": True, "state": None}
    finding = Finding(criterion="device", kind=FindingKind.RAISED, message="")
    part = Part(symbol="Linear", oracle=nn.Linear, cases=st.nothing())
    found = shortest(
        Failure(
            part=part, criterion="device", case=resolve_case(part, part.oracles, case), finding=finding, expected=None,
            got={"steps": [], "error": None}, source=(), module="answer",
            again=lambda more: [probe.run_case(case, {"Linear": Stays}) for case in more],
        )
    )  # fmt: skip
    assert "Error" in assert_shows(found, "Linear", nn.Linear, Stays)


def test_where_nothing_of_the_course_is_there_torch_still_is() -> None:
    known = failure(nn.Linear, NoBias, layer(3, 2), "values")
    kit = replace(known, part=replace(known.part, oracle={}))
    assert_shows(shortest(kit), "Linear", nn.Linear, NoBias)
    block = failure(Block, NotRectified, layer(3, calls=BATCH[1:]), "values")
    assert shortest(replace(block, part=replace(block.part, oracle={}))) is None


def test_torchs_layer_does_not_stand_for_another_one_of_its_name() -> None:
    class Linear(nn.Linear):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return 2 * super().forward(x)

    found = shortest(failure(Linear, NoBias, layer(3, 2), "values"))
    assert_shows(found, "Linear", Linear, NoBias)
    assert found is not None
    assert "nn.Linear" not in found.code


def test_an_answer_with_names_of_its_own_gets_the_case_itself_rounded() -> None:
    class Renamed(nn.Module):
        def __init__(self, inside: int, outside: int) -> None:
            super().__init__()
            self.w, self.b = nn.Parameter(torch.ones(outside, inside)), nn.Parameter(torch.ones(outside))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x @ self.w.T

    found = shortest(failure(nn.Linear, Renamed, layer(3, 2), "values"))
    assert found is not None
    assert not found.code
    assert all(len(str(abs(value))) <= 6 for _, recipe in found.case["state"] or [] for value in recipe["values"])


def test_nothing_an_answer_does_keeps_the_judge_from_going_on() -> None:
    known = failure(nn.Linear, NoBias, layer(3, 2), "values")
    stopped = Stopped(Verdict.TIME_LIMIT, "call", 0, "It took too long.")
    assert shortest(replace(known, again=lambda cases: [stopped for _ in cases])) is None
    assert shortest(replace(known, again=lambda cases: [{"steps": [], "error": None} for _ in cases])) is None


def test_the_dtype_of_the_caller_is_left_as_it_was() -> None:
    torch.set_default_dtype(torch.float32)
    before = torch.random.get_rng_state()
    shortest(failure(nn.Linear, NoBias, layer(3, 2), "values"))
    assert torch.get_default_dtype() is torch.float32
    assert torch.equal(before, torch.random.get_rng_state())


class KeepsItsInput(torch.autograd.Function):
    """A backward pass that takes the input of the last call."""

    kept: torch.Tensor

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        KeepsItsInput.kept = x
        ctx.save_for_backward(weight)
        return x @ weight.T

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> Any:
        (weight,) = ctx.saved_tensors
        return grads[0] @ weight, grads[0].T @ KeepsItsInput.kept


class Forgetful(nn.Linear):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = KeepsItsInput.apply(x, self.weight)
        return out + self.bias


def test_a_backward_pass_after_all_calls_is_written_after_all_calls() -> None:
    declared = delayed_backward(layer(3, 2))
    found = shortest(failure(nn.Linear, Forgetful, declared, "gradients"))
    printed = assert_shows(found, "Linear", nn.Linear, Forgetful, most=16)
    assert found is not None
    assert "a = layer(x)" in found.code
    assert printed


class Large(Block):
    """More parameters than a case can hold."""

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.wide = nn.Linear(width, 40000)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(self.wide(x)[:, : x.shape[1]])


class LargeHalved(Large):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) / 2


def test_a_network_of_many_parameters_draws_them_in_a_program() -> None:
    known = failure(Large, LargeHalved, layer(3), "values")
    found = shortest(known)
    assert_shows(found, "Large", Large, LargeHalved)
    assert found is not None
    assert found.case == known.case
