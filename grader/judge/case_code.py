"""A case as lines of Python: how the object is made, what is loaded, each step, and what is printed of it."""

import builtins
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from grader.judge.argument_code import ArgumentCode, prefixed
from grader.judge.case_names import expression, names_in
from grader.judge.tensor_code import Group, lay_out, plain, tensor_code
from grader.model import Case, DeclaredCase, Line, Observation, Recipe, Step, StepObservation

FIND_TENSORS = '''\
def tensors(value, name="output"):
    """The tensors of a result, each by its place."""
    if isinstance(value, torch.Tensor):
        return {name: value}
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return {k: t for i, v in items for k, t in tensors(v, f"{name}.{i}").items()}'''

COUNT = '''\
class Count(TorchDispatchMode):
    """Counts tensor operations."""

    operations = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        Count.operations += 1
        return func(*args, **(kwargs or {}))'''

_USES_LAYER = re.compile(r"(?<!type\()\blayer[.(]")

_OWN_NAMES = frozenset(
    ("layer", "torch", "nn", "np", "zlib", "rand", "room", "Count", "out", "tensors", "found", "cotangents", "name",
     "item", "seed", "values")
)  # fmt: skip
"""Names of variables that the code written here uses itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What the code of a case is to show (see `grader.judge.snippet.snippet`)."""

    criterion: str = ""
    expected: Observation | None = None
    load: str = "exact"
    inputs: bool = False
    lines: Sequence[str] = ()
    only_last: bool = False


class CaseCode(ArgumentCode):
    """The code of a case."""

    def __init__(self, case: Case | DeclaredCase, symbol: str, shown: Shown, literal_up_to: int) -> None:
        """Write it.

        Args:
            case: The case.
            symbol: What it is about.
            shown: What it is to show.
            literal_up_to: Elements up to which tensors are written out.
        """
        self.case, self.symbol, self.shown = case, symbol, shown
        self.target = "layer" if "new" in case else symbol
        self.calls = sum(step["do"] == "call" for step in case["steps"])
        self.above: list[str] = []
        """Definitions that the lines use."""
        self.at_the_end: list[str] = []
        """Backward passes that wait for all calls."""
        outs = {f"out{number}" for number in range(1, self.calls + 1)}
        reserved = _OWN_NAMES | {symbol} | outs | names_in(case) | set(dir(builtins))
        super().__init__(getattr(torch, case.get("dtype", "float64")), reserved, literal_up_to)
        self._write()

    @property
    def counts(self) -> bool:
        """Whether tensor operations are counted."""
        return COUNT in self.above

    def _write(self) -> None:
        lines = self.shown.lines
        if lines and not self.calls and not any(_USES_LAYER.search(line) for line in lines):
            # The lines construct what they look at themselves.
            lines = [line.replace("type(layer)", self.symbol) for line in lines]
        elif "new" in self.case:
            self._construct()
        if "new" not in self.case or self.shown.criterion not in ("parameters", "init"):
            self._steps()
        self.lines += self.at_the_end
        self.lines += [*([""] if lines and self.calls else []), *lines]
        if self.shown.criterion == "errors" and not any(step["do"] == "run" for step in self.case["steps"]):
            self.lines.append('print("Nothing was raised; an exception was expected.")')
        if self.counts:
            self.lines.append('print("tensor operations:", Count.operations)')

    def _steps(self) -> None:
        done = 0
        for number, step in enumerate(self.case["steps"]):
            if step["do"] == "call":
                done += 1
                self._call(step, done, self._observed(number))
            elif step["do"] == "run":
                if not self.shown.lines:
                    self._run(step["lines"], self._observed(number).get("lines", []))
            else:
                self.lines.append(f"layer.{step['do']}()")

    def _observed(self, number: int) -> StepObservation:
        """What the oracle did in a step, empty where there is none."""
        steps = self.shown.expected["steps"] if self.shown.expected else []
        return steps[number] if number < len(steps) else {}

    def _construct(self) -> None:
        new = self.case["new"]
        self.taken = set()
        arguments = self.arguments(new.get("args", []), new.get("kwargs", {}), "argument")
        # The judge converts the object once it is made; a hard-coded dtype inside is a finding of its own.
        double = ".double()" if self.dtype == torch.float64 and "fresh" not in self.case else ""
        double = ".float()" if self._has_other_default and not double else double
        with self._under_its_default():
            self.lines += lay_out(Group(f"{self.symbol}(", arguments, ")" + double), "layer = ")
        self._describe()
        if self._state():
            self._load()

    @property
    def _has_other_default(self) -> bool:
        return "default" in self.case

    @contextmanager
    def _under_its_default(self) -> Iterator[None]:
        """Lines that run under the case's own default dtype, where that is not the dtype of its tensors."""
        if not self._has_other_default:
            yield
            return
        self.lines.append(f"torch.set_default_dtype(torch.{self.case['default']})")
        yield
        self.lines.append(f"torch.set_default_dtype({self.dtype})")

    def _describe(self) -> None:
        """Print the constructed object, for the criteria that are about it."""
        if self.shown.criterion == "parameters":
            for kind in ("parameter", "buffer"):
                self.lines += [
                    f"for name, item in layer.named_{kind}s():",
                    f'    print("{kind}", name, tuple(item.shape), item.dtype)',
                ]
        if self.shown.criterion == "init" and not self.shown.lines:
            self.lines += [
                "for name, item in layer.named_parameters():",
                '    print(name, "from", item.min().item(), "to", item.max().item())',
                '    print(name, "mean", item.mean().item(), "std", item.std().item())',
            ]

    def _state(self) -> list[tuple[str, Recipe]]:
        """The names and recipes of the state that the case loads."""
        state = self.case.get("state") or []
        if isinstance(state, str):
            raise ValueError(f"the state {state!r} of this case is not resolved to recipes yet")
        return [*state.items()] if isinstance(state, Mapping) else [(name, recipe) for name, recipe in state]

    def _load(self) -> None:
        pairs = self._state()
        if self.shown.load == "order":
            pairs.sort(key=lambda pair: pair[1].get("role", "parameter") != "parameter")
        nodes = []
        for name, recipe in pairs:
            node, needs_numpy = tensor_code(recipe, self.dtype, grad=False, literal_up_to=self.literal_up_to)
            self.imports |= {"import numpy as np"} if needs_numpy else set()
            nodes.append(node if self.shown.load == "order" else prefixed(f"{plain(name)}: ", node))
        if self.shown.load != "order":
            strict = ", strict=False" if self.shown.load == "partial" and self.shown.criterion != "parameters" else ""
            self.lines += lay_out(Group("layer.load_state_dict({", nodes, "}" + strict + ")"))
            return
        self.lines += lay_out(Group("[", nodes, "]"), "values = ")
        self.lines += [
            "with torch.no_grad():",
            "    for own, value in zip([*layer.parameters(), *layer.buffers()], values):",
            "        own.copy_(value)",
        ]

    def _call(self, step: Step, number: int, observed: StepObservation) -> None:
        several = self.calls > 1
        out, of_call = (f"out{number}", f" of call {number}") if several else ("out", "")
        last = self.case.get("backward") == "last"
        self.taken, self.with_grad = self.taken if last else set(), []
        before = len(self.lines)
        arguments = self.arguments(step.get("args", []), step.get("kwargs", {}), "x")
        if several and len(self.lines) > before:
            self.lines.insert(before, "")
        function = f"{self.target}.{step['method']}" if "method" in step else self.target
        # Two lines that set a default would stand inside the block.
        blocks = [] if "cotangent" in step or self._has_other_default else ["torch.no_grad()"]
        if step.get("count"):
            blocks.append("Count()")
            self._need(COUNT)
        if blocks:
            self.lines.append(f"with {', '.join(blocks)}:")
        with self._under_its_default():
            self.lines += lay_out(Group(f"{function}(", arguments, ")"), f"{out} = ", indent=4 if blocks else 0)
        self._show(out, of_call)
        if "cotangent" in step and self.shown.criterion in ("", "gradients"):
            before = len(self.lines)
            self._pull_back(step, out, of_call, observed, again=number > 1)
            if last:
                self.at_the_end += ["", *self.lines[before:]]
                del self.lines[before:]

    def _show(self, out: str, of_call: str) -> None:
        if self.shown.lines:
            return
        if self.shown.criterion == "shapes":
            self.lines.append(f'print("shape of output{of_call}:", getattr({out}, "shape", {out}))')
        elif self.shown.criterion == "state":
            after = f" after{of_call.removeprefix(' of')}" if of_call else ""
            self.lines += ["for name, buffer in layer.named_buffers():", f'    print(f"{{name}}{after}:", buffer)']
        elif self.shown.criterion == "device":
            if self.case.get("elsewhere") and of_call in ("", " of call 1"):
                self.lines.append("# The judge does this on another device: with a GPU, on what .cuda() gives.")
            self.lines.append(f'print("output{of_call}:", getattr({out}, "dtype", ""), {out})')
        elif self.shown.criterion not in ("errors", "vectorized"):
            self.lines.append(f'print("output{of_call}:", {out})')
        if self.shown.inputs:
            self.lines += [f'print("{name} after the call:", {name})' for name in sorted(self.taken)]

    def _pull_back(self, step: Step, out: str, of_call: str, observed: StepObservation, *, again: bool) -> None:
        """Write the backward pass that the judge does, and print every gradient it compares."""
        in_call = of_call.replace(" of", " in")
        has_parameters = any(recipe.get("role", "parameter") == "parameter" for _, recipe in self._state())
        if not has_parameters and not self.with_grad:
            return
        if again and has_parameters:
            self.lines.append("layer.zero_grad()")
        sent = observed.get("out")
        if isinstance(sent, torch.Tensor) or (isinstance(sent, Mapping) and "$sketch" in sent):
            shape = list(sent.shape if isinstance(sent, torch.Tensor) else sent["shape"])
            seed = (step["cotangent"] + zlib.crc32(b"output")) % 2**32
            recipe: Recipe = {"$fill": "normal", "shape": shape, "seed": seed}
            self.lines.append(f"{out}.backward({self.tensor(recipe, self.name('cotangent'), grad=False)})")
        else:
            self._need(FIND_TENSORS)
            self.imports |= {"import numpy as np", "import zlib"}
            self.lines += [
                f"found = {{k: t for k, t in tensors({out}).items() if t.requires_grad}}",
                "cotangents = []",
                "for name, item in found.items():",
                f"    seed = ({step['cotangent']} + zlib.crc32(name.encode())) % 2**32",
                "    values = rand(seed).standard_normal(tuple(item.shape))",
                "    cotangents.append(torch.as_tensor(values, dtype=item.dtype))",
                "torch.autograd.backward([*found.values()], cotangents)",
            ]
        for name in self.with_grad:
            self.lines.append(f'print("gradient of {name}{in_call}:", {name}.grad)')
        if has_parameters:
            self.lines += [
                "for name, parameter in layer.named_parameters():",
                f'    print(f"gradient of {{name}}{in_call}:", parameter.grad)',
            ]

    def _run(self, lines: Sequence[str], answered: Sequence[Line]) -> None:
        """Write lines of Python as they stand; the value of an expression is printed where there is one to compare."""
        for number, line in enumerate(lines):
            observed = answered[number] if number < len(answered) else None
            if observed is not None and "raised" in observed:
                self.lines += [
                    "try:",
                    *(f"    {part}" for part in line.splitlines()),
                    "except Exception as error:",
                    '    print(type(error).__name__ + ":", error)',
                    "else:",
                    f'    print("Nothing was raised; {_article(observed["raised"])} was expected.")',
                ]
                continue
            has_value = observed.get("value") is not None if observed is not None else number == len(lines) - 1
            has_value &= not self.shown.only_last or number == len(lines) - 1
            value = expression(line) if has_value else None
            self.lines.append(line if value is None else f"print({value})")

    def _need(self, helper: str) -> None:
        if helper not in self.above:
            self.above.append(helper)


def _article(name: str) -> str:
    return f"{'an' if name[:1] in 'AEIOU' else 'a'} {name}"
