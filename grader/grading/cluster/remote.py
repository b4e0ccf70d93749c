"""What a Dask worker does: it judges, as the grader's own processes do, and runs answers in sandboxed children.

A worker judges one answer at a time, however many threads it has. It keeps its server of children and the suites for
the next answer, and drops them when another course is graded or it ends.
"""

import atexit
import hashlib
import socket
import threading

import torch
from distributed import get_worker

from grader.course.engine import CLUSTER, engine_digest
from grader.course.versions import versions
from grader.grading.cluster import parcel
from grader.grading.course_judge import CourseJudge
from grader.grading.options import device_name
from grader.host.scratch import Scratch
from grader.kit.load import load_course
from grader.model import CourseError
from grader.suite import data as suite_data

_one_at_a_time = threading.RLock()
_judge: "_Judge | None" = None


def keep(data: bytes) -> bytes:
    """The bytes as they are: what others need lies on the cluster under this task's name."""
    return data


def examine(engine: str, options: bytes, course: bytes) -> bytes:
    """Say what this worker offers, once it has started a child: its versions, device and sandbox.

    Args:
        engine: Digest of the grader's engine; with another one nothing is tried.
        options: How to judge, as `parcel.pack_options` wrote it.
        course: The course, as `parcel.pack_course` wrote it.
    """
    facts = {"host": socket.gethostname(), "engine": engine_digest(CLUSTER), **versions()}
    if facts["engine"] == engine:
        with _one_at_a_time:
            try:
                judge = _ready(options, course).judge.judge
                facts |= {"device": device_name(judge.device), "sandbox": judge.server.sandbox}
            except Exception as error:
                facts["problem"] = _in_words(error)
    return parcel.pack_facts(facts)


def grade(options: bytes, course: bytes, request: bytes, *suites: bytes) -> bytes:
    """Judge parts of an answer on compiled suites; what comes back is data."""
    asked = parcel.unpack_request(request)
    with _one_at_a_time:
        desk = _ready(options, course)
        if asked.fresh:
            desk.judge.close()
        for data in suites:
            desk.learn(data)
        return parcel.pack_results(list(desk.judge.judged(asked.exercise, asked.parts, asked.answer)))


def let_go() -> None:
    """End the server of children, unless it is at work."""
    if _one_at_a_time.acquire(blocking=False):
        try:
            _close()
        finally:
            _one_at_a_time.release()


class _Judge:
    """A course laid out on this machine, and a server of children for it."""

    def __init__(self, key: str, options: bytes, course: bytes) -> None:
        self.key = key
        self._scratch = Scratch(_own_folder())
        try:
            parcel.unpack_course(course, self._scratch.path)
            torch.set_num_threads(1)
            self.judge = CourseJudge(load_course(self._scratch.path), parcel.unpack_options(options))
        except BaseException:
            self._scratch.remove()
            raise
        self._known: dict[tuple[str, str], str] = {}

    def learn(self, data: bytes) -> None:
        """Make a suite ready, unless it is."""
        digest = hashlib.sha256(data).hexdigest()
        if digest not in self._known.values():
            suite = suite_data.from_bytes(data)
            part = (suite.exercise, suite.symbol)
            self.judge.judge.suites.learn(suite)
            self._known[part] = digest

    def close(self) -> None:
        """End its server and remove the course."""
        self.judge.close()
        self._scratch.remove()


def _ready(options: bytes, course: bytes) -> _Judge:
    global _judge
    key = hashlib.sha256(options + b"\0" + course).hexdigest()
    if _judge is None or _judge.key != key:
        _close()
        _judge = _Judge(key, options, course)
    return _judge


@atexit.register
def _close() -> None:
    global _judge
    judge, _judge = _judge, None
    if judge is not None:
        judge.close()


def _own_folder() -> str | None:
    """The worker's scratch folder, which Dask removes even after a crash; None where this is not a worker."""
    try:
        return str(get_worker().local_directory)
    except ValueError:
        return None


def _in_words(error: Exception) -> str:
    return error.what if isinstance(error, CourseError) else f"{type(error).__name__}: {error}"
