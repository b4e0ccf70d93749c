"""A ``results.json`` for PrairieLearn's external graders: https://docs.prairielearn.com/externalGrading/."""

import json
from collections.abc import Sequence
from typing import Any

from grader.exports.each import described
from grader.model import CriterionReport, PartReport, SubmissionReport, Verdict
from grader.model.words import clean, look

_MOST_BYTES = 2**20 - 2**12
"""PrairieLearn reads a megabyte."""
_SHORTEST = 200
"""Characters of a test's output that are always kept."""
_NOTHING = "Nothing was handed in that could be graded."
_BROKEN = "could not be judged. This is not the answer's fault, and no attempt is used up."


def document(submission: SubmissionReport) -> dict[str, Any]:
    """One student's results, of which PrairieLearn takes the score, from 0 to 1.

    What could not be graded, whether for the judge's fault or because nothing was handed in, is not gradable: no points
    are given or lost, and no attempt is used up.
    """
    broken = [part.part for part in submission.parts if part.score is None or part.verdict is Verdict.JUDGE_ERROR]
    if broken:
        return _ungradable([f"{name} {_BROKEN}" for name in broken])
    if all(part.verdict is Verdict.NOT_ATTEMPTED for part in submission.parts):
        return _ungradable(list(dict.fromkeys(clean(part.message) for part in submission.parts if part.message)))
    made: dict[str, Any] = {
        "gradable": True,
        "score": round(submission.score / submission.max_score, 6) if submission.max_score else 0.0,
        "message": f"{submission.score:g} of {submission.max_score:g} points",
        "output": "\n".join(f"{part.part}: {look(part).word}" for part in submission.parts),
        "tests": [_test(part, item) for part in submission.parts for item in part.criteria],
    }
    return _fitting(made)


def _ungradable(errors: Sequence[str]) -> dict[str, Any]:
    return {"gradable": False, "format_errors": [*errors] or [_NOTHING], "message": "Not graded."}


def _test(part: PartReport, item: CriterionReport) -> dict[str, Any]:
    return {
        "name": f"{part.part}: {item.name}",
        "description": part.exercise,
        "points": item.score,
        "max_points": item.max_score,
        "message": look(item).word,
        "output": "" if item.verdict is Verdict.ACCEPTED else described(item),
    }


def _fitting(made: dict[str, Any]) -> dict[str, Any]:
    """The same with outputs as long as fit into a file that PrairieLearn reads."""
    longest = max((len(test["output"]) for test in made["tests"]), default=0)
    while len(json.dumps(made)) > _MOST_BYTES and longest > _SHORTEST:
        longest //= 2
        for test in made["tests"]:
            if len(test["output"]) > longest:
                test["output"] = test["output"][:longest] + " …"
    return made
