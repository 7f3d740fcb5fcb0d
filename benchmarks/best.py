"""How long the best fits take, against one pass of what they are made of, in the same run."""

import sys
from pathlib import Path

import numpy as np
from scipy.interpolate import make_lsq_spline

from hinges import Best, best_error, example, fit

sys.path.insert(0, str(Path(__file__).parent))
from _timing import best_seconds, row


def main() -> None:
    data = example("sine")
    order = np.argsort(data.x[:, 0])
    x, y = data.x[order, 0], data.y[order, 0]
    noisy = (x, y + 0.2 * np.random.default_rng(1).standard_normal(len(x)))
    knots = np.concatenate([[x[0]] * 2, np.linspace(0, 10, 12)[1:-1], [x[-1]] * 2])
    peer = best_seconds(lambda: make_lsq_spline(x, y, knots, k=1))
    row("SciPy's least squares with eleven pieces at given knots, no search, no bound", peer * 1e3, "ms")
    jobs = {
        "best 10 units, max norm, bound confirmed in rationals": lambda: fit(data, Best(units=10, loss="max")),
        "best 11 pieces, max norm, bound confirmed in rationals": lambda: fit(data, Best(pieces=11, loss="max")),
        "best 11 pieces, squared error, certified": lambda: fit(data, Best(pieces=11)),
        "best 10 units, squared error, certified": lambda: fit(data, Best(units=10)),
        "best 11 pieces, squared error, noise 0.2, pair bound": lambda: best_error(noisy, pieces=11),
        "best 10 units, squared error, noise 0.2, pair bound": lambda: best_error(noisy, units=10),
    }
    for what, job in jobs.items():
        ours = best_seconds(job, repeats=2)
        row(what, ours * 1e3, "ms")
        row("  in fits at given knots", ours / peer)


if __name__ == "__main__":
    main()
