"""A share of runs with its confidence interval."""

import math
from typing import NamedTuple

Z = 1.959963984540054  # of a normal variable, 95 % two-sided


class Share(NamedTuple):
    """A share of runs, with the ends of Wilson's 95 % interval, and of how many runs it is."""

    share: float
    low: float
    high: float
    runs: int

    def __str__(self) -> str:
        return f"{100 * self.share:.0f} % ({100 * self.low:.0f} to {100 * self.high:.0f} %) of {self.runs}"


def wilson(good: int, runs: int) -> Share:
    """Give the share `good / runs` and its interval; 0 to 1 where there are no runs.

    Source: Wilson (1927), Probable inference, the law of succession, and statistical inference.

    >>> print(wilson(0, 64))
    0 % (0 to 6 %) of 64
    """
    if runs == 0:
        return Share(math.nan, 0.0, 1.0, 0)
    p = good / runs
    spread = Z * math.sqrt(p * (1 - p) / runs + Z**2 / (4 * runs**2))
    middle, scale = p + Z**2 / (2 * runs), 1 + Z**2 / runs
    low = 0.0 if good == 0 else (middle - spread) / scale
    high = 1.0 if good == runs else (middle + spread) / scale
    return Share(p, low, high, runs)
