"""PyTorch's own sample inputs of its layers (`module_db`): which of them the contract asks for, and as cases.

``python -m tests.torch_samples`` writes them beside the exercises, as ``samples.json``: what torch keeps for its own
tests takes more to import than grading does, and changes torch's settings, so nothing else may import this module. With
``--compare`` it writes nothing, and prints as JSON how the references differ from torch on the samples.
"""

import copy
import json
import sys
import types
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from inspect import Parameter, signature
from pathlib import Path
from typing import Any, get_overloads

import torch
from torch import Tensor, nn

from grader.course.declared import DeclaredExercise
from grader.kit.load import load_course
from grader.model import DeclaredCase, Step
from grader.model.files import write_whole
from grader.spec import Part, call, evaluate, function, layer_case, tensor, tuple_of

ROOT = Path(__file__).parent.parent
FILE = "samples.json"
_INSIDE: Any = {"fill": "uniform", "scale": 0.45, "shift": 0.5}
"""Numbers between 0 and 1."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of a part: how its layer is constructed, and what it is called with."""

    exercise: DeclaredExercise
    part: Part
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    inputs: Sequence[Any]
    named: Mapping[str, Any]
    """Inputs that are passed by name."""
    training: bool

    @property
    def given(self) -> dict[str, Any]:
        """The constructor's arguments by name, defaults left out."""
        known = {**_defaults(getattr(nn, self.part.symbol)), **_defaults(self.answer)}
        by_name = {**dict(zip(self.part.arguments, self.args, strict=False)), **self.kwargs}
        return {name: value for name, value in by_name.items() if not _is_same(value, known.get(name, Parameter.empty))}

    @property
    def answer(self) -> type[nn.Module]:
        """The reference."""
        found: type[nn.Module] = getattr(self.exercise.reference, self.part.symbol)
        return found

    @property
    def calls(self) -> tuple[list[Any], dict[str, Any]]:
        """What ``forward`` is given: by name only what the contract names so."""
        ours = signature(self.answer.forward).parameters
        theirs = signature(getattr(nn, self.part.symbol).forward).bind(None, *self.inputs, **self.named)
        named = {name: value for name, value in self.named.items() if name in ours}
        return [value for name, value in list(theirs.arguments.items())[1:] if name not in named], named

    @property
    def left_out(self) -> str:
        """Why the contract leaves it out; nothing where it does not."""
        unknown = [name for name in self.given if name not in self.part.arguments]
        if unknown:
            return f"the argument {unknown[0]} is not asked for"
        if any(isinstance(value, nn.Module) for value in self.given.values()):
            return "how the layer among its arguments was made is not known"
        is_empty = any(not item.numel() for item in tensors([*self.inputs, *self.named.values()]))
        return "an empty batch is not asked for" if is_empty else ""

    @property
    def case(self) -> DeclaredCase:
        """The sample as a case: in training, then in evaluation."""
        required = [name for name, item in signature(self.answer).parameters.items() if item.default is Parameter.empty]
        given = {name: _argument(value) for name, value in self.given.items()}
        args = [given.pop(name) for name in required if name in given]
        return layer_case(args, given, [self._call(0), evaluate(), self._call(1)])

    def _call(self, seed: int) -> Step:
        inputs, named = self.calls
        return call(
            *(_argument(value, 10 * seed + index) for index, value in enumerate(inputs)),
            cotangent=seed,
            **{name: _argument(value, 10 * seed + 5 + index) for index, (name, value) in enumerate(named.items())},
        )


def samples() -> Iterator[Sample]:
    """The samples of every part whose symbol is a layer of torch, for training and for evaluation."""
    table = {info.module_cls: info for info in _module_db()}
    for exercise in load_course(ROOT).exercises:
        assert isinstance(exercise, DeclaredExercise)
        for part in exercise.parts:
            info = table.get(getattr(nn, part.symbol, None))
            for training in (True, False) if info else ():
                # Some samples are drawn, and should be the same whatever was drawn for other layers.
                torch.manual_seed(1)
                for item in info.module_inputs_func(
                    info, device="cpu", dtype=torch.float64, requires_grad=True, training=training
                ):
                    new, forward = item.constructor_input, item.forward_input
                    yield Sample(exercise, part, new.args, new.kwargs, forward.args, forward.kwargs, training)


def _module_db() -> list[Any]:
    """What torch tests its layers with."""
    # It imports `expecttest`, of which nothing that is needed here is used.
    stand_in: Any = types.ModuleType("expecttest")
    stand_in.TestCase = object
    sys.modules.setdefault("expecttest", stand_in)
    from torch.testing._internal.common_modules import module_db

    return module_db


def tensors(value: Any) -> list[Tensor]:
    """The tensors in an argument."""
    if isinstance(value, Tensor):
        return [value]
    return [item for each in value for item in tensors(each)] if isinstance(value, list | tuple) else []


def recorded(found: Sequence[Sample]) -> dict[Path, str]:
    """The files that hold the samples within the contract, each with its text."""
    cases: dict[Path, dict[str, list[str]]] = {}
    for sample in found:
        if not sample.left_out:
            known = cases.setdefault(sample.exercise.folder / FILE, {}).setdefault(sample.part.symbol, [])
            # Those for training and for evaluation are mostly the same.
            if (text := json.dumps(sample.case)) not in known:
                known.append(text)
    return {path: _text(symbols) for path, symbols in cases.items()}


def _text(symbols: Mapping[str, Sequence[str]]) -> str:
    """A file: a line a case."""
    listed = {symbol: ",\n".join(lines) for symbol, lines in symbols.items()}
    return "{\n" + ",\n".join(f'"{symbol}": [\n{lines}\n]' for symbol, lines in listed.items()) + "\n}\n"


def difference(sample: Sample) -> str:
    """How the reference differs from torch on a sample; nothing where it does not."""
    theirs, ours = _observed(sample, getattr(nn, sample.part.symbol)), _observed(sample, sample.answer)
    try:
        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-11)
    except AssertionError as error:
        return f"{sample.part.symbol}, {sample.given}, training={sample.training}: {error}"
    return ""


def _observed(sample: Sample, layer_class: type[nn.Module]) -> dict[str, Any]:
    """What a layer gives and keeps: outputs, gradients of inputs and parameters, buffers; from the same values."""
    torch.manual_seed(0)
    inputs, named = sample.calls
    # A copy: a weight that is given becomes a buffer, into which values are loaded.
    layer = layer_class(**copy.deepcopy(sample.given)).double().train(sample.training)
    names = sorted(layer.state_dict())
    values = torch.Generator().manual_seed(0)
    drawn = {name: torch.rand(layer.state_dict()[name].shape, generator=values).double() + 0.5 for name in names}
    layer.load_state_dict(drawn)
    out = tensors(layer(*inputs, **named))
    given = [item for item in tensors([*inputs, *named.values()]) if item.requires_grad]
    live = [item for item in out if item.requires_grad]
    cotangents = [torch.randn(item.shape, generator=values).double() for item in live]
    grads = torch.autograd.grad(live, [*given, *layer.parameters()], cotangents)
    return {"out": out, "grads": list(grads), "state": dict(layer.state_dict())}


def _defaults(layer: type[nn.Module]) -> dict[str, Any]:
    overloads = get_overloads(layer.__init__)
    parameters = signature(overloads[0] if overloads else layer).parameters
    return {name: item.default for name, item in parameters.items() if item.default is not Parameter.empty}


def _is_same(value: Any, default: Any) -> bool:
    return type(value) is type(default) and bool(value == default)


def _argument(value: Any, seed: int = 0) -> Any:
    """An argument as plain data: of floating tensors shape and kind, else the values; a function by its name."""
    if isinstance(value, Tensor):
        if value.is_floating_point():
            is_probable = value.numel() > 0 and bool(((value >= 0) & (value <= 1)).all())
            inside = _INSIDE if is_probable else {}
            return tensor(*value.shape, seed=seed, grad=value.requires_grad, **inside)
        dtype = str(value.dtype).removeprefix("torch.")
        return tensor(*value.shape, fill="values", values=value.flatten().tolist(), dtype=dtype)
    if isinstance(value, list | tuple):
        items = [_argument(item, seed + index) for index, item in enumerate(value)]
        return tuple_of(*items) if isinstance(value, tuple) else items
    if callable(value):
        assert getattr(nn.functional, value.__name__) is value, f"{value!r} is no function of torch"
        return function(f"nn.functional.{value.__name__}")
    assert value is None or isinstance(value, bool | int | float | str), f"{value!r} is no plain data"
    return value


def main() -> None:
    """Write the files of all exercises, or compare."""
    found = list(samples())
    if "--compare" not in sys.argv[1:]:
        for path, text in recorded(found).items():
            write_whole(path, text)
        return
    kept = [sample for sample in found if not sample.left_out]
    left_out = sorted({(sample.part.symbol, sample.left_out) for sample in found if sample.left_out})
    report = {
        "left_out": left_out,
        "compared": Counter(sample.part.symbol for sample in kept),
        "different": [text for sample in kept if (text := difference(sample))],
        "stale": [str(path) for path, text in recorded(found).items() if not _holds(path, text)],
    }
    print(json.dumps(report))


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    main()
