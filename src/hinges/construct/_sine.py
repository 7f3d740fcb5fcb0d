"""A sine from two hidden layers of eight units, by hand: eight ramps, each of one unit chained into one unit."""

import math
from dataclasses import dataclass

import numpy as np

from hinges._arrays import Floats
from hinges.nets import Network

RAMPS = 8
INNER = RAMPS - 1  # ramps with both kinks inside the period: as many kinks in its first half
GRID = 2.0**30  # kinks are rounded to this grid, so that the difference of two is a float64 number
HALVINGS = 60


@dataclass(frozen=True, eq=False)
class BuildStep:
    """One step of a construction: a title, a sentence on what it adds, and the network so far."""

    title: str
    sentence: str
    network: Network


def sine_by_hand() -> tuple[BuildStep, ...]:
    """Give the eight steps in which a 1-8-8-1 network becomes sin(2 pi x) on [0, 1].

    A pair is one unit chained into one unit, `R(width - R(right - x))`: a ramp that is 0 up to `right - width`,
    climbs with slope 1 to `right` and stays there. Its output weight makes it steeper or turns it down. The
    first ramp spans the period; each further one lies inside the one before and bends the curve at two mirror
    places, down on the left and back up on the right. So eight pairs draw fifteen segments, where eight
    ramps side by side would draw eight.

    The kinks are those for which the largest error is smallest among all curves of fifteen segments that are odd
    about the middle (by bisection, approximate): 0.00600. Without symmetry fifteen segments reach 0.00587 at
    best. Each network is exact as the ramps its sentence names.

    >>> steps = sine_by_hand()
    >>> [w.shape for w in steps[-1].network.weights]
    [(1, 8), (8, 8), (8, 1)]
    >>> x = np.linspace(0, 1, 1001)
    >>> bool(np.abs(steps[-1].network(x) - np.sin(2 * np.pi * x)).max() < 0.00601)
    True
    """
    kinks, slopes, start = _best_half()
    bends = np.diff(slopes, prepend=0.0)
    follows = [f"up to x = {kink:.4f}" for kink in kinks[1:]] + [f"everywhere, never farther than {start:.4f} from it"]
    return tuple(_step(kinks[: i + 1], bends[: i + 1], start, follows[i]) for i in range(RAMPS))


def _step(kinks: Floats, bends: Floats, start: float, follows: str) -> BuildStep:
    left, right, bend = float(kinks[-1]), float(1.0 - kinks[-1]), float(bends[-1])
    pair = f"R({right - left:.4f} - R({right:.4f} - x)), times {bend:.4f}"
    if len(kinks) == 1:
        title = "Pair 1: one long ramp"
        sentence = f"From {start:.4f} at x = 0 the curve climbs as the sine begins: {pair}."
    else:
        title = f"Pair {len(kinks)}: bend at {left:.3f} and {right:.3f}"
        sentence = f"Between its two kinks the curve climbs by {-bend:.4f} less: {pair}."
    return BuildStep(title, f"{sentence} It follows the sine {follows}.", _chained_pairs(kinks, bends, start))


def _chained_pairs(kinks: Floats, coefficients: Floats, bias: float) -> Network:
    """Give the network of ramps from each kink k to 1 - k, side by side in two hidden layers."""
    rights = 1.0 - kinks
    n = len(kinks)
    weights = [-np.ones((1, n)), -np.eye(n), coefficients[:, None]]
    return Network.dense(weights, [rights, rights - kinks, [bias]])


def _best_half() -> tuple[Floats, Floats, float]:
    """Give the kinks in [0, 1/2), the slopes after them and the value at 0 of the best odd fifteen segments.

    While the sine is concave, a vertex lies above it by the largest error e and the middle of a segment below
    it by e; the middle segment runs through (1/2, 0). For a given e the first seven segments follow one after
    the other, and the middle one fits for one e only.
    """
    low, high = 1e-4, 0.1
    for _ in range(HALVINGS):
        error = (low + high) / 2
        kinks = _first_segments(error)
        if kinks is None or _sag(kinks[-1], _wave(kinks[-1]) + error, 0.5, 0.0) < error:
            high = error
        else:
            low = error
    kinks = np.rint(np.array(_first_segments(low)) * GRID) / GRID
    values = np.sin(2 * np.pi * kinks) + low
    slopes = np.diff(values, append=0.0) / np.diff(kinks, append=0.5)
    return kinks, slopes, float(values[0])


def _first_segments(error: float) -> list[float] | None:
    """Give 0 and the ends of the seven segments that sag by 2 `error`, or None where they pass 1/2."""
    kinks = [0.0]
    for _ in range(INNER):
        start = kinks[-1]
        if _sag(start, _wave(start), 0.5, _wave(0.5)) <= 2 * error:
            return None
        low, high = start, 0.5
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            if _sag(start, _wave(start), middle, _wave(middle)) < 2 * error:
                low = middle
            else:
                high = middle
        kinks.append(low)
    return kinks


def _wave(x: float) -> float:
    return math.sin(2 * math.pi * x)


def _sag(x0: float, y0: float, x1: float, y1: float) -> float:
    """Give how far the line through two points lies below the sine at most, between them in [0, 1/2]."""
    slope = (y1 - y0) / (x1 - x0) if x1 > x0 else 2 * math.pi * math.cos(2 * math.pi * x0)
    touch = math.acos(min(max(slope / (2 * math.pi), -1.0), 1.0)) / (2 * math.pi)
    touch = min(max(touch, x0), x1)
    return _wave(touch) - (y0 + slope * (touch - x0))
