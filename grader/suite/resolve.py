"""A case as an exercise declares it, made into the one that is run: with its symbol, and its state as recipes."""

from collections.abc import Mapping, Sequence

from grader.case.probe import run_case
from grader.model import Case, CaseBody, CourseError, DeclaredCase, Observation, Recipe
from grader.spec import Part
from grader.suite.search import canonical, seed_from


def resolve_case(
    part: Part, oracle: Mapping[str, object], case: DeclaredCase, known: dict[str, Observation] | None = None
) -> Case:
    """A case as the worker takes it: with its symbol, and ``state`` as recipes by name.

    Args:
        part: The part.
        oracle: Its oracle, by name.
        case: The case as declared or drawn.
        known: What the oracle looks like by how it is constructed, to spare constructing it once more.

    Raises:
        CourseError: where the oracle cannot be constructed so.
    """
    known = {} if known is None else known
    resolved, state = without_state(part, case), case.get("state")
    if "new" not in resolved or state is None:
        return resolved
    given: Mapping[str, Recipe] = state if isinstance(state, Mapping) else {}
    key = canonical([resolved["new"], resolved.get("dtype")])
    made = known[key] = known.get(key) or run_case({**resolved, "steps": []}, oracle, plain=True)
    if made["error"]:
        error = made["error"]
        raise CourseError(
            f"{part.symbol}: the oracle cannot be constructed ({error['type']}: {error['message']}).",
            f"The case: {canonical(resolved)[:600]}",
        )
    new = made["new"]
    if not new["module"]:
        return resolved
    kept = set(new["state"])
    rows = [(row, "parameter") for row in new["parameters"]] + [(row, "buffer") for row in new["buffers"]]
    resolved["state"] = [
        [
            row[0],
            {**_state_recipe(row[0], row[1], row[2], str(resolved["seed"])), **given.get(row[0], {}), "role": role},
        ]
        for row, role in rows
        if row[0] in kept
    ]
    return resolved


def without_state(part: Part, case: DeclaredCase) -> Case:
    """A case as it is run, with nothing to load."""
    body: CaseBody = case
    resolved: Case = {"symbol": part.symbol, **body, "state": None}
    if "state" not in case:
        del resolved["state"]
    if not part.drawn:
        resolved["undrawn"] = True
    return resolved


def _state_recipe(name: str, shape: Sequence[int], dtype: str, seed: str) -> Recipe:
    """A random value for a parameter or buffer that a network could really have."""
    recipe: Recipe = {"shape": list(shape), "seed": seed_from(name, seed) % 2**16}
    if "float" not in dtype:
        return {"$fill": "integers", "low": 0, "high": 6, "dtype": dtype.removeprefix("torch."), **recipe}
    if name.rpartition(".")[2].endswith("var"):
        return {"$fill": "uniform", "scale": 0.9, "shift": 1.2, **recipe}
    fan_in = 1
    for size in shape[1:]:
        fan_in *= size
    return {"$fill": "normal", "scale": round(fan_in**-0.5, 6), **recipe}
