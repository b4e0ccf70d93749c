"""``python -m benchmarks.scale``: write docs/scale.md and its plot from what `benchmarks.class` measured.

Every number of that page is computed from `measured/class.json`; a test keeps the page at what this file makes of it.
"""

import io
import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MEASURED = Path(__file__).parent / "measured" / "class.json"
PAGE, PLOT = ROOT / "docs" / "scale.md", ROOT / "docs" / "pictures" / "scale.svg"
SUBMISSIONS = 100_000
WORKERS = (16, 64, 256, 1024, 4096)
SETTLED = 100
"""Students from whom on every class has the same proportions, and starting up is little."""
NETWORK_BYTES = 100e6
"""Bytes per second that one machine sends: the 1 Gbit/s of a modest network, with something lost."""

Runs = Sequence[Mapping[str, Any]]


def by_size(measured: Mapping[str, Any]) -> Runs:
    """The runs that differ in the size of the class only, smallest first."""
    jobs = measured["runs"][0]["jobs"]
    return sorted((each for each in measured["runs"] if each["jobs"] == jobs), key=lambda each: int(each["students"]))


def by_jobs(measured: Mapping[str, Any]) -> Runs:
    """The runs that differ in the number of jobs only, fewest first."""
    size = next(each["students"] for each in measured["runs"] if each["jobs"] != measured["runs"][0]["jobs"])
    return sorted((each for each in measured["runs"] if each["students"] == size), key=lambda each: int(each["jobs"]))


def further(runs: Runs) -> list[tuple[int, int, float]]:
    """Between each class and the next larger one: processor seconds that a further student costs."""
    return [
        (one["students"], other["students"], (other["cpu"] - one["cpu"]) / (other["students"] - one["students"]))
        for one, other in pairwise(runs)
    ]


class Simulation:
    """A cluster that grades `SUBMISSIONS`, computed from the run of a single job."""

    def __init__(self, measured: Mapping[str, Any]) -> None:
        run = measured["detail"]
        self.parts = run["parts"] // run["students"]
        self.worker_seconds = run["cpu"] * (1 - run["shares"].get("storing", 0.0)) / run["students"]
        """What a submission takes of a worker's core: all that a single job does but for the store."""
        self.transaction_seconds, self.stored_seconds = _line(run["store_seconds"])
        """What a transaction costs, and each part in it."""
        self.report_seconds = run["reports"] / run["students"]
        self.store_bytes = run["store_bytes"] / run["students"]
        self.report_bytes = run["report_bytes"] / run["students"]
        self.suite_bytes = run["suite_bytes"]
        self.grader_seconds = measured["cluster"]["grader"]
        """Seconds of the grader's own processor, for a submission that others judge: reading, sending, storing."""
        self.scheduler_seconds = measured["cluster"]["scheduler"]

    def serial(self) -> dict[str, float]:
        """Seconds per submission that only one process can spend, so that more workers do not help."""
        return {"The grader": self.grader_seconds, "Dask's scheduler": self.scheduler_seconds}

    def breaks(self) -> list[tuple[str, float]]:
        """What keeps further workers from helping, and how many it keeps up with; the first to break first."""
        able = {name: self.worker_seconds / seconds for name, seconds in self.serial().items() if seconds}
        return sorted(able.items(), key=lambda item: item[1])

    def row(self, workers: int) -> dict[str, float]:
        """Hours until the last result is stored, the share of them that workers are busy, and seconds to begin."""
        busy = self.worker_seconds / workers
        slowest = max(busy, *self.serial().values())
        return {
            "workers": workers,
            "hours": SUBMISSIONS * slowest / 3600,
            "busy": busy / slowest,
            "start": workers * self.suite_bytes / NETWORK_BYTES,
        }


def _line(seconds: Mapping[str, float]) -> tuple[float, float]:
    """Cost of a transaction and of a part in it, from those of a part in transactions of two sizes."""
    (small, one), (large, many) = sorted((int(size), each) for size, each in seconds.items())
    transaction = max(0.0, one - many) / (1 / small - 1 / large)
    return transaction, max(0.0, many - transaction / large)


def render(measured: Mapping[str, Any]) -> str:
    """The page."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    sizes, paper = by_size(measured), Simulation(measured)
    costs = [seconds for one, _, seconds in further(sizes) if one >= SETTLED]
    first, last = next(each for each in sizes if each["students"] >= SETTLED), sizes[-1]
    more = max(1, last["students"] - first["students"])
    return environment.get_template("scale.md.j2").render(
        measured,
        group=sum(measured["mix"].values()), by_size=sizes, by_jobs=by_jobs(measured), further=further(sizes),
        settled=SETTLED, spread=max(costs) / min(costs) - 1, first=first, last=last,
        grown_kb=max(0.0, last["grader_mb"] - first["grader_mb"]) * 1024 / more,
        kinds=_KINDS, activities=_ACTIVITIES, reasons=_REASONS,
        submissions=SUBMISSIONS, paper=paper, network_bytes=NETWORK_BYTES,
        rows=[paper.row(workers) for workers in WORKERS],
    )  # fmt: skip


_KINDS = {
    "right": "are right",
    "misconception": "have a known misconception",
    "mutant": "a small slip",
    "not written": "are the stub as it was handed out",
    "raising": "raises",
    "crashing": "kills its process",
    "hanging": "never ends",
}
_ACTIVITIES = {
    "student's code": "waiting for the student's code",
    "processes": "starting, loading and ending processes",
    "oracle": "oracle (live, for counterexamples)",
    "hypothesis": "hypothesis (shrinking counterexamples)",
    "storing": "the store",
    "reading answers": "reading answers, checking their text",
    "suites": "reading suites",
    "snippets": "writing snippets",
}
_REASONS = {
    "The grader": "one process reads the answers, distributes them and stores what comes back.",
    "Dask's scheduler": "one process passes every task on.",
}


def plot(measured: Mapping[str, Any]) -> str:
    """Two curves, as SVG."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    runs = by_size(measured)
    sizes = [each["students"] for each in runs]
    with rc_context({"svg.hashsalt": "course", "svg.fonttype": "none", "font.size": 10}):
        figure = Figure(figsize=(8, 3), layout="constrained")
        time, memory = figure.subplots(1, 2)
        time.plot(sizes, [each["cpu"] / each["students"] for each in runs], "o-", label="all, start included")
        time.plot(
            [other for _, other, _ in further(runs)],
            [cost for _, _, cost in further(runs)],
            "s--",
            label="a further one",
        )
        time.set_ylabel("processor seconds per student")
        memory.plot(sizes, [each["grader_mb"] for each in runs], "o-", label="grader")
        memory.plot(sizes, [each["hand_mb"] for each in runs], "s--", label="per job")
        memory.set_ylabel("peak memory, MB")
        for axes in (time, memory):
            axes.set_xscale("log")
            axes.set_xticks(sizes, [str(size) for size in sizes])
            axes.minorticks_off()
            axes.set_xlabel("students")
            axes.set_ylim(bottom=0)
            axes.legend(frameon=False)
            axes.spines[["top", "right"]].set_visible(False)
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None})
    return re.sub(r"[ \t]+$", "", file.getvalue(), flags=re.MULTILINE)


def main() -> None:
    """Write the page and the plot."""
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    PAGE.write_text(render(measured), encoding="utf-8")
    PLOT.write_text(plot(measured), encoding="utf-8")


if __name__ == "__main__":
    main()
