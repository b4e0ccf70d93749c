"""Let the course prove itself: correct answers pass, wrong ones fail, and for the reason they should."""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path

import torch
from torch import nn

from grader.answer.load import Answer
from grader.authoring import bad_arguments, lesson, pictured, translation, unfinished
from grader.authoring.explained import Measure, Watched
from grader.authoring.noticed import Noticing
from grader.authoring.proofs import ExerciseProof, PartProof
from grader.authoring.surround import amid_everything, misread
from grader.authoring.wrong_answers import delegates, hollow, left_behind, misconception_source
from grader.course.catalogue import Course
from grader.course.declared import DeclaredExercise, declared
from grader.course.road import Leg, read_legs
from grader.course.settings import read_settings
from grader.host.session import Server
from grader.judge.grade import PartGrader
from grader.kit.load import load_course
from grader.model import CaseKind, CourseError, Hole, HoleKind, Limits, New, PartReport, Verdict
from grader.release.stub import stub_of
from grader.release.write import stale
from grader.spec import Part
from grader.suite.cache import PUBLIC, Suite, compile_suite
from grader.suite.provider import Suites, public_suites

_MISCONCEPTIONS = {True: 8, False: 4}
_RIGHT = {True: 3, False: 2}


def verify_course(
    course: Course,
    names: Sequence[str],
    *,
    seed: str,
    quick: bool = False,
    jobs: int | None = None,
    cache_dir: Path | None = None,
) -> Iterator[ExerciseProof]:
    """Verify the exercises that names mean (see `Course.select`), side by side; each is given as it is done."""
    wanted: dict[str, list[str]] = {}
    for exercise, part in course.select(names):
        wanted.setdefault(exercise.slug, []).append(part.symbol)
    tasks = [(course.root, slug, symbols, seed, quick, cache_dir) for slug, symbols in wanted.items()]
    count = max(1, min(jobs or cpu_count() or 1, len(tasks)))
    if count == 1:
        yield from map(_verify, tasks)
    else:
        with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
            for done in as_completed([pool.submit(_verify, task) for task in tasks]):
                yield done.result()
    released = course.root / "assignments"
    if not names and released.is_dir():
        holes = [
            Hole(kind=HoleKind.STALE, text=f"{what}; run: course release assignments")
            for what in stale(course, released, public_suites(cache_dir))
        ]
        yield ExerciseProof(exercise="assignments/", holes=holes)


def _verify(task: tuple[Path, str, list[str], str, bool, Path | None]) -> ExerciseProof:
    root, slug, symbols, seed, quick, cache_dir = task
    torch.set_num_threads(1)
    course = load_course(root)
    exercise = declared(course.exercise(slug))
    with Server(course.limits) as server:
        proof = _Verifier(exercise, symbols, server, course.limits, seed, cache_dir).proof(quick)
    settings = read_settings(root)
    if settings.template:
        proof.holes += lesson.holes(exercise, quick=quick)
    proof.holes += translation.holes(exercise, read_legs(root).get(slug, Leg()), settings.languages, quick=quick)
    return proof


class _Verifier:
    """Verifies one exercise."""

    def __init__(
        self,
        exercise: DeclaredExercise,
        symbols: Sequence[str],
        server: Server,
        limits: Limits,
        seed: str,
        cache_dir: Path | None,
    ) -> None:
        self.exercise, self.server, self.limits, self.seed = exercise, server, limits, seed
        self.parts = [part for part in exercise.parts if part.symbol in symbols]
        self.suites = Suites(seed=seed, cache_dir=cache_dir)
        self.public = Suites(seed=seed, visibility=PUBLIC)

    def proof(self, quick: bool) -> ExerciseProof:
        began = time.perf_counter()
        proof = ExerciseProof(exercise=self.exercise.slug)
        try:
            proof.holes += unfinished.holes(self.exercise)
            proof.holes += pictured.holes(self.exercise)
            for part in self.parts:
                proof.parts.append(self.part(part))
                proof.holes += [hole.of_part(part.symbol) for hole in proof.parts[-1].holes]
            if len(self.parts) == len(self.exercise.parts) and all(part.cases for part in proof.parts):
                suites = [self.suites.suite(self.exercise, part) for part in self.parts]
                proof.holes += bad_arguments.unlike(self.exercise, suites)
            if all(part.cases for part in proof.parts):
                proof.holes += self.surroundings()
            if not quick and all(part.cases for part in proof.parts):
                self.noticing().try_all(proof)
        except CourseError as error:
            proof.holes.append(Hole(kind=HoleKind.BROKEN, text=f"{error.what} {error.fix}"))
        proof.seconds = time.perf_counter() - began
        return proof

    def answer(self, source: str) -> Answer:
        return Answer.from_source(f"{self.exercise.slug}.py", source)

    def grade(self, part: Part, source: str) -> PartReport:
        return self.grader(part).grade(self.answer(source)).report

    def grader(self, part: Part, watched: Watched | None = None) -> PartGrader:
        return PartGrader(
            server=self.server,
            exercise=self.exercise,
            part=part,
            suite=self.suites.suite(self.exercise, part),
            limits=self.limits,
            shrink_seconds=0,
            watch=watched,
        )

    def noticing(self) -> Noticing:
        return Noticing(
            exercise=self.exercise,
            parts=self.parts,
            server=self.server,
            suites=self.suites,
            fresh=self.public,
            limits=self.limits,
        )

    def part(self, part: Part) -> PartProof:
        """Everything that `course verify` asks of a part, mutants aside."""
        began = time.perf_counter()
        proof = PartProof(exercise=self.exercise.slug, symbol=part.symbol)
        proof.holes += self._edits_that_do_not_fit(part)
        if proof.holes:
            return proof
        suite = self.suites.suite(self.exercise, part)
        proof.cases = len(suite.cases)
        again = compile_suite(self.exercise, part, self.seed)
        if again.digest != suite.digest:
            proof.hole(HoleKind.DIGEST, "two compilations give two digests")
        public = self.public.suite(self.exercise, part)
        if public.digest == suite.digest:
            proof.hole(HoleKind.PUBLIC, "the public suite is the hidden one")
        self.right_answers(part, proof)
        self.stub_scores_nothing(part, proof)
        self.misconceptions(part, proof)
        self.delegates(part, proof)
        self.hollow_answers(part, proof)
        self.left_behind(part, proof)
        proof.holes += _constant_arguments(part, suite)
        proof.seconds = time.perf_counter() - began
        return proof

    @property
    def right(self) -> dict[str, str]:
        """The correct answers, by how they are called."""
        others = {f"right/{name}": text for name, text in self.exercise.right.items()}
        return {"the reference": self.exercise.reference_source, **others}

    def surroundings(self) -> list[Hole]:
        """Correct answers mean the same whatever stands around them; the reference is graded in the midst of it all."""
        texts = [
            f"{part.symbol}: {name} is read otherwise among {why}"
            for name, source in self.right.items()
            for part, why in misread(self.exercise.slug, self.parts, source)
        ]
        part = self.parts[0]
        answer = amid_everything(self.exercise.slug, part.symbol, self.exercise.reference_source)
        report = self.grader(part).grade(answer).report
        if report.verdict is not Verdict.ACCEPTED:
            texts.append(f"{part.symbol}: among everything the reference is {report.verdict}: {report.message}")
        return [Hole(kind=HoleKind.SURROUNDED, text=text) for text in texts]

    def right_answers(self, part: Part, proof: PartProof) -> None:
        for name, source in self.right.items():
            report = self.grade(part, source)
            if report.verdict is Verdict.NOT_ATTEMPTED and name != "the reference":
                continue
            if report.verdict is Verdict.ACCEPTED and report.score == report.max_score:
                proof.right += name != "the reference"
            else:
                why = [
                    f"{item.name} {item.verdict}: {item.message}"
                    for item in report.criteria
                    if item.verdict is not Verdict.ACCEPTED
                ]
                proof.hole(HoleKind.REFUSED, f"{name} is refused ({'; '.join(why)[:300] or report.message})")
        if proof.right < _RIGHT[part.core]:
            proof.hole(
                HoleKind.FEW_RIGHT,
                f"only {proof.right} right answers in other styles, {_RIGHT[part.core]} are asked for",
            )

    def stub_scores_nothing(self, part: Part, proof: PartProof) -> None:
        report = self.grade(part, stub_of(self.exercise))
        if report.verdict is not Verdict.NOT_ATTEMPTED or report.score:
            proof.hole(HoleKind.STUB, f"the stub is {report.verdict} with {report.score} points")

    def _edits_that_do_not_fit(self, part: Part) -> list[Hole]:
        """The misconceptions that no longer fit the reference: without them there is no suite to prove."""
        holes = []
        for item in self.exercise.misconceptions:
            if item.part == part.symbol:
                try:
                    self.exercise.with_misconception(item)
                except CourseError as error:
                    holes.append(Hole(kind=HoleKind.EDIT, text=f"the misconception {item.name}: {error}"))
        return holes

    def misconceptions(self, part: Part, proof: PartProof) -> None:
        failed: set[str] = set()
        measure = Measure(self.exercise, [suites.suite(self.exercise, part) for suites in (self.suites, self.public)])
        for item in [item for item in self.exercise.misconceptions if item.part == part.symbol]:
            proof.wrong += 1
            watched = Watched()
            source = misconception_source(self.exercise, item)
            report = self.grader(part, watched).grade(self.answer(source)).report
            measure.of_misconception(item, report, watched)
            red = [line.name for line in report.criteria if line.verdict not in (Verdict.ACCEPTED, Verdict.SKIPPED)]
            if not red:
                proof.hole(HoleKind.ACCEPTED, f"the misconception {item.name} is accepted")
                continue
            failed |= set(red)
            proof.wrong_killed += 1
            if red[0] != item.criterion:
                message = {line.name: line.message for line in report.criteria}[red[0]][:160]
                proof.hole(
                    HoleKind.OTHER_CRITERION,
                    f"the misconception {item.name} is caught first by {red[0]}, not {item.criterion} ({message})",
                )
        proof.told = measure.counts
        if proof.wrong < _MISCONCEPTIONS[part.core]:
            proof.hole(
                HoleKind.FEW_MISCONCEPTIONS,
                f"only {proof.wrong} misconceptions, {_MISCONCEPTIONS[part.core]} are asked for",
            )
        proven = {"own_work", "device", *failed}
        untouched = [name for name in self.grader(part).reports.rubric if name not in proven]
        if untouched:
            proof.hole(HoleKind.UNTOUCHED, f"no misconception fails {', '.join(untouched)}")

    def delegates(self, part: Part, proof: PartProof) -> None:
        """Answers that delegate the work to the oracle must be refused, however they disguise it."""
        restricted = any(getattr(part.off_limits, name) for name in ("kernels", "classes", "functions", "modules"))
        layer = getattr(nn, part.symbol, None)
        is_torchs = isinstance(part.oracle, type) and isinstance(layer, type) and issubclass(part.oracle, layer)
        if not restricted or not is_torchs:
            return
        for name, source in delegates(part.symbol).items():
            report = self.grade(part, source)
            if report.verdict is not Verdict.OFF_LIMITS or report.score:
                proof.hole(
                    HoleKind.DELEGATE, f"{name} is {report.verdict} with {report.score} points instead of off limits"
                )

    def hollow_answers(self, part: Part, proof: PartProof) -> None:
        """Answers that do nothing may earn points for what they have, such as parameters, and for nothing else."""
        for name, (source, kept) in hollow(part.symbol, self.exercise.reference_source).items():
            if kept and isinstance(part.oracle, Mapping):
                # Programs look at what is done to a model, which a zero in the end does not undo.
                continue
            report = self.grade(part, source)
            earned = [item.name for item in report.criteria if item.score and item.name not in kept]
            if earned:
                proof.hole(HoleKind.HOLLOW, f"{name} earns {', '.join(earned)}")

    def left_behind(self, part: Part, proof: PartProof) -> None:
        """The reference with its results left on the CPU, in the default dtype, must lose `device` and nothing else."""
        if "device" not in self.grader(part).reports.rubric:
            return
        report = self.grade(part, left_behind(part.symbol, self.exercise.reference_source))
        lost = [item.name for item in report.criteria if item.max_score and not item.score]
        if lost != ["device"]:
            proof.hole(
                HoleKind.OTHER_CRITERION if lost else HoleKind.ACCEPTED,
                f"an answer whose results stay on the CPU loses {', '.join(lost) or 'nothing'} instead of device",
            )


def _constant_arguments(part: Part, suite: Suite) -> list[Hole]:
    """Arguments to which no case gives another value than the default."""
    varied: set[str] = set()
    for entry in suite.cases:
        if entry.kind is not CaseKind.MAIN:
            continue
        new: New = entry.case.get("new") or {"args": [], "kwargs": {}}
        varied |= {*new["kwargs"], *list(part.arguments)[: len(new["args"])]}
    return [
        Hole(kind=HoleKind.CONSTANT_ARGUMENT, text=f"no case gives {name} a value")
        for name in part.arguments
        if name not in varied
    ]
