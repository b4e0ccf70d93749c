"""Whether values look drawn from a distribution, and how seldom that is denied of values that are.

The tests of a distribution are Kolmogorov-Smirnov: by the Dvoretzky-Kiefer-Wolfowitz inequality the distance D of n
independent draws from their own distribution function has P(D > t) <= 2 exp(-2 n t^2), so the threshold below rejects
correct draws with a probability under `FALSE_ALARM` whatever n is.
"""

import math

import numpy as np
import torch

__all__ = ["FALSE_ALARM", "ks_normal", "ks_threshold", "ks_uniform", "normal_problem", "not_constant"]

FALSE_ALARM = 1e-11
"""Bound on the probability that one tensor of correct draws is rejected."""
_SLACK = 1e-6
"""Relative room at the ends of an interval: how a bound is computed may differ in its last bits."""
_EACH = FALSE_ALARM / 10
"""The same for each of the tests of `normal_problem`."""


def ks_threshold(count: int, alarm: float = FALSE_ALARM) -> float:
    """The distance that ``count`` independent correct draws exceed with a probability of ``alarm`` at most."""
    return math.sqrt(math.log(2 / alarm) / (2 * count))


def ks_uniform(values: object, low: float, high: float) -> str | None:
    """Why values do not look drawn from U(low, high), or None. False alarms: below `FALSE_ALARM`."""
    drawn = _flat(values)
    if isinstance(drawn, str):
        return drawn
    room = _SLACK * (high - low)
    least, most = float(drawn.min()), float(drawn.max())
    if least < low - room or most > high + room:
        return f"lie between {least:.4g} and {most:.4g}, outside of the interval from {low:.4g} to {high:.4g}"
    quantiles = ((drawn - low) / (high - low)).clamp(0, 1)
    return _distance(quantiles, f"the uniform distribution from {low:.4g} to {high:.4g}")


def ks_normal(values: object, mean: float = 0.0, std: float = 1.0, alarm: float = FALSE_ALARM) -> str | None:
    """Why values do not look drawn from N(mean, std^2), or None. False alarms: ``alarm`` at most."""
    drawn = _flat(values)
    if isinstance(drawn, str):
        return drawn
    return _distance(
        torch.special.ndtr((drawn - mean) / std),
        f"the normal distribution with mean {mean:.4g} and standard deviation {std:.4g}",
        alarm,
    )


def not_constant(values: object, expected: float) -> str | None:
    """Why values are not all ``expected``, or None."""
    flat = _flat(values)
    if isinstance(flat, str):
        return flat
    worst = float((flat - expected).abs().max())
    return None if worst == 0 else f"should all be {expected:g}, but differ from it by up to {worst:.4g}"


def normal_problem(values: object, std: float) -> str | None:
    """Why values do not look like independent draws from N(0, std^2), or None.

    Nine tests with a false-alarm rate of `_EACH` at most, and one of 1e-14, are below `FALSE_ALARM` together:

    - the distance of `ks_normal`;
    - the mean square, too small or too large: for n squares of N(0, 1) their sum S has P(S <= n - 2 sqrt(n t)) <= e^-t
      and P(S >= n + 2 sqrt(n t) + 2 t) <= e^-t (Laurent and Massart);
    - the largest and the smallest value, not far enough out: each is below c in magnitude with a probability of
      (1 - Q(c))^n, where Q is that of a draw above c;
    - sums and sums of squares of the rows, and of the columns, which are normal and chi-square: their distances;
    - how many magnitudes are there more than once. No magnitude of a float32 number has a probability above 2^-23, so
      with n <= 20000 draws k of them repeat others with a probability of at most (e n^2 2^-23 / k)^k.
    """
    said = ks_normal(values, std=std, alarm=_EACH)
    if said or not isinstance(values, torch.Tensor):
        return said
    drawn = values.detach().double() / std
    count, t = drawn.numel(), -math.log(_EACH)
    square, room = float(drawn.square().mean()), 2 * math.sqrt(t / count)
    if not 1 - room <= square <= 1 + room + 2 * t / count:
        return f"have a standard deviation of {std * math.sqrt(square):.4g}, where {std:.4g} is expected"
    reach = -float(torch.special.ndtri(torch.tensor(-math.expm1(-t / count), dtype=torch.float64)))
    least, most = float(drawn.min()), float(drawn.max())
    if least > -reach or most < reach:
        seen, far = f"{std * least:.4g} and {std * most:.4g}", f"{std * reach:.4g}"
        return f"lie between {seen}, where of so many draws some are below -{far} and some above {far}"
    different = torch.unique(drawn.abs()).numel()
    if different < count - max(10, count // 100):
        return f"are no independent draws: of {count} only {different} differ, leaving signs aside"
    return _lines_problem(drawn) if drawn.dim() == 2 else None


def _lines_problem(drawn: torch.Tensor) -> str | None:
    """Why rows or columns do not look like lines of independent draws from N(0, 1), or None."""
    for axis, name in ((1, "rows"), (0, "columns")):
        size, sums, squares = drawn.shape[axis], drawn.sum(axis), drawn.square().sum(axis)
        half = torch.full_like(squares, size / 2)
        found = {
            "sums": torch.special.ndtr(sums / math.sqrt(size)),
            "lengths": torch.special.gammainc(half, squares / 2),
        }
        for what, quantiles in found.items():
            if _measured(quantiles) > ks_threshold(quantiles.numel(), _EACH):
                return f"are no independent draws: the {what} of the {name} vary too little or too much"
    return None


def _flat(values: object) -> torch.Tensor | str:
    """The values one by one in float64; or what makes that impossible."""
    if not isinstance(values, torch.Tensor):
        return "are not a tensor"
    if values.numel() == 0:
        return "are empty"
    if not torch.isfinite(values).all():
        return "are not all finite"
    return values.detach().double().flatten()


def _distance(quantiles: torch.Tensor, distribution: str, alarm: float = FALSE_ALARM) -> str | None:
    """Compare values, mapped by their distribution function, with the uniform distribution on (0, 1)."""
    distance, threshold = _measured(quantiles), ks_threshold(quantiles.numel(), alarm)
    if distance <= threshold:
        return None
    measured = f"Kolmogorov-Smirnov distance {distance:.3f}, at most {threshold:.3f} expected"
    return f"do not look drawn from {distribution}: {measured}"


def _measured(quantiles: torch.Tensor) -> float:
    """How far the values' distribution function is from that of the uniform distribution on (0, 1)."""
    count = quantiles.numel()
    # Not torch's sort, which is many times slower on what fits one thread.
    ordered = torch.from_numpy(np.sort(quantiles.cpu().numpy()))
    grid = torch.arange(count + 1, dtype=torch.float64, device=ordered.device) / count
    return float(torch.maximum(ordered - grid[:-1], grid[1:] - ordered).max())
