"""How much a worker may send: what the suite's own replies need, several times over, and never without end."""

from dataclasses import dataclass
from typing import Self

from grader.suite.data import Suite

MAX_FRAME = 32 * 2**20
MAX_HEADER = 4 * 2**20
"""Bytes of JSON in a message: a little text can become a lot of objects."""
_HEADER, _BODY = 2**19, 2**21
"""Bytes of JSON and of tensors that any reply may have; the largest expected one of the course has 25 KB and 1.4 MB."""
_HEADER_TIMES, _BODY_TIMES, _KEPT_TIMES = 8, 4, 2
_KEPT = 48 * 2**20
"""Bytes of memory that all replies of any part may take; the expected ones of the course take up to 5 MB."""
_OBJECTS = 24
"""Bytes of objects that a byte of JSON becomes at worst."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """What a reply may have, and all those that are kept."""

    header: int = MAX_HEADER
    """Bytes of JSON."""
    body: int = MAX_FRAME
    """Bytes of tensors."""
    kept: int = 2**30
    """Bytes of memory for all replies together, as `weight` estimates them."""

    @classmethod
    def of(cls, suite: Suite) -> Self:
        """What the replies on a suite may have: a right answer's are about as large as the oracle's."""
        sizes = suite.sizes
        return cls(
            header=_HEADER + _HEADER_TIMES * sizes.header,
            body=_BODY + _BODY_TIMES * sizes.body,
            kept=_KEPT + _KEPT_TIMES * weight(sizes.headers, sizes.bodies),
        )


LOADED = Allowance(header=2**20, body=0)
"""What a worker may say once its answer is loaded: names and errors."""


def weight(header: int, body: int) -> int:
    """About how many bytes of memory a reply takes once it is decoded."""
    return _OBJECTS * header + body
