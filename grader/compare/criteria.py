"""Judge one observed case: which criteria held, and how the others failed.

Criteria build on one another. Each is judged only where what it rests on held, step by step within a case, so that one
mistake gives one red line: a layer that is wrong in eval mode keeps the points of its training gradients.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.compare import tensors as compare
from grader.compare.tensors import Difference
from grader.model import (
    CallRecord,
    Case,
    Description,
    Encoded,
    Failure,
    Finding,
    FindingKind,
    Leaf,
    Line,
    Observation,
    Step,
    Verdict,
)  # fmt: skip
from grader.spec import Part

STAGE_CRITERION = {
    "new": "interface",
    "load": "parameters",
    "mode": "interface",
    "call": "values",
    "backward": "gradients",
    "run": "values",
}
"""The criterion that fails where a case stops for good at a stage."""

_SMALL = 1e-3
"""Share of a case's largest gradient, output or input below which a tensor's own size no longer counts."""
_NOTHING = 1e-6
"""The scale of a case in which all of them are zero."""
_MOVED = 1e-6
"""The share of what a buffer was before a call that its new value is weighed by at least."""
_FLOAT32_HELD = 1e-4
"""Relative agreement that counts as right when a case is run again in float32."""
_OF_DTYPES = (FindingKind.DTYPE, FindingKind.NUMBERS)


@dataclass(slots=True)
class Outcome:
    """What one case says: criteria that held, and the finding of each that did not."""

    held: set[str] = field(default_factory=set)
    findings: dict[str, Finding] = field(default_factory=dict)

    def check(self, criterion: str, finding: Finding | None) -> bool:
        """Note a criterion's finding, or that it held where it has none yet."""
        if finding is None:
            if criterion not in self.findings:
                self.held.add(criterion)
            return True
        self.findings.setdefault(criterion, finding)
        self.held.discard(criterion)
        return False


def error_finding(error: Failure, criterion: str, source: Sequence[str] = ()) -> Finding:
    """The finding of an exception (or of a stop, which has ``verdict``) at some stage of a case."""
    line = error.get("line")
    text = source[line - 1].strip() if isinstance(line, int) and 0 < line <= len(source) else ""
    if "verdict" in error:
        return Finding(
            criterion=criterion,
            kind=FindingKind.STOPPED,
            verdict=error["verdict"],
            message=error["message"],
            line=line,
            source=text,
        )
    verdict = Verdict.MEMORY_LIMIT if _out_of_memory(error) else Verdict.RAISED
    doing = {
        "new": "Constructing it",
        "load": "Loading a state into it",
        "mode": "Switching between train() and eval()",
        "call": "Calling it",
        "backward": "Going backward through it",
        "run": "Using it",
    }.get(error["stage"], "Running it")
    what = f"{error['type']}: {error['message']}" if error["message"] else error["type"]
    return Finding(
        criterion=criterion,
        kind=FindingKind.RAISED_ABOUT_DTYPE if _about_dtypes(what) else FindingKind.RAISED,
        verdict=verdict,
        message=f"{doing} raised {what}",
        got=what,
        line=line,
        source=text,
        expected="no exception",
    )


def _about_dtypes(said: str) -> bool:
    """Whether an exception is about dtypes that do not fit; torch has no type of exception for it, only words."""
    said = said.lower()
    return any(word in said for word in ("dtype", "double", "float32", "float64", "scalar type"))


def _out_of_memory(error: Failure) -> bool:
    message = error["message"].lower()
    return "MemoryError" in error["kinds"] or any(
        text in message
        for text in ("can't allocate memory", "not enough memory", "out of memory", "cannot allocate memory")
    )


def judge_case(
    part: Part,
    case: Case,
    expected: Observation,
    got: Observation,
    *,
    source: Sequence[str] = (),
    float32: bool = False,
) -> Outcome:
    """Judge a case of values, gradients, state and so on.

    Args:
        part: The part's declaration.
        case: The case.
        expected: The oracle's observation.
        got: The answer's observation (validated), whose ``error`` may be a stop.
        source: Lines of the answer, to quote.
        float32: The answer ran in float32 against float64 expectations: agreement to float32's accuracy is enough.
    """
    outcome = Outcome()
    lines_criterion = case.get("lines") or part.judged_lines
    error = got["error"]
    if "new" in case and not _judge_new(outcome, case, expected, got, float32):
        _note_error(outcome, error, source, lines_criterion)
        return outcome
    floor = _SMALL * max((compare.magnitude(grad) for grad in _all_grads(expected)), default=0.0)
    tolerance = _FLOAT32_HELD if float32 else part.tolerance
    records = list(got["steps"])
    if len(records) < len(expected["steps"]) and "partial" in got:
        records.append(got["partial"])
    state_held, before = True, 0.0
    for index, (step, want) in enumerate(zip(case["steps"], expected["steps"], strict=True)):
        if index >= len(records):
            break
        have = records[index]
        if step["do"] == "call":
            state_held &= _judge_call(outcome, part, index, want, have, state_held, before, tolerance, floor, float32)
            before = max((compare.magnitude(leaf) for leaf in want.get("buffers", {}).values()), default=0.0)
        elif step["do"] == "run":
            _judge_lines(outcome, step, want, have, lines_criterion, tolerance)
    _note_error(outcome, error, source, lines_criterion)
    if case.get("backward") == "last" and "gradients" in outcome.findings:
        found = outcome.findings["gradients"]
        message = f"{found.message} The backward passes came after both calls."
        outcome.findings["gradients"] = replace(found, message=message)
    return outcome


def _note_error(outcome: Outcome, error: Failure | None, source: Sequence[str], lines_criterion: str) -> None:
    if error is not None:
        criterion = lines_criterion if error["stage"] == "run" else STAGE_CRITERION.get(error["stage"], "interface")
        outcome.check(criterion, error_finding(error, criterion, source))


def _all_grads(observation: Observation) -> list[Leaf]:
    return [grad for record in observation["steps"] for grad in record.get("grads", {}).values()]


def _judge_new(outcome: Outcome, case: Case, expected: Observation, got: Observation, float32: bool) -> bool:
    """Judge construction and loading; False where nothing after them can be judged."""
    new, want = got.get("new"), expected["new"]
    if new is None:
        return False
    if want["module"] and not new["module"]:
        message = "It is not a torch.nn.Module, so it has no parameters(), train(), eval() or state_dict()."
        finding = Finding(criterion="interface", kind=FindingKind.NOT_A_MODULE, message=message)
        return outcome.check("interface", finding)
    outcome.check("interface", _training(want, new))
    if not want["module"]:
        return True
    outcome.check("parameters", _description(want, new, float32))
    load = got.get("load")
    if case.get("state") is None:
        return True
    if load is None:
        return False
    how = load["how"]
    if how != "exact":
        finding = Finding(
            criterion="parameters",
            kind=FindingKind.LOAD,
            where="load_state_dict",
            message=f"A state dict of torch.nn's layer cannot be loaded into it. {load['message']}".strip(),
        )
        outcome.check("parameters", finding)
    return how != "partial"


def _training(want: Description, new: Description) -> Finding | None:
    if want.get("training") == new.get("training"):
        return None
    return Finding(
        criterion="interface",
        kind=FindingKind.MODE,
        message="A new layer should be in training mode, with all its children.",
    )


def _description(want: Description, new: Description, float32: bool) -> Finding | None:
    """Compare names, shapes, dtypes and ``requires_grad`` of parameters and buffers."""
    tables = ("parameters", want["parameters"], new["parameters"]), ("buffers", want["buffers"], new["buffers"])
    for plural, ours, theirs in tables:
        wanted, given = {row[0]: row for row in ours}, {row[0]: row for row in theirs}
        if wanted.keys() != given.keys():
            names, own = ", ".join(wanted), ", ".join(given)
            return Finding(
                criterion="parameters",
                kind=FindingKind.NAMES,
                where=plural,
                expected=names or "none",
                got=own or "none",
                message=f"Its {plural} should be named {names or '(none)'}, but are {own or '(none)'}.",
            )
        for name, row in wanted.items():
            have = given[name]
            fields = [("shape", 1), *([] if float32 else [("dtype", 2)]), ("device", 3), ("requires_grad", 4)]
            for what, position in fields:
                if position < len(row) and row[position] != have[position]:
                    return Finding(
                        criterion="parameters",
                        kind=FindingKind(what),
                        where=name,
                        expected=f"{what} {row[position]}",
                        got=f"{what} {have[position]}",
                        message=f"{name} has {what} {have[position]} instead of {row[position]}.",
                    )
    if set(want["state"]) != set(new["state"]):
        return Finding(
            criterion="parameters",
            kind=FindingKind.NAMES,
            where="state_dict",
            expected=", ".join(want["state"]),
            got=", ".join(new["state"]),
            message="Its state_dict() has other keys than torch.nn's.",
        )
    return None


def finding_of(criterion: str, difference: Difference | None, call: str) -> Finding | None:
    """The finding of a difference, with the call in which it showed."""
    if difference is None:
        return None
    return Finding(
        criterion=criterion,
        kind=difference.kind,
        message=f"{difference.message[:1].upper()}{difference.message[1:]}",
        where=f"{difference.path}, {call}",
        expected=difference.expected,
        got=difference.got,
        difference=difference.difference,
        index=difference.index,
    )


def _judge_call(
    outcome: Outcome,
    part: Part,
    index: int,
    want: CallRecord,
    have: CallRecord,
    state_held: bool,
    before: float,
    tolerance: float,
    floor: float,
    float32: bool,
) -> bool:
    """Judge one call, given how large buffers were before it; whether they were right after it."""
    place = f"step {index + 1}"
    shaped = outcome.check(
        "shapes", finding_of("shapes", compare.compare_structure(want["out"], have.get("out"), "the output"), place)
    )
    buffers = want.get("buffers", {})
    still = True
    if buffers and state_held:
        given = have.get("buffers", {})
        common = {name: value for name, value in buffers.items() if name in given}
        # A buffer moves from its old value, and what is rounded there is lost in a new one that is far smaller.
        found = _sections(common, given, "buffer ", _MOVED * before, tolerance, float32)
        still = outcome.check("state", finding_of("state", found, place))
    if not shaped or not state_held:
        return still
    outs = (compare.magnitude(leaf) for _, leaf in compare.leaves(want["out"]) if compare.is_tensor(leaf))
    # Where outputs are all zero, a sum that cancels may leave rounding there, as large as the inputs make it.
    ins = (compare.magnitude(leaf) for leaf in want["inputs"].values())
    floor = floor or _SMALL * (max(outs, default=0.0) or max(ins, default=0.0)) or _NOTHING

    def outputs(criterion: str, chosen: Callable[[Encoded], Encoded]) -> bool:
        pair = chosen(want["out"]), chosen(have["out"])
        difference = compare.compare_values(*pair, "the output", tolerance=tolerance, floor=floor)
        if difference is not None and float32 and difference.kind in _OF_DTYPES:
            difference = None
        return outcome.check(criterion, finding_of(criterion, difference, place))

    right = outputs("values", lambda out: _items(out, part.state_outputs, inside=False))
    if part.state_outputs:
        outputs("state", lambda out: _items(out, part.state_outputs, inside=True))
    touched = _sections(want["inputs"], have.get("inputs", {}), "input ", 0.0, 1e-6 if float32 else 0.0, float32)
    if touched is not None:
        message = f"It changed {touched.path} in place; the caller's tensor must stay as it was."
        finding = Finding(
            criterion="values",
            kind=FindingKind.INPUT_CHANGED,
            message=message,
            where=f"{touched.path}, {place}",
            expected=touched.expected,
            got=touched.got,
            difference=touched.difference,
            index=touched.index,
        )
        right &= outcome.check("values", finding)
    if right and "grads" in want and "grads" in have:
        common = {name: grad for name, grad in want["grads"].items() if name in have["grads"]}
        outcome.check(
            "gradients",
            finding_of(
                "gradients", _sections(common, have["grads"], "the gradient of ", floor, tolerance, float32), place
            ),
        )
    return still


def _items(out: Encoded, places: Sequence[int], *, inside: bool) -> Encoded:
    """An output with None for the items at some places, or for all others."""
    if not isinstance(out, list):
        return out
    return [item if (place in places) == inside else None for place, item in enumerate(out)]


def _sections(
    want: Mapping[str, Leaf], have: Mapping[str, Leaf], prefix: str, floor: float, tolerance: float, float32: bool
) -> Difference | None:
    """The worst of named tensors."""
    worst: Difference | None = None
    for name, tensor in want.items():
        label = prefix + name
        if name not in have:
            return Difference(
                kind=FindingKind.STRUCTURE,
                path=label,
                message=f"{label} is missing.",
                expected=compare.show(tensor),
                got="nothing",
            )
        found = compare.compare_structure(tensor, have[name], label)
        if found is None:
            found = compare.compare_values(tensor, have[name], label, tolerance=tolerance, floor=floor)
            if found is not None and float32 and found.kind in _OF_DTYPES:
                found = None
        if found and (worst is None or found.relative > worst.relative):
            worst = found
    return worst


def _judge_lines(
    outcome: Outcome,
    step: Step,
    want: CallRecord,
    have: CallRecord,
    criterion: str,
    tolerance: float,
) -> None:
    """Judge lines of Python, up to the first that answers differently."""
    for text, expected, got in zip(step["lines"], want["lines"], have.get("lines", []), strict=False):
        finding = _line(text, expected, got, criterion, tolerance)
        if not outcome.check(criterion, finding):
            return
    if len(have.get("lines", [])) < len(want["lines"]):
        message = "It stopped before the end of the program."
        outcome.check(criterion, Finding(criterion=criterion, kind=FindingKind.ENDED_EARLY, message=message))


def _line(text: str, expected: Line, got: Line, criterion: str, tolerance: float) -> Finding | None:
    if "raised" in expected or "raised" in got:
        if "raised" in expected and "raised" in got:
            return None
        if "raised" in expected:
            message = f"`{text}` should raise {expected['raised']}, but does not."
            return Finding(
                criterion=criterion,
                kind=FindingKind.LINE_NOT_RAISED,
                message=message,
                where=text,
                expected=expected["raised"],
                got=compare.show(got["value"]),
            )
        what = f"{got['raised']}: {got.get('message', '')}".removesuffix(": ")
        shown = compare.show(expected["value"])
        return Finding(
            criterion=criterion,
            kind=FindingKind.LINE_RAISED_ABOUT_DTYPE if _about_dtypes(what) else FindingKind.LINE_RAISED,
            verdict=Verdict.RAISED,
            where=text,
            message=f"`{text}` raised {what}",
            expected=shown,
            got=what,
        )
    difference = compare.compare_structure(expected["value"], got["value"], "it") or compare.compare_values(
        expected["value"], got["value"], "it", tolerance=max(tolerance, 1e-6)
    )
    if difference is None:
        return None
    message = f"`{text}` gives {compare.show(got['value'])} where {compare.show(expected['value'])} is expected."
    return Finding(
        criterion=criterion,
        kind=FindingKind.LINE_VALUE,
        message=message,
        where=text,
        expected=compare.show(expected["value"]),
        got=compare.show(got["value"]),
    )
