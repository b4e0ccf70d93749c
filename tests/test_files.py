"""A file is there whole or not at all, whatever cuts its writing off."""

import os
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.model.files import write_whole


def test_text_bytes_and_pieces_are_written_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content in ("é\r\nb\n", "é\r\nb\n".encode(), iter(["é\r\n", "b\n"])):
        write_whole(path, content)
        assert path.read_bytes() == "é\r\nb\n".encode()
    assert [item.name for item in tmp_path.iterdir()] == ["file"]


def test_what_was_there_stays_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before", encoding="utf-8")

    def cut_off() -> Iterator[str]:
        yield "after"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(path, cut_off())
    assert path.read_text(encoding="utf-8") == "before"
    assert [item.name for item in tmp_path.iterdir()] == ["file"]
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path, "x")


@pytest.mark.skipif(sys.platform == "win32", reason="modes, links and pipes of POSIX")
def test_modes_links_and_pipes_stay_what_they_are(tmp_path: Path) -> None:
    path, link, pipe = tmp_path / "file", tmp_path / "link", tmp_path / "pipe"

    def mode() -> int:
        return stat.S_IMODE(path.stat().st_mode)

    umask = os.umask(0o022)
    try:
        write_whole(path, "one")
        assert mode() == 0o644
        path.chmod(0o640)
        write_whole(path, "two")
        assert mode() == 0o640
        write_whole(path, "three", private=True)
        assert mode() == 0o600
    finally:
        os.umask(umask)
    link.symlink_to(path)
    write_whole(link, "four")
    assert link.is_symlink()
    assert path.read_text(encoding="utf-8") == "four"
    os.mkfifo(pipe)
    writer = threading.Thread(target=write_whole, args=(pipe, "five"))
    writer.start()
    assert pipe.read_text(encoding="utf-8") == "five"
    writer.join()


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="descriptors have no paths here")
def test_a_pipe_without_a_path_of_its_own_is_written_to() -> None:
    """As `--output /dev/stdout` in a pipeline."""
    read, write = os.pipe()
    try:
        write_whole(Path(f"/dev/fd/{write}"), "six")
        assert os.read(read, 10) == b"six"
    finally:
        os.close(read)
        os.close(write)
