"""Hostile answers earn nothing that they should not, and nobody beside them notices."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hostile_answers import HOMES, HOSTILE
from tests.test_submissions import ROOT, ZOO, processes

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")]

NASTIEST = [
    "a_list_a_mile_deep", "a_message_of_ten_megabytes", "a_message_without_end", "an_exception_of_no_name",
    "closes_every_descriptor", "every_tensor_is_its_own", "floods_the_error_stream", "ignores_its_alarm",
    "starts_threads_without_end", "training_that_is_a_tensor", "rewrites_json", "writes_frames_in_forward",
]  # fmt: skip
HONEST = [*sorted((ZOO / "accepted").glob("Linear__*.py")), *sorted((ZOO / "wrong").glob("Linear__*.py"))]
MEGABYTE = 2**20

PEAK = """
import sys
import cli
try:
    cli.main()
finally:
    # Not getrusage: its peak is also that of the process which started this one.
    status = open("/proc/self/status").read()
    print("peak", status.split("VmHWM:")[1].split()[0], file=sys.stderr)
"""
"""Runs the command, and says how much memory the judge's own process took (kilobytes)."""


def hand_in(student: Path, part: str, text: bytes) -> None:
    answer = student / f"{HOMES[part]}.py"
    answer.parent.mkdir(parents=True)
    answer.write_bytes(text)


def grade(folder: Path, *more: str) -> tuple[dict[str, Any], str]:
    """Grade a class by one command: its submissions by student, and what it said; its temporary files go beside it."""
    (folder.parent / "temporary").mkdir(exist_ok=True)
    students = map(str, sorted(folder.iterdir()))
    words = ["grade", *students, "--seed", "documents", "--format", "json", "--case-seconds", "0.7"]
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *words, *more], cwd=ROOT, capture_output=True, text=True, check=False, timeout=580,
        env={**os.environ, "NO_COLOR": "1", "TMPDIR": str(folder.parent / "temporary")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {item["student"]: item for item in json.loads(done.stdout)["submissions"]}, done.stderr


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every hostile answer, graded as one class."""
    folder = tmp_path_factory.mktemp("hostile") / "class"
    for name, hostile in HOSTILE.items():
        hand_in(folder / name, hostile.part, hostile.text.encode())
    students, _ = grade(folder, "--only", "Linear", "--only", "LayerNorm", "--jobs", "2")
    return students


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_earns_nothing_that_it_should_not(name: str, everybody: dict[str, Any]) -> None:
    hostile = HOSTILE[name]
    parts = {part["part"]: part for part in everybody[name]["parts"]}
    mine, other = parts.pop(hostile.part), parts.popitem()[1]
    scores = {item["name"]: item["score"] for item in mine["criteria"]}
    assert mine["verdict"] not in ("ACCEPTED", "JUDGE_ERROR"), mine["message"]
    assert not any(scores.get(criterion) for criterion in hostile.loses), scores
    assert mine["score"] < mine["max_score"]
    assert other["verdict"] == "NOT_ATTEMPTED"
    if hostile.uses_torch:
        assert (mine["verdict"], mine["score"]) == ("OFF_LIMITS", 0)
        assert mine["off_limits"]


def without_times(submission: dict[str, Any]) -> str:
    """A student's whole report, but for how long it took and where the files were."""
    parts = [{key: value for key, value in part.items() if key != "seconds"} for part in submission["parts"]]
    return json.dumps({**submission, "parts": parts, "path": ""}, sort_keys=True)


def test_the_rest_of_a_class_does_not_notice_the_nastiest(tmp_path: Path) -> None:
    """28 honest students, alone and then with twelve of the nastiest among them, in one process."""
    calm, stormy = tmp_path / "calm", tmp_path / "stormy"
    for number in range(28):
        for folder in (calm, stormy):
            hand_in(folder / f"s{number:02}", "Linear", HONEST[number % len(HONEST)].read_bytes())
    before = processes()
    expected, _ = grade(calm, "--only", "Linear", "--jobs", "1")
    for number, name in enumerate(NASTIEST):
        hand_in(stormy / f"s{2 * number:02}-{name}", "Linear", HOSTILE[name].text.encode())
    files = set(stormy.rglob("*"))
    found, said = grade(stormy, "--only", "Linear", "--jobs", "1")
    assert len(found) == 40
    for student, submission in expected.items():
        assert without_times(found[student]) == without_times(submission)
    assert set(stormy.rglob("*")) == files
    assert processes() == before
    assert not list((tmp_path / "temporary").iterdir())
    peak = int(said.rsplit("peak ", 1)[1])
    assert peak * 1024 < 600 * MEGABYTE
