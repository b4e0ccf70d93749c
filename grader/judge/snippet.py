"""Write a case as Python that shows the failure when pasted beside the answer file."""

import ast
import builtins
import keyword
import zlib
from collections.abc import Iterator, Mapping, Sequence

import torch

from grader.judge.tensor_code import RAND, Group, Node, lay_out, layout_code, plain, tensor_code
from grader.model import (
    Argument,
    CallRecord,
    Case,
    CaseBody,
    DeclaredCase,
    Line,
    Observation,
    Recipe,
    Step,
    is_recipe,
)  # fmt: skip

_FIND_TENSORS = '''\
def tensors(value, name="output"):
    """The tensors of a result, each by its place."""
    if isinstance(value, torch.Tensor):
        return {name: value}
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return {k: t for i, v in items for k, t in tensors(v, f"{name}.{i}").items()}'''

_COUNT = '''\
class Count(TorchDispatchMode):
    """Counts tensor operations."""

    operations = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        Count.operations += 1
        return func(*args, **(kwargs or {}))'''


_LITERALS = (24, 8, 1)
"""Elements up to which tensors are written out: the first that keeps the text on a screen."""
_SCREEN = 30

_OWN_NAMES = frozenset(
    ("layer", "torch", "nn", "np", "zlib", "rand", "room", "Count", "out", "tensors", "found", "cotangents", "name",
     "item", "seed", "values")
)  # fmt: skip
"""What the code written here calls its own variables."""


def snippet(
    case: Case | DeclaredCase,
    exercise: str,
    symbol: str,
    *,
    criterion: str = "",
    expected: Observation | None = None,
    load: str = "exact",
    shows_inputs: bool = False,
    precise: bool = False,
    in_notebook: bool = False,
    shows: Sequence[str] = (),
) -> str:
    """Write a case as Python to paste beside the answer file.

    Args:
        case: The case, in the form that `grader.case.probe.run_case` takes.
        exercise: The answer file's name, with or without its assignment.
        symbol: What the case is about.
        criterion: What to print: "gradients" pulls the case's cotangent back, "state" shows buffers, and so on;
            empty shows the outputs, and the gradients where the case asks for them.
        expected: The oracle's observation of the case, which makes the code plainer where it is at hand.
        load: How the judge could load the state into the answer: ``exact``, by ``order`` where the answer has names of
            its own, or ``partial``, whatever fits.
        shows_inputs: Print the inputs after each call too, where an answer has changed them.
        precise: Print more digits than torch does, where the difference is small.
        in_notebook: The answer is a notebook, from which nothing can be imported.
        shows: Lines that show what the case is about, in place of its outputs and of its own lines.
    """
    text = ""
    for literal_up_to in _LITERALS:
        writer = _Snippet(case, exercise.rsplit("/", 1)[-1], symbol, criterion, expected)
        writer.how, writer.shows_inputs, writer.in_notebook = load, shows_inputs, in_notebook
        writer.shows = shows
        writer.precise = precise or criterion == "numerics"
        writer.literal_up_to = literal_up_to
        text = writer.text()
        if text.count("\n") <= _SCREEN:
            break
    return text


class _Snippet:
    """The lines written so far, and what they will need above them."""

    def __init__(
        self, case: Case | DeclaredCase, exercise: str, symbol: str, criterion: str, expected: Observation | None
    ) -> None:
        self.case, self.exercise, self.symbol, self.criterion = case, exercise, symbol, criterion
        self.expected = expected
        self.how = "exact"
        self.shows_inputs = self.precise = self.in_notebook = False
        self.shows: Sequence[str] = ()
        self.literal_up_to = _LITERALS[0]
        self.dtype: torch.dtype = getattr(torch, case.get("dtype", "float64"))
        self.target = "layer" if "new" in case else symbol
        self.calls = sum(step["do"] == "call" for step in case["steps"])
        self.lines: list[str] = []
        self.imports: set[str] = set()
        self.above: list[str] = []
        self.of_lines = _names_in(case)
        self.reserved = _OWN_NAMES | {symbol} | {f"out{number}" for number in range(1, self.calls + 1)}
        self.reserved |= self.of_lines | set(dir(builtins))
        self.taken: set[str] = set()
        self.with_grad: list[str] = []
        """Tensors of the call being written that ask for a gradient."""
        self.at_the_end: list[str] = []
        """Backward passes that wait for all calls."""

    def text(self) -> str:
        if "new" in self.case:
            self.construct()
        done = 0
        if "new" not in self.case or self.criterion not in ("parameters", "init"):
            for number, step in enumerate(self.case["steps"]):
                if step["do"] == "call":
                    done += 1
                    self.call(step, done, self.record(number))
                elif step["do"] == "run":
                    if not self.shows:
                        self.run(step["lines"], self.record(number).get("lines", []))
                else:
                    self.lines.append(f"layer.{step['do']}()")
        self.lines += self.at_the_end
        self.lines += [*([""] if self.shows and self.calls else []), *self.shows]
        if self.criterion == "errors" and not any(step["do"] == "run" for step in self.case["steps"]):
            self.lines.append('print("Nothing was raised; an exception was expected.")')
        if self.above and "TorchDispatchMode" in "".join(self.above):
            self.lines.append('print("tensor operations:", Count.operations)')
        return "\n".join([*self.head(), *self.lines]) + "\n"

    def head(self) -> list[str]:
        names = sorted({self.symbol} | (self.of_lines & _answer_names(self.case)))
        modules = [
            *sorted(self.imports, key=lambda line: "numpy" in line),
            "import torch",
            *(["from torch import nn"] if "nn" in self.of_lines else []),
        ]
        if "Count" in "".join(self.above):
            modules.append("from torch.utils._python_dispatch import TorchDispatchMode")
        lines = [*modules, f"from {self.exercise} import {', '.join(names)}"]
        if self.in_notebook:
            lines = ["# Run this in a cell below your answer.", *modules]
        lines += [*([""] if self.above else []), ""]
        for helper in self.above:
            lines += [*helper.splitlines(), "", ""]
        if "import numpy as np" in self.imports:
            lines.append(RAND)
        # A notebook goes on with what is set here.
        later = "  # put it back later: torch.float32" if self.in_notebook and self.dtype != torch.float32 else ""
        lines.append(f"torch.set_default_dtype({self.dtype}){later}")
        if self.precise:
            lines.append("torch.set_printoptions(precision=10)")
        lines.append(f"torch.manual_seed({self.case.get('seed', 0)})")
        return lines

    def record(self, number: int) -> CallRecord:
        """The oracle's record of a step, empty where there is none."""
        steps = self.expected["steps"] if self.expected else []
        return steps[number] if number < len(steps) else {}

    # Values

    def name(self, wish: str) -> str:
        """A name of that kind that nothing else in this block has."""
        name = wish if wish.isidentifier() and not keyword.iskeyword(wish) else "tensor"
        while name in self.reserved or name in self.taken:
            name += "_"
        self.taken.add(name)
        return name

    def value(self, value: Argument, wish: str) -> Node:
        """An argument as source; tensors get an assignment of their own above."""
        if isinstance(value, (list, tuple)):
            return Group("[", [self.value(item, f"{wish}_{index}") for index, item in enumerate(value)], "]")
        if is_recipe(value):
            return self.tensor(value, self.name(wish))
        if not isinstance(value, Mapping):
            return plain(value)
        if "$tuple" in value:
            return Group("(", [self.value(item, f"{wish}_{index}") for index, item in enumerate(value["$tuple"])], ")")
        if "$torch" in value:
            path: str = "torch." + value["$torch"]
            if "args" not in value and "kwargs" not in value:
                return path
            return Group(f"{path}(", self.arguments(value.get("args", []), value.get("kwargs", {}), wish), ")")
        items = value["$dict"] if "$dict" in value else value.items()
        return Group("{", [_prefixed(f"{plain(key)}: ", self.value(item, str(key))) for key, item in items], "}")

    def arguments(self, args: Sequence[Argument], kwargs: Mapping[str, Argument], wish: str) -> list[Node]:
        alone = sum(isinstance(arg, Mapping) and ("$fill" in arg or "$tuple" in arg) for arg in args) == 1
        nodes = [self.value(arg, wish if alone else f"{wish}{index}") for index, arg in enumerate(args)]
        return nodes + [_prefixed(f"{key}=", self.value(item, key)) for key, item in kwargs.items()]

    def tensor(self, recipe: Recipe, name: str, *, grad: bool | None = None) -> str:
        """Write the assignment of a tensor and give back its name."""
        wants = recipe.get("grad", True) if grad is None else grad
        wants = wants and (getattr(torch, recipe["dtype"]) if "dtype" in recipe else self.dtype).is_floating_point
        layout = layout_code(name, recipe)
        node, needs_numpy = tensor_code(recipe, self.dtype, grad=wants and not layout, literal_up_to=self.literal_up_to)
        self.imports |= {"import numpy as np"} if needs_numpy else set()
        self.lines += [*lay_out(node, f"{name} = "), *layout]
        if layout and wants:
            self.lines.append(f"{name}.requires_grad_()")
        if wants:
            self.with_grad.append(name)
        return name

    # Steps

    def construct(self) -> None:
        new = self.case["new"]
        self.taken = set()
        arguments = self.arguments(new.get("args", []), new.get("kwargs", {}), "argument")
        # The judge converts the object once it is made; a hard-coded dtype inside is a finding of its own.
        double = ".double()" if self.dtype == torch.float64 and "fresh" not in self.case else ""
        self.lines += lay_out(Group(f"{self.symbol}(", arguments, ")" + double), "layer = ")
        self.describe()
        if self.state():
            self.load()

    def describe(self) -> None:
        """Print what was made, for the criteria that are about that."""
        if self.criterion == "parameters":
            for kind in ("parameter", "buffer"):
                self.lines += [
                    f"for name, item in layer.named_{kind}s():",
                    f'    print("{kind}", name, tuple(item.shape), item.dtype)',
                ]
        if self.criterion == "init" and not self.shows:
            self.lines += [
                "for name, item in layer.named_parameters():",
                '    print(name, "from", item.min().item(), "to", item.max().item())',
                '    print(name, "mean", item.mean().item(), "std", item.std().item())',
            ]

    def state(self) -> list[tuple[str, Recipe]]:
        """The names and recipes of the state that the case loads."""
        state = self.case.get("state") or []
        if isinstance(state, str):
            raise ValueError(f"the state {state!r} of this case is not resolved to recipes yet")
        return [*state.items()] if isinstance(state, Mapping) else [(name, recipe) for name, recipe in state]

    def load(self) -> None:
        pairs = self.state()
        if self.how == "order":
            pairs.sort(key=lambda pair: pair[1].get("role", "parameter") != "parameter")
        nodes = []
        for name, recipe in pairs:
            node, needs_numpy = tensor_code(recipe, self.dtype, grad=False, literal_up_to=self.literal_up_to)
            self.imports |= {"import numpy as np"} if needs_numpy else set()
            nodes.append(node if self.how == "order" else _prefixed(f"{plain(name)}: ", node))
        if self.how != "order":
            strict = ", strict=False" if self.how == "partial" and self.criterion != "parameters" else ""
            self.lines += lay_out(Group("layer.load_state_dict({", nodes, "}" + strict + ")"))
            return
        self.lines += lay_out(Group("[", nodes, "]"), "values = ")
        self.lines += [
            "with torch.no_grad():",
            "    for own, value in zip([*layer.parameters(), *layer.buffers()], values):",
            "        own.copy_(value)",
        ]

    def call(self, step: Step, number: int, record: CallRecord) -> None:
        several = self.calls > 1
        out, of_call = (f"out{number}", f" of call {number}") if several else ("out", "")
        last = self.case.get("backward") == "last"
        self.taken, self.with_grad = self.taken if last else set(), []
        before = len(self.lines)
        arguments = self.arguments(step.get("args", []), step.get("kwargs", {}), "x")
        if several and len(self.lines) > before:
            self.lines.insert(before, "")
        function = f"{self.target}.{step['method']}" if "method" in step else self.target
        blocks = [] if "cotangent" in step else ["torch.no_grad()"]
        if step.get("count"):
            blocks.append("Count()")
            self.need(_COUNT)
        if blocks:
            self.lines.append(f"with {', '.join(blocks)}:")
        self.lines += lay_out(Group(f"{function}(", arguments, ")"), f"{out} = ", indent=4 if blocks else 0)
        self.show(out, of_call)
        if "cotangent" in step and self.criterion in ("", "gradients"):
            before = len(self.lines)
            self.pull_back(step, out, of_call, record, again=number > 1)
            if last:
                self.at_the_end += ["", *self.lines[before:]]
                del self.lines[before:]

    def show(self, out: str, of_call: str) -> None:
        if self.shows:
            return
        if self.criterion == "shapes":
            self.lines.append(f'print("shape of output{of_call}:", getattr({out}, "shape", {out}))')
        elif self.criterion == "state":
            after = f" after{of_call.removeprefix(' of')}" if of_call else ""
            self.lines += ["for name, buffer in layer.named_buffers():", f'    print(f"{{name}}{after}:", buffer)']
        elif self.criterion not in ("errors", "vectorized"):
            self.lines.append(f'print("output{of_call}:", {out})')
        if self.shows_inputs:
            self.lines += [f'print("{name} after the call:", {name})' for name in sorted(self.taken)]

    def pull_back(self, step: Step, out: str, of_call: str, record: CallRecord, *, again: bool) -> None:
        """Write the backward pass that the judge does, and print every gradient it compares."""
        in_call = of_call.replace(" of", " in")
        has_parameters = any(recipe.get("role", "parameter") == "parameter" for _, recipe in self.state())
        if not has_parameters and not self.with_grad:
            return
        if again and has_parameters:
            self.lines.append("layer.zero_grad()")
        sent = record.get("out")
        if isinstance(sent, torch.Tensor) or (isinstance(sent, Mapping) and "$sketch" in sent):
            shape = list(sent.shape if isinstance(sent, torch.Tensor) else sent["shape"])
            seed = (step["cotangent"] + zlib.crc32(b"output")) % 2**32
            recipe: Recipe = {"$fill": "normal", "shape": shape, "seed": seed}
            self.lines.append(f"{out}.backward({self.tensor(recipe, self.name('cotangent'), grad=False)})")
        else:
            self.need(_FIND_TENSORS)
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

    def run(self, lines: Sequence[str], records: Sequence[Line]) -> None:
        """Write lines of Python as they stand; the value of an expression is printed where there is one to compare."""
        for number, line in enumerate(lines):
            record = records[number] if number < len(records) else None
            if record is not None and "raised" in record:
                self.lines += [
                    "try:",
                    *(f"    {part}" for part in line.splitlines()),
                    "except Exception as error:",
                    '    print(type(error).__name__ + ":", error)',
                    "else:",
                    f'    print("Nothing was raised; {_article(record["raised"])} was expected.")',
                ]
                continue
            has_value = record.get("value") is not None if record is not None else number == len(lines) - 1
            value = _expression(line) if has_value else None
            self.lines.append(line if value is None else f"print({value})")

    def need(self, helper: str) -> None:
        if helper not in self.above:
            self.above.append(helper)


def _prefixed(prefix: str, node: Node) -> Node:
    return prefix + node if isinstance(node, str) else Group(prefix + node.opening, node.items, node.closing)


def _article(name: str) -> str:
    return f"{'an' if name[:1] in 'AEIOU' else 'a'} {name}"


def _expression(line: str) -> str | None:
    """The source of a line that is an expression, fit to be printed; None for a statement."""
    body = ast.parse(line.strip()).body
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        return None
    plain_line = "#" not in line and not isinstance(body[0].value, (ast.Tuple, ast.Starred, ast.GeneratorExp))
    return line.strip() if plain_line else ast.unparse(body[0].value)


def _nodes(case: CaseBody) -> Iterator[ast.AST]:
    for step in case["steps"]:
        for line in step.get("lines", []):
            yield from ast.walk(ast.parse(line))


def _names_in(case: CaseBody) -> set[str]:
    """Every name that the case's own lines of Python use."""
    return {node.id for node in _nodes(case) if isinstance(node, ast.Name)}


def _answer_names(case: CaseBody) -> set[str]:
    """The names in the case's lines that only the answer can give them."""
    own = {"torch", "nn", "layer"} | set(dir(builtins))
    for node in _nodes(case):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            own.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            own.add(node.name)
        elif isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, ast.alias):
            own.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            own.add(node.name)
    return _names_in(case) - own
