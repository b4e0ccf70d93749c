"""``python -m benchmarks.class``: what grading a class costs, by its size and by the number of jobs."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from benchmarks.class_run import CASE_SECONDS, ROOT
from benchmarks.synthetic import MIX

FLAT = 0.10
"""Asked for: the processor time of a further submission differs by no more than this, however many there are."""


@click.command()
@click.argument("only", nargs=-1)
@click.option("--students", multiple=True, type=int, help="Sizes of the class (default: 10 50 100 200).")
@click.option(
    "--jobs", multiple=True, type=int, help="Numbers of jobs for the largest class (default: 1 to the cores)."
)
@click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu", show_default=True)
@click.option("--record", type=click.Path(path_type=Path, dir_okay=False), help="Write what was measured there.")
def main(only: Sequence[str], students: Sequence[int], jobs: Sequence[int], device: str, record: Path | None) -> None:
    """Measure a synthetic class that hands in ONLY (default: linear)."""
    only = list(only) or ["linear"]
    sizes = sorted(students) or [10, 50, 100, 200]
    cores = os.cpu_count() or 1
    wanted = list(jobs) or sorted({1, *(2**power for power in range(1, cores.bit_length())), cores})
    runs = [(size, wanted[-1]) for size in sizes] + [(min(100, sizes[-1]), count) for count in wanted[:-1]]
    console = Console(highlight=False)
    found = []
    for size, count in runs:
        console.print(f"{size} students, {count} jobs ...", style="dim")
        found.append(run(size, count, device, only))
    measured = {
        "machine": {"cores": cores, "processor": _processor(), "python": platform.python_version()},
        "only": only, "case_seconds": CASE_SECONDS, "mix": dict(MIX), "runs": found,
    }  # fmt: skip
    show(measured, console)
    if record is not None:
        record.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")


def run(students: int, jobs: int, device: str, only: Sequence[str]) -> dict[str, Any]:
    """Grade a class in a fresh process and give back what it measured."""
    cache = Path(os.environ.get("COURSE_CACHE", ROOT / ".course-cache")) / "suites"
    command = [sys.executable, "-m", "benchmarks.class_run", str(students), str(jobs), device, str(cache), *only]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def further(runs: Sequence[dict[str, Any]]) -> list[tuple[int, int, float]]:
    """Between each class and the next larger one, with equal jobs: processor seconds that a further student costs."""
    jobs = runs[0]["jobs"]
    ordered = sorted((each for each in runs if each["jobs"] == jobs), key=lambda each: int(each["students"]))
    return [
        (one["students"], other["students"], (other["cpu"] - one["cpu"]) / (other["students"] - one["students"]))
        for one, other in pairwise(ordered)
    ]


def show(measured: dict[str, Any], console: Console) -> None:
    """Print it."""
    table = Table(title=f"a class that hands in {', '.join(measured['only'])}", title_justify="left")
    for name in ("students", "jobs", "parts", "wall s", "parts/s", "cpu s", "reports s", "grader MB", "a hand MB"):
        table.add_column(name, justify="right")
    for each in measured["runs"]:
        table.add_row(
            str(each["students"]), str(each["jobs"]), str(each["parts"]), f"{each['wall']:.1f}",
            f"{each['parts'] / each['wall']:.1f}", f"{each['cpu']:.1f}", f"{each['reports']:.1f}",
            f"{each['grader_mb']:.0f}", f"{each['hand_mb']:.0f}",
        )  # fmt: skip
    console.print(table)
    for one, other, seconds in further(measured["runs"]):
        console.print(f"from {one} to {other} students: {seconds:.3f} processor seconds for each further one")
    shares = next((each["shares"] for each in measured["runs"] if each["shares"]), {})
    console.print("time of a single job: " + ", ".join(f"{name} {100 * share:.0f} %" for name, share in shares.items()))


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    main()
