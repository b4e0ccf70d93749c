"""Judge what was constructed, and whether a state could be loaded into it."""

from grader.compare.outcome import Outcome
from grader.model import Case, Description, Finding, FindingKind, Observation


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
    described, uncounted = _description(want, new, float32), lacks_only_counters(want, new)
    if described is not None and (uncounted or described.kind is FindingKind.REQUIRES_GRAD):
        # Everything that rests on parameters can be judged all the same.
        outcome.check("parameters", None)
        outcome.note(described)
    else:
        outcome.check("parameters", described)
    load = got.get("load")
    if case.get("state") is None:
        return True
    if load is None:
        return False
    how = load["how"]
    if how != "exact" and not uncounted:
        finding = Finding(
            criterion="parameters",
            kind=FindingKind.LOAD,
            where="load_state_dict",
            message=f"A state dict of torch.nn's layer cannot be loaded into it. {load['message']}".strip(),
        )
        outcome.check("parameters", finding)
    return how != "partial" or uncounted


def lacks_only_counters(want: Description, new: Description) -> bool:
    """Whether all that it lacks are buffers of single whole numbers: everything else could be loaded and judged."""
    given = {row[0]: row[1] for row in (*new["parameters"], *new["buffers"])}
    wanted = {row[0]: row for row in (*want["parameters"], *want["buffers"])}
    lacking = [row for name, row in wanted.items() if name not in given]
    return (
        bool(lacking)
        and all(row[1] == [] and row[2] == "torch.int64" for row in lacking)
        and all(name in wanted and wanted[name][1] == shape for name, shape in given.items())
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
