"""Published mistakes, written anew and graded: the right name, the right transformation, or neither."""

import textwrap

import pytest

from grader.model import CriterionReport, Verdict
from tests.layers import Grader

pytestmark = pytest.mark.slow

HEAD = "import math\nimport torch\nfrom torch import nn\nimport torch.nn.functional as F\n"


def graded(exercise: str, symbol: str, source: str) -> list[CriterionReport]:
    """The criteria that an answer fails on the public cases."""
    with Grader(exercise, symbol, HEAD + textwrap.dedent(source)) as grader:
        report = grader.report("")
    return [item for item in report.criteria if item.verdict not in (Verdict.ACCEPTED, Verdict.SKIPPED)]


def named(criteria: list[CriterionReport]) -> list[str]:
    return [item.diagnosis.misconception for item in criteria if item.diagnosis is not None]


LSTM_CELL = """
class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size, bias=True):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.weight_ih = nn.Parameter(torch.empty(4 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.empty(4 * hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.empty(4 * hidden_size)) if bias else None
        self.bias_hh = nn.Parameter(torch.empty(4 * hidden_size)) if bias else None
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -(hidden_size**-0.5), hidden_size**-0.5)

    def forward(self, x, hx=None):
        zeros = x.new_zeros(*x.shape[:-1], self.hidden_size)
        h, c = (zeros, zeros) if hx is None else hx
        rows = F.linear(x, self.weight_ih, self.bias_ih) + F.linear(h, self.weight_hh, self.bias_hh)
        ORDER = rows.chunk(4, -1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c
"""


@pytest.mark.parametrize(("order", "name"), [("o, f, i, g", None), ("f, i, g, o", "ForgetGateFirst")])
def test_the_order_of_gates_is_named_whether_it_is_registered_or_not(order: str, name: str | None) -> None:
    first = graded("recurrent/cells", "LSTMCell", LSTM_CELL.replace("ORDER", order))[0]
    assert first.name == "values"
    assert first.transformation == f"Your gates stand in the order {order}; torch's is i, f, g, o."
    assert (first.diagnosis.misconception if first.diagnosis else None) == name


def test_a_view_that_fails_has_no_name() -> None:
    criteria = graded(
        "upsampling/pixelshuffle",
        "PixelShuffle",
        """
        class PixelShuffle(nn.Module):
            def __init__(self, upscale_factor):
                super().__init__()
                self.upscale_factor = upscale_factor

            def forward(self, x):
                r = self.upscale_factor
                *batch, channels, height, width = x.shape
                if channels % r**2:
                    raise ValueError("channels")
                x = x.reshape(-1, channels // r**2, r, r, height, width).permute(0, 1, 4, 2, 5, 3)
                return x.view(*batch, channels // r**2, height * r, width * r)
        """,
    )
    assert [item.name for item in criteria][:1] == ["values"]
    assert named(criteria) == []
    assert not any(item.transformation for item in criteria)


LAYER_NORM = """
class LayerNorm(nn.Module):
    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True):
        super().__init__()
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.normalized_shape, self.eps, self.elementwise_affine = shape, eps, elementwise_affine
        self.weight = nn.Parameter(torch.ones(shape)) if elementwise_affine else None
        self.bias = nn.Parameter(torch.zeros(shape)) if elementwise_affine and bias else None

    def forward(self, x):
        axes = tuple(range(-len(self.normalized_shape), 0))
        if x.shape[-len(axes):] != self.normalized_shape:
            raise ValueError("shape")
        mean = x.mean(axes, keepdim=True)
        y = NORMALISED
        y = y if self.weight is None else y * self.weight
        return y if self.bias is None else y + self.bias
"""


def test_two_mistakes_in_one_line_have_no_name() -> None:
    both = "(x - mean) / (x.std(axes, keepdim=True) + self.eps)"
    assert named(graded("normalization/layernorm", "LayerNorm", LAYER_NORM.replace("NORMALISED", both))) == []


def test_a_variance_that_cancels_gets_its_hint_under_numerics() -> None:
    unstable = "(x - mean) * ((x * x).mean(axes, keepdim=True) - mean * mean + self.eps).rsqrt()"
    criteria = graded("normalization/layernorm", "LayerNorm", LAYER_NORM.replace("NORMALISED", unstable))
    assert [(item.name, item.diagnosis is not None) for item in criteria] == [("numerics", True)]
    assert named(criteria) == ["MeanOfSquares"]


def test_an_argument_that_is_missing_is_not_told_as_another_mistake() -> None:
    lazy = """
    class Inception(nn.Module):
        def __init__(self, c1, c2, c3, c4):
            super().__init__()
            self.a, self.b = nn.LazyConv2d(c1, 1), nn.LazyConv2d(c2[0], 1)
            self.c, self.d = nn.LazyConv2d(c2[1], 3, padding=1), nn.LazyConv2d(c3[0], 1)
            self.e, self.f = nn.LazyConv2d(c3[1], 5, padding=2), nn.LazyConv2d(c4, 1)
            self.pool = nn.MaxPool2d(3, 1, 1)

        def forward(self, x):
            branches = self.a(x), self.c(self.b(x).relu()), self.e(self.d(x).relu()), self.f(self.pool(x))
            return torch.cat([branch.relu() for branch in branches], 1)
    """
    criteria = graded("blocks/inception", "Inception", lazy)
    assert criteria[0].name == "interface"
    assert named(criteria) == []
    no_affine = """
    class BatchNorm1d(nn.BatchNorm1d):
        def __init__(self, num_features, eps=1e-5, momentum=0.1, track_running_stats=True):
            nn.Module.__init__(self)

        def forward(self, x):
            return x
    """
    assert named(graded("normalization/batchnorm", "BatchNorm1d", no_affine)) == []


def test_a_view_where_axes_belong_exchanged_is_described() -> None:
    criteria = graded(
        "convolution/conv",
        "Conv2d",
        """
        class Conv2d(nn.Module):
            def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1,
                         bias=True, padding_mode="zeros"):
                super().__init__()
                pair = lambda value: (value, value) if isinstance(value, int) else tuple(value)
                self.kernel, self.stride, self.dilation = map(pair, (kernel_size, stride, dilation))
                self.in_channels, self.mode, self.groups = in_channels, padding_mode, groups
                self.padding = padding if isinstance(padding, str) else pair(padding)
                bound = (in_channels // groups * self.kernel[0] * self.kernel[1]) ** -0.5
                self.weight = nn.Parameter(torch.empty(out_channels, in_channels // groups, *self.kernel))
                self.bias = nn.Parameter(torch.empty(out_channels)) if bias else None
                for parameter in self.parameters():
                    nn.init.uniform_(parameter, -bound, bound)

            def forward(self, x):
                if x.dim() == 3:
                    return self.forward(x[None])[0]
                pads = [(0, 0)] * 2 if self.padding == "valid" else [(p, p) for p in self.padding]
                if self.padding == "same":
                    spare = [d * (k - 1) for k, d in zip(self.kernel, self.dilation)]
                    pads = [(each // 2, each - each // 2) for each in spare]
                x = F.pad(x, (*pads[1], *pads[0]), mode="constant" if self.mode == "zeros" else self.mode)
                n, sizes = len(x), [(size - d * (k - 1) - 1) // s + 1 for size, k, s, d in
                                    zip(x.shape[2:], self.kernel, self.stride, self.dilation)]
                cut = x
                for axis, (k, s, d) in enumerate(zip(self.kernel, self.stride, self.dilation), 2):
                    cut = cut.unfold(axis, d * (k - 1) + 1, s)
                cut = cut[..., :: self.dilation[0], :: self.dilation[1]]
                columns = cut.permute(0, 1, 4, 5, 2, 3).reshape(n, self.groups, -1, sizes[0] * sizes[1])
                rows = self.weight.reshape(self.groups, -1, columns.shape[2])
                y = (rows @ columns).transpose(2, 3).reshape(n, -1, *sizes)
                return y if self.bias is None else y + self.bias[:, None, None]
        """,
    )
    (values,) = (item for item in criteria if item.name == "values")
    assert values.transformation.startswith("Without its bias: your output holds")
