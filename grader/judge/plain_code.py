"""Short code for failures that no numbers show: a construction, lines of Python, how work grows, another device."""

import re
from collections.abc import Iterator, Mapping, Sequence

import torch

from grader.judge.argument_code import ArgumentCode
from grader.judge.short_code import assembled
from grader.judge.tensor_code import WIDTH, Group, flat
from grader.model import Case, Finding, FindingKind, Step, is_recipe

_NAMED = {"parameters": "named_parameters()", "buffers": "named_buffers()", "state_dict": "state_dict().items()"}
_FIELDS = {FindingKind.NAMES: "tuple(item.shape)", FindingKind.SHAPE: "tuple(item.shape)",
           FindingKind.REQUIRES_GRAD: "item.requires_grad"}  # fmt: skip
COUNT = """\
class Count(TorchDispatchMode):
    operations = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.operations += 1
        return func(*args, **(kwargs or {}))"""


def made(case: Case, maker: str) -> str:
    """The call of a constructor as source; empty where it takes tensors or does not fit on a line."""
    new = case.get("new", {})
    if _has_tensor([new.get("args", []), new.get("kwargs", {})]):
        return ""
    code = ArgumentCode(torch.float32, frozenset(), 0)
    text = flat(Group("(", code.arguments(new.get("args", []), new.get("kwargs", {}), "argument"), ")"))
    return maker + (text[:-2] + ")" if text.endswith(",)") else text)


def _has_tensor(value: object) -> bool:
    if isinstance(value, Mapping):
        return is_recipe(value) or any(map(_has_tensor, value.values()))
    return isinstance(value, (list, tuple)) and any(map(_has_tensor, value))


def construction_code(case: Case, finding: Finding, symbol: str, module: str, reference: str) -> str:
    """Code for what is wrong with an object as soon as it is constructed; empty where there is no short one.

    Args:
        case: The case.
        finding: What is wrong.
        symbol: What is constructed.
        module: What the answer is imported from; nothing in a notebook.
        reference: What of torch it is to be like, if anything.
    """
    yours, theirs = made(case, symbol), made(case, reference) if reference else ""
    if not yours or max(len(yours), len(theirs)) > WIDTH:
        return ""
    if finding.kind is FindingKind.NOT_A_MODULE:
        return assembled([f"print(isinstance({yours}, nn.Module))"], symbol, module)
    if finding.kind is FindingKind.LOAD and theirs:
        return assembled([f"{yours}.load_state_dict({theirs}.state_dict())"], symbol, module)
    field = _FIELDS.get(finding.kind)
    if field is None or ", step" in finding.where:
        return ""
    # A name that is not that of one of the tables is a parameter's or buffer's own.
    named = _NAMED.get(finding.where, "named_parameters()" if field == "item.requires_grad" else "state_dict().items()")
    if theirs and len(yours) + len(theirs) > WIDTH - len("for layer in , :"):
        lines = [
            f"theirs = {theirs}",
            f"yours = {yours}",
            "for layer in theirs, yours:",
            f"    print({{name: {field} for name, item in layer.{named}}})",
        ]
    elif theirs:
        lines = [
            f"for layer in {theirs}, {yours}:",
            f"    print({{name: {field} for name, item in layer.{named}}})",
        ]
    else:
        lines = [f"for name, item in {yours}.{named}:", f"    print(name, {field})"]
    return assembled(lines, symbol, module)


def up_to_line(case: Case, line: str) -> Case | None:
    """A case up to a line of Python, without what is loaded before; None where it has no such line."""
    for number, step in enumerate(case["steps"]):
        if line in step.get("lines", []):
            last: Step = {**step, "lines": step["lines"][: step["lines"].index(line) + 1]}
            shorter: Case = {**case, "steps": [*case["steps"][:number], last]}
            shorter.pop("state", None)
            return shorter
    return None


def growth_code(cases: Sequence[Case], along: str, symbol: str, module: str) -> str:
    """Code that counts the operations of calls of growing size; empty where they differ in more than one tensor.

    Args:
        cases: Small to large.
        along: What grows.
        symbol: What is called.
        module: What the answer is imported from; nothing in a notebook.
    """
    shapes, others = zip(*(_shapes(case) for case in cases), strict=True)
    makers = [made(case, symbol) for case in cases]
    if len(set(map(str, others))) > 1 or not all(makers) or "new" not in cases[0]:
        return ""
    varying = [index for index in range(len(shapes[0])) if len({str(each[index]) for each in shapes}) > 1]
    sizes = [[each[index][_varying(shapes, index)] for each in shapes] for index in varying]
    if not varying or len(set(makers)) > 1 or any(one != sizes[0] for one in sizes):
        return ""
    arguments = []
    for index, shape in enumerate(shapes[0]):
        at = _varying(shapes, index) if index in varying else -1
        arguments.append(f"torch.randn({', '.join('size' if k == at else str(n) for k, n in enumerate(shape))})")
    lines = [
        *COUNT.splitlines(),
        "",
        f"layer = {makers[0]}",
        f"for size in {', '.join(map(str, sizes[0]))}:",
        "    with Count() as count:",
        f"        layer({', '.join(arguments)})",
        f'    print("{along}", size, "takes", count.operations, "tensor operations")',
    ]
    code = assembled(lines, symbol, module)
    return code.replace(
        "import torch\n", "import torch\nfrom torch.utils._python_dispatch import TorchDispatchMode\n", 1
    )


def _shapes(case: Case) -> tuple[list[list[int]], object]:
    """The shapes of the only call's tensors by position, and all else that it is given."""
    calls = [step for step in case["steps"] if step["do"] == "call"]
    args = calls[0].get("args", [])
    plain = len(case["steps"]) == 1 and not calls[0].get("kwargs") and all(map(is_recipe, args))
    return [list(arg["shape"]) for arg in args if is_recipe(arg)], plain or id(case)


def _varying(shapes: Sequence[Sequence[Sequence[int]]], index: int) -> int:
    """The axis in which a tensor's shape differs from case to case."""
    first = shapes[0][index]
    return next(k for k in range(len(first)) if len({each[index][k] for each in shapes}) > 1)


def meta_lines(case: Case, symbol: str) -> Iterator[list[str]]:
    """Lines that run a layer's call where no CPU's tensor may take part: on torch's device ``meta``, which has no data.

    With all arguments of the first call, where they are tensors, and with its first alone.
    """
    call = next((step for step in case["steps"] if step["do"] == "call"), None)
    maker = made(case, symbol)
    args = call.get("args", []) if call is not None else []
    for some in (args, args[:1]):
        tensors = [arg for arg in some if is_recipe(arg) and "dtype" not in arg]
        if "new" not in case or not maker or not tensors or len(tensors) < len(some):
            continue
        drawn = [f'torch.randn({", ".join(map(str, arg["shape"]))}, device="meta")' for arg in tensors]
        out = f"layer({', '.join(drawn)})"
        yield [f'layer = {maker}.to("meta")', f"out = {out}", "(out[0] if isinstance(out, tuple) else out).device"]


def meta_code(lines: Sequence[str], symbol: str, module: str) -> str:
    """Those lines as code to paste."""
    told = ["# The device meta stands for a GPU: its tensors do not mix with those of the CPU."]
    return assembled([*told, *lines[:-1], f"print({lines[-1]})"], symbol, module)


def without_dtype(code: str) -> str:
    """Code without the lines that set a default dtype and a seed, where it makes no tensors."""
    settings = ("torch.set_default_dtype", "torch.manual_seed")
    kept = [line for line in code.splitlines() if not line.startswith(settings)]
    if any(re.search(r"\b(torch\.|nn\.|rand\()", line) for line in kept):
        return code
    kept = [line for line in kept if line != "import torch"]
    return "\n".join(kept).replace("\n\n\n", "\n\n") + "\n"
