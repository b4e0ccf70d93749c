"""Compile a part into its suite: cases, what is expected of them, and how each misconception would answer.

Once per course, not once per student: hypothesis draws the cases, the oracle answers them, and every misconception gets
the smallest case that gives it away. The suite is data, cached on disk; its digest stands in every report.
"""

import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from inspect import Parameter, signature
from pathlib import Path
from typing import Any

import torch

from grader import suite_data
from grader.catalog import CourseExercise
from grader.judge import compare, criteria
from grader.judge.fingerprint import Fingerprint, fingerprint
from grader.model import CourseError
from grader.search import canonical, draw, seed_from, smallest, weight
from grader.spec import Misconception, Part, evaluate, run, train
from grader.suite_data import HIDDEN, PUBLIC, Suite, SuiteCase, rubric
from grader.worker.probe import run_case
from grader.worker.recipes import build

__all__ = [
    "HIDDEN", "PUBLIC", "SMALL", "Suite", "SuiteCase", "compile_suite", "in_float64", "resolve_case", "rubric",
]  # fmt: skip

FORMAT = 2
SMALL = 22.0
"""A case of this weight needs no shrinking: a person takes it in at a glance."""
TOO_LARGE = 1_000.0
"""Where cases weigh this much, they are images for whole networks, and slow: the suite does without a search."""
_NUMERICS_CASES = 16
_JUDGED_APART = ("own_work", "numerics", "init", "errors", "vectorized")
"""Criteria that have cases of their own."""
_PUBLIC_SHARE = 3


def compile_suite(
    exercise: CourseExercise,
    part: Part,
    seed: str,
    *,
    visibility: str = HIDDEN,
    device: str = "cpu",
    cache_dir: Path | None = None,
) -> Suite:
    """The suite of a part, from the cache where it holds one; in a kit the recorded public one, whatever is asked for.

    Args:
        exercise: The exercise as found on disk.
        part: The part to compile.
        seed: The course's secret seed (any text).
        visibility: ``hidden`` or ``public``: other cases from the same strategies.
        device: Where the oracle runs.
        cache_dir: Where compiled suites are kept; None keeps none.

    Raises:
        CourseError: where the declaration cannot be compiled: the oracle raises on a case, or does not on one in
            ``errors``.
    """
    recorded = exercise.recorded(part.symbol)
    if recorded is not None:
        return recorded
    key = hashlib.sha256(
        canonical(
            [FORMAT, _engine_digest(), exercise.digest, part.symbol, seed, visibility, _versions(), device]
        ).encode()
    ).hexdigest()
    path = cache_dir / f"{exercise.name}-{part.symbol}-{key[:32]}.suite" if cache_dir else None
    if path is not None:
        found = _read(path)
        if found is not None:
            return found
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        suite = _Compiler(exercise, part, seed, visibility, device).suite()
    finally:
        torch.set_num_threads(threads)
    if path is not None:
        _write(path, suite)
    return suite


@cache
def _engine_digest() -> str:
    """A digest of the engine's files that decide what a suite holds."""
    here = Path(__file__).parent
    names = (
        "spec.py", "strategies.py", "search.py", "suite.py", "suite_data.py", "properties.py", "dropout_properties.py",
        "worker/probe.py", "worker/recipes.py", "judge/compare.py", "judge/criteria.py", "judge/fingerprint.py",
    )  # fmt: skip
    return hashlib.sha256(b"\0".join((here / name).read_bytes() for name in names)).hexdigest()


def _versions() -> dict[str, str]:
    return {"torch": torch.__version__, "hypothesis": version("hypothesis"), "numpy": version("numpy")}


def resolve_case(part: Part, oracle: Mapping[str, Any], case: Mapping[str, Any]) -> dict[str, Any]:
    """A case as the worker takes it: with its symbol, and ``state`` as recipes by name.

    Raises:
        CourseError: where the oracle cannot be constructed so.
    """
    resolved: dict[str, Any] = {"symbol": part.symbol, **case}
    if "new" not in resolved or resolved.get("state") is None:
        return resolved
    given: Mapping[str, Any] = resolved["state"] if isinstance(resolved["state"], Mapping) else {}
    made = run_case({**resolved, "state": None, "steps": []}, oracle, plain=True)
    if made["error"]:
        error = made["error"]
        raise CourseError(
            f"{part.symbol}: the oracle cannot be constructed ({error['type']}: {error['message']}).",
            f"The case: {canonical(resolved)[:600]}",
        )
    new = made["new"]
    if not new["module"]:
        return {**resolved, "state": None}
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


class _Compiler:
    """The state of one compilation."""

    def __init__(self, exercise: CourseExercise, part: Part, seed: str, visibility: str, device: str) -> None:
        self.exercise, self.part, self.visibility, self.device = exercise, part, visibility, device
        self.seed = (seed, exercise.slug, part.symbol, visibility)
        oracle = part.oracle
        self.oracle: Mapping[str, Any] = oracle if isinstance(oracle, Mapping) else {part.symbol: oracle}
        self.wrong = [item for item in exercise.misconceptions if item.part == part.symbol]
        self.planned: dict[str, int] = {}
        # A program may end in an exception, so there `errors` is judged among the others.
        programs = isinstance(oracle, Mapping)
        self.apart = tuple(name for name in _JUDGED_APART if not (programs and name == "errors"))

    def suite(self) -> Suite:
        part = self.part
        main = self.main()
        cases = [*main, *self.interface(), *self.positional(main)]
        cases += self.numerics() + self.errors() + self.grouped()
        content = canonical([_versions(), [[item.kind, item.group, dict(item.case)] for item in cases]])
        digest = hashlib.sha256(content.encode()).hexdigest()
        return Suite(
            exercise=self.exercise.slug, symbol=part.symbol, visibility=self.visibility, digest=digest, cases=cases,
            planned=self.planned,
        )  # fmt: skip

    def seed_for(self, *words: str) -> int:
        return seed_from(*self.seed, *words)

    def observe(self, case: Mapping[str, Any]) -> dict[str, Any]:
        return run_case(case, self.oracle, device=self.device, plain=True)

    def observe_wrong(self, case: Mapping[str, Any], item: Misconception) -> dict[str, Any]:
        """What a misconception does on the case just as a student's answer gets it, layouts and all."""
        namespace = {**vars(self.exercise.reference), self.part.symbol: item.answer}
        return run_case(case, namespace, device=self.device)

    def resolve(self, case: Mapping[str, Any]) -> dict[str, Any]:
        return resolve_case(self.part, self.oracle, case)

    def broken(self, what: str, case: Mapping[str, Any], observation: Mapping[str, Any]) -> CourseError:
        error = observation["error"]
        came = f" ({error['type']}: {error['message'][:200]})" if error else ""
        return CourseError(
            f"{self.exercise.slug}, {self.part.symbol}: {what}{came}.", f"The case: {canonical(case)[:600]}"
        )

    def main(self) -> list[SuiteCase]:
        part = self.part
        count = part.size if self.visibility == HIDDEN else max(min(4, part.size), part.size // _PUBLIC_SHARE)
        drawn = [self.resolve(case) for case in draw(part.cases, count, self.seed_for("cases"))]
        unique = {canonical(case): case for case in [self.resolve(case) for case in part.examples] + drawn}
        entries = [self.entry(case) for case in unique.values()]
        weights = sorted(weight(case)[0] for case in drawn) or [0.0]
        # Where even the smallest case drawn is large (an image), a search would find none much smaller.
        small = max(SMALL, 2 * weights[0])
        for item in self.wrong if weights[len(weights) // 2] < TOO_LARGE else ():
            case = self.killer(item, entries, small)
            if case is not None and canonical(case) not in unique:
                unique[canonical(case)] = case
                entries.append(self.entry(case))
        return sorted(entries, key=lambda entry: weight(entry.case))

    def entry(self, case: Mapping[str, Any]) -> SuiteCase:
        expected = self.observe(case)
        if expected["error"]:
            raise self.broken("the oracle raises on a case", case, expected)
        self.plan(
            criteria.judge_case(self.part, case, expected, expected), "the oracle does not agree with itself", case
        )
        return SuiteCase(kind="main", case=case, expected=expected, misconceptions=self.fingerprints(case, expected))

    def plan(self, outcome: criteria.Outcome, complaint: str, case: Mapping[str, Any]) -> None:
        if outcome.findings:
            name, finding = next(iter(outcome.findings.items()))
            raise CourseError(
                f"{self.exercise.slug}, {self.part.symbol}: {complaint} on {name}: {finding.message}",
                f"The case: {canonical(case)[:600]}",
            )
        for name in outcome.held:
            self.planned[name] = self.planned.get(name, 0) + 1

    def killer(self, item: Misconception, entries: Sequence[SuiteCase], small: float) -> dict[str, Any] | None:
        """The smallest case found on which a misconception fails the criterion it names.

        None where a small one is among the entries, or none was found.
        """
        if item.criterion in self.apart:
            return None

        def caught(resolved: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
            outcome = criteria.judge_case(self.part, resolved, expected, self.observe_wrong(resolved, item))
            return item.criterion in outcome.findings

        def caught_drawn(case: Mapping[str, Any]) -> bool:
            resolved = self.resolve(case)
            expected = self.observe(resolved)
            return not expected["error"] and caught(resolved, expected)

        for entry in entries:
            if (
                item.name in entry.misconceptions
                and weight(entry.case)[0] <= small
                and caught(entry.case, entry.expected or {})
            ):
                return None
        case = smallest(self.part.cases, caught_drawn, self.seed_for("killer", item.name), examples=100)
        return None if case is None else self.resolve(case)

    def fingerprints(self, case: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, Fingerprint]:
        """The misconceptions that answer a case otherwise than the oracle, and how."""
        right = fingerprint(expected)
        found = {}
        for item in self.wrong:
            if item.criterion in self.apart:
                continue
            mark = fingerprint(self.observe_wrong(case, item))
            if not mark.matches(right):
                found[item.name] = mark
        return found

    def interface(self) -> list[SuiteCase]:
        cases = [dict(case) for case in self.part.interface]
        first = self.part.examples[0] if self.part.examples else None
        if first is not None and "new" in first:
            cases.append(
                {
                    **first,
                    "state": None,
                    "fresh": True,
                    "dtype": "float32",
                    "steps": _module_steps(self.observe, self.resolve(first)),
                }
            )
        entries = []
        for case in cases:
            resolved = {**self.resolve(case), "lines": "interface"}
            expected = self.observe(resolved)
            if expected["error"]:
                raise self.broken("the oracle raises on an interface case", resolved, expected)
            self.plan(
                criteria.judge_case(self.part, resolved, expected, expected),
                "the oracle does not agree with itself",
                resolved,
            )
            entries.append(SuiteCase(kind="interface", case=resolved, expected=expected))
        return entries

    def positional(self, main: Sequence[SuiteCase]) -> list[SuiteCase]:
        """A few cases again with the constructor's arguments passed by position."""
        part = self.part
        if not (part.positional and part.arguments) or isinstance(part.oracle, Mapping):
            return []
        names = [
            name
            for name, item in signature(getattr(self.exercise.reference, part.symbol)).parameters.items()
            if item.kind is not Parameter.KEYWORD_ONLY
        ]
        defaults = {name: item.default for name, item in signature(part.oracle).parameters.items()}
        ranked = sorted(
            (index for index, item in enumerate(main) if "new" in item.case),
            key=lambda index: (-len(main[index].case["new"]["kwargs"]), index),
        )
        entries = []
        for index in ranked[:3]:
            new = main[index].case["new"]
            given = [*new["args"]]
            last = max((names.index(name) for name in new["kwargs"] if name in names), default=-1)
            for name in names[len(given) : last + 1]:
                value = new["kwargs"].get(name, defaults.get(name, Parameter.empty))
                if value is Parameter.empty or not isinstance(value, (int, float, str, bool, type(None), dict, list)):
                    break
                given.append(value)
            else:
                kwargs = {name: value for name, value in new["kwargs"].items() if name not in names[: len(given)]}
                case = {**main[index].case, "new": {"args": given, "kwargs": kwargs}}
                entries.append(SuiteCase(kind="positional", case=case, expected=main[index].expected, group=index))
        return entries

    def numerics(self) -> list[SuiteCase]:
        part = self.part
        if part.numerics is None:
            return []
        count = _NUMERICS_CASES if self.visibility == HIDDEN else _NUMERICS_CASES // 4
        entries = []
        for drawn in draw(part.numerics, count, self.seed_for("numerics")):
            case = self.resolve(drawn)
            expected = self.truth(case)
            got = self.observe(case)
            if got["error"]:
                raise self.broken("the oracle raises on a float32 case", case, got)
            self.plan(
                criteria.judge_numerics(case, expected, got), "torch's own float32 answer is out of its allowance", case
            )
            entries.append(SuiteCase(kind="numerics", case=case, expected=expected))
        return sorted(entries, key=lambda entry: weight(entry.case))

    def truth(self, case: Mapping[str, Any]) -> dict[str, Any]:
        """The float64 answer to a float32 case, and how far from it an answer may be.

        The allowance is a multiple of the largest of torch's own error, how far the truth moves when inputs move by
        half a float32 unit in the last place, and one such unit of the result.
        """
        exact = dict(criteria.numeric_leaves(self.observe(in_float64(case))))
        moved = [dict(criteria.numeric_leaves(self.observe(in_float64(case, jitter)))) for jitter in (1, 2, 3)]
        torch_own = dict(criteria.numeric_leaves(self.observe(case)))
        # A buffer moves from its old value: what is lost there is lost in the new one, however small that is.
        before = {
            f"buffer {name} after": float(build(recipe, dtype=torch.float64).abs().max())
            for name, recipe in case.get("state") or []
            if recipe["role"] == "buffer"
        }
        allowed = {}
        for path, leaf in exact.items():
            truth = compare.body(leaf)
            size = max(compare.magnitude(leaf), before.get(path.partition(" step")[0], 0.0))
            errors = [_largest(compare.body(other[path]).double() - truth) for other in [torch_own, *moved]]
            allowed[path] = self.part.numerics_multiple * max(*errors, size * 2.0**-23)
        return {"truth": exact, "allowed": allowed}

    def errors(self) -> list[SuiteCase]:
        entries = []
        for case in self.part.errors:
            resolved = {"symbol": self.part.symbol, **case, "state": None}
            expected = self.observe(resolved)
            if not expected["error"]:
                raise self.broken("the oracle does not raise on a case in `errors`", resolved, expected)
            self.plan(criteria.judge_raising(resolved, expected, expected), "the oracle does not raise", resolved)
            entries.append(SuiteCase(kind="errors", case=resolved, expected={"error": expected["error"], "steps": []}))
        return entries

    def grouped(self) -> list[SuiteCase]:
        """Cases of properties and growth, which are judged together."""
        entries = []
        for index, item in enumerate(self.part.properties):
            for case in item.cases:
                resolved = self.resolve(case)
                expected = self.observe(resolved)
                if expected["error"]:
                    raise self.broken("the oracle raises on a property's case", resolved, expected)
                entries.append(SuiteCase(kind="property", case=resolved, expected=expected, group=index))
            self.planned[item.criterion] = self.planned.get(item.criterion, 0) + 1
        for index, growth in enumerate(self.part.growth):
            entries += [SuiteCase(kind="growth", case=self.resolve(case), group=index) for case in growth.cases]
            self.planned["vectorized"] = self.planned.get("vectorized", 0) + 1
        return entries


def _module_steps(observe: Any, case: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What every module must be able to do, for oracles that are modules."""
    if not observe({**case, "steps": []})["new"]["module"]:
        return []
    return [
        run("layer.training", "layer.eval() is layer", "any(child.training for child in layer.modules())"),
        evaluate(),
        run("layer.training", "layer.train() is layer", "all(child.training for child in layer.modules())"),
        train(),
        run(
            "layer.to(torch.float64) is layer",
            "all(item.dtype is torch.float64 for item in layer.parameters())",
            "layer.float() is layer",
            "all(item.dtype is torch.float32 for item in layer.parameters())",
        ),
    ]


def _state_recipe(name: str, shape: Sequence[int], dtype: str, seed: str) -> dict[str, Any]:
    """A random value for a parameter or buffer that a network could really have."""
    recipe: dict[str, Any] = {"shape": list(shape), "seed": seed_from(name, seed) % 2**16}
    if "float" not in dtype:
        return {"$fill": "integers", "low": 0, "high": 6, "dtype": dtype.removeprefix("torch."), **recipe}
    if name.rpartition(".")[2].endswith("var"):
        return {"$fill": "uniform", "scale": 0.9, "shift": 1.2, **recipe}
    fan_in = 1
    for size in shape[1:]:
        fan_in *= size
    return {"$fill": "normal", "scale": round(fan_in**-0.5, 6), **recipe}


def in_float64(case: Mapping[str, Any], jitter: int = 0) -> dict[str, Any]:
    """A float32 case in float64 on its float32 values.

    They are moved by half a unit in the last place where ``jitter`` is not 0.
    """

    def visit(value: Any) -> Any:
        if isinstance(value, Mapping):
            if "$fill" in value and "dtype" not in value:
                return {**value, "jitter": jitter}
            return {key: visit(item) for key, item in value.items()}
        return [visit(item) for item in value] if isinstance(value, list) else value

    return {**visit(dict(case)), "dtype": "float64"}


def _largest(values: torch.Tensor) -> float:
    finite = values[values.isfinite()]
    return float(finite.abs().max()) if finite.numel() else 0.0


def _read(path: Path) -> Suite | None:
    try:
        return suite_data.from_bytes(path.read_bytes())
    except (OSError, ValueError):
        # A cache that is missing, damaged or of another format is compiled anew.
        return None


def _write(path: Path, suite: Suite) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(suite_data.to_bytes(suite))
        os.replace(temporary, path)
    except OSError:
        # A cache that cannot be written costs time, never a grade.
        return
