"""How a run grades: its options, the seed of its hidden cases, its device."""

import contextlib
import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from grader.case.simulated_tensor import is_simulated
from grader.course.catalogue import Course
from grader.course.ignored import ignore
from grader.model import CourseError, Limits
from grader.suite.data import HIDDEN

SEED_FILE, SEED_VARIABLE = ".course-seed", "COURSE_SEED"


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
    """Seconds per part for looking for a smaller counterexample."""
    cluster: str = ""
    """Address of a Dask scheduler, or its scheduler file; without one, this machine grades."""


def course_seed(course: Course, given: str | None) -> tuple[str, str]:
    """The secret seed of the hidden suites, and a note where it was just made; in a kit there is none, says the note.

    A sealed course needs none: its hidden suites are recorded.

    The option, else ``COURSE_SEED``, else the course's seed file, which is created with a random value.
    """
    if course.is_sealed:
        return "", ""
    if course.is_kit:
        return "", "Only the public cases were run; hidden cases run at grading."
    text = given or os.environ.get(SEED_VARIABLE)
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
            f"The course's seed cannot be stored: {error}.",
            "Set COURSE_SEED, or let the course's folder be written to.",
        ) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(value + "\n")
    ignore(course.root)
    return value, f"Made a new course seed in {path}. Keep it private, and keep it: it decides the hidden cases."


@contextlib.contextmanager
def without_seed() -> Iterator[None]:
    """Start processes inside: they inherit no seed; what needs one is told it."""
    value = os.environ.pop(SEED_VARIABLE, None)
    try:
        yield
    finally:
        if value is not None:
            os.environ[SEED_VARIABLE] = value


def _no_seed(path: Path) -> str:
    raise CourseError(f"{path} is empty.", "Delete it to have a new seed made, or write one line of text into it.")


def choose_device(wanted: str) -> str:
    """``cpu`` or ``cuda`` for ``auto``; ``simulated`` is only taken where it is asked for.

    Raises:
        CourseError: where CUDA is asked for but absent.
    """
    # Asking NVML rather than the driver leaves no CUDA context behind.
    os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")
    if is_simulated(wanted):
        return wanted
    present = wanted != "cpu" and torch.cuda.is_available()
    if wanted == "cuda" and not present:
        raise CourseError("There is no CUDA device here.", "Use --device cpu, or auto.", usage=True)
    return "cuda" if present else "cpu"


def device_for(course: Course, wanted: str) -> str:
    """The device asked for; in a kit the CPU, on which its suites were recorded.

    Raises:
        CourseError: where a kit is to use another.
    """
    if course.is_kit and wanted not in ("auto", "cpu"):
        raise CourseError(
            "Recorded cases are judged on the CPU, where they were recorded.", f"Leave out --device {wanted}."
        )
    return "cpu" if course.is_kit else wanted


def device_name(device: str) -> str:
    """The device as a report names it."""
    return f"cuda ({torch.cuda.get_device_name()})" if device == "cuda" else device
