"""Hostile answers: what is put into a right or an empty answer of Linear and LayerNorm, in tests/hostile.

``answers.txt`` holds them, each below a line ``### Part: name``, in blocks that begin with the place at which they go
into the part's own file (``@top``, ``@init``, ``@forward``, ``@members``, ``@after``). Without a forward an answer
returns zeros. Between the part and the colon may stand the criteria for which the answer may get no point; without any
those are all that right numbers earn, and ``-`` says that it only may not disturb anybody.
"""

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "hostile"
HOMES = {"Linear": "linear/linear", "LayerNorm": "normalization/layernorm"}
PAID = ("values", "gradients", "numerics", "vectorized")
"""The criteria that an answer earns with the right numbers only."""
_EMPTY = {
    "Linear": "return x.new_zeros(*x.shape[:-1], self.out_features)",
    "LayerNorm": "return torch.zeros_like(x)",
}


@dataclass(frozen=True)
class Hostile:
    """One hostile answer."""

    part: str
    text: str
    loses: tuple[str, ...]
    """Criteria for which it may get nothing."""
    uses_torch: bool
    """Whether torch's own layer does the work, which is off limits in LayerNorm."""


def _answer(part: str, criteria: str, body: str) -> Hostile:
    pieces = re.split(r"^@(top|init|forward|members|after)\n", body, flags=re.M)
    blocks = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    uses_torch = part == "LayerNorm" and ("forward" in blocks or "hook" not in body)
    blocks.setdefault("forward", _EMPTY[part])

    def block(place: re.Match[str]) -> str:
        return textwrap.indent(blocks.get(place[2], "").strip("\n"), place[1])

    text = re.sub(r"^( *)@(top|init|forward|members|after)$", block, (FOLDER / f"{part}.txt").read_text(), flags=re.M)
    loses = () if criteria == "-" else tuple(filter(None, criteria.split(","))) or PAID
    return Hostile(part, text, loses, uses_torch)


def _all() -> dict[str, Hostile]:
    pieces = re.split(r"^### (\w+) ?(\S*): (.*)\n", (FOLDER / "answers.txt").read_text(), flags=re.M)[1:]
    return {
        re.sub(r"\W+", "_", pieces[at + 2]): _answer(pieces[at], pieces[at + 1], pieces[at + 3])
        for at in range(0, len(pieces), 4)
    }


HOSTILE = _all()
