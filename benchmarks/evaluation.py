"""How fast a function and a network are evaluated, as ratios to NumPy's own routines in the same run."""

import sys
from pathlib import Path

import numpy as np

from hinges import PiecewiseLinear, to_network

sys.path.insert(0, str(Path(__file__).parent))
from _timing import best_seconds, row

POINTS = 1_000_000


def main() -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 1, POINTS)
    for breakpoints in (10, 1_000):
        t = np.sort(rng.uniform(0, 1, breakpoints))
        f = PiecewiseLinear(t, rng.standard_normal(breakpoints))
        ours = best_seconds(lambda f=f: f(x))
        peer = best_seconds(lambda f=f: np.interp(x, f.breakpoints, f.values))
        row(f"function of {breakpoints} breakpoints at 1e6 points, against numpy.interp", ours / peer)
    network = to_network(PiecewiseLinear(np.linspace(0, 1, 64), rng.standard_normal(64)))
    (w, v), (b, c) = network.weights, network.biases
    small = x[:100_000]
    ours = best_seconds(lambda: network(small))
    peer = best_seconds(lambda: np.maximum(small[:, None] @ w + b, 0) @ v + c)
    row("network of 64 units at 1e5 points, against its two matrix products", ours / peer)


if __name__ == "__main__":
    main()
