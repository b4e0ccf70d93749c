"""What `vectorized` counts, wherever the work is done, and what it leaves alone."""

import sys
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from grader.case.counting import Counter
from grader.case.probe import run_case
from grader.compare.growth import growing
from grader.model import Observation
from grader.spec import call, growth, layer_case, tensor
from tests.layers import LINEAR, Grader

FUNCTION = """
class Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight):
        ctx.save_for_backward(x, weight)
        return product(x.reshape(-1, x.shape[-1]), weight).reshape(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx, grad):
        x, weight = ctx.saved_tensors
        rows, grads = x.reshape(-1, x.shape[-1]), grad.reshape(-1, grad.shape[-1])
        return grad @ weight, grads.T @ rows
"""
"""A gradient that is right, and a forward pass that another function, `product`, does unseen by autograd."""
APPLIED = """
def forward(self, x):
    y = Product.apply(x, self.weight)
    return y if self.bias is None else y + self.bias
"""


def by(product: str) -> tuple[str, str]:
    return APPLIED, FUNCTION + product


LISTS = """
def product(rows, weight):
    return torch.tensor([
        [
            sum(a * b for a, b in zip(row, column))
            for column in weight.tolist()
        ]
        for row in rows.tolist()
    ])
"""
HIDDEN = {
    "lists": by(LISTS),
    "numpy": by("""
def product(rows, weight):
    out = np.empty((len(rows), len(weight)))
    for index, row in enumerate(np.asarray(rows)):
        out[index] = weight.numpy() @ row
    return torch.from_numpy(out).to(rows.dtype)
"""),
    "dlpack": by("""
def product(rows, weight):
    left, right = np.from_dlpack(rows.detach()), np.from_dlpack(weight.detach())
    return torch.from_dlpack(np.stack([
        right @ row
        for row in left
    ]))
"""),
    "storage": by("""
def product(rows, weight):
    stored = rows.clone(memory_format=torch.contiguous_format).untyped_storage()
    numbers = np.frombuffer(bytes(stored), dtype=str(rows.dtype)[6:])
    out = []
    for row in numbers.reshape(rows.shape):
        out.append(weight.numpy() @ row)
    return torch.from_numpy(np.stack(out))
"""),
    "numpy's own loop": by("""
def product(rows, weight):
    return torch.from_numpy(np.apply_along_axis(np.dot, 1, rows.numpy(), weight.numpy().T))
"""),
    "a thread": by(LISTS.replace("product", "slowly") + """
def product(rows, weight):
    out = []
    thread = threading.Thread(target=lambda: out.append(slowly(rows, weight)))
    thread.start()
    thread.join()
    return out[0]
"""),
    "threads of tensors": ("""
        def forward(self, x):
            from concurrent.futures import ThreadPoolExecutor
            rows = x.reshape(-1, x.shape[-1]).unbind()
            with ThreadPoolExecutor(2) as pool:
                y = torch.stack([*pool.map(self.plain, rows)])
            return y.reshape(*x.shape[:-1], -1)
        """, ""),
    "modes taken away": by("""
from torch.utils._python_dispatch import _disable_current_modes

def product(rows, weight):
    with _disable_current_modes():
        return torch.stack([
            weight @ row
            for row in rows
        ])
"""),
    "a pool that waits": by("""
from concurrent.futures import ThreadPoolExecutor

POOL = []

def product(rows, weight):
    if not POOL:
        POOL.append(ThreadPoolExecutor(1))
    return torch.stack([*POOL[0].map(weight.__matmul__, rows)])
"""),
    "as many for small ones": ("""
        def forward(self, x):
            rows = x.reshape(-1, x.shape[-1])
            for _ in range(100 - len(rows)):
                self.weight * 1
            y = torch.stack([self.plain(row) for row in rows])
            return y.reshape(*x.shape[:-1], -1)
        """, ""),
    "rows": ("""
        def forward(self, x):
            return torch.stack([self.plain(row) for row in x.reshape(-1, x.shape[-1])]).reshape(*x.shape[:-1], -1)
        """, ""),
    "rows, unless it is counted": ("""
        def forward(self, x):
            if torch.Tensor.tolist.__name__ == "counted":
                return x.new_zeros(*x.shape[:-1], self.out_features)
            return torch.stack([self.plain(row) for row in x.reshape(-1, x.shape[-1])]).reshape(*x.shape[:-1], -1)
        """, ""),
}  # fmt: skip
SNIFFING = {
    "the mode": ("torch._C._len_torch_dispatch_stack()", {"values", "vectorized"}),
    # What stays in the graph is counted without either: there is nothing to find, and the loop is counted all the same.
    "the trace": ("sys.gettrace()", {"vectorized"}),
    "the profile": ("sys.getprofile()", {"vectorized"}),
}
"""How an answer may try to find out that it is counted, and what it loses by it."""
HONEST = {
    "prints": """
        def forward(self, x):
            print(x, self.weight, f"{x} {x.mean():.3f}", x.tolist(), x.detach().cpu().numpy(), repr(x))
            for row in x.tolist() if x.dim() == 2 else []:
                print(row)
            return self.plain(x)
        """,
    "logs": """
        def forward(self, x):
            import logging
            logging.warning("%s", x)
            y = self.plain(x)
            logging.getLogger(__name__).error("%s %r", y, y.detach())
            return y
        """,
    "maps": """
        def forward(self, x):
            rows = x.reshape(-1, x.shape[-1])
            y = torch.vmap(lambda row: self.weight @ row)(rows).reshape(*x.shape[:-1], -1)
            return y if self.bias is None else y + self.bias
        """,
    "goes over its outputs": """
        def forward(self, x):
            y = torch.stack([x @ row for row in self.weight], -1)
            return y if self.bias is None else y + self.bias
        """,
    "indices computed in Python": """
        def forward(self, x):
            rows = x.reshape(-1, x.shape[-1])
            order = torch.tensor([
                len(rows) - 1 - index
                for index in range(len(rows))
            ])
            return self.plain(rows[order])[order].reshape(*x.shape[:-1], -1)
        """,
}


@pytest.fixture(scope="module")
def linear() -> Iterator[Grader]:
    with Grader("linear/linear", "Linear", LINEAR) as grader:
        yield grader


@pytest.mark.slow
@pytest.mark.parametrize("name", HIDDEN)
def test_a_loop_is_seen_wherever_it_runs(name: str, linear: Grader) -> None:
    lost = linear.lost(*HIDDEN[name])
    # What leaves torch comes back in the default dtype, to the CPU.
    assert lost.keys() - {"numerics", "device"} == {"vectorized"}, {name: item.message for name, item in lost.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", SNIFFING)
def test_what_a_counted_call_gives_is_judged(name: str, linear: Grader) -> None:
    sniffed, loses = SNIFFING[name]
    lost = linear.lost(f"""
        def forward(self, x):
            y = torch.stack([self.plain(row) for row in x.reshape(-1, x.shape[-1])]).reshape(*x.shape[:-1], -1)
            return torch.zeros_like(y) if {sniffed} else y
        """)
    assert loses <= lost.keys()


@pytest.mark.slow
@pytest.mark.parametrize("name", HONEST)
def test_what_is_no_loop_over_the_input_is_not_counted(name: str, linear: Grader) -> None:
    lost = linear.lost(HONEST[name])
    assert not lost, {name: item.message for name, item in lost.items()}


@pytest.mark.slow
def test_an_answer_in_numpy_lacks_gradients_and_the_device_and_no_more(linear: Grader) -> None:
    lost = linear.lost("""
        def forward(self, x):
            y = torch.from_numpy(np.matmul(x.detach().numpy(), self.weight.detach().numpy().T))
            return y if self.bias is None else y + self.bias
        """)
    assert lost.keys() == {"gradients", "device"}, {name: item.message for name, item in lost.items()}


def test_nothing_of_torch_is_another_while_operations_are_counted() -> None:
    names = ("tolist", "numpy", "item", "__array__", "__dlpack__", "__repr__")
    before = [getattr(torch.Tensor, name) for name in names]
    with Counter(__file__):
        assert all(getattr(torch.Tensor, name) is item for name, item in zip(names, before, strict=True))


def counted(forward: nn.Module, *sizes: int) -> list[Observation]:
    cases = [layer_case((), {}, [call(tensor(size, 3), count=True)], state=None) | {"symbol": "It"} for size in sizes]
    return [run_case(case, {"It": lambda: forward}, answer_file=__file__) for case in cases]


class Twice(nn.Module):
    """Doubles a tensor row by row, so many times."""

    def __init__(self, rows: bool = False, times: int = 1) -> None:
        super().__init__()
        self.rows, self.times = rows, times

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(self.times):
            x = torch.stack([2 * row for row in x]) if self.rows else 2 * x
        return x


class Untraced(nn.Module):
    """Leaves torch, and takes the trace away."""

    def forward(self, x: Tensor) -> Tensor:
        sys.settrace(None)
        return torch.from_numpy(2 * x.detach().numpy())


class Undispatched(nn.Module):
    """Leaves the graph, and has operations pass the mode that counts them."""

    def forward(self, x: Tensor) -> Tensor:
        with torch._C._DisableTorchDispatch():
            return torch.stack([2 * row for row in x.detach()])


GROWTH = growth("batch", lambda size: layer_case((), {}, [call(tensor(size, 3))]))


def test_counts_may_not_grow() -> None:
    reference = counted(Twice(), 16)[0]
    assert growing(GROWTH, counted(Twice(), 2, 4, 16), reference) is None
    finding = growing(GROWTH, counted(Twice(rows=True), 2, 4, 16), reference)
    assert finding is not None
    assert "grows with the batch" in finding.message


def test_counts_stay_within_a_multiple_of_the_reference_s() -> None:
    reference = counted(Twice(), 16)[0]
    assert growing(GROWTH, counted(Twice(times=4), 2, 4, 16), reference) is None
    finding = growing(GROWTH, counted(Twice(times=40), 2, 4, 16), reference)
    assert finding is not None
    assert f"where {reference['ops']} are enough" in finding.message


@pytest.mark.parametrize("answer", [Untraced, Undispatched])
def test_what_escapes_counting_is_not_vectorized(answer: type[nn.Module]) -> None:
    observations = counted(answer(), 2, 4, 16)
    assert [observation["uncounted"] for observation in observations] == [True] * 3
    finding = growing(GROWTH, observations, observations[0])
    assert finding is not None
    assert "nobody can count it" in finding.message


def test_all_counted_calls_of_a_case_add_up() -> None:
    step = call(tensor(2, 3), count=True)
    once, twice = (
        run_case({**layer_case((), {}, [step] * times, state=None), "symbol": "It"}, {"It": Twice}) for times in (1, 2)
    )
    assert twice["ops"] == 2 * once["ops"] > 0
