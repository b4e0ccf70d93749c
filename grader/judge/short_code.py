"""A case that was drawn anew, as a few lines of Python: beside torch's layer where there is one, else on its own."""

import re
from collections.abc import Iterator, Sequence

import torch

from grader.compare import tensors as compare
from grader.judge.argument_code import ArgumentCode
from grader.judge.drawn import Drawn, never_negative
from grader.judge.tensor_code import Group, flat, lay_out, layout_code
from grader.model import EXCEPTIONS, Argument, Encoded, Finding, FindingKind, Observation, Recipe, Step, is_recipe

_OWN_NAMES = frozenset(("torch", "nn", "theirs", "yours", "layer", "name", "item", "values", "room", "before"))
_OUTPUTS = "abcdefg"
"""Names of the tensors of an output, where there are several."""
_WHOLE = 24
"""Elements up to which a tensor is printed whole."""
_CLOSE = 1e-3
"""Differences below which the two numbers are printed by themselves, with all their digits."""
_STEP = re.compile(r",? (?:of |after )?step \d+|, in float32")
_GRADIENT, _BUFFER, _INPUT, _OUTPUT = "the gradient of ", "buffer ", "input ", "the output"


class Unwritten(Exception):
    """There is no short code for it."""


def short_code(drawn: Drawn, symbol: str, module: str, finding: Finding, expected: Observation) -> str:
    """The code of a drawn case, whose last step is the call that shows a finding.

    Args:
        drawn: The case.
        symbol: What it is about.
        module: What the answer is imported from; nothing in a notebook.
        finding: What it shows.
        expected: What is expected of it.

    Raises:
        Unwritten: where there is none.
    """
    code = _ShortCode(drawn, symbol, finding, expected)
    return assembled(code.lines, symbol, module, code.dtype)


def assembled(lines: Sequence[str], symbol: str, module: str, dtype: torch.dtype | None = None) -> str:
    """Lines with the imports that they need above them.

    Args:
        lines: The lines.
        symbol: What they are about.
        module: What it is imported from; nothing in a notebook.
        dtype: The default dtype under which they run, where they depend on it.
    """
    uses_nn = any(re.search(r"\bnn\.", line) for line in lines)
    head = ["import torch", *(["from torch import nn"] if uses_nn else [])]
    head = [*head, f"from {module} import {symbol}"] if module else ["# Run this in a cell below your answer.", *head]
    # A notebook goes on with what is set here.
    later = "  # put it back later: torch.float32" if not module and dtype != torch.float32 else ""
    default = [] if dtype is None else [f"torch.set_default_dtype({dtype}){later}"]
    return "\n".join([*head, "", *default, *lines]) + "\n"


class _ShortCode(ArgumentCode):
    """The lines of a drawn case."""

    def __init__(self, drawn: Drawn, symbol: str, finding: Finding, expected: Observation) -> None:
        super().__init__(
            getattr(torch, drawn.case.get("dtype", "float64")), _OWN_NAMES | {symbol, *_OUTPUTS}, literal_up_to=_WHOLE
        )
        self.drawn, self.symbol, self.finding = drawn, symbol, finding
        self.steps, self.theirs = drawn.case["steps"], drawn.way.reference
        self.at = _shown_step(drawn, finding)
        last = self.steps[self.at] if self.steps else None
        if last is None or last["do"] != "call" or any("method" in step for step in self.steps):
            raise Unwritten
        seen = expected["steps"][self.at] if len(expected["steps"]) == len(self.steps) else {}
        self.out: Encoded = seen.get("out")
        self.what = _STEP.sub("", finding.where)
        self.written: list[str] = []
        """The names of the tensors, in the order in which they were written."""
        self.places: dict[str, str] = {}
        """The names of the tensors of the last call, by the judge's names for them."""
        if "new" in drawn.case:
            self._layer()
        else:
            self._function()

    # What comes before the calls

    def _layer(self) -> None:
        if not self.theirs:
            self._construct("layer", self.symbol)
            self._seed()
            calls = self._calls()
            self._draw_state()
            self._show(calls, ["layer"])
            return
        self._seed()
        self._construct("theirs", self.theirs)
        state = self.drawn.case.get("state") or []
        if self.drawn.way.state == "normal" and any(recipe["role"] == "parameter" for _, recipe in state):
            self.lines += ["for item in theirs.parameters():", "    nn.init.normal_(item)"]
        calls = self._calls()
        self._construct("yours", self.symbol)
        if state:
            self.lines.append("yours.load_state_dict(theirs.state_dict())")
        self._show(calls, ["theirs", "yours"])

    def _seed(self) -> None:
        self.lines.append(f"torch.manual_seed({self.drawn.way.seed})")

    def _function(self) -> None:
        self._seed()
        self._show(self._calls(), [self.theirs, self.symbol] if self.theirs else [self.symbol])

    def _construct(self, name: str, maker: str) -> None:
        new = self.drawn.case.get("new", {})
        arguments = self.arguments(new.get("args", []), new.get("kwargs", {}), "argument")
        self.lines += lay_out(Group(f"{maker}(", arguments, ")"), f"{name} = ")

    def _draw_state(self) -> None:
        """Draw each entry of the answer's state, as `grader.judge.drawn` does."""
        if self.drawn.way.state != "own" or not self.drawn.case.get("state"):
            return
        self.lines.append("for name, item in sorted(layer.state_dict().items()):")
        names = ", ".join(f'"{name}"' for name in never_negative(self.drawn.case))
        if not names:
            self.lines.append("    item.copy_(torch.randn(item.shape))")
            return
        ends = f"({names})" if ", " in names else names
        self.lines += [
            "    values = torch.randn(item.shape)",
            f"    item.copy_(values.abs() if name.endswith({ends}) else values)",
        ]

    def _calls(self) -> list[str]:
        """Write the tensors of the calls; each step is what follows the object: ``(x)``, ``.eval()``, or its lines."""
        calls = []
        for index, step in enumerate(self.steps):
            if step["do"] == "call":
                before = len(self.written)
                arguments = self.arguments(step.get("args", []), step.get("kwargs", {}), "x")
                calls.append(f"({', '.join(map(flat, arguments))})")
                if index == self.at:
                    self.places = dict(zip(_places(step), self.written[before:], strict=True))
            else:
                calls.append("" if step["do"] == "run" else f".{step['do']}()")
        return calls

    def tensor(self, recipe: Recipe, name: str, *, grad: bool | None = None) -> str:
        """Write the assignment of a tensor as it was drawn, and give back its name."""
        source = self.drawn.sources.get(recipe.get("seed", -1))
        self.written.append(name)
        if source is None:
            return super().tensor(recipe, name, grad=grad)
        wants, layout = recipe.get("grad", True), layout_code(name, recipe)
        if wants and not layout:
            plain = source.endswith(")")
            source = f"{source[:-1]}, requires_grad=True)" if plain else f"({source}).requires_grad_()"
        self.lines += [f"{name} = {source}", *layout, *([f"{name}.requires_grad_()"] if wants and layout else [])]
        return name

    # The calls, and what is printed

    def _show(self, calls: Sequence[str], targets: Sequence[str]) -> None:
        if len(targets) == 1:
            before, shown = self._program(calls, targets[0])
            self.lines += [*before, f"print({shown})" if shown else ""]
            self.lines = [line for line in self.lines if line]
            return
        programs = [self._program(calls, target) for target in targets]
        if not any(before for before, _ in programs):
            for label, (_, shown) in zip(('"expected"', '"got     "'), programs, strict=True):
                self.lines += lay_out(Group("print(", [label, shown], ")"))
            return
        target = "layer" if "new" in self.drawn.case else "function"
        before, shown = self._program(calls, target)
        theirs, yours = targets
        self.lines.append(f'for name, {target} in ("expected", {theirs}), ("got", {yours}):')
        self.lines += [f"    {part}" for line in before for part in line.splitlines()]
        self.lines.append(f"    print(name, {shown})")

    def _program(self, calls: Sequence[str], target: str) -> tuple[list[str], str]:
        """The lines up to what is printed, and that as an expression; empty where the last line raises."""
        lines = self._between(self.steps[: self.at], calls, target)
        last, finding = target + calls[self.at], self.finding
        if self.drawn.case.get("backward") == "last":
            if not compare.is_tensor(self.out):
                raise Unwritten
            lines += [f"a = {last}", *self._between(self.steps[self.at + 1 :], calls[self.at + 1 :], target)]
            last = "a"
        if finding.kind in EXCEPTIONS:
            backward = [self._loss(last)] if finding.criterion == "gradients" else [last]
            return [*lines, *backward[0].splitlines()], ""
        if self.what.startswith(_GRADIENT):
            return self._gradient(lines, last, target)
        if finding.kind is FindingKind.INPUT_CHANGED:
            name = self.places.get(self.what.removeprefix(_INPUT), "")
            if not name:
                raise Unwritten
            return [*lines, f"before = {name}.clone()", last], f'"expected", before, "got", {name}'
        if self.what.startswith(_BUFFER):
            return [*lines, last], self._part(_member(target, "buffer", self.what.removeprefix(_BUFFER)), None)
        if finding.kind is FindingKind.MODE:
            return [*lines, last], f"{target}.training"
        if finding.kind is FindingKind.NAMES and finding.criterion != "gradients":
            return [*lines, last], f"list({target}.state_dict())"
        if not self.what.startswith(_OUTPUT):
            raise Unwritten
        place = self.what.removeprefix(_OUTPUT)
        if finding.kind is FindingKind.STRUCTURE:
            return lines, last
        if finding.kind in (FindingKind.DTYPE, FindingKind.NUMBERS):
            return lines, f"{last}{place}.dtype"
        if finding.kind is FindingKind.SHAPE:
            return lines, f"{last}{place}.shape"
        wanted = dict(compare.leaves(self.out, _OUTPUT)).get(self.what)
        return lines, self._part(last + place, wanted)

    def _between(self, steps: Sequence[Step], calls: Sequence[str], target: str) -> list[str]:
        """The lines of steps of which nothing is shown."""
        lines: list[str] = []
        for step, call in zip(steps, calls, strict=False):
            lines += step.get("lines", []) if step["do"] == "run" else [target + call]
        return lines

    def _part(self, tensor: str, wanted: Encoded) -> str:
        """A tensor, or of a large one, or where little differs, the element that differs most."""
        index, difference = self.finding.index, self.finding.difference
        is_large = compare.is_tensor(wanted) and compare.body(wanted).numel() > _WHOLE
        is_large |= self.finding.expected.startswith("tensor of shape")
        is_close = difference is not None and difference < _CLOSE
        if not (is_large or is_close):
            return tensor
        if index is None:
            raise Unwritten
        return f"{tensor}{list(index) if index else ''}.item()"

    def _gradient(self, lines: Sequence[str], call: str, target: str) -> tuple[list[str], str]:
        of = self.what.removeprefix(_GRADIENT)
        name = self.places.get(of)
        shown = f"{name or _member(target, 'parameter', of)}.grad"
        clear = [f"{name}.grad = None"] if name and self.theirs else []
        part = self._part(shown, None) if self.finding.kind is FindingKind.VALUE else shown
        return [*lines, *clear, *self._loss(call).splitlines()], part

    def _loss(self, call: str) -> str:
        """The lines that go backward through a call, as the case does."""
        cubes = ".pow(3)" if self.steps[self.at].get("loss") == "cubes" else ""
        if compare.is_tensor(self.out) or self.out is None:
            return f"{call}{cubes}.sum().backward()"
        names = iter(_OUTPUTS)
        pattern = _unpacked(self.out, names)
        used = [name for name in _OUTPUTS if re.search(rf"\b{name}\b", pattern)]
        losses = " + ".join(f"{name}{cubes}.sum()" for name in used)
        return f"{pattern} = {call}\n({losses}).backward()"


def _shown_step(drawn: Drawn, finding: Finding) -> int:
    """The step that is shown: the last, unless what is shown of an earlier one comes after all of them."""
    step = finding.where.rpartition("step ")[2]
    return int(step) - 1 if drawn.case.get("backward") == "last" and step.isdigit() else len(drawn.case["steps"]) - 1


def _member(target: str, kind: str, name: str) -> str:
    """A parameter or buffer by its name, in which there may be numbers."""
    return f'{target}.get_{kind}("{name}")' if re.search(r"\.\d+\.", f".{name}") else f"{target}.{name}"


def _unpacked(out: Encoded, names: Iterator[str], inside: bool = False) -> str:
    """A pattern that takes a nested output apart: ``a, (b, c)``."""
    if compare.is_tensor(out):
        return next(names)
    if not isinstance(out, list) or not 0 < len(out) <= 3:
        raise Unwritten
    parts = ", ".join(_unpacked(item, names, inside=True) for item in out) + ("," if len(out) == 1 else "")
    return f"({parts})" if inside else parts


def _places(step: Step) -> Iterator[str]:
    """The judge's names of the tensors of a call, in the order in which they are written."""
    for index, value in enumerate(step.get("args", [])):
        yield from _within(value, f"input.{index}")
    for name, value in step.get("kwargs", {}).items():
        yield from _within(value, name)


def _within(value: Argument, path: str) -> Iterator[str]:
    if is_recipe(value):
        yield path
    elif isinstance(value, dict):
        items = value.get("$tuple")
        if items is None:
            raise Unwritten
        yield from _within(items, path)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _within(item, f"{path}.{index}")
