"""Combine the outcomes of a suite's cases, criterion by criterion."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from grader.compare import criteria, elsewhere, separate
from grader.compare import tensors as compare
from grader.compare.growth import growing
from grader.compare.lines import spoken
from grader.compare.outcome import Outcome, ending, error_finding, stage_of
from grader.compare.tensors import Difference
from grader.judge.marks import Marks
from grader.judge.names import with_its_names
from grader.model import (
    ABOUT_DTYPE,
    EXCEPTIONS,
    Case,
    CaseKind,
    CriterionReport,
    Encoded,
    Finding,
    FindingKind,
    Leaf,
    Observation,
    Observed,
    Stopped,
)  # fmt: skip
from grader.model.messages import only_in_float32
from grader.spec import Part, Property
from grader.suite.cache import Suite
from grader.suite.precision import in_float64

_FLOAT64_HELD = 1e-5
"""Relative agreement in float64 at which only rounding can be the cause of a failure in float32."""

Again = Callable[[Iterable[Case]], list[Observed]]
"""Runs further cases on the answer."""


class Board:
    """Outcomes by case, findings by criterion."""

    def __init__(self, part: Part, suite: Suite, rubric: Mapping[str, float], source: Sequence[str] = ()) -> None:
        self.part, self.suite, self.rubric, self.source = part, suite, rubric, source
        self.observations: dict[int, Observed] = {}
        self.outcomes: dict[int, Outcome] = {}
        self._blames_dtype = False
        """Whether `numerics` tells already of a dtype that is written out."""
        self.given_up: Stopped | None = None
        """The stop after which the rest of the cases was not run, where the answer was given up."""
        self.unnamed: set[str] = set()
        """Criteria that were not judged by a property, because it asks for names that the answer does not have."""

    def add(self, index: int, observation: Observed) -> None:
        """Judge what an answer did on the suite's case of this index."""
        self.observations[index] = observation
        self.outcomes[index] = self._judge(index, observation)

    def complete(self, again: Again) -> None:
        """Judge what takes several cases, after all have been run; ``again`` runs more of them on the answer."""
        self._judge_positional()
        self._judge_groups(CaseKind.PROPERTY, self._judge_property)
        self._excuse_interface()
        self._retry_in_float32(again)
        self._judge_groups(CaseKind.GROWTH, lambda group, indices: self._judge_growth(group, indices, again))
        self._excuse_numerics(again)
        self._judge_elsewhere()

    def _judge(self, index: int, got: Observed) -> Outcome:
        entry = self.suite.cases[index]
        if entry.kind is CaseKind.ERRORS:
            return separate.judge_raising(entry.case, got, entry.answered)
        if entry.kind is CaseKind.NUMERICS:
            return separate.judge_numerics(entry.case, entry.truth, got, self.source)
        if entry.kind is CaseKind.PROPERTY:
            return Outcome()
        if entry.kind is CaseKind.DEVICE:
            return elsewhere.judge_elsewhere(self.part, entry.case, entry.answered, got, self.source)
        # What the simulated device cannot do was run on the CPU.
        on_cpu = not isinstance(got, Stopped) and "unsimulated" in got
        expected = elsewhere.placed(entry.answered, "cpu") if on_cpu else entry.answered
        return criteria.judge_case(self.part, entry.case, expected, got, source=self.source)

    def _judge_positional(self) -> None:
        """Only a failure that the same case by keyword does not show belongs to the interface."""
        for index, outcome in self.outcomes.items():
            entry = self.suite.cases[index]
            if entry.kind is not CaseKind.POSITIONAL:
                continue
            twin = self.outcomes.get(entry.group)
            first = next(iter(outcome.findings.values()), None)
            outcome.findings.clear()
            outcome.held.clear()
            if first is not None and twin is not None and not twin.findings:
                how, other = ("position", "name") if entry.case["new"]["args"] else ("name", "position")
                message = f"With its arguments passed by {how} it behaves otherwise than by {other}: {first.message}"
                outcome.check("interface", replace(first, criterion="interface", message=message))
            elif first is None:
                outcome.check("interface", None)

    def _judge_elsewhere(self) -> None:
        """Judge `device` where the same case is correct on the CPU, by what is not elsewhere."""
        self._blames_dtype = any(elsewhere.is_about_dtype(finding) for _, finding in self.failures("numerics"))
        for index, outcome in self.outcomes.items():
            entry = self.suite.cases[index]
            if entry.kind is not CaseKind.DEVICE:
                continue
            twin = self.outcomes.get(entry.group)
            right = twin is not None and "values" in twin.held and elsewhere.was_run(self.observations[index])
            finding = None
            if twin is not None and right:
                finding = elsewhere.follows(outcome, twin, entry.case, self.observations[index], self.source)
            outcome.findings.clear()
            outcome.held.clear()
            if right and not (self._blames_dtype and elsewhere.is_about_dtype(finding)):
                outcome.check("device", finding)

    def _excuse_interface(self) -> None:
        """Leave an exception to `values` that any call raises, be it a line of the interface that calls.

        What it says of the arguments that it is called with is of the interface wherever it is raised, and so is what
        the constructor raises. So does a line that does not end, where calls do not end either.
        """
        stopped = {finding.verdict for _, finding in self.failures("values") if finding.kind is FindingKind.STOPPED}
        found = [finding.got for _, finding in self.failures("values") if finding.kind in EXCEPTIONS]
        raised = tuple(got for got in found if not criteria.is_about_arguments(got))
        for index, finding in self.failures("interface"):
            is_interface = self.suite.cases[index].kind is CaseKind.INTERFACE
            of_a_line = is_interface and finding.kind in EXCEPTIONS
            got = self.observations[index]
            if is_interface and isinstance(got, Stopped) and got.stage == "run" and finding.verdict in stopped:
                del self.outcomes[index].findings["interface"]
            constructs = f"= {self.part.symbol}(" in finding.where
            # Of what a line raises less is kept than of what a call does.
            if of_a_line and not constructs and any(each.startswith(finding.got) for each in raised):
                del self.outcomes[index].findings["interface"]

    def _judge_groups(self, kind: CaseKind, judge: Callable[[int, Sequence[int]], None]) -> None:
        """Judge properties or growth, whose cases can only be judged together."""
        groups: dict[int, list[int]] = {}
        for index, entry in enumerate(self.suite.cases):
            if entry.kind is kind:
                groups.setdefault(entry.group, []).append(index)
        for group, indices in groups.items():
            if all(index in self.outcomes for index in indices):
                judge(group, indices)

    def _judge_property(self, group: int, indices: Sequence[int]) -> None:
        item = self.part.properties[group]
        criterion, outcome = item.criterion, self.outcomes[indices[0]]
        observations: list[Observation] = []
        for index in indices:
            entry, observation = self.suite.cases[index], self.observations[index]
            error = ending(observation)
            if error is not None:
                stage = stage_of(error)
                actual = criterion if stage in ("run", "call") else criteria.STAGE_CRITERION.get(stage, criterion)
                self.outcomes[index].check(actual, error_finding(error, actual, self.source))
                return
            assert not isinstance(observation, Stopped), "a stop is an ending"
            named = with_its_names(entry.case, entry.answered, observation)
            if named is None:
                self.unnamed.add(criterion)
                return
            observations.append(named)
            broken = _other_structure(entry.case, entry.answered, named)
            if broken:
                kind, message = broken
                self.outcomes[index].check(criterion, Finding(criterion=criterion, kind=kind, message=message))
                return
        said = _said(item, observations, [self.suite.cases[index].answered for index in indices])
        finding = None if said is None else Finding(criterion=criterion, kind=FindingKind.PROPERTY, message=said)
        outcome.check(criterion, finding)

    def _judge_growth(self, group: int, indices: Sequence[int], again: Again) -> None:
        """Judge what calls cost, unless what they give is wrong while that of others is right."""
        observed = [self.observations[index] for index in indices]
        done = [got for got in observed if not isinstance(got, Stopped) and not got["error"]]
        right = all("values" in self.outcomes[index].held for index in indices)
        if len(done) < len(indices) or not (right or self._is_wrong_in_main()):
            return
        if any("gradients" in self.outcomes[index].findings for index in indices):
            # The graph is that of something else than what was done, so it does not say how that was done.
            cases: list[Case] = [{**self.suite.cases[index].case, "traced": True} for index in indices]
            done = [got for got in again(cases) if not isinstance(got, Stopped) and not got["error"]]
            if len(done) < len(indices):
                return
        reference = self.suite.cases[indices[-1]].answered
        self.outcomes[indices[-1]].check("vectorized", growing(self.part.growth[group], done, reference))

    def _is_wrong_in_main(self) -> bool:
        failing = [*self.failures("shapes"), *self.failures("values")]
        return any(self.suite.cases[index].kind is CaseKind.MAIN for index, _ in failing)

    def _retry_in_float32(self, again: Again) -> None:
        """Charge a hard-coded float32 to `numerics` alone.

        Its sign: cases fail in float64 but hold in float32 to its accuracy.
        """
        failing = [
            index
            for index, outcome in self.outcomes.items()
            if self.suite.cases[index].kind in (CaseKind.MAIN, CaseKind.GROWTH)
            and outcome.findings.keys() & {"values", "gradients", "state", "parameters"}
        ]
        if "numerics" not in self.rubric or not failing or not all(self._like_precision(index) for index in failing):
            return
        retried: dict[int, Outcome] = {}
        cases: list[Case] = [{**self.suite.cases[index].case, "dtype": "float32"} for index in failing]
        for index, got in zip(failing, again(cases), strict=True):
            entry = self.suite.cases[index]
            retried[index] = criteria.judge_case(
                self.part, entry.case, entry.answered, got, source=self.source, float32=True
            )
        if any(outcome.findings for outcome in retried.values()):
            return
        # It has nothing to do with families where it shows outside of them, too.
        shown = min(failing, key=lambda index: bool(self.suite.cases[index].families))
        first = next(iter(self.outcomes[shown].findings.values()))
        for index in failing:
            self.outcomes[index] = retried[index]
        self.outcomes[shown].findings["numerics"] = replace(
            first, criterion="numerics", message=only_in_float32(first.message)
        )

    def _excuse_numerics(self, again: Again) -> None:
        """Leave a float32 case out of `numerics` where the answer is just as wrong in float64.

        Other criteria then report the failure.
        """
        failing = [index for index, _ in self.failures("numerics") if self.suite.cases[index].kind is CaseKind.NUMERICS]
        if not failing or not any(self.failures(other) for other in ("values", "state")):
            return
        cases = [in_float64(self.suite.cases[index].case) for index in failing]
        for index, got in zip(failing, again(cases), strict=True):
            truth = self.suite.cases[index].truth["truth"]
            answered = {} if isinstance(got, Stopped) else dict(separate.numeric_leaves(got))
            if ending(got) or any(self._is_wrong(leaf, answered.get(path), path) for path, leaf in truth.items()):
                del self.outcomes[index].findings["numerics"]

    def _is_wrong(self, truth: Leaf, have: Leaf | None, path: str) -> bool:
        if have is None or compare.shape_of(have) != compare.shape_of(truth):
            return True
        return compare.compare_tensors(truth, have, path, _FLOAT64_HELD, 0.0) is not None

    def _like_precision(self, index: int) -> bool:
        """Whether a failure could be float32's: a complaint about dtypes, or a difference of rounding's size."""
        for finding in self.outcomes[index].findings.values():
            if finding.kind in ABOUT_DTYPE:
                continue
            if finding.difference is None or finding.difference > 1e-3 * _size(self.suite.cases[index].answered):
                return False
        return True

    @property
    def marks(self) -> Marks:
        """What the outcomes so far come to."""
        return Marks(
            part=self.part,
            suite=self.suite,
            outcomes=self.outcomes,
            unnamed=self.unnamed,
            given_up=self.given_up,
        )

    def failures(self, criterion: str) -> list[tuple[int, Finding]]:
        """The cases that failed a criterion, those of no family and the smallest first."""
        return self.marks.failures(criterion)

    def cases(self, criterion: str) -> tuple[set[int], set[int]]:
        """The cases that fail a criterion, and those on which it holds."""
        return self.marks.cases(criterion)

    @property
    def ordinary(self) -> tuple[set[int], set[int]]:
        """The cases that fail any of the criteria that are judged on the ordinary cases, and those that hold in all."""
        return self.marks.ordinary

    def reports(self) -> list[CriterionReport]:
        """The rubric's lines, in order."""
        return self.marks.reports(self.rubric)


def _other_structure(case: Case, expected: Observation, got: Observation) -> tuple[FindingKind, str] | None:
    """How the structure of an observation differs from the oracle's, as a kind and in words; None where it does not."""
    ended_early = FindingKind.ENDED_EARLY, "It stopped before the end."
    if len(got["steps"]) != len(expected["steps"]):
        return ended_early
    for number, (want, have) in enumerate(zip(expected["steps"], got["steps"], strict=True)):
        if "out" not in want and "out" in have:
            return FindingKind.STRUCTURE, "It gave an output where nothing is called."
        if "out" in want:
            difference = _of_another_kind(want["out"], have.get("out"), "the output")
            if difference:
                return difference.kind, difference.message
        if len(want.get("lines", [])) != len(have.get("lines", [])):
            return ended_early
        asked = case["steps"][number].get("lines", []) if number < len(case["steps"]) else []
        for place, (one, other) in enumerate(zip(want.get("lines", []), have.get("lines", []), strict=True)):
            said = spoken(asked[place]) if place < len(asked) else "It"
            if "raised" in other and "raised" not in one:
                what = f"{other['raised']}: {other.get('message', '')}".removesuffix(": ")
                return FindingKind.LINE_RAISED, f"{said} should work, but raises {what}"
            if "raised" in one and "raised" not in other:
                return FindingKind.LINE_NOT_RAISED, f"{said} should raise {one['raised']}, but does not."
            difference = _of_another_kind(one.get("value"), other.get("value"), said)
            if difference:
                return difference.kind, difference.message
    return None


def _said(item: Property, observations: Sequence[Observation], expected: Sequence[Observation]) -> str | None:
    """What does not hold of an answer; one may give values with which the property cannot be computed."""
    try:
        return item.holds(observations)
    except Exception as error:
        # A property that cannot judge the oracle either is at fault itself: this raises again.
        item.holds(expected)
        return f"Whether it holds cannot be computed from what it gives ({type(error).__name__})."


def _of_another_kind(expected: Encoded, got: Encoded, path: str) -> Difference | None:
    """How a value differs in structure or in the kinds of its numbers: what a property computes with is as expected."""
    return compare.compare_structure(expected, got, path) or compare.compare_kinds(expected, got, path)


def _size(expected: Observation) -> float:
    sizes = [1e-30]
    for observed in expected.get("steps", []):
        sizes += [compare.magnitude(leaf) for _, leaf in compare.leaves(observed.get("out")) if compare.is_tensor(leaf)]
        sizes += [compare.magnitude(grad) for grad in observed.get("grads", {}).values()]
    return max(sizes)
