"""Check what a notebook has run, in a process of its own, which stays warm between checks.

The kernel runs the learner's code, which may have changed torch, its settings or its random numbers, so nothing is
judged there, and judging changes nothing there: the kernel sends the text of its cells and shows what comes back.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from grader.grading.service import Service, ServiceEnded
from grader.model import CourseError


class Remote:
    """The kernel's end."""

    def __init__(self) -> None:
        self._service = Service("grader.study.answering", interruptible=True)

    def start(self) -> None:
        """Have the process get warm."""
        self._service.start()

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Send a request and wait for its reply; an error there is raised here.

        Raises:
            CourseError: for what the learner can fix, or where the process ended.
        """
        try:
            self._service.send(request)
            reply = self._service.receive()
        except BaseException as error:
            # Interrupted: its reply would be taken for that of the next request.
            self.close()
            if not isinstance(error, ServiceEnded):
                raise
            said = f" It said: {error.said}" if error.said else ""
            raise CourseError(f"The checker ended.{said}", "Run the cell again; a new one starts.") from None
        if "error" in reply:
            what, fix = reply["error"]
            raise CourseError(what, fix)
        return reply

    def close(self) -> None:
        """End the process; the next request starts another."""
        self._service.close()


def request(do: str, name: str, cells: Sequence[tuple[int, str]], level: int | None = None) -> dict[str, Any]:
    """What is sent.

    Args:
        do: ``check`` or ``hint``.
        name: The part; empty for the one defined last.
        cells: The cells that were run, each with its number.
        level: The level of the hint.
    """
    return {"do": do, "name": name, "cells": list(cells), "folder": os.getcwd(), "level": level}
