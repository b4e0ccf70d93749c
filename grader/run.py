"""Grade submissions: the flow of the whole course kit, from directories to one report."""

import os
import secrets
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context
from pathlib import Path
from platform import python_version
from typing import Any

import torch

from grader.catalog import Course, CourseExercise, load_course
from grader.judge.grade import PartGrader
from grader.judge.own_work import attempted
from grader.judge.session import Server, Stopped
from grader.loader import Answer, Submission, find_exercise, find_submission, load_answer
from grader.model import CourseError, GradeReport, Limits, PartReport, SubmissionReport, Verdict
from grader.spec import Part
from grader.suite import HIDDEN, Suite, compile_suite

SEED_FILE = ".course-seed"

Progress = Callable[[SubmissionReport], None]
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


def course_seed(course: Course, given: str | None) -> tuple[str, str]:
    """The secret seed of the hidden suites, and a note where it was just made.

    The option, else ``COURSE_SEED``, else the course's seed file, which is created with a random value.
    """
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


class Grading:
    """A server and the compiled suites, ready to grade one submission after another."""

    def __init__(self, course: Course, options: Options) -> None:
        self.course, self.options = course, options
        self.device = choose_device(options.device)
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

    def grade(self, submission: Submission) -> SubmissionReport:
        """Judge every selected part of a submission; a fault of ours leaves that part ungraded."""
        parts: list[PartReport] = []
        for exercise in self._asked_of(submission):
            answer = self._answer(submission, exercise)
            wanted = [part for owner, part in self.selection if owner is exercise]
            parts += self.judge(exercise, wanted, answer)
        graded = [part for part in parts if part.verdict is not Verdict.JUDGE_ERROR]
        return SubmissionReport(
            student=submission.student,
            path=str(submission.path),
            parts=tuple(parts),
            score=sum(part.score or 0.0 for part in graded),
            max_score=sum(part.max_score for part in graded),
        )

    def _asked_of(self, submission: Submission) -> list[CourseExercise]:
        """The selected exercises; of a single file, the one it answers."""
        wanted = list({exercise.slug: exercise for exercise, _ in self.selection}.values())
        if submission.path.is_dir():
            return wanted
        names = {
            (exercise.assignment, exercise.name): [part.symbol for part in exercise.parts]
            for exercise in self.course.exercises
        }
        found = find_exercise(submission.path, names)
        if found is None:
            raise CourseError(
                f"{submission.path} answers no exercise of this course.", "`course list` names them.", usage=True
            )
        return [exercise for exercise in wanted if (exercise.assignment, exercise.name) == found]

    def _answer(self, submission: Submission, exercise: CourseExercise) -> Answer:
        symbols = [part.symbol for part in exercise.parts]
        keys = [(other.assignment, other.name) for other in self.course.exercises]
        return load_answer(
            submission.path, exercise.assignment, exercise.name, symbols, exercises=keys, attempted=attempted
        )

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


def grade(
    course: Course, paths: Sequence[Path], options: Options, progress: Progress = lambda report: None
) -> GradeReport:
    """Grade submissions and report on all of them, in the order given.

    Args:
        course: The course.
        paths: Student directories, or single answer files.
        options: How to grade.
        progress: Told of each submission as it is done.
    """
    assignments = {exercise.assignment for exercise in course.exercises}
    submissions = [find_submission(path, assignments) for path in paths]
    jobs = max(1, min(options.jobs or os.cpu_count() or 1, len(submissions)))
    # The judge's tensors are small: one thread each is faster, and results then do not depend on the machine's cores.
    torch.set_num_threads(1)
    device = choose_device(options.device)
    if device == "cuda":
        jobs = 1
    options = replace(options, device=device)
    reports: list[SubmissionReport | None] = [None] * len(submissions)
    if jobs == 1:
        with closing(Grading(course, options)) as grading:
            for index, submission in enumerate(submissions):
                reports[index] = report = grading.grade(submission)
                progress(report)
            sandbox = grading.server.sandbox
    else:
        sandbox = _in_processes(course, submissions, options, jobs, reports, progress)
    return GradeReport(
        device=_device_name(device),
        sandbox=sandbox,
        versions=versions(),
        submissions=tuple(report for report in reports if report is not None),
    )


def _in_processes(
    course: Course,
    submissions: Sequence[Submission],
    options: Options,
    jobs: int,
    reports: list[Any],
    progress: Progress,
) -> str:
    """Grade in several processes, each with a server of its own; the level of their sandbox."""
    # spawn: a fork of this process would share torch's locks and our server's descriptors.
    with ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=_start, initargs=(course.root, options)
    ) as pool:
        if options.cache_dir is not None:
            count = len(course.select(options.only))
            list(pool.map(_compile, range(count)))
        futures = {pool.submit(_grade_one, submission): index for index, submission in enumerate(submissions)}
        for future in as_completed(futures):
            reports[futures[future]] = report = future.result()
            progress(report)
        return pool.submit(_sandbox).result()


_process: Grading | None = None


def _start(root: Path, options: Options) -> None:
    """Make this pool process ready to grade."""
    global _process
    import atexit
    import signal

    # Ctrl-C reaches the whole group: the parent decides what happens then.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    _process = Grading(load_course(root), options)
    atexit.register(_process.close)


def _compile(index: int) -> None:
    assert _process is not None
    try:
        _process.suite(*_process.selection[index])
    except CourseError:
        # Said by whoever grades the part.
        return


def _sandbox() -> str:
    assert _process is not None
    return _process.server.sandbox


def _grade_one(submission: Submission) -> SubmissionReport:
    assert _process is not None
    return _process.grade(submission)


def _device_name(device: str) -> str:
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
