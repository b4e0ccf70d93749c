"""Which failure to read first: what every case shows before what a corner shows."""

from grader.model import CriterionReport, FindingKind, PartReport, Verdict

FAILED = tuple(item for item in Verdict if item not in (Verdict.ACCEPTED, Verdict.SKIPPED, Verdict.NOT_ATTEMPTED))
_FIRST = (
    "own_work", "parameters", "shapes", "values", "state", "gradients", "interface", "init", "numerics", "errors",
    "vectorized", "device",
)  # fmt: skip
"""Criteria in the order in which a learner should fix them."""
_SAME_CASES = frozenset(("interface", "parameters", "shapes", "state", "values", "gradients"))
"""The criteria that are judged on the same cases, so that their shares of failing ones compare."""
_AFTER_SHAPES = frozenset(("values", "gradients"))
"""What is judged on the cases in which the shapes held: one that is left of twenty is one of twenty."""
_FUNDAMENTAL = frozenset(("own_work", "interface", "parameters"))
"""What an answer has to be before it can compute anything."""
_USUAL = (Verdict.WRONG, Verdict.RAISED)
"""The verdicts of a process that goes on."""
_CORNER = 1 / 2
"""A criterion that fails on less than this share of what another one fails on shows a corner."""


def failures(part: PartReport) -> list[CriterionReport]:
    """The criteria that failed, the one to mend first at the top.

    What stops the answer comes before wrong numbers, and fine points come last.
    """
    failed = [item for item in part.criteria if item.verdict in FAILED]
    among = next((item.cases for item in failed if item.name == "shapes"), 0)
    shares = {item.name: _share(item, among if item.name in _AFTER_SHAPES else 0) for item in failed}
    largest = max((share for name, share in shares.items() if name in _SAME_CASES), default=0.0)

    def rank(item: CriterionReport) -> tuple[bool, bool, bool, bool, bool, bool, int]:
        share = shares[item.name]
        # What is not a module cannot be used as one: what it raises then says less.
        is_other = item.kind is not FindingKind.NOT_A_MODULE
        # What was not run any more after the answer was given up has nothing to show; what hangs is why it was.
        was_given_up = item.kind is FindingKind.STOPPED and not item.failing and item.counterexample is None
        is_hanging = item.verdict is Verdict.TIME_LIMIT and item.name in _SAME_CASES and not was_given_up
        # Beside what the ordinary cases show, the others show fine points.
        is_corner = share < _CORNER * largest if item.name in _SAME_CASES else largest > 0
        is_corner &= item.verdict in _USUAL
        is_fundamental = item.name in _FUNDAMENTAL and share >= _CORNER
        is_wrong = item.verdict is Verdict.WRONG
        place = _FIRST.index(item.name)
        return is_other, not is_hanging, was_given_up, is_corner, not is_fundamental, is_wrong, place

    return sorted(failed, key=rank)


def _share(item: CriterionReport, among: int) -> float:
    """The share of the cases that fail, of so many at least; all where it is not known, or where the process ended."""
    known = item.cases and item.failing and item.verdict in _USUAL
    return item.failing / max(item.cases, among) if known else 1.0
