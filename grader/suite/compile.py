"""Turn a part's declaration into the cases of its suite, each with what the oracle and every misconception answer."""

import hashlib
from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from grader.case.probe import run_case
from grader.compare import criteria, separate
from grader.compare import tensors as compare
from grader.compare.outcome import Outcome
from grader.course.declared import DeclaredExercise
from grader.course.versions import case_versions
from grader.model import (
    Case,
    CaseKind,
    CourseError,
    DeclaredCase,
    Observation,
)  # fmt: skip
from grader.model.signature import signature_of
from grader.spec import Misconception, Part
from grader.suite.data import HIDDEN, Suite, SuiteCase
from grader.suite.delayed import delayed_backward
from grader.suite.elsewhere import repeated_elsewhere
from grader.suite.families import in_families, more_plain
from grader.suite.mistaken import SEPARATE, Mistaken
from grader.suite.modes import module_steps
from grader.suite.pairs import telling_apart
from grader.suite.positional import called_otherwise
from grader.suite.precision import truth_of
from grader.suite.resolve import resolve_case, without_state
from grader.suite.samples import uncovered
from grader.suite.search import canonical, draw, seed_from, smallest, weight
from grader.suite.vary import refused_in_evaluation, resized, resized_refusal, revalued

SMALL = 22.0
"""A case of this weight needs no shrinking: a person understands it at a glance."""
_ENOUGH = 64.0
"""The same for hidden cases: where an answer fails one, the judge looks for a smaller one then."""
LARGE = 1_000.0
"""Where most cases weigh this much, they are images, and slow: the suite does without a search."""
_STALL = 40
"""Looks without success after which a witness is as small as it gets."""
_NUMERICS_CASES = 16
_SMALLEST = 5
"""One in so many cases is too small to show much."""
_PUBLIC_SHARE = 3
_REMEMBERED = 4_000
"""Answers of the oracle that are kept while a part is compiled."""


class Compiler:
    """The compilation of one part's suite."""

    def __init__(self, exercise: DeclaredExercise, part: Part, seed: str, visibility: str, device: str) -> None:
        self.exercise, self.part, self.visibility, self.device = exercise, part, visibility, device
        self.seed = (seed, exercise.slug, part.symbol, visibility)
        self.planned: dict[str, int] = {}
        self.small = 0.0
        self._others: list[SuiteCase] = []
        """Cases that show mistakes which no call does: on the interface, and of ways to pass arguments."""
        self.caught: set[str] = set()
        """Misconceptions that a small case of the suite gives away already."""
        self._made: dict[str, Observation] = {}
        self._answered: dict[str, tuple[Case, Observation]] = {}
        # A program may end in an exception, so there `errors` is judged among the others.
        programs = isinstance(part.oracle, Mapping)
        self.separate = tuple(name for name in SEPARATE if not (programs and name == "errors"))
        self.mistaken = Mistaken(exercise, part, self.separate, device)

    def suite(self) -> Suite:
        """Compile it."""
        part = self.part
        interface = self._interface()
        main = self._main(interface)
        cases = [*main, *interface, *self._called_otherwise(main), *self._elsewhere(main)]
        cases += self._numerics() + self._errors() + self._grouped()
        cases = in_families(part, self.mistaken.marked(cases))
        content = canonical([case_versions(), [[item.kind, item.group, dict(item.case)] for item in cases]])
        digest = hashlib.sha256(content.encode()).hexdigest()
        return Suite(
            exercise=self.exercise.slug, symbol=part.symbol, visibility=self.visibility, digest=digest, cases=cases,
            planned=self.planned,
        )  # fmt: skip

    def _seed_for(self, *words: str) -> int:
        return seed_from(*self.seed, *words)

    def _own(self, case: DeclaredCase, *words: object) -> DeclaredCase:
        """A case that the exercise fixes as this suite has it: with values of its own where it is hidden."""
        return revalued(case, self._seed_for(*map(str, words))) if self.visibility == HIDDEN else case

    def _drawn(self, cases: st.SearchStrategy[DeclaredCase], count: int, words: str) -> list[DeclaredCase]:
        drawn = draw(cases, count, self._seed_for(words))
        # The first is the strategy's simplest, whatever the seed.
        return [self._own(drawn[0], words, "first"), *drawn[1:]]

    def _observe(self, case: Case) -> Observation:
        return run_case(case, self.part.oracles, device=self.device, plain=True)

    def _observe_reference(self, case: Case) -> Observation:
        return run_case(case, vars(self.exercise.reference), device=self.device)

    def _resolve(self, case: DeclaredCase) -> Case:
        return resolve_case(self.part, self.part.oracles, case, self._made)

    def _answered_by_oracle(self, case: DeclaredCase) -> tuple[Case, Observation]:
        """A drawn case resolved, and the oracle's answer; searches look at the same small cases again and again."""
        key = canonical(case)
        answered = self._answered.get(key)
        if answered is None:
            resolved = self._resolve(case)
            answered = resolved, self._observe(resolved)
            if len(self._answered) < _REMEMBERED:
                self._answered[key] = answered
        return answered

    def _broken(self, what: str, case: Case, observation: Observation) -> CourseError:
        error = observation["error"]
        came = f" ({error['type']}: {error['message'][:200]})" if error else ""
        return CourseError(
            f"{self.exercise.slug}, {self.part.symbol}: {what}{came}.", f"The case: {canonical(case)[:600]}"
        )

    def _main(self, interface: Sequence[SuiteCase]) -> list[SuiteCase]:
        part = self.part
        count = part.size if self.visibility == HIDDEN else max(min(4, part.size), part.size // _PUBLIC_SHARE)
        declared_cases = self._drawn(part.cases, count, "cases")
        declared_cases += more_plain(part, declared_cases, self._seed_for("plain"))
        signature = signature_of(self.exercise.signatures, part.symbol)
        there = [*part.examples, *declared_cases]
        declared_cases += telling_apart(part, signature, there, count, self._seed_for("pairs"))
        drawn = [self._resolve(case) for case in declared_cases]
        examples = [self._own(case, "examples", index) for index, case in enumerate(part.examples)]
        cases = [self._resolve(case) for case in examples] + drawn
        unique = {canonical(case): case for case in cases + self._samples(cases)}
        weights = sorted(weight(case)[0] for case in drawn) or [0.0]
        # Where even the smallest case drawn is large (an image), a search would find none much smaller.
        self.small = max(_ENOUGH if self.visibility == HIDDEN else SMALL, 2 * weights[0])
        entries = [self._entry(case) for case in sorted(unique.values(), key=weight)]
        self._others = [*interface, *self._called_otherwise(entries)]
        for item in self.mistaken.all if weights[len(weights) // 2] < LARGE else ():
            case = self._witness(item)
            if case is not None and canonical(case) not in unique:
                unique[canonical(case)] = case
                entries.append(self._entry(case))
        entries += self._delayed_backward(sorted(unique.values(), key=weight))
        return sorted(entries, key=lambda entry: weight(entry.case))

    def _samples(self, cases: Sequence[Case]) -> list[Case]:
        """Those of torch's own samples that ask something which the suite's other cases do not."""
        recorded = self.exercise.samples.get(self.part.symbol, ())
        own = [self._resolve(self._own(case, "samples", index)) for index, case in enumerate(recorded)]
        return uncovered(own, cases, getattr(self.exercise.reference, self.part.symbol)) if own else []

    def _delayed_backward(self, cases: Sequence[Case]) -> list[SuiteCase]:
        """The smallest case with a delayed backward pass, from a few elements on."""
        for case in cases[len(cases) // _SMALLEST :]:
            if weight(case)[0] > LARGE:
                break
            delayed = delayed_backward(case)
            if delayed is not None:
                answered = self._observe(delayed)["steps"]
                grads = [grad for observed in answered for grad in observed.get("grads", {}).values()]
                if any(compare.magnitude(grad) > 0 for grad in grads):
                    return [self._entry(delayed)]
        return []

    def _entry(self, case: Case) -> SuiteCase:
        expected = self._observe(case)
        if expected["error"]:
            raise self._broken("the oracle raises on a case", case, expected)
        self._plan(
            criteria.judge_case(self.part, case, expected, expected), "the oracle does not agree with itself", case
        )
        self._note_caught(case, expected)
        return SuiteCase(kind=CaseKind.MAIN, case=case, expected=expected)

    def _plan(self, outcome: Outcome, complaint: str, case: Case) -> None:
        self._need_agreement(outcome, complaint, case)
        for name in outcome.held:
            self.planned[name] = self.planned.get(name, 0) + 1

    def _need_agreement(self, outcome: Outcome, complaint: str, case: Case) -> None:
        if outcome.findings:
            name, finding = next(iter(outcome.findings.items()))
            raise CourseError(
                f"{self.exercise.slug}, {self.part.symbol}: {complaint} on {name}: {finding.message}",
                f"The case: {canonical(case)[:600]}",
            )

    def _witness(self, item: Misconception) -> Case | None:
        """The smallest case found that gives a misconception away: on it, it fails the criterion it names.

        None where a small one is in the suite already, or none was found.
        """
        if item.criterion in self.separate or item.name in self.caught or self._shows_otherwise(item):
            return None

        def caught_drawn(case: DeclaredCase) -> bool:
            resolved, expected = self._answered_by_oracle(case)
            if expected["error"]:
                return False
            return self.catches(item, resolved, expected, self.mistaken.observe(resolved, item))

        # "killer" is an old name for a witness; it goes into the seed, so renaming it would change every hidden suite.
        number = self._seed_for("killer", item.name)
        case = smallest(self.part.cases, caught_drawn, number, examples=100, enough=self.small, stall=_STALL)
        if case is None:
            return None
        # Searches end in the same smallest case for many seeds.
        own = self._own(case, "witness", item.name)
        return self._resolve(own if caught_drawn(own) else case)

    def _shows_otherwise(self, item: Misconception) -> bool:
        """Whether a misconception that no drawn case has shown is given away by another kind: to search is vain."""
        if self.mistaken.shows(item):
            return False
        for entry in self._others:
            if self.catches(item, entry.case, entry.answered, self.mistaken.observe(entry.case, item)):
                return True
        for each in self.part.properties:
            if each.criterion == item.criterion:
                cases = [self._resolve(case) for case in each.cases]
                if each.holds([self.mistaken.observe(case, item) for case in cases]) is not None:
                    return True
        return False

    def catches(self, item: Misconception, case: Case, expected: Observation, got: Observation) -> bool:
        """Whether a misconception fails the criterion it names on a case."""
        return item.criterion in criteria.judge_case(self.part, case, expected, got).findings

    def _note_caught(self, case: Case, expected: Observation) -> None:
        """Note the misconceptions that a small case gives away."""
        small = weight(case)[0] <= self.small
        for item, got in self.mistaken.differing(case, expected):
            if small and item.name not in self.caught and self.catches(item, case, expected, got):
                self.caught.add(item.name)

    def _interface(self) -> list[SuiteCase]:
        cases = [*self.part.interface]
        first = self.part.examples[0] if self.part.examples else None
        if first is not None and "new" in first:
            steps = module_steps(self._observe, self._resolve(first))
            cases.append({**first, "state": None, "fresh": True, "dtype": "float32", "steps": steps})
        entries = []
        for index, case in enumerate(cases):
            resolved: Case = {**self._resolve(self._own(case, "interface", index)), "lines": "interface"}
            expected = self._observe(resolved)
            if expected["error"]:
                raise self._broken("the oracle raises on an interface case", resolved, expected)
            self._plan(
                criteria.judge_case(self.part, resolved, expected, expected),
                "the oracle does not agree with itself",
                resolved,
            )
            entries.append(SuiteCase(kind=CaseKind.INTERFACE, case=resolved, expected=expected))
        return entries

    def _called_otherwise(self, main: Sequence[SuiteCase]) -> list[SuiteCase]:
        answer = getattr(self.exercise.reference, self.part.symbol, None)
        return called_otherwise(self.part, answer, main, self._observe)

    def _elsewhere(self, main: Sequence[SuiteCase]) -> list[SuiteCase]:
        entries = repeated_elsewhere(self.part, main, self._observe, self._observe_reference)
        if entries:
            self.planned["device"] = len(entries)
        return entries

    def _numerics(self) -> list[SuiteCase]:
        part = self.part
        if part.numerics is None:
            return []
        count = _NUMERICS_CASES if self.visibility == HIDDEN else _NUMERICS_CASES // 4
        entries = []
        for drawn in self._drawn(part.numerics, count, "numerics"):
            case = self._resolve(drawn)
            expected = truth_of(self.part, case, self._observe)
            got = self._observe(case)
            if got["error"]:
                raise self._broken("the oracle raises on a float32 case", case, got)
            self._plan(
                separate.judge_numerics(case, expected, got), "torch's own float32 answer is out of its allowance", case
            )
            entries.append(SuiteCase(kind=CaseKind.NUMERICS, case=case, expected=expected))
        return sorted(entries, key=lambda entry: weight(entry.case))

    def _errors(self) -> list[SuiteCase]:
        entries = []
        for index, declared in enumerate(self.part.errors):
            case = self._own(declared, "errors", index)
            if self.visibility == HIDDEN:
                case = resized_refusal(case, self._seed_for("refused", str(index)), self._observe_refused)
                # A check must not depend on the mode.
                case = refused_in_evaluation(case, self._observe_refused) if index % 2 else case
            resolved = self._refused(case)
            expected = self._observe(resolved)
            if not expected["error"]:
                raise self._broken("the oracle does not raise on a case in `errors`", resolved, expected)
            self._plan(separate.judge_raising(resolved, expected, expected), "the oracle does not raise", resolved)
            raised: Observation = {"error": expected["error"], "steps": []}
            entries.append(SuiteCase(kind=CaseKind.ERRORS, case=resolved, expected=raised))
        return entries

    def _refused(self, case: DeclaredCase) -> Case:
        return {**without_state(self.part, case), "state": None}

    def _observe_refused(self, case: DeclaredCase) -> Observation:
        return self._observe(self._refused(case))

    def _grown(self, cases: Sequence[DeclaredCase], index: int) -> list[DeclaredCase]:
        """The cases of a growth as this suite has them: of other sizes where it is hidden and the oracle takes them."""
        own = [self._own(case, "growth", index) for case in cases]
        if self.visibility == HIDDEN:
            larger = resized(own, self._seed_for("grown", str(index)))
            if not any(self._observe(self._resolve(case))["error"] for case in larger):
                return larger
        return own

    def _grouped(self) -> list[SuiteCase]:
        """Cases of properties and growth, which are judged together."""
        entries = []
        for index, item in enumerate(self.part.properties):
            for number, case in enumerate(item.cases):
                resolved = self._resolve(self._own(case, "properties", index, number))
                expected = self._observe(resolved)
                if expected["error"]:
                    raise self._broken("the oracle raises on a property's case", resolved, expected)
                entries.append(SuiteCase(kind=CaseKind.PROPERTY, case=resolved, expected=expected, group=index))
            self.planned[item.criterion] = self.planned.get(item.criterion, 0) + 1
        for index, growth in enumerate(self.part.growth):
            entries += [self._growing(case, index) for case in self._grown(growth.cases, index)]
            self.planned["vectorized"] = self.planned.get("vectorized", 0) + 1
        return entries

    def _growing(self, declared_case: DeclaredCase, group: int) -> SuiteCase:
        """A case of growth: what the oracle gives, and how many operations the reference takes for it."""
        case = self._resolve(declared_case)
        expected = self._observe(case)
        if expected["error"]:
            raise self._broken("the oracle raises on a case of growth", case, expected)
        self._need_agreement(
            criteria.judge_case(self.part, case, expected, expected), "the oracle does not agree with itself", case
        )
        counted = self._observe_reference(case)
        if counted["error"]:
            raise self._broken("the reference raises on a case of growth", case, counted)
        return SuiteCase(kind=CaseKind.GROWTH, case=case, expected={**expected, "ops": counted["ops"]}, group=group)
