"""A server for answers of a few lines, after each of which the judge must go on as if nothing had happened."""

import os
import time
from collections.abc import Iterator

import pytest
import torch

from grader.host import child as judges_child
from grader.host.session import Server
from tests.sessions import DOUBLE, HASTY, LIMITS, descendants, open_child, open_descriptors, run


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    before, others = open_descriptors(), set(descendants(os.getpid()))
    with Server(LIMITS) as server:
        yield server
    assert open_descriptors() == before
    assert set(descendants(os.getpid())) <= others


@pytest.fixture
def hasty(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server with short limits, for answers that are to run into them."""
    monkeypatch.setattr(judges_child, "LOAD_SECONDS", HASTY.case_seconds)
    monkeypatch.setattr(server, "limits", HASTY)
    return server


@pytest.fixture(autouse=True)
def _goes_on(server: Server) -> Iterator[None]:
    """After every answer: a correct one is still judged correct, no descriptor is left open and no process alive."""
    open_child(server, DOUBLE).close()
    before = open_descriptors()
    others: set[int | None] = {*descendants(os.getpid(), below=2)}
    yield
    for child in list(server._open):
        child.close()
    outputs = run(server, DOUBLE)
    assert torch.equal(outputs[0]["steps"][0]["out"], torch.full((2,), 2.0, dtype=torch.float64))
    assert open_descriptors() == before
    deadline = time.monotonic() + 10
    while (left := set(descendants(os.getpid(), below=2)) - others) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not left, "the answer left a process behind"
