"""What two of many answers have in common, weighed by how few others have it too."""

import math
from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

_COLUMNS = 4096
"""Forms that are looked at together: of a class of 3,000 they take 50 MB."""

Matrix = NDArray[np.float32]


def weights(answers: Sequence[Collection[int]], known: Sequence[Collection[int]] = ()) -> dict[int, float]:
    """How unusual each form is that several answers have: 1 where only two of many have it, near 0 where all have.

    Args:
        answers: The forms in each answer.
        known: Those in answers that are there to tell what is usual: right ones, as the course has them.
    """
    holders = Counter(form for answer in (*answers, *known) for form in answer)
    most = len(answers) + len(known) + 1
    by_count = [0.0, 0.0] + [(math.log(most / count) / math.log(most / 2)) ** 2 for count in range(2, most)]
    return {form: by_count[count] for form, count in holders.items() if count > 1}


def compared(answers: Sequence[Collection[int]], weight: dict[int, float]) -> tuple[Matrix, Matrix]:
    """Of each two answers how much they have in common: the unusual of it, and the share of all that they have.

    Args:
        answers: The forms in each answer.
        weight: How unusual those are that several have (see `weights`).
    """
    columns = {form: column for column, form in enumerate(weight)}
    places = [(row, columns[form]) for row, answer in enumerate(answers) for form in answer if form in columns]
    rows, at = np.array(places, dtype=np.intp).reshape(-1, 2).T
    unusual, shared = (np.zeros((len(answers), len(answers)), np.float32) for _ in range(2))
    factors = np.array([*weight.values()], np.float32)
    for begin in range(0, len(columns), _COLUMNS):
        inside = (at >= begin) & (at < begin + _COLUMNS)
        has = np.zeros((len(answers), min(_COLUMNS, len(columns) - begin)), np.float32)
        has[rows[inside], at[inside] - begin] = 1
        shared += has @ has.T
        unusual += (has * factors[begin : begin + _COLUMNS]) @ has.T
    sizes = np.array([len(answer) for answer in answers], np.float32)
    return unusual, 2 * shared / np.maximum(1, sizes[:, None] + sizes)
