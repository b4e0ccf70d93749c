"""Who may read what of a classroom, as `course doctor --classroom` tells it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("nbgrader", reason="nbgrader is not installed (pip install -e '.[classroom]')")

import cli
from grader.classroom.privacy import is_open

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")

CONFIG = """
from grader.classroom import configure
c = get_config()
c.CourseDirectory.course_id = "layers"
c.Exchange.root = {exchange!r}
configure(c, course={course!r})
"""


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that everybody can enter, with a course, an nbgrader course and an exchange in it."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    monkeypatch.setenv("COURSE_STORE", str(folder / "course" / "results" / "grades.sqlite"))
    monkeypatch.delenv("COURSE_SEED", raising=False)
    for name in ("course/solutions/linear", "layers/submitted", "exchange/layers/inbound", "exchange/layers/outbound"):
        (folder / name).mkdir(parents=True)
    (folder / "course" / "course.toml").write_text('title = "Linear"\n', encoding="utf-8")
    (folder / "course" / ".course-seed").write_text("secret\n", encoding="utf-8")
    text = CONFIG.format(exchange=str(folder / "exchange"), course=str(folder / "course"))
    (folder / "layers" / "nbgrader_config.py").write_text(text, encoding="utf-8")
    modes = {"course": 0o750, "layers": 0o750, "exchange": 0o777, "exchange/layers": 0o755}
    for name, mode in (modes | {"exchange/layers/inbound": 0o2733, "exchange/layers/outbound": 0o755}).items():
        (folder / name).chmod(mode)
    yield folder
    shutil.rmtree(folder)


def doctor(place: Path) -> Result:
    words = ["--root", str(place / "course"), "doctor", "--classroom", str(place / "layers")]
    return CliRunner().invoke(cli.main, words, catch_exceptions=False)


def test_a_closed_classroom_is_good(place: Path) -> None:
    done = doctor(place)
    assert "NO " not in done.output
    assert done.exit_code == 0
    assert f"students can get to the exchange {place}/exchange" in done.output
    assert f"keep copies of: {place}/course/.course-seed" in done.output


@pytest.mark.parametrize(
    ("name", "mode", "said"),
    [
        ("course", 0o755, "everybody can read {place}/course/solutions"),
        ("course", 0o755, "everybody can read {place}/course/.course-seed"),
        ("layers", 0o755, "everybody can read {place}/layers/submitted"),
        ("exchange", 0o700, "students cannot get to the exchange"),
        ("exchange/layers/inbound", 0o2777, "students can see who handed in"),
        ("exchange/layers/outbound", 0o777, "students can change what is in"),
    ],
)
def test_what_is_open_is_named_and_how_to_close_it(place: Path, name: str, mode: int, said: str) -> None:
    (place / name).chmod(mode)
    done = doctor(place)
    assert done.exit_code == 1
    assert f"NO  {said.format(place=place)}" in done.output
    assert "chmod" in done.output or "Name one outside" in done.output


def test_a_configuration_without_the_judge_and_a_lost_seed_are_told(place: Path) -> None:
    config = place / "layers" / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8").replace("configure(c,", "dict(c=c,"), encoding="utf-8")
    (place / "course" / ".course-seed").unlink()
    (place / "layers" / "gradebook.db").touch()
    said = doctor(place).output
    assert "does not call configure(c)" in said
    assert f"there is no {place}/course/.course-seed" in said
    config.unlink()
    done = doctor(place)
    assert done.exit_code == 2
    assert "is no nbgrader course" in done.output


def test_what_cannot_be_reached_is_not_open(place: Path) -> None:
    seed = place / "course" / ".course-seed"
    seed.chmod(0o644)
    assert not is_open(seed)
    (place / "course").chmod(0o751)
    assert is_open(seed)
    seed.chmod(0o600)
    assert not is_open(seed)
