"""Judge what was constructed, and whether a state could be loaded into it."""

from collections.abc import Sequence

from grader.compare.asked import construction
from grader.compare.outcome import Outcome
from grader.compare.shown import few
from grader.model import Case, Description, Finding, FindingKind, Load, Observation


def judge_new(outcome: Outcome, case: Case, expected: Observation, got: Observation, float32: bool) -> bool:
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
    called = construction(case, case.get("symbol", "It"))
    described, load = _description(called, want, new, float32), got.get("load")
    has_state = case.get("state") is not None
    frozen = described is not None and described.kind is FindingKind.REQUIRES_GRAD
    if described is not None and (frozen or (load is not None and load["how"] == "order")):
        # Everything that rests on parameters can be judged all the same.
        outcome.check("parameters", None)
        outcome.note(described)
    else:
        outcome.check("parameters", described)
    if not has_state or load is None:
        return not has_state
    if load["how"] == "order":
        outcome.note(_not_loaded(load))
    elif load["how"] == "partial":
        outcome.check("parameters", _not_loaded(load))
    return could_load(got)


def could_load(got: Observation) -> bool:
    """Whether a case has the state it asks for: on the random one that is there instead nothing can be judged."""
    return "load" not in got or got["load"]["how"] != "partial"


def lacking(want: Description, new: Description) -> tuple[list[str], list[str]]:
    """The names of parameters and buffers that it does not have, and apart from them those of mere counters."""
    given = {row[0] for row in (*new["parameters"], *new["buffers"])}
    rows = [row for row in (*want["parameters"], *want["buffers"]) if row[0] not in given]
    counters = [row[0] for row in rows if row[1] == [] and row[2] == "torch.int64"]
    return [row[0] for row in rows if row[0] not in counters], counters


_MOST_SAID = 200
"""Characters of what torch says of a state dict that does not fit: it lists every name."""


def _not_loaded(load: Load) -> Finding:
    said = " ".join(load["message"].split())
    said = said if len(said) <= _MOST_SAID else said[:_MOST_SAID].rpartition(" ")[0] + " ..."
    return Finding(
        criterion="parameters",
        kind=FindingKind.LOAD,
        where="load_state_dict",
        message=f"load_state_dict() does not take what it should be able to load. {said}".strip(),
    )


def _training(want: Description, new: Description) -> Finding | None:
    if want.get("training") == new.get("training"):
        return None
    return Finding(
        criterion="interface",
        kind=FindingKind.MODE,
        message="A new layer should be in training mode, with all its children.",
    )


def _description(called: str, want: Description, new: Description, float32: bool) -> Finding | None:
    """Compare names, shapes, dtypes and ``requires_grad`` of parameters and buffers.

    Args:
        called: The constructor's call.
        want: What the oracle has.
        new: What the answer has.
        float32: Whether another dtype is no matter.
    """
    tables = ("parameters", want["parameters"], new["parameters"]), ("buffers", want["buffers"], new["buffers"])
    for plural, ours, theirs in tables:
        wanted, given = {row[0]: row for row in ours}, {row[0]: row for row in theirs}
        if wanted.keys() != given.keys():
            saved = "saved buffers" if plural == "buffers" else plural
            return Finding(
                criterion="parameters",
                kind=FindingKind.NAMES,
                where=plural,
                expected=few([*wanted]) or "none",
                got=few([*given]) or "none",
                message=f"`{called}` {_names([*wanted], [*given], saved)}.",
            )
        for name, row in wanted.items():
            have = given[name]
            fields = [("shape", 1), *([] if float32 else [("dtype", 2)]), ("device", 3), ("requires_grad", 4)]
            for what, position in fields:
                if position < len(row) and row[position] != have[position]:
                    expected, got = (_field(what, item[position]) for item in (row, have))
                    return Finding(
                        criterion="parameters",
                        kind=FindingKind(what),
                        where=name,
                        expected=expected,
                        got=got,
                        message=f"`{called}`: {name} should have {expected}, but has {got}.",
                    )
    if set(want["state"]) != set(new["state"]):
        return Finding(
            criterion="parameters",
            kind=FindingKind.NAMES,
            where="state_dict",
            expected=few(want["state"]),
            got=few(new["state"]) or "none",
            message=f"The state_dict() of `{called}` {_names(want['state'], new['state'], 'keys')}.",
        )
    return None


def _names(wanted: Sequence[str], given: Sequence[str], plural: str) -> str:
    """What is wrong with names: all of one side where the other has none, else what is missing and what unexpected."""
    missing, unexpected = [name for name in wanted if name not in given], [name for name in given if name not in wanted]
    if not wanted:
        return f"should have no {plural}, but has {few(unexpected)}"
    if not given:
        return f"has no {plural}, but should have {few(missing)}"
    lacks = f"lacks the {plural if len(missing) > 1 else plural[:-1]} {few(missing)}" if missing else ""
    other = plural if len(unexpected) > 1 else plural[:-1]
    more = f"has the {other} {few(unexpected)}, which should not be there" if unexpected else ""
    return " and ".join(filter(None, (lacks, more)))


def _field(what: str, value: object) -> str:
    """A property of a parameter or buffer in words."""
    if what == "shape" and isinstance(value, list):
        return f"shape {tuple(value)}"
    return f"{what} {str(value).removeprefix('torch.')}"
