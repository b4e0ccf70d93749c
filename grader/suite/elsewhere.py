"""Cases of a suite repeated on a second device, with inputs of another dtype than the default one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from grader.compare import elsewhere
from grader.model import Case, CaseKind, Observation, is_recipe
from grader.spec import Part
from grader.suite.data import SuiteCase
from grader.suite.search import weight

_DTYPES = {"float64": 3, "float32": 1}
"""Cases of each dtype on the CPU: the rarer fault of following a float64 default needs fewer."""
_ON_A_DEVICE = 2
"""Cases on the second device, where each operation takes its time. What cannot be simulated there does not count, and
the others are then still enough to judge by."""
_LARGE = 1_000.0
"""Weight of an image for a network; one such case is enough."""
_SMALLEST = 5
"""One in so many cases is too small to show much."""
_OTHER = {"float64": "float32", "float32": "float64"}

Observe = Callable[[Case], Observation]


def repeated_elsewhere(part: Part, main: Sequence[SuiteCase], observe: Observe, reference: Observe) -> list[SuiteCase]:
    """The fewest small cases that show every way to call a part, on another device, in either dtype.

    Args:
        part: The part.
        main: The cases to choose from, the smallest first.
        observe: Runs the oracle on a case.
        reference: Runs the reference: what it cannot do there is asked of nobody.
    """
    if isinstance(part.oracle, Mapping):
        return []
    entries = {index: _forward_only(main[index]) for index in range(len(main) // _SMALLEST, len(main))}
    # None of a family: who lacks one loses its share, not this criterion.
    usable = {
        index: entry.case
        for index, entry in entries.items()
        if _is_usable(entry.case) and not part.families_of(entry.case)
    }

    def first(count: int, dtype: str, *, on_a_device: bool = False) -> list[SuiteCase]:
        found: list[SuiteCase] = []
        for index in _telling(usable):
            if len(found) == (1 if weight(usable[index])[0] > _LARGE else count):
                break
            case: Case = {**usable[index], "dtype": dtype, "default": _OTHER[dtype]}
            expected = observe(case)
            if not expected["error"] and elsewhere.is_accurate(part, case, entries[index].answered, expected):
                entry = SuiteCase(
                    kind=CaseKind.DEVICE,
                    case={**case, "elsewhere": True} if on_a_device else case,
                    expected=expected,
                    group=index,
                )
                found += [entry] if _is_fair(part, entry, reference) else []
        return found

    on_a_device = first(_ON_A_DEVICE, "float64", on_a_device=True)
    if any(weight(entry.case)[0] > _LARGE for entry in on_a_device):
        return on_a_device
    return on_a_device + [entry for dtype, count in _DTYPES.items() for entry in first(count, dtype)]


def _is_fair(part: Part, entry: SuiteCase, reference: Observe) -> bool:
    """Whether the reference does it: what the simulation, or the oracle's dtype, does not allow is asked of nobody."""
    got = reference(entry.case)
    outcome = elsewhere.judge_elsewhere(part, entry.case, entry.answered, got)
    return elsewhere.was_run(got) and not outcome.findings


def _forward_only(entry: SuiteCase) -> SuiteCase:
    """A whole network's case with the lines that fill it and without others: going backward takes twice as long."""
    case = entry.case
    lines = [index for index, step in enumerate(case["steps"]) if step["do"] == "run"]
    if "undrawn" not in case or len(lines) < 2:
        return entry
    kept = [index for index in range(len(case["steps"])) if index not in lines[1:]]
    forward: Case = {**case, "steps": [case["steps"][index] for index in kept]}
    answered: Observation = {**entry.answered, "steps": [entry.answered["steps"][index] for index in kept]}
    return replace(entry, case=forward, expected=answered)


def _is_usable(case: Case) -> bool:
    """Whether a case of float64 calls the part on tensors, and runs no lines of its own but a network's."""
    calls = [step for step in case["steps"] if step["do"] == "call"]
    return (
        case.get("dtype", "float64") == "float64"
        and "fresh" not in case
        and case.get("backward") != "last"
        and ("undrawn" in case or all(step["do"] != "run" for step in case["steps"]))
        and any(is_recipe(value) for step in calls for value in _arguments(step))
        # A constant in a tensor of its own changes the dtype of an input without dimensions, and of no other.
        and all(value["shape"] for step in calls for value in _arguments(step) if is_recipe(value))
    )


def _arguments(step: Mapping[str, object]) -> list[object]:
    args, kwargs = step.get("args", []), step.get("kwargs", {})
    assert isinstance(args, list)
    assert isinstance(kwargs, Mapping)
    flat = []
    for value in (*args, *kwargs.values()):
        inner = value.get("$tuple", [value]) if isinstance(value, Mapping) else value
        flat += inner if isinstance(inner, list) else [inner]
    return flat


def _telling(cases: Mapping[int, Case]) -> Iterable[int]:
    """The cases by how much each shows that those before it do not, small ones first among equals."""
    left = {index: _features(case) for index, case in cases.items()}
    shown: set[object] = set()
    while left:
        best = max(left, key=lambda index: (len(left[index] - shown), -index))
        if not left[best] - shown:
            break
        shown |= left.pop(best)
        yield best


def _features(case: Case) -> set[object]:
    """What decides which lines of an answer run: flags and names given to it, its mode, how it is called."""
    features: set[object] = set()
    if "new" in case:
        given = [*enumerate(case["new"].get("args", [])), *case["new"].get("kwargs", {}).items()]
        features |= {("new", name, value) for name, value in given if value is None or isinstance(value, (bool, str))}
        features.add(("defaults", not case["new"].get("kwargs")))
    training = True
    for step in case["steps"]:
        training = step["do"] == "train" or (training and step["do"] != "eval")
        if step["do"] == "call":
            dims = tuple(len(value["shape"]) for value in _arguments(step) if is_recipe(value))
            features |= {("mode", training), ("method", step.get("method")), ("inputs", dims)}
    return features
