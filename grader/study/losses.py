"""The figure of a capstone notebook: the losses of two nets that should learn alike, and how far they are apart."""

from collections.abc import Sequence

_TOLERANCE = 1e-6
"""Difference of two losses, relative to the first loss, above which rounding in float64 is no explanation."""
_SMALLEST = 1e-17
"""Where a difference of 0 is drawn on the logarithmic axis."""
_TORCH, _YOURS, _DIFFERENCE = "#8fbce6", "#b3401f", "#555555"


def parting_step(yours: Sequence[float], torch: Sequence[float]) -> int | None:
    """The first step, from 0, at which the losses differ by more than rounding explains; None where none does."""
    scale = abs(torch[0])
    for step, (one, other) in enumerate(zip(yours, torch, strict=True)):
        if not abs(one - other) <= _TOLERANCE * scale:  # nan is a difference too
            return step
    return None


def plot_losses(yours: Sequence[float], torch: Sequence[float]) -> None:
    """Draw the two losses step by step on one axis, and their difference below.

    Args:
        yours: The loss at each step of the net made of the student's answers.
        torch: The same of the net made of `torch.nn`.
    """
    import matplotlib.pyplot as plt

    steps = range(len(torch))
    differences = [abs(one - other) for one, other in zip(yours, torch, strict=True)]
    parted = parting_step(yours, torch)
    _, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(7, 4.8), height_ratios=(2.2, 1), layout="constrained")
    above.plot(steps, torch, color=_TORCH, linewidth=5, label="torch.nn")
    above.plot(steps, yours, color=_YOURS, linewidth=1.5, linestyle="--", label="your answers")
    above.set(ylabel="loss of the batch", title=_title(parted, differences))
    above.legend(frameon=False)
    below.semilogy(steps, [max(difference, _SMALLEST) for difference in differences], color=_DIFFERENCE, linewidth=1.2)
    below.axhline(_TOLERANCE * abs(torch[0]), color=_YOURS, linewidth=1, linestyle=":", label="more than rounding")
    below.set(xlabel="training step", ylabel="difference", ylim=(_SMALLEST / 3, None))
    below.legend(frameon=False)
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
    if parted is not None:
        above.axvline(parted, color=_DIFFERENCE, linewidth=1, linestyle=":")


def _title(parted: int | None, differences: Sequence[float]) -> str:
    if parted is not None:
        return f"The curves part at step {parted}"
    return (
        f"One curve: they differ by {max(differences):.0e} at most"
        if any(differences)
        else "One curve, to the last bit"
    )
