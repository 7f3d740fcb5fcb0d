"""How fast training is: one seed and many, against the same loop written in plain NumPy, in the same run."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from hinges import Training, example
from hinges.train import train_many

sys.path.insert(0, str(Path(__file__).parent))
from _timing import best_seconds, row

STEPS = 5_000
UNITS, BATCH = 10, 32


def numpy_loop() -> None:
    """The same job by hand: ten ReLU units, Adam, batches of 32."""
    rng = np.random.default_rng(0)
    data = example("sine")
    x, y = data.x, data.y
    w, b = rng.standard_normal((1, UNITS)), np.zeros(UNITS)
    v, c = rng.standard_normal((UNITS, 1)), np.zeros(1)
    parameters = [w, b, v, c]
    first, second = [np.zeros_like(p) for p in parameters], [np.zeros_like(p) for p in parameters]
    for step in range(1, STEPS + 1):
        rows = rng.integers(0, len(x), BATCH)
        z = x[rows] @ w + b
        a = np.maximum(z, 0)
        slope = 2 * (a @ v + c - y[rows]) / BATCH
        back = (slope @ v.T) * (z > 0)
        gradients = [x[rows].T @ back, back.sum(0), a.T @ slope, slope.sum(0)]
        for p, g, m, s in zip(parameters, gradients, first, second, strict=True):
            m += 0.1 * (g - m)
            s += 0.001 * (g * g - s)
            p -= 1e-3 * (m / (1 - 0.9**step)) / (np.sqrt(s / (1 - 0.999**step)) + 1e-7)


def main() -> None:
    literal = replace(Training.forum(), epochs=None, steps=STEPS)
    data = example("sine")
    peer = best_seconds(numpy_loop, repeats=2)
    row(f"plain NumPy, {STEPS} steps of ten units", peer / STEPS * 1e6, "us a step")
    for seeds in (1, 8, 256):
        ours = best_seconds(lambda seeds=seeds: train_many(data, literal, range(seeds)), repeats=2)
        row(f"hinges, {seeds} seed(s) at once", ours / STEPS / seeds * 1e6, "us a step and seed")
        row(f"  times faster a network than plain NumPy, {seeds} seed(s)", peer * seeds / ours)


if __name__ == "__main__":
    main()
