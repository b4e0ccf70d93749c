"""Settings that every test shares."""

import os

import hypothesis
import pytest
import torch

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
