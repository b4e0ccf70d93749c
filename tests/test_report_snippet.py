"""Snippets run as pasted, and compute what the judge computed."""

import random
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from grader import spec
from grader.case import probe
from grader.case.encode import encode
from grader.judge.snippet import snippet
from grader.judge.tensor_code import WIDTH
from grader.suite.delayed import delayed_backward

Shown = list[tuple[str, Any]]


@pytest.fixture(autouse=True)
def _default_dtype() -> Iterator[None]:
    """Snippets set torch's default dtype and print options; the next test gets them as they were."""
    yield
    torch.set_default_dtype(torch.float32)
    torch.set_printoptions(precision=4)


def several(x: torch.Tensor, scale: float = 1.0) -> tuple[Any, ...]:
    """A function with a nested result, part of it without a gradient."""
    return x * scale, (x.sum(0).detach(), {"top": x.exp()}), x.argmax()


def pair(first: torch.Tensor, rest: Any, *, mode: str = "sum", weight: torch.Tensor | None = None) -> torch.Tensor:
    """A function that takes tensors in a tuple, by name and optionally."""
    return first + sum(rest) if weight is None else (first + rest[0]) * weight


def spoil(x: torch.Tensor) -> torch.Tensor:
    """A function that changes its input."""
    with torch.no_grad():
        x.add_(1)
    return x * 2


NAMESPACE: dict[str, Any] = {"several": several, "pair": pair, "spoil": spoil} | {
    name: getattr(nn, name)
    for name in (
        "BatchNorm1d", "BatchNorm2d", "LayerNorm", "Linear", "LSTM", "Embedding", "MultiheadAttention", "ReLU",
        "Conv2d", "ModuleList", "TransformerEncoder", "MaxPool2d", "Upsample",
    )
}  # fmt: skip


def resolved(case: Mapping[str, Any], symbol: str) -> dict[str, Any]:
    """A case as the judge sends it: with the symbol, and its state as recipes."""
    case = {**case, "symbol": symbol}
    if case.get("state") == "normal":
        made = probe.run_case({**case, "state": None, "steps": []}, NAMESPACE)["new"]
        rows = [(name, shape, dtype, "parameter") for name, shape, dtype, *_ in made["parameters"]]
        rows += [(name, shape, dtype, "buffer") for name, shape, dtype, *_ in made["buffers"]]
        case["state"] = [
            [name, {"$fill": "uniform", "shape": shape, "seed": seed, "shift": 1.5, "role": role}
             | ({} if "float" in dtype else {"$fill": "ones", "shift": 0.0, "dtype": dtype.removeprefix("torch.")})]
            for seed, (name, shape, dtype, role) in enumerate(rows)
        ]  # fmt: skip
    return case


def paste(code: str, module: str = "answer") -> Shown:
    """Run a snippet with torch's own layers as the answer; what it prints, as objects."""
    shown: Shown = []
    answer = types.ModuleType(module)
    vars(answer).update(NAMESPACE)
    sys.modules[module] = answer
    try:
        exec(compile(code, "<snippet>", "exec"), {"print": lambda *values: shown.append((str(values[0]), values[-1]))})
    finally:
        del sys.modules[module]
    return shown


def leaves(encoded: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The plain values and tensors of something encoded."""
    if isinstance(encoded, list):
        for index, item in enumerate(encoded):
            yield from leaves(item, f"{path}.{index}")
    elif isinstance(encoded, Mapping) and "$dict" in encoded:
        for key, item in encoded["$dict"]:
            yield from leaves(item, f"{path}.{key}")
    else:
        yield path, encoded


def assert_same(shown: Any, encoded: Any) -> None:
    """Bit for bit, whatever the nesting."""
    left, right = [*leaves(encode(shown))], [*leaves(encoded)]
    assert [path for path, _ in left] == [path for path, _ in right]
    for (path, mine), (_, theirs) in zip(left, right, strict=True):
        if isinstance(theirs, Mapping) and "$sketch" in theirs:
            mine, theirs = mine["$sketch"], theirs["$sketch"]
        if isinstance(theirs, torch.Tensor):
            assert mine.dtype == theirs.dtype, path
            assert torch.equal(torch.nan_to_num(mine, nan=7.25), torch.nan_to_num(theirs, nan=7.25)), path
        else:
            assert mine == theirs, path


def check(case: Mapping[str, Any], symbol: str, *, knows_expected: bool) -> str:
    """Paste the snippet of a case and compare everything it prints with what the probe saw."""
    case = resolved(case, symbol)
    seen = probe.run_case(case, NAMESPACE)
    assert seen["error"] is None
    code = snippet(case, "course/answer", symbol, expected=seen if knows_expected else None)
    shown = paste(code)
    outputs = [value for label, value in shown if label.startswith("output")]
    records = [record for record in seen["steps"] if "out" in record]
    assert len(outputs) == len(records)
    for value, record in zip(outputs, records, strict=True):
        assert_same(value, record["out"])
    gradients = [value for label, value in shown if label.startswith("gradient")]
    wanted = [grad for record in records for grad in record.get("grads", {}).values()]
    assert len(gradients) == len(wanted)
    for value, grad in zip(gradients, wanted, strict=True):
        assert_same(torch.zeros_like(grad) if value is None else value, grad)
    return code


LAYOUTS = ("contiguous", "transposed", "strided", "channels_last")
CASES: dict[str, tuple[str, Any]] = {
    "small": ("Linear", spec.layer_case([3, 2], {"bias": False}, [spec.call(spec.tensor(2, 3))])),
    "modes": (
        "BatchNorm2d",
        spec.layer_case(
            [3],
            {"momentum": None, "eps": 0.1},
            [
                spec.call(spec.tensor(2, 3, 1, 2, seed=1)),
                spec.evaluate(),
                spec.call(spec.tensor(4, 3, 5, 2), cotangent=None),
                spec.train(),
                spec.call(spec.tensor(2, 3, 2, 2, scale=100.0, shift=-3), cotangent=9),
            ],
        ),
    ),
    "fresh state": ("Linear", spec.layer_case([3, 2], steps=[spec.call(spec.tensor(2, 3))], state=None, seed=11)),
    "float32": ("LayerNorm", spec.layer_case([[4]], steps=[spec.call(spec.tensor(3, 4, shift=1e4))], dtype="float32")),
    "large float32": ("LayerNorm", spec.layer_case([[64]], steps=[spec.call(spec.tensor(9, 64))], dtype="float32")),
    "nested outputs": (
        "LSTM",
        spec.layer_case(
            [3, 2],
            {"bidirectional": True},
            [spec.call(spec.tensor(4, 1, 3), (spec.tensor(2, 1, 2, seed=1), spec.tensor(2, 1, 2, seed=2)))],
        ),
    ),
    "integers": (
        "Embedding",
        spec.layer_case(
            [5, 3], {"padding_idx": 1}, [spec.call(spec.tensor(2, 4, fill="integers", low=0, high=5, dtype="int64"))]
        ),
    ),
    "keywords": (
        "MultiheadAttention",
        spec.layer_case(
            [],
            {"embed_dim": 4, "num_heads": 2},
            [
                spec.call(
                    spec.tensor(3, 2, 4),
                    key=spec.tensor(2, 2, 4, seed=3),
                    value=spec.tensor(2, 2, 4, seed=4),
                    key_padding_mask=spec.tensor(2, 2, fill="values", values=[0, 0, 0, 1], dtype="bool"),
                )
            ],
        ),
    ),
    "torch objects": (
        "TransformerEncoder",
        spec.layer_case(
            [spec.module("nn.TransformerEncoderLayer", 4, 2, 8, dropout=0.0), 2],
            {"enable_nested_tensor": False},
            [spec.call(spec.tensor(3, 2, 4))],
        ),
    ),
    "a large output": (
        "Upsample",
        spec.layer_case([], {"scale_factor": (8.0, 8.0)}, [spec.call(spec.tensor(1, 3, 16, 16))]),
    ),
    "infinities": (
        "ReLU",
        spec.layer_case(steps=[spec.call(spec.tensor(3, fill="values", values=[float("inf"), -0.0, float("-inf")]))]),
    ),
    "empty": ("ReLU", spec.layer_case(steps=[spec.call(spec.tensor(0, 3))])),
    "a scalar": ("ReLU", spec.layer_case(steps=[spec.call(spec.tensor())])),
    "a function": ("several", spec.function_case(spec.tensor(3, 2), scale=0.5)),
    "a tuple of one": ("pair", spec.function_case(spec.tensor(2, 2), (spec.tensor(2, 2, seed=1),), mode="it's")),
    "names that clash": (
        "pair",
        spec.function_case(spec.tensor(2, 2), [spec.tensor(2, 2, seed=1)], weight=spec.tensor(2, seed=2)),
    ),
    "a method": ("LayerNorm", spec.layer_case([[2]], steps=[spec.call(spec.tensor(3, 2), method="forward")])),
    "no gradient at all": ("pair", spec.function_case(spec.tensor(2, grad=False), [spec.tensor(2, grad=False)])),
    "only buffers": (
        "BatchNorm1d",
        spec.layer_case(
            [2], {"affine": False}, [spec.call(spec.tensor(3, 2, grad=False)), spec.call(spec.tensor(3, 2))]
        ),
    ),
    "backward through the first of two calls": (
        "BatchNorm1d",
        delayed_backward(spec.layer_case([2], {}, [spec.evaluate(), spec.call(spec.tensor(3, 2, layout="strided"))])),
    ),
    "nested outputs, backward after both calls": (
        "LSTM",
        delayed_backward(
            spec.layer_case([3, 2], {}, [spec.call(spec.tensor(4, 1, 3)), spec.call(spec.tensor(1, 1, 3))])
        ),
    ),
    "no gradient wanted": ("pair", spec.function_case(spec.tensor(2), [spec.tensor(2, grad=False)])),
}


@pytest.mark.parametrize("knows_expected", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_a_pasted_snippet_computes_what_the_judge_computed(name: str, knows_expected: bool) -> None:
    symbol, case = CASES[name]
    check(case, symbol, knows_expected=knows_expected)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (1, 2, 2, 2)])
def test_layouts_are_written_out(layout: str, shape: tuple[int, ...]) -> None:
    x = spec.tensor(*shape, layout=layout)
    case = spec.layer_case([shape[1]], steps=[spec.call(x)])
    check(case, "BatchNorm2d", knows_expected=True)
    variables: dict[str, Any] = {"print": lambda *_: None}
    sys.modules["answer"] = module = types.ModuleType("answer")
    vars(module).update(NAMESPACE)
    try:
        exec(snippet(resolved(case, "BatchNorm2d"), "answer", "BatchNorm2d"), variables)
    finally:
        del sys.modules["answer"]
    expected = probe._CaseRun(resolved(case, "BatchNorm2d"), NAMESPACE, "cpu", False, lambda *_: None, "").values(x)
    assert variables["x"].stride() == expected.stride()
    assert variables["x"].is_leaf
    assert variables["x"].requires_grad


FILLS: dict[str, dict[str, Any]] = {
    "normal": {}, "uniform": {}, "arange": {}, "zeros": {}, "ones": {}, "integers": {"low": -2, "high": 9},
    "choice": {"values": [0.0, -0.0, 0.1, 1e4, -1e-7, float("nan"), float("inf")]},
}  # fmt: skip


@settings(max_examples=150, deadline=None, database=None, derandomize=True)
@given(st.data())
def test_every_recipe_has_code_for_the_same_bits(data: st.DataObject) -> None:
    family = data.draw(st.sampled_from([*FILLS]))
    shape = data.draw(st.lists(st.integers(0, 4), max_size=5))
    more = dict(FILLS[family])
    if data.draw(st.booleans()):
        more |= {
            "scale": data.draw(st.sampled_from([0.01, 3, 100.0])),
            "shift": data.draw(st.sampled_from([0.0, -7, 1e4])),
        }
    layout = data.draw(st.sampled_from(LAYOUTS))
    dtype = data.draw(st.sampled_from(["float64", "float32"]))
    if family in ("integers", "zeros", "arange") and data.draw(st.booleans()):
        more["dtype"] = data.draw(st.sampled_from(["int64", "int32", "bool", "float16"]))
    if family != "choice" and data.draw(st.booleans()):
        more["jitter"] = data.draw(st.integers(0, 9))
    recipe = spec.tensor(*shape, fill=family, seed=data.draw(st.integers(0, 99)), layout=layout, **more)
    case = {**spec.function_case(recipe, dtype=dtype, cotangent=None), "symbol": "ReLU"}
    namespace = {"ReLU": lambda x: x}
    seen = probe.run_case(case, namespace)
    shown: Shown = []
    sys.modules["answer"] = answer = types.ModuleType("answer")
    vars(answer).update(namespace)
    try:
        exec(snippet(case, "answer", "ReLU"), {"print": lambda *values: shown.append((values[0], values[-1]))})
    finally:
        del sys.modules["answer"]
        torch.set_default_dtype(torch.float32)
    assert_same(shown[0][1], seen["steps"][0]["out"])


def test_programs_keep_their_lines_and_print_their_values() -> None:
    lines = [
        "layer = ModuleList([nn.Linear(2, 2)])", "layer.append(Linear(1, 3))", "for child in layer:\n    child.eval()",
        "[name for name, _ in layer.named_parameters()]  # in order", "layer[7]", "len(layer), layer.training",
    ]  # fmt: skip
    case = {**spec.program(*lines), "symbol": "ModuleList"}
    seen = probe.run_case(case, NAMESPACE)
    code = snippet(case, "modules/module", "ModuleList", expected=seen)
    assert "from module import Linear, ModuleList" in code
    assert "from torch import nn" in code
    assert "for child in layer:\n    child.eval()" in code
    values = [value for _, value in paste(code, "module")]
    assert ["0.weight", "0.bias", "1.weight", "1.bias"] in values
    assert (2, True) in values
    assert any("range" in str(value) for value in values)
    assert "[name for name, _ in" in snippet(case, "module", "ModuleList")


@pytest.mark.parametrize(
    ("criterion", "shows"),
    [
        ("values", "output"), ("gradients", "gradient of weight"), ("state", "running_mean"),
        ("shapes", "shape of output"),
        ("parameters", "parameter"), ("init", "weight"), ("numerics", "output"), ("interface", "output"),
        ("errors", "Nothing was raised"), ("vectorized", "tensor operations"),
    ],
)  # fmt: skip
def test_a_criterion_decides_what_is_printed(criterion: str, shows: str) -> None:
    step = spec.call(spec.tensor(2, 3)) | ({"count": True} if criterion == "vectorized" else {})
    case = resolved(spec.layer_case([3], steps=[step]), "BatchNorm1d")
    code = snippet(case, "batchnorm", "BatchNorm1d", criterion=criterion)
    labels = [label for label, _ in paste(code, "batchnorm")]
    assert any(label.startswith(shows) for label in labels)
    if criterion != "gradients":
        assert not any("gradient" in label for label in labels)


def test_a_state_is_loaded_by_order_where_names_differ() -> None:
    case = resolved(spec.layer_case([2], steps=[spec.call(spec.tensor(3, 2))]), "BatchNorm1d")
    seen = probe.run_case(case, NAMESPACE)
    renamed = {**case, "state": [["other." + name, recipe] for name, recipe in reversed(case["state"])]}
    renamed["state"].sort(key=lambda pair: [name for name, _ in case["state"]].index(pair[0][6:]))
    code = snippet(renamed, "answer", "BatchNorm1d", criterion="values", load="order")
    assert_same(paste(code)[0][1], seen["steps"][0]["out"])


def test_what_fits_of_a_state_is_loaded_where_not_all_does() -> None:
    case = resolved(spec.layer_case([2], steps=[spec.call(spec.tensor(3, 2))]), "BatchNorm1d")
    case["state"] = [*case["state"], ["scale", {"$fill": "ones", "shape": [2]}]]
    seen = probe.run_case(case, NAMESPACE)
    assert seen["load"]["how"] == "partial"
    assert_same(paste(snippet(case, "answer", "BatchNorm1d", load="partial"))[0][1], seen["steps"][0]["out"])
    with pytest.raises(RuntimeError, match="scale"):
        paste(snippet(case, "answer", "BatchNorm1d", criterion="parameters", load="partial"))


def test_a_notebook_is_not_imported_from() -> None:
    case = {**spec.function_case(spec.tensor(2)), "symbol": "spoil"}
    code = snippet(case, "answer", "spoil", in_notebook=True)
    assert "import spoil" not in code
    exec(code, {"spoil": spoil, "print": lambda *_: None})


def test_small_differences_can_be_seen() -> None:
    case = {**spec.function_case(spec.tensor(2)), "symbol": "spoil"}
    assert "set_printoptions(precision=10)" in snippet(case, "answer", "spoil", precise=True)
    assert "set_printoptions" not in snippet(case, "answer", "spoil")


def test_an_input_that_was_changed_is_shown() -> None:
    case = {**spec.function_case(spec.tensor(2, fill="zeros")), "symbol": "spoil"}
    shown = dict(paste(snippet(case, "answer", "spoil", criterion="values", shows_inputs=True)))
    assert shown["x after the call:"].tolist() == [1.0, 1.0]


def test_exceptions_of_the_answer_come_through() -> None:
    case = resolved(spec.layer_case([3], steps=[spec.call(spec.tensor(2, 4))]), "BatchNorm1d")
    code = snippet(case, "answer", "BatchNorm1d")
    with pytest.raises(RuntimeError):
        paste(code)


def test_lines_fit_a_terminal() -> None:
    for name, (symbol, case) in CASES.items():
        code = snippet(resolved(case, symbol), "answer", symbol)
        assert max(map(len, code.splitlines())) <= 110, name
        literal = [line for line in code.splitlines() if "rand(" not in line and "(" not in line]
        assert max(map(len, literal)) <= WIDTH, name


def test_an_unresolved_state_is_refused() -> None:
    case = {**spec.layer_case([3]), "symbol": "BatchNorm1d"}
    with pytest.raises(ValueError, match="not resolved"):
        snippet(case, "answer", "BatchNorm1d")


def test_the_same_case_gives_the_same_text() -> None:
    symbol, case = CASES["keywords"]
    code = [snippet(resolved(case, symbol), "answer", symbol) for _ in range(2)]
    random.shuffle(code)
    assert code[0] == code[1]
