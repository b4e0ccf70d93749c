"""Whether mechanical mutants of the reference are noticed, and what they are told."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from grader.answer.load import Answer
from grader.answer.ran import slice_of
from grader.authoring.explained import Measure, Watched
from grader.authoring.mutants import Mutant, mutants
from grader.authoring.proofs import ExerciseProof
from grader.compare import criteria, separate
from grader.compare.observation import validate
from grader.course.declared import DeclaredExercise
from grader.host.session import Server, Stopped
from grader.judge.grade import PartGrader
from grader.model import CaseKind, Explained, Hole, HoleKind, Limits, Verdict
from grader.model.source import definitions, lines_of
from grader.spec import Part
from grader.suite.provider import Suites

KILL_RATE = 0.98
"""Fraction of the silent mutants that must be noticed."""
_LOUD = (Verdict.RAISED, Verdict.CRASHED, Verdict.TIME_LIMIT, Verdict.MEMORY_LIMIT, Verdict.OUTPUT_LIMIT)
_TOLD = 24
"""Silent mutants of an exercise of which it is counted what they are told: these are graded whole, on two suites."""


@dataclass(frozen=True, kw_only=True)
class Noticing:
    """Tries the mutants of one exercise."""

    exercise: DeclaredExercise
    parts: Sequence[Part]
    server: Server
    suites: Suites
    fresh: Suites
    """Suites that no mutant is looked for in."""
    limits: Limits
    _noticed_by: dict[str, Part] = field(default_factory=dict)
    """The part that noticed a silent mutant, by the mutant."""

    def try_all(self, proof: ExerciseProof) -> None:
        """Grade the mutants until the first case that notices; what came of it goes into the proof."""
        explained = self.exercise.declaration.equivalent_mutants
        silent: list[Mutant] = []
        graph = not all(part.off_limits.autograd for part in self.exercise.parts)
        for mutant in mutants(self.exercise.reference_source, graph=graph):
            seen = self._noticed(mutant)
            if seen == "silent":
                silent.append(mutant)
                proof.silent += 1
                proof.killed += 1
            elif seen is None:
                proof.silent += 1
                proof.survivors.append((mutant, explained.get(mutant.key, "")))
        stale = set(explained) - {mutant.key for mutant, _ in proof.survivors}
        if stale and len(self.parts) == len(self.exercise.parts):
            text = f"explained mutants that do not survive: {'; '.join(sorted(stale))}"
            proof.holes.append(Hole(kind=HoleKind.EXPLAINED, text=text))
        rate = proof.kill_rate
        if rate is not None and rate < KILL_RATE:
            text = f"only {rate:.1%} of the silent mutants are noticed"
            proof.holes.append(Hole(kind=HoleKind.MUTANTS, text=text))
        proof.mutants_told = self._told(silent[:: -(-len(silent) // _TOLD)] if silent else [])

    def _told(self, some: Sequence[Mutant]) -> Explained:
        """What mutants are told, each by the part that noticed it."""
        counts = Explained()
        for mutant in some:
            part, answer, fresh = self._noticed_by[mutant.source], self._answer(mutant.source), Watched()
            report = self._grader(part, self.suites).grade(answer).report
            self._grader(part, self.fresh, fresh).grade(answer)
            measure = Measure(self.exercise, [], counts)
            measure.of_mutant(report, fresh)
            counts = measure.counts
        return counts

    def _answer(self, source: str) -> Answer:
        return Answer.from_source(f"{self.exercise.slug}.py", source)

    def _grader(self, part: Part, suites: Suites, watched: Watched | None = None) -> PartGrader:
        return PartGrader(
            server=self.server,
            exercise=self.exercise,
            part=part,
            suite=suites.suite(self.exercise, part),
            limits=self.limits,
            shrink_seconds=0,
            watch=watched,
        )

    @property
    def _lines(self) -> Mapping[str, range]:
        return {node.name: lines_of(node) for node in definitions(self.exercise.reference_source)}

    def _noticed(self, mutant: Mutant) -> str | None:
        """``loud`` or ``silent`` for a mutant that some part rejects, None for a survivor."""
        answer = self._answer(mutant.source)
        lines = self._lines
        # A change in a class is most likely noticed by its own part.
        parts = sorted(self.parts, key=lambda part: mutant.line not in lines.get(part.symbol, ()))
        for part in parts:
            failure = self._first_failure(part, answer)
            if failure:
                self._noticed_by[mutant.source] = part
                return failure
        for part in parts:
            report = self._grader(part, self.suites).grade(answer).report
            if report.verdict is not Verdict.ACCEPTED:
                self._noticed_by[mutant.source] = part
                return "loud" if report.verdict in _LOUD else "silent"
        return None

    def _first_failure(self, part: Part, answer: Answer) -> str | None:
        """Whether some case on its own shows the mutant, and whether by an exception."""
        opened = self.server.open(slice_of(answer, [part.symbol]), part.off_limits)
        if isinstance(opened, Stopped):
            return "loud"
        suite = self.suites.suite(self.exercise, part)
        cases = [entry for entry in suite.cases if entry.kind in (CaseKind.MAIN, CaseKind.ERRORS)]
        with closing(opened):
            if part.symbol not in opened.loaded["symbols"]:
                return "loud"
            for entry, item in zip(cases, opened.run([entry.case for entry in cases]), strict=False):
                if isinstance(item, Stopped):
                    return "loud"
                got = validate(item)
                judged = (
                    separate.judge_raising(entry.case, got, entry.answered)
                    if entry.kind is CaseKind.ERRORS
                    else criteria.judge_case(part, entry.case, entry.answered, got)
                )
                if judged.findings:
                    loud = all(finding.verdict in _LOUD for finding in judged.findings.values())
                    return "loud" if loud else "silent"
        return None
