"""Judge what was constructed, and whether a state could be loaded into it."""

from grader.compare.outcome import Outcome
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
    described, load = _description(want, new, float32), got.get("load")
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


def _not_loaded(load: Load) -> Finding:
    return Finding(
        criterion="parameters",
        kind=FindingKind.LOAD,
        where="load_state_dict",
        message=f"A state dict of torch.nn's layer cannot be loaded into it. {load['message']}".strip(),
    )


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
        called = "saved buffers" if plural == "buffers" else plural
        wanted, given = {row[0]: row for row in ours}, {row[0]: row for row in theirs}
        if wanted.keys() != given.keys():
            names, own = ", ".join(wanted), ", ".join(given)
            return Finding(
                criterion="parameters",
                kind=FindingKind.NAMES,
                where=plural,
                expected=names or "none",
                got=own or "none",
                message=f"Its {called} should be named {names or '(none)'}, but are {own or '(none)'}.",
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
