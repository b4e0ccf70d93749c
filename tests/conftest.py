"""Settings that every test shares."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import hypothesis
import pytest
import torch

from tests import browser as browsers
from tests.school import School
from tests.warm import Warm

if TYPE_CHECKING:
    from playwright.sync_api import Browser

hypothesis.settings.register_profile("kit", database=None, deadline=None, derandomize=True)
hypothesis.settings.load_profile("kit")

torch.set_num_threads(1)
os.environ["OMP_NUM_THREADS"] = "1"  # inherited by the commands that tests start
os.environ["COURSE_LANG"] = "en"  # whatever the locale: what is shown in Chinese has tests of its own


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a GPU where there is none."""
    if torch.cuda.is_available():
        return
    # Most machines have none, and the tests marked `gpu` are about nothing else; docs/gpu.md says where they have run.
    skip = pytest.mark.skip(reason="no CUDA device here")
    for item in items:
        if "gpu" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Headless Chromium, one for all tests; they skip where there is none."""
    reason = browsers.missing()
    if reason:
        pytest.skip(reason)
    with browsers.chromium() as started:
        yield started


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """A process from which `course` and `nbgrader` start at once."""
    started = Warm()
    yield started
    started.close()


@pytest.fixture(scope="session")
def school(warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> School:
    """A school whose first assignment is graded; tests skip where there is no nbgrader."""
    pytest.importorskip("nbgrader", reason="nbgrader is not installed (pip install -e '.[classroom]')")
    school = School(tmp_path_factory.mktemp("school"), warm)
    school.autograde()
    return school


@pytest.fixture(scope="session", autouse=True)
def _shared_suites(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Compile a suite once for all tests, those of other workers too, unless suites are kept somewhere already."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    os.environ.setdefault("COURSE_CACHE", str(folder / "suites"))


@pytest.fixture(autouse=True)
def _dtype_of_torch() -> None:
    """Begin every test with torch's own default, whatever the one before has computed in."""
    torch.set_default_dtype(torch.float32)


@pytest.fixture(scope="session", autouse=True)
def _own_store(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what tests grade out of the course's own results."""
    os.environ["COURSE_STORE"] = str(tmp_path_factory.mktemp("store") / "grades.sqlite")
