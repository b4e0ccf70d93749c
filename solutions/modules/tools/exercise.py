"""Tools for models: judged by programs that build models of `torch.nn`, use a tool, and look at what came of it."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn

from grader.spec import Exercise, OffLimits, Part, program

Case = dict[str, Any]

values, state, flags = (partial(program, criterion=name) for name in ("values", "state", "gradients"))


# The oracles.


def count_parameters(module: nn.Module, trainable_only: bool = False) -> int:
    """The parameters of a model, by identity."""
    found = {id(item): item for child in module.modules() for item in child.parameters(recurse=False)}
    return sum(item.numel() for item in found.values() if item.requires_grad or not trainable_only)


def freeze(module: nn.Module, *patterns: str) -> list[str]:
    """Freeze what matches."""
    matching = [name for name, _ in module.named_parameters() if any(fnmatchcase(name, item) for item in patterns)]
    for name in matching:
        module.get_parameter(name).requires_grad_(False)
    return matching


LAYERS = {
    "Conv2d": lambda bias: nn.Conv2d(1, 1, 1, bias=bias),
    "Linear": lambda bias: nn.Linear(1, 1, bias=bias),
    "BatchNorm2d": lambda bias: nn.BatchNorm2d(1),
    "ReLU": lambda bias: nn.ReLU(),
}


def build(spec: Any) -> nn.Module:
    """The model of a description, of `torch.nn`'s own layers."""
    if isinstance(spec, str):
        kind, _, option = spec.partition(":")
        return LAYERS[kind](option != "nobias")
    if isinstance(spec, list):
        return nn.Sequential(*map(build, spec))
    if list(spec) == ["DataParallel"]:
        return nn.DataParallel(build(spec["DataParallel"]))
    model = nn.Module()
    for name, inner in spec.items():
        model.add_module(name, build(inner))
    return model


def state_dict_keys(spec: Any) -> list[str]:
    """The keys of the state dict of the model that a description is of."""
    return list(build(spec).state_dict())


def optimizer_step(module: nn.Module, lr: float) -> None:
    """A step of torch's own gradient descent."""
    parameters = list(module.parameters())
    if parameters:
        torch.optim.SGD(parameters, lr=lr).step()


# Models, as Python.

LEAVES = (
    "nn.Linear(2, 3)", "nn.Linear(3, 1, bias=False)", "nn.ReLU()", "nn.Conv2d(1, 2, 3)", "nn.BatchNorm2d(2)",
    "nn.Conv2d(2, 4, (1, 3), groups=2)", "nn.PReLU()", "nn.Embedding(4, 2)",
)  # fmt: skip
CHILDREN = ("body", "head", "fc1", "conv2")


@st.composite
def models(draw: st.DrawFn, depth: int = 2) -> str:
    """An expression that makes a model: layers in a row or by name, nested."""
    inner = st.sampled_from(LEAVES) if depth == 0 else st.one_of(st.sampled_from(LEAVES), models(depth - 1))
    parts = draw(st.lists(inner, min_size=0 if depth < 2 else 1, max_size=3))
    if draw(st.integers(0, 2)) < 2:
        return f"nn.Sequential({', '.join(parts)})"
    named = ", ".join(f"'{name}': {part}" for name, part in zip(CHILDREN, parts, strict=False))
    return f"nn.ModuleDict({{{named}}})"


NESTED = (
    "m = nn.ModuleDict({'body': nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 3)), 'head': nn.Linear(3, 1)})"
)
TIED = ("m = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2))", "m[2].weight = m[0].weight")
TWICE = ("shared = nn.Linear(2, 2)", "m = nn.Sequential(shared, nn.ReLU(), shared)")
SHARING = (
    TIED, TWICE,
    ("m = nn.ModuleDict({'body': nn.Linear(3, 2), 'head': nn.Linear(3, 2)})", "m['head'].weight = m['body'].weight"),
    ("m = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2, bias=False))", "m.tied = m[0].weight"),
)  # fmt: skip
"""Models that use a parameter, or a layer, twice."""


def made(draw: st.DrawFn, ways: int) -> list[str]:
    """Lines that make a model ``m``: a drawn one or, in the last two of so many ways, one that nests or shares."""
    way = draw(st.integers(1, ways))
    if way == ways:
        return [*draw(st.sampled_from(SHARING))]
    return [NESTED if way == ways - 1 else f"m = {draw(models())}"]


def prepared(draw: st.DrawFn) -> list[str]:
    """Lines that make a model ``m``, with some of its parameters frozen now and then."""
    lines = made(draw, 6)
    if draw(st.integers(0, 2)) == 2:
        ending = draw(st.sampled_from(["weight", "bias"]))
        lines.append(f"_ = [p.requires_grad_(False) for n, p in m.named_parameters() if n.endswith('{ending}')]")
    if draw(st.integers(0, 7)) == 7:
        lines.append("m.scale = nn.Parameter(torch.tensor(2.0))")
    return lines


@st.composite
def counted(draw: st.DrawFn) -> Case:
    """The parameters of a model, all or those that are trained."""
    call = draw(st.sampled_from(["m", "m, trainable_only=True", "m, True", "m, trainable_only=False"]))
    return values(*prepared(draw), f"count_parameters({call})")


PATTERNS = (
    "*", "*.weight", "*.bias", "0.*", "body.*", "weight", "0", "*1*", "head.weight", "?.weight", "[0-1].*", "*.?.*",
    "b*", "*d*", "0.weight",
    "body", "W*", "*t", "fc[!2].*", "body.0.*", "scale", ".*",
)  # fmt: skip


@st.composite
def freezing(draw: st.DrawFn) -> Case:
    """Names that match, or flags afterwards."""
    lines = prepared(draw)
    patterns = draw(st.lists(st.sampled_from(PATTERNS), max_size=3))
    call = f"freeze({', '.join(['m', *map(repr, patterns)])})"
    if draw(st.booleans()):
        return values(*lines, f"list({call})")
    return flags(*lines, f"_ = {call}", "[(n, p.requires_grad) for n, p in m.named_parameters()]")


LAYER_KINDS = st.sampled_from(["Linear", "Conv2d", "BatchNorm2d", "ReLU", "Linear:nobias", "Conv2d:nobias"])
SPEC_NAMES = ("conv1", "bn1", "fc", "layer1", "stage", "module", "a", "0")


def specs(depth: int = 3) -> st.SearchStrategy[Any]:
    """A description of a model."""
    inner = LAYER_KINDS if depth == 1 else st.one_of(LAYER_KINDS, specs(depth - 1))
    by_name = st.lists(
        st.tuples(st.sampled_from(SPEC_NAMES), inner), min_size=1, max_size=3, unique_by=lambda pair: pair[0]
    ).map(dict)
    return st.one_of(by_name, st.lists(inner, max_size=3), inner.map(lambda wrapped: {"DataParallel": wrapped}))


@st.composite
def described(draw: st.DrawFn) -> Case:
    """The keys of a description, which stays as it is."""
    spec = draw(specs())
    if draw(st.integers(0, 5)) == 5:
        return values(f"spec = {spec}", "_ = list(state_dict_keys(spec))", f"spec == {spec}")
    return values(f"list(state_dict_keys({spec}))")


GRADIENTS = "_ = [setattr(p, 'grad', torch.full_like(p, {value})) for n, p in m.named_parameters() if {which}]"
VALUES = "[p.detach() for p in m.parameters()]"
LEFT_ALONE = (
    "[p is q for p, q in zip(m.parameters(), before)]",
    "[p.grad for p in m.parameters()]",
    "[(p.requires_grad, p.is_leaf, p.grad_fn, type(p) is nn.Parameter) for p in m.parameters()]",
)


@st.composite
def stepping(draw: st.DrawFn) -> Case:
    """Values after one or more steps, or what a step must leave alone."""
    lines = made(draw, 4)
    moving = draw(st.booleans())
    which = draw(st.sampled_from(["True", "True", "n.endswith('weight')", "'0' in n", "False"])) if moving else "True"
    lines.append(GRADIENTS.format(value=draw(st.sampled_from(["2.0", "-0.5", "1e3"])), which=which))
    step = f"_ = optimizer_step(m, {draw(st.sampled_from(['0.5', '0.1', '1.0', '0.0', '1e-3']))})"
    if moving:
        steps = [step] * draw(st.sampled_from([1, 1, 2]))
        # What is there before says how large the terms are of a step that cancels a weight.
        return values(*lines, VALUES, *steps, VALUES, dtype="float64", seed=draw(st.integers(0, 9)))
    return state(*lines, "before = list(m.parameters())", step, draw(st.sampled_from(LEFT_ALONE)), dtype="float64")


def tool(
    oracle: Callable[..., Any], cases: st.SearchStrategy[Case], examples: Sequence[Case], interface: Case, **more: Any
) -> Part:
    """The part of one tool."""
    name = oracle.__name__
    return Part(
        symbol=name,
        oracle={name: oracle},
        cases=cases,
        examples=examples,
        interface=[interface],
        size=96,
        core=True,
        **more,
    )


SMALL = "m = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))"
IMAGES = "m = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU())"
FLAGS = "[p.requires_grad for p in m.parameters()]"

counting = tool(
    count_parameters, counted(),
    [
        values(SMALL, "count_parameters(m)"),
        values(SMALL, "m[0].requires_grad_(False) is m[0]", "count_parameters(m)",
               "count_parameters(m, trainable_only=True)"),
        values(*TIED, "count_parameters(m)", "count_parameters(m, True)"),
        values(*TWICE, "count_parameters(m)"),
        values(IMAGES, "count_parameters(m)"),
        values(NESTED, "count_parameters(m)"),
        values("m = nn.ReLU()", "count_parameters(m)"),
        values("m = nn.Linear(2, 3)", "m.scale = nn.Parameter(torch.tensor(2.0))", "count_parameters(m)"),
    ],
    program(SMALL, "isinstance(count_parameters(module=m, trainable_only=True), int)",
            "isinstance(count_parameters(m, False), int)"),
)  # fmt: skip

freezer = tool(
    freeze, freezing(),
    [
        values(SMALL, "list(freeze(m, '0.*'))"),
        values(SMALL, "list(freeze(m))"),
        values(SMALL, "list(freeze(m, '*.bias', '0.*'))"),
        values(SMALL, "list(freeze(m, '2.*', '0.weight'))"),
        values(SMALL, "list(freeze(m, 'weight'))"),
        values("m = nn.Linear(2, 3)", "list(freeze(m, 'W*', 'bIAS'))", "list(freeze(m, 'w*'))"),
        values(SMALL, "list(freeze(m, '0'))"),
        values(NESTED, "list(freeze(m, 'body.*'))", "list(freeze(m, '*'))"),
        values(NESTED, "list(freeze(m, 'b*s', '?ead.*', 'body.[12].weight'))"),
        values(*TIED, "list(freeze(m, '*'))", "list(freeze(m, '2.*'))"),
        flags(SMALL, "_ = freeze(m, '0.*')", FLAGS),
        flags(SMALL, "_ = freeze(m)", FLAGS),
        flags(SMALL, "_ = m[2].requires_grad_(False)", "_ = freeze(m, '0.*')", FLAGS),
        flags(SMALL, "_ = freeze(m, '*')", FLAGS, "m.training"),
        flags(NESTED, "_ = freeze(m, 'body.*', '*.bias')", FLAGS),
        flags(*TIED, "_ = freeze(m, '2.*')", FLAGS),
        flags(IMAGES, "_ = freeze(m, '1.*')", FLAGS, "[k.training for k in m.modules()]"),
    ],
    program(SMALL, "_ = list(freeze(m, '*.weight', '*.bias'))", "_ = list(freeze(module=m))"),
)  # fmt: skip

foreteller = tool(
    state_dict_keys, described(),
    [
        values("list(state_dict_keys({'conv1': 'Conv2d', 'fc': 'Linear'}))"),
        values("list(state_dict_keys({'conv1': 'Conv2d:nobias', 'bn1': 'BatchNorm2d', 'relu': 'ReLU'}))"),
        values("list(state_dict_keys(['Conv2d', 'ReLU', 'Linear']))"),
        values("list(state_dict_keys({'stage': ['Conv2d:nobias', 'BatchNorm2d', 'ReLU'], 'fc': 'Linear'}))"),
        values("list(state_dict_keys({'DataParallel': {'fc': 'Linear'}}))"),
        values("list(state_dict_keys({'DataParallel': ['Linear', {'DataParallel': 'Linear'}]}))"),
        values("list(state_dict_keys({'stage1': ['Linear'], 'stage2': {'DataParallel': ['Linear']}, 'fc': 'Linear'}))"),
        values("list(state_dict_keys({'b': {'a': {'y': 'Linear', 'x': 'Linear'}}, 'a': 'Linear'}))"),
        values("list(state_dict_keys([['ReLU', ['Linear', 'Linear']], 'Linear']))"),
        values("list(state_dict_keys(" + repr(["ReLU"] * 10 + ["Linear"]) + "))"),
        values("list(state_dict_keys({'relu': 'ReLU', 'stage': []}))"),
        # The two models of the notes: layers under two paths, and wrappers within wrappers.
        values("stage = ['Conv2d', 'BatchNorm2d']",
               "list(state_dict_keys({'conv1': 'Conv2d', 'bn1': 'BatchNorm2d', 'stage1': stage, 'conv2': 'Conv2d', "
               "'bn2': 'BatchNorm2d', 'fc1': 'Linear', 'fc2': 'Linear'}))"),
        values("stage = ['Conv2d', 'BatchNorm2d']",
               "list(state_dict_keys({'DataParallel': {'stage1': stage, 'stage2': {'DataParallel': stage}, "
               "'conv2': 'Conv2d', 'bn2': 'BatchNorm2d', 'fc1': 'Linear', 'fc2': 'Linear'}}))"),
        values("spec = {'DataParallel': {'a': 'Linear', 'b': ['ReLU']}}", "_ = list(state_dict_keys(spec))",
               "spec == {'DataParallel': {'a': 'Linear', 'b': ['ReLU']}}"),
    ],
    program("_ = list(state_dict_keys(spec={'fc': 'Linear'}))"),
    off_limits=OffLimits(classes=("*",), allow=("Parameter",)),
)  # fmt: skip

THOUSANDS = GRADIENTS.format(value="1e3", which="True")
TWOS = GRADIENTS.format(value="2.0", which="True")
SOME = GRADIENTS.format(value="2.0", which="n.endswith('weight')")

stepper = tool(
    optimizer_step, stepping(),
    [
        values(SMALL, TWOS, "_ = optimizer_step(m, 0.5)", VALUES, dtype="float64"),
        values(SMALL, SOME, "_ = optimizer_step(m, 0.1)", VALUES, dtype="float64"),
        values(*TIED, TWOS, "_ = optimizer_step(m, 0.5)", VALUES, dtype="float64"),
        values(*TWICE, TWOS, "_ = optimizer_step(m, 0.5)", VALUES, dtype="float64"),
        values(NESTED, TWOS, "_ = optimizer_step(m, 0.1)", "_ = optimizer_step(m, 0.1)", VALUES, dtype="float64"),
        values(IMAGES, TWOS, "_ = optimizer_step(m, 0.1)", "list(m.state_dict().values())", dtype="float64"),
        values("m = nn.ReLU()", "_ = optimizer_step(m, 0.1)", dtype="float64"),
        values("m = nn.BatchNorm2d(2)", THOUSANDS, VALUES, "_ = optimizer_step(m, 1e-3)", VALUES, dtype="float64"),
        values(SMALL, "x = torch.ones(4, 2)", "m(x).sum().backward()", "_ = optimizer_step(m, 0.1)",
               "_ = m.zero_grad()", "m(x).sum().backward()", "_ = optimizer_step(m, 0.1)", VALUES, dtype="float64"),
        state(SMALL, "w = m[0].weight", TWOS, "_ = optimizer_step(m, 0.5)", "m[0].weight", dtype="float64"),
        state(SMALL, "same = m[0].weight.detach()", TWOS, "_ = optimizer_step(m, 0.5)",
              "torch.equal(same, m[0].weight.detach())", "same.data_ptr() == m[0].weight.data_ptr()", dtype="float64"),
        state(SMALL, TWOS, "_ = optimizer_step(m, 0.5)", "[p.grad for p in m.parameters()]", dtype="float64"),
        state(SMALL, "_ = m[2].requires_grad_(False)", TWOS, "_ = optimizer_step(m, 0.5)", FLAGS),
        state(SMALL, TWOS, "_ = optimizer_step(m, 0.5)",
              "[(p.requires_grad, p.is_leaf, p.grad_fn) for p in m.parameters()]"),
    ],
    program("_ = optimizer_step(module=nn.ReLU(), lr=0.1)"),
)  # fmt: skip

exercise = Exercise(title="Tools for models", parts=[counting, freezer, foreteller, stepper])
