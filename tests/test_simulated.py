"""The simulated second device: it allows what CUDA allows, refuses the rest, and computes what the CPU does."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from grader.case.probe import run_case
from grader.case.simulated import Simulation, move, raw, register
from grader.case.simulated_tensor import Simulated
from grader.compare.observation import validate
from grader.model import Case, Observation
from grader.spec import call, layer_case, tensor

FLOAT64 = torch.float64


def here(*shape: int) -> torch.Tensor:
    return torch.arange(1.0, 1.0 + torch.Size(shape).numel(), dtype=FLOAT64).reshape(shape).to("simulated")


FOLLOWS: list[Callable[[torch.Tensor], Any]] = [
    lambda x: x + 1,
    lambda x: x * torch.tensor(0.5),
    lambda x: torch.where(x > 2, x, torch.tensor(0.0, dtype=FLOAT64)),
    lambda x: x + x.new_zeros(3) + x.new_tensor([1.0, 2.0, 3.0]),
    lambda x: torch.zeros(3, device=x.device, dtype=x.dtype) + x,
    lambda x: torch.tensor([1.0, 2.0, 3.0], device=x.device) * x,
    lambda x: torch.as_tensor([1.0, 2.0, 3.0]).to(x) * x,
    lambda x: torch.eye(3, device=x.device, dtype=x.dtype) @ x[0],
    lambda x: x[:, torch.tensor([2, 0])],
    lambda x: x[:, [2, 0]],
    lambda x: x[range(2), torch.tensor([2, 0])],
    lambda x: x[torch.tensor([[True, False, True], [False, True, False]])],
    lambda x: x.new_full((2, 3), float(x.sum())),
    lambda x: torch.stack([x, torch.zeros_like(x)]),
    lambda x: x.clone().unsqueeze_(0).squeeze_(0),
    lambda x: x[0] @ torch.ones(3, 2, device=x.device, dtype=x.dtype),
    lambda x: torch.fft.irfft(torch.fft.rfft(x).conj()),
    lambda x: copy.deepcopy(x.detach()),
]


@pytest.mark.parametrize("index", range(len(FOLLOWS)))
def test_what_follows_the_input_stays_on_the_device(index: int) -> None:
    with Simulation().entered():
        on_device = FOLLOWS[index](here(2, 3))
    on_cpu = FOLLOWS[index](torch.arange(1.0, 7.0, dtype=FLOAT64).reshape(2, 3))
    assert isinstance(on_device, Simulated)
    assert on_device.shape == on_cpu.shape
    assert torch.equal(raw(on_device), on_cpu)


def test_it_works_where_autograd_is_excluded() -> None:
    excluded = torch._C.DispatchKeySet(torch._C.DispatchKey.AutogradCPU)
    excluded = excluded | torch._C.DispatchKeySet(torch._C.DispatchKey.AutogradPrivateUse1)
    with Simulation().entered():
        x = here(2, 3)
        with torch._C._ExcludeDispatchKeyGuard(excluded):
            for follow in FOLLOWS:
                assert follow(x).device.type == "simulated"
            assert torch.eye(3).to(x).device.type == "simulated"


REFUSED: list[Callable[[torch.Tensor], Any]] = [
    lambda x: x + torch.zeros(3),
    lambda x: torch.zeros(2, 3).add_(x),
    lambda x: torch.tensor(0.0).add_(x.sum()),
    lambda x: x @ torch.ones(3, 2, dtype=FLOAT64),
    lambda x: torch.cat([x, torch.zeros(1, 3, dtype=FLOAT64)]),
    lambda x: x.index_select(1, torch.tensor([0])),
    lambda x: x.gather(1, torch.tensor([[0], [1]])),
    lambda x: x.masked_fill(torch.ones(2, 3, dtype=torch.bool), 0.0),
    lambda x: torch.zeros(2, 3)[x.long() - 1],
    lambda x: nn.functional.embedding(torch.tensor([0]), x),
]


@pytest.mark.parametrize("index", range(len(REFUSED)))
def test_what_cuda_refuses_is_refused(index: int) -> None:
    with Simulation().entered(), pytest.raises(RuntimeError, match="same device"):
        REFUSED[index](here(2, 3))


def test_numpy_asks_for_the_cpu_first() -> None:
    with Simulation().entered():
        with pytest.raises(TypeError, match=r"Use Tensor.cpu\(\)"):
            here(3).numpy()
        assert here(3).cpu().numpy().tolist() == here(3).tolist() == [1.0, 2.0, 3.0]
        assert f"{here(1)[0]:.1f}" == "1.0"


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.Linear(3, 2), (4, 3)),
        (nn.Linear(3, 2), (3,)),
        (nn.BatchNorm2d(3), (2, 3, 4, 5)),
        (nn.Conv2d(3, 4, 3, padding=1, padding_mode="circular"), (2, 3, 5, 6)),
        (nn.MaxPool2d(2), (1, 2, 6, 6)),
        (nn.Upsample(scale_factor=2, mode="bilinear"), (1, 2, 3, 4)),
        (nn.Sequential(nn.LayerNorm(4), nn.GELU()), (2, 4)),
    ],
)
def test_torch_s_layers_give_what_they_give_on_the_cpu(layer: nn.Module, shape: tuple[int, ...]) -> None:
    layer = layer.double()
    x = torch.randn(shape, dtype=FLOAT64, generator=torch.Generator().manual_seed(0))
    given = x.clone().requires_grad_()
    wanted = copy.deepcopy(layer)(given)
    wanted.square().sum().backward()
    with Simulation().entered():
        moved, leaf = move(layer, "simulated", FLOAT64), x.to("simulated").requires_grad_()
        out = moved(leaf)
        (grad,) = torch.autograd.grad(out.square().sum(), leaf)
    assert torch.equal(raw(out.detach()), wanted.detach())
    assert given.grad is not None
    assert torch.equal(raw(grad), given.grad)


def test_a_parameter_is_the_same_object_after_it_was_moved_whoever_holds_a_view_of_it() -> None:
    layer = nn.Linear(3, 2)
    weight, view = layer.weight, layer.weight[0]
    with Simulation().entered():
        move(layer, "simulated", FLOAT64)
        assert layer.weight is weight
        assert isinstance(weight, nn.Parameter)
        assert weight.dtype is FLOAT64
        assert weight.device.type == "simulated"
        assert view.device.type == "cpu"
        layer.float()
        assert (layer(here(3).float())).dtype is torch.float32


def observed(function: Callable[..., Any], text: str = "") -> Observation:
    case: Case = {
        "symbol": "function",
        "default": "float32",
        "elsewhere": True,
        "steps": layer_case((), {}, [call(tensor(2, 3))])["steps"],
    }
    namespace: dict[str, Any] = {"function": function, "torch": torch, "nn": nn}
    if text:
        exec(compile(text, "answer.py", "exec"), namespace)
    return validate(run_case(case, namespace, answer_file="answer.py"))


CANVAS = """
def function(x):
    scale = torch.ones(3)
    out = torch.zeros(2, 3)
    out[...] = x
    return out
"""


def test_an_output_that_is_left_behind_is_noted_with_its_line() -> None:
    got = observed(len, CANVAS)
    assert got["steps"][0]["left"] == ["output"]
    assert got["behind"] == {"used": "torch.zeros", "within": "function", "line": 4}


def test_what_was_mixed_in_is_noted_with_its_line() -> None:
    got = observed(len, "def function(x):\n    return x + 2 * torch.arange(3)\n")
    assert got["error"] is not None
    assert "same device" in got["error"]["message"]
    assert got["behind"] == {"used": "torch.arange", "within": "function", "line": 2}


def test_what_the_device_cannot_do_is_said() -> None:
    assert "resize_" in observed(lambda x: x.detach().clone().resize_(3, 2))["unsimulated"]


CLAIM = "raise NotImplementedError(\"Could not run 'aten::add' with arguments from the 'simulated' backend\")"


CAUGHT = """
def function(x):
    try:
        x.detach().clone().resize_(3, 2)
    except NotImplementedError:
        pass
    raise RuntimeError("INTERNAL ASSERT FAILED")
"""


@pytest.mark.parametrize("text", [f"def function(x):\n    {CLAIM}\n", CAUGHT])
def test_an_answer_cannot_say_so_itself(text: str) -> None:
    got = observed(len, text)
    assert got["error"] is not None
    assert "unsimulated" not in got


IN_BACKWARD = """
class Same(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, grad):
        return grad + torch.zeros(3)

def function(x):
    return Same.apply(x)
"""


def test_what_a_backward_pass_mixes_in_is_raised_when_it_is_over() -> None:
    got = observed(len, IN_BACKWARD)
    assert got["error"] is not None
    assert got["error"]["stage"] == "backward"
    assert "same device" in got["error"]["message"]
    assert got["behind"] == {"used": "", "within": "backward", "line": 9}


def test_the_device_is_not_taken_for_one_of_the_machine() -> None:
    """What a process computed before on the device changes nothing for code that looks for devices by itself."""
    register()
    wrapped = nn.DataParallel(nn.Linear(3, 2))
    assert [*wrapped.state_dict()] == ["module.weight", "module.bias"]
    assert wrapped(torch.ones(1, 3)).shape == (1, 2)
