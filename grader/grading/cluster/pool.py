"""A Dask cluster as a pool: a worker is looked at before it is given an answer, and may go at any moment."""

import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from distributed import Client, Future
from distributed.comm import get_address_host_port

from grader.case.device import exact
from grader.course.catalogue import Course
from grader.course.versions import versions
from grader.grading.cluster import parcel, remote
from grader.grading.options import Options, device_name
from grader.grading.pool import Ended, Graded, Task
from grader.model import ClusterWorker, CourseError
from grader.suite.data import Suite, to_bytes
from grader.suite.provider import PartKey, Suites

CONNECT_SECONDS = 10.0
PATIENCE_SECONDS = 600.0
"""Seconds for which the cluster may have no worker; a queue may hold them back for a while."""
_LOOK_SECONDS = 0.5
"""Seconds between two looks at which workers are there."""
_IN_FLIGHT = 2
"""Answers per worker: one that it judges, and the next, so that it never waits."""
_MOST_LOSSES = 3
"""Workers that may be lost with an answer before that answer is suspected of being the reason."""


@dataclass(slots=True)
class _Job:
    task: Task
    address: str = ""
    losses: int = 0


class Cluster:
    """Grades on the workers of a Dask cluster."""

    def __init__(
        self, course: Course, options: Options, engine: str, min_sandbox: str, say: Callable[[str], None]
    ) -> None:
        """Connect to the scheduler.

        Args:
            course: The course.
            options: How to judge, and the cluster's address.
            engine: Digest of our engine, which every worker must have.
            min_sandbox: Level of the sandbox below which a worker is given nothing.
            say: Called with a line about whatever happens to workers.

        Raises:
            CourseError: where there is no scheduler.
        """
        exact(options.device)
        self.notes: list[str] = []
        self._course, self._options, self._min_sandbox, self._say = course, options, min_sandbox, say
        # The engine's digest says more than the version under which the kit was installed, if it was.
        here = {name: version for name, version in versions().items() if name != "course"}
        self._wanted = {"engine": engine, **here, "device": device_name(options.device)}
        self._address = options.cluster
        _silence()
        self._client = _connect(options.cluster)
        self._packed_options = parcel.pack_options(options)
        exercises = list({exercise.slug: exercise for exercise, _ in course.select(options.only)}.values())
        self._sent_course = self._client.submit(remote.keep, parcel.pack_course(course, exercises), pure=False)
        self._digests: dict[PartKey, str | None] = {}
        self._sent_suites: dict[PartKey, Future] = {}
        self._arrived: SimpleQueue[Future] = SimpleQueue()
        self._examined: dict[str, ClusterWorker] = {}
        self._former: dict[str, ClusterWorker] = {}
        self._examining: dict[str, Future] = {}
        self._running: dict[str, tuple[_Job, Future]] = {}
        self._backlog: deque[_Job] = deque()
        self._present: set[str] = set()
        self._graded: Counter[str] = Counter()
        self._looked = 0.0
        self._last_seen = time.monotonic()
        for _ in self._look():
            pass
        if not self._present:
            say(f"No worker has come to {self._address} yet; waiting.")

    @property
    def workers(self) -> Sequence[ClusterWorker]:
        """The workers that were looked at, with what each did."""
        everyone = sorted((self._former | self._examined).items())
        return [replace(worker, parts=self._graded[address]) for address, worker in everyone]

    # The interface of a pool

    def digest(self, part: PartKey) -> str | None:
        """Digest of a part's suite, which is compiled here: one machine's rounding for the whole class."""
        if part not in self._digests:
            try:
                self._digests[part] = self._suite(part).digest
            except CourseError:
                self._digests[part] = None
        return self._digests[part]

    def room(self) -> bool:
        """Whether some worker would soon have nothing to do."""
        return len(self._running) + len(self._backlog) < _IN_FLIGHT * max(1, len(self._good()))

    def start(self, task: Task) -> None:
        """Queue a task for the next idle worker."""
        self._backlog.append(_Job(task))

    def events(self) -> list[Graded | Ended]:
        """Wait a moment for something to happen; there may be no events."""
        return list(self._events())

    def _events(self) -> Iterator[Graded | Ended]:
        yield from self._look()
        yield from self._assign()
        try:
            future = self._arrived.get(timeout=_LOOK_SECONDS)
            while True:
                yield from self._take(future)
                future = self._arrived.get_nowait()
        except Empty:
            pass

    def close(self) -> None:
        """Take back what is not done, and leave the cluster as it was found."""
        if self._client.status == "running":
            for future in (*self._examining.values(), *(future for _, future in self._running.values())):
                future.release()
            self._client.run(remote.let_go, workers=self._good(), on_error="ignore")
        self._client.close(timeout=CONNECT_SECONDS)

    # Workers

    def _good(self) -> list[str]:
        return [
            address for address in sorted(self._present)
            if address in self._examined and not self._examined[address].refused
        ]  # fmt: skip

    def _look(self) -> Iterator[Ended]:
        """See which workers are there; what a lost worker had is done elsewhere."""
        now = time.monotonic()
        if now < self._looked + _LOOK_SECONDS:
            return
        self._looked = now
        present = self._present_now()
        lost, self._present = self._present - present, present
        for address in sorted(present - set(self._examined) - set(self._examining)):
            future = self._submit(
                address, remote.examine, self._wanted["engine"], self._packed_options, self._sent_course
            )
            self._examining[address] = future
        for address in lost:
            self._examining.pop(address, None)
            worker = self._examined.pop(address, None)
            if worker is not None:
                self._former[address] = worker
                yield from () if worker.refused else self._lose(address)
        if present:
            self._last_seen = now
        elif now > self._last_seen + PATIENCE_SECONDS:
            raise CourseError(
                f"No worker has been at {self._address} for {PATIENCE_SECONDS / 60:g} minutes.",
                "Start workers (`dask worker ADDRESS`) and run the same command again: it goes on from here.",
            )
        refused = [self._examined[address].refused for address in sorted(present) if address in self._examined]
        if refused and all(refused) and not self._examining and (self._running or self._backlog):
            raise CourseError(refused[0], "No other worker is there. `course doctor` on it says what it offers.")

    def _present_now(self) -> set[str]:
        try:
            return set(self._client.nthreads())
        except (OSError, CancelledError, RuntimeError, ValueError, AttributeError):
            # An AttributeError: the client has dropped the scheduler it lost, and asks it all the same.
            raise self._gone() from None

    def _gone(self) -> CourseError:
        return CourseError(
            f"The Dask scheduler at {self._address} is gone.",
            "What was graded is stored; run the same command again once there is one.",
        )

    def _lose(self, address: str) -> Iterator[Ended]:
        names = [name for name, (job, _) in self._running.items() if job.address == address]
        answers = f"; its {len(names)} answer{'s are' if len(names) > 1 else ' is'} graded elsewhere" if names else ""
        self._say(f"The worker {address} was lost{answers}.")
        self.notes.append(f"The worker {address} was lost{answers.replace('is graded', 'was graded')}.")
        for name in names:
            yield from self._again(name)

    def _again(self, name: str) -> Iterator[Ended]:
        job, future = self._running.pop(name)
        future.release()
        job.losses += 1
        if job.losses < _MOST_LOSSES:
            self._backlog.appendleft(job)
        else:
            yield Ended(job.task, f"{job.losses} workers were lost while they had it")

    def _accept(self, address: str, facts: dict[str, str]) -> None:
        """Note what a worker offers, and whether that is enough."""
        level, host = facts.get("sandbox", ""), facts.get("host", "")
        who = f"The worker {address} ({host})"
        differing = [name for name, value in self._wanted.items() if facts.get(name, value) != value]
        refused = ""
        if "engine" in differing:
            refused = f"{who} has another version of the course kit."
        elif differing:
            name = differing[0]
            refused = f"{who} has {name} {facts[name]}, this machine {self._wanted[name]}."
        elif "problem" in facts:
            refused = f"{who} cannot judge: {facts['problem']}"
        elif level < self._min_sandbox:
            refused = f"{who} runs answers at sandbox level {level or 'L0'}; {self._min_sandbox} was asked for."
        self._examined[address] = ClusterWorker(address=address, host=host, sandbox=level, refused=refused)
        if refused:
            self._say(refused)
            self.notes.append(f"{refused} It was given nothing.")

    # Answers

    def _suite(self, part: PartKey) -> Suite:
        exercise = self._course.exercise(part[0])
        # A provider for each call: where there is a cache on disk, the bytes of a class's suites are not kept here.
        options = self._options
        suites = Suites(
            seed=options.seed, visibility=options.visibility, device=options.device, cache_dir=options.cache_dir
        )
        return suites.suite(exercise, exercise.part(part[1]))

    def _sent(self, part: PartKey) -> Future:
        """The part's suite on the cluster; its bytes are not kept here."""
        if part not in self._sent_suites:
            self._sent_suites[part] = self._client.submit(remote.keep, to_bytes(self._suite(part)), pure=False)
        return self._sent_suites[part]

    def _submit(self, address: str, work: Callable[..., bytes], *arguments: Any) -> Future:
        try:
            future = self._client.submit(work, *arguments, workers=[address], pure=False, retries=0)
        except RuntimeError:  # the client was closed: its scheduler is gone
            raise self._gone() from None
        future.add_done_callback(self._arrived.put)
        return future

    def _assign(self) -> Iterator[Ended]:
        """Give waiting answers to the workers that have least to do."""
        load = Counter(job.address for job, _ in self._running.values())
        while self._backlog and (good := self._good()):
            address = min(good, key=lambda address: load[address])
            if load[address] >= _IN_FLIGHT:
                return
            job = self._backlog.popleft()
            task = job.task
            parts = [symbol for symbol in task.parts if self.digest((task.exercise, symbol)) is not None]
            if not parts:
                yield Ended(task, "its suite cannot be compiled")
                continue
            load[address] += 1
            job.address = address
            request = parcel.Request(task.exercise, tuple(parts), task.answer, task.attempt > 1)
            suites = [self._sent((task.exercise, symbol)) for symbol in parts]
            future = self._submit(
                address, remote.grade, self._packed_options, self._sent_course, parcel.pack_request(request), *suites
            )
            self._running[future.key] = (job, future)

    def _take(self, future: Future) -> Iterator[Graded | Ended]:
        """Take what a worker has to say."""
        examined = next((address for address, asked in self._examining.items() if asked.key == future.key), None)
        if examined is None and future.key not in self._running:
            return
        if future.status == "cancelled":
            raise self._gone()
        data: bytes | None = None
        problem = ""
        try:
            data = future.result(timeout=CONNECT_SECONDS)
        except TimeoutError:
            # The worker went before its result was fetched.
            yield from self._again(future.key) if examined is None else ()
            return
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
        if examined is not None:
            del self._examining[examined]
            self._accept(examined, {"problem": problem} if data is None else parcel.unpack_facts(data))
            return
        job, _ = self._running[future.key]
        try:
            results = parcel.unpack_results(data) if data is not None else []
        except ValueError as error:
            results, problem = [], f"The worker {job.address} sent what is no report: {error}"
        for report, level in results:
            self._graded[job.address] += 1
            yield Graded(job.task, report, level)
        del self._running[future.key]
        yield Ended(job.task, problem)


def _silence() -> None:
    """Silence Dask, which reports each event with a page on standard error; this module says what happens."""
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)


def _connect(address: str) -> Client:
    """A client of the scheduler at an address, or of the one named by a scheduler file."""
    if Path(address).is_file():
        where = {"scheduler_file": address}
    else:
        where = {"address": address}
        try:
            get_address_host_port(address)
        except ValueError as error:
            raise CourseError(
                f"{address} is not the address of a Dask scheduler: {error}.",
                "Give one like tcp://HOST:8786, or the path of a scheduler file.",
                usage=True,
            ) from None
    try:
        return Client(**where, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError, ImportError):
        raise CourseError(
            f"There is no Dask scheduler at {address}.",
            "Start one with `dask scheduler`, and workers with `dask worker ADDRESS --nthreads 1`.",
        ) from None
