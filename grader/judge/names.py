"""What properties ask of parameters and buffers that an answer does not have."""

import re

from grader.compare.construction import could_load, lacking
from grader.model import Case, Line, Observation


def with_its_names(case: Case, expected: Observation, got: Observation) -> Observation | None:
    """An observation that a property can judge; None where names are missing, of which `parameters` tells.

    Counters that are missing are taken from what is expected: the rest can be judged without them.
    """
    if not could_load(got):
        return None
    want, new = expected.get("new"), got.get("new")
    if want is None or new is None or not (want["module"] and new["module"]):
        return got
    missing, counters = lacking(want, new)
    if missing:
        return None
    return _with_counters(case, expected, got, counters) if counters else got


def _with_counters(case: Case, expected: Observation, got: Observation, counters: list[str]) -> Observation:
    names = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in counters))
    observed = []
    for step, want, have in zip(case["steps"], expected["steps"], got["steps"], strict=False):
        lines = zip(step.get("lines", ()), want.get("lines", ()), have.get("lines", ()), strict=False)
        told: list[Line] = [ours if names.search(text) else theirs for text, ours, theirs in lines]
        observed.append({**have, "lines": told} if "lines" in have else have)
    return {**got, "steps": [*observed, *got["steps"][len(observed) :]]}
