"""What answers that hang, flood, fork and eat memory cost the rest of their class."""

import tempfile
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from benchmarks.class_run import ROOT, SEED
from grader.grading.options import Options
from grader.grading.schedule import GradingRun, Watcher, grade
from grader.grading.store import Store
from grader.kit.load import load_course
from grader.model import Verdict

PART_SECONDS = 10.0
"""The limit of a part, which no bomb can take longer than."""
_ZOO = ROOT / "tests" / "submissions"
_PLAIN = _ZOO / "accepted" / "Linear__plain.py"
_FORKS = "def forward(self, x):\n        import os\n        while True:\n            os.fork()\n"


def measure(students: int, each: int, jobs: int, cache: Path) -> dict[str, float]:
    """Grade a class of right answers without and with bombs among them, ``each`` of four kinds."""
    plain = _PLAIN.read_text(encoding="utf-8")
    bombs = [
        (_ZOO / "time_limit" / "Linear__endless_loop.py").read_text(encoding="utf-8"),
        (_ZOO / "memory_limit" / "Linear__huge_list.py").read_text(encoding="utf-8"),
        (_ZOO / "output_limit" / "Linear__print_flood.py").read_text(encoding="utf-8"),
        plain.replace("def forward(self, x):\n", _FORKS),
    ] * each
    without, _ = _graded([plain] * students, jobs, cache)
    every = max(1, students // len(bombs))
    mixed = [text for number, bomb in enumerate(bombs) for text in [bomb, *[plain] * every]]
    mixed += [plain] * (students - every * len(bombs))
    among, accepted = _graded(mixed, jobs, cache)
    return {
        "students": students, "bombs": len(bombs), "jobs": jobs, "without": without, "among": among,
        "allowed": len(bombs) * PART_SECONDS / jobs, "accepted": accepted,
    }  # fmt: skip


def _graded(texts: list[str], jobs: int, cache: Path) -> tuple[float, int]:
    """Seconds for grading these answers to Linear, and how many were accepted."""
    course = load_course(ROOT)
    limits = replace(course.limits, case_seconds=1.0, part_seconds=PART_SECONDS)
    options = Options(only=["Linear"], device="cpu", jobs=jobs, seed=SEED, limits=limits, cache_dir=cache)
    with tempfile.TemporaryDirectory() as folder, closing(Store(Path(folder) / "grades.sqlite")) as store:
        paths = []
        for number, text in enumerate(texts):
            file = Path(folder) / f"student{number:05}" / "linear" / "linear.py"
            file.parent.mkdir(parents=True)
            file.write_text(f"{text}\n# handed in by student {number}\n", encoding="utf-8")
            paths.append(file.parent.parent)
        began = time.perf_counter()
        report = grade(course, paths, options, GradingRun(store=store, watcher=Watcher()))
        wall = time.perf_counter() - began
        return wall, sum(each.parts[0].verdict is Verdict.ACCEPTED for each in report.submissions)
