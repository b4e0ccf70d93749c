"""A network whose parameters no case can hold, as a program that draws them: the judge runs the very lines it shows."""

import math
import re
from collections.abc import Sequence

from grader.compare import tensors as compare
from grader.compare.outcome import finding_of
from grader.judge.drawn import never_negative
from grader.judge.plain_code import made
from grader.judge.short_code import assembled
from grader.judge.showing import Failure, Shown
from grader.model import Case, Encoded, FindingKind, Observed, Stopped, is_recipe

_MOST = 15_000_000
"""Parameters that are drawn within a moment."""
_WHOLE = 24
_KINDS = (FindingKind.VALUE, FindingKind.STRUCTURE)
_TOLERANCE = 1e-6
_PLACE = re.compile(r"(?:the gradient of |buffer )?(?P<name>.*?)(?:, step \d+)?")


def as_program(failure: Failure, step: int) -> Shown | None:
    """The failure of a large network in a program that draws its parameters; None where it does not show there.

    Args:
        failure: The failure.
        step: The call in which it shows.
    """
    case, symbol = failure.case, failure.part.symbol
    state, call, maker = case.get("state") or [], case["steps"][step], made(case, symbol)
    args = call.get("args", [])
    weight = sum(math.prod(recipe["shape"]) for _, recipe in state)
    if symbol not in failure.part.oracles or not maker or not state or weight > _MOST or call.get("kwargs"):
        return None
    if len(args) != 1 or not is_recipe(args[0]) or "dtype" in args[0] or failure.finding.kind not in _KINDS:
        return None
    lines, shown = _looked_at(failure.finding.where)
    if not shown:
        return None
    modes = [item["do"] for item in case["steps"][:step] if item["do"] in ("train", "eval")]
    sizes = ", ".join(map(str, args[0]["shape"])) + (", requires_grad=True" if shown == "x.grad" else "")
    lines = [
        "torch.manual_seed(0)",
        f"x = torch.randn({sizes})",
        _filling(case),
        *(f"_ = layer.{mode}()" for mode in modes[-1:]),
        *lines,
    ]
    program: Case = {
        "symbol": symbol, "new": case["new"], "steps": [{"do": "run", "lines": [*lines, shown]}],
        "dtype": case.get("dtype", "float64"), "seed": 0, "patience": case.get("patience", 1),
    }  # fmt: skip
    expected = _value(failure.observe(program, failure.part.oracles))
    (observed,) = failure.again([program])
    got = _value(observed)
    if not compare.is_tensor(expected) or isinstance(observed, Stopped):
        return None
    if not compare.is_tensor(got):
        # No gradient arrives, or nothing in the output asks for one.
        is_shown = shown.endswith(".grad") and "gradient" in failure.criterion
        return Shown(case=case, finding=failure.finding, code=_code(failure, maker, lines, shown)) if is_shown else None
    path = failure.finding.where.rpartition(", ")[0]
    difference = compare.compare_structure(expected, got, path) or compare.compare_values(
        expected, got, path, tolerance=_TOLERANCE
    )
    finding = finding_of(failure.criterion, difference, f"step {step + 1}")
    if finding is None or finding.kind is not FindingKind.VALUE:
        return None
    if compare.body(expected).numel() > _WHOLE:
        shown = f"{shown}.square().sum().item()" if finding.index is None else f"{shown}{[*finding.index]}.item()"
    return Shown(case=case, finding=finding, code=_code(failure, maker, lines, shown))


def _code(failure: Failure, maker: str, lines: Sequence[str], shown: str) -> str:
    code = [f"layer = {maker}", *(line.removeprefix("_ = ") for line in lines), f"print({shown})"]
    return assembled("\n".join(code).splitlines(), failure.part.symbol, failure.module, failure.dtype)


def _looked_at(where: str) -> tuple[list[str], str]:
    """What is done besides, and the tensor that a finding is about as an expression; empty where there is none."""
    match = _PLACE.fullmatch(where)
    name = match["name"] if match else ""
    if where.startswith("buffer "):
        return ["_ = layer(x)"], f'layer.get_buffer("{name}")'
    if where.startswith("the gradient of "):
        tensor = "x.grad" if name == "input.0" else f'layer.get_parameter("{name}").grad'
        return ["layer(x).sum().backward()"], tensor
    return [], "layer(x)" if name == "the output" else ""


def _filling(case: Case) -> str:
    names = never_negative(case)
    ends = ", ".join(f'"{name}"' for name in names)
    drawn = "torch.randn(item.shape)"
    if names:
        drawn = f"values.abs() if name.endswith({f'({ends})' if len(names) > 1 else ends}) else values"
    return "\n".join([
        "for name, item in sorted(layer.state_dict().items()):",
        *(["    values = torch.randn(item.shape)"] if names else []),
        f"    item.copy_({drawn})",
    ])  # fmt: skip


def _value(observed: Observed) -> Encoded:
    """What the last line gave; None where it was not reached."""
    if not isinstance(observed, dict) or observed["error"] or not observed["steps"]:
        return None
    lines = observed["steps"][0].get("lines", [])
    return None if not lines or any("raised" in line for line in lines) else lines[-1].get("value")
