"""Settings that every test shares."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import hypothesis
import pytest
import torch

from tests import browser as browsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser

hypothesis.settings.register_profile("kit", database=None, deadline=None, derandomize=True)
hypothesis.settings.load_profile("kit")

torch.set_num_threads(1)
os.environ["OMP_NUM_THREADS"] = "1"  # inherited by the commands that tests start


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a GPU where there is none."""
    if torch.cuda.is_available():
        return
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


@pytest.fixture(scope="session", autouse=True)
def _own_store(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what tests grade out of the course's own results."""
    os.environ["COURSE_STORE"] = str(tmp_path_factory.mktemp("store") / "grades.sqlite")
