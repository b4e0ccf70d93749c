"""Grade submissions: the flow of the whole course kit, from directories to one report."""

import os
import secrets
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version

import torch

from grader.catalog import Course, CourseExercise
from grader.judge.grade import PartGrader
from grader.judge.own_work import attempted
from grader.judge.session import Server, Stopped
from grader.loader import Answer, Submission, find_exercise, load_answer
from grader.model import CourseError, Limits, PartReport, Verdict
from grader.spec import Part
from grader.suite import HIDDEN, Suite, compile_suite
from grader.worker.device import exact

SEED_FILE = ".course-seed"

Selection = Sequence[tuple[CourseExercise, Part]]


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to grade."""

    only: Sequence[str] = ()
    device: str = "auto"
    jobs: int | None = None
    seed: str
    limits: Limits
    sandbox: str = "auto"
    cache_dir: Path | None = None
    visibility: str = HIDDEN
    shrink_seconds: float = 0.6
    """Budget for looking for a smaller counterexample, a part."""
    cluster: str = ""
    """Address of a Dask scheduler, or its scheduler file; without one, this machine grades."""


def course_seed(course: Course, given: str | None) -> tuple[str, str]:
    """The secret seed of the hidden suites, and a note where it was just made; in a kit there is none, says the note.

    The option, else ``COURSE_SEED``, else the course's seed file, which is created with a random value.
    """
    if course.is_kit:
        return "", "Only the public cases were run; hidden cases run at grading."
    text = given or os.environ.get("COURSE_SEED")
    if text:
        return text, ""
    path = course.root / SEED_FILE
    try:
        return path.read_text(encoding="utf-8").strip() or _no_seed(path), ""
    except FileNotFoundError:
        pass
    value = secrets.token_hex(16)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip(), ""
    except OSError as error:
        raise CourseError(
            f"The course's seed cannot be stored: {error}.", "Give one with --seed or COURSE_SEED."
        ) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(value + "\n")
    return value, f"Made a new course seed in {path}. Keep it private, and keep it: it decides the hidden cases."


def _no_seed(path: Path) -> str:
    raise CourseError(f"{path} is empty.", "Delete it to have a new seed made, or write one line of text into it.")


def choose_device(wanted: str) -> str:
    """``cpu`` or ``cuda`` for ``auto``.

    Raises:
        CourseError: where CUDA is asked for but absent.
    """
    # Asking NVML rather than the driver leaves no CUDA context behind.
    os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")
    present = wanted != "cpu" and torch.cuda.is_available()
    if wanted == "cuda" and not present:
        raise CourseError("There is no CUDA device here.", "Use --device cpu, or auto.", usage=True)
    return "cuda" if present else "cpu"


def device_for(course: Course, wanted: str) -> str:
    """The device asked for; in a kit the CPU, on which its suites were recorded.

    Raises:
        CourseError: where a kit is to use another.
    """
    if course.is_kit and wanted == "cuda":
        raise CourseError(
            "A student's kit checks on the CPU, where its cases were recorded.", "Leave out --device cuda."
        )
    return "cpu" if course.is_kit else wanted


class Grading:
    """A server and the compiled suites, ready to grade one submission after another."""

    def __init__(self, course: Course, options: Options) -> None:
        self.course, self.options = course, options
        self.device = choose_device(options.device)
        exact(self.device)
        self.selection: Selection = course.select(options.only)
        self.suites: dict[tuple[str, str], Suite | CourseError] = {}
        self.server = Server(options.limits, device=self.device, sandbox=options.sandbox)

    def close(self) -> None:
        """Stop the server."""
        self.server.close()

    def suite(self, exercise: CourseExercise, part: Part) -> Suite:
        """The part's suite, compiled at first use.

        Raises:
            CourseError: where the declaration is broken.
        """
        key = (exercise.slug, part.symbol)
        if key not in self.suites:
            try:
                self.suites[key] = compile_suite(
                    exercise,
                    part,
                    self.options.seed,
                    visibility=self.options.visibility,
                    device=self.device,
                    cache_dir=self.options.cache_dir,
                )
            except CourseError as error:
                self.suites[key] = error
        found = self.suites[key]
        if isinstance(found, CourseError):
            raise found
        return found

    def grade(self, submission: Submission) -> list[PartReport]:
        """Judge every selected part of a submission; a fault of ours leaves that part ungraded."""
        parts: list[PartReport] = []
        for exercise in asked_of(self.course, self.selection, submission):
            answer = read_answer(self.course, submission, exercise)
            wanted = [part for owner, part in self.selection if owner is exercise]
            parts += self.judge(exercise, wanted, answer)
        return parts

    def judge(self, exercise: CourseExercise, parts: Sequence[Part], answer: Answer) -> Iterator[PartReport]:
        """Judge parts of one answer; a fault of ours leaves that part ungraded."""
        # A file that hangs or dies while it is loaded does so for every part: once is enough.
        load_stop: Stopped | None = None
        for part in parts:
            try:
                grader = PartGrader(
                    self.server,
                    exercise,
                    part,
                    self.suite(exercise, part),
                    self.options.limits,
                    device=self.device,
                    shrink_seconds=self.options.shrink_seconds,
                    load_stop=load_stop,
                )
                yield grader.grade(answer)
                load_stop = grader.load_stop
            except Exception as error:
                yield self._ungraded(exercise, part, error)

    def _ungraded(self, exercise: CourseExercise, part: Part, error: Exception) -> PartReport:
        """The report of a part that we failed to judge: no score, never silent."""
        self.server.close()
        where = "" if isinstance(error, CourseError) else f" ({_place(error)})"
        return PartReport(
            part=part.symbol,
            exercise=exercise.slug,
            verdict=Verdict.JUDGE_ERROR,
            score=None,
            max_score=0.0,
            suite="",
            message=f"{type(error).__name__}: {error}{where}",
        )


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else "no traceback"


def asked_of(course: Course, selection: Selection, submission: Submission) -> list[CourseExercise]:
    """The selected exercises; of a single file, the one it answers.

    Raises:
        CourseError: where a file answers none of the course's exercises, or one that was not selected.
    """
    wanted = list({exercise.slug: exercise for exercise, _ in selection}.values())
    if submission.path.is_dir():
        return wanted
    names = {
        (exercise.assignment, exercise.name): [part.symbol for part in exercise.parts] for exercise in course.exercises
    }
    found = find_exercise(submission.path, names)
    if found is None:
        raise CourseError(
            f"{submission.path} answers no exercise of this course.", "`course list` names them.", usage=True
        )
    asked = [exercise for exercise in wanted if (exercise.assignment, exercise.name) == found]
    if not asked:
        raise CourseError(
            f"{submission.path} answers {'/'.join(found)}, and --only asks for something else.",
            "Leave out --only, or name a part of that exercise.",
            usage=True,
        )
    return asked


def read_answer(course: Course, submission: Submission, exercise: CourseExercise) -> Answer:
    """A submission's answer to an exercise, as text."""
    symbols = [part.symbol for part in exercise.parts]
    keys = [(other.assignment, other.name) for other in course.exercises]
    return load_answer(
        submission.path, exercise.assignment, exercise.name, symbols, exercises=keys, attempted=attempted
    )


def device_name(device: str) -> str:
    """The device as a report names it."""
    return f"cuda ({torch.cuda.get_device_name()})" if device == "cuda" else "cpu"


def versions() -> dict[str, str]:
    """The versions that can move a score."""
    found = {"python": python_version(), "torch": torch.__version__}
    for name in ("hypothesis", "numpy"):
        found[name] = version(name)
    try:
        found["course"] = version("torch-course-kit")
    except PackageNotFoundError:
        found["course"] = "not installed"
    return found
