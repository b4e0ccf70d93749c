"""What a call takes away from a layer, or leaves on it: each loses the criterion that it belongs to, and no other.

A weight that is no parameter any more cannot be loaded again either, which `values` notices.
"""

from collections.abc import Iterator

import pytest
import torch
from hypothesis import strategies as st
from torch import Tensor, nn

from grader.case.probe import run_case
from grader.compare import criteria
from grader.compare.outcome import Outcome
from grader.model import Case
from grader.spec import Part, call, layer_case, tensor, train
from grader.suite.resolve import resolve_case
from tests.layers import BATCH_NORM, LINEAR, Grader

LINEARS = {
    "freezes everything": (
        """
        def forward(self, x):
            x.requires_grad_(False)
            for item in self.parameters():
                item.requires_grad_(False)
            return self.plain(x)
        """,
        "gradients",
        "no gradient reaches",
    ),
    "freezes its bias": (
        """
        def forward(self, x):
            if self.bias is not None:
                self.bias.requires_grad_(False)
            return self.plain(x)
        """,
        "gradients",
        "no gradient reaches bias",
    ),
    "freezes its weight once it is loaded": (
        """
        def _load_from_state_dict(self, *args):
            super()._load_from_state_dict(*args)
            self.weight.requires_grad_(False)

        def forward(self, x):
            return self.plain(x)
        """,
        "gradients",
        "no gradient reaches weight",
    ),
    "takes the input off its graph": (
        """
        def forward(self, x):
            return self.plain(x.detach_())
        """,
        "gradients",
        "no gradient reaches input.0",
    ),
    "computes with a parameter of the moment": (
        """
        def forward(self, x):
            y = x @ nn.Parameter(self.weight.detach()).T
            return y if self.bias is None else y + self.bias
        """,
        "gradients",
        "no gradient reaches weight",
    ),
    "drops what arrives": (
        """
        def forward(self, x):
            y = self.plain(x)
            if y.requires_grad:
                y.register_hook(torch.zeros_like)
            return y
        """,
        "gradients",
        "no gradient reaches",
    ),
    "computes without gradients": (
        """
        @torch.no_grad()
        def forward(self, x):
            return self.plain(x)
        """,
        "gradients",
        "no gradient reaches",
    ),
    "puts another parameter in its place": (
        """
        def forward(self, x):
            y = self.plain(x)
            self.weight = nn.Parameter(self.weight.detach().clone())
            return y
        """,
        "gradients",
        "another parameter in the place of weight",
    ),
    "keeps its weight as a plain attribute": (
        """
        def forward(self, x):
            y = self.plain(x)
            if "weight" in self._parameters:
                self.__dict__["weight"] = self._parameters.pop("weight")
            return y
        """,
        "parameters values",
        "weight is no parameter any more",
    ),
    "gets a parameter by being called": (
        """
        def forward(self, x):
            if not hasattr(self, "gain"):
                self.gain = nn.Parameter(torch.ones(1))
            return self.plain(x)
        """,
        "parameters",
        "registered gain",
    ),
    "gets a module by being called": (
        """
        def forward(self, x):
            if not hasattr(self, "inner"):
                self.inner = nn.PReLU().train(self.training)
            return self.plain(x)
        """,
        "parameters",
        "registered inner.weight",
    ),
    "saves its last input": (
        """
        def forward(self, x):
            self.register_buffer("last", x.detach().clone())
            return self.plain(x)
        """,
        "parameters",
        "registered the buffer last",
    ),
    "goes to evaluation by itself": (
        """
        def forward(self, x):
            self.training = False
            return self.plain(x)
        """,
        "interface",
        "only train() and eval() may",
    ),
}
LINEARS["is frozen from the beginning"] = (
    """
        def reset_parameters(self):
            nn.init.uniform_(self.weight, -self.in_features**-0.5, self.in_features**-0.5)
            self.weight.requires_grad_(False)
            if self.bias is not None:
                nn.init.uniform_(self.bias, -self.in_features**-0.5, self.in_features**-0.5)

        def forward(self, x):
            return self.plain(x)
        """,
    "parameters",
    "weight should have requires_grad True",
)
HONEST_LINEARS = {
    "plain": "def forward(self, x): return self.plain(x)",
    "has a buffer that is not saved from the beginning": """
        def reset_parameters(self):
            self.register_buffer("ones", torch.ones(self.in_features), persistent=False)
            for item in self.parameters():
                nn.init.uniform_(item, -self.in_features**-0.5, self.in_features**-0.5)

        def forward(self, x):
            return self.plain(x * self.ones[: x.shape[-1]])
        """,
    "asks whether anybody exports or compiles it": """
        @torch.compiler.disable
        def forward(self, x):
            if torch.onnx.is_in_onnx_export() or torch.compiler.is_compiling() or torch._dynamo.is_compiling():
                return x
            return self.plain(x)
        """,
    "remembers privately": """
        def forward(self, x):
            self.last, self.calls = x.detach(), getattr(self, "calls", 0) + 1
            self.register_buffer("seen", x.detach(), persistent=False)
            return self.plain(x)
        """,
    "calls train for the mode it is in": """
        def forward(self, x):
            self.train(self.training)
            return self.plain(x)
        """,
    "sets its weight's data": """
        def forward(self, x):
            self.weight.data = self.weight.data.clone()
            return self.plain(x)
        """,
}
LEARN = """
def learn(self, mean, var):
    self.num_batches_tracked += 1
    self.running_mean.lerp_(mean, self.share())
    self.running_var.lerp_(var, self.share())
"""
BATCH_NORMS = {
    "puts plain tensors in their places": (
        """
        def learn(self, mean, var):
            self.num_batches_tracked += 1
            share = self.share()
            new = (1 - share) * self.running_mean + share * mean, (1 - share) * self.running_var + share * var
            for name, value in zip(("running_mean", "running_var"), new):
                self._buffers.pop(name, None)
                setattr(self, name, value)
        """,
        "state",
        "running_mean is no buffer any more",
    ),
    "counts in a plain number": (
        """
        def learn(self, mean, var):
            count = int(self.num_batches_tracked) + 1
            self._buffers.pop("num_batches_tracked", None)
            self.num_batches_tracked = count
            self.running_mean.lerp_(mean, self.share())
            self.running_var.lerp_(var, self.share())
        """,
        "state",
        "num_batches_tracked is no buffer any more",
    ),
    "does not save what it learned": (
        LEARN + '    self._non_persistent_buffers_set.update(("running_mean", "running_var"))',
        "state",
        "does not save running_",
    ),
    "forgets to count": (
        """
        def learn(self, mean, var):
            self.counted = getattr(self, "counted", int(self.num_batches_tracked)) + 1
            share = 1 / self.counted if self.momentum is None else self.momentum
            self.running_mean.lerp_(mean, share)
            self.running_var.lerp_(var, share)
        """,
        "state",
        "buffer num_batches_tracked",
    ),
}
HONEST_BATCH_NORMS = {
    "in place": LEARN,
    "new tensors": """
        def learn(self, mean, var):
            self.num_batches_tracked = self.num_batches_tracked + 1
            share = self.share()
            self.running_mean = (1 - share) * self.running_mean + share * mean
            self.running_var = (1 - share) * self.running_var + share * var
        """,
    "registered once more": """
        def learn(self, mean, var):
            self.num_batches_tracked += 1
            share = self.share()
            self.register_buffer("running_mean", (1 - share) * self.running_mean + share * mean)
            self.register_buffer("running_var", (1 - share) * self.running_var + share * var)
        """,
}


@pytest.fixture(scope="module")
def linear() -> Iterator[Grader]:
    with Grader("linear/linear", "Linear", LINEAR) as grader:
        yield grader


@pytest.fixture(scope="module")
def batch_norm() -> Iterator[Grader]:
    with Grader("normalization/batchnorm", "BatchNorm1d", BATCH_NORM) as grader:
        yield grader


@pytest.mark.slow
@pytest.mark.parametrize(
    ("layer", "name"), [*(("linear", name) for name in LINEARS), *(("batch_norm", name) for name in BATCH_NORMS)]
)
def test_a_layer_loses_what_its_call_took(layer: str, name: str, request: pytest.FixtureRequest) -> None:
    forward, criterion, said = (LINEARS if layer == "linear" else BATCH_NORMS)[name]
    lost = request.getfixturevalue(layer).lost(forward)
    assert [*lost] == criterion.split(), {name: item.message for name, item in lost.items()}
    assert said.lower() in next(iter(lost.values())).message.lower()


@pytest.mark.slow
@pytest.mark.parametrize("name", HONEST_LINEARS)
def test_what_a_layer_keeps_for_itself_costs_nothing(name: str, linear: Grader) -> None:
    assert not linear.lost(HONEST_LINEARS[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", HONEST_BATCH_NORMS)
def test_a_buffer_may_be_another_tensor_after_a_call(name: str, batch_norm: Grader) -> None:
    assert not batch_norm.lost(HONEST_BATCH_NORMS[name])


class Scale(nn.Module):
    """Multiplies by a parameter."""

    asks = True

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(1), requires_grad=self.asks)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gain


class Frozen(Scale):
    """Its parameter never asks for a gradient, which `parameters` is told."""

    asks = False


class Refrozen(Scale):
    """Its parameter asks for no gradient after the second call."""

    def forward(self, x: Tensor) -> Tensor:
        self.gain.requires_grad_(not hasattr(self, "called"))
        self.called = True
        return x * self.gain


class Ends(Scale):
    """The second call ends in an exception."""

    def forward(self, x: Tensor) -> Tensor:
        if hasattr(self, "called"):
            raise ValueError("no more")
        self.called = True
        return x * self.gain


PART = Part(symbol="Scale", oracle=Scale, cases=st.nothing())
TWICE: Case = resolve_case(PART, PART.oracles, layer_case((), {}, [train(), call(tensor(3)), call(tensor(3, seed=1))]))


def judged(answer: type[nn.Module], case: Case = TWICE) -> Outcome:
    return criteria.judge_case(PART, case, run_case(case, {"Scale": Scale}), run_case(case, {"Scale": answer}))


def test_one_fault_is_told_once() -> None:
    assert judged(Scale).findings == {}
    assert judged(Frozen).findings.keys() == {"parameters"}
    assert judged(Refrozen).findings.keys() == {"gradients"}


def test_what_a_case_did_not_come_to_is_not_missed() -> None:
    assert judged(Ends, {**TWICE, "backward": "last"}).findings.keys() == {"values"}


def test_a_counter_that_was_never_there_costs_itself() -> None:
    class Uncounted(nn.BatchNorm1d):
        def __init__(self, features: int) -> None:
            super().__init__(features)
            self._buffers.pop("num_batches_tracked")
            self.num_batches_tracked = None

    part = Part(symbol="BatchNorm1d", oracle=nn.BatchNorm1d, cases=st.nothing())
    case = resolve_case(part, part.oracles, layer_case((3,), {}, [call(tensor(4, 3))]))
    expected, got = (run_case(case, {"BatchNorm1d": kind}) for kind in (nn.BatchNorm1d, Uncounted))
    outcome = criteria.judge_case(part, case, expected, got)
    assert outcome.findings.keys() == {"parameters"}
    assert {"state", "values", "gradients"} <= outcome.held


def test_where_torch_gives_none_no_gradient_is_missed() -> None:
    class Unused(Scale):
        def forward(self, x: Tensor) -> Tensor:
            return 2 * x + 0 * self.gain

    class Free(Scale):
        def forward(self, x: Tensor) -> Tensor:
            return 2 * x

    expected, got = (run_case(TWICE, {"Scale": answer}) for answer in (Unused, Free))
    assert not criteria.judge_case(PART, TWICE, expected, got).findings
    assert not criteria.judge_case(PART, TWICE, got, expected).findings
