"""A judge's process, seen from the one that asks: replies, prints that are not replies, its end and its last words."""

import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from grader.grading.service import Service, ServiceEnded, serve, take_stdout

HERE = "tests.test_service"


def main(name: str) -> None:
    """What the process of these tests runs."""
    replies = take_stdout()

    def answer(request: dict[str, Any]) -> Mapping[str, Any]:
        print("not a reply")
        if request["do"] == "die":
            sys.exit(f"{name} is unwell")
        if request["do"] == "sleep":
            print("asleep", file=sys.stderr, flush=True)
            time.sleep(60)
        return {"name": name, "twice": request["number"] * 2}

    serve(replies, answer, lambda error: {"error": str(error)})


@pytest.fixture(params=[True, False], ids=["interruptible", "patient"])
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    made = Service(HERE, "echo", interruptible=request.param)
    yield made
    made.close()


def test_replies_come_in_order_and_prints_are_not_replies(service: Service) -> None:
    assert service.start()
    assert not service.start()
    for number in (1, 2):
        service.send({"do": "double", "number": number})
    assert [service.receive()["twice"] for _ in range(2)] == [2, 4]
    service.send({"do": "double"})
    assert "number" in service.receive()["error"]


def test_its_end_is_reported_with_its_last_words_and_another_starts(service: Service) -> None:
    service.send({"do": "die"})
    with pytest.raises(ServiceEnded) as found:
        service.receive()
    assert found.value.status == 1
    assert found.value.said in ("echo is unwell", "")
    service.send({"do": "double", "number": 4})
    assert service.receive() == {"name": "echo", "twice": 8}


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_request_that_was_given_up_ends_the_process() -> None:
    service = Service(HERE, "echo", interruptible=True)
    service.send({"do": "sleep", "number": 1})
    before = signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(KeyboardInterrupt):
            service.receive()
    finally:
        signal.signal(signal.SIGALRM, before)
        service.close()
    assert service.start()
    service.close()


def test_what_it_was_asked_it_finishes_before_it_ends() -> None:
    service = Service(HERE, "long" * 25_000)
    service.send({"do": "double", "number": 1})
    service.close()
