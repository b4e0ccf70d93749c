"""``python -m benchmarks.class``: what grading a class costs, by its size and by the number of jobs."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from benchmarks import bombs, cluster
from benchmarks.class_run import CASE_SECONDS, ROOT
from benchmarks.scale import by_size, further
from benchmarks.synthetic import MIX


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
    detail = next((each for each in found if each["shares"]), None) or run(min(sizes), 1, device, only)
    console.print("bombs among a class ...", style="dim")
    bombed = bombs.measure(min(100, sizes[-1]), 2, wanted[-1], _cache())
    console.print("a cluster on this machine ...", style="dim")
    clustered = cluster.measure(only, 2, _cache())
    measured = {
        "machine": {"cores": cores, "processor": _processor(), "python": platform.python_version()},
        "only": only, "case_seconds": CASE_SECONDS, "mix": dict(MIX), "runs": found,
        "detail": detail, "bombs": bombed, "cluster": clustered,
    }  # fmt: skip
    show(measured, console)
    if record is not None:
        record.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")


def run(students: int, jobs: int, device: str, only: Sequence[str]) -> dict[str, Any]:
    """Grade a class in a fresh process and give back what it measured."""
    command = [sys.executable, "-m", "benchmarks.class_run", str(students), str(jobs), device, str(_cache()), *only]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _cache() -> Path:
    return Path(os.environ.get("COURSE_CACHE", ROOT / ".course-cache")) / "suites"


def show(measured: dict[str, Any], console: Console) -> None:
    """Print it."""
    table = Table(title=f"a class that hands in {', '.join(measured['only'])}", title_justify="left")
    for name in ("students", "jobs", "parts", "wall s", "parts/s", "cpu s", "reports s", "grader MB", "MB per process"):
        table.add_column(name, justify="right")
    for each in measured["runs"]:
        table.add_row(
            str(each["students"]), str(each["jobs"]), str(each["parts"]), f"{each['wall']:.1f}",
            f"{each['parts'] / each['wall']:.1f}", f"{each['cpu']:.1f}", f"{each['reports']:.1f}",
            f"{each['grader_mb']:.0f}", f"{each['hand_mb']:.0f}",
        )  # fmt: skip
    console.print(table)
    for one, other, seconds in further(by_size(measured)):
        console.print(f"from {one} to {other} students: {seconds:.3f} processor seconds for each further one")
    found = measured["bombs"]
    console.print(
        f"{found['bombs']} bombs among {found['students']} students: {found['among']:.1f} s instead of"
        f" {found['without']:.1f} s (asked for: at most {found['allowed']:.0f} s more)"
    )
    shares = measured["detail"]["shares"].items()
    console.print("time of a single job: " + ", ".join(f"{name} {100 * share:.0f} %" for name, share in shares))


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    main()
