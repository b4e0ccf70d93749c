"""Folders for a while: only their user's, and swept once their process is gone, however it ended."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grader.host.scratch import Scratch, sweep

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no such locks, so nothing is swept there")

HOLDER = """
import os, sys
from grader.host.scratch import Scratch
scratch = Scratch(sys.argv[1])
(scratch.path / "answer.py").write_text("x = 1")
os.symlink(sys.argv[2], scratch.path / "link")
os.chmod(scratch.path, 0o555)
print(scratch.path, flush=True)
sys.stdin.read()
"""


def holder(folder: Path, target: Path) -> tuple["subprocess.Popen[str]", Path]:
    """A process that has a folder, with a file in it and a link, and waits."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), str(target)], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_what_a_killed_process_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    folder, kept = tmp_path / "tmp", tmp_path / "kept"
    folder.mkdir()
    kept.mkdir()
    (kept / "precious").touch()
    others = [folder / name for name in ("course-notes", "course-1-abcdefg", "pytest-1-abcdefgh")]
    for other in others:
        other.mkdir()
    (folder / "course-1-linklink").symlink_to(kept)
    process, left = holder(folder, kept)
    try:
        sweep(folder)
        assert (left / "answer.py").is_file()
        assert f"course-{process.pid}-" in left.name
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert left.is_dir()
    sweep(folder)
    assert not left.exists()
    assert all(other.is_dir() for other in others)
    assert (folder / "course-1-linklink").is_symlink()
    assert (kept / "precious").exists()


def test_a_start_sweeps(tmp_path: Path) -> None:
    left = tmp_path / "course-1-abcdefgh"
    left.mkdir()
    scratch = Scratch(str(tmp_path))
    try:
        assert [*tmp_path.iterdir()] == [scratch.path]
        assert stat.S_IMODE(scratch.path.stat().st_mode) == 0o700
    finally:
        scratch.remove()
    assert not [*tmp_path.iterdir()]


def test_it_goes_with_all_that_is_in_it(tmp_path: Path) -> None:
    with Scratch(str(tmp_path)) as folder:
        (folder / "deep" / "er").mkdir(parents=True)
        os.chmod(folder, 0o555)
        sweep(tmp_path)
        assert folder.is_dir()
    assert not folder.exists()


def test_a_folder_that_is_swept_before_it_is_opened_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = tempfile.mkdtemp
    made: list[str] = []

    def swept_once(**options: str) -> str:
        made.append(make(**options))
        if len(made) == 1:
            os.rmdir(made[0])
        return made[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", swept_once)
    with Scratch(str(tmp_path)) as folder:
        assert folder == Path(made[1])
        assert folder.is_dir()
